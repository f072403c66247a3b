#include "quant/qparams.h"

#include <math.h>
#include <string.h>

#include "base/fmt.h"
#include "quant/groups.h"
#include "quant/numbers.h"

/* One number per tensor, else a list. */
static bool set_numbers(struct hs_value *map, struct hs_arena *arena, const char *key,
                        const double *v, size_t n, int axis)
{
    struct hs_value list = hs_value_list();

    if (n == 1 && axis < 0)
        return hs_value_set(map, arena, key, hs_value_num(v[0]));
    for (size_t i = 0; i < n; i++)
        if (!hs_value_push(&list, arena, hs_value_num(v[i])))
            return false;
    return hs_value_set(map, arena, key, list);
}

static bool set_integers(struct hs_value *map, struct hs_arena *arena, const char *key,
                         const int64_t *v, size_t n, int axis)
{
    struct hs_value list = hs_value_list();

    if (n == 1 && axis < 0)
        return hs_value_set(map, arena, key, hs_value_int(v[0]));
    for (size_t i = 0; i < n; i++)
        if (!hs_value_push(&list, arena, hs_value_int(v[i])))
            return false;
    return hs_value_set(map, arena, key, list);
}

static bool set_exponents(struct hs_value *map, struct hs_arena *arena, const int *exponent,
                          size_t n, int axis)
{
    struct hs_value list = hs_value_list();

    if (exponent == NULL)
        return true;
    if (n == 1 && axis < 0)
        return hs_value_set(map, arena, "exponent", hs_value_int(exponent[0]));
    for (size_t i = 0; i < n; i++)
        if (!hs_value_push(&list, arena, hs_value_int(exponent[i])))
            return false;
    return hs_value_set(map, arena, "exponent", list);
}

static bool set_axis(struct hs_value *map, struct hs_arena *arena, int axis, size_t block_size,
                     const char *block_key)
{
    return (axis == -1 ||
            hs_value_set(map, arena, "axis", hs_value_int(axis < 0 ? axis + 1 : axis))) &&
           (block_size == 0 ||
            hs_value_set(map, arena, block_key, hs_value_int((int64_t)block_size)));
}

bool hs_range_to_value(struct hs_value *out, struct hs_arena *arena, const struct hs_range *r)
{
    struct hs_value map = hs_value_map();

    if (!set_numbers(&map, arena, "min", r->min, r->n, r->axis) ||
        !set_numbers(&map, arena, "max", r->max, r->n, r->axis) ||
        !set_axis(&map, arena, r->axis, r->block_size, "block") ||
        !set_exponents(&map, arena, r->exponent, r->n, r->axis))
        return false;
    if (r->excluded > 0 &&
        !hs_value_set(&map, arena, "excluded", hs_value_int((int64_t)r->excluded)))
        return false;
    *out = map;
    return true;
}

bool hs_qparams_to_value(struct hs_value *out, struct hs_arena *arena, const struct hs_qparams *qp)
{
    struct hs_value map = hs_value_map();

    if (!set_numbers(&map, arena, "scale", qp->scale, qp->n, qp->axis) ||
        !set_integers(&map, arena, "zero_point", qp->zero_point, qp->n, qp->axis) ||
        !set_exponents(&map, arena, qp->exponent, qp->n, qp->axis) ||
        !hs_value_set(&map, arena, "qmin", hs_value_int(qp->qmin)) ||
        !hs_value_set(&map, arena, "qmax", hs_value_int(qp->qmax)) ||
        !hs_value_set(&map, arena, "dtype", hs_value_string(arena, hs_dtype_name(qp->dtype))) ||
        !set_axis(&map, arena, qp->axis, qp->block_size, "block_size") ||
        !hs_value_set(&map, arena, "profile", hs_value_string(arena, qp->options.profile)) ||
        !hs_quant_options_to_value(&map, arena, &qp->options))
        return false;
    *out = map;
    return true;
}

static enum hs_status read_axis(int *axis, size_t *block_size, const struct hs_value *map,
                                const char *block_key, size_t n, struct hs_error *err)
{
    const struct hs_value *a = hs_value_get(map, "axis");
    int64_t v = hs_value_integer(map, "axis", INT64_MIN);
    int64_t block = hs_value_integer(map, block_key, 0);
    bool none = a == NULL || a->kind == HS_NIL;

    if (!none && (v < -HS_MAX_DIMS || v >= HS_MAX_DIMS))
        return hs_fail(err, HS_EINVAL,
                       "axis must be a whole number, or left out for the whole tensor");
    if (block < 0 || block > INT32_MAX)
        return hs_fail(err, HS_EINVAL, "%s %lld is no number of elements", block_key,
                       (long long)block);
    if (none && n > 1)
        return hs_fail(err, HS_EINVAL,
                       "there are %zu values but no axis: say which axis they go along", n);
    *axis = none ? -1 : hs_axis_given(v);
    *block_size = (size_t)block;
    return HS_OK;
}

