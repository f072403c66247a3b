#include "quant/fold.h"

#include <math.h>

struct vectors {
    struct hs_tensor gamma, beta, mean, var, bias;
    bool has_gamma, has_beta, has_bias;
};

static enum hs_status take_vector(struct hs_tensor *out, struct hs_arena *arena,
                                  const struct hs_tensor *t, size_t channels, const char *what,
                                  struct hs_error *err)
{
    if (!hs_dtype_is_float(t->dtype))
        return hs_fail(err, HS_EDTYPE, "%s of a BatchNorm is %s; floats are wanted", what,
                       hs_dtype_name(t->dtype));
    if (t->ndim != 1 || t->shape[0] != channels)
        return hs_fail(err, HS_ESHAPE, "%s has %zu elements for %zu channels", what,
                       hs_tensor_count(t), channels);
    return hs_tensor_as(out, arena, t, HS_FLOAT32, err);
}

static enum hs_status take_vectors(struct vectors *v, struct hs_arena *arena, size_t channels,
                                   const struct hs_tensor *bias, const struct hs_batchnorm *bn,
                                   struct hs_error *err)
{
    enum hs_status st = take_vector(&v->mean, arena, bn->mean, channels, "running mean", err);

    if (st == HS_OK)
        st = take_vector(&v->var, arena, bn->var, channels, "running variance", err);
    v->has_gamma = bn->gamma != NULL;
    if (st == HS_OK && v->has_gamma)
        st = take_vector(&v->gamma, arena, bn->gamma, channels, "weight", err);
    v->has_beta = bn->beta != NULL;
    if (st == HS_OK && v->has_beta)
        st = take_vector(&v->beta, arena, bn->beta, channels, "bias", err);
    v->has_bias = bias != NULL;
    if (st == HS_OK && v->has_bias)
        st = take_vector(&v->bias, arena, bias, channels, "the layer's bias", err);
    return st;
}

static void fold_channel(float *w, size_t n, float *b, const struct vectors *v, size_t c, float r)
{
    float gamma = v->has_gamma ? ((const float *)v->gamma.data)[c] : 1.0F;
    float beta = v->has_beta ? ((const float *)v->beta.data)[c] : 0.0F;
    float bias = v->has_bias ? ((const float *)v->bias.data)[c] : 0.0F;
    float factor = gamma * r;

    for (size_t i = 0; i < n; i++)
        w[i] *= factor;
    *b = (bias - ((const float *)v->mean.data)[c]) * r * gamma + beta;
}

enum hs_status hs_fold_batchnorm(struct hs_tensor *out_weight, struct hs_tensor *out_bias,
                                 struct hs_arena *arena, const struct hs_tensor *weight,
                                 const struct hs_tensor *bias, const struct hs_batchnorm *bn,
                                 struct hs_error *err)
{
    size_t channels = weight->ndim > 0 ? weight->shape[0] : 0, inner;
    struct hs_tensor single, w, b;
    struct vectors v;
    enum hs_status st;

    if (weight->ndim < 2 || channels == 0)
        return hs_fail(err, HS_ESHAPE, "a weight to fold has at least the axes (out, in)");
    if (!hs_dtype_is_float(weight->dtype))
        return hs_fail(err, HS_EDTYPE, "a weight to fold is of floats; this one is %s",
                       hs_dtype_name(weight->dtype));
    if ((st = take_vectors(&v, arena, channels, bias, bn, err)) != HS_OK ||
        (st = hs_tensor_as(&single, arena, weight, HS_FLOAT32, err)) != HS_OK ||
        (st = hs_tensor_copy(&w, arena, &single, err)) != HS_OK ||
        (st = hs_tensor_new(&b, arena, HS_FLOAT32, 1, &channels, err)) != HS_OK)
        return st;
    inner = hs_tensor_count(&w) / channels;
    for (size_t c = 0; c < channels; c++) {
        float spread = ((const float *)v.var.data)[c] + (float)bn->eps;

        if (!(spread > 0.0F))
            return hs_fail(err, HS_ERANGE,
                           "the variance of channel %zu plus eps is %g; it must be > 0", c,
                           (double)spread);
        fold_channel((float *)w.data + c * inner, inner, (float *)b.data + c, &v, c,
                     1.0F / sqrtf(spread));
    }
    *out_weight = w;
    *out_bias = b;
    return HS_OK;
}
