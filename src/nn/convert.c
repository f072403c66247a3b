/* From a model with quantizers to an integer program. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/program.h"

struct conversion {
    struct hs_program *p;
    const struct hs_model *m;
    const struct hs_requantizer *requantize;
    enum hs_round bias_rounding;
    struct hs_codes x; /* of what stands before the next layer */
    struct hs_extent extent;
};

static enum hs_status codes_of(struct hs_codes *out, const struct hs_layer *l, struct hs_error *err)
{
    const struct hs_qparams *qp = l->fake == NULL ? NULL : &l->fake->qp;

    if (qp == NULL || qp->scale == NULL)
        return hs_fail(err, HS_EINVAL,
                       "the quantizer %s has no range yet: calibrate or train the model first",
                       l->name);
    *out = (struct hs_codes){.scale = qp->scale[0],
                             .zero_point = (int32_t)qp->zero_point[0],
                             .lo = (int32_t)qp->qmin,
                             .hi = (int32_t)qp->qmax,
                             .is_signed = hs_dtype_is_signed(qp->dtype)};
    return HS_OK;
}

/* Codes of the weights as the forward used them: used = s q exactly rounded, so q comes back. */
static enum hs_status weight_codes(struct hs_step *s, struct hs_arena *arena, struct hs_layer *l,
                                   struct hs_error *err)
{
    struct hs_fake *f = l->fake;
    size_t count = hs_tensor_count(&l->param[0].value), row;
    double *s_w;
    enum hs_status st =
        hs_tensor_new(&s->w, arena, HS_INT8, l->param[0].value.ndim, l->param[0].value.shape, err);

    if (st != HS_OK)
        return st;
    hs_fake_weights(f, &l->param[0].value, false);
    if (f->qp.scale == NULL)
        return hs_fail(err, HS_EINVAL, "the weights of %s have no scale yet: calibrate first",
                       l->name);
    row = count / f->n;
    s_w = hs_arena_alloc(arena, f->n, sizeof *s_w);
    if (s_w == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a program");
    for (size_t i = 0; i < count; i++) {
        double q = rint((double)((const float *)f->used.data)[i] / f->qp.scale[i / row]);

        if (f->qp.zero_point[i / row] != 0 || q < INT8_MIN || q > INT8_MAX)
            return hs_fail(err, HS_ERANGE,
                           "weight %zu of %s has code %.0f, zero point %lld: a program has int8 "
                           "weights with zero point 0 (DoReFa: at most 7 bits)",
                           i, l->name, q, (long long)f->qp.zero_point[i / row]);
        ((int8_t *)s->w.data)[i] = (int8_t)q;
    }
    memcpy(s_w, f->qp.scale, f->n * sizeof *s_w);
    s->s_w = s_w;
    s->n_s = f->n;
    return HS_OK;
}

static enum hs_status bias_codes(const struct conversion *c, struct hs_step *s,
                                 const struct hs_layer *l, struct hs_error *err)
{
    struct hs_bias_report report = {0};
    enum hs_status st;

    if (!l->has_bias)
        return hs_tensor_new(&s->bias, &c->p->arena, HS_INT32, 1, &l->out.c, err);
    st = hs_quantize_bias_by(&s->bias, &c->p->arena, &l->param[1].value, s->x.scale, s->s_w, s->n_s,
                             c->bias_rounding, HS_BIAS_CLAMP, &report, err);
    s->bias_clamped = report.clamped;
    return st;
}

static enum hs_status requantizer(const struct conversion *c, struct hs_step *s,
                                  struct hs_error *err)
{
    double *m = hs_arena_alloc(&c->p->arena, s->n_s, sizeof *m);
    enum hs_status st;

    if (m == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a program");
    for (size_t i = 0; i < s->n_s; i++)
        m[i] = s->x.scale * s->s_w[i] / s->y.scale;
    s->requantize = *c->requantize;
    s->requantize.n = s->n_s;
    s->requantize.multiplier = m;
    s->requantize.mantissa = NULL;
    s->requantize.shift = NULL;
    s->requantize.zero_point = s->y.zero_point;
    s->requantize.qmin = s->y.lo;
    s->requantize.qmax = s->y.hi;
    s->requantize.dtype = s->y.is_signed ? HS_INT8 : HS_UINT8;
    s->requantize.relu = s->relu;
    st = hs_requantizer_prepare(&s->requantize, &c->p->arena, err);
    if (st != HS_OK)
        hs_error_prefix(err, "layer %s", s->name);
    return st;
}

/* Layer i of the model with the relu and the quantizer behind it; *next is what follows them. */
static enum hs_status convert_weighted(struct conversion *c, size_t i, size_t *next,
                                       struct hs_error *err)
{
    struct hs_layer *l = &c->m->layer[i];
    struct hs_step *s = &c->p->step[c->p->n++];
    size_t k = i + 1;
    enum hs_status st;

