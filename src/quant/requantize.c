#include "quant/requantize.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "num/fixedpoint.h"

static const struct {
    const char *name, *help;
} modes[HS_REQUANTIZE_COUNT] = {
#define HS_REQUANTIZE(id, name, help) [HS_REQUANTIZE_##id] = {name, help},
#include "quant/requantize.def"
#undef HS_REQUANTIZE
};

const char *hs_requantize_name(enum hs_requantize mode)
{
    return modes[mode].name;
}

const char *hs_requantize_help(enum hs_requantize mode)
{
    return modes[mode].help;
}

int hs_requantize_find(const char *name)
{
    for (int i = 0; i < HS_REQUANTIZE_COUNT; i++)
        if (strcmp(modes[i].name, name) == 0)
            return i;
    return -1;
}

/* A double that every rounding mode rounds as the exact a*m: its floor and a fraction of 0, 1/4,
 * 1/2 or 3/4 that stands for all on the same side of a half, so that a zero point can be added
 * without a rounding. p, the double nearest to a*m, can hide a half or a whole number only by being
 * one (below 2^52 all of them are doubles), and then the rest a*m - p, which fma gives exactly,
 * says on which side the product is. Beyond 2^51 every code range has ended. */
static double product(int32_t a, double m)
{
    double p = a * m, rest = fma(a, m, -p), low = floor(p), half = low + 0.5;

    if (fabs(p) >= 0x1p51)
        return p;
    if (p == low)
        return rest > 0 ? low + 0.25 : rest < 0 ? low - 0.25 : low;
    if (p == half)
        return rest > 0 ? low + 0.75 : rest < 0 ? low + 0.25 : half;
    return p < half ? low + 0.25 : low + 0.75;
}

double hs_round_product(int32_t a, double m, enum hs_round mode)
{
    return hs_round(product(a, m), mode);
}

enum { DYADIC_BITS = 8, DYADIC_SHIFT = 15, MOST_SHIFT = 31 };

/* b/2^c: the largest c up to max_shift for which b = floor(M 2^c) fits `bits` bits, found by
 * halving b. false when not even c = 0 fits. */
static bool dyadic(const struct hs_requantizer *r, double m, int32_t *mantissa, int *shift)
{
    int bits = r->bits != 0 ? r->bits : DYADIC_BITS;
    int c = r->max_shift != 0 ? r->max_shift : DYADIC_SHIFT;
    int64_t b = (int64_t)fmin(floor(ldexp(m, c)), 0x1p62);

    for (; b >= (int64_t)1 << bits && c > 0; c--)
        b /= 2;
    *shift = c;
    *mantissa = hs_saturate_s32(b);
    return b < (int64_t)1 << bits;
}

/* Mantissa and shift of one multiplier; *why is what is wrong with it when the result is false. */
static bool fixed_point(const struct hs_requantizer *r, double m, int32_t *mantissa, int *shift,
                        const char **why)
{
    int e;

    switch (r->mode) {
    case HS_REQUANTIZE_GEMMLOWP:
    case HS_REQUANTIZE_SINGLE_ROUNDING:
        hs_quantize_multiplier(m, mantissa, shift);
        *why = "; fixed point ends at 2^30";
        return *shift <= 30;
    case HS_REQUANTIZE_FIXED16:
        *mantissa = (int32_t)fmin(rint(m * 0x1p16), INT32_MAX);
        *shift = 16;
        *why = "; k/2^16 ends at 2^15";
        return rint(m * 0x1p16) <= INT32_MAX;
    case HS_REQUANTIZE_DYADIC:
        *why = "; b of so few bits cannot reach it";
        return dyadic(r, m, mantissa, shift);
    default:
        *why = ", no power of two from 2^-31 to 2^31, so it is no shift";
        *mantissa = 1;
        if (frexp(m, &e) != 0.5)
            return false;
        *shift = 1 - e;
        return abs(*shift) <= MOST_SHIFT;
    }
}

