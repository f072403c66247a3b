#include "kernels/quantize/avx512.h"

/* Which of 16 elements pass their gradient; NaN converts to INT32_MIN, below lo. */
HS_INLINE __mmask16 inside(__m512 x, const struct hs_divide_plan *p, enum hs_divide how, bool first)
{
    __m512i c = hs_code_avx512(x, p, how, first);
    __mmask16 m = _mm512_cmpge_epi32_mask(c, _mm512_set1_epi32(p->lo));

    return _mm512_mask_cmple_epi32_mask(m, c, _mm512_set1_epi32(p->hi));
}

HS_INLINE void run(float *dx, const float *x, const float *dy, size_t n,
                   const struct hs_divide_plan *p, enum hs_divide how, bool first)
{
    size_t i = 0;

    for (; n - i >= 16; i += 16) {
        __mmask16 in = inside(_mm512_loadu_ps(x + i), p, how, first);

        _mm512_storeu_ps(dx + i, _mm512_maskz_mov_ps(in, _mm512_loadu_ps(dy + i)));
    }
    if (i < n) {
        __mmask16 m = (__mmask16)((1u << (n - i)) - 1);
        __mmask16 in = inside(_mm512_maskz_loadu_ps(m, x + i), p, how, first);

        _mm512_mask_storeu_ps(dx + i, m, _mm512_maskz_loadu_ps(in & m, dy + i));
    }
}

void hs_fake_quantize_grad_f32__avx512(float *dx, const float *x, const float *dy, size_t n,
                                       const struct hs_quantize_args *a)
{
    struct hs_divide_plan p = hs_divide_plan_make(a, n);

    if (p.how == HS_DIVIDE_SCALAR) {
        hs_fake_quantize_grad_f32__scalar(dx, x, dy, n, a);
        return;
    }
#define LOOP(how, first) run(dx, x, dy, n, &p, how, first)
    HS_DIVIDE_CASES(p, LOOP);
#undef LOOP
}
