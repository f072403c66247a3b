#include "nn/prepare.h"

#include <stdio.h>
#include <string.h>

#include "quant/fold.h"

/* ---- folding ---- */

static bool has_weights(const struct hs_layer *l)
{
    return l->class == &hs_layer_linear || l->class == &hs_layer_conv2d;
}

/* The empty copy that the functions below fill. */
static enum hs_status begin_copy(struct hs_model *out, const struct hs_model *m,
                                 struct hs_error *err)
{
    *out = HS_MODEL_INIT;
    out->input = m->input;
    out->classes = m->classes;
    out->arch = hs_arena_strdup(&out->arena, m->arch != NULL ? m->arch : "");
    out->data = hs_arena_strdup(&out->arena, m->data != NULL ? m->data : "");
    if (out->arch == NULL || out->data == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a model");
    return hs_value_copy(&out->about, &out->arena, &m->about, true, err);
}

/* Appends a layer with the parameters of `from`. */
static enum hs_status add_like(struct hs_model *out, const struct hs_layer *from,
                               struct hs_error *err)
{
    enum hs_status st = hs_model_add(out, from, err);

    for (int i = 0; st == HS_OK && i < from->params; i++)
        memcpy(out->layer[out->n - 1].param[i].value.data, from->param[i].value.data,
               hs_tensor_count(&from->param[i].value) * sizeof(float));
    return st;
}

static enum hs_status add_folded(struct hs_model *out, const struct hs_layer *l,
                                 const struct hs_layer *bn, struct hs_error *err)
{
    struct hs_batchnorm b = {.gamma = &bn->param[0].value,
                             .beta = &bn->param[1].value,
                             .mean = &bn->running_mean,
                             .var = &bn->running_var,
                             .eps = bn->eps};
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_layer with_bias = *l, *added;
    struct hs_tensor w, bias;
    enum hs_status st = hs_fold_batchnorm(&w, &bias, &arena, &l->param[0].value,
                                          l->has_bias ? &l->param[1].value : NULL, &b, err);

    with_bias.has_bias = true;
    if (st == HS_OK)
        st = hs_model_add(out, &with_bias, err);
    if (st == HS_OK) {
        added = &out->layer[out->n - 1];
        memcpy(added->param[0].value.data, w.data, hs_tensor_count(&w) * sizeof(float));
        memcpy(added->param[1].value.data, bias.data, hs_tensor_count(&bias) * sizeof(float));
    } else {
        hs_error_prefix(err, "folding %s into %s", bn->name, l->name);
    }
    hs_arena_dispose(&arena);
    return st;
}

enum hs_status hs_model_fold(struct hs_model *out, const struct hs_model *m, struct hs_error *err)
{
    struct hs_model folded;
    enum hs_status st = begin_copy(&folded, m, err);

    for (size_t i = 0; st == HS_OK && i < m->n; i++) {
        const struct hs_layer *l = &m->layer[i];

        if (l->class == &hs_layer_batchnorm)
            st = hs_fail(err, HS_EINVAL,
                         "%s stands behind no convolution or linear layer, so it cannot be folded",
                         l->name);
        else if (has_weights(l) && i + 1 < m->n && l[1].class == &hs_layer_batchnorm)
            st = add_folded(&folded, l, &m->layer[++i], err);
        else
            st = add_like(&folded, l, err);
    }
    if (st != HS_OK) {
        hs_model_dispose(&folded);
        return st;
    }
    *out = folded;
    return HS_OK;
}

/* ---- quantizers ---- */

static bool is_float(const struct hs_fake_spec *s)
{
    return s->config.target.bits >= 32;
}

static enum hs_status add_quantizer(struct hs_model *m, const char *behind,
                                    const struct hs_fake_spec *spec, struct hs_error *err)
{
    char name[256];
    enum hs_status st;

    if (is_float(spec))
        return HS_OK;
    snprintf(name, sizeof name, "%.250s.q", behind);
    st = hs_model_add(m, &(struct hs_layer){.class = &hs_layer_fake_quantize, .name = name}, err);
    if (st == HS_OK)
        st = hs_fake_new(&m->layer[m->n - 1].fake, &m->arena, spec, NULL, err);
    return st;
}

/* Layer i of the folded model and what stands behind it. */
static enum hs_status add_prepared(struct hs_model *out, const struct hs_model *folded, size_t i,
                                   const struct hs_qconfig *q, struct hs_error *err)
{
    const struct hs_layer *l = &folded->layer[i];
    bool last = i + 1 == folded->n, relu_next = !last && l[1].class == &hs_layer_relu;
    enum hs_status st = add_like(out, l, err);
    struct hs_layer *added;

    if (st != HS_OK)
        return st;
    added = &out->layer[out->n - 1];
    if (l->class == &hs_layer_relu)
        return add_quantizer(out, l->name, last ? &q->output : &q->activation, err);
    if (!has_weights(l))
        return HS_OK;
    if (!is_float(&q->weight)) {
        st = hs_fake_new(&added->fake, &out->arena, &q->weight, &added->param[0].value, err);
        if (st != HS_OK)
            hs_error_prefix(err, "weights of %s", l->name);
    }
    if (st == HS_OK && !relu_next && !(last && q->sums))
        st = add_quantizer(out, l->name, &q->output, err);
    return st;
}

enum hs_status hs_prepare(struct hs_model *out, const struct hs_model *m,
                          const struct hs_qconfig *q, struct hs_error *err)
{
    struct hs_model folded, made;
    enum hs_status st;

    if (hs_model_is_prepared(m))
        return hs_fail(err, HS_EINVAL,
                       "the model has quantizers already; begin with the float model");
    if ((st = hs_model_fold(&folded, m, err)) != HS_OK)
        return st;
    st = begin_copy(&made, &folded, err);
    if (st == HS_OK)
        st = add_quantizer(&made, "input", &q->input, err);
    for (size_t i = 0; st == HS_OK && i < folded.n; i++)
        st = add_prepared(&made, &folded, i, q, err);
    hs_model_dispose(&folded);
    if (st != HS_OK) {
        hs_model_dispose(&made);
        return st;
    }
    *out = made;
    return HS_OK;
}

bool hs_model_is_prepared(const struct hs_model *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->layer[i].fake != NULL)
            return true;
    return false;
}

void hs_model_observe(struct hs_model *m, bool observing)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->layer[i].fake != NULL)
            m->layer[i].fake->observing = observing;
}
