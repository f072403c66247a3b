/* Where things stand in packed weights (gemm.h), for the variants. */
#ifndef HS_KERNELS_GEMM_LAYOUT_H
#define HS_KERNELS_GEMM_LAYOUT_H

#include "kernels/gemm/gemm.h"

static inline size_t hs_gemm_panels(size_t n)
{
    return n / HS_GEMM_COLUMNS + (n % HS_GEMM_COLUMNS != 0);
}

static inline size_t hs_gemm_steps(size_t k)
{
    return k / HS_GEMM_STEP + (k % HS_GEMM_STEP != 0);
}

/* Bytes of one panel: 16 columns, all steps. */
static inline size_t hs_gemm_panel_size(size_t k)
{
    return hs_gemm_steps(k) * HS_GEMM_STEP * HS_GEMM_COLUMNS;
}

/* Rows of A that stay in the second cache while all panels pass: a multiple of every block of rows.
 */
static inline size_t hs_gemm_near_rows(const struct hs_gemm *g)
{
    enum { NEAR_BYTES = 512 * 1024, ROWS_TOGETHER = 12 };
    size_t rows = g->lda == 0 ? g->m : NEAR_BYTES / g->lda / ROWS_TOGETHER * ROWS_TOGETHER;

    return rows < ROWS_TOGETHER ? ROWS_TOGETHER : rows;
}

/* Where step t of a row begins, behind the row's start. */
static inline size_t hs_gemm_step_at(const struct hs_gemm *g, size_t t)
{
    return g->step != NULL ? g->step[t] : t * HS_GEMM_STEP;
}

#endif
