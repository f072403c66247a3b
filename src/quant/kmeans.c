#include "quant/kmeans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "quant/clip.h"
#include "quant/schemes/common.h"

enum { MOST_BITS = 12 };

static const char *const init_names[] = {"linear", "density", "random"};

struct state {
    const double *v; // (n) sorted elements
    size_t n, k;
    double *c;     // (k) centroids, ascending
    size_t *start; // (k + 1) cluster j is v[start[j]] … v[start[j + 1] - 1]
};

struct hs_kmeans_config hs_kmeans_config_default(void)
{
    return (struct hs_kmeans_config){.bits = 4, .init = HS_KMEANS_LINEAR, .iterations = 100};
}

int hs_kmeans_init_find(const char *name)
{
    for (size_t i = 0; i < HS_COUNTOF(init_names); i++)
        if (strcmp(init_names[i], name) == 0)
            return (int)i;
    return -1;
}

/* Elements up to and including this go to the lower centroid. */
static double boundary(const double *c, size_t j)
{
    return c[j] / 2 + c[j + 1] / 2; /* the sum of two could overflow */
}

/* k elements of v without replacement, by a partial shuffle; more centroids than elements repeat
 * them. */
static enum hs_status draw(struct state *s, struct hs_arena *arena, uint64_t seed,
                           struct hs_error *err)
{
    struct hs_rng rng = hs_rng_seed(seed, 0);
    double *pool = hs_arena_alloc(arena, s->n, sizeof *pool);

