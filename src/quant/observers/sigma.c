#include <math.h>

#include "quant/gather.h"

/* mean -+ n_std standard deviations (of the population). Mind that it may reach past the data:
 * clip_to_data. */
static void spread(double *min, double *max, double *v, size_t n,
                   const struct hs_observer_config *config)
{
    double sum = 0, mean, squares = 0, width;

    for (size_t i = 0; i < n; i++)
        sum += v[i];
    mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (v[i] - mean) * (v[i] - mean);
    width = config->n_std * sqrt(squares / (double)n);
    *min = config->clip_to_data ? fmax(*min, mean - width)
                                : mean - width; /* *min, *max: the data's own */
    *max = config->clip_to_data ? fmin(*max, mean + width) : mean + width;
}

static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    if (!(config->n_std > 0) || isinf(config->n_std))
        return hs_fail(err, HS_EINVAL, "n_std %g must be above 0 and finite", config->n_std);
    return hs_gather_ranges(out, arena, batches, n, config, spread, err);
}

extern const struct hs_observer hs_observer_sigma;
const struct hs_observer hs_observer_sigma = {"sigma",
                                              "n_std standard deviations on both sides of the mean",
                                              observe};
