#include "cli/cli.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

static const struct hs_command commands[] = {
#define HS_COMMAND(id, name, arguments, help) {name, arguments, help, hs_cmd_##id},
#include "cli/commands.def"
#undef HS_COMMAND
};

const struct hs_command *hs_commands(size_t *count)
{
    *count = HS_COUNTOF(commands);
    return commands;
}

const struct hs_command *hs_command_find(const char *name)
{
    for (size_t i = 0; i < HS_COUNTOF(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int hs_cli_report(struct hs_cli *cli, const struct hs_error *err)
{
    struct hs_str shown =
        HS_STR_INIT; /* names out of strangers' files must not act on the terminal */

    if (err->source[0] != '\0' && err->line > 0 && !hs_starts_with(err->text, err->source)) {
        hs_text_sanitize(&shown, err->source, strlen(err->source), 0, true);
        hs_str_printf(&shown, ":%d: ", err->line);
    }
    hs_text_sanitize(&shown, err->text, strlen(err->text), 0, true);
    fprintf(cli->err, "halfstep: %s\n",
            hs_str_ok(&shown) ? shown.buf : hs_status_meaning(err->code));
    hs_str_dispose(&shown);
    return hs_status_exit_code(err->code);
}

int hs_cli_usage(struct hs_cli *cli, const char *command, const char *fmt, ...)
{
    va_list args;

    fprintf(cli->err, "halfstep %s: ", command);
    va_start(args, fmt);
    vfprintf(cli->err, fmt, args);
    va_end(args);
    fprintf(cli->err, "; see halfstep help %s\n", hs_command_find(command) != NULL ? command : "");
    return HS_EXIT_USAGE;
}

size_t hs_cli_distance(const char *a, const char *b)
{
    size_t row[32], n = strlen(b);

    if (n >= HS_COUNTOF(row))
        return n;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t best = diagonal + (a[i] != b[j]);

            diagonal = row[j + 1];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j + 1] = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
        }
    }
    return row[n];
}

static int unknown(struct hs_cli *cli, const char *name)
{
    const struct hs_command *nearest = &commands[0];

    for (size_t i = 1; i < HS_COUNTOF(commands); i++)
        if (hs_cli_distance(name, commands[i].name) < hs_cli_distance(name, nearest->name))
            nearest = &commands[i];
    fprintf(cli->err, "halfstep: there is no command \"%s\"", name);
    if (hs_cli_distance(name, nearest->name) <= 3)
        fprintf(cli->err, "; did you mean \"%s\"?", nearest->name);
    fprintf(cli->err, "\nsee halfstep help\n");
    return HS_EXIT_USAGE;
}

int hs_cli_main(struct hs_cli *cli, int argc, char **argv)
{
    const struct hs_command *command;
    const char *name = argc > 1 ? argv[1] : NULL;
    int code;

    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error with a sentence, not a death */
    hs_env_set_locale();
    if (name == NULL) {
        char learn[] = "learn", *arguments[] = {learn, NULL};

        if (cli->screens->home == NULL || hs_cli_is_linear())
            return hs_cmd_learn(cli, 1, arguments);
        return cli->screens->home();
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    command = hs_command_find(name);
    if (command == NULL)
        return unknown(cli, name);
    argv[1] = (char *)(uintptr_t)command->name;
    code = command->run(cli, argc - 1, argv + 1);
    if (fflush(cli->out) != 0 && code == HS_EXIT_DONE) {
        fprintf(cli->err, "halfstep: cannot write the output\n");
        code = HS_EXIT_INPUT;
    }
    return code;
}
