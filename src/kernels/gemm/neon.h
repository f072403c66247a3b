/* What the NEON variants of gemm_x8s8 share. Both multiply int8 by int8: unsigned activations are
 * moved by 128 (a ^ 0x80 is a - 128), and 128 sum_t b[t][j] is added to the bias instead.
 *
 * The including file defines ROWS, the rows of a block, and before it includes this
 *   struct sums          16 sums of one row, in whatever form it adds them up
 *   start(base)          from 16 numbers
 *   add16(sums, a, b, n)  16 bytes of each of n rows times 16 of each column: b is 4 rows of packed
 *                        weights
 *   total(sums, v)       the 16 sums in order, in 4 vectors */
#ifndef HS_KERNELS_GEMM_NEON_H
#define HS_KERNELS_GEMM_NEON_H

#if defined(ROWS) /* so that it compiles alone */

#include <string.h>

#include "kernels/gemm/epilogue.h"
#include "kernels/gemm/layout.h"
#include "kernels/inline.h"

/* A block of ROWS rows and one panel. */
struct hs_gemm_block_neon {
    const struct hs_gemm *g;
    size_t i, j, cols;
    int32_t base[HS_GEMM_COLUMNS];
    float scale[HS_GEMM_COLUMNS];
};

static void hs_gemm_columns_neon(struct hs_gemm_block_neon *b)
{
    const struct hs_gemm *g = b->g;
    const struct hs_gemm_epilogue *e = &g->epilogue;
    const int32_t *sums = hs_gemm_column_sums(g->b, g->n, g->k);
    bool scaled = e->out != HS_GEMM_S32 && e->out != HS_GEMM_ROWS;

    b->cols = g->n - b->j < HS_GEMM_COLUMNS ? g->n - b->j : HS_GEMM_COLUMNS;
    memset(b->base, 0, sizeof b->base);
    for (size_t x = 0; x < b->cols; x++) {
        uint32_t base = g->bias != NULL ? (uint32_t)g->bias[b->j + x] : 0;

        if (!g->a_signed)
            base += (uint32_t)sums[b->j + x] << 7;
        b->base[x] = (int32_t)base;
        b->scale[x] = scaled ? e->scale[e->per_column ? b->j + x : 0] : 0;
    }
}

/* 16 sums of row i; clamping before rounding gives the codes of the reference, as the bounds are
 * whole numbers and rounding is monotone. */
static inline void hs_gemm_finish16_neon(const struct hs_gemm_block_neon *b, size_t i,
                                         const int32x4_t *v)
{
    const struct hs_gemm_epilogue *e = &b->g->epilogue;
    const float32x4_t lo = vdupq_n_f32((float)(e->lo - e->zero_point));
    const float32x4_t hi = vdupq_n_f32((float)(e->hi - e->zero_point));
    unsigned char *c = b->g->c;
    size_t at = i * b->g->ldc + b->j;
    int32x4_t q[4];

    if (e->out == HS_GEMM_S32) {
        vst1q_s32_x4((int32_t *)(void *)c + at, (int32x4x4_t){{v[0], v[1], v[2], v[3]}});
        return;
    }
    for (size_t x = 0; x < 4; x++) {
        float32x4_t r = vmulq_f32(vcvtq_f32_s32(v[x]), vld1q_f32(b->scale + 4 * x));

        if (e->out == HS_GEMM_F32)
            vst1q_f32((float *)(void *)c + at + 4 * x, r);
        q[x] = vcvtnq_s32_f32(vminq_f32(vmaxq_f32(r, lo), hi));
        q[x] = vaddq_s32(q[x], vdupq_n_s32(e->zero_point));
    }
    if (e->out != HS_GEMM_F32) {
        int16x8_t low = vmovn_high_s32(vmovn_s32(q[0]), q[1]);
        int16x8_t high = vmovn_high_s32(vmovn_s32(q[2]), q[3]);

        vst1q_s8((int8_t *)c + at, vmovn_high_s16(vmovn_s16(low), high));
    }
}

