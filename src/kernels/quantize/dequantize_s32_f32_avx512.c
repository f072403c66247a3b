#include "kernels/quantize/dequantize.h"

void hs_dequantize_s32_f32__avx512(float *r, const int32_t *q, size_t n, float scale,
                                   int32_t zero_point)
{
    const hs_vi lo = hs_viset(-(1 << 30)), hi = hs_viset(1 << 30), z = hs_viset(zero_point);
    size_t i = 0;

    for (; n - i >= HS_LANES && hs_difference_fits(zero_point); i += HS_LANES) {
        hs_vi c = hs_viload(q + i);

        if (hs_vbits(hs_viless(c, lo)) != 0 || hs_vbits(hs_viless(hi, c)) != 0)
            hs_dequantize_s32_f32__scalar(r + i, q + i, HS_LANES, scale, zero_point);
        else
            hs_vstore(r + i, hs_vmul(hs_vfloat(hs_visub(c, z)), hs_vset(scale)));
    }
    hs_dequantize_s32_f32__scalar(r + i, q + i, n - i, scale, zero_point);
}
