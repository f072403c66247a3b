#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/env.h"
#include "cli/opt.h"
#include "cli/plain.h"

struct learn_options {
    bool plain;
    const char *script;
    int64_t seed;
};

bool hs_cli_is_linear(void)
{
    const char *term = hs_env("TERM");

    return term == NULL || strcmp(term, "dumb") == 0 || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
}

static int plain(struct hs_cli *cli, const char *lesson, const struct learn_options *o)
{
    FILE *in = stdin;
    int code;

    if (o->script != NULL && (in = fopen(o->script, "re")) == NULL) {
        struct hs_error err = HS_ERROR_INIT;

        hs_fail(&err, HS_EIO, "%s: %s", o->script, strerror(errno));
        return hs_cli_report(cli, &err);
    }
    code = hs_plain_learn(cli, in, o->script != NULL || !isatty(STDIN_FILENO), lesson, (uint64_t)o->seed);
    if (in != stdin)
        fclose(in);
    return code;
}

int hs_cmd_learn(struct hs_cli *cli, int argc, char **argv)
{
    static const struct hs_opt options[] = {
        {"plain", 0, HS_OPT_FLAG, NULL, "lines instead of a screen (so too without a terminal)",
         offsetof(struct learn_options, plain)},
        {"script", 0, HS_OPT_TEXT, "FILE", "keys to replay; with --plain: lines", offsetof(struct learn_options, script)},
        {"seed", 0, HS_OPT_INT, "S", "seed of the lesson's random data", offsetof(struct learn_options, seed)},
        HS_OPT_END};
    struct learn_options o = {0};
    struct hs_operands operands;
    const char *lesson;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 0, 1, argc, argv, &code))
        return code;
    if (o.seed < 0)
        return hs_cli_usage(cli, "learn", "--seed is %lld, it should be 0 or more", (long long)o.seed);
    lesson = operands.len > 0 ? operands.items[0] : NULL;
    if (o.plain || cli->screens->learn == NULL || (hs_cli_is_linear() && o.script == NULL))
        return plain(cli, lesson, &o);
    return cli->screens->learn(lesson, o.script);
}
