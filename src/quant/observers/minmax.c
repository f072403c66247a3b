#include <math.h>

#include "kernels/kernels.h"
#include "quant/groups.h"
#include "quant/operand.h"
#include "quant/observer.h"

/* Widens the group of each run. NaN read as 0 makes 0 a member of the range. */
static void widen(struct hs_range *range, const struct hs_operand *in,
                  const struct hs_groups *groups, bool nan_is_zero)
{
    struct hs_group_run run;

    for (size_t i = 0; i < groups->count; i = run.from + run.len) {
        double *min, *max;

        run = hs_groups_run(groups, i);
        min = &range->min[run.group];
        max = &range->max[run.group];
        if (in->is_double) {
            hs_kernels()->minmax_f64(min, max, (const double *)in->x.data + i, run.len);
        } else {
            float lo = INFINITY, hi = -INFINITY;

            hs_kernels()->minmax_f32(&lo, &hi, (const float *)in->x.data + i, run.len);
            *min = fmin(*min, (double)lo);
            *max = fmax(*max, (double)hi);
        }
        for (size_t j = i; nan_is_zero && in->nan > 0 && j < i + run.len; j++)
            if (in->is_double ? isnan(((const double *)in->x.data)[j])
                              : isnan(((const float *)in->x.data)[j])) {
                *min = fmin(*min, 0);
                *max = fmax(*max, 0);
            }
    }
}

static enum hs_status make_range(struct hs_range *range, struct hs_arena *arena, size_t n,
                                 struct hs_error *err)
{
    range->n = n;
    range->min = hs_arena_alloc(arena, n, sizeof *range->min);
    range->max = hs_arena_alloc(arena, n, sizeof *range->max);
    if (range->min == NULL || range->max == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu ranges", n);
    for (size_t i = 0; i < n; i++) {
        range->min[i] = (double)INFINITY;
        range->max[i] = -(double)INFINITY;
    }
    return HS_OK;
}

/* Running min and max over all batches (MinMaxObserver, PerChannelMinMaxObserver). */
static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    struct hs_range range = {.axis = config->axis, .block_size = config->block_size};
    enum hs_status st;

    for (size_t i = 0; i < n; i++) {
        struct hs_groups groups;
        struct hs_operand in;

        if (hs_tensor_count(batches[i]) == 0)
            continue; /* says nothing; an error only when all are so */
        if ((st = hs_groups_init(&groups, batches[i], config->axis, config->block_size, err)) !=
                HS_OK ||
            (st = hs_operand_init(&in, arena, batches[i], HS_PRECISION_TENSOR, &config->options,
                                  err)) != HS_OK ||
            (range.n == 0 && (st = make_range(&range, arena, groups.n, err)) != HS_OK))
            return st;
        if (groups.n != range.n)
            return hs_fail(err, HS_ESHAPE,
                           "batch %zu has %zu channels or blocks, the first one %zu", i, groups.n,
                           range.n);
        widen(&range, &in, &groups, config->options.nan == HS_NAN_ZERO);
        range.excluded += in.inf;
    }
    if (range.n == 0)
        return hs_fail(err, HS_ERANGE, "the tensor is empty, so it has no range; give data");
    for (size_t i = 0; i < range.n; i++)
        if (range.min[i] > range.max[i])
            return hs_fail(
                err, HS_ERANGE,
                "part %zu has no finite element, so it has no range; give data, or qparams of "
                "your own",
                i);
    *out = range;
    return HS_OK;
}

enum hs_status hs_observe_minmax(struct hs_range *out, struct hs_arena *arena,
                                 const struct hs_tensor *t, int axis, size_t block_size,
                                 const struct hs_quant_options *options, struct hs_error *err)
{
    struct hs_observer_config config = hs_observer_config_default();

    config.axis = axis;
    config.block_size = block_size;
    config.options = *options;
    return observe(out, arena, &t, 1, &config, err);
}

extern const struct hs_observer hs_observer_minmax;
const struct hs_observer hs_observer_minmax = {"minmax",
                                               "smallest and largest element of all batches",
                                               observe};
