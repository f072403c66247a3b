#include <math.h>
#include <stdlib.h>

#include "quant/gather.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Linear between the neighbours of position (n - 1) p / 100 of the sorted elements (numpy's
 * default). */
static double percentile(const double *sorted, size_t n, double p)
{
    double h = (double)(n - 1) * p / 100, low = floor(h);
    size_t i = (size_t)low;

    return i + 1 < n ? sorted[i] + (h - low) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static void cut(double *min, double *max, double *v, size_t n,
                const struct hs_observer_config *config)
{
    qsort(v, n, sizeof *v, by_value);
    *min = percentile(v, n, 100 - config->percentile);
    *max = percentile(v, n, config->percentile);
}

static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    if (!(config->percentile >= 50 && config->percentile <= 100))
        return hs_fail(err, HS_EINVAL, "percentile %g must be 50 to 100", config->percentile);
    return hs_gather_ranges(out, arena, batches, n, config, cut, err);
}

extern const struct hs_observer hs_observer_percentile;
const struct hs_observer hs_observer_percentile = {
    "percentile", "from the (100 - percentile)th to the percentile-th percentile of the elements",
    observe};
