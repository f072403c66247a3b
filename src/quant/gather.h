/* For observers that need all elements of a group at once (percentile, sigma, mse, entropy,
 * histogram): the finite ones of all batches, group by group, as doubles. */
#ifndef HS_QUANT_GATHER_H
#define HS_QUANT_GATHER_H

#include "quant/observer.h"

/* Elements of group g: values[start[g]] … values[start[g] + used[g] - 1], in C order of the
 * batches. Everything lives in the arena. */
struct hs_gathered {
    double *values;
    size_t *start, *used; // (groups)
    size_t groups;
};

/* Also gives the smallest and largest element of each group in `range`. Errors: those of
 * hs_observe_minmax(). */
HS_MUST_USE enum hs_status hs_gather(struct hs_gathered *out, struct hs_range *range,
                                     struct hs_arena *arena, const struct hs_tensor *const *batches,
                                     size_t n, const struct hs_observer_config *config,
                                     struct hs_error *err);

/* min and max of a group from its n >= 1 elements, which it may reorder. On entry they are the
 * data's own. */
typedef void hs_group_range_fn(double *min, double *max, double *v, size_t n,
                               const struct hs_observer_config *config);

/* Gathers and calls fn for each group. */
HS_MUST_USE enum hs_status hs_gather_ranges(struct hs_range *out, struct hs_arena *arena,
                                            const struct hs_tensor *const *batches, size_t n,
                                            const struct hs_observer_config *config,
                                            hs_group_range_fn *fn, struct hs_error *err);

#endif
