#include "quant/match.h"

#include <math.h>

#include "num/ulp.h"
#include "quant/groups.h"

/* True when t = x / s lies within `ulps` of a jump: a half for the nearest modes, a whole number
 * for the directed ones. */
static bool at_a_jump(double t, enum hs_round mode, unsigned ulps)
{
    bool directed = mode == HS_ROUND_TOWARD_ZERO || mode == HS_ROUND_FLOOR || mode == HS_ROUND_CEIL;
    double jump = directed ? rint(t) : floor(t) + 0.5;

    return fabs(t - jump) <= (double)ulps * (double)hs_ulpf((float)t);
}

static void compare(struct hs_match *m, size_t i, int64_t got, int64_t wanted, double t,
                    const struct hs_qparams *qp, unsigned ulps)
{
    int64_t apart = got > wanted ? got - wanted : wanted - got;

    m->saturated += got == qp->qmin || got == qp->qmax;
    m->max_lsb = apart > m->max_lsb ? apart : m->max_lsb;
    if (apart == 0)
        return;
    if (apart == 1 && isfinite(t) && at_a_jump(t, qp->options.rounding, ulps)) {
        m->ties++;
        return;
    }
    if (m->mismatches++ == 0) {
        m->first = i;
        m->got = got;
        m->wanted = wanted;
    }
}

enum hs_status hs_match_codes(struct hs_match *out, struct hs_arena *arena,
                              const struct hs_tensor *codes, const struct hs_tensor *x,
                              const struct hs_qparams *qp, unsigned ulps, struct hs_error *err)
{
    struct hs_match m = {.count = hs_tensor_count(x)};
    struct hs_tensor wanted, got, real;
    struct hs_groups groups;
    enum hs_status st;

    if (!hs_shape_equal(codes, x))
        return hs_fail(err, HS_ESHAPE,
                       "the codes have another shape than the tensor they stand for");
    if (!hs_dtype_is_integer(codes->dtype))
        return hs_fail(err, HS_EDTYPE, "codes are integers; these are %s",
                       hs_dtype_name(codes->dtype));
    if ((st = hs_quantize(&wanted, arena, x, qp, NULL, err)) != HS_OK ||
        (st = hs_tensor_contiguous(&got, arena, codes, err)) != HS_OK ||
        (st = hs_tensor_contiguous(&real, arena, x, err)) != HS_OK ||
        (st = hs_groups_init(&groups, x, qp->axis, qp->block_size, err)) != HS_OK)
        return st;
    for (size_t i = 0; i < m.count;) {
        struct hs_group_run run = hs_groups_run(&groups, i);

        for (; i < run.from + run.len; i++)
            compare(&m, i, hs_dtype_load_int(got.dtype, hs_tensor_at(&got, i)),
                    hs_dtype_load_int(wanted.dtype, hs_tensor_at(&wanted, i)),
                    hs_dtype_load(real.dtype, hs_tensor_at(&real, i)) / qp->scale[run.group], qp,
                    ulps);
    }
    *out = m;
    return HS_OK;
}
