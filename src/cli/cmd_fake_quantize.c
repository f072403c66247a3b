/* halfstep fake-quantize FILE: quantize and dequantize in one go, and how far that moves the
 * elements. */
#include "cli/quant_args.h"

#include "base/fmt.h"
#include "io/save.h"
#include "tensor/compare.h"

static enum hs_status print_result(struct hs_cli *cli, struct hs_quant_args *a,
                                   const struct hs_tensor *x, const struct hs_tensor *y,
                                   const struct hs_qparams *qp)
{
    char error[HS_FMT_SIZE], rmse[HS_FMT_SIZE], sqnr[HS_FMT_SIZE];
    struct hs_compare c;
    enum hs_status st = hs_tensor_compare(&c, y, x, &a->err);

    if (st != HS_OK)
        return st;
    hs_quant_args_print_qparams(cli->out, qp);
    fprintf(cli->out, "%zu elements  largest error %s  rmse %s  SQNR %s dB\n", c.count,
            hs_fmt_short(error, c.max_abs, 4), hs_fmt_short(rmse, c.rmse, 4),
            hs_fmt_short(sqnr, c.sqnr_db, 4));
    return HS_OK;
}

int hs_cmd_fake_quantize(struct hs_cli *cli, int argc, char **argv)
{
    struct hs_container file = HS_CONTAINER_INIT;
    struct hs_operands operands;
    struct hs_quant_args a;
    struct hs_tensor x, y;
    struct hs_qparams qp;
    enum hs_status st;
    int code;

    if (!hs_quant_args_parse(&a, cli, &operands, 1, 1, argc, argv, &code)) {
        hs_quant_args_dispose(&a);
        return code;
    }
    if ((st = hs_quant_args_tensor(&a, &file, operands.items[0], &x)) == HS_OK &&
        (st = hs_quant_args_qparams(&a, &x, &qp)) == HS_OK &&
        (st = hs_fake_quantize(&y, &a.arena, &x, &qp, &a.err)) == HS_OK && a.output != NULL) {
        struct hs_named_tensor item = {"x", y};

        st = hs_tensors_save(a.output, &item, 1, &a.err);
    }
    if (st == HS_OK)
        st = print_result(cli, &a, &x, &y, &qp);
    code = st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &a.err);
    hs_container_dispose(&file);
    hs_quant_args_dispose(&a);
    return code;
}
