#include "kernels/quantize/code.h"

void hs_fake_quantize_grad_f64__scalar(double *dx, const double *x, const double *dy, size_t n,
                                       const struct hs_quantize_args *a)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = !isnan(x[i]) && hs_code_inside(hs_code_f64(x[i], a), a) ? dy[i] : 0;
}
