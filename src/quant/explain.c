#include "quant/explain.h"

#include <math.h>

#include "base/fmt.h"

static const char *const names[HS_STEP_COUNT] = {
    [HS_STEP_X] = "x",          [HS_STEP_SCALE] = "s",        [HS_STEP_RECIPROCAL] = "1/s",
    [HS_STEP_QUOTIENT] = "x/s", [HS_STEP_ROUNDED] = "R(x/s)", [HS_STEP_SHIFTED] = "+ z",
    [HS_STEP_CODE] = "clamp",   [HS_STEP_BACK] = "s (q - z)", [HS_STEP_ERROR] = "error"};

const char *hs_explain_step_name(enum hs_explain_step step)
{
    return names[step];
}

/* v rounded to the precision of the path. */
static double in_precision(double v, bool f32)
{
    return f32 ? (double)(float)v : v;
}

static double ulp(double v, bool f32)
{
    v = fabs(v);
    if (f32)
        return (double)(nextafterf((float)v, INFINITY) - (float)v);
    return nextafter(v, (double)INFINITY) - v;
}

/* Distance to the nearest k + 1/2. */
static double tie_distance(double v)
{
    return fabs(v - floor(v) - 0.5);
}

enum hs_status hs_explain(struct hs_explained *out, double x, double s, int64_t z, int64_t qmin,
                          int64_t qmax, const struct hs_quant_options *options,
                          struct hs_error *err)
{
    struct hs_explained e = {.f32 = options->precision != HS_PRECISION_F64};
    enum hs_round mode =
        options->rounding == HS_ROUND_STOCHASTIC ? HS_ROUND_HALF_EVEN : options->rounding;
    double *v = e.step, zd = (double)z;
    char text[HS_FMT_SIZE];

    v[HS_STEP_SCALE] = in_precision(s, e.f32);
    if (!(s > 0) || isinf(s))
        return hs_fail(err, HS_EINVAL, "s is %s; a scale is positive and finite",
                       hs_fmt_double(text, s));
    if (!(v[HS_STEP_SCALE] > 0) || isinf(v[HS_STEP_SCALE]))
        return hs_fail(err, HS_EINVAL, "s is %s, which is %s as float32; choose precision=float64",
                       hs_fmt_double(text, s), s < 1 ? "0" : "infinite");
    if (isnan(x))
        return hs_fail(err, HS_EINVAL, "x is not a number");
    if (!options->free_zero_point && (z < qmin || z > qmax))
        return hs_fail(err, HS_EINVAL,
                       "the zero point %lld is outside the codes %lld to %lld; choose one of them, "
                       "or a dtype that holds it",
                       (long long)z, (long long)qmin, (long long)qmax);
    v[HS_STEP_X] = in_precision(x, e.f32);
    v[HS_STEP_RECIPROCAL] = options->division == HS_RECIPROCAL
                                ? in_precision(1 / v[HS_STEP_SCALE], e.f32)
                                : (double)NAN;
    v[HS_STEP_QUOTIENT] = options->division == HS_RECIPROCAL
                              ? in_precision(v[HS_STEP_X] * v[HS_STEP_RECIPROCAL], e.f32)
                              : in_precision(v[HS_STEP_X] / v[HS_STEP_SCALE], e.f32);
    if (options->zero_point_order == HS_BEFORE_ROUNDING)
        v[HS_STEP_ROUNDED] = hs_round(in_precision(v[HS_STEP_QUOTIENT] + zd, e.f32), mode) - zd;
    else
        v[HS_STEP_ROUNDED] = hs_round(v[HS_STEP_QUOTIENT], mode);
    v[HS_STEP_SHIFTED] = v[HS_STEP_ROUNDED] + zd;
    v[HS_STEP_CODE] = fmin(fmax(v[HS_STEP_SHIFTED], (double)qmin), (double)qmax);
    v[HS_STEP_BACK] = in_precision((v[HS_STEP_CODE] - zd) * v[HS_STEP_SCALE], e.f32);
    v[HS_STEP_ERROR] = v[HS_STEP_BACK] - v[HS_STEP_X];
    e.clipped = v[HS_STEP_CODE] < v[HS_STEP_SHIFTED] || v[HS_STEP_CODE] > v[HS_STEP_SHIFTED];
    if (isfinite(v[HS_STEP_QUOTIENT])) {
        e.tie = tie_distance(v[HS_STEP_QUOTIENT]) == 0;
        e.tie_ulps = tie_distance(v[HS_STEP_QUOTIENT]) / ulp(v[HS_STEP_QUOTIENT], e.f32);
    }
    *out = e;
    return HS_OK;
}

enum hs_explain_step hs_explain_parting(const struct hs_explained *paths, size_t n)
{
    for (int step = 0; step < HS_STEP_COUNT; step++)
        for (size_t i = 1; i < n; i++) {
            double a = paths[0].step[step], b = paths[i].step[step];

            if (a < b || a > b)
                return (enum hs_explain_step)step;
        }
    return HS_STEP_COUNT;
}
