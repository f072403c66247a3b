#include <string.h>

#include "kernels/quantize/neon.h"

enum { TILE = 16 };

struct fake {
    struct hs_divide_plan p;
    float nan_value;
};

HS_INLINE float32x4_t fake4(float32x4_t x, const struct fake *f, enum hs_divide how, bool first)
{
    int32x4_t c = hs_code_neon(x, &f->p, how, first);
    float32x4_t y;

    c = vmaxq_s32(c, vdupq_n_s32(f->p.lo));
    c = vminq_s32(c, vdupq_n_s32(f->p.hi));
    if (first)
        c = vsubq_s32(c, vdupq_n_s32(f->p.sub));
    y = vmulq_n_f32(vcvtq_f32_s32(c), f->p.s);
    return vbslq_f32(hs_ordered_neon(x), y, vdupq_n_f32(f->nan_value));
}

HS_INLINE void fake16(float *y, const float *x, const struct fake *f, enum hs_divide how,
                      bool first)
{
    float32x4x4_t v = vld1q_f32_x4(x);

    for (int i = 0; i < 4; i++)
        v.val[i] = fake4(v.val[i], f, how, first);
    vst1q_f32_x4(y, v);
}

HS_INLINE void run(float *y, const float *x, size_t n, const struct fake *f, enum hs_divide how,
                   bool first)
{
    size_t i = 0;

    for (; n - i >= TILE; i += TILE)
        fake16(y + i, x + i, f, how, first);
    if (i < n) {
        float rest[TILE] = {0};

        memcpy(rest, x + i, (n - i) * sizeof *x);
        fake16(rest, rest, f, how, first);
        memcpy(y + i, rest, (n - i) * sizeof *y);
    }
}

void hs_fake_quantize_f32__neon(float *y, const float *x, size_t n,
                                const struct hs_quantize_args *a)
{
    struct fake f = {.p = hs_divide_plan_make(a, n)};

    if (f.p.how == HS_DIVIDE_SCALAR) {
        hs_fake_quantize_f32__scalar(y, x, n, a);
        return;
    }
    f.nan_value = (float)((int64_t)a->nan_code - a->zero_point) * f.p.s;
#define LOOP(how, first) run(y, x, n, &f, how, first)
    HS_DIVIDE_CASES(f.p, LOOP);
#undef LOOP
}
