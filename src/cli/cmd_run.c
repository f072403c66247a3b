#include "cli/opt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "script/script.h"

struct run_options {
    const char *root;
    int64_t memory, seconds, instructions, seed;
};

static const struct hs_opt options[] = {
    {"root", 0, HS_OPT_TEXT, "DIR", "files at or below DIR may be read and written (default: here)",
     offsetof(struct run_options, root)},
    {"limit-memory", 0, HS_OPT_INT, "MIB", "stop at this many MiB",
     offsetof(struct run_options, memory)},
    {"limit-time", 0, HS_OPT_INT, "SECONDS", "stop after this long",
     offsetof(struct run_options, seconds)},
    {"limit-instructions", 0, HS_OPT_INT, "N", "stop after N instructions",
     offsetof(struct run_options, instructions)},
    {"seed", 0, HS_OPT_INT, "N", "of math.random and tensor.random (default 1)",
     offsetof(struct run_options, seed)},
    HS_OPT_END};

static void print(void *payload, const char *text, size_t n)
{
    fwrite(text, 1, n, payload);
}

static enum hs_status read_script(struct hs_bytes *out, struct hs_arena *arena, const char *path,
                                  struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT;
    char buffer[4096];
    size_t n;

    if (strcmp(path, "-") != 0)
        return hs_file_read(out, arena, path, (size_t)1 << 20, err);
    while ((n = fread(buffer, 1, sizeof buffer, stdin)) > 0 && text.len <= (size_t)1 << 20)
        hs_str_add_bytes(&text, buffer, n);
    out->len = text.len;
    out->data = (const unsigned char *)hs_arena_strndup(arena, text.buf, text.len);
    hs_str_dispose(&text);
    return out->data != NULL ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

static struct hs_value arguments(struct hs_arena *arena, const struct hs_operands *operands)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 1; i < operands->len; i++)
        hs_value_push(&list, arena, hs_value_string(arena, operands->items[i]));
    return list;
}

/* The exit code of a script that failed: its own of error{code=N}, else that of the status. */
static int failed(struct hs_cli *cli, const struct hs_script *s, const struct hs_error *err)
{
    int code = s != NULL ? hs_script_exit_code(s) : -1;

    fflush(cli->out);
    hs_cli_report(cli, err);
    if (code >= 0)
        return code;
    return err->code == HS_ESCRIPT || err->code == HS_ELIMIT ? HS_EXIT_SCRIPT
                                                             : hs_status_exit_code(err->code);
}

int hs_cmd_run(struct hs_cli *cli, int argc, char **argv)
{
    struct run_options o = {.root = ".", .seed = 1};
    struct hs_script_config config = {.files = HS_FILES_BELOW,
                                      .may_train = true,
                                      .print = print,
                                      .trust_patterns = true};
    struct hs_operands operands;
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_script *s = NULL;
    struct hs_value args, result = hs_value_nil();
    struct hs_bytes text;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st;
    int code;

    if (!hs_opt_parse_first(cli, options, &o, &operands, argc, argv, &code))
        return code;
    config.memory = (size_t)o.memory << 20;
    config.wall_ms = (uint64_t)o.seconds * 1000;
    config.instructions = (uint64_t)o.instructions;
    config.seed = (uint64_t)o.seed;
    config.payload = cli->out;
    config.read_root = config.write_root = o.root;
    st = read_script(&text, &arena, operands.items[0], &err);
    if (st == HS_OK)
        st = hs_script_new(&s, &config, &err);
    args = arguments(&arena, &operands);
    if (st == HS_OK)
        st = hs_script_set(s, "arg", &args, &err);
    if (st == HS_OK)
        st = hs_script_run(s, &result, &arena, text,
                           strcmp(operands.items[0], "-") == 0 ? "stdin" : operands.items[0], 1,
                           &args, &err);
    code = st != HS_OK                                       ? failed(cli, s, &err)
           : result.kind == HS_BOOLEAN && !result.as.boolean ? HS_EXIT_BELOW
                                                             : HS_EXIT_DONE;
    hs_script_free(s);
    hs_arena_dispose(&arena);
    return code;
}
