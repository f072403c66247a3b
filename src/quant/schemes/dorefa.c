#include "quant/schemes/common.h"

enum hs_status hs_dorefa_weights(struct hs_tensor *out, struct hs_arena *arena,
                                 const struct hs_tensor *w, int bits, struct hs_error *err)
{
    struct hs_tensor t;
    double top = 0, steps, *v;
    size_t count = hs_tensor_count(w);
    enum hs_status st = hs_scheme_bits(bits, 1, "DoReFa", err);

    if (st == HS_OK)
        st = hs_scheme_copy(&t, arena, w, err);
    if (st != HS_OK)
        return st;
    v = t.data;
    steps = (double)((1 << bits) - 1);
    for (size_t i = 0; i < count; i++) {
        v[i] = tanh(v[i]);
        top = fmax(top, fabs(v[i]));
    }
    if (count != 0 && top == 0)
        return hs_fail(err, HS_ERANGE, "every weight is 0: tanh(w)/max|tanh(w)| is 0/0");
    for (size_t i = 0; i < count; i++)
        v[i] = 2 * (rint(steps * (v[i] / (2 * top) + 0.5)) / steps) - 1;
    *out = t;
    return HS_OK;
}

enum hs_status hs_dorefa_binary_weights(struct hs_tensor *out, struct hs_arena *arena,
                                        const struct hs_tensor *w, struct hs_error *err)
{
    struct hs_tensor t;
    size_t count = hs_tensor_count(w);
    double sum = 0, *v;
    enum hs_status st = hs_scheme_copy(&t, arena, w, err);

    if (st != HS_OK)
        return st;
    v = t.data;
    for (size_t i = 0; i < count; i++)
        sum += fabs(v[i]);
    for (size_t i = 0; i < count; i++)
        v[i] = v[i] < 0 ? -sum / (double)count : sum / (double)count; /* sign(0) = +1 */
    *out = t;
    return HS_OK;
}

enum hs_status hs_unit_quantize(struct hs_tensor *out, struct hs_tensor *codes,
                                struct hs_arena *arena, const struct hs_tensor *a, int bits,
                                enum hs_round rounding, struct hs_error *err)
{
    struct hs_tensor t, c;
    double steps;
    size_t count = hs_tensor_count(a);
    enum hs_status st = hs_scheme_bits(bits, 1, "DoReFa", err);

    if (st == HS_OK && rounding == HS_ROUND_STOCHASTIC)
        st =
            hs_fail(err, HS_EINVAL, "activations are not rounded stochastically; choose half_even");
    if (st == HS_OK)
        st = hs_scheme_copy(&t, arena, a, err);
    if (st == HS_OK)
        st = hs_scheme_copy(&c, arena, a, err);
    if (st != HS_OK)
        return st;
    steps = (double)((1 << bits) - 1);
    for (size_t i = 0; i < count; i++) {
        double code = hs_round(steps * hs_clip(((double *)t.data)[i], 0, 1), rounding);

        ((double *)c.data)[i] = code;
        ((double *)t.data)[i] = code / steps;
    }
    *out = t;
    if (codes != NULL)
        *codes = c;
    return HS_OK;
}

enum hs_status hs_dorefa_activations(struct hs_tensor *out, struct hs_tensor *codes,
                                     struct hs_arena *arena, const struct hs_tensor *a, int bits,
                                     struct hs_error *err)
{
    return hs_unit_quantize(out, codes, arena, a, bits, HS_ROUND_HALF_EVEN, err);
}

enum hs_status hs_unit_clip_grad(struct hs_tensor *dx, struct hs_arena *arena,
                                 const struct hs_tensor *a, const struct hs_tensor *upstream,
                                 struct hs_error *err)
{
    struct hs_tensor t;
    size_t count = hs_tensor_count(a);
    enum hs_status st;

    if (!hs_shape_equal(a, upstream))
        return hs_fail(err, HS_ESHAPE, "the gradient's shape is not that of the activations");
    st = hs_scheme_copy(&t, arena, upstream, err);
    for (size_t i = 0; st == HS_OK && i < count; i++) {
        double v = hs_tensor_get(a, i);

        if (!(v >= 0 && v <= 1))
            ((double *)t.data)[i] = 0;
    }
    if (st == HS_OK)
        *dx = t;
    return st;
}
