/* Vector pieces of the quantize family. Every float32 step is the one of code.h, or proved by
 * plan.h to give its codes. */
#ifndef HS_KERNELS_QUANTIZE_VECTOR_H
#define HS_KERNELS_QUANTIZE_VECTOR_H

#if defined(__AVX2__)

#include "kernels/quantize/plan_inline.h"
#include "kernels/vector.h"

/* What a division needs, in registers from the start of a loop to its end. */
struct hs_divider {
    hs_vf s, h, l, first;
};

HS_INLINE struct hs_divider hs_divider_of(const struct hs_divide_plan *p)
{
    return (struct hs_divider){hs_vset(p->s), hs_vset(p->h), hs_vset(p->l), hs_vset(p->first)};
}

/* x / s [+ first], rounded as float32 but not to an integer. how and first are constants where this
 * is inlined. */
HS_INLINE hs_vf hs_quotient(hs_vf x, const struct hs_divider *d, enum hs_divide how, bool first)
{
    hs_vf v;

    if (how == HS_DIVIDE_DIVIDE)
        v = hs_vdiv(x, d->s);
    else if (how == HS_DIVIDE_PRODUCT)
        v = hs_vmul(x, d->h);
    else
        v = hs_vfma(x, d->h, hs_vmul(x, d->l));
    return first ? hs_vadd(v, d->first) : v;
}

/* Keeps x where it converts; a NaN stays. */
HS_INLINE hs_vf hs_between(hs_vf x, float least, float most)
{
    return hs_vmin(hs_vset(most), hs_vmax(hs_vset(least), x));
}

#endif

#endif
