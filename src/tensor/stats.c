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

void hs_tensor_stats(struct hs_stats *out, const struct hs_tensor *t)
{
    struct hs_stats r = {.count = hs_tensor_count(t)};
    struct sum sum = {0}, squares = {0};
    bool dense = hs_tensor_is_contiguous(t);
    size_t size = hs_dtype_size(t->dtype), finite;

    for (size_t i = 0; i < r.count; i++) {
        const char *p = dense ? (const char *)t->data + i * size : hs_tensor_at(t, i);
        double v = hs_dtype_load(t->dtype, p);

        if (!isfinite(v)) {
            if (r.nan + r.inf == 0)
                r.first_bad = i;
            r.nan += isnan(v) != 0;
            r.inf += isnan(v) == 0;
            continue;
        }
        if (i - r.nan - r.inf == 0)
            r.min = r.max = v;
        r.min = v < r.min ? v : r.min;
        r.max = v > r.max ? v : r.max;
        add(&sum, v);
    }
    finite = r.count - r.nan - r.inf;
    r.absmax = fmax(fabs(r.min), fabs(r.max));
    r.mean = finite != 0 ? total(&sum) / (double)finite : 0;
    for (size_t i = 0; i < r.count; i++) {
        double v = hs_dtype_load(t->dtype, dense ? (const char *)t->data + i * size : hs_tensor_at(t, i));

        if (isfinite(v))
            add(&squares, (v - r.mean) * (v - r.mean));
    }
    r.std = finite != 0 ? sqrt(total(&squares) / (double)finite) : 0;
    *out = r;
}

void hs_tensor_histogram(size_t *counts, size_t bins, const struct hs_tensor *t, double lo, double hi)
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
