/* fake_quantize_f32, its gradient and both at once: 16 elements a step, one code for both. */
#ifndef HS_KERNELS_QUANTIZE_FAKE_QUANTIZE_NEON_H
#define HS_KERNELS_QUANTIZE_FAKE_QUANTIZE_NEON_H

#if defined(__aarch64__)

#include <string.h>

#include "kernels/quantize/neon.h"

enum { HS_FAKE_TILE_NEON = 16 };

/* The results that are wanted, constant where this is inlined. */
enum hs_fake_neon_what { HS_FAKE_NEON_VALUE = 1, HS_FAKE_NEON_GRAD = 2, HS_FAKE_NEON_BOTH = 3 };

struct hs_fake_neon {
    struct hs_divide_plan p;
    float nan_value;
};

/* y of a gradient alone, dx and dy of a value alone are NULL. */
struct hs_fake_neon_io {
    float *y, *dx;
    const float *x, *dy;
};

HS_INLINE float32x4_t hs_fake_value_neon(const struct hs_fake_neon *f, float32x4_t x, int32x4_t c,
                                         bool first)
{
    float32x4_t y;

    c = vmaxq_s32(c, vdupq_n_s32(f->p.lo));
    c = vminq_s32(c, vdupq_n_s32(f->p.hi));
    if (first)
        c = vsubq_s32(c, vdupq_n_s32(f->p.sub));
    y = vmulq_n_f32(vcvtq_f32_s32(c), f->p.s);
    return vbslq_f32(hs_ordered_neon(x), y, vdupq_n_f32(f->nan_value));
}

/* dy where the unclamped code is inside, zero bits elsewhere. */
HS_INLINE float32x4_t hs_fake_grad_neon(const struct hs_fake_neon *f, float32x4_t x, int32x4_t c,
                                        float32x4_t dy)
{
    uint32x4_t in =
        vandq_u32(vcgeq_s32(c, vdupq_n_s32(f->p.lo)), vcleq_s32(c, vdupq_n_s32(f->p.hi)));

    in = vandq_u32(in, hs_ordered_neon(x));
    return vreinterpretq_f32_u32(vandq_u32(in, vreinterpretq_u32_f32(dy)));
}

/* All is read before anything is written: y may be x, dx may be dy. */
HS_INLINE void hs_fake_tile_neon(const struct hs_fake_neon *f, struct hs_fake_neon_io io,
                                 enum hs_fake_neon_what what, enum hs_divide how, bool first)
{
    float32x4x4_t x = vld1q_f32_x4(io.x), y, dx;

    if (what & HS_FAKE_NEON_GRAD)
        dx = vld1q_f32_x4(io.dy);
    for (int i = 0; i < 4; i++) {
        int32x4_t c = hs_code_neon(x.val[i], &f->p, how, first);

        if (what & HS_FAKE_NEON_VALUE)
            y.val[i] = hs_fake_value_neon(f, x.val[i], c, first);
        if (what & HS_FAKE_NEON_GRAD)
            dx.val[i] = hs_fake_grad_neon(f, x.val[i], c, dx.val[i]);
    }
    if (what & HS_FAKE_NEON_VALUE)
        vst1q_f32_x4(io.y, y);
    if (what & HS_FAKE_NEON_GRAD)
        vst1q_f32_x4(io.dx, dx);
}

/* Less than a tile. */
HS_INLINE void hs_fake_part_neon(const struct hs_fake_neon *f, struct hs_fake_neon_io io, size_t n,
                                 enum hs_fake_neon_what what, enum hs_divide how, bool first)
{
    float x[HS_FAKE_TILE_NEON] = {0}, dy[HS_FAKE_TILE_NEON] = {0};
    struct hs_fake_neon_io part = {x, dy, x, dy};

    memcpy(x, io.x, n * sizeof *x);
    if (what & HS_FAKE_NEON_GRAD)
        memcpy(dy, io.dy, n * sizeof *dy);
    hs_fake_tile_neon(f, part, what, how, first);
    if (what & HS_FAKE_NEON_VALUE)
        memcpy(io.y, x, n * sizeof *x);
    if (what & HS_FAKE_NEON_GRAD)
        memcpy(io.dx, dy, n * sizeof *dy);
}

HS_INLINE struct hs_fake_neon_io hs_fake_at_neon(struct hs_fake_neon_io io, size_t i,
                                                 enum hs_fake_neon_what what)
{
    io.x += i;
    if (what & HS_FAKE_NEON_VALUE)
        io.y += i;
    if (what & HS_FAKE_NEON_GRAD) {
        io.dx += i;
        io.dy += i;
    }
    return io;
}

HS_INLINE void hs_fake_loop_neon(const struct hs_fake_neon *f, struct hs_fake_neon_io io, size_t n,
                                 enum hs_fake_neon_what what, enum hs_divide how, bool first)
{
    size_t i = 0;

    for (; n - i >= HS_FAKE_TILE_NEON; i += HS_FAKE_TILE_NEON)
        hs_fake_tile_neon(f, hs_fake_at_neon(io, i, what), what, how, first);
    if (i < n)
        hs_fake_part_neon(f, hs_fake_at_neon(io, i, what), n - i, what, how, first);
}

/* False, and nothing done, when the plan is to leave it to the scalar kernel. */
HS_INLINE bool hs_fake_run_neon(struct hs_fake_neon_io io, size_t n,
                                const struct hs_quantize_args *a, enum hs_fake_neon_what what)
{
    struct hs_fake_neon f = {.p = hs_divide_plan_make(a, n)};

    if (f.p.how == HS_DIVIDE_SCALAR)
        return false;
    f.nan_value = (float)((int64_t)a->nan_code - a->zero_point) * f.p.s;
#define LOOP(how, first) hs_fake_loop_neon(&f, io, n, what, how, first)
    HS_DIVIDE_CASES(f.p, LOOP);
#undef LOOP
    return true;
}

#endif

#endif
