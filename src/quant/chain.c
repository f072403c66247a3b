#include "quant/chain.h"

#include <math.h>

/* max|t|, or an error for what has no scale. */
static enum hs_status peak(double *out, const struct hs_tensor *t, struct hs_error *err)
{
    size_t count = hs_tensor_count(t);
    double m = 0;

    for (size_t i = 0; i < count; i++) {
        double v = fabs(hs_tensor_get(t, i));

        if (!isfinite(v))
            return hs_fail(err, HS_ERANGE, "element %zu is not finite, so it has no scale", i);
        m = v > m ? v : m;
    }
    if (m == 0)
        return hs_fail(err, HS_ERANGE,
                       "every element is 0: max|x|/127 would be 0 and the codes 0/0; the lab "
                       "leaves this case open");
    *out = m;
    return HS_OK;
}

enum hs_status hs_chain_quantize(struct hs_tensor *codes, double *scale, struct hs_arena *arena,
                                 const struct hs_tensor *t, bool f32, struct hs_error *err)
{
    struct hs_tensor q;
    double m, s;
    enum hs_status st = peak(&m, t, err);

    if (st != HS_OK)
        return st;
    s = f32 ? (double)((float)m / 127.0f) : m / 127;
    if (codes != NULL)
        st = hs_tensor_new(&q, arena, HS_INT8, t->ndim, t->shape, err);
    for (size_t i = 0; codes != NULL && st == HS_OK && i < hs_tensor_count(t); i++) {
        double v = hs_tensor_get(t, i), r = f32 ? (double)((float)v / (float)s) : v / s,
               code = rint(r);

        ((int8_t *)q.data)[i] = (int8_t)(code < -128 ? -128 : code > 127 ? 127 : code);
    }
    if (st != HS_OK)
        return st;
    if (codes != NULL)
        *codes = q;
    *scale = s;
    return HS_OK;
}

/* prod(ss_w ss_out) over the earlier layers, as the lab multiplies it. */
static float product32(const struct hs_chain_link *earlier, size_t n)
{
    float p = 1;

    for (size_t i = 0; i < n; i++)
        p *= (float)earlier[i].s_w * (float)earlier[i].s_out;
    return p;
}

static double product64(const struct hs_chain_link *earlier, size_t n)
{
    double p = 1;

    for (size_t i = 0; i < n; i++)
        p *= earlier[i].s_w * earlier[i].s_out;
    return p;
}

double hs_chain_bias_scale(double s_w, double s_in, const struct hs_chain_link *earlier, size_t n)
{
    return s_w * s_in * product64(earlier, n);
}

float hs_chain_bias_scale_f32(double s_w, double s_in, const struct hs_chain_link *earlier,
                              size_t n)
{
    return (float)s_w * (float)s_in * product32(earlier, n);
}

/* Divisions keep the order of their operands, so the largest quotient is that of the largest
 * element. */
enum hs_status hs_chain_output_scale(double *s_out, const struct hs_tensor *activations, double s_w,
                                     double s_in, const struct hs_chain_link *earlier, size_t n,
                                     bool f32, struct hs_error *err)
{
    double m, p = f32 ? (double)product32(earlier, n) : product64(earlier, n);
    enum hs_status st = peak(&m, activations, err);

    if (st != HS_OK)
        return st;
    if (!(s_w > 0) || !(s_in > 0) || !(p > 0) || isinf(s_w * s_in * p))
        return hs_fail(
            err, HS_ERANGE,
            "s_w is %g, s_initial_input %g and the product of ss %g; every scale must be "
            "positive and finite",
            s_w, s_in, p);
    m = f32 ? (double)((float)m / (float)s_w / (float)s_in / (float)p / 127.0f)
            : m / s_w / s_in / p / 127;
    if (!(m > 0) || isinf(m))
        return hs_fail(err, HS_ERANGE, "s_out is %g: the scales are too far from the activations",
                       m);
    *s_out = m;
    return HS_OK;
}

enum hs_status hs_chain_bias(struct hs_tensor *codes, size_t *clamped, struct hs_arena *arena,
                             const struct hs_tensor *bias, double s_bias, bool f32,
                             struct hs_error *err)
{
    size_t moved = 0;
    struct hs_tensor q;
    enum hs_status st;

    if (!(s_bias > 0) || isinf(s_bias))
        return hs_fail(err, HS_ERANGE, "s_bias is %g; it must be positive and finite", s_bias);
    st = hs_tensor_new(&q, arena, HS_INT32, bias->ndim, bias->shape, err);
    for (size_t i = 0; st == HS_OK && i < hs_tensor_count(bias); i++) {
        double v = hs_tensor_get(bias, i), code;

        if (!isfinite(v))
            return hs_fail(err, HS_ERANGE, "bias element %zu is %g; it must be finite", i, v);
        code = rint(f32 ? (double)((float)v / (float)s_bias) : v / s_bias);
        moved += code > INT32_MAX || code < INT32_MIN;
        ((int32_t *)q.data)[i] = code > INT32_MAX   ? INT32_MAX
                                 : code < INT32_MIN ? INT32_MIN
                                                    : (int32_t)code;
    }
    if (st != HS_OK)
        return st;
    if (clamped != NULL)
        *clamped = moved;
    *codes = q;
    return HS_OK;
}
