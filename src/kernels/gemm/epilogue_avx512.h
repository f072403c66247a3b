/* The epilogue of gemm.h on vectors of 16 sums. Clamping v to lo - zero_point and hi - zero_point
 * before it is rounded gives the codes of the reference: the bounds are whole, rounding is
 * monotone, and the conversion cannot overflow any more.
 *
 * Everything is copied into locals first: a store of bytes may alias all that is in memory. */
#ifndef HS_KERNELS_GEMM_EPILOGUE_AVX512_H
#define HS_KERNELS_GEMM_EPILOGUE_AVX512_H

#if defined(__AVX512BW__) /* so that it compiles alone, without the flags of its users */

#include <immintrin.h>

#include "kernels/gemm/gemm.h"
#include "kernels/gemm/layout.h"

#define HS_GEMM_INLINE static inline __attribute__((always_inline))

/* What all sums share. */
struct hs_finish_avx512 {
    enum hs_gemm_out out;
    unsigned char *c;
    size_t ldc;
    __m512 lo, hi;
    __m512i zero_point;
    /* uint8 up to 255: the conversion to bytes saturates there by itself, also what cvtps made of
     * values past int32 (0x80000000, the largest but unsigned) */
    bool saturates;
    const struct hs_gemm_epilogue *e;
};

HS_GEMM_INLINE struct hs_finish_avx512 hs_finish_avx512(const struct hs_gemm *g)
{
    const struct hs_gemm_epilogue *e = &g->epilogue;

    return (struct hs_finish_avx512){.out = e->out,
                                     .c = g->c,
                                     .ldc = g->ldc,
                                     .lo = _mm512_set1_ps((float)(e->lo - e->zero_point)),
                                     .hi = _mm512_set1_ps((float)(e->hi - e->zero_point)),
                                     .zero_point = _mm512_set1_epi32(e->zero_point),
                                     .saturates = e->out == HS_GEMM_U8 && e->hi == UINT8_MAX,
                                     .e = e};
}

/* What 16 columns share. */
struct hs_columns_avx512 {
    __mmask16 mask;
    __m512i base; /* bias, less what an offset of 128 added */
    __m512 scale;
};

HS_GEMM_INLINE struct hs_columns_avx512 hs_columns_avx512(const struct hs_gemm *g, size_t j,
                                                          bool offset)
{
    const struct hs_gemm_epilogue *e = &g->epilogue;
    struct hs_columns_avx512 c = {.mask = 0xffff,
                                  .base = _mm512_setzero_si512(),
                                  .scale = _mm512_setzero_ps()};

    if (g->n - j < HS_GEMM_COLUMNS)
        c.mask = (__mmask16)((1u << (g->n - j)) - 1);
    if (g->bias != NULL)
        c.base = _mm512_maskz_loadu_epi32(c.mask, g->bias + j);
    if (offset) {
        const int32_t *sums = hs_gemm_column_sums(g->b, g->n, g->k);

        c.base = _mm512_sub_epi32(c.base,
                                  _mm512_slli_epi32(_mm512_maskz_loadu_epi32(c.mask, sums + j), 7));
    }
    if (e->out != HS_GEMM_S32 && e->out != HS_GEMM_ROWS)
        c.scale = e->per_column ? _mm512_maskz_loadu_ps(c.mask, e->scale + j)
                                : _mm512_set1_ps(e->scale[0]);
    return c;
}

static inline void hs_finish_row_avx512(const struct hs_gemm_epilogue *e, __mmask16 mask, size_t i,
                                        size_t j, __m512i sum)
{
    int32_t acc[HS_GEMM_COLUMNS];

    _mm512_storeu_si512(acc, sum);
    e->rows(e->payload, i, j, acc, (size_t)_mm_popcnt_u32(mask));
}

/* The bytes of 16 sums where f->saturates. */
HS_GEMM_INLINE __m128i hs_saturated16_avx512(const struct hs_finish_avx512 *f, __m512 scale,
                                             __m512i sum)
{
    __m512 v = _mm512_max_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale), f->lo);

    return _mm512_cvtusepi32_epi8(_mm512_add_epi32(_mm512_cvtps_epi32(v), f->zero_point));
}

/* Row i, columns [j, j + 16), base included. */
HS_GEMM_INLINE void hs_finish16_avx512(const struct hs_finish_avx512 *f,
                                       const struct hs_columns_avx512 *c, size_t i, size_t j,
                                       __m512i sum)
{
    size_t at = i * f->ldc + j;
    __m512 v = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), c->scale);
    __m512i q;

    if (f->out == HS_GEMM_U8 || f->out == HS_GEMM_S8) {
        v = _mm512_min_ps(_mm512_max_ps(v, f->lo), f->hi);
        q = _mm512_add_epi32(_mm512_cvtps_epi32(v), f->zero_point);
        if (c->mask == 0xffff)
            _mm_storeu_si128((__m128i *)(void *)(f->c + at), _mm512_cvtepi32_epi8(q));
        else
            _mm512_mask_cvtepi32_storeu_epi8(f->c + at, c->mask, q);
    } else if (f->out == HS_GEMM_F32) {
        _mm512_mask_storeu_ps(f->c + 4 * at, c->mask, v);
    } else if (f->out == HS_GEMM_S32) {
        _mm512_mask_storeu_epi32(f->c + 4 * at, c->mask, sum);
    } else {
        hs_finish_row_avx512(f->e, c->mask, i, j, sum);
    }
}

#endif

#endif
