#include "kernels/quantize/avx512.h"

struct fake {
    struct hs_divide_plan p;
    float nan_value;
};

HS_INLINE __m512 fake16(__m512 x, const struct fake *f, enum hs_divide how, bool first)
{
    __m512i c = hs_code_avx512(x, &f->p, how, first);
    __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    __m512 y;

    c = _mm512_max_epi32(c, _mm512_set1_epi32(f->p.lo));
    c = _mm512_min_epi32(c, _mm512_set1_epi32(f->p.hi));
    if (first)
        c = _mm512_sub_epi32(c, _mm512_set1_epi32(f->p.sub));
    y = _mm512_mul_ps(_mm512_cvtepi32_ps(c), _mm512_set1_ps(f->p.s));
    return _mm512_mask_mov_ps(y, nan, _mm512_set1_ps(f->nan_value));
}

HS_INLINE void run(float *y, const float *x, size_t n, const struct fake *f, enum hs_divide how,
                   bool first)
{
    size_t i = 0;

    for (; n - i >= 16; i += 16)
        _mm512_storeu_ps(y + i, fake16(_mm512_loadu_ps(x + i), f, how, first));
    if (i < n) {
        __mmask16 m = (__mmask16)((1u << (n - i)) - 1);

        _mm512_mask_storeu_ps(y + i, m, fake16(_mm512_maskz_loadu_ps(m, x + i), f, how, first));
    }
}

void hs_fake_quantize_f32__avx512(float *y, const float *x, size_t n,
                                  const struct hs_quantize_args *a)
{
    struct fake f = {.p = hs_divide_plan_make(a, n)};

    if (f.p.how == HS_DIVIDE_SCALAR) {
        hs_fake_quantize_f32__scalar(y, x, n, a);
        return;
    }
    f.nan_value = (float)((int64_t)a->nan_code - a->zero_point) * f.p.s;
#define LOOP(how, first) run(y, x, n, &f, how, first)
    HS_DIVIDE_CASES(f.p, LOOP);
#undef LOOP
}
