/* absmax_f32 in vectors, in the way of minmax_f32.h. */
#ifndef HS_KERNELS_REDUCE_ABSMAX_F32_H
#define HS_KERNELS_REDUCE_ABSMAX_F32_H

#if defined(__AVX2__)

#include <math.h>

#include "kernels/kernels.h"
#include "kernels/vector.h"

enum { HS_ABSMAX_CHUNK = 8192 }; /* elements */

/* False, and nothing changed, when an element is not finite. */
HS_INLINE bool hs_absmax_fast(hs_vf *most, const float *x, size_t n, enum hs_where where)
{
    hs_vf a = hs_vset(0), b = a, c = a, d = a;
    hs_vwatch ab = hs_vwatch_start(), cd = ab;

    for (size_t i = 0; i < n; i += HS_BLOCK) {
        hs_vf va = hs_vload_once(x + i), vb = hs_vload_once(x + i + HS_LANES);
        hs_vf vc = hs_vload_once(x + i + 2 * HS_LANES), vd = hs_vload_once(x + i + 3 * HS_LANES);

        hs_prefetch(x + i, HS_BLOCK * sizeof *x, where);
        a = hs_vmax_abs(va, a);
        b = hs_vmax_abs(vb, b);
        c = hs_vmax_abs(vc, c);
        d = hs_vmax_abs(vd, d);
        ab = hs_vwatch_pair(ab, va, vb);
        cd = hs_vwatch_pair(cd, vc, vd);
    }
    a = hs_vmax(hs_vmax(a, b), hs_vmax(c, d));
    if (hs_vwatch_saw(ab) || hs_vwatch_saw(cd) ||
        hs_vbits(hs_vless(a, hs_vset(INFINITY))) != HS_ALL)
        return false;
    *most = hs_vmax(*most, a);
    return true;
}

/* n is a multiple of HS_LANES; returns how many are not finite. */
HS_INLINE size_t hs_absmax_careful(hs_vf *most, const float *x, size_t n)
{
    size_t bad = 0;

    for (size_t i = 0; i < n; i += HS_LANES) {
        hs_vf v = hs_vabs(hs_vload(x + i));
        hs_vm finite = hs_vless(v, hs_vset(INFINITY));

        *most = hs_vmax(hs_vchoose(finite, v, *most), *most);
        bad += HS_LANES - (size_t)__builtin_popcount(hs_vbits(finite));
    }
    return bad;
}

HS_INLINE size_t hs_absmax_vector(float *max, const float *x, size_t n)
{
    hs_vf most = hs_vset(0);
    enum hs_where where = hs_where_is(n * sizeof *x);
    size_t i = 0, bad = 0, len;
    float m;

    while (n - i >= HS_BLOCK) {
        len = n - i < HS_ABSMAX_CHUNK ? (n - i) / HS_BLOCK * HS_BLOCK : HS_ABSMAX_CHUNK;
        if (!hs_absmax_fast(&most, x + i, len, where))
            bad += hs_absmax_careful(&most, x + i, len);
        i += len;
    }
    bad += hs_absmax_f32__scalar(max, x + i, n - i);
    m = hs_vhmax(most);
    *max = m > *max ? m : *max;
    return bad;
}

#endif

#endif
