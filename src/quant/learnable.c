#include "quant/learnable.h"

#include <math.h>

#include "base/fmt.h"
#include "kernels/quantize/code.h"
#include "quant/map.h"

/* v as a number; false for anything else. */
static bool number_of(const struct hs_value *v, double *out)
{
    if (v->kind == HS_NUMBER)
        *out = v->as.number;
    else if (v->kind == HS_INTEGER)
        *out = (double)v->as.integer;
    return v->kind == HS_NUMBER || v->kind == HS_INTEGER;
}

/* A zero point as an integer that is a code; NULL-kind when it is no number. */
static struct hs_value rounded(double z, int64_t qmin, int64_t qmax)
{
    double whole = rint(z);

    if (isnan(z))
        return hs_value_num(z); /* refused by name later */
    if (whole < (double)qmin)
        return hs_value_int(qmin);
    return hs_value_int(whole > (double)qmax ? qmax : (int64_t)whole);
}

/* The zero points of the table, rounded: a number, a list or a tensor as they were. */
static bool round_all(struct hs_value *out, struct hs_arena *arena, const struct hs_value *z,
                      int64_t qmin, int64_t qmax)
{
    double v;

    if (number_of(z, &v)) {
        *out = rounded(v, qmin, qmax);
        return true;
    }
    *out = hs_value_list();
    if (z->kind == HS_TENSOR) {
        for (size_t i = 0; i < hs_tensor_count(z->as.tensor); i++)
            if (!hs_value_push(out, arena, rounded(hs_tensor_get(z->as.tensor, i), qmin, qmax)))
                return false;
        return true;
    }
    if (z->kind != HS_LIST) {
        *out = *z; /* refused by name later */
        return true;
    }
    for (size_t i = 0; i < hs_value_len(z); i++) {
        const struct hs_value *item = hs_value_at(z, i);

        if (!hs_value_push(out, arena, number_of(item, &v) ? rounded(v, qmin, qmax) : *item))
            return false;
    }
    return true;
}

enum hs_status hs_learnable_from_value(struct hs_qparams *out, struct hs_arena *arena,
                                       const struct hs_value *v, struct hs_error *err)
{
    struct hs_value map = *v, zero;
    struct hs_quant_options options;
    struct hs_qtarget target;
    int64_t qmin, qmax;
    enum hs_status st;

    if (hs_value_get(v, "zero_point") == NULL)
        return hs_qparams_from_value(out, arena, v, err);
    if ((st = hs_quant_options_profile(&options, hs_value_text(v, "profile", NULL), err)) !=
            HS_OK ||
        (st = hs_quant_options_from_value(&options, v, err)) != HS_OK ||
        (st = hs_qtarget_from_value(&target, v, err)) != HS_OK)
        return st;
    if (target.has_range)
        options.narrow = options.reduce_range = false;
    if ((st = hs_qtarget_range(&qmin, &qmax, &target, &options, err)) != HS_OK)
        return st;
    if (!round_all(&zero, arena, hs_value_get(v, "zero_point"), qmin, qmax) ||
        !hs_value_set(&map, arena, "zero_point", zero))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    return hs_qparams_from_value(out, arena, &map, err);
}

/* What one element adds to the gradients of its scale and zero point. */
static void add(double *dscale, double *dzero, double x, double dy, double code, double scale,
                const struct hs_quantize_args *a)
{
    if (hs_code_inside(code, a)) {
        *dscale += dy * (scale * (code - a->zero_point) - x) / scale;
    } else {
        *dscale += dy * (double)((code < a->qmin ? a->qmin : a->qmax) - a->zero_point);
        *dzero -= dy * scale;
    }
}

/* A NaN (read as nan_code by choice) has no gradient. */
static void add_run(double *dscale, double *dzero, const struct hs_map *m, const double *dy,
                    const struct hs_group_run *run, const struct hs_quantize_args *args)
{
    double scale = m->in.is_double ? args->scale : (double)(float)args->scale;

    for (size_t i = run->from; i < run->from + run->len; i++) {
        double x = m->in.is_double ? ((const double *)m->in.x.data)[i]
                                   : (double)((const float *)m->in.x.data)[i];

        if (!isnan(x))
            add(&dscale[run->group], &dzero[run->group], x, dy[i],
                m->in.is_double ? hs_code_f64(x, args) : hs_code_f32((float)x, args), scale, args);
    }
}

enum hs_status hs_learnable_grad(double *dscale, double *dzero_point, struct hs_arena *arena,
                                 const struct hs_tensor *x, const struct hs_qparams *qp,
                                 const struct hs_tensor *upstream, double grad_factor,
                                 struct hs_error *err)
{
    struct hs_quantize_args args;
    struct hs_group_run run;
    struct hs_tensor dy;
    struct hs_map m;
    enum hs_status st;

    if (!hs_shape_equal(x, upstream))
        return hs_fail(
            err, HS_ESHAPE,
            "the upstream gradient has another shape than the tensor; it must be the same");
    if (!hs_dtype_is_float(upstream->dtype))
        return hs_fail(err, HS_EDTYPE, "the upstream gradient is %s; it must be a float",
                       hs_dtype_name(upstream->dtype));
    if ((st = hs_map_begin(&m, arena, x, qp, err)) != HS_OK ||
        (st = hs_tensor_as(&dy, arena, upstream, HS_FLOAT64, err)) != HS_OK)
        return st;
    for (size_t i = 0; i < qp->n; i++)
        dscale[i] = dzero_point[i] = 0;
    while (hs_map_next(&m, &run, &args))
        add_run(dscale, dzero_point, &m, dy.data, &run, &args);
    for (size_t i = 0; i < qp->n; i++) {
        dscale[i] *= grad_factor;
        dzero_point[i] *= grad_factor;
    }
    return HS_OK;
}

enum hs_status hs_learnable_first_scale(double *out, const struct hs_tensor *x, int64_t qmax,
                                        struct hs_error *err)
{
    size_t n = hs_tensor_count(x);
    double sum = 0;
    char text[HS_FMT_SIZE];

    if (n == 0 || qmax < 1)
        return hs_fail(err, HS_ERANGE,
                       n == 0 ? "an empty tensor has no mean to make a scale of"
                              : "the largest code must be at least 1 for LSQ's first scale");
    for (size_t i = 0; i < n; i++)
        sum += fabs(hs_tensor_get(x, i));
    *out = 2 * (sum / (double)n) / sqrt((double)qmax);
    if (!(*out > 0) || isinf(*out))
        return hs_fail(err, HS_ERANGE,
                       "LSQ's first scale would be %s: the mean of |x| is 0 or not finite",
                       hs_fmt_double(text, *out));
    return HS_OK;
}

double hs_learnable_grad_factor(size_t n, int64_t qmax)
{
    return 1 / sqrt((double)n * (double)qmax);
}
