#include <immintrin.h>

#include "kernels/kernels.h"

void hs_dequantize_s8_f32__avx512(float *r, const int8_t *q, size_t n, float scale,
                                  int32_t zero_point)
{
    const __m512i z = _mm512_set1_epi32(zero_point);
    const __m512 s = _mm512_set1_ps(scale);
    size_t i = 0;

    if (zero_point < -(1 << 30) || zero_point > 1 << 30) { /* q - z might not fit */
        hs_dequantize_s8_f32__scalar(r, q, n, scale, zero_point);
        return;
    }
    for (; n - i >= 16; i += 16) {
        __m512i c = _mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(q + i)));

        _mm512_storeu_ps(r + i, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(c, z)), s));
    }
    if (i < n) {
        __mmask16 m = (__mmask16)((1u << (n - i)) - 1);
        __m512i c = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(m, q + i));

        _mm512_mask_storeu_ps(r + i, m,
                              _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(c, z)), s));
    }
}
