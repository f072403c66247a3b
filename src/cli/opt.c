#include "cli/opt.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void hs_cli_row(FILE *out, int indent, const char *left, const char *help)
{
    size_t width = 80 - (size_t)indent;

    if (strlen(left) + 3 > (size_t)indent)
        fprintf(out, "  %s\n%*s", left, indent, "");
    else
        fprintf(out, "  %-*s ", indent - 3, left);
    while (strlen(help) > width) {
        size_t n = width;

        while (n > 0 && help[n - 1] != ' ' && help[n - 1] != '|')
            n--;
        n = n == 0 ? width : n;
        fprintf(out, "%.*s\n%*s", (int)(help[n - 1] == ' ' ? n - 1 : n), help, indent, "");
        help += n;
    }
    fprintf(out, "%s\n", help);
}

void hs_opt_print_help(FILE *out, const struct hs_command *command, const struct hs_opt *options)
{
    enum { INDENT = 30 };
    bool noted = false;

    fprintf(out, "usage: halfstep %s %s\n%s\n", command->name, command->arguments, command->help);
    fputs("\noptions:\n", out);
    for (const struct hs_opt *o = options; o->name != NULL; o++) {
        char left[64], letter[8] = "    ";

        if (o->kind == HS_OPT_NOTE)
            continue;
        if (o->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument != NULL ? " " : "",
                 o->argument != NULL ? o->argument : "");
        hs_cli_row(out, INDENT, left, o->help);
    }
    hs_cli_row(out, INDENT, "-h, --help", "this text");
    for (const struct hs_opt *o = options; o->name != NULL; o++)
        if (o->kind == HS_OPT_NOTE) {
            fprintf(out, "%s%s\n", noted ? "" : "\n", o->help);
            noted = true;
        }
}

/* For completions: a line for each option, "--name", and behind a tab the words that it takes as its
 * help lists them, "(a|b|c)". */
static void print_words(FILE *out, const struct hs_opt *options)
{
    for (const struct hs_opt *o = options; o->name != NULL; o++) {
        const char *end = strrchr(o->help, '|'), *from = end;

        if (o->kind == HS_OPT_NOTE)
            continue;
        fprintf(out, "--%s", o->name);
        while (from != NULL && from > o->help && from[-1] != '(')
            from--;
        if (from != NULL && from > o->help && strchr(end, ')') != NULL) {
            fputc('\t', out);
            for (; *from != ')'; from++)
                fputc(*from == '|' ? ' ' : *from, out);
        }
        fputc('\n', out);
    }
    fputs("--help\n", out);
}

static const struct hs_opt *find(const struct hs_opt *options, const char *arg, const char **value)
{
    size_t n;

    *value = NULL;
    if (arg[1] != '-') {
        for (const struct hs_opt *o = options; o->name != NULL; o++)
            if (o->letter != 0 && o->letter == arg[1]) {
                *value = arg[2] != '\0' ? arg + 2 : NULL;
                return o;
            }
        return NULL;
    }
    n = strcspn(arg + 2, "=");
    for (const struct hs_opt *o = options; o->name != NULL; o++)
        if (n > 0 && strlen(o->name) == n && memcmp(o->name, arg + 2, n) == 0) {
            *value = arg[2 + n] == '=' ? arg + 3 + n : NULL;
            return o;
        }
    return NULL;
}

/* Stores one value; false when the text is no such value. */
static bool store(const struct hs_opt *o, void *into, const char *value)
{
    void *field = (char *)into + o->offset;
    char *end = NULL;

    errno = 0;
    switch (o->kind) {
    case HS_OPT_FLAG:
        *(bool *)field = true;
        return true;
    case HS_OPT_TEXT:
        *(const char **)field = value;
        return true;
    case HS_OPT_INT:
        *(int64_t *)field = strtoll(value, &end, 10);
        return end != value && *end == '\0' && errno == 0;
    case HS_OPT_NUMBER:
        *(double *)field = strtod(value, &end);
        return end != value && *end == '\0';
    case HS_OPT_NOTE:
        break;
    case HS_OPT_LIST: {
        struct hs_opt_list *list = field;

        if (list->len == sizeof list->items / sizeof *list->items)
            return false;
        list->items[list->len++] = value;
        return true;
    }
    }
    return false;
}

