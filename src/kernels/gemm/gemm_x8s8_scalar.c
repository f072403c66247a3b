#include "kernels/gemm/epilogue.h"
#include "kernels/gemm/layout.h"
#include "kernels/kernels.h"

/* One sum, modulo 2^32. */
static int32_t dot(const struct hs_gemm *g, size_t i, size_t j)
{
    const unsigned char *row = (const unsigned char *)g->a + i * g->lda;
    const int8_t *column =
        g->b + j / HS_GEMM_COLUMNS * hs_gemm_panel_size(g->k) + j % HS_GEMM_COLUMNS * 4;
    uint32_t sum = g->bias != NULL ? (uint32_t)g->bias[j] : 0;

    for (size_t t = 0; t < g->k; t++) {
        unsigned char byte = row[hs_gemm_step_at(g, t / HS_GEMM_STEP) + t % HS_GEMM_STEP];
        int32_t a = g->a_signed ? (int8_t)byte : byte;

        sum += (uint32_t)(a * column[t / 4 * HS_GEMM_STEP + t % 4]);
    }
    return (int32_t)sum;
}

void hs_gemm_x8s8__scalar(const struct hs_gemm *g)
{
    int32_t acc[HS_GEMM_STEP];

    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j += HS_GEMM_STEP) {
            size_t n = g->n - j < HS_GEMM_STEP ? g->n - j : HS_GEMM_STEP;

            for (size_t x = 0; x < n; x++)
                acc[x] = dot(g, i, j + x);
            hs_gemm_finish(g, i, j, acc, n);
        }
}