static inline void hs_gemm_finish_neon(const struct hs_gemm_block_neon *b, size_t i,
                                       const struct sums *s)
{
    int32x4_t v[4];
    int32_t acc[HS_GEMM_COLUMNS];

    total(s, v);
    if (b->cols == HS_GEMM_COLUMNS && b->g->epilogue.out != HS_GEMM_ROWS) {
        hs_gemm_finish16_neon(b, i, v);
        return;
    }
    vst1q_s32_x4(acc, (int32x4x4_t){{v[0], v[1], v[2], v[3]}});
    hs_gemm_finish(b->g, i, b->j, acc, b->cols);
}

/* Step t of `rows` rows: where it is or, when it is the last and not whole, in `copy`. */
static inline const uint8_t *hs_gemm_step_neon(const struct hs_gemm_block_neon *b, size_t rows,
                                               size_t t, uint8_t *copy, size_t *lda, size_t *bytes)
{
    const struct hs_gemm *g = b->g;
    const uint8_t *a = (const uint8_t *)g->a + b->i * g->lda + hs_gemm_step_at(g, t);
    size_t left = g->k - t * HS_GEMM_STEP;

    *bytes = HS_GEMM_STEP;
    *lda = g->lda;
    if (left >= HS_GEMM_STEP)
        return a;
    for (size_t r = 0; r < rows; r++)
        memcpy(copy + r * HS_GEMM_STEP, a + r * g->lda, left);
    *bytes = (left + 15) / 16 * 16; /* what is behind `left` meets weights of zero */
    *lda = HS_GEMM_STEP;
    return copy;
}

HS_INLINE void hs_gemm_rows_neon(const struct hs_gemm_block_neon *b, const size_t rows,
                                 const uint8_t flip)
{
    const int8_t *w = b->g->b + b->j / HS_GEMM_COLUMNS * hs_gemm_panel_size(b->g->k);
    uint8_t copy[ROWS * HS_GEMM_STEP] = {0};
    struct sums s[ROWS];

    HS_UNROLL
    for (size_t r = 0; r < rows; r++)
        s[r] = start(b->base);
    for (size_t t = 0; t < hs_gemm_steps(b->g->k); t++, w += HS_GEMM_STEP * HS_GEMM_COLUMNS) {
        size_t lda, bytes;
        const uint8_t *a = hs_gemm_step_neon(b, rows, t, copy, &lda, &bytes);

        for (size_t u = 0; u < bytes; u += 16) {
            int8x16_t x[ROWS];

            HS_UNROLL
            for (size_t r = 0; r < rows; r++)
                x[r] = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(a + r * lda + u), vdupq_n_u8(flip)));
            add16(s, x, w + u * HS_GEMM_COLUMNS, rows);
        }
    }
    HS_UNROLL
    for (size_t r = 0; r < rows; r++)
        hs_gemm_finish_neon(b, b->i + r, &s[r]);
}

typedef void hs_gemm_rows_neon_fn(const struct hs_gemm_block_neon *b);

/* Blocks of `rows` rows, of unsigned and of signed activations. */
#define HS_GEMM_ROWS_NEON(rows)                                     \
    static void unsigned_##rows(const struct hs_gemm_block_neon *b) \
    {                                                               \
        hs_gemm_rows_neon(b, rows, 0x80);                           \
    }                                                               \
    static void signed_##rows(const struct hs_gemm_block_neon *b)   \
    {                                                               \
        hs_gemm_rows_neon(b, rows, 0);                              \
    }

static inline void hs_gemm_run_neon(const struct hs_gemm *g,
                                    hs_gemm_rows_neon_fn *const run[2][ROWS])
{
    struct hs_gemm_block_neon b = {.g = g};

    for (b.j = 0; b.j < g->n; b.j += HS_GEMM_COLUMNS) {
        hs_gemm_columns_neon(&b);
        for (b.i = 0; b.i < g->m; b.i += ROWS)
            run[g->a_signed][(g->m - b.i < ROWS ? g->m - b.i : ROWS) - 1](&b);
    }
}

#endif

#endif
