#include "kernels/quantize/quantize8.h"

static void scalar(uint8_t *q, const float *x, size_t n, const struct hs_quantize_args *a,
                   struct hs_clip_count *clipped)
{
    hs_quantize_f32_u8__scalar((uint8_t *)q, x, n, a, clipped);
}

void hs_quantize_f32_u8__avx2(uint8_t *q, const float *x, size_t n,
                              const struct hs_quantize_args *a, struct hs_clip_count *clipped)
{
    hs_quantize8_rows((uint8_t *)q, x, 1, n, a, 1, clipped, scalar);
}

void hs_quantize_rows_f32_u8__avx2(uint8_t *q, const float *x, size_t rows, size_t len,
                                   const struct hs_quantize_args *a, size_t n,
                                   struct hs_clip_count *clipped)
{
    hs_quantize8_rows((uint8_t *)q, x, rows, len, a, n, clipped, scalar);
}
