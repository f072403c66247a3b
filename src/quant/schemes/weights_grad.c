#include "quant/schemes/common.h"

/* Both arguments as float64 of one shape. */
static enum hs_status copy_both(struct hs_tensor *w, struct hs_tensor *dy, struct hs_arena *arena,
                                const struct hs_tensor *weights, const struct hs_tensor *upstream,
                                struct hs_error *err)
{
    enum hs_status st;

    if (!hs_shape_equal(weights, upstream))
        return hs_fail(
            err, HS_ESHAPE,
            "the upstream gradient has another shape than the tensor; it must be the same");
    if ((st = hs_scheme_copy(w, arena, weights, err)) != HS_OK)
        return st;
    return hs_scheme_copy(dy, arena, upstream, err);
}

enum hs_status hs_dorefa_weights_grad(struct hs_tensor *dw, struct hs_arena *arena,
                                      const struct hs_tensor *weights,
                                      const struct hs_tensor *upstream, struct hs_error *err)
{
    struct hs_tensor w, dy;
    enum hs_status st = copy_both(&w, &dy, arena, weights, upstream, err);
    size_t count = hs_tensor_count(weights);
    double top = 0;

    if (st != HS_OK)
        return st;
    for (size_t i = 0; i < count; i++)
        top = fmax(top, fabs(tanh(((double *)w.data)[i])));
    if (count != 0 && top == 0)
        return hs_fail(err, HS_ERANGE, "every weight is 0: tanh(w)/max|tanh(w)| is 0/0");
    for (size_t i = 0; i < count; i++) {
        double t = tanh(((double *)w.data)[i]);

        ((double *)dy.data)[i] *= (1 - t * t) / top;
    }
    *dw = dy;
    return HS_OK;
}

enum hs_status hs_wrpn_weights_grad(struct hs_tensor *dw, struct hs_arena *arena,
                                    const struct hs_tensor *weights,
                                    const struct hs_tensor *upstream, struct hs_error *err)
{
    struct hs_tensor w, dy;
    enum hs_status st = copy_both(&w, &dy, arena, weights, upstream, err);

    if (st != HS_OK)
        return st;
    for (size_t i = 0; i < hs_tensor_count(weights); i++)
        if (fabs(((double *)w.data)[i]) > 1)
            ((double *)dy.data)[i] = 0;
    *dw = dy;
    return HS_OK;
}
