/* Four vectors of codes into bytes, AVX2. */
#ifndef HS_KERNELS_QUANTIZE_PACK_AVX2_H
#define HS_KERNELS_QUANTIZE_PACK_AVX2_H

#if defined(__AVX2__) && !defined(__AVX512BW__)

#include "kernels/vector.h"

/* Codes of 4 vectors less `base`, as 16 bits each: a value outside 0 … 255 stays outside
 * (saturated, then seen as unsigned). */
struct hs_v16 {
    hs_vi ab, cd;
};

HS_INLINE struct hs_v16 hs_v16_pack(hs_vi a, hs_vi b, hs_vi c, hs_vi d, hs_vi base)
{
    return (struct hs_v16){_mm256_sub_epi16(_mm256_packs_epi32(a, b), base),
                           _mm256_sub_epi16(_mm256_packs_epi32(c, d), base)};
}

/* The same, saturated: below 0 stays below 0, above span above. */
HS_INLINE struct hs_v16 hs_v16_pack_signed(hs_vi a, hs_vi b, hs_vi c, hs_vi d, hs_vi base)
{
    return (struct hs_v16){_mm256_subs_epi16(_mm256_packs_epi32(a, b), base),
                           _mm256_subs_epi16(_mm256_packs_epi32(c, d), base)};
}

/* How many are below 0, and above span. */
HS_INLINE size_t hs_v16_count_below(struct hs_v16 v)
{
    return (size_t)__builtin_popcount(
        (unsigned)_mm256_movemask_epi8(_mm256_packs_epi16(v.ab, v.cd)));
}

HS_INLINE size_t hs_v16_count_above(struct hs_v16 v, hs_vi span)
{
    return (size_t)__builtin_popcount((unsigned)_mm256_movemask_epi8(
        _mm256_packs_epi16(_mm256_cmpgt_epi16(v.ab, span), _mm256_cmpgt_epi16(v.cd, span))));
}

HS_INLINE struct hs_v16 hs_v16_at_most(struct hs_v16 v, hs_vi span)
{
    return (struct hs_v16){_mm256_min_epi16(v.ab, span), _mm256_min_epi16(v.cd, span)};
}

HS_INLINE hs_vi hs_v16_least(hs_vi all, struct hs_v16 v)
{
    return _mm256_min_epi16(all, _mm256_min_epi16(v.ab, v.cd));
}

HS_INLINE bool hs_v16_any_equal(hs_vi all, hs_vi to)
{
    return _mm256_movemask_epi8(_mm256_cmpeq_epi16(all, to)) != 0;
}

HS_INLINE hs_vi hs_v16_or(hs_vi all, struct hs_v16 v)
{
    return _mm256_or_si256(all, _mm256_or_si256(v.ab, v.cd));
}

HS_INLINE hs_vi hs_v16_max(hs_vi all, struct hs_v16 v)
{
    return _mm256_max_epu16(all, _mm256_max_epu16(v.ab, v.cd));
}

#define hs_v16_set _mm256_set1_epi16
#define hs_v8_set _mm256_set1_epi8
#define hs_v8_add _mm256_add_epi8

HS_INLINE bool hs_v16_above(hs_vi all, hs_vi span)
{
    __m256i over = _mm256_subs_epu16(all, span);

    return !_mm256_testz_si256(over, over);
}

/* Bytes in the order of the elements. */
HS_INLINE hs_vi hs_v16_bytes(struct hs_v16 v)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);

    return _mm256_permutevar8x32_epi32(_mm256_packus_epi16(v.ab, v.cd), order);
}

#endif

#endif
