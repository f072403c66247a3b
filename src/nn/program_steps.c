/* One step of an integer program by the kernels. */
#include <math.h>
#include <string.h>

#include "nn/program_parts.h"

/* ---- requantization ---- */

/* Document 000: divided in float32, rounded half to even, clamped, then ReLU. */
static int32_t chain_code(const struct hs_step *s, int32_t acc)
{
    float v = rintf((float)acc / (float)*s->divisor);
    int32_t q = v < (float)s->y.lo ? s->y.lo : v > (float)s->y.hi ? s->y.hi : (int32_t)v;

    return s->relu && q < s->y.zero_point ? s->y.zero_point : q;
}

int32_t hs_step_code(const struct hs_step *s, int32_t acc, size_t channel)
{
    if (s->divisor != NULL)
        return chain_code(s, acc);
    return (int32_t)hs_requantize_one(&s->requantize, acc, channel);
}

/* clamp((acc >> shift) + z), the shift arithmetic: what power-of-two networks spend their time on.
 */
static void shift_codes(const struct hs_requantizer *r, unsigned char *out, const int32_t *acc,
                        int shift, size_t n)
{
    int32_t z = (int32_t)r->zero_point, lo = (int32_t)r->qmin - z, hi = (int32_t)r->qmax - z;

    lo = r->relu && lo < 0 ? 0 : lo;
    for (size_t i = 0; i < n; i++) {
        /* floor of acc / 2^shift without shifting a negative number */
        int32_t down = acc[i] < 0 ? ~(~acc[i] >> shift) : acc[i] >> shift;

        down = down < lo ? lo : down > hi ? hi : down;
        out[i] = (unsigned char)(down + z);
    }
}

void hs_step_codes(const struct hs_step *s, unsigned char *out, const int32_t *acc, size_t j,
                   size_t n)
{
    const struct hs_requantizer *r = &s->requantize;

    if (s->divisor == NULL && r->mode == HS_REQUANTIZE_SHIFT_FLOOR && r->n == 1 &&
        r->shift[0] >= 0 && r->shift[0] < 31) {
        shift_codes(r, out, acc, r->shift[0], n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)hs_step_code(s, acc[i], j + i);
}

struct rows {
    const struct hs_step *s;
    unsigned char *y;
};

static void take_row(void *payload, size_t i, size_t j, const int32_t *acc, size_t n)
{
    const struct rows *r = payload;

    hs_step_codes(r->s, r->y + i * r->s->out.c + j, acc, j, n);
}

static struct hs_gemm_epilogue epilogue(const struct hs_step *s, const struct hs_packed_step *k,
                                        struct rows *rows, bool logits)
{
    const struct hs_requantizer *r = &s->requantize;

    if (s->sums)
        return (struct hs_gemm_epilogue){.out = logits ? HS_GEMM_F32 : HS_GEMM_S32,
                                         .scale = k->scale,
                                         .per_column = s->n_s > 1};
    if (!k->fast)
        return (struct hs_gemm_epilogue){.out = HS_GEMM_ROWS, .rows = take_row, .payload = rows};
    return (struct hs_gemm_epilogue){.out = s->y.is_signed ? HS_GEMM_S8 : HS_GEMM_U8,
                                     .scale = k->scale,
                                     .per_column = r->n > 1,
                                     .zero_point = (int32_t)r->zero_point,
                                     .lo = (int32_t)(r->relu ? r->zero_point : r->qmin),
                                     .hi = (int32_t)r->qmax};
}

/* ---- the three kinds ---- */

static void run_linear(const struct hs_step *s, const struct hs_packed_step *k, void *y,
                       const void *x, size_t n, bool logits)
{
    struct rows rows = {s, y};
    size_t in = hs_extent_count(s->in);
    struct hs_gemm g = {.m = n,
                        .n = s->out.c,
                        .k = in,
                        .a = x,
                        .lda = in,
                        .a_signed = s->x.is_signed,
                        .b = k->w,
                        .bias = k->bias,
                        .c = y,
                        .ldc = s->out.c,
                        .epilogue = epilogue(s, k, &rows, logits)};

    hs_kernels()->gemm_x8s8(&g);
}

static void run_conv(const struct hs_step *s, const struct hs_packed_step *k, void *y,
                     const void *x, size_t n, void *scratch, bool logits)
{
    struct rows rows = {s, y};
    struct hs_conv c = k->conv;

    c.n = n;
    c.x = x;
    c.y = y;
    c.epilogue = epilogue(s, k, &rows, logits);
    hs_conv_run(&c, hs_kernels(), scratch);
}

static void largest_u8(uint8_t *restrict y, const uint8_t *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = y[i] > x[i] ? y[i] : x[i];
}

static void largest_s8(int8_t *restrict y, const int8_t *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = y[i] > x[i] ? y[i] : x[i];
}

/* Pixels are runs of channels: the largest of whole runs at a time. */
static void run_pool(const struct hs_step *s, unsigned char *y, const unsigned char *x, size_t n)
{
    size_t channels = s->in.c, line = s->in.w * channels;

    for (size_t i = 0; i < n * s->out.h; i++)
        for (size_t j = 0; j < s->out.w; j++, y += channels) {
            size_t row = i / s->out.h * s->in.h + i % s->out.h * s->geometry.stride[0];
            const unsigned char *from = x + row * line + j * s->geometry.stride[1] * channels;

            memcpy(y, from, channels);
            for (size_t k = 1; k < s->kernel[0] * s->kernel[1]; k++) {
                const unsigned char *other = from +
                                             k / s->kernel[1] * s->geometry.dilation[0] * line +
                                             k % s->kernel[1] * s->geometry.dilation[1] * channels;

                if (s->x.is_signed)
                    largest_s8((int8_t *)y, (const int8_t *)other, channels);
                else
                    largest_u8(y, other, channels);
            }
        }
}

size_t hs_program_bytes(const struct hs_program *p, ptrdiff_t i)
{
    size_t count = hs_extent_count(i < 0 ? p->input.extent : p->step[i].out);

    return i >= 0 && p->step[i].sums ? count * sizeof(int32_t) : count;
}

size_t hs_step_scratch(const struct hs_program *p, size_t i, size_t n)
{
    const struct hs_packed *packed = p->packed;
    struct hs_conv c = packed->step[i].conv;

    if (p->step[i].kind != HS_STEP_CONV)
        return 0;
    c.n = n;
    return hs_conv_workspace(&c);
}

void hs_step_run(const struct hs_program *p, size_t i, void *y, const void *x, size_t n,
                 void *scratch, bool logits)
{
    const struct hs_packed *packed = p->packed;
    const struct hs_step *s = &p->step[i];

    switch (s->kind) {
    case HS_STEP_CONV:
        run_conv(s, &packed->step[i], y, x, n, scratch, logits);
        break;
    case HS_STEP_LINEAR:
        run_linear(s, &packed->step[i], y, x, n, logits);
        break;
    case HS_STEP_MAXPOOL:
        run_pool(s, y, x, n);
        break;
    }
}
