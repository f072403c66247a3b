/* Ranges from pictures of the training split, and bias correction. */
#include <string.h>

#include "nn/prepare.h"

static void switch_all(struct hs_model *m, bool off)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->layer[i].fake != NULL)
            m->layer[i].fake->off = off;
}

/* Activations that are kept for the observers at a time. Quantizers of a network that has more are
 * calibrated in groups, each with a pass of its own through the pictures. */
#define GATHER_MOST ((size_t)512 << 20)

struct calibration {
    struct hs_model *m;
    const struct hs_dataset_split *train;
    size_t n, batch, batches;
    struct hs_run run;
    struct hs_arena arena;
    struct hs_tensor *seen;        // (quantizers of the group, batches)
    const struct hs_tensor **list; // (batches)
    void (*progress)(void *payload, size_t done, size_t total);
    void *payload;
    size_t done, groups;
};

static bool sees(const struct hs_layer *l)
{
    return l->class == &hs_layer_fake_quantize && l->fake != NULL;
}

/* Pictures whose activations one quantizer may keep. */
static size_t kept(const struct calibration *c, const struct hs_layer *l)
{
    size_t most = GATHER_MOST / (hs_extent_count(l->in) * sizeof(float));

    return most < c->batch ? c->batch : most < c->n ? most : c->n;
}

/* The first layer behind the group that begins with layer `from`. */
static size_t group_end(const struct calibration *c, size_t from)
{
    size_t bytes = 0, i;

    for (i = from; i < c->m->n; i++) {
        const struct hs_layer *l = &c->m->layer[i];
        size_t more = sees(l) ? kept(c, l) * hs_extent_count(l->in) * sizeof(float) : 0;

        if (bytes > 0 && more > 0 && bytes + more > GATHER_MOST)
            break;
        bytes += more;
    }
    return i;
}

static enum hs_status make_room(struct calibration *c, struct hs_error *err)
{
    c->seen = hs_arena_alloc_zero(&c->arena, c->m->n * c->batches, sizeof *c->seen);
    c->list = hs_arena_alloc_zero(&c->arena, c->batches, sizeof *c->list);
    return c->seen != NULL && c->list != NULL
               ? HS_OK
               : hs_fail(err, HS_ENOMEM, "out of memory for %zu batches", c->batches);
}

static enum hs_status gather_batch(struct calibration *c, size_t b, size_t from, size_t to,
                                   struct hs_error *err)
{
    size_t first = b * c->batch, len = c->n - first < c->batch ? c->n - first : c->batch;
    struct hs_tensor part;
    enum hs_status st = hs_tensor_slice(&part, &c->train->images, 0, first, first + len, err);

    if (st != HS_OK)
        return st;
    hs_input_fill(c->run.y[0], &c->m->input, &part, NULL, len);
    hs_run_forward(&c->run, len, 0, to, false);
    for (size_t i = from; st == HS_OK && i < to; i++)
        if (sees(&c->m->layer[i]) && first + len <= kept(c, &c->m->layer[i]))
            st = hs_run_tensor(&c->seen[i * c->batches + b], &c->arena, &c->run, (int)i - 1, err);
    c->done += len;
    if (c->progress != NULL)
        c->progress(c->payload, c->done / c->groups, c->n);
    return st;
}

static enum hs_status set_range(struct calibration *c, size_t i, struct hs_error *err)
{
    struct hs_layer *l = &c->m->layer[i];
    struct hs_observer_config config = l->fake->spec.config;
    struct hs_range range;
    size_t n = 0;
    enum hs_status st;

    if (l->fake->weights)
        c->list[n++] = &l->param[0].value;
    else
        while (n < c->batches && c->seen[i * c->batches + n].data != NULL) {
            c->list[n] = &c->seen[i * c->batches + n];
            n++;
        }
    if (l->fake->n == 1)
        config.axis = -1;
    st = hs_observe(&range, &c->arena, l->fake->spec.observer, c->list, n, &config, err);
    if (st == HS_OK)
        st = hs_fake_set_range(l->fake, &range, err);
    if (st != HS_OK)
        hs_error_prefix(err, "calibrating %s", l->name);
    l->fake->seen = n;
    return st;
}

/* Pictures through the float layers, then the ranges of the quantizers in [from, to). They go on
 * to let values pass: later groups see what the float network gives, too. */
static enum hs_status calibrate_group(struct calibration *c, size_t from, size_t to,
                                      struct hs_error *err)
{
    struct hs_arena_mark mark = hs_arena_mark(&c->arena);
    enum hs_status st = make_room(c, err);

    for (size_t b = 0; st == HS_OK && b < c->batches; b++)
        st = gather_batch(c, b, from, to, err);
    for (size_t i = from; st == HS_OK && i < to; i++)
        if (c->m->layer[i].fake != NULL)
            st = set_range(c, i, err);
    hs_arena_reset(&c->arena, mark);
    return st;
}

