/* quantize_f32_s8 and quantize_f32_u8 in vectors. A block is converted as if nothing in it clipped
 * or were NaN; such an element shows as a code outside its range (what does not fit an int32
 * converts to INT32_MIN), and only then is the block gone through again. */
#ifndef HS_KERNELS_QUANTIZE_QUANTIZE8_H
#define HS_KERNELS_QUANTIZE_QUANTIZE8_H

#if defined(__AVX2__)

#include <string.h>

#include "kernels/quantize/vector.h"

struct hs_quantize8 {
    struct hs_divide_plan p;
    int32_t qmin, qmax, nan_code;
    size_t low, high;
};

/* One vector of a block that clips: counts, and codes that fit. Returns one bit for each NaN. */
HS_INLINE unsigned hs_clipped(hs_vi *code, struct hs_quantize8 *t, hs_vf x)
{
    const struct hs_divide_plan *p = &t->p;
    hs_vf in = hs_between(x, -p->x_high, p->x_high);
    unsigned nan = hs_vbits(hs_vnan(x));
    hs_vi c;

    if (p->how == HS_DIVIDE_PAIR)
        c = hs_vround(hs_quotient(in, p, HS_DIVIDE_PAIR, false));
    else if (p->how == HS_DIVIDE_PRODUCT)
        c = hs_vround(hs_quotient(in, p, HS_DIVIDE_PRODUCT, p->adds_first));
    else
        c = hs_vround(hs_quotient(in, p, HS_DIVIDE_DIVIDE, p->adds_first));
    t->low += (size_t)__builtin_popcount(hs_vbits(hs_viless(c, hs_viset(p->lo))) & ~nan);
    t->high += (size_t)__builtin_popcount(hs_vbits(hs_viless(hs_viset(p->hi), c)));
    *code = hs_vimin(hs_vimax(c, hs_viset(p->lo)), hs_viset(p->hi));
    return nan;
}

static __attribute__((noinline)) void hs_clipped_block(struct hs_quantize8 *t, uint8_t *q,
                                                       const float *x)
{
    hs_vi c[4];
    uint64_t nan = 0;

    for (int i = 0; i < 4; i++)
        nan |= (uint64_t)hs_clipped(&c[i], t, hs_vload(x + HS_LANES * i)) << HS_LANES * i;
    hs_vistore(q, hs_v8_add(hs_v16_bytes(
                                hs_v16_pack(c[0], c[1], c[2], c[3], hs_v16_set((short)t->p.lo))),
                            hs_v8_set((char)t->qmin)));
    for (; nan != 0; nan &= nan - 1)
        q[__builtin_ctzll(nan)] = (uint8_t)t->nan_code;
}

HS_INLINE void hs_quantize_block(struct hs_quantize8 *t, uint8_t *q, const float *x,
                                 enum hs_divide how, bool first, bool stream)
{
    hs_vi a = hs_vround(hs_quotient(hs_vload_once(x), &t->p, how, first));
    hs_vi b = hs_vround(hs_quotient(hs_vload_once(x + HS_LANES), &t->p, how, first));
    hs_vi c = hs_vround(hs_quotient(hs_vload_once(x + 2 * HS_LANES), &t->p, how, first));
    hs_vi d = hs_vround(hs_quotient(hs_vload_once(x + 3 * HS_LANES), &t->p, how, first));
    struct hs_v16 v = hs_v16_pack(a, b, c, d, hs_v16_set((short)t->p.lo));
    hs_vi out = hs_v8_add(hs_v16_bytes(v), hs_v8_set((char)t->qmin));

    if (stream)
        hs_vistream(q, out);
    else
        hs_vistore(q, out);
    if (__builtin_expect(hs_v16_above(v, hs_v16_set((short)(t->qmax - t->qmin))), 0))
        hs_clipped_block(t, q, x);
}

/* Less than a block, padded with zeros: their code is the zero point, which never clips. */
static __attribute__((noinline)) void hs_quantize_part(struct hs_quantize8 *t, uint8_t *q,
                                                       const float *x, size_t n)
{
    float rest[HS_BLOCK] = {0};
    uint8_t codes[HS_BLOCK];

    memcpy(rest, x, n * sizeof *x);
    hs_clipped_block(t, codes, rest);
    memcpy(q, codes, n);
}

HS_INLINE void hs_quantize_run(struct hs_quantize8 *t, uint8_t *q, const float *x, size_t n,
                               enum hs_divide how, bool first)
{
    size_t i = 0;

    if (n >= HS_STREAM_BYTES) {
        i = hs_until_aligned(q, 1, n);
        hs_quantize_part(t, q, x, i);
        for (; n - i >= HS_BLOCK; i += HS_BLOCK) {
            hs_prefetch(x + i, HS_BLOCK * sizeof *x);
            hs_quantize_block(t, q + i, x + i, how, first, true);
        }
        _mm_sfence();
    }
    for (; n - i >= HS_BLOCK; i += HS_BLOCK) {
        hs_prefetch(x + i, HS_BLOCK * sizeof *x);
        hs_quantize_block(t, q + i, x + i, how, first, false);
    }
    if (i < n)
        hs_quantize_part(t, q + i, x + i, n - i);
}

/* False: the scalar kernel must do it. */
HS_INLINE bool hs_quantize8(uint8_t *q, const float *x, size_t n, const struct hs_quantize_args *a,
                            struct hs_clip_count *clipped)
{
    struct hs_quantize8 t = {hs_divide_plan_make(a, n), a->qmin, a->qmax, a->nan_code, 0, 0};

    if (t.p.how == HS_DIVIDE_SCALAR)
        return false;
#define LOOP(how, first) hs_quantize_run(&t, q, x, n, how, first)
    HS_DIVIDE_CASES(t.p, LOOP);
#undef LOOP
    clipped->low += t.low;
    clipped->high += t.high;
    return true;
}

#endif

#endif
