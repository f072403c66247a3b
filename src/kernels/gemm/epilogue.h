/* The epilogue of gemm.h for sums in memory, one element at a time: the reference, and what the
 * variants do with the rest of a row. */
#ifndef HS_KERNELS_GEMM_EPILOGUE_H
#define HS_KERNELS_GEMM_EPILOGUE_H

#include <math.h>

#include "kernels/gemm/gemm.h"

static inline int32_t hs_gemm_code(const struct hs_gemm_epilogue *e, int32_t acc, size_t j)
{
    float v = (float)acc * e->scale[e->per_column ? j : 0];
    double q = (double)rintf(v) + e->zero_point; /* exact: |v| < 2^31 FLT_MAX */

    if (q < e->lo)
        return e->lo;
    return q > e->hi ? e->hi : (int32_t)q;
}

/* Sums [j, j + n) of row i, bias already added. */
static inline void hs_gemm_finish(const struct hs_gemm *g, size_t i, size_t j, const int32_t *acc,
                                  size_t n)
{
    const struct hs_gemm_epilogue *e = &g->epilogue;
    size_t at = i * g->ldc + j;

    switch (e->out) {
    case HS_GEMM_S32:
        for (size_t x = 0; x < n; x++)
            ((int32_t *)g->c)[at + x] = acc[x];
        break;
    case HS_GEMM_F32:
        for (size_t x = 0; x < n; x++)
            ((float *)g->c)[at + x] = (float)acc[x] * e->scale[e->per_column ? j + x : 0];
        break;
    case HS_GEMM_U8:
        for (size_t x = 0; x < n; x++)
            ((uint8_t *)g->c)[at + x] = (uint8_t)hs_gemm_code(e, acc[x], j + x);
        break;
    case HS_GEMM_S8:
        for (size_t x = 0; x < n; x++)
            ((int8_t *)g->c)[at + x] = (int8_t)hs_gemm_code(e, acc[x], j + x);
        break;
    case HS_GEMM_ROWS:
        e->rows(e->payload, i, j, acc, n);
        break;
    }
}

#endif
