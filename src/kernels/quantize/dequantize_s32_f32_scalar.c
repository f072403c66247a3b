#include "kernels/kernels.h"

void hs_dequantize_s32_f32__scalar(float *r, const int32_t *q, size_t n, float scale,
                                   int32_t zero_point)
{
    for (size_t i = 0; i < n; i++)
        r[i] = (float)((int64_t)q[i] - zero_point) * scale;
}
