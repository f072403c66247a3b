#include "kernels/quantize/code.h"

void hs_quantize_f32_s8__scalar(int8_t *q, const float *x, size_t n,
                                const struct hs_quantize_args *a, struct hs_clip_count *clipped)
{
    for (size_t i = 0; i < n; i++)
        q[i] = (int8_t)(isnan(x[i]) ? a->nan_code
                                    : hs_code_clamp_count(hs_code_f32(x[i], a), a, clipped));
}
