/* halfstep play [FILE]: the playground on a screen; with -o the same page as a file. */
#include <string.h>

#include "base/env.h"
#include "cli/opt.h"
#include "session/play.h"

struct play_options {
    const char *name, *state, *output, *script;
};

static const struct hs_opt options[] = {
    {"name", 'n', HS_OPT_TEXT, "ENTRY", "the tensor of that name",
     offsetof(struct play_options, name)},
    {"state", 0, HS_OPT_TEXT, "TOKEN", "the state that y shows in the playground",
     offsetof(struct play_options, state)},
    {"output", 'o', HS_OPT_TEXT, "FILE",
     "no screen: the page as .svg or .txt, or the .lua that computes it (- for text)",
     offsetof(struct play_options, output)},
    {"script", 0, HS_OPT_TEXT, "FILE", "keys to replay", offsetof(struct play_options, script)},
    HS_OPT_END};

int hs_cmd_play(struct hs_cli *cli, int argc, char **argv)
{
    struct play_options o = {.name = NULL};
    struct hs_operands operands;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str text = HS_STR_INIT;
    struct hs_play *play;
    const char *file;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 0, 1, argc, argv, &code))
        return code;
    file = operands.len > 0 ? operands.items[0] : NULL;
    if (o.output == NULL && o.script == NULL &&
        (cli->screens->play == NULL || hs_cli_is_linear())) {
        fprintf(cli->err,
                "halfstep: play needs a screen; halfstep play%s%s -o - prints the page, and "
                "halfstep fake-quantize "
                "FILE the figures\n",
                file != NULL ? " " : "", file != NULL ? file : "");
        return HS_EXIT_TERMINAL;
    }
    if (hs_play_open(&play, file, o.name, o.state, &err) != HS_OK)
        return hs_cli_report(cli, &err);
    if (o.output == NULL)
        return cli->screens->play(play, o.script);
    if (strcmp(o.output, "-") == 0) {
        if (hs_play_format(&text, play, "txt", !hs_env_is_utf8(), &err) == HS_OK)
            fputs(text.buf, cli->out);
    } else {
        (void)!hs_play_write(play, o.output, &err);
    }
    hs_str_dispose(&text);
    hs_play_free(play);
    return err.code != HS_OK ? hs_cli_report(cli, &err) : HS_EXIT_DONE;
}
