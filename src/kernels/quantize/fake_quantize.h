/* fake_quantize_f32, its gradient and both at once, in vectors. x is first brought between the two
 * values that the end codes stand for, which keeps every step in range; NaN passes through and is
 * put right where a block has one. The gradient needs no code at all: the elements whose code is
 * inside are those between two float32 (plan.h). */
#ifndef HS_KERNELS_QUANTIZE_FAKE_QUANTIZE_H
#define HS_KERNELS_QUANTIZE_FAKE_QUANTIZE_H

#if defined(__AVX2__)

#include <string.h>

#include "kernels/quantize/vector.h"

/* v + HS_TO_INTEGER is rounded to an integer, half to even, for |v| up to 2^22. */
#define HS_TO_INTEGER 0x1.8p23f

struct hs_fake {
    struct hs_divide_plan p;
    float nan_value, least, most; /* of the gradient: hs_inside_range() */
};

HS_INLINE hs_vf hs_fake_vector(hs_vf x, const struct hs_divide_plan *p, const struct hs_divider *d,
                               enum hs_divide how, bool first)
{
    hs_vf in = hs_between(x, p->x_least, p->x_most);
    hs_vf v = hs_vadd(hs_quotient(in, d, how, first), hs_vset(HS_TO_INTEGER));

    return hs_vmul(hs_vsub(v, hs_vset(HS_TO_INTEGER + (float)p->sub)), hs_vset(p->s));
}

HS_INLINE void hs_fake_store(float *y, hs_vf v, enum hs_where where)
{
    if (where == HS_AROUND)
        hs_vstream(y, v);
    else
        hs_vstore(y, v);
}

/* The results that are wanted, constant where this is inlined; the pointers of the other are any
 * valid ones. */
enum hs_fake_what { HS_FAKE_VALUE = 1, HS_FAKE_GRAD = 2, HS_FAKE_BOTH = 3 };

struct hs_fake_io {
    float *y, *dx;
    const float *x, *dy;
};

HS_INLINE struct hs_fake_io hs_fake_at(const struct hs_fake_io *io, size_t i)
{
    return (struct hs_fake_io){io->y + i, io->dx + i, io->x + i, io->dy + i};
}

HS_INLINE void hs_fake_values(const struct hs_fake *f, float *y, const hs_vf *v, enum hs_divide how,
                              bool first, enum hs_where where)
{
    hs_vwatch w = hs_vwatch_pair(hs_vwatch_pair(hs_vwatch_start(), v[0], v[1]), v[2], v[3]);
    struct hs_divider d = hs_divider_of(&f->p);
    hs_vf r[4];

    HS_UNROLL
    for (int i = 0; i < 4; i++)
        r[i] = hs_fake_vector(v[i], &f->p, &d, how, first);
    if (__builtin_expect(hs_vwatch_saw(w), 0)) {
        HS_UNROLL
        for (int i = 0; i < 4; i++)
            r[i] = hs_vchoose(hs_vnan(v[i]), hs_vset(f->nan_value), r[i]);
    }
    HS_UNROLL
    for (int i = 0; i < 4; i++)
        hs_fake_store(y + HS_LANES * i, r[i], where);
}

HS_INLINE void hs_fake_block(const struct hs_fake *f, struct hs_fake_io io, enum hs_fake_what what,
                             enum hs_divide how, bool first, enum hs_where where)
{
    hs_vf v[4];

    HS_UNROLL
    for (int i = 0; i < 4; i++)
        v[i] = hs_vload(io.x + HS_LANES * i);
    if (what & HS_FAKE_VALUE)
        hs_fake_values(f, io.y, v, how, first, where);
    if (what & HS_FAKE_GRAD) {
        HS_UNROLL
        for (int i = 0; i < 4; i++) {
            hs_vm in = hs_vwithin(v[i], hs_vset(f->least), hs_vset(f->most));

            hs_fake_store(io.dx + HS_LANES * i, hs_vload_where(in, io.dy + HS_LANES * i), where);
        }
    }
}

/* Less than a block. */
HS_INLINE void hs_fake_part(const struct hs_fake *f, struct hs_fake_io io, size_t n,
                            enum hs_fake_what what, enum hs_divide how, bool first)
{
    float x[HS_BLOCK] = {0}, dy[HS_BLOCK] = {0}, y[HS_BLOCK], dx[HS_BLOCK];

    memcpy(x, io.x, n * sizeof *x);
    if (what & HS_FAKE_GRAD)
        memcpy(dy, io.dy, n * sizeof *dy);
    hs_fake_block(f, (struct hs_fake_io){y, dx, x, dy}, what, how, first, HS_FAR);
    if (what & HS_FAKE_VALUE)
        memcpy(io.y, y, n * sizeof *y);
    if (what & HS_FAKE_GRAD)
        memcpy(io.dx, dx, n * sizeof *dx);
}

HS_INLINE size_t hs_fake_blocks(const struct hs_fake *f, struct hs_fake_io io, size_t n,
                                enum hs_fake_what what, enum hs_divide how, bool first,
                                enum hs_where where)
{
    size_t i = 0;

    for (; n - i >= HS_BLOCK; i += HS_BLOCK) {
        struct hs_fake_io at = hs_fake_at(&io, i);

        hs_prefetch(at.x, HS_BLOCK * sizeof(float), where);
        if (what & HS_FAKE_GRAD)
            hs_prefetch(at.dy, HS_BLOCK * sizeof(float), where);
        if (what & HS_FAKE_VALUE)
            hs_prefetch_write(at.y, HS_BLOCK * sizeof(float), where);
        if (what & HS_FAKE_GRAD)
            hs_prefetch_write(at.dx, HS_BLOCK * sizeof(float), where);
        hs_fake_block(f, at, what, how, first, where);
    }
    return i;
}

/* Around the caches only what is long, and neither in place nor aligned in two ways. */
HS_INLINE bool hs_fake_streams(const struct hs_fake_io *io, size_t n, enum hs_fake_what what)
{
    bool alike = ((uintptr_t)io->y - (uintptr_t)io->dx) % HS_VECTOR == 0;

    return n >= HS_STREAM_BYTES / sizeof(float) && (what != HS_FAKE_BOTH || alike) &&
           io->y != io->x && io->dx != io->dy;
}

HS_INLINE void hs_fake_run(const struct hs_fake *f, struct hs_fake_io io, size_t n,
                           enum hs_fake_what what, enum hs_divide how, bool first)
{
    size_t i = 0;

    if (hs_fake_streams(&io, n, what)) {
        i = hs_until_aligned(io.y, sizeof(float), n);
        hs_fake_part(f, io, i, what, how, first);
        i += hs_fake_blocks(f, hs_fake_at(&io, i), n - i, what, how, first, HS_AROUND);
        _mm_sfence();
    } else if (hs_where_is(n * sizeof(float)) == HS_FAR) {
        i = hs_fake_blocks(f, io, n, what, how, first, HS_FAR);
    } else {
        i = hs_fake_blocks(f, io, n, what, how, first, HS_NEAR);
    }
    if (i < n)
        hs_fake_part(f, hs_fake_at(&io, i), n - i, what, how, first);
}

#endif

#endif
