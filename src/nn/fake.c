#include "nn/fake.h"

#include <math.h>
#include <string.h>

#include "nn/fake_parts.h"
#include "quant/learnable.h"

static const struct {
    const char *name, *help;
} methods[] = {
#define HS_QAT_METHOD(id, name, help) {name, help},
#include "nn/methods.def"
#undef HS_QAT_METHOD
};

const char *hs_qat_method_name(enum hs_qat_method m)
{
    return methods[m].name;
}

const char *hs_qat_method_help(enum hs_qat_method m)
{
    return methods[m].help;
}

int hs_qat_method_find(const char *name)
{
    for (int i = 0; i < HS_QAT_METHODS; i++)
        if (strcmp(methods[i].name, name) == 0)
            return i;
    return -1;
}

/* ---- making one ---- */

int hs_fake_bits(const struct hs_fake *f)
{
    const struct hs_qtarget *t = &f->spec.config.target;

    return t->bits != 0 ? t->bits : hs_dtype_bits(t->dtype);
}

/* Methods whose range is no observer's: the codes' ends follow from the bits alone. */
bool hs_fake_is_fixed(const struct hs_fake *f)
{
    enum hs_qat_method m = f->spec.method;

    return m == HS_QAT_DOREFA || m == HS_QAT_WRPN || (m == HS_QAT_PACT && !f->weights);
}

static enum hs_status check(const struct hs_fake *f, struct hs_error *err)
{
    int bits = hs_fake_bits(f);
    int64_t qmin, qmax;

    if (f->spec.config.axis > 0 || f->spec.config.block_size != 0)
        return hs_fail(
            err, HS_EINVAL,
            "networks take one scale a tensor, or one a channel of axis 0 of the weights");
    if (bits < 2 || bits > 8)
        return hs_fail(err, HS_EINVAL, "a quantizer of %d bits: networks take 2 to 8", bits);
    return hs_qtarget_range(&qmin, &qmax, &f->spec.config.target, &f->spec.config.options, err);
}

static bool storage(struct hs_fake *f, const struct hs_tensor *weights, struct hs_error *err)
{
    f->min = hs_arena_alloc_zero(f->arena, f->n, sizeof *f->min);
    f->max = hs_arena_alloc_zero(f->arena, f->n, sizeof *f->max);
    f->scale = hs_arena_alloc_zero(f->arena, f->n, sizeof *f->scale);
    f->zero_point = hs_arena_alloc_zero(f->arena, f->n, sizeof *f->zero_point);
    if (f->min == NULL || f->max == NULL || f->scale == NULL || f->zero_point == NULL)
        return false;
    return weights == NULL || hs_tensor_copy(&f->used, f->arena, weights, err) == HS_OK;
}

static bool learned(struct hs_fake *f, struct hs_error *err)
{
    bool lsq = f->spec.method == HS_QAT_LSQ, pact = f->spec.method == HS_QAT_PACT && !f->weights;
    struct hs_param *p = &f->learned;

    if (!lsq && !pact)
        return true;
    p->name = lsq ? "scale" : "alpha";
    p->decays = pact; /* its paper's L2 penalty */
    return hs_tensor_new(&p->value, f->arena, HS_FLOAT32, 1, &f->n, err) == HS_OK &&
           hs_tensor_new(&p->grad, f->arena, HS_FLOAT32, 1, &f->n, err) == HS_OK;
}

enum hs_status hs_fake_new(struct hs_fake **out, struct hs_arena *arena,
                           const struct hs_fake_spec *spec, const struct hs_tensor *weights,
                           struct hs_error *err)
{
    struct hs_fake *f = hs_arena_alloc_zero(arena, 1, sizeof *f);
    enum hs_status st;

