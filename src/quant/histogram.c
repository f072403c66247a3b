#include "quant/histogram.h"

#include <math.h>
#include <string.h>

/* Each bin is cut into this many parts before two histograms are merged. */
enum { UPSAMPLE = 128 };

enum { BLOCK = 8 }; /* floats of an AVX2 register */

static const double most_positions = 0x1p40; /* of the merged grid; exact in float and int64 */

enum hs_status hs_histogram_init(struct hs_histogram *h, struct hs_arena *arena, size_t bins,
                                 struct hs_error *err)
{
    if (bins < HS_HISTOGRAM_LEAST_BINS || bins > HS_HISTOGRAM_MOST_BINS)
        return hs_fail(err, HS_EINVAL, "bins %zu must be %d to %d", bins, HS_HISTOGRAM_LEAST_BINS,
                       HS_HISTOGRAM_MOST_BINS);
    h->counts = hs_arena_alloc_zero(arena, bins, sizeof *h->counts);
    if (h->counts == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu bins", bins);
    h->bins = bins;
    h->min = INFINITY;
    h->max = -INFINITY;
    return HS_OK;
}

static void ends_of(float *min, float *max, const float *x, size_t n)
{
    *min = INFINITY;
    *max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        *min = x[i] < *min ? x[i] : *min;
        *max = x[i] > *max ? x[i] : *max;
    }
}

/* The last of the bins + 1 edges as torch.linspace's AVX2 kernel computes it: blocks of 8 begin
 * with a fused element from the upper end, and come in pairs; what is left over is exact. It may
 * miss `hi` by an ulp, and elements above it are not counted. */
static float last_edge(float lo, float hi, size_t bins)
{
    float step = (hi - lo) / (float)bins, back = (float)(BLOCK - 1);

    return (bins + 1) % (2 * BLOCK) != 0 ? hi : fmaf(-step, back, hi) + step * back;
}

/* torch.histc(x, bins, int(lo), int(hi)). Counts are kept as doubles: as floats they would stop at
 * 2^24. */
static enum hs_status count(float *counts, size_t bins, struct hs_arena *arena, const float *x,
                            size_t n, float lo, float hi, struct hs_error *err)
{
    double *whole = hs_arena_alloc_zero(arena, bins, sizeof *whole);
    float end;

    if (whole == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu bins", bins);
    lo = truncf(lo);
    hi = truncf(hi);
    if (lo == hi)
        ends_of(&lo, &hi, x, n);
    if (lo == hi) {
        lo -= 1;
        hi += 1;
    }
    end = last_edge(lo, hi, bins);
    for (size_t i = 0; i < n; i++) {
        float at = (x[i] - lo) / (end - lo) * (float)bins;

        if (x[i] >= lo && x[i] <= end)
            whole[at < (float)bins ? (size_t)at : bins - 1]++; /* the last bin holds its end */
    }
    for (size_t i = 0; i < bins; i++)
        counts[i] = (float)whole[i];
    return HS_OK;
}

/* Where the old histogram lies on the grid of the merged one. */
struct grid {
    float min, max;
    int64_t downsample; /* parts to a bin of the merged histogram */
    int64_t start;      /* first part of the old histogram */
};

static enum hs_status make_grid(struct grid *g, const struct hs_histogram *h, float min, float max,
                                struct hs_error *err)
{
    float part = (h->max - h->min) / (float)(h->bins * UPSAMPLE), span = (float)h->bins * part,
          downsample = ceilf((max - min) / span), start = rintf((h->min - min) / part);
    int64_t last;

    if (!((double)downsample * (double)h->bins < most_positions && isfinite(start)))
        return hs_fail(
            err, HS_ERANGE,
            "the batches so far span %g, the next one %g: no histogram of %zu bins holds "
            "both; use the observer minmax, or other data first",
            (double)(h->max - h->min), (double)(max - min), h->bins);
    g->min = min;
    g->max = max + (downsample * span - (max - min));
    g->downsample = (int64_t)downsample;
    g->start = (int64_t)start;
    /* Rounding can push the old histogram past the end of the grid, where torch stops with a shape
     * error. */
    last = (int64_t)h->bins * (g->downsample - UPSAMPLE);
    if (g->start > last)
        g->start = last < 0 ? 0 : last;
    return HS_OK;
}

/* counts += the old histogram spread on the new grid: differences of its integral at the ends of
 * the new bins. torch keeps the integral in float64 but what it subtracts in float32. */
static void merge(float *counts, const struct hs_histogram *old, const struct grid *g)
{
    int64_t parts = (int64_t)old->bins * UPSAMPLE, next = g->downsample - g->start, i = 0;
    double integral = 0, before = 0;

    for (size_t bin = 0; bin < old->bins; bin++, next += g->downsample) {
        for (; i < parts && i < next; i++)
            integral += (double)old->counts[i / UPSAMPLE];
        counts[bin] += (float)((integral - before) / UPSAMPLE);
        before = (double)(float)integral;
    }
}

static enum hs_status add_further(struct hs_histogram *h, struct hs_arena *arena, float *counts,
                                  const float *x, size_t n, float min, float max,
                                  struct hs_error *err)
{
    struct grid g = {.start = 0};
    enum hs_status st = make_grid(&g, h, fminf(min, h->min), fmaxf(max, h->max), err);

    if (st != HS_OK || (st = count(counts, h->bins, arena, x, n, g.min, g.max, err)) != HS_OK)
        return st;
    if (g.min == h->min && g.max == h->max)
        for (size_t i = 0; i < h->bins; i++)
            counts[i] += h->counts[i];
    else
        merge(counts, h, &g);
    h->min = g.min;
    h->max = g.max;
    return HS_OK;
}

enum hs_status hs_histogram_add(struct hs_histogram *h, struct hs_arena *arena, const float *x,
                                size_t n, struct hs_error *err)
{
    struct hs_arena_mark mark = hs_arena_mark(arena);
    enum hs_status st;
    float min, max, *counts;

    if (n == 0)
        return HS_OK;
    ends_of(&min, &max, x, n);
    counts = hs_arena_alloc(arena, h->bins, sizeof *counts);
    if (counts == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu bins", h->bins);
    if (h->min >= h->max) { /* nothing yet, or nothing with a width */
        st = count(counts, h->bins, arena, x, n, min, max, err);
        if (st == HS_OK) {
            h->min = min;
            h->max = max;
        }
    } else {
        st = add_further(h, arena, counts, x, n, min, max, err);
    }
    if (st == HS_OK)
        memcpy(h->counts, counts, h->bins * sizeof *counts);
    hs_arena_reset(arena, mark);
    return st;
}