static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1] != '\0' && !(arg[1] >= '0' && arg[1] <= '9') && arg[1] != '.';
}

static int unknown_option(struct hs_cli *cli, const char *command, const struct hs_opt *options,
                          const char *arg)
{
    const char *name = arg + strspn(arg, "-"), *nearest = NULL;
    size_t n = strcspn(name, "="), best = 3;
    char word[32] = "";

    if (n < sizeof word)
        memcpy(word, name, n);
    for (const struct hs_opt *o = options; o->name != NULL && word[0] != '\0'; o++)
        if (hs_cli_distance(word, o->name) < best && strlen(o->name) > best) {
            best = hs_cli_distance(word, o->name);
            nearest = o->name;
        }
    if (nearest == NULL)
        return hs_cli_usage(cli, command, "there is no option %s", arg);
    return hs_cli_usage(cli, command, "there is no option %.*s; did you mean --%s?",
                        (int)strcspn(arg, "="), arg, nearest);
}

static bool parse(struct hs_cli *cli, const struct hs_opt *options, void *into, struct hs_operands *operands,
                  size_t least, size_t most, bool end_at_operand, int argc, char **argv, int *exit_code)
{
    const char *name = argv[0];
    bool ended = false;

    operands->items = argv; /* operands move to the front; nothing behind `i` is overwritten */
    operands->len = 0;
    for (int i = 1; i < argc; i++) {
        char *arg = argv[i];
        const char *value;
        const struct hs_opt *o;

        if (ended || !is_option(arg)) {
            operands->items[operands->len++] = arg;
            ended = ended || end_at_operand;
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            ended = true;
            continue;
        }
        if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
            hs_opt_print_help(cli->out, hs_command_find(name), options);
            *exit_code = HS_EXIT_DONE;
            return false;
        }
        if (strcmp(arg, "--help-words") == 0) {
            print_words(cli->out, options);
            *exit_code = HS_EXIT_DONE;
            return false;
        }
        o = find(options, arg, &value);
        if (o == NULL) {
            *exit_code = unknown_option(cli, name, options, arg);
            return false;
        }
        if (o->kind == HS_OPT_FLAG && value != NULL) {
            *exit_code = hs_cli_usage(cli, name, "%s takes no value", arg);
            return false;
        }
        if (o->kind != HS_OPT_FLAG && value == NULL && ++i < argc)
            value = argv[i];
        if (o->kind != HS_OPT_FLAG && value == NULL) {
            *exit_code = hs_cli_usage(cli, name, "--%s needs a value (%s)", o->name, o->argument);
            return false;
        }
        if (!store(o, into, value)) {
            *exit_code = hs_cli_usage(cli, name, "--%s cannot be \"%s\"", o->name, value);
            return false;
        }
    }
    if (operands->len < least || operands->len > most) {
        *exit_code = hs_cli_usage(cli, name, operands->len < least ? "something is missing: %s %s"
                                                                   : "too many arguments: %s %s",
                                  name, hs_command_find(name)->arguments);
        return false;
    }
    return true;
}

bool hs_opt_parse(struct hs_cli *cli, const struct hs_opt *options, void *into, struct hs_operands *operands,
                  size_t least, size_t most, int argc, char **argv, int *exit_code)
{
    return parse(cli, options, into, operands, least, most, false, argc, argv, exit_code);
}

bool hs_opt_parse_first(struct hs_cli *cli, const struct hs_opt *options, void *into, struct hs_operands *operands,
                        int argc, char **argv, int *exit_code)
{
    return parse(cli, options, into, operands, 1, (size_t)-1, true, argc, argv, exit_code);
}
