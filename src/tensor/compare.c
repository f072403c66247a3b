#include "tensor/compare.h"

#include <math.h>

static enum hs_status refuse_shapes(const struct hs_tensor *a, const struct hs_tensor *b, struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT;
    enum hs_status st;

    hs_shape_format(&text, a->ndim, a->shape);
    hs_str_add(&text, " and ");
    hs_shape_format(&text, b->ndim, b->shape);
    st = hs_fail(err, HS_ESHAPE, "shapes %s differ", text.buf);
    hs_str_dispose(&text);
    return st;
}

enum hs_status hs_tensor_compare(struct hs_compare *out, const struct hs_tensor *a, const struct hs_tensor *b,
                                 struct hs_error *err)
{
    struct hs_compare r = {.count = hs_tensor_count(a)};
    double error = 0, signal = 0, power = 0, dot = 0, signed_sum = 0;

    if (!hs_shape_equal(a, b))
        return refuse_shapes(a, b, err);
    r.first = r.count;
    for (size_t i = 0; i < r.count; i++) {
        double x = hs_tensor_get(a, i), y = hs_tensor_get(b, i), d = x - y;
        bool same = x == y || (isnan(x) && isnan(y));

        if (!same) {
            r.first = r.mismatches == 0 ? i : r.first;
            r.mismatches++;
            r.max_abs = !(fabs(d) <= r.max_abs) ? fabs(d) : r.max_abs; /* NaN wins */
            error += d * d;
            signed_sum += d;
        }
        power += x * x;
        signal += y * y;
        dot += x * y;
    }
    r.equal = r.mismatches == 0;
    if (r.count != 0) {
        r.rmse = sqrt(error / (double)r.count);
        r.mean_signed = signed_sum / (double)r.count;
    }
    r.sqnr_db = error == 0 ? (double)INFINITY : signal == 0 ? -(double)INFINITY : 10 * log10(signal / error);
    r.cosine = power == 0 && signal == 0 ? 1 : power == 0 || signal == 0 ? 0 : dot / sqrt(power) / sqrt(signal);
    *out = r;
    return HS_OK;
}
