/* quantize_f32_s8 and quantize_f32_u8: 64 elements a step. Saturating packs clamp to 16 bits, then
 * to the type; clipping and NaN are looked for once in 32 codes and cost only where they occur. */
#ifndef HS_KERNELS_QUANTIZE_QUANTIZE8_AVX512_H
#define HS_KERNELS_QUANTIZE_QUANTIZE8_AVX512_H

#if defined(__AVX512BW__) /* so that it compiles alone, without the flags of its users */

#include <string.h>

#include "kernels/quantize/avx512.h"

enum { HS_AHEAD = 4096 }; /* bytes; helps where the hardware alone does not keep up with memory */

struct hs_quantize8 {
    struct hs_divide_plan p;
    int32_t qmin, qmax, nan_code;
    size_t low, high;
};

/* Counts what was clipped and puts nan_code where x is NaN, which clipped low. */
static __attribute__((noinline)) __m512i
hs_clipped8_avx512(struct hs_quantize8 *t, __m512i out, const float *x, uint64_t low, uint64_t high)
{
    uint64_t nan = 0;

    for (int i = 0; i < 4; i++) {
        __m512 v = _mm512_loadu_ps(x + 16 * i);

        nan |= (uint64_t)_mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q) << 16 * i;
    }
    t->low += (size_t)(_mm_popcnt_u64(low) - _mm_popcnt_u64(nan));
    t->high += (size_t)_mm_popcnt_u64(high);
    return _mm512_mask_mov_epi8(out, nan, _mm512_set1_epi8((char)t->nan_code));
}

HS_INLINE __m512i hs_quantize64_avx512(struct hs_quantize8 *t, const float *x, enum hs_divide how,
                                       bool first, bool is_signed)
{
    const __m512i z = _mm512_set1_epi16((short)t->p.add);
    const __m512i lo = _mm512_set1_epi16((short)t->qmin), hi = _mm512_set1_epi16((short)t->qmax);
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i a = hs_code_avx512(_mm512_loadu_ps(x), &t->p, how, first);
    __m512i b = hs_code_avx512(_mm512_loadu_ps(x + 16), &t->p, how, first);
    __m512i c = hs_code_avx512(_mm512_loadu_ps(x + 32), &t->p, how, first);
    __m512i d = hs_code_avx512(_mm512_loadu_ps(x + 48), &t->p, how, first);
    __m512i ab = _mm512_adds_epi16(_mm512_packs_epi32(a, b), z);
    __m512i cd = _mm512_adds_epi16(_mm512_packs_epi32(c, d), z);
    uint64_t low =
        (uint64_t)_mm512_cmplt_epi16_mask(ab, lo) | (uint64_t)_mm512_cmplt_epi16_mask(cd, lo) << 32;
    uint64_t high =
        (uint64_t)_mm512_cmpgt_epi16_mask(ab, hi) | (uint64_t)_mm512_cmpgt_epi16_mask(cd, hi) << 32;
    __m512i out;

    for (int line = 0; line < 4; line++) /* past the end this is harmless */
        _mm_prefetch((const void *)((uintptr_t)x + HS_AHEAD + 64u * (unsigned)line), _MM_HINT_T0);
    if (is_signed) {
        out = _mm512_packs_epi16(ab, cd);
        out = _mm512_max_epi8(out, _mm512_set1_epi8((char)t->qmin));
        out = _mm512_min_epi8(out, _mm512_set1_epi8((char)t->qmax));
    } else {
        out = _mm512_packus_epi16(ab, cd);
        out = _mm512_max_epu8(out, _mm512_set1_epi8((char)t->qmin));
        out = _mm512_min_epu8(out, _mm512_set1_epi8((char)t->qmax));
    }
    out = _mm512_permutexvar_epi32(order, out);
    if (__builtin_expect((low | high) != 0, 0))
        out = hs_clipped8_avx512(t, out, x, low, high);
    return out;
}

/* A tail is padded with zeros: their code is the zero point, which never clips. */
HS_INLINE void hs_quantize8_run_avx512(struct hs_quantize8 *t, uint8_t *q, const float *x, size_t n,
                                       enum hs_divide how, bool first, bool is_signed)
{
    size_t i = 0;

    for (; n - i >= 64; i += 64)
        _mm512_storeu_si512(q + i, hs_quantize64_avx512(t, x + i, how, first, is_signed));
    if (i < n) {
        float rest[64] = {0};
        uint8_t codes[64];

        memcpy(rest, x + i, (n - i) * sizeof *x);
        _mm512_storeu_si512(codes, hs_quantize64_avx512(t, rest, how, first, is_signed));
        memcpy(q + i, codes, n - i);
    }
}

#endif

#endif
