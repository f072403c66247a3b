#include <math.h>

#include "quant/gather.h"

/* Mean squared error of symmetric quantization to +-top steps of T/top. */
static double error_of(const double *v, size_t n, double threshold, double top)
{
    double s = threshold / top, sum = 0;

    for (size_t i = 0; i < n; i++) {
        double e = v[i] - fmin(fmax(rint(v[i] / s), -top), top) * s;

        sum += e * e;
    }
    return sum / (double)n;
}

/* T = max|x| i / grid for i = 1..grid; the first smallest error wins. The range is cut to the data,
 * which leaves max|x| = T. */
static void search(double *min, double *max, double *v, size_t n,
                   const struct hs_observer_config *config)
{
    int bits = config->target.bits != 0 ? config->target.bits : hs_dtype_bits(config->target.dtype);
    double top = ldexp(1, bits - 1) - 1, absmax = fmax(fabs(*min), fabs(*max)),
           best = (double)INFINITY, at = absmax;

    if (absmax <= 0)
        return;
    for (size_t i = 1; i <= config->grid; i++) {
        double threshold = absmax * (double)i / (double)config->grid, e;

        if (threshold / top <= 0) /* underflow: no step */
            continue;
        e = error_of(v, n, threshold, top);
        if (e < best) {
            best = e;
            at = threshold;
        }
    }
    *min = fmax(*min, -at);
    *max = fmin(*max, at);
}

static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    int64_t qmin, qmax;
    enum hs_status st = hs_qtarget_range(&qmin, &qmax, &config->target, &config->options, err);

    if (st != HS_OK)
        return st;
    if (config->grid < 1 || config->grid > 100000)
        return hs_fail(err, HS_EINVAL, "grid %zu must be 1 to 100,000 candidates", config->grid);
    return hs_gather_ranges(out, arena, batches, n, config, search, err);
}

extern const struct hs_observer hs_observer_mse;
const struct hs_observer hs_observer_mse = {
    "mse", "the threshold of a grid whose codes lose least, as the mean of squares", observe};
