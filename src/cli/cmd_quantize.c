/* halfstep quantize FILE…: codes, with given qparams or those that an observer finds. */
#include "cli/quant_files.h"
#include "cli/quant_many.h"
#include "cli/quant_output.h"

static void print_text(FILE *out, const struct hs_quant_args *a, const struct hs_tensor *x,
                       const struct hs_tensor *q, const struct hs_qparams *qp,
                       const struct hs_quantize_count *count, bool with_codes)
{
    hs_quant_args_print_qparams(out, qp);
    fprintf(out, "%zu elements, %zu clipped below, %zu above", hs_tensor_count(q),
            count->clipped_low, count->clipped_high);
    if (count->nan + count->inf > 0)
        fprintf(out, ", %zu NaN, %zu infinite", count->nan, count->inf);
    hs_quant_print_precision(out, x, qp);
    fputc('\n', out);
    hs_quant_args_print_remarks(out, a, qp);
    if (with_codes)
        hs_quant_print_elements(out, q);
}

static enum hs_status print_json(FILE *out, struct hs_quant_args *a, const char *file,
                                 const struct hs_tensor *x, const struct hs_tensor *q,
                                 const struct hs_qparams *qp, const struct hs_quantize_count *count,
                                 const char *output)
{
    struct hs_value v;
    enum hs_status st = hs_quant_json_begin(&v, a, "halfstep.quantize/1", file, q);

    if (st != HS_OK)
        return st;
    if (!hs_quant_json_qparams(&v, &a->arena, qp) ||
        !hs_value_set(&v, &a->arena, "precision",
                      hs_value_string(&a->arena, hs_quant_precision(x, qp))) ||
        !hs_value_set(&v, &a->arena, "clipped_low", hs_value_int((int64_t)count->clipped_low)) ||
        !hs_value_set(&v, &a->arena, "clipped_high", hs_value_int((int64_t)count->clipped_high)) ||
        !hs_value_set(&v, &a->arena, "nan", hs_value_int((int64_t)count->nan)) ||
        !hs_value_set(&v, &a->arena, "inf", hs_value_int((int64_t)count->inf)) ||
        !(output != NULL ? hs_value_set(&v, &a->arena, "output", hs_value_string(&a->arena, output))
                         : hs_value_set(&v, &a->arena, "q", hs_value_tensor(&a->arena, q))))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_quant_args_print_json(out, &v, &a->err);
}

static enum hs_status one(struct hs_quant_run *r, const char *file)
{
    struct hs_quant_args *a = r->args;
    const char *output = hs_quant_output_path(a, file, r->n > 1, "npz");
    struct hs_quantize_count count;
    struct hs_tensor x, q;
    struct hs_qparams qp;
    enum hs_status st;

    if (hs_quant_is_pattern(a->name))
        return hs_quant_many(r, file, false);
    if ((st = hs_quant_run_tensor(r, file, &x)) != HS_OK)
        return st;
    hs_quant_run_step(r, "observing", file);
    if ((st = hs_quant_args_qparams(a, &x, &qp)) != HS_OK)
        return hs_quant_run_blame(r, file, st);
    hs_quant_run_step(r, "quantizing", file);
    if ((st = hs_quantize(&q, &a->arena, &x, &qp, &count, &a->err)) != HS_OK)
        return hs_quant_run_blame(r, file, st);
    hs_quant_run_step(r, "writing", file);
    if (output != NULL && (st = hs_quant_save_codes(a, output, &q, &qp)) != HS_OK)
        return st;
    hs_quant_run_print(r, file);
    if (a->json)
        return print_json(r->cli->out, a, file, &x, &q, &qp, &count, output);
    print_text(r->cli->out, a, &x, &q, &qp, &count, output == NULL);
    return HS_OK;
}

int hs_cmd_quantize(struct hs_cli *cli, int argc, char **argv)
{
    return hs_quant_run(cli, argc, argv, one);
}
