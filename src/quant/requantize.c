#include "quant/requantize.h"

#include <math.h>
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

/* A double that every rounding mode rounds as the exact a*m. The double p nearest to a*m can hide a
 * tie or an integer only by being one (below 2^52 all of them are doubles), and then the rest a*m -
 * p, which fma gives exactly, says on which side the product is. */
static double product(int32_t a, double m)
{
    double p = a * m, rest = fma(a, m, -p), low = floor(p);

    if (rest == 0 || fabs(p) >= 0x1p51)
        return p;
    if (p - low == 0.5)
        return rest > 0 ? low + 0.75 : low + 0.25;
    if (p == low)
        return rest > 0 ? low + 0.25 : low - 0.25;
    return p;
}

double hs_round_product(int32_t a, double m, enum hs_round mode)
{
    return hs_round(product(a, m), mode);
}

/* b/2^c: the largest c up to max_shift for which b = floor(M 2^c) fits `bits` bits, found by
 * halving b. */
static void dyadic(const struct hs_requantizer *r, double m, int32_t *mantissa, int *shift)
{
    int bits = r->bits != 0 ? r->bits : 8, c = r->max_shift != 0 ? r->max_shift : 15;
    int64_t b = (int64_t)fmin(floor(ldexp(m, c)), 0x1p62);

    while (b >= (int64_t)1 << bits && c > 0) {
        b /= 2;
        c--;
    }
    *mantissa = hs_saturate_s32(b);
    *shift = c;
}

static enum hs_status prepare_one(const struct hs_requantizer *r, size_t i, int32_t *mantissa,
                                  int *shift, struct hs_error *err)
{
    double m = r->multiplier[i];
    char text[HS_FMT_SIZE];
    int e;

    if (!(m >= 0) || isinf(m))
        return hs_fail(err, HS_ERANGE, "multiplier %zu is %s; it must be finite and not negative",
                       i, hs_fmt_double(text, m));
    switch (r->mode) {
    case HS_REQUANTIZE_GEMMLOWP:
    case HS_REQUANTIZE_SINGLE_ROUNDING:
        hs_quantize_multiplier(m, mantissa, shift);
        if (*shift > 30)
            return hs_fail(err, HS_ERANGE, "multiplier %zu is %s; fixed point ends at 2^30", i,
                           hs_fmt_double(text, m));
        break;
    case HS_REQUANTIZE_FIXED16:
        if (rint(m * 0x1p16) > INT32_MAX)
            return hs_fail(err, HS_ERANGE, "multiplier %zu is %s; k/2^16 ends at 2^15", i,
                           hs_fmt_double(text, m));
        *mantissa = (int32_t)rint(m * 0x1p16);
        *shift = 16;
        break;
    case HS_REQUANTIZE_DYADIC:
        dyadic(r, m, mantissa, shift);
        break;
    default:
        if (frexp(m, &e) != 0.5)
            return hs_fail(err, HS_ERANGE,
                           "multiplier %zu is %s, no power of two, so it is no shift", i,
                           hs_fmt_double(text, m));
        *mantissa = 1;
        *shift = 1 - e;
    }
    return HS_OK;
}

enum hs_status hs_requantizer_prepare(struct hs_requantizer *r, struct hs_arena *arena,
                                      struct hs_error *err)
{
    int32_t *mantissa;
    int *shift;
    enum hs_status st = HS_OK;

    if (r->mode == HS_REQUANTIZE_FLOAT || r->shift != NULL)
        return HS_OK;
    mantissa = hs_arena_alloc(arena, r->n, sizeof *mantissa);
    shift = hs_arena_alloc(arena, r->n, sizeof *shift);
    if (mantissa == NULL || shift == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < r->n && st == HS_OK; i++)
        st = prepare_one(r, i, &mantissa[i], &shift[i], err);
    if (st != HS_OK)
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

enum hs_status hs_requantize(struct hs_tensor *out, struct hs_arena *arena,
                             const struct hs_tensor *acc, const struct hs_requantizer *r, int axis,
                             size_t *saturated, struct hs_error *err)
{
    struct hs_tensor from, codes;
    size_t count = hs_tensor_count(acc), inner = 1, clamped = 0;
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
        double inside = q < (double)r->qmin   ? (double)r->qmin
                        : q > (double)r->qmax ? (double)r->qmax
                                              : q;

        clamped += q < inside || q > inside;
        hs_dtype_store(r->dtype, (char *)codes.data + i * hs_dtype_size(r->dtype), inside);
    }
    if (saturated != NULL)
        *saturated = clamped;
    *out = codes;
    return HS_OK;
}
