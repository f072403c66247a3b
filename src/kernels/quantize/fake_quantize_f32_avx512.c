#include "kernels/quantize/fake_quantize.h"

void hs_fake_quantize_f32__avx512(float *y, const float *x, size_t n,
                                  const struct hs_quantize_args *a)
{
    struct hs_fake_io io = {y, y, x, x};
    struct hs_fake f = {.p = hs_divide_plan_make(a, n)};

    if (f.p.how == HS_DIVIDE_SCALAR) {
        hs_fake_quantize_f32__scalar(y, x, n, a);
        return;
    }
    f.nan_value = (float)((int64_t)a->nan_code - a->zero_point) * f.p.s;
#define LOOP(how, first) hs_fake_run(&f, io, n, HS_FAKE_VALUE, how, first)
    HS_DIVIDE_CASES(f.p, LOOP);
#undef LOOP
}
