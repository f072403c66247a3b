#include <string.h>

#include "kernels/quantize/neon.h"

enum { TILE = 16 };

/* The gradient of 4 elements: dy where the unclamped code is inside, zero bits elsewhere. */
HS_INLINE float32x4_t grad4(float32x4_t x, float32x4_t dy, const struct hs_divide_plan *p,
                            enum hs_divide how, bool first)
{
    int32x4_t c = hs_code_neon(x, p, how, first);
    uint32x4_t in = vandq_u32(vcgeq_s32(c, vdupq_n_s32(p->lo)), vcleq_s32(c, vdupq_n_s32(p->hi)));

    in = vandq_u32(in, hs_ordered_neon(x));
    return vreinterpretq_f32_u32(vandq_u32(in, vreinterpretq_u32_f32(dy)));
}

HS_INLINE void grad16(float *dx, const float *x, const float *dy, const struct hs_divide_plan *p,
                      enum hs_divide how, bool first)
{
    float32x4x4_t v = vld1q_f32_x4(x), g = vld1q_f32_x4(dy);

    for (int i = 0; i < 4; i++)
        v.val[i] = grad4(v.val[i], g.val[i], p, how, first);
    vst1q_f32_x4(dx, v);
}

HS_INLINE void run(float *dx, const float *x, const float *dy, size_t n,
                   const struct hs_divide_plan *p, enum hs_divide how, bool first)
{
    size_t i = 0;

    for (; n - i >= TILE; i += TILE)
        grad16(dx + i, x + i, dy + i, p, how, first);
    if (i < n) {
        float rest[TILE] = {0}, above[TILE] = {0};

        memcpy(rest, x + i, (n - i) * sizeof *x);
        memcpy(above, dy + i, (n - i) * sizeof *dy);
        grad16(rest, rest, above, p, how, first);
        memcpy(dx + i, rest, (n - i) * sizeof *dx);
    }
}

void hs_fake_quantize_grad_f32__neon(float *dx, const float *x, const float *dy, size_t n,
                                     const struct hs_quantize_args *a)
{
    struct hs_divide_plan p = hs_divide_plan_make(a, n);

    if (p.how == HS_DIVIDE_SCALAR) {
        hs_fake_quantize_grad_f32__scalar(dx, x, dy, n, a);
        return;
    }
#define LOOP(how, first) run(dx, x, dy, n, &p, how, first)
    HS_DIVIDE_CASES(p, LOOP);
#undef LOOP
}
