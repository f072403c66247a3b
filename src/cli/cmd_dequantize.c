/* halfstep dequantize FILE: real numbers from codes. The scales come from the command line, or from
 * the file: an .npz with q, scale, zero_point and axis (as quantize writes it), or a quantized
 * tensor of PyTorch. */
#include "cli/quant_args.h"

#include "base/fmt.h"
#include "io/save.h"

enum { SHOWN = 64 };

/* A quantized tensor carries its own qparams. */
static struct hs_qparams from_entry(const struct hs_entry *e, struct hs_quant_options options)
{
    return (struct hs_qparams){.scale = (double *)(uintptr_t)e->scales,
                               .zero_point = (int64_t *)(uintptr_t)e->zero_points,
                               .n = e->n,
                               .axis = e->axis,
                               .qmin = hs_dtype_min(e->tensor.dtype),
                               .qmax = hs_dtype_max(e->tensor.dtype),
                               .dtype = e->tensor.dtype,
                               .options = options};
}

static bool add_tensor(struct hs_quant_args *a, struct hs_value *map, const struct hs_container *c,
                       const char *key)
{
    const struct hs_entry *e = hs_container_find(c, key);

    if (e == NULL || e->kind != HS_ENTRY_TENSOR)
        return false;
    return hs_value_set(map, &a->arena, key, hs_value_tensor(&a->arena, &e->tensor));
}

/* scale, zero_point and axis beside the codes. */
static enum hs_status from_members(struct hs_quant_args *a, const struct hs_container *c,
                                   const struct hs_tensor *q, struct hs_qparams *qp)
{
    const struct hs_entry *axis = hs_container_find(c, "axis");
    struct hs_value map;
    enum hs_status st = hs_quant_args_value(a, &map);

    if (st != HS_OK)
        return st;
    if (!add_tensor(a, &map, c, "scale"))
        return hs_fail(&a->err, HS_EINVAL,
                       "the file holds no scale: give --scale and --zero-point, or --qparams FILE");
    add_tensor(a, &map, c, "zero_point");
    if (axis != NULL && axis->kind == HS_ENTRY_TENSOR && hs_tensor_count(&axis->tensor) == 1 &&
        a->axis == NULL &&
        !hs_value_set(&map, &a->arena, "axis",
                      hs_value_int((int64_t)hs_tensor_get(&axis->tensor, 0))))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    if (a->dtype == NULL && hs_dtype_is_integer(q->dtype) &&
        !hs_value_set(&map, &a->arena, "dtype",
                      hs_value_string(&a->arena, hs_dtype_name(q->dtype))))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_qparams_from_value(qp, &a->arena, &map, &a->err);
}

static enum hs_status find(struct hs_quant_args *a, struct hs_container *c, const char *path,
                           struct hs_tensor *q, struct hs_qparams *qp)
{
    bool given = a->qparams != NULL || a->scale != NULL;
    struct hs_quant_options options;
    const struct hs_entry *e;
    enum hs_status st;

    if ((st = hs_quant_options_profile(&options, a->profile, &a->err)) != HS_OK)
        return st;
    st = hs_quant_args_tensor(a, c, path, q);
    if (st == HS_ENOTFOUND && a->name == NULL && (e = hs_container_find(c, "q")) != NULL &&
        e->kind == HS_ENTRY_TENSOR) {
        hs_error_clear(&a->err); /* an .npz of several: the codes are named q */
        *q = e->tensor;
        st = HS_OK;
    }
    if (st != HS_OK)
        return st;
    if (given)
        return hs_quant_args_qparams(a, q, qp);
    e = hs_container_find(c, a->name != NULL ? a->name : "");
    if (e == NULL && c->entries.len == 1)
        e = &c->entries.items[0];
    if (e != NULL && e->quantized) {
        *qp = from_entry(e, options);
        return HS_OK;
    }
    return from_members(a, c, q, qp);
}

static void print_result(struct hs_cli *cli, const struct hs_tensor *r, const struct hs_qparams *qp)
{
    size_t n = hs_tensor_count(r);
    char number[HS_FMT_SIZE];

    hs_quant_args_print_qparams(cli->out, qp);
    for (size_t i = 0; i < n && i < SHOWN; i++)
        fprintf(cli->out, "%s%s", hs_fmt_float(number, (float)hs_tensor_get(r, i)),
                i + 1 == n || i + 1 == SHOWN ? "" : " ");
    fputs(n > SHOWN ? " …; -o FILE writes all\n" : "\n", cli->out);
}

int hs_cmd_dequantize(struct hs_cli *cli, int argc, char **argv)
{
    struct hs_container file = HS_CONTAINER_INIT;
    struct hs_operands operands;
    struct hs_quant_args a;
    struct hs_tensor q, r;
    struct hs_qparams qp;
    enum hs_status st;
    int code;

    if (!hs_quant_args_parse(&a, cli, &operands, 1, 1, argc, argv, &code)) {
        hs_quant_args_dispose(&a);
        return code;
    }
    if ((st = find(&a, &file, operands.items[0], &q, &qp)) == HS_OK &&
        (st = hs_dequantize(&r, &a.arena, &q, &qp,
                            qp.options.precision == HS_PRECISION_F64 ? HS_FLOAT64 : HS_FLOAT32,
                            &a.err)) == HS_OK) {
        struct hs_named_tensor item = {"x", r};

        if (a.output != NULL)
            st = hs_tensors_save(a.output, &item, 1, &a.err);
        else
            print_result(cli, &r, &qp);
    }
    code = st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &a.err);
    hs_container_dispose(&file);
    hs_quant_args_dispose(&a);
    return code;
}
