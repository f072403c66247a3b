#include <arm_neon.h>

#include "kernels/kernels.h"

typedef float32x4_t V;
#define LANES 4
#define LOAD(p) vld1q_f32(p)
#define STORE(p, v) vst1q_f32(p, v)
#define ZERO vdupq_n_f32(0)
#define SPREAD(x) vdupq_n_f32(x)
#define FMA(a, b, c) vfmaq_f32(c, a, b)
#include "kernels/sgemm/tile_loop.h"

/* 24 sums, 3 of B and 1 of A: 28 of 32 registers. */
HS_SGEMM_8_ROWS(HS_SGEMM_TILE, 1)
HS_SGEMM_8_ROWS(HS_SGEMM_TILE, 2)
HS_SGEMM_8_ROWS(HS_SGEMM_TILE, 3)

static hs_sgemm_tile_fn *const tiles[] = {HS_SGEMM_8_ROWS(HS_SGEMM_NAME, 1)
                                              HS_SGEMM_8_ROWS(HS_SGEMM_NAME, 2)
                                                  HS_SGEMM_8_ROWS(HS_SGEMM_NAME, 3)};

/* Storing four vectors interleaved is a transposition of 4 x 4. */
static void transpose(float *out, size_t out_step, const float *in, size_t in_step, size_t cols)
{
    size_t i = 0;

    for (; cols - i >= LANES; i += LANES) {
        float32x4x4_t r;
        float block[16];

        UNROLL
        for (size_t j = 0; j < 4; j++)
            r.val[j] = vld1q_f32(in + j * in_step + i);
        vst4q_f32(block, r);
        UNROLL
        for (size_t j = 0; j < 4; j++)
            vst1q_f32(out + (i + j) * out_step, vld1q_f32(block + 4 * j));
    }
    hs_sgemm_transpose_rest(out + i * out_step, out_step, in + i, in_step, LANES, cols - i, LANES);
}

void hs_sgemm__neon(const struct hs_sgemm *g, void *scratch)
{
    static const struct hs_sgemm_set set = {8, LANES, 3, tiles, transpose};

    hs_sgemm_walk(g, scratch, &set);
}