/* Exponents that the data chose; none is fine. */
static enum hs_status read_exponents(struct hs_range *r, struct hs_arena *arena,
                                     const struct hs_value *v, struct hs_error *err)
{
    const struct hs_value *list = hs_value_get(v, "exponent");
    double *e;
    size_t n;
    enum hs_status st;

    if (list == NULL || list->kind == HS_NIL)
        return HS_OK;
    if ((st = hs_numbers_from_value(&e, &n, arena, v, "exponent", err)) != HS_OK)
        return st;
    if (n != r->n)
        return hs_fail(err, HS_ESHAPE, "min has %zu values and exponent %zu; give as many of both",
                       r->n, n);
    r->exponent = hs_arena_alloc(arena, n, sizeof *r->exponent);
    if (r->exponent == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu exponents", n);
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(e[i]) <= 1100) || e[i] != trunc(e[i]))
            return hs_fail(err, HS_EINVAL, "exponent %g is no whole number from -1100 to 1100",
                           e[i]);
        r->exponent[i] = (int)e[i];
    }
    return HS_OK;
}

enum hs_status hs_range_from_value(struct hs_range *out, struct hs_arena *arena,
                                   const struct hs_value *v, struct hs_error *err)
{
    struct hs_range r = {.excluded = 0};
    size_t n;
    enum hs_status st;

    if ((st = hs_numbers_from_value(&r.min, &r.n, arena, v, "min", err)) != HS_OK ||
        (st = hs_numbers_from_value(&r.max, &n, arena, v, "max", err)) != HS_OK ||
        (st = read_axis(&r.axis, &r.block_size, v, "block", r.n, err)) != HS_OK)
        return st;
    if (n != r.n)
        return hs_fail(err, HS_ESHAPE, "min has %zu values and max %zu; give as many of both", r.n,
                       n);
    for (size_t i = 0; i < n; i++)
        if (!(r.min[i] <= r.max[i]) || isinf(r.min[i]) || isinf(r.max[i])) {
            char a[HS_FMT_SIZE], b[HS_FMT_SIZE];

            return hs_fail(
                err, HS_ERANGE,
                "min %s and max %s are no range: both must be finite and min at most max",
                hs_fmt_double(a, r.min[i]), hs_fmt_double(b, r.max[i]));
        }
    if ((st = read_exponents(&r, arena, v, err)) != HS_OK)
        return st;
    *out = r;
    return HS_OK;
}

