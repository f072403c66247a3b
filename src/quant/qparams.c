#include "quant/qparams.h"

#include <math.h>

#include "base/fmt.h"

/* What is the same for every part of a range. */
struct plan {
    const struct hs_quant_options *options;
    int64_t qmin, qmax, middle; /* middle: the zero point of symmetric codes */
    double denominator;
    bool single; /* every step is rounded to float32 */
};

enum hs_status hs_qtarget_range(int64_t *qmin, int64_t *qmax, const struct hs_qtarget *target,
                                const struct hs_quant_options *options, struct hs_error *err)
{
    int width = hs_dtype_bits(target->dtype), bits = target->bits != 0 ? target->bits : width;
    bool is_signed = hs_dtype_is_signed(target->dtype);
    const char *name = hs_dtype_name(target->dtype);
    int64_t lo, hi;

    if (!hs_dtype_is_integer(target->dtype) || hs_dtype_max(target->dtype) > INT32_MAX)
        return hs_fail(err, HS_EDTYPE,
                       "codes cannot be %s: choose int2 to int32 or uint2 to uint16", name);
    if (bits < 2 || bits > width)
        return hs_fail(err, HS_EINVAL, "%d bits do not fit %s: choose 2 to %d", bits, name, width);
    lo = is_signed ? -(INT64_C(1) << (bits - 1)) : 0;
    hi = is_signed ? -lo - 1 : (INT64_C(1) << bits) - 1;
    if (target->has_range) {
        if (target->quant_min >= target->quant_max || target->quant_min < lo ||
            target->quant_max > hi)
            return hs_fail(err, HS_EINVAL,
                           "codes %lld to %lld do not lie in %s with %d bits (%lld to %lld)",
                           (long long)target->quant_min, (long long)target->quant_max, name, bits,
                           (long long)lo, (long long)hi);
        lo = target->quant_min;
        hi = target->quant_max;
    }
    if (options->reduce_range) {
        lo = (lo - (lo < 0 && lo % 2 != 0)) / 2; /* floor: -128..127 becomes -64..63 */
        hi = (hi - (hi < 0 && hi % 2 != 0)) / 2;
    }
    lo += (options->narrow || (options->narrow_symmetric && options->scheme == HS_SYMMETRIC &&
                               hs_dtype_is_signed(target->dtype) && !target->has_range)) &&
          lo < hi - 1;
    *qmin = lo;
    *qmax = hi;
    return HS_OK;
}

bool hs_zero_point_fits(const struct hs_qparams *qp, int64_t z)
{
    const int64_t most = INT64_C(1) << 24; /* exact as a float, and no sum with a code overflows */

    return qp->options.free_zero_point ? z >= -most && z <= most : z >= qp->qmin && z <= qp->qmax;
}

static int64_t middle_of(const struct plan *p, const struct hs_qtarget *target)
{
    int bits = target->bits != 0 ? target->bits : hs_dtype_bits(target->dtype);
    int64_t mid;

    if (hs_dtype_is_signed(target->dtype))
        return 0;
    if (target->has_range) { /* (qmin + qmax) // 2, as PyTorch does with a custom range */
        int64_t sum = p->qmin + p->qmax;

        mid = sum / 2;
    } else {
        mid = INT64_C(1) << (bits - 1);
    }
    return mid - (p->options->unsigned_mid == HS_MID_MINUS_ONE);
}

