/* Four vectors of codes into bytes, AVX-512. */
#ifndef HS_KERNELS_QUANTIZE_PACK_AVX512_H
#define HS_KERNELS_QUANTIZE_PACK_AVX512_H

#if defined(__AVX512BW__)

#include "kernels/vector.h"

/* Codes of 4 vectors less `base`, as 16 bits each: a value outside 0 … 255 stays outside
 * (saturated, then seen as unsigned). */
struct hs_v16 {
    hs_vi ab, cd;
};

HS_INLINE struct hs_v16 hs_v16_pack(hs_vi a, hs_vi b, hs_vi c, hs_vi d, hs_vi base)
{
    return (struct hs_v16){_mm512_sub_epi16(_mm512_packs_epi32(a, b), base),
                           _mm512_sub_epi16(_mm512_packs_epi32(c, d), base)};
}

/* The same, saturated: below 0 stays below 0, above span above. */
HS_INLINE struct hs_v16 hs_v16_pack_signed(hs_vi a, hs_vi b, hs_vi c, hs_vi d, hs_vi base)
{
    return (struct hs_v16){_mm512_subs_epi16(_mm512_packs_epi32(a, b), base),
                           _mm512_subs_epi16(_mm512_packs_epi32(c, d), base)};
}

/* How many are below 0, and above span. */
HS_INLINE size_t hs_v16_count_below(struct hs_v16 v)
{
    return (size_t)__builtin_popcountll(_mm512_movepi8_mask(_mm512_packs_epi16(v.ab, v.cd)));
}

HS_INLINE size_t hs_v16_count_above(struct hs_v16 v, hs_vi span)
{
    return (size_t)__builtin_popcount(_mm512_cmpgt_epi16_mask(v.ab, span)) +
           (size_t)__builtin_popcount(_mm512_cmpgt_epi16_mask(v.cd, span));
}

HS_INLINE struct hs_v16 hs_v16_at_most(struct hs_v16 v, hs_vi span)
{
    return (struct hs_v16){_mm512_min_epi16(v.ab, span), _mm512_min_epi16(v.cd, span)};
}

HS_INLINE hs_vi hs_v16_least(hs_vi all, struct hs_v16 v)
{
    return _mm512_min_epi16(all, _mm512_min_epi16(v.ab, v.cd));
}

HS_INLINE bool hs_v16_any_equal(hs_vi all, hs_vi to)
{
    return _mm512_cmpeq_epi16_mask(all, to) != 0;
}

HS_INLINE hs_vi hs_v16_or(hs_vi all, struct hs_v16 v)
{
    return _mm512_ternarylogic_epi32(all, v.ab, v.cd, 0xfe);
}

HS_INLINE hs_vi hs_v16_max(hs_vi all, struct hs_v16 v)
{
    return _mm512_max_epu16(all, _mm512_max_epu16(v.ab, v.cd));
}

#define hs_v16_set _mm512_set1_epi16
#define hs_v8_set _mm512_set1_epi8
#define hs_v8_add _mm512_add_epi8

HS_INLINE bool hs_v16_above(hs_vi all, hs_vi span)
{
    return _mm512_cmpgt_epu16_mask(all, span) != 0;
}

/* Bytes in the order of the elements. */
HS_INLINE hs_vi hs_v16_bytes(struct hs_v16 v)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);

    return _mm512_permutexvar_epi32(order, _mm512_packus_epi16(v.ab, v.cd));
}

#endif

#endif
