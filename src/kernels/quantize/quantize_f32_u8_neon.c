#include "kernels/quantize/quantize8_neon.h"

void hs_quantize_f32_u8__neon(uint8_t *q, const float *x, size_t n,
                              const struct hs_quantize_args *a, struct hs_clip_count *clipped)
{
    if (!hs_quantize8_run_neon(q, x, n, a, clipped))
        hs_quantize_f32_u8__scalar(q, x, n, a, clipped);
}
