#include "quant/groups.h"

int hs_axis_given(int64_t axis)
{
    if (axis < -HS_MAX_DIMS || axis > HS_MAX_DIMS)
        return HS_MAX_DIMS; /* no tensor has it */
    return axis < 0 ? (int)axis - 1 : (int)axis;
}

int hs_axis_of(int axis, int ndim)
{
    if (axis >= -1)
        return axis;
    return axis + 1 + ndim >= 0 ? axis + 1 + ndim : HS_MAX_DIMS;
}

enum hs_status hs_groups_init(struct hs_groups *out, const struct hs_tensor *t, int axis,
                              size_t block_size, struct hs_error *err)
{
    struct hs_groups g = {
        .count = hs_tensor_count(t), .channels = 1, .inner = 1, .block = block_size, .n = 1};

    axis = hs_axis_of(axis, t->ndim);
    if (axis < 0 && block_size > 0)
        return hs_fail(err, HS_EINVAL, "block_size %zu needs an axis to go along: give axis, too",
                       block_size);
    if (axis >= t->ndim && t->ndim == 0)
        return hs_fail(err, HS_ESHAPE, "a single number has no axis; leave axis out");
    if (axis >= t->ndim)
        return hs_fail(err, HS_ESHAPE,
                       "no such axis in a tensor with %d dimensions: an axis is 0 to %d, or -1 to "
                       "-%d from the end",
                       t->ndim, t->ndim - 1, t->ndim);
    g.per_tensor = axis < 0;
    if (!g.per_tensor) {
        g.channels = t->shape[axis];
        for (int i = axis + 1; i < t->ndim; i++)
            g.inner *= t->shape[i];
        g.n = g.channels;
    }
    if (block_size > 0) {
        g.blocks = g.channels / block_size + (g.channels % block_size != 0);
        g.n = g.count == 0 ? 0 : g.count / g.channels * g.blocks; /* outer * blocks * inner */
    }
    *out = g;
    return HS_OK;
}

struct hs_group_run hs_groups_run(const struct hs_groups *g, size_t from)
{
    struct hs_group_run run = {from, g->count, 0};
    size_t c, j, outer, left;

    if (g->per_tensor)
        return run;
    j = from % g->inner;
    c = from / g->inner % g->channels;
    if (g->block == 0) {
        run.group = c;
        run.len = g->inner - j;
        return run;
    }
    outer = from / g->inner / g->channels;
    run.group = (outer * g->blocks + c / g->block) * g->inner + j;
    left = g->block - c % g->block;
    if (left > g->channels - c)
        left = g->channels - c;
    run.len = g->inner == 1 ? left : 1; /* behind the axis the next element is another group's */
    return run;
}