static enum hs_status prepare_one(const struct hs_requantizer *r, size_t i, int32_t *mantissa,
                                  int *shift, struct hs_error *err)
{
    double m = r->multiplier[i];
    char text[HS_FMT_SIZE];
    const char *why;

    if (!(m >= 0) || isinf(m))
        return hs_fail(err, HS_ERANGE, "multiplier %zu is %s; it must be finite and not negative",
                       i, hs_fmt_double(text, m));
    if (r->mode != HS_REQUANTIZE_FLOAT && !fixed_point(r, m, mantissa, shift, &why))
        return hs_fail(err, HS_ERANGE, "multiplier %zu is %s%s", i, hs_fmt_double(text, m), why);
    return HS_OK;
}

/* What is given is used as it is, so it has to be what the mode computes with. */
static enum hs_status check_given(const struct hs_requantizer *r, struct hs_error *err)
{
    bool gemmlowp = r->mode == HS_REQUANTIZE_GEMMLOWP || r->mode == HS_REQUANTIZE_SINGLE_ROUNDING;
    bool shifts = r->mode == HS_REQUANTIZE_SHIFT_FLOOR || r->mode == HS_REQUANTIZE_SHIFT_NEAREST;
    int most = gemmlowp ? MOST_SHIFT - 1 : MOST_SHIFT;

    if (r->mantissa == NULL && !shifts)
        return hs_fail(err, HS_EINVAL, "%s needs a mantissa beside the shift",
                       hs_requantize_name(r->mode));
    for (size_t i = 0; i < r->n; i++) {
        if (r->shift[i] < -MOST_SHIFT || r->shift[i] > most)
            return hs_fail(err, HS_ERANGE, "shift %zu is %d; %s shifts by -31 to %d", i,
                           r->shift[i], hs_requantize_name(r->mode), most);
        if (!shifts && r->mantissa[i] < 0)
            return hs_fail(err, HS_ERANGE, "mantissa %zu is %" PRId32 "; it must not be negative",
                           i, r->mantissa[i]);
    }
    return HS_OK;
}

enum hs_status hs_requantizer_prepare(struct hs_requantizer *r, struct hs_arena *arena,
                                      struct hs_error *err)
{
    int32_t *mantissa;
    int *shift;
    enum hs_status st = HS_OK;

    if (r->rounding == HS_ROUND_STOCHASTIC)
        return hs_fail(err, HS_EINVAL,
                       "requantization rounds without dice: choose half_even, half_away, half_up, "
                       "toward_zero, floor or ceil");
    if (r->bits < 0 || r->bits > 31 || r->max_shift < 0 || r->max_shift > MOST_SHIFT)
        return hs_fail(err, HS_EINVAL, "dyadic(%d, %d): bits go from 1 to 31, shifts to 31",
                       r->bits, r->max_shift);
    if (r->mode != HS_REQUANTIZE_FLOAT && r->shift != NULL)
        return check_given(r, err);
    if (r->multiplier == NULL)
        return hs_fail(err, HS_EINVAL, "%s needs a multiplier", hs_requantize_name(r->mode));
    mantissa = hs_arena_alloc(arena, r->n, sizeof *mantissa);
    shift = hs_arena_alloc(arena, r->n, sizeof *shift);
    if (mantissa == NULL || shift == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < r->n && st == HS_OK; i++)
        st = prepare_one(r, i, &mantissa[i], &shift[i], err);
    if (st != HS_OK || r->mode == HS_REQUANTIZE_FLOAT)
        return st;
    r->mantissa = mantissa;
    r->shift = shift;
    return HS_OK;
}

/* R(acc M) + z before the clamp; a double because the float modes may leave int64. NaN cannot occur
 * (M is finite). */
