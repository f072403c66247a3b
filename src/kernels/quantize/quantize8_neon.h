/* quantize_f32_s8 and quantize_f32_u8: 16 elements a step. Codes are narrowed to 16 bits with
 * saturation, counted and clamped there; the low byte is then the code of either type. */
#ifndef HS_KERNELS_QUANTIZE_QUANTIZE8_NEON_H
#define HS_KERNELS_QUANTIZE_QUANTIZE8_NEON_H

#if defined(__aarch64__)

#include <string.h>

#include "kernels/quantize/neon.h"

enum {
    HS_QUANTIZE8_TILE = 16,
    HS_QUANTIZE8_BLOCK = 16384 * HS_QUANTIZE8_TILE /* counters of 16 bits take 2 a step */
};

struct hs_quantize8_neon {
    struct hs_divide_plan p;
    int32_t qmin, qmax, nan_code;
    uint16x8_t low, high; /* clipped elements of each lane in this block */
};

/* 8 codes, clipped and counted. */
HS_INLINE int16x8_t hs_codes8_neon(struct hs_quantize8_neon *t, const float *x, enum hs_divide how,
                                   bool first)
{
    const int32x4_t nan = vdupq_n_s32(t->nan_code - t->p.add);
    const int16x8_t lo = vdupq_n_s16((int16_t)t->qmin), hi = vdupq_n_s16((int16_t)t->qmax);
    float32x4_t a = vld1q_f32(x), b = vld1q_f32(x + 4);
    int32x4_t c = vbslq_s32(hs_ordered_neon(a), hs_code_neon(a, &t->p, how, first), nan);
    int32x4_t d = vbslq_s32(hs_ordered_neon(b), hs_code_neon(b, &t->p, how, first), nan);
    int16x8_t q = vqmovn_high_s32(vqmovn_s32(c), d);

    q = vqaddq_s16(q, vdupq_n_s16((int16_t)t->p.add));
    t->low = vsubq_u16(t->low, vcltq_s16(q, lo)); /* true is -1 */
    t->high = vsubq_u16(t->high, vcgtq_s16(q, hi));
    return vminq_s16(vmaxq_s16(q, lo), hi);
}

HS_INLINE uint8x16_t hs_quantize16_neon(struct hs_quantize8_neon *t, const float *x,
                                        enum hs_divide how, bool first)
{
    int8x8_t low = vmovn_s16(hs_codes8_neon(t, x, how, first));

    return vreinterpretq_u8_s8(vmovn_high_s16(low, hs_codes8_neon(t, x + 8, how, first)));
}

/* A tail is padded with zeros: their code is the zero point, which never clips. */
HS_INLINE void hs_quantize8_block_neon(struct hs_quantize8_neon *t, uint8_t *q, const float *x,
                                       size_t n, enum hs_divide how, bool first)
{
    size_t i = 0;

    for (; n - i >= HS_QUANTIZE8_TILE; i += HS_QUANTIZE8_TILE)
        vst1q_u8(q + i, hs_quantize16_neon(t, x + i, how, first));
    if (i < n) {
        float rest[HS_QUANTIZE8_TILE] = {0};
        uint8_t codes[HS_QUANTIZE8_TILE];

        memcpy(rest, x + i, (n - i) * sizeof *x);
        vst1q_u8(codes, hs_quantize16_neon(t, rest, how, first));
        memcpy(q + i, codes, n - i);
    }
}

/* False, and nothing done, when the plan is to leave it to the scalar kernel. */
HS_INLINE bool hs_quantize8_run_neon(uint8_t *q, const float *x, size_t n,
                                     const struct hs_quantize_args *a,
                                     struct hs_clip_count *clipped)
{
    struct hs_quantize8_neon t = {.p = hs_divide_plan_make(a, n),
                                  .qmin = a->qmin,
                                  .qmax = a->qmax,
                                  .nan_code = a->nan_code};

    if (t.p.how == HS_DIVIDE_SCALAR)
        return false;
    for (size_t i = 0; i < n; i += HS_QUANTIZE8_BLOCK) {
        size_t block = n - i < HS_QUANTIZE8_BLOCK ? n - i : HS_QUANTIZE8_BLOCK;

        t.low = t.high = vdupq_n_u16(0);
#define LOOP(how, first) hs_quantize8_block_neon(&t, q + i, x + i, block, how, first)
        HS_DIVIDE_CASES(t.p, LOOP);
#undef LOOP
        clipped->low += vaddlvq_u16(t.low);
        clipped->high += vaddlvq_u16(t.high);
    }
    return true;
}

#endif

#endif
