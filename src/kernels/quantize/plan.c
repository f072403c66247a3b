#include "kernels/quantize/plan.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/quantize/code.h"

enum {
    REACH_MAX = 1 << 20,   /* codes that float32 and int32 hold with room */
    PROOF_REACH = 1 << 15, /* ties that a proof looks at */
    TIES_MAX = 512,        /* ties that are tried one by one, */
    WORTH_TRYING = 4096    /* for as many elements */
};

static const float S_LEAST = 0x1p-100f, S_MOST = 0x1p100f;

/* The float32 midpoint where RN(x / s) crosses the tie t = k + 1/2: above t when half-to-even sends
 * t down (k even), below it otherwise. 25 bits, exact as a double. */
static double crossing(int32_t k)
{
    float t = (float)k + 0.5f, next;
    uint32_t bits;

    memcpy(&bits, &t, sizeof bits);
    bits += k % 2 == 0 ? 1u : UINT32_MAX;
    memcpy(&next, &bits, sizeof next);
    return ((double)t + (double)next) / 2;
}

/* The product of 25 and 24 bits is exact as a double; its last 29 bits say how far the nearest
 * float32 is. */
static bool none_is_near(float s, int32_t reach)
{
    for (int32_t k = 0; k <= reach; k++) {
        double p = crossing(k) * (double)s;
        uint64_t bits;

        memcpy(&bits, &p, sizeof bits);
        if (((bits + 256) & 0x1ffffe00) == 0)
            return false;
    }
    return true;
}

/* Let s = m 2^q, m of 24 bits, and 2^e <= t < 2^(e+1). In units of 2^(q + e - 24), crossing(k) s is
 * N = m ((2k + 1) 2^(23-e) +- 1), 2^47 < N < 2^49, float32 are multiples of 2^24 there, and nearer
 * than 2^-44 is nearer than 32. So N, and with it m, would be that near to a multiple of 2^(23-e),
 * the more easily the larger e is: one look at m serves all ties. And where m is a multiple of 64,
 * N is one, too: near would mean a multiple of 2^24, which an odd number times m < 2^24 is not. */
bool hs_divide_proof(float s, int32_t reach)
{
    uint32_t bits, m, cut = 1u << 24;

    if (reach > PROOF_REACH)
        return false;
    for (int32_t t = reach; t > 0; t >>= 1) /* 2^(23-e); e is -1 for the tie 1/2 */
        cut >>= 1;
    memcpy(&bits, &s, sizeof bits);
    m = (bits & 0x7fffff) | 0x800000;
    return m % 64 == 0 || (m + 32) % cut > 64;
}

static enum hs_divide choose(const struct hs_divide_plan *p, const struct hs_quantize_args *a,
                             size_t n)
{
    int32_t reach = -p->lo > p->hi ? -p->lo : p->hi;

    if (a->reciprocal || p->l == 0) /* 1/s has at most 24 bits only where s is a power of two */
        return HS_DIVIDE_PRODUCT;
    if (p->adds_first)
        return HS_DIVIDE_DIVIDE;
    if (hs_divide_proof(p->s, reach) ||
        (n >= WORTH_TRYING && reach <= TIES_MAX && none_is_near(p->s, reach)))
        return HS_DIVIDE_PAIR;
    return HS_DIVIDE_DIVIDE;
}

struct hs_divide_plan hs_divide_plan_make(const struct hs_quantize_args *a, size_t n)
{
    float s = (float)a->scale;
    struct hs_divide_plan p = {.how = HS_DIVIDE_SCALAR, .s = s, .adds_first = a->zero_point_first};
    int32_t z = a->zero_point;

    if (a->rounding != HS_ROUND_HALF_EVEN || !(s >= S_LEAST && s <= S_MOST) ||
        a->qmin < -REACH_MAX || a->qmax > REACH_MAX || z < a->qmin || z > a->qmax)
        return p;
    p.first = (float)z;
    p.lo = p.adds_first ? a->qmin : a->qmin - z;
    p.hi = p.adds_first ? a->qmax : a->qmax - z;
    p.add = p.adds_first ? 0 : z;
    p.sub = p.adds_first ? z : 0;
    p.x_least = s * (float)(a->qmin - z);
    p.x_most = s * (float)(a->qmax - z);
    p.x_high = s * (float)(a->qmax - a->qmin + abs(z) + 1000);
    p.h = 1.0f / s;
    p.l = (float)(1.0 / (double)s - (double)p.h);
    p.how = choose(&p, a, n);
    return p;
}

/* Floats as integers of the same order; both zeros are 0. */
static int64_t rank(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits >> 31 ? -(int64_t)(bits & INT32_MAX) : (int64_t)bits;
}

static float unrank(int64_t r)
{
    uint32_t bits = r < 0 ? (uint32_t)-r | 1u << 31 : (uint32_t)r;
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The last float32, going from 0 in the direction of `sign`, whose code lies inside. Codes are
 * monotonic in x, and 0 has the zero point. Steps away from a guess double until the end is
 * between two of them. */
static float last_inside(double guess, int sign, const struct hs_quantize_args *a)
{
    int64_t in = 0, out = rank(INFINITY), at = out, step = 1;

    if (fabs(guess) < 0x1p127)
        at = rank((float)fabs(guess));
    while (out - in > 1) {
        if (at <= in || at >= out)
            at = in + (out - in) / 2;
        if (hs_code_inside(hs_code_f32(unrank(sign * at), a), a)) {
            in = at;
            at += step;
        } else {
            out = at;
            at -= step;
        }
        step *= 2;
    }
    return unrank(sign * in);
}

/* The largest float32 below p, which is none itself. */
static float below(double p)
{
    float f = (float)p;

    return (double)f > p ? unrank(rank(f) - 1) : f;
}

bool hs_inside_range(float *least, float *most, const struct hs_quantize_args *a,
                     const struct hs_divide_plan *p)
{
    double s = (double)(float)a->scale, z = a->zero_point;

    if (a->rounding == HS_ROUND_STOCHASTIC)
        return false;
    if (p->how == HS_DIVIDE_PAIR) { /* the proof says that no float32 is a crossing */
        *least = -below(crossing(-p->lo) * s);
        *most = below(crossing(p->hi) * s);
    } else {
        *least = last_inside((a->qmin - z - 0.5) * s, -1, a);
        *most = last_inside((a->qmax - z + 0.5) * s, 1, a);
    }
    return true;
}
