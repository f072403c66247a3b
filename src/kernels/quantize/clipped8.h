/* A block of quantize_f32_s8 or _u8 in which something clips or is NaN: counts, and the right
 * codes. Slower than what found it, and rare. */
#ifndef HS_KERNELS_QUANTIZE_CLIPPED8_H
#define HS_KERNELS_QUANTIZE_CLIPPED8_H

#if defined(__AVX2__)

#include <string.h>

#include "kernels/quantize/vector.h"
#if defined(__AVX512BW__)
#include "kernels/quantize/pack_avx512.h"
#else
#include "kernels/quantize/pack_avx2.h"
#endif

struct hs_quantize8 {
    struct hs_divide_plan p;
    int32_t qmin, qmax, nan_code;
    size_t low, high;
};

/* One vector of a block that clips: counts, and codes that fit. Returns one bit for each NaN. */
HS_INLINE unsigned hs_clipped(hs_vi *code, struct hs_quantize8 *t, hs_vf x)
{
    const struct hs_divide_plan *p = &t->p;
    const struct hs_divider d = hs_divider_of(p);
    hs_vf in = hs_between(x, -p->x_high, p->x_high);
    unsigned nan = hs_vbits(hs_vnan(x));
    hs_vi c;

    if (p->how == HS_DIVIDE_PAIR)
        c = hs_vround(hs_quotient(in, &d, HS_DIVIDE_PAIR, false));
    else if (p->how == HS_DIVIDE_PRODUCT)
        c = hs_vround(hs_quotient(in, &d, HS_DIVIDE_PRODUCT, p->adds_first));
    else
        c = hs_vround(hs_quotient(in, &d, HS_DIVIDE_DIVIDE, p->adds_first));
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

#endif

#endif
