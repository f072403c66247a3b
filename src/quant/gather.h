/* For observers that need all elements of a group at once (percentile, sigma, mse): the finite ones
 * of all batches, group by group, as doubles. */
#ifndef HS_QUANT_GATHER_H
#define HS_QUANT_GATHER_H

#include "quant/observer.h"

/* min and max of a group from its n >= 1 elements, which it may reorder. */
typedef void hs_group_range_fn(double *min, double *max, double *v, size_t n,
                               const struct hs_observer_config *config);

/* Calls fn for each group. Errors: those of hs_observe_minmax(). */
HS_MUST_USE enum hs_status hs_gather_ranges(struct hs_range *out, struct hs_arena *arena,
                                            const struct hs_tensor *const *batches, size_t n,
                                            const struct hs_observer_config *config,
                                            hs_group_range_fn *fn, struct hs_error *err);

#endif
