/* Blocks of 3 rows and a panel in 16-bit products: pmaddubsw would be twice as fast but saturates
 * at 255 * 127 * 2, so both sides are widened and pmaddwd adds pairs exactly. A vector of sums
 * holds two halves of 4 columns, added when the block is done. */
#include "kernels/gemm/epilogue_avx2.h"
#include "kernels/gemm/repeat.h"
#include "kernels/kernels.h"

enum { MR = 3 };

/* A step of the rows as int16, zeros behind its end. */
struct wide {
    _Alignas(32) int16_t row[MR][HS_GEMM_STEP];
};

HS_GEMM_INLINE void widen(struct wide *w, const struct hs_gemm *g, size_t i, size_t rows, size_t t)
{
    const uint8_t *a = (const uint8_t *)g->a + i * g->lda + hs_gemm_step_at(g, t);
    size_t left = g->k - t * HS_GEMM_STEP;

    for (size_t r = 0; r < rows; r++) {
        uint8_t tail[HS_GEMM_STEP];
        const uint8_t *from = a + r * g->lda;

        if (left < HS_GEMM_STEP) {
            memset(tail, 0, sizeof tail);
            memcpy(tail, from, left);
            from = tail;
        }
        for (size_t x = 0; x < HS_GEMM_STEP; x += 16) {
            __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(from + x));

            _mm256_store_si256((__m256i *)(void *)(w->row[r] + x),
                               g->a_signed ? _mm256_cvtepi8_epi16(v) : _mm256_cvtepu8_epi16(v));
        }
    }
}

/* 4 depths of row r in all lanes, times the weights of columns 4 h to 4 h + 3. */
#define MAC(r, h) c##r##h = _mm256_add_epi32(c##r##h, _mm256_madd_epi16(x##r, b));
#define SPREAD(r, unused) const __m256i x##r = _mm256_set1_epi64x(hs_load8(w.row[r] + 4 * group));
#define COLUMNS(R, h)                                                                              \
    {                                                                                              \
        const __m256i b =                                                                          \
            _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)(const void *)(panel + 16 * h))); \
        HS_EACH_R##R(MAC, h)                                                                       \
    }
#define ZERO(r, unused)                                                             \
    __m256i c##r##0 = _mm256_setzero_si256(), c##r##1 = c##r##0, c##r##2 = c##r##0, \
            c##r##3 = c##r##0;
#define FINISH(r, unused)                                                               \
    hs_finish16_avx2(g, &columns, i + r, j, add_halves(c##r##0, c##r##1, columns.base), \
                     add_halves(c##r##2, c##r##3, columns.base + 8));

HS_GEMM_INLINE long long hs_load8(const int16_t *p)
{
    long long v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Sums of columns 0 to 7 from pairs of columns 0 to 3 and 4 to 7. */
HS_GEMM_INLINE __m256i add_halves(__m256i a, __m256i b, const int32_t *base)
{
    __m256i sum = _mm256_permute4x64_epi64(_mm256_hadd_epi32(a, b), 0xd8);

    return _mm256_add_epi32(sum, _mm256_load_si256((const __m256i *)(const void *)base));
}

#define BLOCK(R)                                                                                \
    static void block_##R(const struct hs_gemm *g, size_t i, size_t j)                          \
    {                                                                                           \
        const int8_t *panel = g->b + j / HS_GEMM_COLUMNS * hs_gemm_panel_size(g->k);            \
        struct hs_columns_avx2 columns;                                                         \
        struct wide w;                                                                          \
                                                                                                \
        hs_columns_avx2(&columns, g, j, false);                                                 \
        HS_EACH_R##R(ZERO, 0) for (size_t t = 0; t < hs_gemm_steps(g->k); t++)                  \
        {                                                                                       \
            widen(&w, g, i, R, t);                                                              \
            for (size_t group = 0; group < HS_GEMM_STEP / 4; group++, panel += HS_GEMM_STEP) {  \
                HS_EACH_R##R(SPREAD, 0) COLUMNS(R, 0) COLUMNS(R, 1) COLUMNS(R, 2) COLUMNS(R, 3) \
            }                                                                                   \
        }                                                                                       \
        HS_EACH_R##R(FINISH, 0)                                                                 \
    }
BLOCK(1)
BLOCK(2)
BLOCK(3)

void hs_gemm_x8s8__avx2(const struct hs_gemm *g)
{
    static void (*const blocks[MR])(const struct hs_gemm *, size_t, size_t) = {block_1, block_2,
                                                                               block_3};

    for (size_t j = 0; j < g->n; j += HS_GEMM_COLUMNS)
        for (size_t i = 0; i < g->m; i += MR)
            blocks[g->m - i < MR ? g->m - i - 1 : MR - 1](g, i, j);
}
