#include "kernels/quantize/code.h"

void hs_quantize_f64_s32__scalar(int32_t *q, const double *x, size_t n,
                                 const struct hs_quantize_args *a, struct hs_clip_count *clipped)
{
    for (size_t i = 0; i < n; i++)
        q[i] = isnan(x[i]) ? a->nan_code : hs_code_clamp_count(hs_code_f64(x[i], a), a, clipped);
}