    if (f == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a quantizer");
    f->spec = *spec;
    f->weights = weights != NULL;
    f->observing = true;
    f->arena = arena;
    f->n = weights != NULL && spec->config.axis == 0 ? weights->shape[0] : 1;
    if (hs_fake_is_fixed(f))
        f->n = 1;
    st = check(f, err);
    if (st == HS_OK && (!storage(f, weights, err) || !learned(f, err)))
        st = hs_fail(err, HS_ENOMEM, "out of memory for a quantizer");
    if (st == HS_OK)
        *out = f;
    return st;
}

void hs_fake_restore(struct hs_fake *to, const struct hs_fake *from)
{
    memcpy(to->min, from->min, from->n * sizeof *to->min);
    memcpy(to->max, from->max, from->n * sizeof *to->max);
    if (from->qp.scale != NULL)
        hs_fake_take(to, &from->qp);
    if (from->learned.value.data != NULL && to->learned.value.data != NULL)
        memcpy(to->learned.value.data, from->learned.value.data, from->n * sizeof(float));
    to->seen = from->seen;
    to->observing = from->observing;
    to->off = from->off;
}

enum hs_status hs_fake_copy(struct hs_fake **out, struct hs_arena *arena, const struct hs_fake *f,
                            const struct hs_tensor *weights, struct hs_error *err)
{
    struct hs_fake *c;
    enum hs_status st = hs_fake_new(&c, arena, &f->spec, weights, err);

    if (st != HS_OK)
        return st;
    hs_fake_restore(c, f);
    *out = c;
    return HS_OK;
}

void hs_fake_dispose(struct hs_fake *f)
{
    if (f != NULL)
        hs_arena_dispose(&f->work);
}

/* ---- ranges ---- */

void hs_fake_take(struct hs_fake *f, const struct hs_qparams *qp)
{
    struct hs_qparams mine = *qp;

    memmove(f->scale, qp->scale, f->n * sizeof *f->scale);
    memmove(f->zero_point, qp->zero_point, f->n * sizeof *f->zero_point);
    mine.scale = f->scale;
    mine.zero_point = f->zero_point;
    mine.exponent = NULL;
    f->qp = mine;
}

/* LSQ begins with the observer's scale, PACT's alpha where its range ends. */
static void start_learned(struct hs_fake *f)
{
    float *v = f->learned.value.data;

    for (size_t i = 0; v != NULL && i < f->n; i++)
        v[i] = (float)(f->spec.method == HS_QAT_LSQ
                           ? f->qp.scale[i]
                           : f->qp.scale[i] * (double)(f->qp.qmax - f->qp.zero_point[i]));
}

enum hs_status hs_fake_set_qparams(struct hs_fake *f, const struct hs_qparams *qp,
                                   struct hs_error *err)
{
    if (qp->n != f->n)
        return hs_fail(err, HS_ESHAPE, "%zu scales for a quantizer that has %zu", qp->n, f->n);
    for (size_t i = 0; i < qp->n; i++)
        if (!(qp->scale[i] > 0) || !isfinite((float)qp->scale[i]) || (float)qp->scale[i] == 0 ||
            qp->zero_point[i] < qp->qmin || qp->zero_point[i] > qp->qmax)
            return hs_fail(
                err, HS_ERANGE,
                "scale %g, zero point %lld (number %zu): a scale is above 0, a zero point "
                "one of the codes %lld to %lld",
                qp->scale[i], (long long)qp->zero_point[i], i, (long long)qp->qmin,
                (long long)qp->qmax);
    hs_fake_take(f, qp);
    start_learned(f);
    if (hs_fake_is_fixed(f) && !f->weights && /* what codes mean is the method's to say */
        (f->spec.method != HS_QAT_PACT || qp->qmin != 0 || qp->zero_point[0] != 0))
        hs_fake_fix_activations(f);
    f->observing = false;
    return HS_OK;
}

/* Qparams of f->min, f->max; false when they make none (a range that is not finite). */
bool hs_fake_refresh(struct hs_fake *f)
{
    struct hs_arena_mark mark = hs_arena_mark(&f->work);
    struct hs_range range = {.min = f->min, .max = f->max, .n = f->n, .axis = f->n > 1 ? 0 : -1};
    struct hs_quant_options o = f->spec.config.options;
    struct hs_qparams qp;
    bool ok;

    if (o.pow2_rounding == HS_POW2_MSE) /* wants the data; its starting point does without */
        o.pow2_rounding = HS_POW2_NON_OVERFLOW;
    ok = hs_qparams_from_range(&qp, &f->work, &range, &f->spec.config.target, &o, NULL) == HS_OK;
    if (ok)
        hs_fake_take(f, &qp);
    hs_arena_reset(&f->work, mark);
    return ok;
}

enum hs_status hs_fake_set_range(struct hs_fake *f, const struct hs_range *range,
                                 struct hs_error *err)
{
    struct hs_qparams qp;
    enum hs_status st;

    if (range->n != f->n)
        return hs_fail(err, HS_ESHAPE, "%zu ranges for a quantizer that has %zu", range->n, f->n);
    st = hs_qparams_from_range(&qp, &f->work, range, &f->spec.config.target,
                               &f->spec.config.options, err);
    if (st == HS_OK)
        st = hs_fake_set_qparams(f, &qp, err);
    if (st != HS_OK)
        return st;
    memcpy(f->min, range->min, f->n * sizeof *f->min);
    memcpy(f->max, range->max, f->n * sizeof *f->max);
    f->seen = f->seen > 0 ? f->seen : 1;
    return HS_OK;
}

/* The map of group i, as kernels take it. */
struct hs_quantize_args hs_fake_args(const struct hs_fake *f, size_t i)
{
    const struct hs_quant_options *o = &f->qp.options;

    return (struct hs_quantize_args){.scale = f->qp.scale[i],
                                     .zero_point = (int32_t)f->qp.zero_point[i],
                                     .qmin = (int32_t)f->qp.qmin,
                                     .qmax = (int32_t)f->qp.qmax,
                                     .nan_code = (int32_t)f->qp.qmin,
                                     .rounding = o->rounding,
                                     .reciprocal = o->division == HS_RECIPROCAL,
                                     .zero_point_first = o->zero_point_order == HS_BEFORE_ROUNDING};
}

/* The scale that is used for a learned one: a power of two where the scheme wants one (the gradient
 * goes straight through that rounding too). */
double hs_fake_scale_for(const struct hs_fake *f, double scale)
{
    const struct hs_quant_options *o = &f->spec.config.options;

    if (o->scheme != HS_POWER_OF_TWO || f->learned.value.data == NULL)
        return scale;
    return ldexp(1, hs_pow2_exponent(scale, HS_POW2_NEAREST, o->min_shift, o->max_shift));
}

/* A learned scale that an update took to 0 or below is put back to the smallest that is used: codes
 * saturate there, and the gradient leads out again. NaN stays: the loss will say so. */
void hs_fake_use_learned(struct hs_fake *f)
{
    const float least = 1e-8f;
    float *v = f->learned.value.data;

    if (v == NULL || f->qp.scale == NULL)
        return;
    for (size_t i = 0; i < f->n; i++) {
        double scale = 0;

        if (v[i] < least)
            v[i] = least;
        scale = (double)v[i];
        if (f->spec.method == HS_QAT_PACT)
            scale /= (double)f->qp.qmax;
        if (isfinite(scale))
            f->scale[i] = hs_fake_scale_for(f, scale);
    }
}
