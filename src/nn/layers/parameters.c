#include "nn/layers/parameters.h"

#include <math.h>

enum hs_status hs_layer_param(struct hs_layer *l, struct hs_arena *arena, const char *name,
                              bool decays, int ndim, const size_t *shape, struct hs_error *err)
{
    struct hs_param *p = &l->param[l->params];
    enum hs_status st = hs_tensor_new(&p->value, arena, HS_FLOAT32, ndim, shape, err);

    if (st == HS_OK)
        st = hs_tensor_new(&p->grad, arena, HS_FLOAT32, ndim, shape, err);
    if (st != HS_OK) {
        hs_error_prefix(err, "layer %s, %s", l->name, name);
        return st;
    }
    p->name = name;
    p->decays = decays;
    l->params++;
    return HS_OK;
}

enum hs_status hs_layer_weight_and_bias(struct hs_layer *l, struct hs_arena *arena, int ndim,
                                        const size_t *shape, struct hs_error *err)
{
    enum hs_status st = hs_layer_param(l, arena, "weight", true, ndim, shape, err);

    if (st == HS_OK && l->has_bias)
        st = hs_layer_param(l, arena, "bias", false, 1, shape, err);
    return st;
}

void hs_layer_start_uniform(struct hs_layer *l, struct hs_rng *rng)
{
    const struct hs_tensor *w = &l->param[0].value;
    double bound = 1 / sqrt((double)(hs_tensor_count(w) / w->shape[0]));

    for (int i = 0; i < l->params && i < 2; i++) {
        float *v = l->param[i].value.data;

        for (size_t j = 0; j < hs_tensor_count(&l->param[i].value); j++)
            v[j] = (float)((2 * hs_rng_uniform(rng) - 1) * bound);
    }
}
