/* NEON pieces of the quantize family. Every float32 step is the one of code.h, or proved by plan.h
 * to give its codes. Conversions round half to even and saturate; a NaN gives 0, so its code is put
 * in by the caller. */
#ifndef HS_KERNELS_QUANTIZE_NEON_H
#define HS_KERNELS_QUANTIZE_NEON_H

#if defined(__aarch64__)

#include <arm_neon.h>

#include "kernels/quantize/plan.h"

/* Unclamped code of 4 elements, without add. how and first are constants where this is inlined.
 * For the pair, what is far outside is pulled in first: infinite products could cancel to NaN. */
HS_INLINE int32x4_t hs_code_neon(float32x4_t x, const struct hs_divide_plan *p, enum hs_divide how,
                                 bool first)
{
    float32x4_t v;

    if (how == HS_DIVIDE_DIVIDE) {
        v = vdivq_f32(x, vdupq_n_f32(p->s));
    } else if (how == HS_DIVIDE_PRODUCT) {
        v = vmulq_n_f32(x, p->h);
    } else {
        x = vminq_f32(x, vdupq_n_f32(p->x_high));
        x = vmaxq_f32(x, vdupq_n_f32(-p->x_high));
        v = vfmaq_n_f32(vmulq_n_f32(x, p->l), x, p->h);
    }
    if (first)
        v = vaddq_f32(v, vdupq_n_f32(p->first));
    return vcvtnq_s32_f32(v);
}

/* Lanes that hold a number. */
HS_INLINE uint32x4_t hs_ordered_neon(float32x4_t x)
{
    return vceqq_f32(x, x);
}

#endif

#endif
