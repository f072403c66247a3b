#include "kernels/quantize/fake_quantize.h"

void hs_fake_quantize_grad_f32__avx2(float *dx, const float *x, const float *dy, size_t n,
                                     const struct hs_quantize_args *a)
{
    struct hs_fake_io io = {dx, dx, x, dy};
    struct hs_fake f = {.p = hs_divide_plan_make(a, n)};

    if (n < HS_BLOCK || !hs_inside_range(&f.least, &f.most, a, &f.p)) {
        hs_fake_quantize_grad_f32__scalar(dx, x, dy, n, a);
        return;
    }
    hs_fake_run(&f, io, n, HS_FAKE_GRAD, HS_DIVIDE_DIVIDE, false);
}
