/* Codes behind every step, by the kernels or by a simulation in float64 that shares nothing with
 * them but the meaning of a requantizer. */
#include <string.h>

#include "nn/program_parts.h"

static enum hs_status new_codes(struct hs_tensor *t, struct hs_arena *arena, struct hs_extent e,
                                bool flat, size_t n, struct hs_error *err)
{
    const size_t shape[4] = {n, flat ? hs_extent_count(e) : e.c, e.h, e.w};

    return hs_tensor_new(t, arena, HS_INT32, flat ? 2 : 4, shape, err);
}

/* ---- kernels ---- */

/* NHWC bytes (or int32 sums) to NCHW. */
static void spread(int32_t *to, const void *from, struct hs_extent e, size_t n, bool is_signed,
                   bool sums)
{
    size_t pixels = e.h * e.w;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < pixels; k++)
            for (size_t c = 0; c < e.c; c++) {
                size_t at = (i * pixels + k) * e.c + c;

                to[(i * e.c + c) * pixels + k] = sums        ? ((const int32_t *)from)[at]
                                                 : is_signed ? ((const int8_t *)from)[at]
                                                             : ((const uint8_t *)from)[at];
            }
}

static enum hs_status trace_kernels(struct hs_tensor *out, const struct hs_program *p,
                                    const struct hs_tensor *images, const size_t *which, size_t n,
                                    struct hs_error *err)
{
    struct hs_arena work = HS_ARENA_INIT;
    unsigned char *x = hs_arena_alloc(&work, n, hs_program_bytes(p, -1)), *y;
    enum hs_status st = HS_OK;

    if (x == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for the codes of %zu pictures", n);
    hs_program_codes_of_images(p, x, images, which, n);
    spread(out[0].data, x, p->input.extent, n, p->in.is_signed, false);
    for (size_t i = 0; st == HS_OK && i < p->n; i++, x = y) {
        const struct hs_step *s = &p->step[i];
        void *scratch = hs_arena_alloc(&work, hs_step_scratch(p, i, n), 1);

        y = hs_arena_alloc(&work, n, hs_program_bytes(p, (ptrdiff_t)i));
        if (y == NULL || scratch == NULL) {
            st = hs_fail(err, HS_ENOMEM, "out of memory for the codes of %zu pictures", n);
            break;
        }
        hs_step_run(p, i, y, x, n, scratch, false);
        spread(out[i + 1].data, y, s->out, n,
               s->kind == HS_STEP_MAXPOOL ? s->x.is_signed : s->y.is_signed, s->sums);
    }
    hs_arena_dispose(&work);
    return st;
}

/* ---- float64 ---- */

struct place {
    const struct hs_step *s;
    const int32_t *x; /* codes of one picture, NCHW */
};

/* x - z at a pixel; 0 outside, where the code would be z. */
static double value_at(const struct place *p, size_t c, ptrdiff_t y, ptrdiff_t x)
{
    struct hs_extent e = p->s->in;

    if (y < 0 || x < 0 || y >= (ptrdiff_t)e.h || x >= (ptrdiff_t)e.w)
        return 0;
    return (double)p->x[(c * e.h + (size_t)y) * e.w + (size_t)x] - (double)p->s->x.zero_point;
}

static double conv_at(const struct place *p, size_t o, size_t oy, size_t ox)
{
    const struct hs_step *s = p->s;
    const struct hs_conv_geometry *g = &s->geometry;
    size_t channels = s->in.c / g->groups, first = o / (s->out.c / g->groups) * channels;
    const int8_t *w = (const int8_t *)s->w.data + o * channels * s->kernel[0] * s->kernel[1];
    double sum = (double)((const int32_t *)s->bias.data)[o];

    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < s->kernel[0]; i++)
            for (size_t j = 0; j < s->kernel[1]; j++)
                sum += (double)*w++ * value_at(p, first + c,
                                               (ptrdiff_t)(oy * g->stride[0] + i * g->dilation[0]) -
                                                   (ptrdiff_t)g->padding[0],
                                               (ptrdiff_t)(ox * g->stride[1] + j * g->dilation[1]) -
                                                   (ptrdiff_t)g->padding[1]);
    return sum;
}

