#include "kernels/quantize/quantize8.h"

void hs_quantize_f32_s8__avx2(int8_t *q, const float *x, size_t n, const struct hs_quantize_args *a,
                              struct hs_clip_count *clipped)
{
    if (!hs_quantize8((uint8_t *)q, x, n, a, clipped))
        hs_quantize_f32_s8__scalar(q, x, n, a, clipped);
}