/* One zero point for each scale; a single one goes for all, none is 0. */
static enum hs_status read_zero_points(struct hs_qparams *qp, struct hs_arena *arena,
                                       const struct hs_value *map, struct hs_error *err)
{
    const struct hs_value *v = hs_value_get(map, "zero_point");
    double zero = 0, *z = &zero;
    size_t n = 1;
    enum hs_status st;

    if (v != NULL && v->kind != HS_NIL &&
        (st = hs_numbers_from_value(&z, &n, arena, map, "zero_point", err)) != HS_OK)
        return st;
    if (n != 1 && n != qp->n)
        return hs_fail(err, HS_ESHAPE,
                       "there are %zu scales and %zu zero points; give as many of both", qp->n, n);
    qp->zero_point = hs_arena_alloc(arena, qp->n, sizeof *qp->zero_point);
    if (qp->zero_point == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu zero points", qp->n);
    for (size_t i = 0; i < qp->n; i++) {
        double value = z[n == 1 ? 0 : i];

        if (value != trunc(value) || fabs(value) > 0x1p31) {
            char text[HS_FMT_SIZE];

            return hs_fail(err, HS_EINVAL, "zero point %s is no whole number of at most 32 bits",
                           hs_fmt_double(text, value));
        }
        qp->zero_point[i] = (int64_t)value;
    }
    return HS_OK;
}

/* The dtype that the table names or implies. */
static enum hs_status read_dtype(enum hs_dtype *out, int64_t bits, const struct hs_value *map,
                                 struct hs_error *err)
{
    const char *name = hs_value_text(map, "dtype", NULL);
    bool is_signed = hs_value_flag(map, "signed", true);
    int dtype = is_signed ? HS_INT8 : HS_UINT8;

    if (bits != 0 && (bits < 2 || bits > 32))
        return hs_fail(err, HS_EINVAL, "bits %lld: choose 2 to 32", (long long)bits);
    if (name != NULL)
        dtype = hs_dtype_find(name);
    else if (bits != 0)
        dtype = (int)hs_dtype_for_bits((int)bits, is_signed);
    if (dtype < 0)
        return hs_fail(err, HS_EINVAL,
                       "there is no dtype \"%.60s\"; codes are int2 to int32 or uint2 to uint16",
                       name);
    *out = (enum hs_dtype)dtype;
    return HS_OK;
}

/* The smallest whole-byte dtype that holds the codes; int32 for what does not fit, which is refused
 * with the limits of that. */
static enum hs_dtype dtype_for_codes(int64_t lo, int64_t hi, bool is_signed)
{
    static const enum hs_dtype sizes[2][3] = {{HS_UINT8, HS_UINT16, HS_INT32},
                                              {HS_INT8, HS_INT16, HS_INT32}};
    size_t i = 0;

    while (i < 2 &&
           (lo < hs_dtype_min(sizes[is_signed][i]) || hi > hs_dtype_max(sizes[is_signed][i])))
        i++;
    return sizes[is_signed][i];
}

enum hs_status hs_qtarget_from_value(struct hs_qtarget *out, const struct hs_value *map,
                                     struct hs_error *err)
{
    int64_t lo = hs_value_integer(map, "quant_min", hs_value_integer(map, "qmin", INT64_MIN));
    int64_t hi = hs_value_integer(map, "quant_max", hs_value_integer(map, "qmax", INT64_MIN));
    int64_t bits = hs_value_integer(map, "bits", 0);
    struct hs_qtarget target = {.bits = (int)bits, .quant_min = lo, .quant_max = hi};
    enum hs_status st = read_dtype(&target.dtype, bits, map, err);

    if (st != HS_OK)
        return st;
    if ((lo == INT64_MIN) != (hi == INT64_MIN))
        return hs_fail(err, HS_EINVAL, "%s is given without %s; give both",
                       lo == INT64_MIN ? "quant_max" : "quant_min",
                       lo == INT64_MIN ? "quant_min" : "quant_max");
    target.has_range = lo != INT64_MIN;
    if (target.has_range && bits == 0 && hs_value_get(map, "dtype") == NULL)
        target.dtype = dtype_for_codes(lo, hi, hs_value_flag(map, "signed", lo < 0));
    *out = target;
    return HS_OK;
}

/* The codes of qparams: those given (already narrow where that is an option), else what the options
 * leave. */
static enum hs_status read_codes(struct hs_qparams *qp, const struct hs_value *map,
                                 struct hs_error *err)
{
    struct hs_quant_options options = qp->options;
    struct hs_qtarget target;
    enum hs_status st = hs_qtarget_from_value(&target, map, err);

    if (st != HS_OK)
        return st;
    if (target.has_range)
        options.narrow = options.reduce_range = false;
    qp->dtype = target.dtype;
    return hs_qtarget_range(&qp->qmin, &qp->qmax, &target, &options, err);
}

static enum hs_status check_values(const struct hs_qparams *qp, struct hs_error *err)
{
    char text[HS_FMT_SIZE];

    for (size_t i = 0; i < qp->n; i++) {
        if (!(qp->scale[i] > 0) || isinf(qp->scale[i]))
            return hs_fail(err, HS_EINVAL, "scale %s is no step: it must be above 0 and finite",
                           hs_fmt_double(text, qp->scale[i]));
        if (!hs_zero_point_fits(qp, qp->zero_point[i]))
            return hs_fail(err, HS_EINVAL,
                           "zero point %lld is outside the codes %lld to %lld of %s; choose one of "
                           "them, or a dtype that holds it",
                           (long long)qp->zero_point[i], (long long)qp->qmin, (long long)qp->qmax,
                           hs_dtype_name(qp->dtype));
    }
    return HS_OK;
}

/* Exponents of power-of-two scales; none when a scale made by hand is no power of two. */
static enum hs_status find_exponents(struct hs_qparams *qp, struct hs_arena *arena,
                                     struct hs_error *err)
{
    int *exponent;

    if (qp->options.scheme != HS_POWER_OF_TWO)
        return HS_OK;
    exponent = hs_arena_alloc(arena, qp->n, sizeof *exponent);
    if (exponent == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu exponents", qp->n);
    for (size_t i = 0; i < qp->n; i++) {
        if (frexp(qp->scale[i], &exponent[i]) != 0.5)
            return HS_OK;
        exponent[i]--;
    }
    qp->exponent = exponent;
    return HS_OK;
}

enum hs_status hs_qparams_from_value(struct hs_qparams *out, struct hs_arena *arena,
                                     const struct hs_value *v, struct hs_error *err)
{
    struct hs_qparams qp = {.n = 0};
    const struct hs_value *nested = hs_value_get(v, "options");
    enum hs_status st;

    if (v == NULL || v->kind != HS_MAP)
        return hs_fail(err, HS_EINVAL, "qparams are a table with scale and zero_point");
    if ((st = hs_quant_options_profile(&qp.options, hs_value_text(v, "profile", NULL), err)) !=
            HS_OK ||
        (nested != NULL && (st = hs_quant_options_from_value(&qp.options, nested, err)) != HS_OK) ||
        (st = hs_quant_options_from_value(&qp.options, v, err)) != HS_OK ||
        (st = hs_numbers_from_value(&qp.scale, &qp.n, arena, v, "scale", err)) != HS_OK ||
        (st = read_axis(&qp.axis, &qp.block_size, v, "block_size", qp.n, err)) != HS_OK ||
        (st = read_zero_points(&qp, arena, v, err)) != HS_OK ||
        (st = read_codes(&qp, v, err)) != HS_OK || (st = check_values(&qp, err)) != HS_OK ||
        (st = find_exponents(&qp, arena, err)) != HS_OK)
        return st;
    *out = qp;
    return HS_OK;
}
