/* Blocks of 6 rows and a panel: 12 sums of 8, 2 vectors of weights, 1 of activations. One row alone
 * takes 4 panels, so that its sums do not wait for each other. Signed activations are offset by
 * 128 and the columns' sums taken off at the end, as with AVX-512. */
#include "kernels/gemm/epilogue_avx2.h"
#include "kernels/gemm/repeat.h"
#include "kernels/kernels.h"

enum { MR = 6, WIDE = 4 };

/* acc += 4 products a lane; the instruction itself, in this order (gcc copies around the builtin).
 */
#define DPBUSD(acc, a, b) \
    __asm__ volatile("%{vex%} vpdpbusd %2, %1, %0" : "+x"(acc) : "x"(a), "x"(b))
#define DPBUSD_AT(acc, a, address, ...) \
    __asm__ volatile("%{vex%} vpdpbusd " address ", %1, %0" : "+x"(acc) : "x"(a), __VA_ARGS__)

/* 4 bytes of row r in all lanes, group u behind a and a3 (rows 0 and 3). Addresses cost no
 * instruction. */
#define AT(x, instruction, address, ...) \
    __asm__ volatile(instruction " " address ", %0" : "=x"(x) : __VA_ARGS__)
#define SPREAD_0(x, u) AT(x, "vpbroadcastd", "%c2(%1)", "r"(a), "i"(4 * (u)))
#define SPREAD_1(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2)", "r"(a), "r"(lda), "i"(4 * (u)))
#define SPREAD_2(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2,2)", "r"(a), "r"(lda), "i"(4 * (u)))
#define SPREAD_3(x, u) AT(x, "vpbroadcastd", "%c2(%1)", "r"(a3), "i"(4 * (u)))
#define SPREAD_4(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2)", "r"(a3), "r"(lda), "i"(4 * (u)))
#define SPREAD_5(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2,2)", "r"(a3), "r"(lda), "i"(4 * (u)))
#define WEIGHTS(x, u) AT(x, "vmovdqa", "%c2(%1)", "r"(b), "i"(32 * (u)))

/* Step t of rows [i, i + rows), where it is or, when it must be offset or is the last and not
 * whole, in `copy`. Returns its start; *lda and *groups are set. */
HS_GEMM_INLINE const uint8_t *step(const struct hs_gemm *g, size_t i, size_t rows, size_t t,
                                   uint8_t (*copy)[HS_GEMM_STEP], bool is_signed, size_t *lda,
                                   size_t *groups)
{
    const uint8_t *a = (const uint8_t *)g->a + i * g->lda + hs_gemm_step_at(g, t);
    size_t left = g->k - t * HS_GEMM_STEP, depth = left < HS_GEMM_STEP ? left : HS_GEMM_STEP;

    *groups = (depth + 3) / 4;
    *lda = g->lda;
    if (!is_signed && left >= HS_GEMM_STEP)
        return a;
    for (size_t r = 0; r < rows; r++) {
        if (depth < HS_GEMM_STEP)
            memset(copy[r], 0, HS_GEMM_STEP);
        memcpy(copy[r], a + r * g->lda, depth);
        for (size_t x = 0; is_signed && x < HS_GEMM_STEP; x += 32) {
            __m256i *at = (__m256i *)(void *)(copy[r] + x);

            _mm256_store_si256(at, _mm256_xor_si256(*at, _mm256_set1_epi8((char)-128)));
        }
    }
    *lda = HS_GEMM_STEP;
    return copy[0];
}

#define MAC(r, h) DPBUSD(c##r##h, x, b_##h);
#define ROW(r, u)         \
    {                     \
        __m256i x;        \
        SPREAD_##r(x, u); \
        MAC(r, 0)         \
        MAC(r, 1)         \
    }
#define ROW_0(r, unused) ROW(r, 0)
#define ROW_1(r, unused) ROW(r, 1)
#define ROW_2(r, unused) ROW(r, 2)
#define ROW_3(r, unused) ROW(r, 3)
#define GROUP(R, u)                \
    {                              \
        __m256i b_0, b_1;          \
        WEIGHTS(b_0, 2 * (u));     \
        WEIGHTS(b_1, 2 * (u) + 1); \
        HS_EACH_R##R(ROW_##u, 0);  \
    }
#define ADVANCE(groups) \
    a += 4 * (groups);  \
    a3 += 4 * (groups); \
    b += 64 * (groups)
#define BASE(r, unused)                                                               \
    __m256i c##r##0 = _mm256_load_si256((const __m256i *)(const void *)columns.base); \
    __m256i c##r##1 = _mm256_load_si256((const __m256i *)(const void *)(columns.base + 8));
#define FINISH(r, unused) hs_finish16_avx2(g, &columns, i + r, j, c##r##0, c##r##1);

