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

double hs_chain_bias_scale(double s_w, double s_in, const struct hs_chain_link *earlier, size_t n)
{
    double s = s_w * s_in;

    for (size_t i = 0; i < n; i++)
        s *= earlier[i].s_w * earlier[i].s_out;
    return s;
}

enum hs_status hs_chain_output_scale(double *s_out, const struct hs_tensor *activations, double s_w,
                                     double s_in, const struct hs_chain_link *earlier, size_t n,
                                     bool f32, struct hs_error *err)
{
    double m, s = hs_chain_bias_scale(s_w, s_in, earlier, n);
    enum hs_status st = peak(&m, activations, err);

    if (st != HS_OK)
        return st;
    if (!(s > 0) || !isfinite(s))
        return hs_fail(err, HS_ERANGE,
                       "the product of the scales is %g; every scale must be positive", s);
    m = m / s / 127;
    *s_out = f32 ? (double)(float)m : m;
    return HS_OK;
}
