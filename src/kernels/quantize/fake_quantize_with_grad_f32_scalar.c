#include "kernels/kernels.h"

void hs_fake_quantize_with_grad_f32__scalar(float *y, float *dx, const float *x, const float *dy,
                                            size_t n, const struct hs_quantize_args *a)
{
    hs_fake_quantize_grad_f32__scalar(dx, x, dy, n, a); /* first: y may be x */
    hs_fake_quantize_f32__scalar(y, x, n, a);
}
