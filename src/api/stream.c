/* One element after the other: codes, values, gradients, ranges. */
#include <math.h>

#include "api/api.h"
#include "base/fmt.h"

static void report(size_t *clipped, struct hs_clip_count c)
{
    if (clipped != NULL)
        *clipped = c.low + c.high;
}

int hs_quantize_f32_s8(int8_t *q, const float *x, size_t n, const struct hs_quantization *how,
                       size_t *clipped)
{
    struct hs_quantize_args args;
    struct hs_clip_count c = {0, 0};
    int st = hs_api_arguments(&args, how, INT8_MIN, INT8_MAX);

    if (st != HS_OK)
        return st;
    hs_kernels()->quantize_f32_s8(q, x, n, &args, &c);
    report(clipped, c);
    return HS_OK;
}

int hs_quantize_f32_u8(uint8_t *q, const float *x, size_t n, const struct hs_quantization *how,
                       size_t *clipped)
{
    struct hs_quantize_args args;
    struct hs_clip_count c = {0, 0};
    int st = hs_api_arguments(&args, how, 0, UINT8_MAX);

    if (st != HS_OK)
        return st;
    hs_kernels()->quantize_f32_u8(q, x, n, &args, &c);
    report(clipped, c);
    return HS_OK;
}

/* The codes of channels, int8 or uint8. */
struct channels {
    void *q;
    bool is_unsigned;
    const float *x, *scales;
    const int32_t *zero_points;
    struct hs_quantization how;
};

static int channel_arguments(struct hs_quantize_args *args, const struct channels *c, size_t i)
{
    struct hs_quantization one = c->how;

    one.scale = c->scales[i];
    one.zero_point = c->zero_points != NULL ? c->zero_points[i] : 0;
    return hs_api_arguments(args, &one, c->is_unsigned ? 0 : INT8_MIN,
                            c->is_unsigned ? UINT8_MAX : INT8_MAX);
}

/* All channels are checked before the first is written. */
static int quantize_channels(const struct channels *c, size_t channels, size_t n, size_t *clipped)
{
    enum { TOGETHER = 64 };
    struct hs_quantize_args args[TOGETHER];
    struct hs_clip_count count = {0, 0};
    int st = HS_OK;

    for (size_t i = 0; i < channels && st == HS_OK; i++)
        st = channel_arguments(&args[0], c, i);
    for (size_t first = 0; st == HS_OK && first < channels; first += TOGETHER) {
        size_t rows = channels - first < TOGETHER ? channels - first : TOGETHER, at = first * n;

        for (size_t i = 0; st == HS_OK && i < rows; i++)
            st = channel_arguments(&args[i], c, first + i);
        if (st == HS_OK && c->is_unsigned)
            hs_kernels()->quantize_rows_f32_u8((uint8_t *)c->q + at, c->x + at, rows, n, args, rows,
                                               &count);
        else if (st == HS_OK)
            hs_kernels()->quantize_rows_f32_s8((int8_t *)c->q + at, c->x + at, rows, n, args, rows,
                                               &count);
    }
    if (st == HS_OK)
        report(clipped, count);
    return st;
}

int hs_quantize_channels_f32_s8(int8_t *q, const float *x, size_t channels, size_t n,
                                const float *scales, const int32_t *zero_points,
                                const struct hs_quantization *how, size_t *clipped)
{
    struct channels c = {q, false, x, scales, zero_points, *how};

    return quantize_channels(&c, channels, n, clipped);
}

int hs_quantize_channels_f32_u8(uint8_t *q, const float *x, size_t channels, size_t n,
                                const float *scales, const int32_t *zero_points,
                                const struct hs_quantization *how, size_t *clipped)
{
    struct channels c = {q, true, x, scales, zero_points, *how};

    return quantize_channels(&c, channels, n, clipped);
}

static int check_scale(float scale)
{
    char text[HS_FMT_SIZE];

    if (scale > 0 && !isinf(scale))
        return HS_OK;
    return hs_api_fail(HS_EINVAL, "scale %s is no step: it must be above 0 and finite",
                       hs_fmt_double(text, (double)scale));
}

int hs_dequantize_s8_f32(float *x, const int8_t *q, size_t n, float scale, int32_t zero_point)
{
    int st = check_scale(scale);

    if (st == HS_OK)
        hs_kernels()->dequantize_s8_f32(x, q, n, scale, zero_point);
    return st;
}

int hs_dequantize_u8_f32(float *x, const uint8_t *q, size_t n, float scale, int32_t zero_point)
{
    int st = check_scale(scale);

    if (st == HS_OK)
        hs_kernels()->dequantize_u8_f32(x, q, n, scale, zero_point);
    return st;
}

enum { CODES = 1 << 24 }; /* whole numbers that float32 holds */

int hs_fake_quantize_f32(float *y, const float *x, size_t n, const struct hs_quantization *how)
{
    struct hs_quantize_args args;
    int st = hs_api_arguments(&args, how, -CODES, CODES);

    if (st == HS_OK)
        hs_kernels()->fake_quantize_f32(y, x, n, &args);
    return st;
}

int hs_fake_quantize_grad_f32(float *dx, const float *x, const float *dy, size_t n,
                              const struct hs_quantization *how)
{
    struct hs_quantize_args args;
    int st = hs_api_arguments(&args, how, -CODES, CODES);

    if (st == HS_OK)
        hs_kernels()->fake_quantize_grad_f32(dx, x, dy, n, &args);
    return st;
}

int hs_fake_quantize_with_grad_f32(float *y, float *dx, const float *x, const float *dy, size_t n,
                                   const struct hs_quantization *how)
{
    struct hs_quantize_args args;
    int st = hs_api_arguments(&args, how, -CODES, CODES);

    if (st == HS_OK)
        hs_kernels()->fake_quantize_with_grad_f32(y, dx, x, dy, n, &args);
    return st;
}

int hs_minmax_f32(const float *x, size_t n, float *min, float *max, size_t *not_finite)
{
    size_t odd;

    *min = INFINITY;
    *max = -INFINITY;
    odd = hs_kernels()->minmax_f32(min, max, x, n);
    if (not_finite != NULL)
        *not_finite = odd;
    return HS_OK;
}

int hs_absmax_f32(const float *x, size_t n, float *max, size_t *not_finite)
{
    size_t odd;

    *max = 0;
    odd = hs_kernels()->absmax_f32(max, x, n);
    if (not_finite != NULL)
        *not_finite = odd;
    return HS_OK;
}

int hs_histogram_f32(const float *x, size_t n, float lo, float hi, uint64_t *counts, size_t bins,
                     size_t *outside)
{
    char low[HS_FMT_SIZE], high[HS_FMT_SIZE];
    size_t out;

    if (!(lo < hi) || isinf(hi - lo))
        return hs_api_fail(HS_EINVAL, "%s to %s is no range: it needs a finite width above 0",
                           hs_fmt_double(low, (double)lo), hs_fmt_double(high, (double)hi));
    if (bins < 1 || bins > 1 << 24)
        return hs_api_fail(HS_EINVAL, "%zu bins: 1 to 16777216 are possible", bins);
    for (size_t i = 0; i < bins; i++)
        counts[i] = 0;
    out = hs_kernels()->histogram_f32(counts, bins, lo, hi, x, n);
    if (outside != NULL)
        *outside = out;
    return HS_OK;
}
