/* What the vector variants of sgemm share: the walk over blocks (walk.c) around tiles of C, which
 * an instruction set keeps in registers (tile_loop.h). */
#ifndef HS_KERNELS_SGEMM_TILE_H
#define HS_KERNELS_SGEMM_TILE_H

#include "kernels/sgemm/sgemm.h"

enum {
    HS_SGEMM_ROWS_MOST = 9,   /* of a tile */
    HS_SGEMM_WIDTH_MOST = 48, /* columns of a tile */
    HS_SGEMM_VECTORS_MOST = 3 /* of a row of a tile */
};

/* A tile of rows x (vectors lanes) elements: c goes on, or begins at 0, with k steps. Element (i,
 * p) of A is a[i a_row + p a_step]; row p of B is b + p b_step. */
struct hs_sgemm_tile {
    float *c;
    const float *a, *b;
    size_t ldc, a_row, a_step, b_step, k;
    bool begins;
};

typedef void hs_sgemm_tile_fn(const struct hs_sgemm_tile *t);

/* out[col out_step + row] = in[row in_step + col] for as many rows as a vector has lanes. */
typedef void hs_sgemm_transpose_fn(float *out, size_t out_step, const float *in, size_t in_step,
                                   size_t cols);

/* The same element by element, for any number of rows; lanes that no row fills become 0. */
static inline void hs_sgemm_transpose_rest(float *out, size_t out_step, const float *in,
                                           size_t in_step, size_t rows, size_t cols, size_t lanes)
{
    for (size_t c = 0; c < cols; c++)
        for (size_t r = 0; r < lanes; r++)
            out[c * out_step + r] = r < rows ? in[r * in_step + c] : 0;
}

struct hs_sgemm_set {
    size_t rows, lanes, vectors;   /* of the largest tile */
    hs_sgemm_tile_fn *const *tile; /* of v vectors and r rows: tile[(v - 1) rows + r - 1] */
    hs_sgemm_transpose_fn *transpose;
};

void hs_sgemm_walk(const struct hs_sgemm *g, void *scratch, const struct hs_sgemm_set *set);

#endif
