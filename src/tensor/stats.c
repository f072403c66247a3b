#include "tensor/stats.h"

#include <math.h>
#include <string.h>

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

/* Extremes, sum and what is not finite. */
static void first_pass(struct hs_stats *r, struct sum *sum, const double *v, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i])) {
            if (r->nan + r->inf == 0)
                r->first_bad = from + i;
            r->nan += isnan(v[i]) != 0;
            r->inf += isnan(v[i]) == 0;
            continue;
        }
        if (from + i - r->nan - r->inf == 0)
            r->min = r->max = v[i];
        r->min = v[i] < r->min ? v[i] : r->min;
        r->max = v[i] > r->max ? v[i] : r->max;
        add(sum, v[i]);
    }
}

void hs_tensor_stats(struct hs_stats *out, const struct hs_tensor *t)
{
    struct hs_stats r = {.count = hs_tensor_count(t)};
    struct sum sum = {0}, squares = {0};
    double v[BLOCK];
    size_t finite;

    for (size_t i = 0; i < r.count; i += BLOCK) {
        size_t n = r.count - i < BLOCK ? r.count - i : BLOCK;

        hs_tensor_load(v, t, i, n);
        first_pass(&r, &sum, v, i, n);
    }
    finite = r.count - r.nan - r.inf;
    r.absmax = fmax(fabs(r.min), fabs(r.max));
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
    double per = (double)bins / (hi - lo);

    for (size_t i = 0; i < bins; i++)
        counts[i] = 0;
    for (size_t i = 0; i < count; i++) {
        double v = hs_tensor_get(t, i);

        if (v >= lo && v <= hi) {
            size_t bin = (size_t)((v - lo) * per);

            counts[bin < bins ? bin : bins - 1]++;
        }
    }
}
