/* halfstep fake-quantize FILE…: quantize and dequantize in one go, and how far that moves the
 * elements. */
#include "cli/quant_files.h"
#include "cli/quant_many.h"
#include "cli/quant_output.h"

#include <math.h>

#include "base/fmt.h"
#include "io/save.h"
#include "tensor/compare.h"

static void print_text(FILE *out, const struct hs_quant_args *a, const struct hs_qparams *qp,
                       const struct hs_compare *c, const struct hs_quantize_count *count,
                       const struct hs_tensor *x)
{
    char error[HS_FMT_SIZE], rmse[HS_FMT_SIZE], sqnr[HS_FMT_SIZE];

    hs_quant_args_print_qparams(out, qp);
    fprintf(out, "%zu elements, %zu clipped below, %zu above", c->count, count->clipped_low,
            count->clipped_high);
    if (count->nan + count->inf > 0)
        fprintf(out, ", %zu NaN, %zu infinite", count->nan, count->inf);
    hs_quant_print_precision(out, x, qp);
    fputc('\n', out);
    hs_quant_args_print_remarks(out, a, qp);
    fprintf(out, "largest error %s  rmse %s  SQNR %s dB\n", hs_fmt_short(error, c->max_abs, 4),
            hs_fmt_short(rmse, c->rmse, 4), hs_fmt_short(sqnr, c->sqnr_db, 4));
}

static enum hs_status print_json(FILE *out, struct hs_quant_args *a, const char *file,
                                 const struct hs_tensor *y, const struct hs_qparams *qp,
                                 const struct hs_compare *c, const struct hs_quantize_count *count,
                                 const char *output)
{
    struct hs_value v;
    enum hs_status st = hs_quant_json_begin(&v, a, "halfstep.fake_quantize/1", file, y);

    if (st != HS_OK)
        return st;
    if (!hs_quant_json_qparams(&v, &a->arena, qp) ||
        !hs_value_set(&v, &a->arena, "clipped_low", hs_value_int((int64_t)count->clipped_low)) ||
        !hs_value_set(&v, &a->arena, "clipped_high", hs_value_int((int64_t)count->clipped_high)) ||
        !hs_value_set(&v, &a->arena, "nan", hs_value_int((int64_t)count->nan)) ||
        !hs_value_set(&v, &a->arena, "inf", hs_value_int((int64_t)count->inf)) ||
        !hs_value_set(&v, &a->arena, "max_error", hs_value_num(c->max_abs)) ||
        !hs_value_set(&v, &a->arena, "rmse", hs_value_num(c->rmse)) ||
        !hs_value_set(&v, &a->arena, "sqnr_db", hs_value_num(c->sqnr_db)) ||
        !(output != NULL ? hs_value_set(&v, &a->arena, "output", hs_value_string(&a->arena, output))
                         : hs_value_set(&v, &a->arena, "x", hs_value_tensor(&a->arena, y))))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_quant_args_print_json(out, &v, &a->err);
}

static enum hs_status one(struct hs_quant_run *r, const char *file)
{
    struct hs_quant_args *a = r->args;
    const char *output = hs_quant_output_path(a, file, r->n > 1, "npy");
    struct hs_quantize_count count;
    struct hs_named_tensor y = {.name = "x"};
    struct hs_compare error;
    struct hs_tensor x, q;
    struct hs_qparams qp;
    enum hs_status st;

    if (hs_quant_is_pattern(a->name))
        return hs_quant_many(r, file, true);
    if ((st = hs_quant_run_tensor(r, file, &x)) != HS_OK)
        return st;
    hs_quant_run_step(r, "observing", file);
    if ((st = hs_quant_args_qparams(a, &x, &qp)) != HS_OK)
        return hs_quant_run_blame(r, file, st);
    hs_quant_run_step(r, "quantizing", file);
    if ((st = hs_quantize(&q, &a->arena, &x, &qp, &count, &a->err)) != HS_OK ||
        (st = hs_fake_quantize(&y.tensor, &a->arena, &x, &qp, &a->err)) != HS_OK ||
        (st = hs_tensor_compare(&error, &y.tensor, &x, &a->err)) != HS_OK)
        return hs_quant_run_blame(r, file, st);
    hs_quant_run_step(r, "writing", file);
    if (output != NULL && (st = hs_tensors_save(output, &y, 1, &a->err)) != HS_OK)
        return st;
    hs_quant_run_print(r, file);
    if (a->json)
        return print_json(r->cli->out, a, file, &y.tensor, &qp, &error, &count, output);
    print_text(r->cli->out, a, &qp, &error, &count, &x);
    return HS_OK;
}

int hs_cmd_fake_quantize(struct hs_cli *cli, int argc, char **argv)
{
    return hs_quant_run(cli, argc, argv, one);
}
