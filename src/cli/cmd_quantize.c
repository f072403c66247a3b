/* halfstep quantize FILE: codes, with given qparams or those that an observer finds. */
#include "cli/quant_args.h"

#include <string.h>

#include "io/save.h"

enum { SHOWN = 64 };

static void print_result(struct hs_cli *cli, const struct hs_tensor *x, const struct hs_tensor *q,
                         const struct hs_qparams *qp, const struct hs_quantize_count *count,
                         bool with_codes)
{
    size_t n = hs_tensor_count(q);

    hs_quant_args_print_qparams(cli->out, qp);
    fprintf(cli->out, "%zu elements, %zu clipped below, %zu above", n, count->clipped_low,
            count->clipped_high);
    if (count->nan + count->inf > 0)
        fprintf(cli->out, ", %zu NaN, %zu infinite", count->nan, count->inf);
    if (x->dtype == HS_FLOAT64)
        fprintf(cli->out, ", computed in %s",
                qp->options.precision == HS_PRECISION_F32 ? "float32" : "float64");
    fputc('\n', cli->out);
    for (size_t i = 0; with_codes && i < n && i < SHOWN; i++)
        fprintf(cli->out, "%lld%s", (long long)hs_dtype_load_int(q->dtype, hs_tensor_at(q, i)),
                i + 1 == n || i + 1 == SHOWN ? "" : " ");
    if (with_codes && n > 0)
        fputs(n > SHOWN ? " …; -o FILE writes all\n" : "\n", cli->out);
}

/* q, scale (in the precision of the profile), zero_point and axis. */
static enum hs_status save_npz(struct hs_quant_args *a, const struct hs_tensor *q,
                               const struct hs_qparams *qp)
{
    bool single = qp->options.qparams_precision == HS_PRECISION_F32;
    int ndim = qp->n == 1 && qp->axis < 0 ? 0 : 1;
    struct hs_tensor scale = hs_tensor_view(qp->scale, HS_FLOAT64, ndim, &qp->n);
    struct hs_tensor zero = hs_tensor_view(qp->zero_point, HS_INT64, ndim, &qp->n), axis;
    int64_t axis_number = qp->axis;
    struct hs_named_tensor items[4] = {{"q", *q},
                                       {"scale", scale},
                                       {"zero_point", zero},
                                       {"axis", zero}};
    enum hs_status st;

    axis = hs_tensor_view(&axis_number, HS_INT64, 0, NULL);
    if (single &&
        (st = hs_tensor_as(&items[1].tensor, &a->arena, &scale, HS_FLOAT32, &a->err)) != HS_OK)
        return st;
    if ((st = hs_tensor_as(&items[2].tensor, &a->arena, &zero, HS_INT32, &a->err)) != HS_OK ||
        (st = hs_tensor_as(&items[3].tensor, &a->arena, &axis, HS_INT32, &a->err)) != HS_OK)
        return st;
    return hs_tensors_save(a->output, items, qp->axis < 0 ? 3 : 4, &a->err);
}

static enum hs_status save(struct hs_quant_args *a, const struct hs_tensor *q,
                           const struct hs_qparams *qp)
{
    struct hs_named_tensor item = {"q", *q};

    if (hs_ends_with(a->output, ".npy"))
        return hs_tensors_save(a->output, &item, 1, &a->err);
    return save_npz(a, q, qp);
}

int hs_cmd_quantize(struct hs_cli *cli, int argc, char **argv)
{
    struct hs_container file = HS_CONTAINER_INIT;
    struct hs_operands operands;
    struct hs_quant_args a;
    struct hs_quantize_count count;
    struct hs_tensor x, q;
    struct hs_qparams qp;
    enum hs_status st;
    int code;

    if (!hs_quant_args_parse(&a, cli, &operands, 1, 1, argc, argv, &code)) {
        hs_quant_args_dispose(&a);
        return code;
    }
    if ((st = hs_quant_args_tensor(&a, &file, operands.items[0], &x)) == HS_OK &&
        (st = hs_quant_args_qparams(&a, &x, &qp)) == HS_OK &&
        (st = hs_quantize(&q, &a.arena, &x, &qp, &count, &a.err)) == HS_OK && a.output != NULL)
        st = save(&a, &q, &qp);
    if (st == HS_OK)
        print_result(cli, &x, &q, &qp, &count, a.output == NULL);
    code = st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &a.err);
    hs_container_dispose(&file);
    hs_quant_args_dispose(&a);
    return code;
}
