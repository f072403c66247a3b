#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "cli/opt.h"
#include "io/json.h"
#include "kernels/bench/bench.h"
#include "tensor/value.h"

struct bench {
    bool json;
    const char *only;
    int64_t core;
    struct hs_cli *cli;
    struct hs_arena arena;
    struct hs_value rows;
    bool ok;
};

static const struct hs_opt options[] = {
    {"json", 0, HS_OPT_FLAG, NULL, "print JSON", offsetof(struct bench, json)},
    {"only", 0, HS_OPT_TEXT, "OP", "kernels whose name contains OP", offsetof(struct bench, only)},
    {"core", 0, HS_OPT_INT, "N", "run on core N (-1: wherever the system likes; default 0)",
     offsetof(struct bench, core)},
    HS_OPT_END};

static void print_row(void *payload, const struct hs_bench_row *row)
{
    struct bench *b = payload;

    fprintf(b->cli->out, "%-27s %13s  %-11s %-6s %8.1f %8.1f %8.1f %8.1f %6.0f %%\n", row->op,
            row->size, row->variant, row->unit, row->best, row->median, row->scalar, row->limit,
            100 * row->share);
    fflush(b->cli->out);
}

static void add_row(void *payload, const struct hs_bench_row *row)
{
    struct bench *b = payload;
    struct hs_value v = hs_value_map();

#define SET(key, value) b->ok &= hs_value_set(&v, &b->arena, key, value)
    SET("op", hs_value_string(&b->arena, row->op));
    SET("case", hs_value_string(&b->arena, row->size));
    SET("variant", hs_value_string(&b->arena, row->variant));
    SET("unit", hs_value_string(&b->arena, row->unit));
    SET("best", hs_value_num(row->best));
    SET("median", hs_value_num(row->median));
    SET("scalar", hs_value_num(row->scalar));
    SET("limit", hs_value_num(row->limit));
    SET("share", hs_value_num(row->share));
#undef SET
    b->ok &= hs_value_push(&b->rows, &b->arena, v);
}

static enum hs_status print_json(struct bench *b, struct hs_error *err)
{
    struct hs_value v = hs_value_map(), isa = hs_value_list();
    struct hs_str text = HS_STR_INIT;
    const char *op, *name;

    for (int i = 0; i <= (int)hs_isa_ceiling(); i++)
        for (size_t j = 0; hs_isa_supported((enum hs_isa)i) && hs_kernel_row(j, &op, &name); j++)
            if (hs_isa_find(name) == i) { /* only sets that kernels come in here */
                b->ok &= hs_value_push(&isa, &b->arena, hs_value_string(&b->arena, name));
                break;
            }
#define SET(key, value) b->ok &= hs_value_set(&v, &b->arena, key, value)
    SET("schema", hs_value_string(&b->arena, "halfstep.bench/1"));
    SET("cpu", hs_value_string(&b->arena, hs_cpu_name()));
    SET("isa", isa);
    SET("core", hs_value_int(b->core));
    SET("rows", b->rows);
#undef SET
    hs_json_write(&text, &v, 0);
    b->ok &= hs_str_ok(&text);
    if (b->ok)
        fprintf(b->cli->out, "%s\n", text.buf);
    hs_str_dispose(&text);
    return b->ok ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

int hs_cmd_bench(struct hs_cli *cli, int argc, char **argv)
{
    struct bench b = {.cli = cli, .ok = true, .rows = hs_value_list()};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_operands operands;
    enum hs_status st;
    int code;

    if (!hs_opt_parse(cli, options, &b, &operands, 0, 0, argc, argv, &code))
        return code;
    if (b.core < -1 || b.core > 1023)
        return hs_cli_usage(cli, "bench", "--core is -1 or a core's number");
    if (!b.json)
        fprintf(cli->out, "%s\n%-27s %13s  %-11s %-6s %8s %8s %8s %8s %8s\n", hs_cpu_name(),
                "kernel", "case", "variant", "unit", "best", "median", "scalar", "limit", "share");
    st = hs_bench_run(b.only, (int)b.core, b.json ? add_row : print_row, &b, &err);
    if (st == HS_OK && b.json)
        st = print_json(&b, &err);
    hs_arena_dispose(&b.arena);
    return st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &err);
}
