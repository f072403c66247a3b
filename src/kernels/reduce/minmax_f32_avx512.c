#include <immintrin.h>
#include <math.h>

#include "kernels/kernels.h"
#include "kernels/reduce/zero.h"

/* Elements of a block; bytes that are asked for ahead of use (prefetching past the end is
 * harmless). */
enum { BLOCK = 1024, AHEAD = 4096 };

struct lanes {
    __m512 lo, hi, bad;
};

/* x * 0 is 0 for a finite x and NaN otherwise, so the sum tells whether all were finite. */
static inline __attribute__((always_inline)) void take(struct lanes *l, const float *x)
{
    __m512 v = _mm512_loadu_ps(x);

    _mm_prefetch((const void *)((uintptr_t)x + AHEAD), _MM_HINT_T0);
    l->lo = _mm512_min_ps(v, l->lo);
    l->hi = _mm512_max_ps(v, l->hi);
    l->bad = _mm512_fmadd_ps(v, _mm512_setzero_ps(), l->bad);
}

/* False, and nothing changed, when an element is not finite: such a block goes to the scalar
 * kernel. */
static inline bool block_minmax(__m512 *lo, __m512 *hi, const float *x)
{
    struct lanes a = {*lo, *hi, _mm512_setzero_ps()}, b = a, c = a, d = a;

    for (size_t i = 0; i < BLOCK; i += 64) {
        take(&a, x + i);
        take(&b, x + i + 16);
        take(&c, x + i + 32);
        take(&d, x + i + 48);
    }
    a.bad = _mm512_add_ps(_mm512_add_ps(a.bad, b.bad), _mm512_add_ps(c.bad, d.bad));
    if (_mm512_cmp_ps_mask(a.bad, a.bad, _CMP_UNORD_Q) != 0)
        return false;
    *lo = _mm512_min_ps(_mm512_min_ps(a.lo, b.lo), _mm512_min_ps(c.lo, d.lo));
    *hi = _mm512_max_ps(_mm512_max_ps(a.hi, b.hi), _mm512_max_ps(c.hi, d.hi));
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
    *min = hs_sign_of_zero(lo, *min, x, n);
    *max = hs_sign_of_zero(hi, *max, x, n);
    return bad;
}
