/* The tile of an instruction set, written once. The including file defines V (a vector of LANES),
 * LOAD, STORE, ZERO, SPREAD(float) and FMA(a, b, c) = a b + c; rows and vectors are constants where
 * HS_SGEMM_TILE puts this, so that all of c stays in registers. */
#ifndef HS_KERNELS_SGEMM_TILE_LOOP_H
#define HS_KERNELS_SGEMM_TILE_LOOP_H

#if defined(LANES) /* so that it compiles alone */

#include "kernels/sgemm/tile.h"

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

static inline __attribute__((always_inline)) void
hs_sgemm_tile_loop(const struct hs_sgemm_tile *t, const size_t rows, const size_t vectors)
{
    V c[HS_SGEMM_ROWS_MOST][HS_SGEMM_VECTORS_MOST], b[HS_SGEMM_VECTORS_MOST];
    const float *a = t->a, *row = t->b;

    UNROLL
    for (size_t i = 0; i < rows; i++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++)
            c[i][v] = t->begins ? ZERO : LOAD(t->c + i * t->ldc + v * LANES);
    }
    for (size_t p = 0; p < t->k; p++, a += t->a_step, row += t->b_step) {
        UNROLL
        for (size_t v = 0; v < vectors; v++)
            b[v] = LOAD(row + v * LANES);
        UNROLL
        for (size_t i = 0; i < rows; i++) {
            V x = SPREAD(a[i * t->a_row]);

            UNROLL
            for (size_t v = 0; v < vectors; v++)
                c[i][v] = FMA(x, b[v], c[i][v]);
        }
    }
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        UNROLL
        for (size_t v = 0; v < vectors; v++)
            STORE(t->c + i * t->ldc + v * LANES, c[i][v]);
    }
}

/* The functions of all heights up to six, eight or nine, and their names in a table. */
#define HS_SGEMM_TILE(v, r)                                   \
    static void tile_##v##_##r(const struct hs_sgemm_tile *t) \
    {                                                         \
        hs_sgemm_tile_loop(t, r, v);                          \
    }
#define HS_SGEMM_NAME(v, r) tile_##v##_##r,
#define HS_SGEMM_6_ROWS(X, v) X(v, 1) X(v, 2) X(v, 3) X(v, 4) X(v, 5) X(v, 6)
#define HS_SGEMM_8_ROWS(X, v) HS_SGEMM_6_ROWS(X, v) X(v, 7) X(v, 8)
#define HS_SGEMM_9_ROWS(X, v) HS_SGEMM_8_ROWS(X, v) X(v, 9)

#endif

#endif
