#include "kernels/quantize/dequantize.h"

HS_INLINE hs_vi load(const void *q, size_t i)
{
    return hs_viload_s8((const int8_t *)q + i);
}

void hs_dequantize_s8_f32__avx2(float *r, const int8_t *q, size_t n, float scale,
                                int32_t zero_point)
{
    bool stream = n >= HS_STREAM_BYTES / sizeof *r;
    size_t from = stream ? hs_until_aligned(r, sizeof *r, n) : 0;
    size_t to = from + (n - from) / HS_BLOCK * HS_BLOCK;

    if (!hs_difference_fits(zero_point)) {
        hs_dequantize_s8_f32__scalar(r, q, n, scale, zero_point);
        return;
    }
    hs_dequantize_s8_f32__scalar(r, q, from, scale, zero_point);
    if (stream) {
        hs_dequantize_blocks(r, q, from, to, scale, zero_point, load, HS_AROUND);
        _mm_sfence();
    } else if (hs_where_is(n * sizeof *r) == HS_FAR) {
        hs_dequantize_blocks(r, q, from, to, scale, zero_point, load, HS_FAR);
    } else {
        hs_dequantize_blocks(r, q, from, to, scale, zero_point, load, HS_NEAR);
    }
    hs_dequantize_s8_f32__scalar(r + to, q + to, n - to, scale, zero_point);
}
