/* halfstep explain x=… s=…: one element's whole path, step by step, in each profile side by side.
 */
#include "cli/explain_show.h"
#include "cli/quant_args.h"

#include <string.h>

#include "base/mem.h"

/* Words of a table in Lua or JSON are understood, too: s, z, qmin, narrow=true. */
static const char *long_name(const char *key, size_t n)
{
    static const struct {
        const char *word, *option;
    } aliases[] = {{"s", "scale"},
                   {"z", "zero-point"},
                   {"qmin", "quant-min"},
                   {"qmax", "quant-max"}};

    for (size_t i = 0; i < HS_COUNTOF(aliases); i++)
        if (strlen(aliases[i].word) == n && memcmp(aliases[i].word, key, n) == 0)
            return aliases[i].option;
    return NULL;
}

static bool is_flag(const char *word)
{
    static const char *const flags[] = {"narrow", "reduce_range", "signed", "unsigned"};

    for (size_t i = 0; i < HS_COUNTOF(flags); i++)
        if (strcmp(word, flags[i]) == 0)
            return true;
    return false;
}

/* "zero_point=3" -> "--zero-point=3"; "narrow" -> "--narrow"; what else has no '=' stays as it is.
 */
static char *as_option(struct hs_arena *arena, char *word)
{
    size_t n = strcspn(word, "=");
    const char *known = long_name(word, n), *value = word + n;
    char *option;

    if (word[0] == '-' || (word[n] == '\0' && !is_flag(word)))
        return word;
    if (strcmp(value, "=true") == 0)
        value = ""; /* a flag; an option that takes a word is told so by the parser */
    option = known != NULL ? hs_arena_printf(arena, "--%s%s", known, value)
                           : hs_arena_printf(arena, "--%.*s%s", (int)n, word, value);
    for (char *p = option; p != NULL && *p != '\0' && *p != '='; p++)
        *p = *p == '_' ? '-' : *p;
    return option;
}

static enum hs_status run(struct hs_cli *cli, struct hs_quant_args *a)
{
    struct hs_explain_paths paths;
    struct hs_value v;
    enum hs_status st = hs_explain_paths(&paths, a);

    if (st != HS_OK)
        return st;
    if (!a->json) {
        hs_explain_print(cli->out, &paths, a->x, a->scale);
        return HS_OK;
    }
    if (!hs_explain_to_value(&v, &a->arena, &paths))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_quant_args_print_json(cli->out, &v, &a->err);
}

int hs_cmd_explain(struct hs_cli *cli, int argc, char **argv)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_operands operands = {.len = 0};
    struct hs_quant_args a;
    char **words = hs_arena_alloc(&arena, (size_t)argc + 1, sizeof *words);
    int code = HS_EXIT_INPUT;
    bool ok = words != NULL;

    for (int i = 0; ok && i < argc; i++)
        ok = (words[i] = i == 0 ? argv[0] : as_option(&arena, argv[i])) != NULL;
    if (!ok) {
        hs_arena_dispose(&arena);
        fprintf(cli->err, "halfstep: out of memory\n");
        return code;
    }
    words[argc] = NULL;
    ok = hs_quant_args_parse(&a, cli, &operands, 0, 64, argc, words, &code);
    if (ok && operands.len > 0)
        code = hs_cli_usage(cli, argv[0], "\"%s\" has no name: write NAME=VALUE, as x=0.3 s=0.01",
                            operands.items[0]);
    else if (ok)
        code = run(cli, &a) == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &a.err);
    hs_quant_args_dispose(&a);
    hs_arena_dispose(&arena);
    return code;
}
