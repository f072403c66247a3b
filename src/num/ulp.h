/* Units in the last place: the spacing of floating-point numbers, and distances counted in it.
 *
 * "Half a step, exactly" (SEMANTICS 1) is stated in these: float32 arithmetic adds up to 2 ulp(|x|)
 * to half a step. */
#ifndef HS_NUM_ULP_H
#define HS_NUM_ULP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Spacing of the floats (doubles) from |x| upwards; the smallest subnormal for 0. x finite. */
static inline float hs_ulpf(float x)
{
    return nextafterf(fabsf(x), INFINITY) - fabsf(x);
}

static inline double hs_ulp(double x)
{
    return nextafter(fabs(x), (double)INFINITY) - fabs(x);
}

/* Number of floats (doubles) from a to b; both zeros are one place. UINT64_MAX when one is NaN. */
static inline uint64_t hs_ulp_distancef(float a, float b)
{
    int32_t i, j;

    if (isnan(a) || isnan(b))
        return UINT64_MAX;
    memcpy(&i, &a, sizeof i);
    memcpy(&j, &b, sizeof j);
    i = i < 0 ? INT32_MIN - i : i; /* sign and magnitude to an ordered line */
    j = j < 0 ? INT32_MIN - j : j;
    return (uint64_t)(i > j ? (int64_t)i - j : (int64_t)j - i);
}

static inline uint64_t hs_ulp_distance(double a, double b)
{
    int64_t i, j;

    if (isnan(a) || isnan(b))
        return UINT64_MAX;
    memcpy(&i, &a, sizeof i);
    memcpy(&j, &b, sizeof j);
    i = i < 0 ? INT64_MIN - i : i;
    j = j < 0 ? INT64_MIN - j : j;
    return i > j ? (uint64_t)i - (uint64_t)j : (uint64_t)j - (uint64_t)i;
}

#endif
