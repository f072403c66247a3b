#include <immintrin.h>

#include "kernels/kernels.h"

typedef __m256 V;
#define LANES 8
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define ZERO _mm256_setzero_ps()
#define SPREAD(x) _mm256_set1_ps(x)
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#include "kernels/sgemm/tile_loop.h"

/* 12 sums, 2 of B and 1 of A: 15 of 16 registers. */
HS_SGEMM_6_ROWS(HS_SGEMM_TILE, 1)
HS_SGEMM_6_ROWS(HS_SGEMM_TILE, 2)

static hs_sgemm_tile_fn *const tiles[] = {HS_SGEMM_6_ROWS(HS_SGEMM_NAME, 1)
                                              HS_SGEMM_6_ROWS(HS_SGEMM_NAME, 2)};

/* 8 x 8: pairs, quadruples, then halves. */
static void transpose8(float *out, size_t out_step, const float *in, size_t in_step)
{
    __m256 r[8], t[8];

    UNROLL
    for (size_t i = 0; i < 8; i++)
        r[i] = _mm256_loadu_ps(in + i * in_step);
    UNROLL
    for (size_t i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL
    for (size_t i = 0; i < 8; i += 4) {
        UNROLL
        for (size_t j = 0; j < 2; j++) {
            r[i + 2 * j] = _mm256_shuffle_ps(t[i + j], t[i + j + 2], 0x44);
            r[i + 2 * j + 1] = _mm256_shuffle_ps(t[i + j], t[i + j + 2], 0xee);
        }
    }
    UNROLL
    for (size_t i = 0; i < 4; i++) {
        _mm256_storeu_ps(out + i * out_step, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
        _mm256_storeu_ps(out + (i + 4) * out_step, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
}

static void transpose(float *out, size_t out_step, const float *in, size_t in_step, size_t cols)
{
    size_t i = 0;

    for (; cols - i >= LANES; i += LANES)
        transpose8(out + i * out_step, out_step, in + i, in_step);
    hs_sgemm_transpose_rest(out + i * out_step, out_step, in + i, in_step, LANES, cols - i, LANES);
}

void hs_sgemm__avx2(const struct hs_sgemm *g, void *scratch)
{
    static const struct hs_sgemm_set set = {6, LANES, 2, tiles, transpose};

    hs_sgemm_walk(g, scratch, &set);
}
