/* A vector of x in which something may clip or be NaN: counts, and the right codes. */
#ifndef HS_KERNELS_QUANTIZE_CLIPPED_H
#define HS_KERNELS_QUANTIZE_CLIPPED_H

#if defined(__AVX2__)

#include "kernels/quantize/vector.h"

struct hs_quantize8 {
    struct hs_divide_plan p;
    int32_t qmin, qmax, nan_code;
    size_t low, high;
};

/* Counts what clips, gives codes (less p.add) that fit. Returns one bit for each NaN. */
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

#endif

#endif
