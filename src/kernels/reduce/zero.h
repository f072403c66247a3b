/* A minimum or maximum of zero has the sign of the first zero, as it has one element at a time:
 * vector lanes forget which came first, so it is looked up afterwards. */
#ifndef HS_KERNELS_REDUCE_ZERO_H
#define HS_KERNELS_REDUCE_ZERO_H

#include <stddef.h>

/* The first zero of x; +0 when there is none. */
static inline float hs_first_zero(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] == 0.0f)
            return x[i];
    return 0;
}

/* `found` with the right sign, where `start` was the value to begin with. */
static inline float hs_sign_of_zero(float found, float start, const float *x, size_t n)
{
    if (found != 0.0f)
        return found;
    return start == 0.0f ? start : hs_first_zero(x, n);
}

#endif