static enum hs_status make_plan(struct plan *p, const struct hs_qtarget *target,
                                const struct hs_quant_options *options, struct hs_error *err)
{
    bool symmetric = options->scheme != HS_AFFINE;
    enum hs_status st = hs_qtarget_range(&p->qmin, &p->qmax, target, options, err);

    if (st != HS_OK)
        return st;
    if (target->has_range && (target->quant_min > 0 || target->quant_max < 0))
        return hs_fail(err, HS_EINVAL,
                       "codes %lld to %lld do not hold 0, as quant_min and quant_max must (PyTorch "
                       "asserts it, too)",
                       (long long)target->quant_min, (long long)target->quant_max);
    p->options = options;
    p->single = options->qparams_precision != HS_PRECISION_F64 &&
                (options->scheme == HS_AFFINE || options->scheme == HS_SYMMETRIC);
    if (symmetric && options->reduce_range && !hs_dtype_is_signed(target->dtype))
        return hs_fail(
            err, HS_EINVAL,
            "%s, symmetric and reduce_range do not go together (PyTorch refuses them as well): "
            "the middle %lld is outside 0 to %lld; use affine, or a signed dtype",
            hs_dtype_name(target->dtype), (long long)middle_of(p, target), (long long)p->qmax);
    p->middle = middle_of(p, target);
    p->denominator = options->denominator == HS_DENOM_QMAX         ? (double)(p->qmax - p->middle)
                     : options->denominator == HS_DENOM_HALF_RANGE ? (double)(p->qmax - p->qmin) / 2
                                                                   : (double)(p->middle - p->qmin);
    if (symmetric && (p->middle < p->qmin || p->middle > p->qmax || p->denominator <= 0))
        return hs_fail(
            err, HS_EINVAL,
            "codes %lld to %lld have no symmetric zero point %lld: use affine, or another range",
            (long long)p->qmin, (long long)p->qmax, (long long)p->middle);
    return HS_OK;
}

/* A double operation of float operands, rounded to float, is the float operation (53 >= 2 * 24 + 2
 * bits). */
static double at(const struct plan *p, double v)
{
    return p->single ? (double)(float)v : v;
}

static double clamp(double v, int64_t lo, int64_t hi)
{
    return v < (double)lo ? (double)lo : v > (double)hi ? (double)hi : v;
}

static int64_t affine_zero_point(const struct plan *p, double lo, double s)
{
    enum hs_round r = p->options->rounding;
    double qmin = (double)p->qmin, ratio = at(p, lo / s);

    if (r != HS_ROUND_HALF_AWAY && r != HS_ROUND_HALF_UP)
        r = HS_ROUND_HALF_EVEN;
    return (int64_t)clamp(p->options->zero_point_of_difference ? hs_round(at(p, qmin - ratio), r)
                                                               : qmin - hs_round(ratio, r),
                          p->qmin, p->qmax);
}

/* A range of zeros (or so small that the scale underflows). */
static enum hs_status without_width(const struct plan *p, double *scale, int64_t *zero_point,
                                    struct hs_error *err)
{
    double eps = at(p, p->options->eps);

    switch (p->options->all_zero) {
    case HS_ALL_ZERO_ERROR:
        return hs_fail(
            err, HS_ERANGE,
            "the range has no width, so there is no scale; give other data, or all_zero=unit");
    case HS_ALL_ZERO_EPS:
        if (eps <= 0)
            return hs_fail(err, HS_ERANGE,
                           "the range has no width and eps is 0; give eps, or all_zero=unit");
        *scale = eps;
        *zero_point = p->options->scheme == HS_AFFINE ? affine_zero_point(p, 0, eps) : p->middle;
        return HS_OK;
    case HS_ALL_ZERO_UNIT:
        break;
    }
    *scale = 1;
    *zero_point = p->options->scheme == HS_AFFINE ? (int64_t)clamp(0, p->qmin, p->qmax) : p->middle;
    return HS_OK;
}

/* One part of a range on its way to a scale. */
struct part {
    double min, max;
    const int *chosen; /* exponent by the data, or NULL */
    double scale;
    int64_t zero_point;
    int exponent;
};

/* The scale at which both ends are half a code inside (Vitis NonOverflow). */
static double guarded(const struct plan *p, double min, double max)
{
    return fmax(min / ((double)(p->qmin - p->middle) - 0.5),
                max / ((double)(p->qmax - p->middle) + 0.5));
}

static enum hs_status power_of_two(const struct plan *p, struct part *part, double s,
                                   struct hs_error *err)
{
    const struct hs_quant_options *o = p->options;
    bool by_data = o->pow2_rounding == HS_POW2_MSE;

    if (s == 0 && o->all_zero == HS_ALL_ZERO_ERROR)
        return without_width(p, &part->scale, &part->zero_point, err);
    if (by_data && part->chosen == NULL)
        return hs_fail(err, HS_EINVAL,
                       "pow2_rounding mse chooses by the data, which this range no longer holds; "
                       "observe with it, give the tensor, too, or use nearest, ceil or floor");
    if (o->pow2_rounding == HS_POW2_NON_OVERFLOW)
        s = guarded(p, part->min, part->max);
    part->exponent = hs_pow2_exponent(by_data ? ldexp(1, *part->chosen) : s, o->pow2_rounding,
                                      o->min_shift, o->max_shift);
    part->scale = ldexp(1, part->exponent);
    part->zero_point = p->middle;
    return HS_OK;
}

