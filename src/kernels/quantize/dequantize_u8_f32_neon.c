#include <string.h>

#include "kernels/kernels.h"
#include "kernels/quantize/dequantize8_neon.h"

void hs_dequantize_u8_f32__neon(float *r, const uint8_t *q, size_t n, float scale,
                                int32_t zero_point)
{
    const int32x4_t z = vdupq_n_s32(zero_point);
    size_t i = 0;

    if (!hs_dequantize8_fits(zero_point)) {
        hs_dequantize_u8_f32__scalar(r, q, n, scale, zero_point);
        return;
    }
    for (; n - i >= HS_DEQUANTIZE8_TILE; i += HS_DEQUANTIZE8_TILE)
        hs_dequantize8_neon(r + i, q + i, false, scale, z);
    if (i < n) {
        uint8_t rest[HS_DEQUANTIZE8_TILE] = {0};
        float values[HS_DEQUANTIZE8_TILE];

        memcpy(rest, q + i, n - i);
        hs_dequantize8_neon(values, rest, false, scale, z);
        memcpy(r + i, values, (n - i) * sizeof *r);
    }
}
