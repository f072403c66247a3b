#include "num/round.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name, *help;
} modes[HS_ROUND_COUNT] = {
#define HS_ROUND(id, name, help) [HS_ROUND_##id] = {name, help},
#include "num/round.def"
#undef HS_ROUND
};

const char *hs_round_name(enum hs_round mode)
{
    return modes[mode].name;
}

const char *hs_round_help(enum hs_round mode)
{
    return modes[mode].help;
}

int hs_round_find(const char *name)
{
    for (int i = 0; i < HS_ROUND_COUNT; i++)
        if (strcmp(modes[i].name, name) == 0)
            return i;
    return -1;
}

double hs_round(double x, enum hs_round mode)
{
    switch (mode) {
    case HS_ROUND_HALF_EVEN:
        return rint(x); /* the rounding direction of the process is never changed */
    case HS_ROUND_HALF_AWAY:
        return round(x);
    case HS_ROUND_HALF_UP: {
        double low = floor(x);

        return x - low >= 0.5 ? low + 1 : low; /* x - low is exact */
    }
    case HS_ROUND_TOWARD_ZERO:
        return trunc(x);
    case HS_ROUND_FLOOR:
        return floor(x);
    case HS_ROUND_CEIL:
        return ceil(x);
    default:
        assert(mode != HS_ROUND_STOCHASTIC); /* that one needs a generator */
        return x;
    }
}

float hs_roundf(float x, enum hs_round mode)
{
    return (float)hs_round((double)x, mode); /* an integer below 2^24, or x itself: exact */
}

double hs_round_stochastic(double x, struct hs_rng *rng)
{
    return floor(x + hs_rng_uniform(rng));
}
