/* Checking and packing of integer programs. */
#include "nn/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/program_parts.h"

void hs_program_dispose(struct hs_program *p)
{
    hs_arena_dispose(&p->arena);
    *p = HS_PROGRAM_INIT;
}

static bool weighted(const struct hs_step *s)
{
    return s->kind != HS_STEP_MAXPOOL;
}

/* ---- checks ---- */

static bool same(struct hs_extent a, struct hs_extent b)
{
    return a.c == b.c && a.h == b.h && a.w == b.w;
}

static enum hs_status check_codes(const struct hs_codes *c, const char *name, const char *what,
                                  struct hs_error *err)
{
    int least = c->is_signed ? INT8_MIN : 0, most = c->is_signed ? INT8_MAX : UINT8_MAX;

    if (!(c->scale > 0) || !isfinite(c->scale))
        return hs_fail(err, HS_ERANGE, "step %s: the scale of its %s is %g; it must be above 0",
                       name, what, c->scale);
    if (c->lo < least || c->hi > most || c->lo > c->zero_point || c->zero_point > c->hi)
        return hs_fail(err, HS_ERANGE,
                       "step %s: codes %d to %d with zero point %d of its %s do not lie in %s",
                       name, (int)c->lo, (int)c->hi, (int)c->zero_point, what,
                       c->is_signed ? "int8" : "uint8");
    return HS_OK;
}

