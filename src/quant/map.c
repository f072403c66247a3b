#include "quant/map.h"

#include <math.h>

#include "base/fmt.h"

static enum hs_status check_codes(const struct hs_qparams *qp, struct hs_error *err)
{
    const char *name = hs_dtype_name(qp->dtype);

    if (!hs_dtype_is_integer(qp->dtype) || hs_dtype_max(qp->dtype) > INT32_MAX)
        return hs_fail(err, HS_EDTYPE,
                       "codes cannot be %s: choose int2 to int32 or uint2 to uint16", name);
    if (qp->qmin >= qp->qmax || qp->qmin < hs_dtype_min(qp->dtype) ||
        qp->qmax > hs_dtype_max(qp->dtype))
        return hs_fail(err, HS_EINVAL, "codes %lld to %lld are no range of %s (%lld to %lld)",
                       (long long)qp->qmin, (long long)qp->qmax, name,
                       (long long)hs_dtype_min(qp->dtype), (long long)hs_dtype_max(qp->dtype));
    return HS_OK;
}

enum hs_status hs_qparams_check(const struct hs_qparams *qp, const struct hs_groups *groups,
                                struct hs_error *err)
{
    char number[HS_FMT_SIZE];
    enum hs_status st = check_codes(qp, err);

    if (st != HS_OK)
        return st;
    if (qp->n != groups->n && groups->count > 0)
        return hs_fail(err, HS_ESHAPE, "there are %zu scales for %zu %s; give one for each", qp->n,
                       groups->n,
                       groups->block > 0    ? "blocks"
                       : groups->per_tensor ? "tensor"
                                            : "channels");
    for (size_t i = 0; i < qp->n; i++) {
        if (!(qp->scale[i] > 0) || isinf(qp->scale[i]))
            return hs_fail(err, HS_EINVAL,
                           "scale %s (number %zu) is no step: it must be above 0 and finite",
                           hs_fmt_double(number, qp->scale[i]), i);
        if (!hs_zero_point_fits(qp, qp->zero_point[i]))
            return hs_fail(err, HS_EINVAL,
                           "zero point %lld (number %zu) is outside the codes %lld to %lld of %s; "
                           "choose one of them, or a dtype that holds it",
                           (long long)qp->zero_point[i], i, (long long)qp->qmin,
                           (long long)qp->qmax, hs_dtype_name(qp->dtype));
    }
    return HS_OK;
}

enum hs_status hs_qparams_check_float(const struct hs_qparams *qp, struct hs_error *err)
{
    char number[HS_FMT_SIZE];

    for (size_t i = 0; i < qp->n; i++)
        if ((float)qp->scale[i] <= 0 || isinf((float)qp->scale[i]))
            return hs_fail(err, HS_EINVAL,
                           "scale %s is %s as float32; scale the data, or use precision=float64",
                           hs_fmt_double(number, qp->scale[i]),
                           qp->scale[i] < 1 ? "0" : "infinite");
    return HS_OK;
}

enum hs_status hs_map_begin(struct hs_map *m, struct hs_arena *arena, const struct hs_tensor *x,
                            const struct hs_qparams *qp, struct hs_error *err)
{
    enum hs_status st;

    *m = (struct hs_map){.qp = qp, .rng = hs_rng_seed(qp->options.seed, 0)};
    if ((st = hs_groups_init(&m->groups, x, qp->axis, qp->block_size, err)) != HS_OK ||
        (st = hs_qparams_check(qp, &m->groups, err)) != HS_OK ||
        (st = hs_operand_init(&m->in, arena, x, qp->options.precision, &qp->options, err)) != HS_OK)
        return st;
    return m->in.is_double ? HS_OK : hs_qparams_check_float(qp, err);
}

void hs_map_args(struct hs_quantize_args *args, struct hs_map *m, size_t group)
{
    const struct hs_quant_options *o = &m->qp->options;

    *args = (struct hs_quantize_args){.scale = m->qp->scale[group],
                                      .zero_point = (int32_t)m->qp->zero_point[group],
                                      .qmin = (int32_t)m->qp->qmin,
                                      .qmax = (int32_t)m->qp->qmax,
                                      .rounding = o->rounding,
                                      .reciprocal = o->division == HS_RECIPROCAL,
                                      .zero_point_first = o->zero_point_order == HS_BEFORE_ROUNDING,
                                      .rng = &m->rng};
    args->nan_code =
        o->nan == HS_NAN_ZERO ? args->zero_point : args->qmin; /* `error` never comes here */
}

bool hs_map_next(struct hs_map *m, struct hs_group_run *run, struct hs_quantize_args *args)
{
    if (m->next == m->groups.count)
        return false;
    *run = hs_groups_run(&m->groups, m->next);
    m->next += run->len;
    hs_map_args(args, m, run->group);
    return true;
}
