#include "kernels/quantize/fake_quantize_neon.h"

void hs_fake_quantize_with_grad_f32__neon(float *y, float *dx, const float *x, const float *dy,
                                          size_t n, const struct hs_quantize_args *a)
{
    struct hs_fake_neon_io io = {.y = y, .dx = dx, .x = x, .dy = dy};

    if (!hs_fake_run_neon(io, n, a, HS_FAKE_NEON_BOTH))
        hs_fake_quantize_with_grad_f32__scalar(y, dx, x, dy, n, a);
}
