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

/* 4 columns of rows i, i + 4, i + 8 and i + 12, one a lane: loading with an insertion costs less
 * than a shuffle across lanes. */
static inline __m512 load_lanes(const float *in, size_t in_step)
{
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(in));

    v = _mm512_insertf32x4(v, _mm_loadu_ps(in + 4 * in_step), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(in + 8 * in_step), 2);
    return _mm512_insertf32x4(v, _mm_loadu_ps(in + 12 * in_step), 3);
}

/* 16 rows, 4 columns: four transpositions of 4 x 4 side by side. */
static inline void transpose4(float *out, size_t out_step, const float *in, size_t in_step)
{
    __m512 a = load_lanes(in, in_step), b = load_lanes(in + in_step, in_step);
    __m512 c = load_lanes(in + 2 * in_step, in_step), d = load_lanes(in + 3 * in_step, in_step);
    __m512d ab = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
    __m512d cd = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
    __m512d ab2 = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
    __m512d cd2 = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));

    _mm512_storeu_pd(out, _mm512_unpacklo_pd(ab, cd));
    _mm512_storeu_pd(out + out_step, _mm512_unpackhi_pd(ab, cd));
    _mm512_storeu_pd(out + 2 * out_step, _mm512_unpacklo_pd(ab2, cd2));
    _mm512_storeu_pd(out + 3 * out_step, _mm512_unpackhi_pd(ab2, cd2));
}

static void transpose(float *out, size_t out_step, const float *in, size_t in_step, size_t cols)
{
    size_t i = 0;

    for (; cols - i >= 4; i += 4)
        transpose4(out + i * out_step, out_step, in + i, in_step);
    hs_sgemm_transpose_rest(out + i * out_step, out_step, in + i, in_step, LANES, cols - i, LANES);
}

void hs_sgemm__avx512(const struct hs_sgemm *g, void *scratch)
{
    static const struct hs_sgemm_set set = {9, LANES, 3, tiles, transpose};

    hs_sgemm_walk(g, scratch, &set);
}
