#include "kernels/quantize/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    REACH_MAX = 1 << 20, /* codes that float32 and int32 hold with room */
    TIES_MAX = 512,      /* more ties are not proved one by one */
    WORTH_PROVING = 4096 /* elements */
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

/* True when no float32 x is within 2^-44 (relative) of crossing(k) s for k = 0 to reach. The product
 * of 25 and 24 bits is exact as a double; its last 29 bits say how far the nearest float32 is. */
static bool pair_is_exact(float s, int32_t reach)
{
    uint64_t near = 0;

    for (int32_t k = 0; k <= reach; k++) {
        double p = crossing(k) * (double)s;
        uint64_t bits;

        memcpy(&bits, &p, sizeof bits);
        near |= ((bits + 256) & 0x1fffffff) < 512;
    }
    return near == 0;
}

struct hs_divide_plan hs_divide_plan_make(const struct hs_quantize_args *a, size_t n)
{
    float s = (float)a->scale;
    struct hs_divide_plan p = {.how = HS_DIVIDE_SCALAR, .s = s, .adds_first = a->zero_point_first};
    int32_t z = a->zero_point, reach;

    if (a->rounding != HS_ROUND_HALF_EVEN || !(s >= S_LEAST && s <= S_MOST) ||
        a->qmin < -REACH_MAX || a->qmax > REACH_MAX || z < a->qmin || z > a->qmax)
        return p;
    p.first = (float)z;
    p.lo = p.adds_first ? a->qmin : a->qmin - z;
    p.hi = p.adds_first ? a->qmax : a->qmax - z;
    p.add = p.adds_first ? 0 : z;
    p.sub = p.adds_first ? z : 0;
    reach = abs(p.lo) > abs(p.hi) ? abs(p.lo) : abs(p.hi);
    p.x_high = s * (float)(reach + abs(z) + 1000);
    p.h = 1.0f / s;
    p.l = (float)(1.0 / (double)s - (double)p.h);
    if (a->reciprocal)
        p.how = HS_DIVIDE_PRODUCT;
    else if (!p.adds_first && n >= WORTH_PROVING && reach <= TIES_MAX && pair_is_exact(s, reach))
        p.how = HS_DIVIDE_PAIR;
    else
        p.how = HS_DIVIDE_DIVIDE;
    return p;
}
