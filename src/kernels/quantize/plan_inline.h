/* The making of a plan (plan.h) as part of a kernel: rows have one each, and it should cost a few
 * elements. */
#ifndef HS_KERNELS_QUANTIZE_PLAN_INLINE_H
#define HS_KERNELS_QUANTIZE_PLAN_INLINE_H

#include <stdlib.h>
#include <string.h>

#include "kernels/quantize/plan.h"

enum {
    HS_PLAN_REACH = 1 << 20,  /* codes that float32 and int32 hold with room */
    HS_PROOF_REACH = 1 << 15, /* ties that a proof looks at */
    HS_PROOF_TIES = 512,      /* ties that are tried one by one, */
    HS_PROOF_WORTH = 4096     /* for as many elements */
};

#define HS_PLAN_LEAST 0x1p-100f /* scales whose reciprocal has all its bits */
#define HS_PLAN_MOST 0x1p100f

/* hs_divide_proof() by trying ties 0 to reach one by one: right for every scale. */
bool hs_divide_proof_slow(float s, int32_t reach);

/* Let s = m 2^q, m of 24 bits, and 2^e <= t < 2^(e+1). In units of 2^(q + e - 24), crossing(k) s is
 * N = m ((2k + 1) 2^(23-e) +- 1), 2^47 < N < 2^49, float32 are multiples of 2^24 there, and nearer
 * than 2^-44 is nearer than 32. So N, and with it m, would be that near to a multiple of 2^(23-e),
 * the more easily the larger e is: one look at m serves all ties. And where m is a multiple of 64,
 * N is one, too: near would mean a multiple of 2^24, which an odd number times m < 2^24 is not. */
HS_INLINE bool hs_proof_inline(float s, int32_t reach)
{
    uint32_t bits, m, cut = 1u << 24; /* 2^(23-e); e is -1 for the tie 1/2 */

    if (reach > HS_PROOF_REACH)
        return false;
    if (reach > 0)
        cut >>= 32 - __builtin_clz((unsigned)reach);
    memcpy(&bits, &s, sizeof bits);
    m = (bits & 0x7fffff) | 0x800000;
    return m % 64 == 0 || ((m + 32) & (cut - 1)) > 64;
}

HS_INLINE enum hs_divide hs_plan_choose(const struct hs_divide_plan *p,
                                        const struct hs_quantize_args *a, size_t n)
{
    int32_t reach = -p->lo > p->hi ? -p->lo : p->hi;

    if (a->reciprocal || p->l == 0) /* 1/s has at most 24 bits only where s is a power of two */
        return HS_DIVIDE_PRODUCT;
    if (p->adds_first)
        return HS_DIVIDE_DIVIDE;
    if (hs_proof_inline(p->s, reach) ||
        (n >= HS_PROOF_WORTH && reach <= HS_PROOF_TIES && hs_divide_proof_slow(p->s, reach)))
        return HS_DIVIDE_PAIR;
    return HS_DIVIDE_DIVIDE;
}

HS_INLINE bool hs_plan_inline(struct hs_divide_plan *p, const struct hs_quantize_args *a, size_t n)
{
    float s = (float)a->scale;
    int32_t z = a->zero_point;

    p->how = HS_DIVIDE_SCALAR;
    if (a->rounding != HS_ROUND_HALF_EVEN || !(s >= HS_PLAN_LEAST && s <= HS_PLAN_MOST) ||
        a->qmin < -HS_PLAN_REACH || a->qmax > HS_PLAN_REACH || z < a->qmin || z > a->qmax)
        return false;
    p->s = s;
    p->h = 1.0f / s;
    p->l = (float)(1.0 / (double)s - (double)p->h);
    p->adds_first = a->zero_point_first;
    p->first = (float)z;
    p->lo = p->adds_first ? a->qmin : a->qmin - z;
    p->hi = p->adds_first ? a->qmax : a->qmax - z;
    p->add = p->adds_first ? 0 : z;
    p->sub = p->adds_first ? z : 0;
    p->x_least = s * (float)(a->qmin - z);
    p->x_most = s * (float)(a->qmax - z);
    p->x_high = s * (float)(a->qmax - a->qmin + abs(z) + 1000);
    p->how = hs_plan_choose(p, a, n);
    return true;
}

#endif