static enum hs_status check_split(const struct hs_model *m, const struct hs_dataset_split *train,
                                  size_t *n, struct hs_error *err)
{
    size_t images = train->images.ndim > 0 ? train->images.shape[0] : 0;
    enum hs_status st = hs_input_check(&m->input, &train->images, err);

    if (st != HS_OK)
        return st;
    if (images == 0)
        return hs_fail(err, HS_EINVAL, "calibration wants at least one picture");
    *n = *n == 0 ? 1000 : *n;
    *n = *n < images ? *n : images;
    return HS_OK;
}

enum hs_status hs_calibrate(struct hs_model *m, const struct hs_dataset_split *train, size_t n,
                            size_t batch, struct hs_pool *pool,
                            void (*progress)(void *payload, size_t done, size_t total),
                            void *payload, struct hs_error *err)
{
    struct calibration c = {.m = m, .train = train, .progress = progress, .payload = payload};
    enum hs_status st;

    if (!hs_model_is_prepared(m))
        return hs_fail(err, HS_EINVAL,
                       "the model has no quantizers to calibrate; prepare it first");
    if ((st = check_split(m, train, &n, err)) != HS_OK)
        return st;
    c.n = n;
    c.batch = batch == 0 ? 100 : batch;
    c.batch = c.batch < n ? c.batch : n;
    c.batches = (n + c.batch - 1) / c.batch;
    for (size_t from = 0; from < m->n; from = group_end(&c, from))
        c.groups++;
    st = hs_run_begin(&c.run, m, pool, c.batch, false, err);
    switch_all(m, true);
    for (size_t from = 0; st == HS_OK && from < m->n; from = group_end(&c, from))
        st = calibrate_group(&c, from, group_end(&c, from), err);
    switch_all(m, false);
    hs_run_dispose(&c.run);
    hs_arena_dispose(&c.arena);
    return st;
}

/* ---- bias correction ---- */

/* Adds to sum[c] what layer i gives in a channel, over the batch that stands in run->y[i]. */
static void add_means(double *sum, struct hs_run *run, size_t i, double sign)
{
    const struct hs_layer *l = &run->model->layer[i];
    size_t pixels = l->out.h * l->out.w;
    const float *y = run->y[i + 1];

    hs_run_forward(run, run->n, i, i + 1, false);
    for (size_t c = 0; c < l->out.c; c++)
        for (size_t k = 0; k < run->n; k++)
            for (size_t p = 0; p < pixels; p++)
                sum[c] +=
                    sign *
                    (double)y[l->out_pictures ? (c * run->n + k) * pixels + p : k * l->out.c + c];
}

static enum hs_status correct_layer(struct hs_run *run, size_t i,
                                    const struct hs_dataset_split *train, size_t n,
                                    struct hs_error *err)
{
    struct hs_layer *l = &run->model->layer[i];
    struct hs_arena arena = HS_ARENA_INIT;
    double *sum = hs_arena_alloc_zero(&arena, l->out.c, sizeof *sum);
    double count = (double)n * (double)(l->out.h * l->out.w);
    float *bias = l->param[1].value.data;
    enum hs_status st = sum == NULL ? hs_fail(err, HS_ENOMEM, "out of memory") : HS_OK;

    for (size_t from = 0; st == HS_OK && from < n; from += run->most) {
        size_t len = n - from < run->most ? n - from : run->most;
        struct hs_tensor part;

        st = hs_tensor_slice(&part, &train->images, 0, from, from + len, err);
        if (st != HS_OK)
            break;
        hs_input_fill(run->y[0], &run->model->input, &part, NULL, len);
        hs_run_forward(run, len, 0, i, false);
        add_means(sum, run, i, 1);
        l->fake->off = true;
        add_means(sum, run, i, -1);
        l->fake->off = false;
    }
    for (size_t c = 0; st == HS_OK && c < l->out.c; c++)
        bias[c] = (float)((double)bias[c] - sum[c] / count);
    hs_arena_dispose(&arena);
    return st;
}

enum hs_status hs_bias_correct(struct hs_model *m, const struct hs_dataset_split *train, size_t n,
                               struct hs_pool *pool, struct hs_error *err)
{
    struct hs_run run;
    enum hs_status st = check_split(m, train, &n, err);

    if (st == HS_OK)
        st = hs_run_begin(&run, m, pool, n < 100 ? n : 100, false, err);
    if (st != HS_OK)
        return st;
    for (size_t i = 0; st == HS_OK && i < m->n; i++)
        if (m->layer[i].fake != NULL && m->layer[i].fake->weights && m->layer[i].has_bias)
            st = correct_layer(&run, i, train, n, err);
    hs_run_dispose(&run);
    return st;
}
