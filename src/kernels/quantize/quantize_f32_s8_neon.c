#include "kernels/quantize/quantize8_neon.h"

void hs_quantize_f32_s8__neon(int8_t *q, const float *x, size_t n, const struct hs_quantize_args *a,
                              struct hs_clip_count *clipped)
{
    if (!hs_quantize8_run_neon((uint8_t *)q, x, n, a, clipped))
        hs_quantize_f32_s8__scalar(q, x, n, a, clipped);
}

void hs_quantize_rows_f32_s8__neon(int8_t *q, const float *x, size_t rows, size_t len,
                                   const struct hs_quantize_args *a, size_t n,
                                   struct hs_clip_count *clipped)
{
    for (size_t i = 0; i < rows; i++)
        hs_quantize_f32_s8__neon(q + i * len, x + i * len, len, &a[i % n], clipped);
}
