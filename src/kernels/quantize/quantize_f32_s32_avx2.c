#include "kernels/quantize/quantize32.h"

void hs_quantize_f32_s32__avx2(int32_t *q, const float *x, size_t n,
                               const struct hs_quantize_args *a, struct hs_clip_count *clipped)
{
    hs_quantize32(q, x, n, a, clipped);
}