/* Output size of a window along an axis; 0: it does not fit. */
static size_t windows(const struct hs_step *s, int axis)
{
    size_t size = axis == 0 ? s->in.h : s->in.w, pad = s->geometry.padding[axis];
    size_t kernel = s->kernel[axis], dilation = s->geometry.dilation[axis];
    size_t stride = s->geometry.stride[axis];

    if (kernel == 0 || stride == 0 || dilation == 0 || pad > 65536 || kernel > 65536 ||
        dilation > 65536 || (kernel - 1) * dilation + 1 > size + 2 * pad)
        return 0;
    return (size + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1;
}

static enum hs_status check_shape(const struct hs_step *s, struct hs_error *err)
{
    size_t in = hs_extent_count(s->in), groups = s->geometry.groups;
    bool conv = s->kind == HS_STEP_CONV;
    size_t rows, columns;

    if (s->kind != HS_STEP_LINEAR) {
        rows = windows(s, 0);
        columns = windows(s, 1);
        if (rows == 0 || rows != s->out.h || columns != s->out.w ||
            (!conv && (s->in.c != s->out.c || s->geometry.padding[0] + s->geometry.padding[1] > 0)))
            return hs_fail(err, HS_ESHAPE,
                           "step %s: %zu x %zu x %zu does not become %zu x %zu x %zu", s->name,
                           s->in.c, s->in.h, s->in.w, s->out.c, s->out.h, s->out.w);
    }
    if (!weighted(s))
        return HS_OK;
    if (conv && (groups == 0 || s->in.c % groups != 0 || s->out.c % groups != 0))
        return hs_fail(err, HS_ESHAPE, "step %s: %zu groups of %zu and %zu channels", s->name,
                       groups, s->in.c, s->out.c);
    if (s->w.dtype != HS_INT8 || s->bias.dtype != HS_INT32 || !hs_tensor_is_contiguous(&s->w))
        return hs_fail(err, HS_EDTYPE, "step %s: weights are int8 and biases int32", s->name);
    if (hs_tensor_count(&s->bias) != s->out.c || (s->n_s != 1 && s->n_s != s->out.c) ||
        hs_tensor_count(&s->w) !=
            (conv ? s->out.c * (s->in.c / groups) * s->kernel[0] * s->kernel[1] : s->out.c * in) ||
        (!conv && s->out.h * s->out.w != 1))
        return hs_fail(
            err, HS_ESHAPE,
            "step %s: its weights, biases or scales do not fit %zu inputs and %zu outputs", s->name,
            conv ? s->in.c : in, s->out.c);
    return HS_OK;
}

/* |sum (x - z) w + b| < 2^31 for all codes x. */
static enum hs_status check_sums(const struct hs_step *s, struct hs_error *err)
{
    size_t row = hs_tensor_count(&s->w) / s->out.c;
    const int8_t *w = s->w.data;
    int64_t reach = s->x.hi - s->x.zero_point;

    if (s->x.zero_point - s->x.lo > reach)
        reach = s->x.zero_point - s->x.lo;
    for (size_t o = 0; o < s->out.c; o++) {
        int64_t sum = llabs((long long)((const int32_t *)s->bias.data)[o]);

        for (size_t i = 0; i < row; i++)
            sum += reach * abs(w[o * row + i]);
        if (sum > INT32_MAX)
            return hs_fail(err, HS_ERANGE,
                           "step %s: a sum of channel %zu can reach %lld, which int32 does not "
                           "hold; a coarser scale of the weights or fewer inputs help",
                           s->name, o, (long long)sum);
    }
    return HS_OK;
}

static enum hs_status check_requantizer(const struct hs_step *s, struct hs_error *err)
{
    const struct hs_requantizer *r = &s->requantize;

    if (s->sums)
        return HS_OK;
    if (s->divisor != NULL) {
        if (!((float)*s->divisor > 0) || !isfinite((float)*s->divisor))
            return hs_fail(err, HS_ERANGE, "step %s: its divisor %g must be above 0", s->name,
                           *s->divisor);
        return HS_OK;
    }
    if (r->n != 1 && r->n != s->out.c)
        return hs_fail(err, HS_ESHAPE, "step %s: %zu multipliers for %zu channels", s->name, r->n,
                       s->out.c);
    if (r->qmin < s->y.lo || r->qmax > s->y.hi || r->qmin > r->qmax ||
        r->zero_point != s->y.zero_point)
        return hs_fail(err, HS_ERANGE, "step %s: its requantizer makes other codes than its output",
                       s->name);
    if (r->mode != HS_REQUANTIZE_FLOAT && (r->shift == NULL || r->mantissa == NULL))
        return hs_fail(err, HS_EINVAL, "step %s: its requantizer is not prepared", s->name);
    return HS_OK;
}

static enum hs_status check_step(const struct hs_program *p, size_t i, struct hs_error *err)
{
    const struct hs_step *s = &p->step[i];
    struct hs_extent before = i == 0 ? p->input.extent : p->step[i - 1].out;
    enum hs_status st = check_shape(s, err);
    bool flat = s->kind == HS_STEP_LINEAR && hs_extent_count(before) == hs_extent_count(s->in);

    if (st != HS_OK)
        return st;
    if (!flat && !same(before, s->in))
        return hs_fail(err, HS_ESHAPE,
                       "step %s takes %zu x %zu x %zu, but %zu x %zu x %zu stand before it",
                       s->name, s->in.c, s->in.h, s->in.w, before.c, before.h, before.w);
    if (s->sums && i + 1 < p->n)
        return hs_fail(err, HS_EINVAL, "step %s: only the last step may give sums", s->name);
    if ((st = check_codes(&s->x, s->name, "input", err)) != HS_OK || !weighted(s))
        return st;
    if ((!s->sums && (st = check_codes(&s->y, s->name, "output", err)) != HS_OK) ||
        (st = check_sums(s, err)) != HS_OK)
        return st;
    return check_requantizer(s, err);
}

/* ---- packing ---- */

/* [out, (c, y, x)] as [out, (y, x, c)]. */
static int8_t *by_pixels(const struct hs_step *s, struct hs_extent e, struct hs_arena *arena)
{
    size_t pixels = e.h * e.w, row = e.c * pixels;
    const int8_t *w = s->w.data;
    int8_t *to = hs_arena_alloc(arena, s->out.c * row, 1);

    for (size_t o = 0; to != NULL && o < s->out.c; o++)
        for (size_t c = 0; c < e.c; c++)
            for (size_t p = 0; p < pixels; p++)
                to[o * row + p * e.c + c] = w[o * row + c * pixels + p];
    return to;
}

static bool pack_linear(struct hs_packed_step *k, const struct hs_step *s, struct hs_extent before,
                        struct hs_arena *arena, struct hs_arena *work)
{
    size_t in = hs_extent_count(before), size = hs_gemm_packed_size(s->out.c, in);
    const int8_t *w = by_pixels(s, before, work);

    k->w = size == 0 ? NULL : hs_arena_alloc(arena, size, 1);
    if (k->w == NULL || w == NULL)
        return false;
    hs_gemm_pack(k->w, w, 1, in, s->out.c, in);
    hs_gemm_fold_zero_point(k->bias, s->bias.data, k->w, s->out.c, in, s->x.zero_point);
    return true;
}

static bool pack_conv(struct hs_packed_step *k, const struct hs_step *s, struct hs_arena *arena)
{
    const struct hs_conv_geometry *g = &s->geometry;
    size_t size;

    k->conv = (struct hs_conv){.n = 1,
                               .height = s->in.h,
                               .width = s->in.w,
                               .channels = s->in.c,
                               .out_channels = s->out.c,
                               .kernel = {s->kernel[0], s->kernel[1]},
                               .stride = {g->stride[0], g->stride[1]},
                               .padding = {g->padding[0], g->padding[1]},
                               .dilation = {g->dilation[0], g->dilation[1]},
                               .groups = g->groups,
                               .x_signed = s->x.is_signed,
                               .x_zero_point = s->x.zero_point,
                               .bias = s->bias.data};
    size = hs_conv_packed_size(&k->conv);
    k->w = size == 0 ? NULL : hs_arena_alloc(arena, size, 1);
    if (k->w == NULL)
        return false;
    hs_conv_pack(k->w, &k->conv, s->w.data);
    hs_conv_fold_zero_point(k->bias, &k->conv, k->w, s->x.zero_point);
    k->conv.w = k->w;
    k->conv.bias = k->bias;
    return true;
}

/* Requantization as the kernels' epilogue does it: float32, half to even, zero point behind. */
static bool is_fast(const struct hs_step *s)
{
    const struct hs_requantizer *r = &s->requantize;

    return s->sums || (s->divisor == NULL && r->mode == HS_REQUANTIZE_FLOAT && r->float32 &&
                       r->rounding == HS_ROUND_HALF_EVEN && !r->zero_point_first);
}

static bool pack_scales(struct hs_packed_step *k, const struct hs_step *s, struct hs_arena *arena)
{
    size_t n = s->sums ? s->n_s : s->requantize.n;

    k->fast = is_fast(s);
    if (!k->fast)
        return true;
    k->scale = hs_arena_alloc(arena, n, sizeof *k->scale);
    for (size_t i = 0; k->scale != NULL && i < n; i++)
        k->scale[i] = (float)(s->sums ? s->x.scale * s->s_w[i] : s->requantize.multiplier[i]);
    return k->scale != NULL;
}

static bool pack_step(struct hs_program *p, struct hs_packed *packed, size_t i,
                      struct hs_arena *work)
{
    const struct hs_step *s = &p->step[i];
    struct hs_packed_step *k = &packed->step[i];
    struct hs_extent before = i == 0 ? p->input.extent : p->step[i - 1].out;

    if (!weighted(s))
        return true;
    k->bias = hs_arena_alloc(&p->arena, s->out.c, sizeof *k->bias);
    if (k->bias == NULL || !pack_scales(k, s, &p->arena))
        return false;
    return s->kind == HS_STEP_CONV ? pack_conv(k, s, &p->arena)
                                   : pack_linear(k, s, before, &p->arena, work);
}

/* How the input is quantized, as kernels take it. */
static struct hs_quantize_args input_args(const struct hs_program *p)
{
    const struct hs_quant_options *o = &p->in_options;

    return (struct hs_quantize_args){.scale = p->in.scale,
                                     .zero_point = p->in.zero_point,
                                     .qmin = p->in.lo,
                                     .qmax = p->in.hi,
                                     .nan_code = p->in.lo,
                                     .rounding = o->rounding,
                                     .reciprocal = o->division == HS_RECIPROCAL,
                                     .zero_point_first = o->zero_point_order == HS_BEFORE_ROUNDING};
}

static void quantize_input(const struct hs_program *p, unsigned char *q, const float *x, size_t n)
{
    struct hs_quantize_args args = input_args(p);
    struct hs_clip_count clipped = {0, 0};

    if (p->in.is_signed)
        hs_kernels()->quantize_f32_s8((int8_t *)q, x, n, &args, &clipped);
    else
        hs_kernels()->quantize_f32_u8(q, x, n, &args, &clipped);
}

enum hs_status hs_program_pack(struct hs_program *p, struct hs_error *err)
{
    struct hs_packed *packed = hs_arena_alloc_zero(&p->arena, 1, sizeof *packed);
    struct hs_arena work = HS_ARENA_INIT;
    struct hs_input_table values;
    enum hs_status st = HS_OK;
    bool ok;

    if (p->n == 0 || p->input.extent.c > 4 || hs_extent_count(p->input.extent) == 0)
        return hs_fail(err, HS_EINVAL,
                       "an integer program has at least one step, and pictures of 1 to 4 channels");
    st = check_codes(&p->in, "input", "pictures", err);
    for (size_t i = 0; st == HS_OK && i < p->n; i++)
        st = check_step(p, i, err);
    if (st != HS_OK)
        return st;
    if (hs_extent_count(p->step[p->n - 1].out) != p->classes)
        return hs_fail(err, HS_ESHAPE, "step %s gives %zu numbers for %zu classes",
                       p->step[p->n - 1].name, hs_extent_count(p->step[p->n - 1].out), p->classes);
    if (packed != NULL)
        packed->step = hs_arena_alloc_zero(&p->arena, p->n, sizeof *packed->step);
    ok = packed != NULL && packed->step != NULL;
    for (size_t i = 0; ok && i < p->n; i++)
        ok = pack_step(p, packed, i, &work);
    hs_arena_dispose(&work);
    if (!ok)
        return hs_fail(err, HS_ENOMEM, "out of memory for packed weights");
    hs_input_table(&values, &p->input);
    for (size_t c = 0; c < p->input.extent.c; c++)
        quantize_input(p, packed->table[c], values.value[c], 256);
    p->packed = packed;
    return HS_OK;
}

/* ---- input ---- */

void hs_program_codes_of_values(const struct hs_program *p, unsigned char *codes, const float *x,
                                size_t n, unsigned char *scratch)
{
    struct hs_extent e = p->input.extent;
    size_t pixels = e.h * e.w, one = e.c * pixels;

    if (e.c == 1) {
        quantize_input(p, codes, x, n * one);
        return;
    }
    quantize_input(p, scratch, x, n * one);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < e.c; c++)
            for (size_t k = 0; k < pixels; k++)
                codes[i * one + k * e.c + c] = scratch[i * one + c * pixels + k];
}

