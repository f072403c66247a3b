#include "kernels/quantize/quantize8_avx512.h"

void hs_quantize_f32_s8__avx512(int8_t *q, const float *x, size_t n,
                                const struct hs_quantize_args *a, struct hs_clip_count *clipped)
{
    struct hs_quantize8 t = {hs_divide_plan_make(a, n), a->qmin, a->qmax, a->nan_code, 0, 0};

    if (t.p.how == HS_DIVIDE_SCALAR) {
        hs_quantize_f32_s8__scalar(q, x, n, a, clipped);
        return;
    }
#define LOOP(how, first) hs_quantize8_run_avx512(&t, (uint8_t *)q, x, n, how, first, true)
    HS_DIVIDE_CASES(t.p, LOOP);
#undef LOOP
    clipped->low += t.low;
    clipped->high += t.high;
}
