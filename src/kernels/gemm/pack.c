#include "kernels/gemm/gemm.h"

#include <string.h>

#include "kernels/gemm/layout.h"

/* Bytes of the panels alone. */
static size_t panels_size(size_t n, size_t k)
{
    return hs_gemm_panels(n) * hs_gemm_panel_size(k);
}

size_t hs_gemm_packed_size(size_t n, size_t k)
{
    size_t columns = hs_gemm_panels(n) * HS_GEMM_COLUMNS, depth = hs_gemm_steps(k) * HS_GEMM_STEP;

    if (n > SIZE_MAX / 64 || k > SIZE_MAX / 64 ||
        (columns != 0 && depth > (SIZE_MAX / 2 - columns * sizeof(int32_t)) / columns))
        return 0;
    return columns * depth + columns * sizeof(int32_t);
}

void hs_gemm_pack(int8_t *packed, const int8_t *b, size_t k_stride, size_t n_stride, size_t n,
                  size_t k)
{
    int32_t *sums = (int32_t *)(void *)(packed + panels_size(n, k));

    memset(packed, 0, hs_gemm_packed_size(n, k));
    for (size_t j = 0; j < n; j++) {
        int8_t *column =
            packed + j / HS_GEMM_COLUMNS * hs_gemm_panel_size(k) + j % HS_GEMM_COLUMNS * 4;
        int32_t sum = 0;

        for (size_t t = 0; t < k; t++) {
            int8_t v = b[t * k_stride + j * n_stride];

            column[t / 4 * HS_GEMM_STEP + t % 4] = v;
            sum += v;
        }
        sums[j] = sum;
    }
}

const int32_t *hs_gemm_column_sums(const int8_t *packed, size_t n, size_t k)
{
    return (const int32_t *)(const void *)(packed + panels_size(n, k));
}

void hs_gemm_fold_zero_point(int32_t *bias_out, const int32_t *bias, const int8_t *packed, size_t n,
                             size_t k, int32_t z)
{
    const int32_t *sums = hs_gemm_column_sums(packed, n, k);

    for (size_t j = 0; j < n; j++)
        bias_out[j] =
            (int32_t)((uint32_t)(bias != NULL ? bias[j] : 0) - (uint32_t)z * (uint32_t)sums[j]);
}
