#include <math.h>

#include "quant/clip.h"
#include "quant/gather.h"
#include "quant/histogram.h"

static enum hs_status check(const struct hs_observer_config *config, struct hs_error *err)
{
    if (config->bins < HS_HISTOGRAM_LEAST_BINS || config->bins > HS_HISTOGRAM_MOST_BINS)
        return hs_fail(err, HS_EINVAL, "bins %zu must be %d to %d", config->bins,
                       HS_HISTOGRAM_LEAST_BINS, HS_HISTOGRAM_MOST_BINS);
    if (config->levels < 1 || config->levels > config->bins)
        return hs_fail(err, HS_EINVAL, "levels %zu must be 1 to the number of bins, %zu",
                       config->levels, config->bins);
    return HS_OK;
}

static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    struct hs_gathered p;
    struct hs_range range;
    double *counts, *q, *divergence;
    enum hs_status st = check(config, err);

    if (st != HS_OK || (st = hs_gather(&p, &range, arena, batches, n, config, err)) != HS_OK)
        return st;
    counts = hs_arena_alloc(arena, config->bins, sizeof *counts);
    q = hs_arena_alloc(arena, config->bins, sizeof *q);
    divergence = hs_arena_alloc(arena, config->bins - config->levels + 1, sizeof *divergence);
    if (counts == NULL || q == NULL || divergence == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu bins", config->bins);
    for (size_t g = 0; g < p.groups; g++) {
        double absmax = fmax(fabs(range.min[g]), fabs(range.max[g])), t;

        if (absmax <= 0)
            continue;
        hs_entropy_histogram(counts, config->bins, p.values + p.start[g], p.used[g], absmax);
        t = ((double)hs_entropy_curve(divergence, q, counts, config->bins, config->levels) + 0.5) *
            (absmax / (double)config->bins);
        range.min[g] =
            fmax(range.min[g], -t); /* half a bin past the last one: never past the data */
        range.max[g] = fmin(range.max[g], t);
    }
    *out = range;
    return HS_OK;
}

extern const struct hs_observer hs_observer_entropy;
const struct hs_observer hs_observer_entropy = {
    "entropy",
    "the threshold whose codes of `levels` levels tell least from the histogram (Kullback-Leibler)",
    observe};
