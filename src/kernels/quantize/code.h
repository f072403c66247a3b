/* The map from a real number to an unclamped code, in float32 and in float64: what every scalar
 * kernel of this family is a loop around. The code is a double so that quotients far outside the
 * integers stay themselves. */
#ifndef HS_KERNELS_QUANTIZE_CODE_H
#define HS_KERNELS_QUANTIZE_CODE_H

#include <math.h>

#include "kernels/kernels.h"

static inline double hs_code_rounded(double v, const struct hs_quantize_args *a)
{
    return a->rounding == HS_ROUND_STOCHASTIC ? hs_round_stochastic(v, a->rng)
                                              : hs_round(v, a->rounding);
}

/* R(x / s) + z, every step in float32. x is not NaN. */
static inline double hs_code_f32(float x, const struct hs_quantize_args *a)
{
    float s = (float)a->scale, v = a->reciprocal ? x * (1.0f / s) : x / s;

    if (isnan(v)) /* 0 times the infinite reciprocal of a subnormal scale */
        v = 0;
    if (a->zero_point_first)
        return hs_code_rounded((double)(v + (float)a->zero_point), a);
    return hs_code_rounded((double)v, a) + a->zero_point;
}

static inline double hs_code_f64(double x, const struct hs_quantize_args *a)
{
    double v = a->reciprocal ? x * (1.0 / a->scale) : x / a->scale;

    if (isnan(v))
        v = 0;
    if (a->zero_point_first)
        return hs_code_rounded(v + a->zero_point, a);
    return hs_code_rounded(v, a) + a->zero_point;
}

static inline bool hs_code_inside(double code, const struct hs_quantize_args *a)
{
    return code >= a->qmin && code <= a->qmax;
}

/* Clamp first, convert last: the other order is undefined, or wrong, for what does not fit. */
static inline int32_t hs_code_clamp(double code, const struct hs_quantize_args *a)
{
    if (code < a->qmin)
        return a->qmin;
    return code > a->qmax ? a->qmax : (int32_t)code;
}

static inline int32_t hs_code_clamp_count(double code, const struct hs_quantize_args *a,
                                          struct hs_clip_count *clipped)
{
    clipped->low += code < a->qmin;
    clipped->high += code > a->qmax;
    return hs_code_clamp(code, a);
}

#endif