static double unclamped(const struct hs_requantizer *r, int32_t acc, size_t i)
{
    double z = (double)r->zero_point, exact;

    if (r->relu && acc < 0)
        acc = 0;
    switch (r->mode) {
    case HS_REQUANTIZE_FLOAT:
        exact = r->float32 ? (double)((float)acc * (float)r->multiplier[i])
                           : product(acc, r->multiplier[i]);
        return r->zero_point_first ? hs_round(exact + z, r->rounding)
                                   : hs_round(exact, r->rounding) + z;
    case HS_REQUANTIZE_GEMMLOWP:
        return hs_multiply_gemmlowp(acc, r->mantissa[i], r->shift[i]) + z;
    case HS_REQUANTIZE_SINGLE_ROUNDING:
        return hs_multiply_single(acc, r->mantissa[i], r->shift[i]) + z;
    case HS_REQUANTIZE_DYADIC:
        return hs_shift_round((int64_t)acc * r->mantissa[i], r->shift[i], HS_ROUND_FLOOR) + z;
    case HS_REQUANTIZE_SHIFT_FLOOR:
        return hs_shift_round(acc, r->shift[i], HS_ROUND_FLOOR) + z;
    default:
        return hs_shift_round((int64_t)acc *
                                  (r->mode == HS_REQUANTIZE_FIXED16 ? r->mantissa[i] : 1),
                              r->shift[i], r->rounding) +
               z;
    }
}

int64_t hs_requantize_one(const struct hs_requantizer *r, int32_t acc, size_t channel)
{
    double q = unclamped(r, acc, r->n > 1 ? channel : 0);

    if (q < (double)r->qmin)
        return r->qmin;
    return q > (double)r->qmax ? r->qmax : (int64_t)q;
}

enum hs_status hs_requantize_ends(struct hs_tensor *out, struct hs_arena *arena,
                                  const struct hs_tensor *acc, const struct hs_requantizer *r,
                                  int axis, struct hs_saturation *saturation, struct hs_error *err)
{
    struct hs_saturation moved = {0, 0};
    struct hs_tensor from, codes;
    size_t count = hs_tensor_count(acc), inner = 1, size = hs_dtype_size(r->dtype);
    enum hs_status st;

    if (acc->dtype != HS_INT32)
        return hs_fail(err, HS_EDTYPE, "an accumulator is int32, this tensor is %s",
                       hs_dtype_name(acc->dtype));
    if (r->n > 1 && (axis < 0 || axis >= acc->ndim || acc->shape[axis] != r->n))
        return hs_fail(err, HS_ESHAPE, "%zu multipliers do not fit axis %d of the accumulator",
                       r->n, axis);
    st = hs_tensor_contiguous(&from, arena, acc, err);
    if (st == HS_OK)
        st = hs_tensor_new(&codes, arena, r->dtype, acc->ndim, acc->shape, err);
    if (st != HS_OK)
        return st;
    for (int d = axis + 1; r->n > 1 && d < acc->ndim; d++)
        inner *= acc->shape[d];
    for (size_t i = 0; i < count; i++) {
        double q = unclamped(r, ((const int32_t *)from.data)[i], i / inner % r->n);
        bool low = q<(double)r->qmin, high = q>(double) r->qmax;

        moved.low += low;
        moved.high += high;
        if (!hs_dtype_store_int(r->dtype, (char *)codes.data + i * size,
                                low    ? r->qmin
                                : high ? r->qmax
                                       : (int64_t)q))
            return hs_fail(err, HS_EINVAL, "%s cannot hold the codes %" PRId64 " to %" PRId64,
                           hs_dtype_name(r->dtype), r->qmin, r->qmax);
    }
    if (saturation != NULL)
        *saturation = moved;
    *out = codes;
    return HS_OK;
}

enum hs_status hs_requantize(struct hs_tensor *out, struct hs_arena *arena,
                             const struct hs_tensor *acc, const struct hs_requantizer *r, int axis,
                             size_t *saturated, struct hs_error *err)
{
    struct hs_saturation moved;
    enum hs_status st = hs_requantize_ends(out, arena, acc, r, axis, &moved, err);

    if (st == HS_OK && saturated != NULL)
        *saturated = moved.low + moved.high;
    return st;
}