    *s = (struct hs_step){.kind = l->class == &hs_layer_conv2d ? HS_STEP_CONV : HS_STEP_LINEAR,
                          .name = hs_arena_strdup(&c->p->arena, l->name),
                          .in = c->extent,
                          .out = l->out,
                          .kernel = {l->kernel[0], l->kernel[1]},
                          .geometry = l->geometry,
                          .x = c->x};
    if (l->fake == NULL)
        return hs_fail(err, HS_EINVAL, "the weights of %s have no quantizer: a program has int8",
                       l->name);
    if (s->kind == HS_STEP_LINEAR)
        s->in = (struct hs_extent){hs_extent_count(c->extent), 1, 1};
    if (k < c->m->n && c->m->layer[k].class == &hs_layer_relu) {
        s->relu = true;
        k++;
    }
    s->sums = k == c->m->n;
    if (!s->sums && c->m->layer[k].class != &hs_layer_fake_quantize)
        return hs_fail(err, HS_EINVAL, "no quantizer stands behind %s, where %s follows",
                       c->m->layer[k - 1].name, c->m->layer[k].name);
    if (!s->sums && (st = codes_of(&s->y, &c->m->layer[k++], err)) != HS_OK)
        return st;
    if (s->sums && s->relu)
        return hs_fail(err, HS_EINVAL, "the last layer has a relu, so it needs a quantizer behind");
    if ((st = weight_codes(s, &c->p->arena, l, err)) != HS_OK ||
        (st = bias_codes(c, s, l, err)) != HS_OK)
        return st;
    *next = k;
    c->x = s->y;
    c->extent = s->out;
    return s->sums ? HS_OK : requantizer(c, s, err);
}

static void convert_pool(struct conversion *c, const struct hs_layer *l)
{
    struct hs_step *s = &c->p->step[c->p->n++];

    *s = (struct hs_step){.kind = HS_STEP_MAXPOOL,
                          .name = hs_arena_strdup(&c->p->arena, l->name),
                          .in = l->in,
                          .out = l->out,
                          .kernel = {l->kernel[0], l->kernel[1]},
                          .geometry = l->geometry,
                          .x = c->x,
                          .y = c->x};
    s->geometry.dilation[0] = s->geometry.dilation[1] = 1;
    s->geometry.groups = 1;
    c->extent = l->out;
}

static enum hs_status convert_layers(struct conversion *c, struct hs_error *err)
{
    const struct hs_model *m = c->m;
    enum hs_status st = HS_OK;
    size_t next;

    for (size_t i = 1; st == HS_OK && i < m->n; i = next) {
        const struct hs_layer_class *class = m->layer[i].class;

        next = i + 1;
        if (class == &hs_layer_conv2d || class == &hs_layer_linear)
            st = convert_weighted(c, i, &next, err);
        else if (class == &hs_layer_maxpool)
            convert_pool(c, &m->layer[i]);
        else if (class != &hs_layer_flatten)
            st = hs_fail(err, HS_EINVAL, "layer %s (%s) cannot stand there in an integer program",
                         m->layer[i].name, class->id);
    }
    return st;
}

static enum hs_status begin(struct conversion *c, struct hs_error *err)
{
    struct hs_program *p = c->p;
    const struct hs_model *m = c->m;
    enum hs_status st;

    if (m->n < 2 || m->layer[0].class != &hs_layer_fake_quantize)
        return hs_fail(err, HS_EINVAL,
                       "the model has no quantizer at its input; prepare it (halfstep calibrate)");
    st = codes_of(&p->in, &m->layer[0], err);
    if (st != HS_OK)
        return st;
    p->in_options = m->layer[0].fake->qp.options;
    p->input = m->input;
    p->classes = m->classes;
    p->arch = hs_arena_strdup(&p->arena, m->arch != NULL ? m->arch : "");
    p->data = hs_arena_strdup(&p->arena, m->data != NULL ? m->data : "");
    p->step = hs_arena_alloc_zero(&p->arena, m->n, sizeof *p->step);
    if (p->arch == NULL || p->data == NULL || p->step == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a program");
    c->x = p->in;
    c->extent = m->input.extent;
    return hs_value_copy(&p->about, &p->arena, &m->about, true, err);
}

enum hs_status hs_convert(struct hs_program *out, const struct hs_model *m,
                          const struct hs_requantizer *requantize, enum hs_round bias_rounding,
                          struct hs_error *err)
{
    struct hs_program p = HS_PROGRAM_INIT;
    struct conversion c = {.p = &p,
                           .m = m,
                           .requantize = requantize,
                           .bias_rounding = bias_rounding};
    enum hs_status st = begin(&c, err);

    if (st == HS_OK)
        st = convert_layers(&c, err);
    if (st == HS_OK)
        st = hs_program_pack(&p, err);
    if (st != HS_OK) {
        hs_program_dispose(&p);
        return st;
    }
    *out = p;
    return HS_OK;
}
