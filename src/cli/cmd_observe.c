/* halfstep observe FILE…: a range and the qparams that it becomes. Several files are batches. */
#include "cli/quant_args.h"

#include "base/fmt.h"

enum { MOST_FILES = 64 };

/* Moves what belongs to `options` into a table of its own; the rest keeps the order of CONTRACTS 4.
 */
static bool to_json(struct hs_value *out, struct hs_arena *arena, const struct hs_range *range,
                    const struct hs_qparams *qp)
{
    static const char *const keys[] = {"scale", "zero_point", "exponent", "qmin", "qmax", "dtype"};
    struct hs_value map = hs_value_map(), options = hs_value_map(), r, q;
    bool ok = hs_range_to_value(&r, arena, range) && hs_qparams_to_value(&q, arena, qp) &&
              hs_quant_options_to_value(&options, arena, &qp->options) &&
              hs_value_set(&map, arena, "schema", hs_value_string(arena, "halfstep.qparams/1"));

    if (!ok)
        return false;
    ok = hs_value_set(&map, arena, "min", *hs_value_get(&r, "min")) &&
         hs_value_set(&map, arena, "max", *hs_value_get(&r, "max"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (hs_value_get(&q, keys[i]) != NULL)
            ok = ok && hs_value_set(&map, arena, keys[i], *hs_value_get(&q, keys[i]));
    ok = ok &&
         hs_value_set(&map, arena, "axis", qp->axis < 0 ? hs_value_nil() : hs_value_int(qp->axis));
    if (qp->block_size > 0)
        ok = ok && hs_value_set(&map, arena, "block_size", hs_value_int((int64_t)qp->block_size));
    ok = ok && hs_value_set(&map, arena, "profile", hs_value_string(arena, qp->options.profile)) &&
         hs_value_set(&map, arena, "options", options);
    if (range->excluded > 0)
        ok = ok && hs_value_set(&map, arena, "excluded", hs_value_int((int64_t)range->excluded));
    *out = map;
    return ok;
}

static void print_text(FILE *out, const struct hs_range *range, const struct hs_qparams *qp)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];

    if (range->n == 1)
        fprintf(out, "min %s  max %s  ", hs_fmt_double(a, range->min[0]),
                hs_fmt_double(b, range->max[0]));
    hs_quant_args_print_qparams(out, qp);
    if (range->excluded > 0)
        fprintf(out, "%zu infinite elements were left out of the range\n", range->excluded);
}

static enum hs_status print_json(struct hs_cli *cli, struct hs_quant_args *a,
                                 const struct hs_range *range, const struct hs_qparams *qp)
{
    struct hs_value v;

    if (!to_json(&v, &a->arena, range, qp))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_quant_args_print_json(cli->out, &v, &a->err);
}

int hs_cmd_observe(struct hs_cli *cli, int argc, char **argv)
{
    struct hs_container files[MOST_FILES];
    struct hs_tensor tensors[MOST_FILES];
    const struct hs_tensor *batches[MOST_FILES];
    struct hs_operands operands;
    struct hs_quant_args a;
    struct hs_range range;
    struct hs_qparams qp;
    enum hs_status st = HS_OK;
    size_t opened = 0;
    int code;

    if (!hs_quant_args_parse(&a, cli, &operands, 1, MOST_FILES, argc, argv, &code)) {
        hs_quant_args_dispose(&a);
        return code;
    }
    while (st == HS_OK && opened < operands.len) {
        files[opened] = HS_CONTAINER_INIT;
        batches[opened] = &tensors[opened];
        st = hs_quant_args_tensor(&a, &files[opened], operands.items[opened], &tensors[opened]);
        opened++;
    }
    if (st == HS_OK && (st = hs_quant_args_observe(&a, batches, opened, &range, &qp)) == HS_OK) {
        if (a.json)
            st = print_json(cli, &a, &range, &qp);
        else
            print_text(cli->out, &range, &qp);
    }
    code = st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &a.err);
    while (opened > 0)
        hs_container_dispose(&files[--opened]);
    hs_quant_args_dispose(&a);
    return code;
}
