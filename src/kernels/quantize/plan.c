#include "kernels/quantize/plan.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/quantize/code.h"
#include "kernels/quantize/plan_inline.h"

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
bool hs_divide_proof_slow(float s, int32_t reach)
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

bool hs_divide_proof(float s, int32_t reach)
{
    return hs_proof_inline(s, reach);
}

bool hs_divide_plan_init(struct hs_divide_plan *p, const struct hs_quantize_args *a, size_t n)
{
    return hs_plan_inline(p, a, n);
}

struct hs_divide_plan hs_divide_plan_make(const struct hs_quantize_args *a, size_t n)
{
    struct hs_divide_plan p = {.how = HS_DIVIDE_SCALAR};

    (void)hs_divide_plan_init(&p, a, n);
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
