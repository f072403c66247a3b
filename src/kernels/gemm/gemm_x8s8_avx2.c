/* Blocks of 4 rows and half a panel in 16-bit products: pmaddubsw would be twice as fast but
 * saturates at 255 * 127 * 2, so both sides are widened and pmaddwd adds pairs exactly. A vector of
 * sums holds two parts of 4 columns, added when the block is done. */
#include "kernels/gemm/epilogue_avx2.h"
#include "kernels/gemm/repeat.h"
#include "kernels/kernels.h"

enum { MR = 4 };

/* A step of the rows as int16, zeros behind its end; widen() returns how many groups of 4 it has.
 */
struct wide {
    _Alignas(32) int16_t row[MR][HS_GEMM_STEP];
};

HS_GEMM_INLINE size_t widen(struct wide *w, const struct hs_gemm *g, size_t i, size_t rows,
                            size_t t)
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
    return left < HS_GEMM_STEP ? (left + 3) / 4 : HS_GEMM_STEP / 4;
}

/* 4 depths of a row in all lanes, times the weights of columns 4 h to 4 h + 3; in this order, or
 * the sums do not stay in registers. */
#define MAC(r, h)                                                              \
    {                                                                          \
        __m256i p;                                                             \
        __asm__ volatile("vpmaddwd %2, %1, %0" : "=x"(p) : "x"(b##h), "x"(x)); \
        __asm__ volatile("vpaddd %1, %0, %0" : "+x"(c##r##h) : "x"(p));        \
    }
#define ROW(r, unused)                                                                \
    {                                                                                 \
        __m256i x;                                                                    \
        __asm__ volatile("vpbroadcastq %1, %0" : "=x"(x) : "m"(w.row[r][4 * group])); \
        MAC(r, 0)                                                                     \
        MAC(r, 1)                                                                     \
    }
#define WEIGHTS(h) \
    _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)(const void *)(b + 16 * (h))))
#define ZERO(r, unused) __m256i c##r##0 = _mm256_setzero_si256(), c##r##1 = c##r##0;
#define STORE(r, unused) \
    _mm256_store_si256((__m256i *)(void *)sums[r], add_parts(c##r##0, c##r##1, base));

/* Sums of 8 columns from pairs of columns 0 to 3 and 4 to 7. */
HS_GEMM_INLINE __m256i add_parts(__m256i a, __m256i b, const int32_t *base)
{
    __m256i sum = _mm256_permute4x64_epi64(_mm256_hadd_epi32(a, b), 0xd8);

    return _mm256_add_epi32(sum, _mm256_load_si256((const __m256i *)(const void *)base));
}

/* Rows [i, i + R), 8 columns from byte `b` of a panel on. */
#define HALF(R)                                                                              \
    static void half_##R(int32_t(*sums)[HS_GEMM_COLUMNS], const struct hs_gemm *g, size_t i, \
                         const int8_t *b, const int32_t *base)                               \
    {                                                                                        \
        struct wide w;                                                                       \
                                                                                             \
        HS_EACH_R##R(ZERO, 0);                                                               \
        for (size_t t = 0; t < hs_gemm_steps(g->k); t++) {                                   \
            size_t groups = widen(&w, g, i, R, t);                                           \
                                                                                             \
            _Pragma("GCC unroll 4") for (size_t group = 0; group < groups;                   \
                                         group++, b += HS_GEMM_STEP)                         \
            {                                                                                \
                const __m256i b0 = WEIGHTS(0), b1 = WEIGHTS(1);                              \
                HS_EACH_R##R(ROW, 0);                                                        \
            }                                                                                \
        }                                                                                    \
        HS_EACH_R##R(STORE, 0);                                                              \
    }
HALF(1)
HALF(2)
HALF(3)
HALF(4)

typedef void half_fn(int32_t (*sums)[HS_GEMM_COLUMNS], const struct hs_gemm *g, size_t i,
                     const int8_t *b, const int32_t *base);

/* Rows [i, i + rows), the 16 columns from j on. */
static void block(const struct hs_gemm *g, const struct hs_columns_avx2 *columns, size_t i,
                  size_t rows, size_t j)
{
    static half_fn *const halves[MR] = {half_1, half_2, half_3, half_4};
    const int8_t *panel = g->b + j / HS_GEMM_COLUMNS * hs_gemm_panel_size(g->k);
    _Alignas(32) int32_t sums[MR][HS_GEMM_COLUMNS];

    halves[rows - 1](sums, g, i, panel, columns->base);
    halves[rows - 1]((int32_t(*)[HS_GEMM_COLUMNS])(void *)&sums[0][8], g, i,
                     panel + HS_GEMM_STEP / 2, columns->base + 8);
    for (size_t r = 0; r < rows; r++) {
        const __m256i *at = (const __m256i *)(const void *)sums[r];

        hs_finish16_avx2(g, columns, i + r, j, _mm256_load_si256(at), _mm256_load_si256(at + 1));
    }
}

void hs_gemm_x8s8__avx2(const struct hs_gemm *g)
{
    size_t near = hs_gemm_near_rows(g);
    struct hs_columns_avx2 columns;

    for (size_t first = 0; first < g->m; first += near) {
        size_t end = g->m - first < near ? g->m : first + near;

        for (size_t j = 0; j < g->n; j += HS_GEMM_COLUMNS) {
            hs_columns_avx2(&columns, g, j, false);
            for (size_t i = first; i < end; i += MR)
                block(g, &columns, i, end - i < MR ? end - i : MR, j);
        }
    }
}
