/* dequantize_*_f32 in vectors; the loads differ by the type of the codes. */
#ifndef HS_KERNELS_QUANTIZE_DEQUANTIZE_H
#define HS_KERNELS_QUANTIZE_DEQUANTIZE_H

#if defined(__AVX2__)

#include "kernels/kernels.h"
#include "kernels/vector.h"

/* Is q - zero_point surely an int32 for every code of one byte? */
HS_INLINE bool hs_difference_fits(int32_t zero_point)
{
    return zero_point >= -(1 << 30) && zero_point <= 1 << 30;
}

/* Loads HS_LANES codes from element i of q, whichever type they have. */
typedef hs_vi hs_load_codes_fn(const void *q, size_t i);

HS_INLINE void hs_dequantize_blocks(float *r, const void *q, size_t from, size_t to, float scale,
                                    int32_t zero_point, hs_load_codes_fn *load, enum hs_where where)
{
    for (size_t i = from; i < to; i += HS_BLOCK) {
        if (where != HS_NEAR)
            hs_prefetch((const char *)q + i, HS_BLOCK, where);
        hs_prefetch_write(r + i, HS_BLOCK * sizeof *r, where);
        HS_UNROLL
        for (size_t j = i; j < i + HS_BLOCK; j += HS_LANES) {
            hs_vi c = hs_visub(load(q, j), hs_viset(zero_point));
            hs_vf v = hs_vmul(hs_vfloat(c), hs_vset(scale));

            if (where == HS_AROUND)
                hs_vstream(r + j, v);
            else
                hs_vstore(r + j, v);
        }
    }
}

#endif

#endif
