/* quantize_f32_s32 in vectors: every vector in the careful way that clipped blocks have in
 * quantize8.h. */
#ifndef HS_KERNELS_QUANTIZE_QUANTIZE32_H
#define HS_KERNELS_QUANTIZE_QUANTIZE32_H

#if defined(__AVX2__)

#include "kernels/quantize/clipped.h"

HS_INLINE void hs_quantize32(int32_t *q, const float *x, size_t n, const struct hs_quantize_args *a,
                             struct hs_clip_count *clipped)
{
    struct hs_quantize8 t = {.qmin = a->qmin, .qmax = a->qmax, .nan_code = a->nan_code};
    size_t i = 0;

    if (n >= HS_LANES && hs_plan_inline(&t.p, a, n))
        for (; n - i >= HS_LANES; i += HS_LANES) {
            hs_vi code;
            unsigned nan = hs_clipped(&code, &t, hs_vload(x + i));

            hs_vistore(q + i, hs_viadd(code, hs_viset(t.p.add)));
            for (; nan != 0; nan &= nan - 1)
                q[i + (size_t)__builtin_ctz(nan)] = a->nan_code;
        }
    clipped->low += t.low;
    clipped->high += t.high;
    hs_quantize_f32_s32__scalar(q + i, x + i, n - i, a, clipped);
}

#endif

#endif
