/* sdot adds 4 products to each lane, and packed weights are 4 bytes each of 4 columns a vector. 4
 * rows of 16 sums are 16 registers, beside 4 of activations and 4 of weights. */
#include <arm_neon.h>

#include "kernels/inline.h"
#include "kernels/kernels.h"

#define ROWS 4

struct sums {
    int32x4_t v[4];
};

HS_INLINE struct sums start(const int32_t *base)
{
    return (struct sums){
        {vld1q_s32(base), vld1q_s32(base + 4), vld1q_s32(base + 8), vld1q_s32(base + 12)}};
}

/* 4 bytes of each row, lane `lane` of a, times a row of packed weights. */
#define ADD4(lane)                                                 \
    HS_UNROLL                                                      \
    for (size_t x = 0; x < 4; x++) {                               \
        int8x16_t w = vld1q_s8(b + (lane)*HS_GEMM_STEP + 16 * x);  \
                                                                   \
        HS_UNROLL                                                  \
        for (size_t r = 0; r < rows; r++)                          \
            s[r].v[x] = vdotq_laneq_s32(s[r].v[x], w, a[r], lane); \
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
        v[x] = s->v[x];
}

#include "kernels/gemm/neon.h"

HS_GEMM_ROWS_NEON(1)
HS_GEMM_ROWS_NEON(2)
HS_GEMM_ROWS_NEON(3)
HS_GEMM_ROWS_NEON(4)

void hs_gemm_x8s8__neon_dot(const struct hs_gemm *g)
{
    static hs_gemm_rows_neon_fn *const run[2][ROWS] = {{unsigned_1, unsigned_2, unsigned_3,
                                                        unsigned_4},
                                                       {signed_1, signed_2, signed_3, signed_4}};

    hs_gemm_run_neon(g, run);
}
