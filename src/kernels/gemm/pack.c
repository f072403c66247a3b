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

/* Element [t][j] at t = first, first + 1 … is b[0], b[stride] …; the sum of the column grows. */
static void pack_column(int8_t *packed, const int8_t *b, size_t stride, size_t n, size_t k,
                        size_t j, size_t first, size_t count)
{
    int32_t *sums = (int32_t *)(void *)(packed + panels_size(n, k));
    int8_t *column = packed + j / HS_GEMM_COLUMNS * hs_gemm_panel_size(k) + j % HS_GEMM_COLUMNS * 4;

    for (size_t i = 0; i < count; i++) {
        size_t t = first + i;

        column[t / 4 * HS_GEMM_STEP + t % 4] = b[i * stride];
        sums[j] += b[i * stride];
    }
}

void hs_gemm_pack(int8_t *packed, const int8_t *b, size_t k_stride, size_t n_stride, size_t n,
                  size_t k)
{
    memset(packed, 0, hs_gemm_packed_size(n, k));
    for (size_t j = 0; j < n; j++)
        pack_column(packed, b + j * n_stride, k_stride, n, k, j, 0, k);
}

void hs_gemm_pack_taps(int8_t *packed, const int8_t *w, size_t taps, size_t channels, size_t n)
{
    size_t k = taps * channels;

    memset(packed, 0, hs_gemm_packed_size(n, k));
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < taps; i++)
            pack_column(packed, w + j * k + i, taps, n, k, j, i * channels, channels);
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