/* Pictures of floats are rare: a value at a time. */
static void codes_of_floats(const struct hs_program *p, unsigned char *codes, const float *x)
{
    struct hs_extent e = p->input.extent;
    const struct hs_input *in = &p->input;

    for (size_t c = 0; c < e.c; c++)
        for (size_t k = 0; k < e.h * e.w; k++) {
            float v = (x[c * e.h * e.w + k] / in->divisor - in->mean[c]) / in->std[c];

            quantize_input(p, &codes[k * e.c + c], &v, 1);
        }
}

void hs_program_codes_of_images(const struct hs_program *p, unsigned char *codes,
                                const struct hs_tensor *images, const size_t *which, size_t n)
{
    const struct hs_packed *packed = p->packed;
    struct hs_extent e = p->input.extent;
    size_t pixels = e.h * e.w, one = e.c * pixels;

    for (size_t i = 0; i < n; i++, codes += one) {
        size_t picture = which != NULL ? which[i] : i;
        const uint8_t *x = (const uint8_t *)images->data + picture * one;

        if (images->dtype == HS_FLOAT32) {
            codes_of_floats(p, codes, (const float *)images->data + picture * one);
            continue;
        }
        for (size_t c = 0; c < e.c; c++)
            for (size_t k = 0; k < pixels; k++)
                codes[k * e.c + c] = packed->table[c][x[c * pixels + k]];
    }
}