#define BLOCK(R)                                                                              \
    HS_GEMM_INLINE void body_##R(const struct hs_gemm *g, size_t i, size_t j, bool is_signed) \
    {                                                                                         \
        const int8_t *b = g->b + j / HS_GEMM_COLUMNS * hs_gemm_panel_size(g->k);              \
        struct hs_columns_avx2 columns;                                                       \
        _Alignas(64) uint8_t copy[R][HS_GEMM_STEP];                                           \
                                                                                              \
        hs_columns_avx2(&columns, g, j, is_signed);                                           \
        HS_EACH_R##R(BASE, 0);                                                                \
        for (size_t t = 0; t < hs_gemm_steps(g->k); t++) {                                    \
            size_t lda, groups;                                                               \
            const uint8_t *a = step(g, i, R, t, copy, is_signed, &lda, &groups);              \
            const uint8_t *a3 = a + 3 * lda;                                                  \
                                                                                              \
            __asm__ volatile("" ::: "memory");                                                \
            for (; groups >= 4; groups -= 4) {                                                \
                GROUP(R, 0);                                                                  \
                GROUP(R, 1);                                                                  \
                GROUP(R, 2);                                                                  \
                GROUP(R, 3);                                                                  \
                ADVANCE(4);                                                                   \
            }                                                                                 \
            for (; groups > 0; groups--) {                                                    \
                GROUP(R, 0);                                                                  \
                ADVANCE(1);                                                                   \
            }                                                                                 \
            (void)a3; /* low blocks have no row 3 */                                          \
        }                                                                                     \
        HS_EACH_R##R(FINISH, 0);                                                              \
    }                                                                                         \
    static void block_##R(const struct hs_gemm *g, size_t i, size_t j)                        \
    {                                                                                         \
        if (g->a_signed)                                                                      \
            body_##R(g, i, j, true);                                                          \
        else                                                                                  \
            body_##R(g, i, j, false);                                                         \
    }
BLOCK(1)
BLOCK(2)
BLOCK(3)
BLOCK(4)
BLOCK(5)
BLOCK(6)

/* One row, 4 panels. */
#define PANEL(q, unused)                                                                 \
    __m256i c##q##0 = _mm256_load_si256((const __m256i *)(const void *)columns[q].base); \
    __m256i c##q##1 = _mm256_load_si256((const __m256i *)(const void *)(columns[q].base + 8));
#define PANEL_MAC(q, address, next, ...)         \
    DPBUSD_AT(c##q##0, x, address, __VA_ARGS__); \
    DPBUSD_AT(c##q##1, x, next, __VA_ARGS__)

static void single(const struct hs_gemm *g, size_t i, size_t j)
{
    const size_t panel = hs_gemm_panel_size(g->k);
    const int8_t *b = g->b + j / HS_GEMM_COLUMNS * panel, *b3 = b + 3 * panel;
    struct hs_columns_avx2 columns[WIDE];
    _Alignas(64) uint8_t copy[1][HS_GEMM_STEP];

    for (size_t q = 0; q < WIDE; q++)
        hs_columns_avx2(&columns[q], g, j + q * HS_GEMM_COLUMNS, g->a_signed);
    HS_EACH_R4(PANEL, 0);
    for (size_t t = 0; t < hs_gemm_steps(g->k); t++) {
        size_t lda, groups;
        const uint8_t *a = step(g, i, 1, t, copy, g->a_signed, &lda, &groups);

        __asm__ volatile("" ::: "memory");
        for (; groups > 0; groups--, a += 4, b += 64, b3 += 64) {
            __m256i x;

            SPREAD_0(x, 0);
            PANEL_MAC(0, "(%2)", "32(%2)", "r"(b));
            PANEL_MAC(1, "(%2,%3)", "32(%2,%3)", "r"(b), "r"(panel));
            PANEL_MAC(2, "(%2,%3,2)", "32(%2,%3,2)", "r"(b), "r"(panel));
            PANEL_MAC(3, "(%2)", "32(%2)", "r"(b3));
        }
    }
#define PANEL_FINISH(q, unused) \
    hs_finish16_avx2(g, &columns[q], i, j + q * HS_GEMM_COLUMNS, c##q##0, c##q##1);
    HS_EACH_R4(PANEL_FINISH, 0);
}

void hs_gemm_x8s8__avx_vnni(const struct hs_gemm *g)
{
    static void (*const blocks[MR])(const struct hs_gemm *, size_t, size_t) = {block_1, block_2,
                                                                               block_3, block_4,
                                                                               block_5, block_6};
    size_t j = 0, near = hs_gemm_near_rows(g);

    for (; g->m == 1 && g->n - j > (WIDE - 1) * HS_GEMM_COLUMNS; j += WIDE * HS_GEMM_COLUMNS) {
        single(g, 0, j);
        if (g->n - j <= WIDE * HS_GEMM_COLUMNS)
            return;
    }
    for (size_t first = 0, from = j; first < g->m; first += near) {
        size_t end = g->m - first < near ? g->m : first + near;

        for (j = from; j < g->n; j += HS_GEMM_COLUMNS)
            for (size_t i = first; i < end; i += MR)
                blocks[end - i < MR ? end - i - 1 : MR - 1](g, i, j);
    }
}
