#include <math.h>

#include "quant/clip.h"
#include "quant/gather.h"

/* T = max|x| i / grid for i = 1..grid; the first smallest error wins. The range is cut to the data,
 * which leaves max|x| = T. */
static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    int bits = config->target.bits != 0 ? config->target.bits : hs_dtype_bits(config->target.dtype);
    int64_t qmin, qmax;
    struct hs_gathered p;
    struct hs_range range;
    double *errors;
    enum hs_status st = hs_qtarget_range(&qmin, &qmax, &config->target, &config->options, err);

    if (st != HS_OK)
        return st;
    if (config->grid < 1 || config->grid > 100000)
        return hs_fail(err, HS_EINVAL, "grid %zu must be 1 to 100,000 candidates", config->grid);
    if ((st = hs_gather(&p, &range, arena, batches, n, config, err)) != HS_OK)
        return st;
    errors = hs_arena_alloc(arena, config->grid, sizeof *errors);
    if (errors == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu candidates", config->grid);
    for (size_t g = 0; g < p.groups; g++) {
        double absmax = fmax(fabs(range.min[g]), fabs(range.max[g])), t;
        size_t best = hs_mse_curve(errors, p.values + p.start[g], p.used[g], bits, config->grid);

        t = best > 0 ? absmax * (double)best / (double)config->grid : absmax;
        range.min[g] = fmax(range.min[g], -t);
        range.max[g] = fmin(range.max[g], t);
    }
    *out = range;
    return HS_OK;
}

extern const struct hs_observer hs_observer_mse;
const struct hs_observer hs_observer_mse = {
    "mse", "the threshold of a grid whose codes lose least, as the mean of squares", observe};
