#include <math.h>

#include "kernels/kernels.h"

void hs_sgemm__scalar(const struct hs_sgemm *g, void *scratch)
{
    size_t a_row = g->a_transposed ? 1 : g->lda, a_step = g->a_transposed ? g->lda : 1;
    size_t b_step = g->b_transposed ? 1 : g->ldb, b_col = g->b_transposed ? g->ldb : 1;

    (void)scratch;
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            float c = g->accumulate ? g->c[i * g->ldc + j] : 0;

            for (size_t p = 0; p < g->k; p++)
                c = fmaf(g->a[i * a_row + p * a_step], g->b[p * b_step + j * b_col], c);
            g->c[i * g->ldc + j] = c;
        }
}
