/* Blocks of 6 rows and 4 panels: 24 sums of 16, 4 vectors of weights, 1 of activations. vpdpbusd
 * wants unsigned activations: signed ones are offset by 128 and the columns' sums taken off at the
 * end. */
#include "kernels/gemm/epilogue_avx512.h"
#include "kernels/gemm/layout.h"
#include "kernels/gemm/repeat.h"
#include "kernels/kernels.h"

enum { MR = 6, NR = 4 };

/* acc += 4 products a lane. The instruction itself, in this order: gcc copies around the builtin,
 * and fetches all rows first until sums spill. */
#define DPBUSD(acc, a, b) __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b))

/* 4 bytes of row r in all lanes, and a row of panel q, group u behind a, a3 (rows 0 and 3) and b,
 * b3 (panels 0 and 3). Spelled out, so that addresses cost no instruction: those would share the
 * ports of the products. */
#define AT(x, instruction, address, ...) \
    __asm__ volatile(instruction " " address ", %0" : "=v"(x) : __VA_ARGS__)
#define SPREAD_0(x, u) AT(x, "vpbroadcastd", "%c2(%1)", "r"(a), "i"(4 * (u)))
#define SPREAD_1(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2)", "r"(a), "r"(lda), "i"(4 * (u)))
#define SPREAD_2(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2,2)", "r"(a), "r"(lda), "i"(4 * (u)))
#define SPREAD_3(x, u) AT(x, "vpbroadcastd", "%c2(%1)", "r"(a3), "i"(4 * (u)))
#define SPREAD_4(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2)", "r"(a3), "r"(lda), "i"(4 * (u)))
#define SPREAD_5(x, u) AT(x, "vpbroadcastd", "%c3(%1,%2,2)", "r"(a3), "r"(lda), "i"(4 * (u)))
#define WEIGHTS_0(x, u) AT(x, "vmovdqa64", "%c2(%1)", "r"(b), "i"(64 * (u)))
#define WEIGHTS_1(x, u) AT(x, "vmovdqa64", "%c3(%1,%2)", "r"(b), "r"(panel), "i"(64 * (u)))
#define WEIGHTS_2(x, u) AT(x, "vmovdqa64", "%c3(%1,%2,2)", "r"(b), "r"(panel), "i"(64 * (u)))
#define WEIGHTS_3(x, u) AT(x, "vmovdqa64", "%c2(%1)", "r"(b3), "i"(64 * (u)))

/* Step t of rows [i, i + R), where it is or, when it must be offset or is the last and not whole,
 * in `copy`. Returns its start; *lda and *groups are set. */
HS_GEMM_INLINE const uint8_t *step(const struct hs_gemm *g, size_t i, size_t rows, size_t t,
                                   uint8_t (*copy)[HS_GEMM_STEP], bool is_signed, size_t *lda,
                                   size_t *groups)
{
    const uint8_t *a = (const uint8_t *)g->a + i * g->lda + hs_gemm_step_at(g, t);
    size_t left = g->k - t * HS_GEMM_STEP;
    __mmask64 mask = left < HS_GEMM_STEP ? ((__mmask64)1 << left) - 1 : ~(__mmask64)0;

    *groups = left < HS_GEMM_STEP ? (left + 3) / 4 : HS_GEMM_STEP / 4;
    *lda = g->lda;
    if (!is_signed && left >= HS_GEMM_STEP)
        return a;
    for (size_t r = 0; r < rows; r++) {
        __m512i v = _mm512_maskz_loadu_epi8(mask, a + r * g->lda);

        if (is_signed)
            v = _mm512_xor_si512(v, _mm512_set1_epi8((char)-128));
        _mm512_store_si512(copy[r], v);
    }
    *lda = HS_GEMM_STEP;
    return copy[0];
}

/* One group of 4 of the depth: weights of Q panels, then R rows. */
#define LOAD(u, q) \
    __m512i b_##q; \
    WEIGHTS_##q(b_##q, u);
#define MAC(r, q) DPBUSD(c##r##q, x, b_##q);
#define ROW(r, Q, u)         \
    {                        \
        __m512i x;           \
        SPREAD_##r(x, u);    \
        HS_EACH_Q##Q(MAC, r) \
    }
#define ROW_0(r, Q) ROW(r, Q, 0)
#define ROW_1(r, Q) ROW(r, Q, 1)
#define ROW_2(r, Q) ROW(r, Q, 2)
#define ROW_3(r, Q) ROW(r, Q, 3)
#define GROUP(R, Q, u)            \
    {                             \
        HS_EACH_Q##Q(LOAD, u);    \
        HS_EACH_R##R(ROW_##u, Q); \
    }
