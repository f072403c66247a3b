#include "kernels/quantize/fake_quantize_neon.h"

void hs_fake_quantize_f32__neon(float *y, const float *x, size_t n,
                                const struct hs_quantize_args *a)
{
    struct hs_fake_neon_io io = {.y = y, .x = x};

    if (!hs_fake_run_neon(io, n, a, HS_FAKE_NEON_VALUE))
        hs_fake_quantize_f32__scalar(y, x, n, a);
}
