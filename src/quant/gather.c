#include "quant/gather.h"

#include <math.h>

#include "quant/groups.h"
#include "quant/operand.h"

static enum hs_status make_pool(struct hs_gathered *p, struct hs_arena *arena,
                                const struct hs_tensor *const *batches, size_t n,
                                const struct hs_observer_config *config, struct hs_error *err)
{
    struct hs_groups groups;
    struct hs_group_run run;
    size_t total = 0, at = 0;
    enum hs_status st;

    for (size_t b = 0; b < n; b++) {
        if ((st = hs_groups_init(&groups, batches[b], config->axis, config->block_size, err)) !=
            HS_OK)
            return st;
        if (p->start == NULL) {
            p->groups = groups.n;
            p->start = hs_arena_alloc_zero(arena, groups.n, sizeof *p->start);
            p->used = hs_arena_alloc_zero(arena, groups.n, sizeof *p->used);
            if (p->start == NULL || p->used == NULL)
                return hs_fail(err, HS_ENOMEM, "out of memory for %zu groups", groups.n);
        }
        for (size_t i = 0; i < groups.count; i = run.from + run.len) {
            run = hs_groups_run(&groups, i);
            p->start[run.group] += run.len; /* how many, for now */
        }
        total += groups.count;
    }
    for (size_t g = 0; g < p->groups; g++) {
        size_t count = p->start[g];

        p->start[g] = at;
        at += count;
    }
    p->values = hs_arena_alloc(arena, total, sizeof *p->values);
    return p->values != NULL ? HS_OK
                             : hs_fail(err, HS_ENOMEM, "out of memory for %zu elements", total);
}

static enum hs_status fill(struct hs_gathered *p, struct hs_arena *arena, const struct hs_tensor *t,
                           const struct hs_observer_config *config, struct hs_error *err)
{
    bool nan_is_zero = config->options.nan == HS_NAN_ZERO;
    struct hs_groups groups;
    struct hs_group_run run;
    struct hs_operand in;
    enum hs_status st;

    if ((st = hs_groups_init(&groups, t, config->axis, config->block_size, err)) != HS_OK ||
        (st = hs_operand_init(&in, arena, t, HS_PRECISION_F64, &config->options, err)) != HS_OK)
        return st;
    for (size_t i = 0; i < groups.count; i = run.from + run.len) {
        run = hs_groups_run(&groups, i);
        for (size_t j = i; j < i + run.len; j++) {
            double v = ((const double *)in.x.data)[j];

            if (isfinite(v) || (isnan(v) && nan_is_zero))
                p->values[p->start[run.group] + p->used[run.group]++] = isnan(v) ? 0 : v;
        }
    }
    return HS_OK;
}

enum hs_status hs_gather(struct hs_gathered *out, struct hs_range *range, struct hs_arena *arena,
                         const struct hs_tensor *const *batches, size_t n,
                         const struct hs_observer_config *config, struct hs_error *err)
{
    struct hs_gathered p = {.groups = 0};
    enum hs_status st;

    /* minmax judges the data first: empty tensors, NaN, batches that do not fit */
    if ((st = hs_observer_find("minmax")->observe(range, arena, batches, n, config, err)) !=
            HS_OK ||
        (st = make_pool(&p, arena, batches, n, config, err)) != HS_OK)
        return st;
    for (size_t b = 0; b < n; b++)
        if ((st = fill(&p, arena, batches[b], config, err)) != HS_OK)
            return st;
    *out = p;
    return HS_OK;
}

enum hs_status hs_gather_ranges(struct hs_range *out, struct hs_arena *arena,
                                const struct hs_tensor *const *batches, size_t n,
                                const struct hs_observer_config *config, hs_group_range_fn *fn,
                                struct hs_error *err)
{
    struct hs_gathered p;
    struct hs_range range;
    enum hs_status st = hs_gather(&p, &range, arena, batches, n, config, err);

    if (st != HS_OK)
        return st;
    for (size_t g = 0; g < p.groups; g++)
        fn(&range.min[g], &range.max[g], p.values + p.start[g], p.used[g], config);
    *out = range;
    return HS_OK;
}
