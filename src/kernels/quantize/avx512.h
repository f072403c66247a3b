/* AVX-512 pieces of the quantize family. Every float32 step is the one of code.h, or proved by
 * plan.h to give its codes. A conversion that does not fit (NaN, -inf, far below) gives INT32_MIN,
 * which clips low as it should; x_high keeps what is far above out of that. */
#ifndef HS_KERNELS_QUANTIZE_AVX512_H
#define HS_KERNELS_QUANTIZE_AVX512_H

#if defined(__AVX512BW__) /* so that it compiles alone, without the flags of its users */

#include <immintrin.h>

#include "kernels/quantize/plan.h"

/* Unclamped code of 16 elements, without add. how and first are constants where this is inlined. */
HS_INLINE __m512i hs_code_avx512(__m512 x, const struct hs_divide_plan *p, enum hs_divide how,
                                 bool first)
{
    __m512 v, in = _mm512_min_ps(_mm512_set1_ps(p->x_high), x); /* a NaN stays */

    if (how == HS_DIVIDE_DIVIDE)
        v = _mm512_div_ps(in, _mm512_set1_ps(p->s));
    else if (how == HS_DIVIDE_PRODUCT)
        v = _mm512_mul_ps(in, _mm512_set1_ps(p->h));
    else
        v = _mm512_fmadd_ps(in, _mm512_set1_ps(p->h), _mm512_mul_ps(in, _mm512_set1_ps(p->l)));
    if (first)
        v = _mm512_add_ps(v, _mm512_set1_ps(p->first));
    return _mm512_cvtps_epi32(v);
}

#endif

#endif
