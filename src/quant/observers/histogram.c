#include <math.h>

#include "quant/gather.h"
#include "quant/histogram.h"

/* One histogram a group. */
static enum hs_status add_batch(struct hs_histogram *h, struct hs_arena *arena,
                                const struct hs_tensor *batch,
                                const struct hs_observer_config *config, struct hs_error *err)
{
    struct hs_gathered p;
    struct hs_range unused;
    enum hs_status st = hs_gather(&p, &unused, arena, &batch, 1, config, err);

    for (size_t g = 0; st == HS_OK && g < p.groups; g++) {
        float *x = hs_arena_alloc(arena, p.used[g], sizeof *x);

        if (x == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory for %zu elements", p.used[g]);
        for (size_t i = 0; i < p.used[g]; i++)
            if (isinf(x[i] = (float)p.values[p.start[g] + i]))
                return hs_fail(err, HS_ERANGE,
                               "an element of %g is too large for float32, in which the histogram "
                               "of PyTorch is kept; use the observer minmax",
                               p.values[p.start[g] + i]);
        st = hs_histogram_add(&h[g], arena, x, p.used[g], err);
    }
    return st;
}

static enum hs_status observe(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    int bits = config->target.bits != 0 ? config->target.bits : hs_dtype_bits(config->target.dtype);
    struct hs_histogram *h;
    struct hs_range range;
    int64_t qmin, qmax;
    enum hs_status st = hs_qtarget_range(&qmin, &qmax, &config->target, &config->options, err);

    /* the plain range says how many groups there are, and what is wrong with the data */
    if (st != HS_OK ||
        (st = hs_observer_find("minmax")->observe(&range, arena, batches, n, config, err)) != HS_OK)
        return st;
    h = hs_arena_alloc(arena, range.n, sizeof *h);
    if (h == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu histograms", range.n);
    for (size_t g = 0; g < range.n; g++)
        if ((st = hs_histogram_init(&h[g], arena, config->bins, err)) != HS_OK)
            return st;
    for (size_t b = 0; b < n; b++)
        if (hs_tensor_count(batches[b]) > 0 &&
            (st = add_batch(h, arena, batches[b], config, err)) != HS_OK)
            return st;
    for (size_t g = 0; g < range.n; g++) {
        float min, max;

        st = hs_histogram_search(&min, &max, arena, &h[g], (size_t)1 << bits, err);
        if (st != HS_OK)
            return st;
        range.min[g] = (double)min;
        range.max[g] = (double)max;
    }
    *out = range;
    return HS_OK;
}

extern const struct hs_observer hs_observer_histogram;
const struct hs_observer hs_observer_histogram = {
    "histogram",
    "PyTorch 1.13's: a histogram of bins, its ends cut while the squared error of the codes "
    "shrinks",
    observe};
