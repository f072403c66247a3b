/* halfstep observe FILE…: a range and the qparams that it becomes. Several files are batches. */
#include "cli/quant_output.h"
#include "cli/watch.h"

#include <inttypes.h>

#include "base/fmt.h"
#include "base/path.h"
#include "io/save.h"

enum { MOST_FILES = 64 };

struct batches {
    struct hs_container files[MOST_FILES];
    struct hs_tensor tensors[MOST_FILES];
    const struct hs_tensor *pointers[MOST_FILES];
    size_t opened;
};

/* halfstep.qparams/1 in the order of CONTRACTS 4. */
static bool to_json(struct hs_value *out, struct hs_arena *arena, const struct hs_range *range,
                    const struct hs_qparams *qp)
{
    struct hs_value map = hs_value_map(), options = hs_value_map(), r;

    if (!hs_range_to_value(&r, arena, range) ||
        !hs_quant_options_to_value(&options, arena, &qp->options) ||
        !hs_value_set(&map, arena, "schema", hs_value_string(arena, "halfstep.qparams/1")) ||
        !hs_value_set(&map, arena, "min", *hs_value_get(&r, "min")) ||
        !hs_value_set(&map, arena, "max", *hs_value_get(&r, "max")) ||
        !hs_quant_json_qparams(&map, arena, qp) || !hs_value_set(&map, arena, "options", options))
        return false;
    if (range->excluded > 0 &&
        !hs_value_set(&map, arena, "excluded", hs_value_int((int64_t)range->excluded)))
        return false;
    *out = map;
    return true;
}

/* One line a channel or block: the range, and what it becomes. */
static void print_parts(FILE *out, const struct hs_range *range, const struct hs_qparams *qp)
{
    enum { SHOWN = 32 };
    char lo[HS_FMT_SIZE], hi[HS_FMT_SIZE], scale[HS_FMT_SIZE];

    fprintf(out, "%8s %14s %14s %16s %11s\n", "part", "min", "max", "scale", "zero point");
    for (size_t i = 0; i < range->n && i < SHOWN; i++)
        fprintf(out, "%8zu %14s %14s %16s %11" PRId64 "\n", i, hs_fmt_short(lo, range->min[i], 7),
                hs_fmt_short(hi, range->max[i], 7), hs_quant_scale_text(scale, qp->scale[i]),
                qp->zero_point[i]);
    if (range->n > SHOWN)
        fprintf(out, "... and %zu more; --json prints all\n", range->n - SHOWN);
}

static void print_text(FILE *out, const struct hs_quant_args *args, const struct hs_range *range,
                       const struct hs_qparams *qp)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];

    if (range->n == 1 && qp->n == 1) {
        fprintf(out, "min %s  max %s\n", hs_fmt_double(a, range->min[0]),
                hs_fmt_double(b, range->max[0]));
        hs_quant_args_print_qparams(out, qp);
    } else {
        fprintf(out, "%zu scales along axis %d  codes %" PRId64 "..%" PRId64 " of %s  profile %s\n",
                qp->n, qp->axis, qp->qmin, qp->qmax, hs_dtype_name(qp->dtype), qp->options.profile);
        print_parts(out, range, qp);
    }
    hs_quant_args_print_remarks(out, args, qp);
}

/* -o: the JSON itself, or scale, zero_point, min and max as tensors. */
static enum hs_status save(struct hs_quant_args *a, const struct hs_value *json)
{
    static const char *const keys[] = {"scale", "zero_point", "min", "max"};
    struct hs_named_tensor items[sizeof keys / sizeof *keys];
    const char *ext = hs_path_ext(a->output);
    size_t n = sizeof keys / sizeof *keys;

    if (hs_path_has_ext(a->output, "json"))
        return hs_quant_save_json(a, a->output, json);
    if (!hs_path_has_ext(a->output, "npz") && !hs_path_has_ext(a->output, "safetensors"))
        return hs_fail(&a->err, HS_EINVAL,
                       "%s: qparams are written as .json (which --qparams reads), .npz or "
                       ".safetensors, not .%s",
                       a->output, ext);
    for (size_t i = 0; i < n; i++) {
        enum hs_status st = hs_quant_value_tensor(&items[i].tensor, a, hs_value_get(json, keys[i]));

        items[i].name = keys[i];
        if (st != HS_OK)
            return st;
    }
    return hs_tensors_save(a->output, items, n, &a->err);
}

static enum hs_status open_all(struct batches *b, struct hs_quant_args *a,
                               const struct hs_operands *operands)
{
    enum hs_status st = HS_OK;

    while (st == HS_OK && b->opened < operands->len) {
        size_t i = b->opened++;

        hs_watch_step(i, operands->len + 1, "reading", operands->items[i]);
        b->files[i] = HS_CONTAINER_INIT;
        b->pointers[i] = &b->tensors[i];
        st = hs_quant_args_tensor(a, &b->files[i], operands->items[i], &b->tensors[i]);
    }
    return st;
}

/* Puts the file at fault before the sentence: the first that cannot be observed alone, either. */
static void blame(struct hs_quant_args *a, const struct batches *b,
                  const struct hs_operands *operands, enum hs_status st)
{
    struct hs_error error = a->err;
    struct hs_range range;
    struct hs_qparams qp;
    size_t at = 0;

    while (at < b->opened && operands->len > 1) {
        hs_error_clear(&a->err);
        if (hs_quant_args_observe(a, &b->pointers[at], 1, &range, &qp) != HS_OK)
            break;
        at++;
    }
    a->err = error;
    if (st != HS_EINVAL && at < b->opened) /* else an option's fault, or that of all together */
        hs_error_prefix(&a->err, "%s", operands->items[at]);
}

static enum hs_status run(struct hs_cli *cli, struct hs_quant_args *a, struct batches *b,
                          const struct hs_operands *operands)
{
    struct hs_value json;
    struct hs_range range;
    struct hs_qparams qp;
    enum hs_status st = open_all(b, a, operands);

    if (st != HS_OK)
        return st;
    hs_watch_step(operands->len, operands->len + 1, "observing", operands->items[0]);
    if ((st = hs_quant_args_observe(a, b->pointers, b->opened, &range, &qp)) != HS_OK) {
        blame(a, b, operands, st);
        return st;
    }
    if (!to_json(&json, &a->arena, &range, &qp))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    if (a->output != NULL && (st = save(a, &json)) != HS_OK)
        return st;
    hs_watch_end();
    if (a->json)
        return hs_quant_args_print_json(cli->out, &json, &a->err);
    print_text(cli->out, a, &range, &qp);
    return HS_OK;
}

int hs_cmd_observe(struct hs_cli *cli, int argc, char **argv)
{
    struct hs_operands operands;
    struct hs_quant_args a;
    struct batches *b;
    int code;

    if (hs_quant_args_parse(&a, cli, &operands, 1, MOST_FILES, argc, argv, &code)) {
        enum hs_status st = HS_ENOMEM;

        hs_watch_begin(cli);
        if ((b = hs_arena_alloc_zero(&a.arena, 1, sizeof *b)) != NULL)
            st = run(cli, &a, b, &operands);
        else
            st = hs_fail(&a.err, HS_ENOMEM, "out of memory");
        hs_watch_end();
        code = st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &a.err);
        while (b != NULL && b->opened > 0)
            hs_container_dispose(&b->files[--b->opened]);
    }
    hs_quant_args_dispose(&a);
    return code;
}
