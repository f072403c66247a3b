/* Vector pieces of the quantize family. Every float32 step is the one of code.h, or proved by
 * plan.h to give its codes. */
#ifndef HS_KERNELS_QUANTIZE_VECTOR_H
#define HS_KERNELS_QUANTIZE_VECTOR_H

#if defined(__AVX2__)

#include "kernels/quantize/plan.h"
#include "kernels/vector.h"

/* x / s [+ first], rounded as float32 but not to an integer. how and first are constants where this
 * is inlined. */
HS_INLINE hs_vf hs_quotient(hs_vf x, const struct hs_divide_plan *p, enum hs_divide how, bool first)
{
    hs_vf v;

    if (how == HS_DIVIDE_DIVIDE)
        v = hs_vdiv(x, hs_vset(p->s));
    else if (how == HS_DIVIDE_PRODUCT)
        v = hs_vmul(x, hs_vset(p->h));
    else
        v = hs_vfma(x, hs_vset(p->h), hs_vmul(x, hs_vset(p->l)));
    return first ? hs_vadd(v, hs_vset(p->first)) : v;
}

/* Keeps x where it converts; a NaN stays. */
HS_INLINE hs_vf hs_between(hs_vf x, float least, float most)
{
    return hs_vmin(hs_vset(most), hs_vmax(hs_vset(least), x));
}

#endif

#endif