static double linear_at(const struct place *p, size_t o)
{
    const struct hs_step *s = p->s;
    size_t in = hs_extent_count(s->in);
    const int8_t *w = (const int8_t *)s->w.data + o * in;
    double sum = (double)((const int32_t *)s->bias.data)[o];

    for (size_t i = 0; i < in; i++)
        sum += (double)w[i] * ((double)p->x[i] - (double)s->x.zero_point);
    return sum;
}

static int32_t pool_at(const struct place *p, size_t c, size_t oy, size_t ox)
{
    const struct hs_step *s = p->s;
    int32_t largest = INT32_MIN;

    for (size_t i = 0; i < s->kernel[0]; i++)
        for (size_t j = 0; j < s->kernel[1]; j++) {
            size_t y = oy * s->geometry.stride[0] + i * s->geometry.dilation[0],
                   x = ox * s->geometry.stride[1] + j * s->geometry.dilation[1];
            int32_t q = p->x[(c * s->in.h + y) * s->in.w + x];

            largest = q > largest ? q : largest;
        }
    return largest;
}

static void simulate(int32_t *y, const struct hs_step *s, const int32_t *x, size_t n)
{
    size_t in = hs_extent_count(s->in);

    for (size_t i = 0; i < n; i++) {
        struct place p = {s, x + i * in};

        for (size_t c = 0; c < s->out.c; c++)
            for (size_t oy = 0; oy < s->out.h; oy++)
                for (size_t ox = 0; ox < s->out.w; ox++, y++) {
                    double sum;

                    if (s->kind == HS_STEP_MAXPOOL) {
                        *y = pool_at(&p, c, oy, ox);
                        continue;
                    }
                    sum = s->kind == HS_STEP_CONV ? conv_at(&p, c, oy, ox) : linear_at(&p, c);
                    *y = s->sums ? (int32_t)sum : hs_step_code(s, (int32_t)sum, c);
                }
    }
}

/* The input's codes by the reference quantizer, value by value: no table. */
static enum hs_status simulate_input(struct hs_tensor *out, const struct hs_program *p,
                                     const struct hs_tensor *images, const size_t *which, size_t n,
                                     struct hs_error *err)
{
    struct hs_extent e = p->input.extent;
    size_t one = hs_extent_count(e);
    double scale = p->in.scale;
    int64_t zero_point = p->in.zero_point;
    struct hs_qparams qp = {.scale = &scale,
                            .zero_point = &zero_point,
                            .n = 1,
                            .axis = -1,
                            .qmin = p->in.lo,
                            .qmax = p->in.hi,
                            .dtype = p->in.is_signed ? HS_INT8 : HS_UINT8,
                            .options = p->in_options};
    struct hs_arena work = HS_ARENA_INIT;
    struct hs_tensor values, codes;
    enum hs_status st = hs_tensor_new(&values, &work, HS_FLOAT32, 1, &one, err);

    for (size_t i = 0; st == HS_OK && i < n; i++) {
        size_t picture = which != NULL ? which[i] : i;

        hs_input_fill(values.data, &p->input, images, &picture, 1);
        st = hs_quantize(&codes, &work, &values, &qp, NULL, err);
        for (size_t k = 0; st == HS_OK && k < one; k++)
            ((int32_t *)out->data)[i * one + k] = (int32_t)hs_tensor_get(&codes, k);
    }
    hs_arena_dispose(&work);
    return st;
}

enum hs_status hs_program_trace(struct hs_tensor *out, struct hs_arena *arena,
                                const struct hs_program *p, const struct hs_tensor *images,
                                const size_t *which, size_t n, enum hs_program_mode mode,
                                struct hs_error *err)
{
    enum hs_status st = hs_input_check(&p->input, images, err);

    if (st == HS_OK && p->packed == NULL)
        st = hs_fail(err, HS_EINVAL, "the program is not packed");
    if (st == HS_OK)
        st = new_codes(&out[0], arena, p->input.extent, false, n, err);
    for (size_t i = 0; st == HS_OK && i < p->n; i++)
        st = new_codes(&out[i + 1], arena, p->step[i].out, p->step[i].kind == HS_STEP_LINEAR, n,
                       err);
    if (st != HS_OK)
        return st;
    if (mode == HS_PROGRAM_KERNELS)
        return trace_kernels(out, p, images, which, n, err);
    st = simulate_input(&out[0], p, images, which, n, err);
    for (size_t i = 0; st == HS_OK && i < p->n; i++)
        simulate(out[i + 1].data, &p->step[i], out[i].data, n);
    return st;
}
