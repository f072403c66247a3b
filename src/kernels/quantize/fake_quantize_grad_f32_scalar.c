#include "kernels/quantize/code.h"

void hs_fake_quantize_grad_f32__scalar(float *dx, const float *x, const float *dy, size_t n,
                                       const struct hs_quantize_args *a)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = !isnan(x[i]) && hs_code_inside(hs_code_f32(x[i], a), a) ? dy[i] : 0;
}
