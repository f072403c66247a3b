/* dequantize_s8_f32 and dequantize_u8_f32: 16 codes a step, already widened to 16 bits. */
#ifndef HS_KERNELS_QUANTIZE_DEQUANTIZE8_NEON_H
#define HS_KERNELS_QUANTIZE_DEQUANTIZE8_NEON_H

#if defined(__aarch64__)

#include <arm_neon.h>
#include <stdbool.h>
#include <stdint.h>

enum { HS_DEQUANTIZE8_TILE = 16 };

/* q - z must fit 32 bits with room; beyond that the scalar kernel does it. */
static inline bool hs_dequantize8_fits(int32_t zero_point)
{
    return zero_point >= -(1 << 30) && zero_point <= 1 << 30;
}

static inline __attribute__((always_inline)) void hs_dequantize8_half_neon(float *r, int16x8_t q,
                                                                           float scale, int32x4_t z)
{
    int32x4_t a = vsubq_s32(vmovl_s16(vget_low_s16(q)), z);
    int32x4_t b = vsubq_s32(vmovl_high_s16(q), z);

    vst1q_f32(r, vmulq_n_f32(vcvtq_f32_s32(a), scale));
    vst1q_f32(r + 4, vmulq_n_f32(vcvtq_f32_s32(b), scale));
}

static inline __attribute__((always_inline)) void
hs_dequantize8_neon(float *r, const void *q, bool is_signed, float scale, int32x4_t z)
{
    uint8x16_t u = vld1q_u8(q);

    if (is_signed) {
        int8x16_t s = vreinterpretq_s8_u8(u);

        hs_dequantize8_half_neon(r, vmovl_s8(vget_low_s8(s)), scale, z);
        hs_dequantize8_half_neon(r + 8, vmovl_high_s8(s), scale, z);
    } else {
        hs_dequantize8_half_neon(r, vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(u))), scale, z);
        hs_dequantize8_half_neon(r + 8, vreinterpretq_s16_u16(vmovl_high_u8(u)), scale, z);
    }
}

#endif

#endif
