/* Without the dot product: 8 products of 16 bits, added in pairs to sums of 32 bits. Two products
 * would not fit 16 bits (-128 -128 twice), so each is widened at once. A sum of 4 bytes is in two
 * lanes until the end; 2 rows of 16 sums are 16 registers. */
#include <arm_neon.h>

#include "kernels/inline.h"
#include "kernels/kernels.h"

#define ROWS 2

struct sums {
    int32x4_t v[8]; /* columns 2 x and 2 x + 1, two lanes each */
};

HS_INLINE struct sums start(const int32_t *base)
{
    const int32x4_t zero = vdupq_n_s32(0);
    struct sums s;

    HS_UNROLL
    for (size_t x = 0; x < 4; x++) { /* a column's number in one of its lanes */
        s.v[2 * x] = vzip1q_s32(vld1q_s32(base + 4 * x), zero);
        s.v[2 * x + 1] = vzip2q_s32(vld1q_s32(base + 4 * x), zero);
    }
    return s;
}

/* 4 bytes of each row, lane `lane` of a, times a row of packed weights. */
#define ADD4(lane)                                                                   \
    HS_UNROLL                                                                        \
    for (size_t x = 0; x < 4; x++) {                                                 \
        int8x16_t w = vld1q_s8(b + (lane)*HS_GEMM_STEP + 16 * x);                    \
                                                                                     \
        HS_UNROLL                                                                    \
        for (size_t r = 0; r < rows; r++) {                                          \
            int32x4_t same = vdupq_laneq_s32(vreinterpretq_s32_s8(a[r]), lane);      \
            int8x16_t y = vreinterpretq_s8_s32(same);                                \
            int16x8_t low = vmull_s8(vget_low_s8(y), vget_low_s8(w));                \
                                                                                     \
            s[r].v[2 * x] = vpadalq_s16(s[r].v[2 * x], low);                         \
            s[r].v[2 * x + 1] = vpadalq_s16(s[r].v[2 * x + 1], vmull_high_s8(y, w)); \
        }                                                                            \
    }

HS_INLINE void add16(struct sums *s, const int8x16_t *a, const int8_t *b, const size_t rows)
{
    ADD4(0);
    ADD4(1);
    ADD4(2);
    ADD4(3);
}

HS_INLINE void total(const struct sums *s, int32x4_t *v)
{
    HS_UNROLL
    for (size_t x = 0; x < 4; x++)
        v[x] = vpaddq_s32(s->v[2 * x], s->v[2 * x + 1]);
}

#include "kernels/gemm/neon.h"

HS_GEMM_ROWS_NEON(1)
HS_GEMM_ROWS_NEON(2)

void hs_gemm_x8s8__neon(const struct hs_gemm *g)
{
    static hs_gemm_rows_neon_fn *const run[2][ROWS] = {{unsigned_1, unsigned_2},
                                                       {signed_1, signed_2}};

    hs_gemm_run_neon(g, run);
}