    if (pool == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu elements", s->n);
    memcpy(pool, s->v, s->n * sizeof *pool);
    for (size_t j = 0; j < s->k; j++) {
        size_t from = j % s->n, left = s->n - from;
        size_t at = from + (size_t)(hs_rng_uniform(&rng) * (double)left);

        s->c[j] = pool[at];
        pool[at] = pool[from];
        pool[from] = s->c[j];
    }
    return HS_OK;
}

static enum hs_status begin(struct state *s, struct hs_arena *arena,
                            const struct hs_kmeans_config *config, struct hs_error *err)
{
    double lo = s->v[0], hi = s->v[s->n - 1], last = (double)(s->k - 1);

    if (config->init == HS_KMEANS_RANDOM) {
        enum hs_status st = draw(s, arena, config->seed, err);

        qsort(s->c, s->k, sizeof *s->c, hs_by_value);
        return st;
    }
    for (size_t j = 0; j < s->k; j++) {
        double at = (double)j / last;

        s->c[j] = config->init == HS_KMEANS_LINEAR
                      ? lo * (1 - at) + hi * at
                      : hs_percentile(s->v, s->n, 100 * ((double)j + 0.5) / (double)s->k);
    }
    return HS_OK;
}

/* Sets the clusters; true when they are as they were. */
static bool assign(struct state *s)
{
    bool same = true;
    size_t i = 0;

    for (size_t j = 0; j < s->k; j++) {
        same &= s->start[j] == i;
        s->start[j] = i;
        while (i < s->n && (j + 1 == s->k || s->v[i] <= boundary(s->c, j)))
            i++;
    }
    s->start[s->k] = s->n;
    return same;
}

/* The end of a cluster that lies farthest from its centroid leaves it; NaN when none is apart. */
static double take_farthest(const struct state *s, size_t *low, size_t *high)
{
    double most = 0, taken = (double)NAN;
    size_t at = 0;
    bool at_low = false;

    for (size_t j = 0; j < s->k; j++) {
        if (low[j] == high[j])
            continue;
        if (s->c[j] - s->v[low[j]] > most) {
            most = s->c[j] - s->v[low[j]];
            at = j;
            at_low = true;
        }
        if (s->v[high[j] - 1] - s->c[j] > most) {
            most = s->v[high[j] - 1] - s->c[j];
            at = j;
            at_low = false;
        }
    }
    if (most > 0)
        taken = at_low ? s->v[low[at]++] : s->v[--high[at]];
    return taken;
}

/* Centroids without elements move to where they help most. low and high: room for k each. */
static void fill_empty(struct state *s, size_t *low, size_t *high)
{
    for (size_t j = 0; j < s->k; j++) {
        low[j] = s->start[j];
        high[j] = s->start[j + 1];
    }
    for (size_t j = 0; j < s->k; j++) {
        double v;

        if (s->start[j] < s->start[j + 1])
            continue;
        v = take_farthest(s, low, high);
        if (isnan(v))
            break;
        s->c[j] = v;
    }
    qsort(s->c, s->k, sizeof *s->c, hs_by_value);
}

static void move_to_means(struct state *s)
{
    for (size_t j = 0; j < s->k; j++) {
        size_t count = s->start[j + 1] - s->start[j];
        double sum = 0, shift = s->c[j];

        for (size_t i = s->start[j]; i < s->start[j + 1]; i++)
            sum +=
                s->v[i] - shift; /* small terms: no overflow, and equal elements give themselves */
        if (count > 0)
            s->c[j] = fmin(fmax(shift + sum / (double)count, s->v[s->start[j]]),
                           s->v[s->start[j + 1] - 1]);
    }
}

static enum hs_status lloyd(struct hs_kmeans *out, struct state *s, struct hs_arena *arena,
                            size_t iterations, struct hs_error *err)
{
    size_t *room = hs_arena_alloc(arena, 2 * s->k, sizeof *room);

    if (room == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu centroids", s->k);
    memset(s->start, 0xff, (s->k + 1) * sizeof *s->start); /* unlike any assignment */
    while (out->converged = assign(s), !out->converged && out->iterations < iterations) {
        move_to_means(s);
        fill_empty(s, room, room + s->k);
        out->iterations++;
    }
    for (size_t j = 0; j < s->k; j++)
        out->empty += s->start[j] == s->start[j + 1];
    return HS_OK;
}

/* Codes by bisection of the boundaries, values and inertia. */
static enum hs_status encode(struct hs_kmeans *out, const struct state *s, struct hs_arena *arena,
                             const struct hs_tensor *x, int bits, struct hs_error *err)
{
    enum hs_dtype dtype = hs_dtype_for_bits(bits < 2 ? 2 : bits, false);
    enum hs_status st = hs_tensor_new(&out->codes, arena, dtype, x->ndim, x->shape, err);
    const double *v = x->data;

    if (st != HS_OK ||
        (st = hs_tensor_new(&out->values, arena, HS_FLOAT64, x->ndim, x->shape, err)) != HS_OK)
        return st;
    for (size_t i = 0; i < s->n; i++) {
        size_t lo = 0, hi = s->k - 1;

        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;

            if (v[i] <= boundary(s->c, mid))
                hi = mid;
            else
                lo = mid + 1;
        }
        hs_tensor_set(&out->codes, i, (double)lo);
        ((double *)out->values.data)[i] = s->c[lo];
        out->inertia += (v[i] - s->c[lo]) * (v[i] - s->c[lo]);
    }
    return HS_OK;
}

enum hs_status hs_kmeans(struct hs_kmeans *out, struct hs_arena *arena, const struct hs_tensor *t,
                         const struct hs_kmeans_config *config, struct hs_error *err)
{
    struct hs_kmeans result = {.inertia = 0};
    struct state s = {.n = hs_tensor_count(t)};
    struct hs_tensor x;
    double *sorted;
    enum hs_status st;

    if (config->bits < 1 || config->bits > MOST_BITS)
        return hs_fail(err, HS_EINVAL, "a codebook has 1 to %d bits, not %d", MOST_BITS,
                       config->bits);
    if (s.n == 0)
        return hs_fail(err, HS_ERANGE, "the tensor is empty, so it has no codebook; give data");
    s.k = (size_t)1 << config->bits;
    if ((st = hs_scheme_copy(&x, arena, t, err)) != HS_OK ||
        (st = hs_tensor_new(&result.centroids, arena, HS_FLOAT64, 1, &s.k, err)) != HS_OK)
        return st;
    s.c = result.centroids.data;
    s.start = hs_arena_alloc(arena, s.k + 1, sizeof *s.start);
    sorted = hs_arena_alloc(arena, s.n, sizeof *sorted);
    if (s.start == NULL || sorted == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu elements", s.n);
    memcpy(sorted, x.data, s.n * sizeof *sorted);
    qsort(sorted, s.n, sizeof *sorted, hs_by_value);
    s.v = sorted;
    if ((st = begin(&s, arena, config, err)) != HS_OK ||
        (st = lloyd(&result, &s, arena, config->iterations, err)) != HS_OK ||
        (st = encode(&result, &s, arena, &x, config->bits, err)) != HS_OK)
        return st;
    *out = result;
    return HS_OK;
}
