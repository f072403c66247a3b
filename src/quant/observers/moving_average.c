#include <math.h>

#include "quant/observer.h"

/* v += c (batch - v), each step in float32 as the tensors are (MovingAverageMinMaxObserver); in
 * float64 for tensors that are computed so. */
static double step(double v, double batch, double c, bool wide)
{
    float difference = (float)batch - (float)v, part = difference * (float)c;

    return wide ? v + c * (batch - v) : (double)((float)v + part);
}

static bool is_wide(const struct hs_tensor *t, const struct hs_quant_options *o)
{
    return o->precision == HS_PRECISION_F64 ||
           (o->precision == HS_PRECISION_TENSOR && t->dtype == HS_FLOAT64);
}

static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    struct hs_range range = {.n = 0}, next;
    enum hs_status st;

    if (!(config->averaging_constant > 0 && config->averaging_constant <= 1))
        return hs_fail(err, HS_EINVAL, "averaging_constant %g must be above 0 and at most 1",
                       config->averaging_constant);
    for (size_t b = 0; b < n; b++) {
        bool wide = is_wide(batches[b], &config->options);

        if (hs_tensor_count(batches[b]) == 0 && (b + 1 < n || range.n > 0))
            continue;
        st = hs_observe_minmax(&next, arena, batches[b], config->axis, config->block_size,
                               &config->options, err);
        if (st != HS_OK)
            return st;
        if (range.n == 0) { /* the first batch sets the range */
            range = next;
            continue;
        }
        if (next.n != range.n)
            return hs_fail(err, HS_ESHAPE,
                           "batch %zu has %zu channels or blocks, the first one %zu", b, next.n,
                           range.n);
        for (size_t i = 0; i < range.n; i++) {
            range.min[i] = step(range.min[i], next.min[i], config->averaging_constant, wide);
            range.max[i] = step(range.max[i], next.max[i], config->averaging_constant, wide);
        }
        range.excluded += next.excluded;
    }
    *out = range;
    return HS_OK;
}

extern const struct hs_observer hs_observer_moving_average;
const struct hs_observer hs_observer_moving_average = {
    "moving_average",
    "the first batch's min and max, then moved towards each batch's by averaging_constant",
    observe};
