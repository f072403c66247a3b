#include "base/fmt.h"
#include "quant/schemes/common.h"

static enum hs_status check(double alpha, int bits, struct hs_error *err)
{
    char text[HS_FMT_SIZE];

    if (!(alpha > 0) || !isfinite(alpha))
        return hs_fail(err, HS_ERANGE, "alpha is %s; PACT needs a positive one",
                       hs_fmt_double(text, alpha));
    return hs_scheme_bits(bits, 1, "PACT", err);
}

enum hs_status hs_pact(struct hs_tensor *out, struct hs_tensor *clipped, struct hs_tensor *codes,
                       struct hs_arena *arena, const struct hs_tensor *x, double alpha, int bits,
                       struct hs_error *err)
{
    struct hs_tensor y, c, q;
    double steps;
    size_t count = hs_tensor_count(x);
    enum hs_status st = check(alpha, bits, err);

    if (st == HS_OK)
        st = hs_scheme_copy(&y, arena, x, err);
    if (st == HS_OK)
        st = hs_scheme_copy(&c, arena, x, err);
    if (st == HS_OK)
        st = hs_scheme_copy(&q, arena, x, err);
    if (st != HS_OK)
        return st;
    steps = (double)((1 << bits) - 1);
    for (size_t i = 0; i < count; i++) {
        double v = hs_clip(((double *)y.data)[i], 0, alpha), code = rint(v * steps / alpha);

        ((double *)c.data)[i] = v;
        ((double *)q.data)[i] = code;
        ((double *)y.data)[i] = code * alpha / steps;
    }
    *out = y;
    if (clipped != NULL)
        *clipped = c;
    if (codes != NULL)
        *codes = q;
    return HS_OK;
}

enum hs_status hs_pact_grad(struct hs_tensor *dx, double *dalpha, struct hs_arena *arena,
                            const struct hs_tensor *x, double alpha,
                            const struct hs_tensor *upstream, struct hs_error *err)
{
    struct hs_tensor t;
    double sum = 0;
    size_t count = hs_tensor_count(x);
    enum hs_status st;

    if (!hs_shape_equal(x, upstream))
        return hs_fail(err, HS_ESHAPE, "the gradient's shape is not that of the activations");
    st = hs_scheme_copy(&t, arena, upstream, err);
    for (size_t i = 0; st == HS_OK && i < count; i++) {
        double v = hs_tensor_get(x, i), *d = (double *)t.data + i;

        sum += v >= alpha ? *d : 0;
        if (!(v >= 0 && v < alpha))
            *d = 0;
    }
    if (st != HS_OK)
        return st;
    *dx = t;
    *dalpha = sum;
    return HS_OK;
}
