/* minmax_f32 in vectors. Chunks are first taken as if all were finite: infinities show in the
 * range, NaN in a watch on pairs of vectors. A chunk that has one is gone through again. */
#ifndef HS_KERNELS_REDUCE_MINMAX_F32_H
#define HS_KERNELS_REDUCE_MINMAX_F32_H

#if defined(__AVX2__)

#include <math.h>

#include "kernels/kernels.h"
#include "kernels/reduce/zero.h"
#include "kernels/vector.h"

enum { HS_MINMAX_CHUNK = 8192 }; /* elements; near by for a second look */

struct hs_minmax {
    hs_vf lo, hi;
};

/* False, and nothing changed, when an element is not finite. */
HS_INLINE bool hs_minmax_fast(struct hs_minmax *t, const float *x, size_t n, enum hs_where where)
{
    struct hs_minmax a = {hs_vset(INFINITY), hs_vset(-INFINITY)}, b = a, c = a, d = a;
    hs_vwatch ab = hs_vwatch_start(), cd = ab;

    for (size_t i = 0; i < n; i += HS_BLOCK) {
        hs_vf va = hs_vload_once(x + i), vb = hs_vload_once(x + i + HS_LANES);
        hs_vf vc = hs_vload_once(x + i + 2 * HS_LANES), vd = hs_vload_once(x + i + 3 * HS_LANES);

        hs_prefetch(x + i, HS_BLOCK * sizeof *x, where);
        a = (struct hs_minmax){hs_vmin(va, a.lo), hs_vmax(va, a.hi)};
        b = (struct hs_minmax){hs_vmin(vb, b.lo), hs_vmax(vb, b.hi)};
        c = (struct hs_minmax){hs_vmin(vc, c.lo), hs_vmax(vc, c.hi)};
        d = (struct hs_minmax){hs_vmin(vd, d.lo), hs_vmax(vd, d.hi)};
        ab = hs_vwatch_pair(ab, va, vb);
        cd = hs_vwatch_pair(cd, vc, vd);
    }
    a.lo = hs_vmin(hs_vmin(a.lo, b.lo), hs_vmin(c.lo, d.lo));
    a.hi = hs_vmax(hs_vmax(a.hi, b.hi), hs_vmax(c.hi, d.hi));
    if (hs_vwatch_saw(ab) || hs_vwatch_saw(cd) ||
        hs_vbits(hs_vless(hs_vset(-INFINITY), a.lo)) != HS_ALL ||
        hs_vbits(hs_vless(a.hi, hs_vset(INFINITY))) != HS_ALL)
        return false;
    t->lo = hs_vmin(t->lo, a.lo);
    t->hi = hs_vmax(t->hi, a.hi);
    return true;
}

/* n is a multiple of HS_LANES; returns how many are not finite. */
HS_INLINE size_t hs_minmax_careful(struct hs_minmax *t, const float *x, size_t n)
{
    size_t bad = 0;

    for (size_t i = 0; i < n; i += HS_LANES) {
        hs_vf v = hs_vload(x + i);
        hs_vm finite = hs_vless(hs_vabs(v), hs_vset(INFINITY));

        t->lo = hs_vmin(hs_vchoose(finite, v, t->lo), t->lo);
        t->hi = hs_vmax(hs_vchoose(finite, v, t->hi), t->hi);
        bad += HS_LANES - (size_t)__builtin_popcount(hs_vbits(finite));
    }
    return bad;
}

HS_INLINE size_t hs_minmax_vector(float *min, float *max, const float *x, size_t n)
{
    struct hs_minmax t = {hs_vset(INFINITY), hs_vset(-INFINITY)};
    float lo = *min, hi = *max, l, h;
    enum hs_where where = hs_where_is(n * sizeof *x);
    size_t i = 0, bad = 0, len;

    while (n - i >= HS_BLOCK) {
        len = n - i < HS_MINMAX_CHUNK ? (n - i) / HS_BLOCK * HS_BLOCK : HS_MINMAX_CHUNK;
        if (!hs_minmax_fast(&t, x + i, len, where))
            bad += hs_minmax_careful(&t, x + i, len);
        i += len;
    }
    bad += hs_minmax_f32__scalar(&lo, &hi, x + i, n - i);
    l = hs_vhmin(t.lo);
    h = hs_vhmax(t.hi);
    lo = l < lo ? l : lo;
    hi = h > hi ? h : hi;
    *min = hs_sign_of_zero(lo, *min, x, n);
    *max = hs_sign_of_zero(hi, *max, x, n);
    return bad;
}

#endif

#endif
