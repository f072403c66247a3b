#include "kernels/kernels.h"

void hs_dequantize_s32_f64__scalar(double *r, const int32_t *q, size_t n, double scale,
                                   int32_t zero_point)
{
    for (size_t i = 0; i < n; i++)
        r[i] = (double)((int64_t)q[i] - zero_point) * scale;
}
