#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/sgemm/tile.h"

typedef __m512 V;
#define LANES 16
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define ZERO _mm512_setzero_ps()
#define SPREAD(x) _mm512_set1_ps(x)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#include "kernels/sgemm/tile_loop.h"

/* 27 sums, 3 of B and 1 of A: 31 of 32 registers. */
HS_SGEMM_9_ROWS(HS_SGEMM_TILE, 1)
HS_SGEMM_9_ROWS(HS_SGEMM_TILE, 2)
HS_SGEMM_9_ROWS(HS_SGEMM_TILE, 3)

static hs_sgemm_tile_fn *const tiles[] = {HS_SGEMM_9_ROWS(HS_SGEMM_NAME, 1)
                                              HS_SGEMM_9_ROWS(HS_SGEMM_NAME, 2)
                                                  HS_SGEMM_9_ROWS(HS_SGEMM_NAME, 3)};

/* 16 x 16: pairs, quadruples, then lanes of 128 bits. */
static void transpose16(float *out, size_t out_step, const float *in, size_t in_step)
{
    __m512 r[16], t[16];

    UNROLL
    for (size_t i = 0; i < 16; i++)
        r[i] = _mm512_loadu_ps(in + i * in_step);
    UNROLL
    for (size_t i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL
    for (size_t i = 0; i < 16; i += 4) {
        UNROLL
        for (size_t j = 0; j < 2; j++) {
            __m512d lo = _mm512_castps_pd(t[i + j]), hi = _mm512_castps_pd(t[i + j + 2]);

            r[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(lo, hi));
            r[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(lo, hi));
        }
    }
    UNROLL
    for (size_t i = 0; i < 16; i += 8) {
        UNROLL
        for (size_t j = 0; j < 4; j++) {
            t[i + j] = _mm512_shuffle_f32x4(r[i + j], r[i + j + 4], 0x88);
            t[i + j + 4] = _mm512_shuffle_f32x4(r[i + j], r[i + j + 4], 0xdd);
        }
    }
    UNROLL
    for (size_t i = 0; i < 8; i++) {
        _mm512_storeu_ps(out + i * out_step, _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88));
        _mm512_storeu_ps(out + (i + 8) * out_step, _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd));
    }
}

static void transpose(float *out, size_t out_step, const float *in, size_t in_step, size_t cols)
{
    size_t i = 0;

    for (; cols - i >= LANES; i += LANES)
        transpose16(out + i * out_step, out_step, in + i, in_step);
    hs_sgemm_transpose_rest(out + i * out_step, out_step, in + i, in_step, LANES, cols - i, LANES);
}

void hs_sgemm__avx512(const struct hs_sgemm *g, void *scratch)
{
    static const struct hs_sgemm_set set = {9, LANES, 3, tiles, transpose};

    hs_sgemm_walk(g, scratch, &set);
}
