#include "quant/operand.h"

#include <math.h>

#include "kernels/kernels.h"

enum hs_status hs_refuse_element(const struct hs_tensor *t, size_t i, const char *remedy,
                                 struct hs_error *err)
{
    struct hs_str place = HS_STR_INIT;
    size_t index[HS_MAX_DIMS];
    double v = hs_tensor_get(t, i);
    enum hs_status st;

    hs_shape_unravel(index, i, t->ndim, t->shape);
    for (int d = 0; d < t->ndim; d++)
        hs_str_printf(&place, "%s%zu", d > 0 ? "," : "", index[d]);
    st = hs_fail(err, HS_ERANGE, "element [%s] is %s; remove it%s", place.buf,
                 isnan(v) ? "NaN, which has no code"
                 : v > 0  ? "infinite (inf)"
                          : "infinite (-inf)",
                 remedy);
    hs_str_dispose(&place);
    return st;
}

static enum hs_status judge(struct hs_operand *in, const struct hs_tensor *t,
                            const struct hs_quant_options *options, struct hs_error *err)
{
    size_t n = hs_tensor_count(&in->x);

    for (size_t i = 0; i < n; i++) {
        double v = in->is_double ? ((const double *)in->x.data)[i]
                                 : (double)((const float *)in->x.data)[i];

        if (isnan(v) && options->nan == HS_NAN_ERROR)
            return hs_refuse_element(t, i, ", or choose nan=zero or nan=qmin", err);
        if (isinf(v) && options->inf == HS_INF_ERROR)
            return hs_refuse_element(t, i, ", or choose inf=saturate", err);
        in->nan += isnan(v) != 0;
        in->inf += isinf(v) != 0;
    }
    return HS_OK;
}

enum hs_status hs_operand_init(struct hs_operand *out, struct hs_arena *arena,
                               const struct hs_tensor *t, enum hs_precision precision,
                               const struct hs_quant_options *options, struct hs_error *err)
{
    struct hs_operand in = {.nan = 0};
    enum hs_status st;
    size_t n, bad;

    if (!hs_dtype_is_float(t->dtype))
        return hs_fail(err, HS_EDTYPE,
                       "this is a tensor of %s: only float16, bfloat16, float32 and float64 are "
                       "quantized; dequantize and requantize read codes",
                       hs_dtype_name(t->dtype));
    in.is_double = precision == HS_PRECISION_F64 ||
                   (precision == HS_PRECISION_TENSOR && t->dtype == HS_FLOAT64);
    if ((st = hs_tensor_as(&in.x, arena, t, in.is_double ? HS_FLOAT64 : HS_FLOAT32, err)) != HS_OK)
        return st;
    n = hs_tensor_count(&in.x);
    if (in.is_double) {
        double lo = (double)INFINITY, hi = -(double)INFINITY;

        bad = hs_kernels()->minmax_f64(&lo, &hi, in.x.data, n);
    } else {
        float lo = INFINITY, hi = -INFINITY;

        bad = hs_kernels()->minmax_f32(&lo, &hi, in.x.data, n);
    }
    if (bad > 0 && (st = judge(&in, t, options, err)) != HS_OK)
        return st;
    *out = in;
    return HS_OK;
}
