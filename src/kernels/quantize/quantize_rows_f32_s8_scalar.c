#include "kernels/kernels.h"

void hs_quantize_rows_f32_s8__scalar(int8_t *q, const float *x, size_t rows, size_t len,
                                     const struct hs_quantize_args *a, size_t n,
                                     struct hs_clip_count *clipped)
{
    for (size_t i = 0; i < rows; i++)
        hs_quantize_f32_s8__scalar(q + i * len, x + i * len, len, &a[i % n], clipped);
}
