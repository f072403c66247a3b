#include "base/rng.h"

#include <math.h>

struct hs_rng hs_rng_seed(uint64_t seed, uint64_t stream)
{
    struct hs_rng rng = {.state = 0, .inc = stream << 1 | 1};

    hs_rng_u32(&rng);
    rng.state += seed;
    hs_rng_u32(&rng);
    return rng;
}

struct hs_rng hs_rng_split(const struct hs_rng *parent, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

    for (const char *p = name; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    return hs_rng_seed(parent->state ^ hash, parent->inc >> 1 ^ hash >> 17);
}

uint32_t hs_rng_u32(struct hs_rng *rng)
{
    uint64_t old = rng->state;
    uint32_t shifted = (uint32_t)((old >> 18 ^ old) >> 27), rot = (uint32_t)(old >> 59);

    rng->state = old * 6364136223846793005u + rng->inc;
    return shifted >> rot | shifted << (-rot & 31);
}

uint32_t hs_rng_below(struct hs_rng *rng, uint32_t bound)
{
    uint32_t threshold = -bound % bound, r;

    do
        r = hs_rng_u32(rng);
    while (r < threshold);
    return r % bound;
}

double hs_rng_uniform(struct hs_rng *rng)
{
    uint64_t high = hs_rng_u32(rng) >> 5, low = hs_rng_u32(rng) >> 6;

    return (double)(high << 26 | low) * 0x1p-53;
}

double hs_rng_normal(struct hs_rng *rng)
{
    double u, v, s;

    if (rng->has_spare) {
        rng->has_spare = 0;
        return rng->spare;
    }
    do {
        u = 2 * hs_rng_uniform(rng) - 1;
        v = 2 * hs_rng_uniform(rng) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s <= 0);
    s = sqrt(-2 * log(s) / s);
    rng->spare = v * s;
    rng->has_spare = 1;
    return u * s;
}
