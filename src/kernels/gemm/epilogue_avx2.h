/* The epilogue of gemm.h on two vectors of 8 sums; see epilogue_avx512.h for why clamping comes
 * before rounding. Columns past n are finished in memory by the reference. */
#ifndef HS_KERNELS_GEMM_EPILOGUE_AVX2_H
#define HS_KERNELS_GEMM_EPILOGUE_AVX2_H

#if defined(__AVX2__) /* so that it compiles alone, without the flags of its users */

#include <immintrin.h>
#include <string.h>

#include "kernels/gemm/epilogue.h"
#include "kernels/gemm/layout.h"

#define HS_GEMM_INLINE static inline __attribute__((always_inline))

/* What 16 columns share; arrays, so that tails need no care. */
struct hs_columns_avx2 {
    _Alignas(32) int32_t base[HS_GEMM_COLUMNS]; /* bias, less what an offset of 128 added */
    _Alignas(32) float scale[HS_GEMM_COLUMNS];
    size_t n; /* at most 16 */
};

HS_GEMM_INLINE void hs_columns_avx2(struct hs_columns_avx2 *c, const struct hs_gemm *g, size_t j,
                                    bool offset)
{
    const struct hs_gemm_epilogue *e = &g->epilogue;
    const int32_t *sums = hs_gemm_column_sums(g->b, g->n, g->k) + j;

    memset(c, 0, sizeof *c);
    c->n = g->n - j < HS_GEMM_COLUMNS ? g->n - j : HS_GEMM_COLUMNS;
    for (size_t x = 0; x < c->n; x++) {
        uint32_t base = g->bias != NULL ? (uint32_t)g->bias[j + x] : 0;

        c->base[x] = (int32_t)(offset ? base - 128u * (uint32_t)sums[x] : base);
        if (e->out != HS_GEMM_S32 && e->out != HS_GEMM_ROWS)
            c->scale[x] = e->scale[e->per_column ? j + x : 0];
    }
}

/* Codes of 8 sums, as int32. */
HS_GEMM_INLINE __m256i hs_codes8_avx2(const struct hs_gemm_epilogue *e, __m256i sum, __m256 scale)
{
    __m256 v = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);

    v = _mm256_max_ps(v, _mm256_set1_ps((float)(e->lo - e->zero_point)));
    v = _mm256_min_ps(v, _mm256_set1_ps((float)(e->hi - e->zero_point)));
    return _mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(e->zero_point));
}

/* Row i, columns [j, j + 16), base included. */
HS_GEMM_INLINE void hs_finish16_avx2(const struct hs_gemm *g, const struct hs_columns_avx2 *c,
                                     size_t i, size_t j, __m256i low, __m256i high)
{
    const struct hs_gemm_epilogue *e = &g->epilogue;
    size_t at = i * g->ldc + j;

    if ((e->out == HS_GEMM_U8 || e->out == HS_GEMM_S8) && c->n == HS_GEMM_COLUMNS) {
        __m256i p = _mm256_packs_epi32(hs_codes8_avx2(e, low, _mm256_load_ps(c->scale)),
                                       hs_codes8_avx2(e, high, _mm256_load_ps(c->scale + 8)));
        __m128i a, b;

        p = _mm256_permute4x64_epi64(p, 0xd8); /* packs works within halves */
        a = _mm256_castsi256_si128(p);
        b = _mm256_extracti128_si256(p, 1);
        _mm_storeu_si128((__m128i *)(void *)((uint8_t *)g->c + at),
                         e->out == HS_GEMM_U8 ? _mm_packus_epi16(a, b) : _mm_packs_epi16(a, b));
    } else {
        _Alignas(32) int32_t acc[HS_GEMM_COLUMNS];

        _mm256_store_si256((__m256i *)(void *)acc, low);
        _mm256_store_si256((__m256i *)(void *)(acc + 8), high);
        hs_gemm_finish(g, i, j, acc, c->n);
    }
}

#endif

#endif
