#include "tensor/stats.h"

#include <math.h>

struct sum {
    double value, lost; /* Neumaier: what the additions have rounded away */
};

static void add(struct sum *s, double v)
{
    double t = s->value + v;

    s->lost += fabs(s->value) >= fabs(v) ? s->value - t + v : v - t + s->value;
    s->value = t;
}

static double total(const struct sum *s)
{
    return s->value + s->lost;
}

enum { BLOCK = 1024 };

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* Extremes of finite numbers; false, and nothing of use, when one of them is not finite. Four
 * lanes, because each comparison waits for the one before it. */
static bool finite_extremes(double *min, double *max, const double *v, size_t n)
{
    double lo[4] = {*min, *min, *min, *min}, hi[4] = {*max, *max, *max, *max}, bad[4] = {0};
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) {
            lo[k] = lesser(v[i + (size_t)k], lo[k]);
            hi[k] = greater(v[i + (size_t)k], hi[k]);
            bad[k] += v[i + (size_t)k] - v[i + (size_t)k]; /* NaN for what is not finite */
        }
    for (; i < n; i++) {
        lo[0] = lesser(v[i], lo[0]);
        hi[0] = greater(v[i], hi[0]);
        bad[0] += v[i] - v[i];
    }
    *min = lesser(lesser(lo[0], lo[1]), lesser(lo[2], lo[3]));
    *max = greater(greater(hi[0], hi[1]), greater(hi[2], hi[3]));
    return !isnan(bad[0] + bad[1] + bad[2] + bad[3]);
}

/* Elements from … on, of which some may not be finite; their number is not yet in r->count. */
static void widen(struct hs_stats *r, const double *v, size_t from, size_t n)
{
    bool none = r->count == r->nan + r->inf;
    double min = none ? (double)INFINITY : r->min, max = none ? -(double)INFINITY : r->max,
           lo = min, hi = max;

    if (!finite_extremes(&lo, &hi, v, n)) {
        lo = min;
        hi = max;
        for (size_t i = 0; i < n; i++) {
            if (isfinite(v[i])) {
                lo = lesser(v[i], lo);
                hi = greater(v[i], hi);
                continue;
            }
            if (r->nan + r->inf == 0)
                r->first_bad = from + i;
            r->nan += isnan(v[i]) != 0;
            r->inf += isnan(v[i]) == 0;
        }
    }
    r->count += n;
    if (lo <= hi) {
        r->min = lo;
        r->max = hi;
    }
}

void hs_tensor_extremes(struct hs_stats *out, const struct hs_tensor *t)
{
    struct hs_stats r = {0};
    size_t count = hs_tensor_count(t);
    double v[BLOCK];

    for (size_t i = 0; i < count; i += BLOCK) {
        size_t n = count - i < BLOCK ? count - i : BLOCK;

        hs_tensor_load(v, t, i, n);
        widen(&r, v, i, n);
    }
    r.absmax = fmax(fabs(r.min), fabs(r.max));
    *out = r;
}

void hs_tensor_stats(struct hs_stats *out, const struct hs_tensor *t)
{
    struct hs_stats r;
    struct sum sum = {0}, squares = {0};
    double v[BLOCK];
    size_t finite;

    hs_tensor_extremes(&r, t);
    finite = r.count - r.nan - r.inf;
    for (size_t i = 0; i < r.count; i += BLOCK) {
        size_t n = r.count - i < BLOCK ? r.count - i : BLOCK;

        hs_tensor_load(v, t, i, n);
        for (size_t j = 0; j < n; j++)
            if (isfinite(v[j]))
                add(&sum, v[j]);
    }
    r.mean = finite != 0 ? total(&sum) / (double)finite : 0;
    for (size_t i = 0; i < r.count; i += BLOCK) {
        size_t n = r.count - i < BLOCK ? r.count - i : BLOCK;

        hs_tensor_load(v, t, i, n);
        for (size_t j = 0; j < n; j++)
            if (isfinite(v[j]))
                add(&squares, (v[j] - r.mean) * (v[j] - r.mean));
    }
    r.std = finite != 0 ? sqrt(total(&squares) / (double)finite) : 0;
    *out = r;
}

void hs_tensor_histogram(size_t *counts, size_t bins, const struct hs_tensor *t, double lo,
                         double hi)
{
    size_t count = hs_tensor_count(t);
    double v[BLOCK], half = isfinite(hi - lo) ? 1 : 0.5, /* the ends of the doubles are far apart */
        from_lo = lo * half, per = (double)bins / (hi * half - from_lo);

    for (size_t i = 0; i < bins; i++)
        counts[i] = 0;
    for (size_t from = 0; from < count; from += BLOCK) {
        size_t n = count - from < BLOCK ? count - from : BLOCK;

        hs_tensor_load(v, t, from, n);
        for (size_t i = 0; i < n; i++)
            if (v[i] >= lo && v[i] <= hi) {
                size_t bin = (size_t)((v[i] * half - from_lo) * per);

                counts[bin < bins ? bin : bins - 1]++;
            }
    }
}
