#include <immintrin.h>
#include <math.h>

#include "kernels/kernels.h"

enum { BLOCK = 1024 };

/* The first zero decides the sign of a zero minimum or maximum, as it does one element at a time.
 */
static float first_zero(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] == 0.0f)
            return x[i];
    return 0;
}

/* x * 0 is 0 for a finite x and NaN otherwise, so the sum tells whether a block is all finite; one
 * that is not goes to the scalar kernel. */
static bool block_minmax(__m512 *lo, __m512 *hi, const float *x)
{
    const __m512 zero = _mm512_setzero_ps();
    __m512 l[4], h[4], bad[4];

    for (int k = 0; k < 4; k++) {
        l[k] = *lo;
        h[k] = *hi;
        bad[k] = zero;
    }
    for (size_t i = 0; i < BLOCK; i += 64)
        for (int k = 0; k < 4; k++) {
            __m512 v = _mm512_loadu_ps(x + i + 16 * k);

            l[k] = _mm512_min_ps(v, l[k]);
            h[k] = _mm512_max_ps(v, h[k]);
            bad[k] = _mm512_fmadd_ps(v, zero, bad[k]);
        }
    bad[0] = _mm512_add_ps(_mm512_add_ps(bad[0], bad[1]), _mm512_add_ps(bad[2], bad[3]));
    if (_mm512_cmp_ps_mask(bad[0], bad[0], _CMP_UNORD_Q) != 0)
        return false;
    *lo = _mm512_min_ps(_mm512_min_ps(l[0], l[1]), _mm512_min_ps(l[2], l[3]));
    *hi = _mm512_max_ps(_mm512_max_ps(h[0], h[1]), _mm512_max_ps(h[2], h[3]));
    return true;
}

size_t hs_minmax_f32__avx512(float *min, float *max, const float *x, size_t n)
{
    float lo = *min, hi = *max, l, h;
    __m512 vlo = _mm512_set1_ps(lo), vhi = _mm512_set1_ps(hi);
    size_t i = 0, bad = 0;

    for (; n - i >= BLOCK; i += BLOCK)
        if (!block_minmax(&vlo, &vhi, x + i))
            bad += hs_minmax_f32__scalar(&lo, &hi, x + i, BLOCK);
    bad += hs_minmax_f32__scalar(&lo, &hi, x + i, n - i);
    l = _mm512_reduce_min_ps(vlo);
    h = _mm512_reduce_max_ps(vhi);
    lo = l < lo ? l : lo;
    hi = h > hi ? h : hi;
    if (lo == 0.0f)
        lo = *min == 0.0f ? *min : first_zero(x, n);
    if (hi == 0.0f)
        hi = *max == 0.0f ? *max : first_zero(x, n);
    *min = lo;
    *max = hi;
    return bad;
}
