#include "quant/clip.h"
#include "quant/gather.h"

static void cut(double *min, double *max, double *v, size_t n,
                const struct hs_observer_config *config)
{
    *min = hs_percentile_unsorted(v, n, 100 - config->percentile);
    *max = hs_percentile_unsorted(v, n, config->percentile);
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