#define ADVANCE(groups) \
    a += 4 * (groups);  \
    a3 += 4 * (groups); \
    b += 64 * (groups); \
    b3 += 64 * (groups)
#define BASE(r, q) __m512i c##r##q = columns[q].base;
#define BASE_ROW(r, Q) HS_EACH_Q##Q(BASE, r)
#define FINISH(r, q) hs_finish16_avx512(&f, &columns[q], i + r, j + q * HS_GEMM_COLUMNS, c##r##q);
#define FINISH_ROW(r, Q) HS_EACH_Q##Q(FINISH, r)

#define BLOCK(R, Q)                                                                           \
    static inline                                                                             \
        __attribute__((always_inline)) void body_##R##_##Q(const struct hs_gemm *g, size_t i, \
                                                           size_t j, bool is_signed)          \
    {                                                                                         \
        const size_t panel = hs_gemm_panel_size(g->k);                                        \
        const int8_t *b = g->b + j / HS_GEMM_COLUMNS * panel, *b3 = b + 3 * panel;            \
        struct hs_columns_avx512 columns[Q];                                                  \
        const struct hs_finish_avx512 f = hs_finish_avx512(g);                                \
        _Alignas(64) uint8_t copy[R][HS_GEMM_STEP];                                           \
                                                                                              \
        for (size_t q = 0; q < Q; q++)                                                        \
            columns[q] = hs_columns_avx512(g, j + q * HS_GEMM_COLUMNS, is_signed);            \
        HS_EACH_R##R(BASE_ROW, Q);                                                            \
        for (size_t t = 0; t < hs_gemm_steps(g->k); t++) {                                    \
            size_t lda, groups;                                                               \
            const uint8_t *a = step(g, i, R, t, copy, is_signed, &lda, &groups);              \
            const uint8_t *a3 = a + 3 * lda;                                                  \
                                                                                              \
            __asm__ volatile("" ::: "memory");                                                \
            for (; groups >= 4; groups -= 4) {                                                \
                GROUP(R, Q, 0);                                                               \
                GROUP(R, Q, 1);                                                               \
                GROUP(R, Q, 2);                                                               \
                GROUP(R, Q, 3);                                                               \
                ADVANCE(4);                                                                   \
            }                                                                                 \
            for (; groups > 0; groups--) {                                                    \
                GROUP(R, Q, 0);                                                               \
                ADVANCE(1);                                                                   \
            }                                                                                 \
            (void)a3; /* low blocks have no row 3 */                                          \
        }                                                                                     \
        (void)b3; /* narrow blocks have no panel 3 */                                         \
        HS_EACH_R##R(FINISH_ROW, Q);                                                          \
    }                                                                                         \
    static void block_##R##_##Q(const struct hs_gemm *g, size_t i, size_t j)                  \
    {                                                                                         \
        body_##R##_##Q(g, i, j, false);                                                       \
    }                                                                                         \
    static void signed_##R##_##Q(const struct hs_gemm *g, size_t i, size_t j)                 \
    {                                                                                         \
        body_##R##_##Q(g, i, j, true);                                                        \
    }

#define BLOCKS(R) BLOCK(R, 1) BLOCK(R, 2) BLOCK(R, 3) BLOCK(R, 4)
BLOCKS(1)
BLOCKS(2)
BLOCKS(3)
BLOCKS(4)
BLOCKS(5)
BLOCKS(6)

typedef void block_fn(const struct hs_gemm *g, size_t i, size_t j);

#define BLOCK_ROW(kind, R)                                             \
    {                                                                  \
        kind##_##R##_1, kind##_##R##_2, kind##_##R##_3, kind##_##R##_4 \
    }
#define BLOCK_TABLE(kind)                                                               \
    {                                                                                   \
        BLOCK_ROW(kind, 1), BLOCK_ROW(kind, 2), BLOCK_ROW(kind, 3), BLOCK_ROW(kind, 4), \
            BLOCK_ROW(kind, 5), BLOCK_ROW(kind, 6)                                      \
    }

void hs_gemm_x8s8__avx512_vnni(const struct hs_gemm *g)
{
    static block_fn *const blocks[2][MR][NR] = {BLOCK_TABLE(block), BLOCK_TABLE(signed)};

    size_t near = hs_gemm_near_rows(g);

    for (size_t first = 0; first < g->m; first += near) {
        size_t end = g->m - first < near ? g->m : first + near;

        for (size_t j = 0; j < g->n; j += NR * HS_GEMM_COLUMNS) {
            size_t panels = hs_gemm_panels(g->n - j), q = panels < NR ? panels : NR;

            for (size_t i = first; i < end; i += MR)
                blocks[g->a_signed][end - i < MR ? end - i - 1 : MR - 1][q - 1](g, i, j);
        }
    }
}