/* b/2^c as the lab's hardware multiplies: 8 bits, shifts to 15. */
static enum hs_status dyadic(const struct plan *p, struct part *part, double s,
                             struct hs_error *err)
{
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_DYADIC, .n = 1, .multiplier = &s};
    struct hs_arena arena = HS_ARENA_INIT;
    enum hs_status st = hs_requantizer_prepare(&r, &arena, err);

    if (st == HS_OK) {
        part->scale = ldexp(r.mantissa[0] > 0 ? r.mantissa[0] : 1, -r.shift[0]);
        part->zero_point = p->middle;
    } else {
        hs_error_prefix(err, "a dyadic scale");
    }
    hs_arena_dispose(&arena);
    return st;
}

static enum hs_status one(const struct plan *p, struct part *part, struct hs_error *err)
{
    const struct hs_quant_options *o = p->options;
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];
    double lo = at(p, part->min), hi = at(p, part->max), s;

    if (!(part->min <= part->max) || isinf(part->min) || isinf(part->max))
        return hs_fail(err, HS_ERANGE,
                       "min %s and max %s are no range: both must be finite and min at most max",
                       hs_fmt_double(a, part->min), hs_fmt_double(b, part->max));
    if (o->scheme == HS_AFFINE) {
        lo = o->include_zero && lo > 0 ? 0 : lo;
        hi = o->include_zero && hi < 0 ? 0 : hi;
        s = at(p, at(p, hi - lo) / (double)(p->qmax - p->qmin));
    } else {
        s = at(p, fmax(fabs(lo), fabs(hi)) / p->denominator);
    }
    if (isinf(s))
        return hs_fail(err, HS_ERANGE, "the range %s to %s is too wide for a %s scale",
                       hs_fmt_double(a, part->min), hs_fmt_double(b, part->max),
                       p->single ? "float32" : "float64");
    if (o->scheme == HS_POWER_OF_TWO)
        return power_of_two(p, part, s, err);
    if (s == 0)
        return without_width(p, &part->scale, &part->zero_point, err);
    if (o->scheme == HS_DYADIC)
        return dyadic(p, part, s, err);
    s = fmax(s, at(p, o->eps));
    part->scale = s;
    part->zero_point = o->scheme == HS_AFFINE ? affine_zero_point(p, lo, s) : p->middle;
    return HS_OK;
}

enum hs_status hs_qparams_from_range(struct hs_qparams *out, struct hs_arena *arena,
                                     const struct hs_range *range, const struct hs_qtarget *target,
                                     const struct hs_quant_options *options, struct hs_error *err)
{
    struct hs_qparams qp = {.n = range->n,
                            .axis = range->axis,
                            .block_size = range->block_size,
                            .dtype = target->dtype,
                            .options = *options};
    struct plan p;
    enum hs_status st = make_plan(&p, target, options, err);

    if (st != HS_OK)
        return st;
    qp.qmin = p.qmin;
    qp.qmax = p.qmax;
    qp.scale = hs_arena_alloc(arena, qp.n, sizeof *qp.scale);
    qp.zero_point = hs_arena_alloc(arena, qp.n, sizeof *qp.zero_point);
    if (options->scheme == HS_POWER_OF_TWO)
        qp.exponent = hs_arena_alloc(arena, qp.n, sizeof *qp.exponent);
    if (qp.scale == NULL || qp.zero_point == NULL ||
        (options->scheme == HS_POWER_OF_TWO && qp.exponent == NULL))
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu scales", qp.n);
    for (size_t i = 0; i < qp.n; i++) {
        struct part part = {.min = range->min[i],
                            .max = range->max[i],
                            .chosen = range->exponent != NULL ? &range->exponent[i] : NULL};

        st = one(&p, &part, err);
        if (st != HS_OK) {
            if (qp.n > 1)
                hs_error_prefix(err, "part %zu of the range", i);
            return st;
        }
        qp.scale[i] = part.scale;
        qp.zero_point[i] = part.zero_point;
        if (qp.exponent != NULL)
            qp.exponent[i] = part.exponent;
    }
    *out = qp;
    return HS_OK;
}
