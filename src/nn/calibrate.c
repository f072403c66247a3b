/* Ranges from pictures of the training split, and bias correction. */
#include <string.h>

#include "nn/prepare.h"

enum { GATHER_MOST = 1 << 30 }; /* bytes of activations that are kept for the observers */

static void switch_all(struct hs_model *m, bool off)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->layer[i].fake != NULL)
            m->layer[i].fake->off = off;
}

/* What one quantizer sees: a tensor a batch. */
struct seen {
    struct hs_tensor *batch;       // (n)
    const struct hs_tensor **list; // (n)
};

struct calibration {
    struct hs_model *m;
    struct hs_run run;
    struct hs_arena arena;
    struct seen *seen; // (m->n)
    size_t batches;
};

static size_t bytes_a_picture(const struct hs_model *m)
{
    size_t sum = 0;

    for (size_t i = 0; i < m->n; i++)
        if (m->layer[i].class == &hs_layer_fake_quantize)
            sum += hs_extent_count(m->layer[i].in) * sizeof(float);
    return sum == 0 ? 1 : sum;
}

static bool make_room(struct calibration *c)
{
    c->seen = hs_arena_alloc_zero(&c->arena, c->m->n, sizeof *c->seen);
    for (size_t i = 0; c->seen != NULL && i < c->m->n; i++) {
        c->seen[i].batch = hs_arena_alloc_zero(&c->arena, c->batches, sizeof *c->seen[i].batch);
        c->seen[i].list = hs_arena_alloc_zero(&c->arena, c->batches, sizeof *c->seen[i].list);
        if (c->seen[i].batch == NULL || c->seen[i].list == NULL)
            return false;
    }
    return c->seen != NULL;
}

static enum hs_status gather(struct calibration *c, size_t batch, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < c->m->n; i++) {
        if (c->m->layer[i].class != &hs_layer_fake_quantize || c->m->layer[i].fake == NULL)
            continue;
        st = hs_run_tensor(&c->seen[i].batch[batch], &c->arena, &c->run, (int)i - 1, err);
        c->seen[i].list[batch] = &c->seen[i].batch[batch];
    }
    return st;
}

static enum hs_status set_ranges(struct calibration *c, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < c->m->n; i++) {
        struct hs_layer *l = &c->m->layer[i];
        const struct hs_tensor *w = &l->param[0].value, *const *list = &w;
        struct hs_range range;
        struct hs_observer_config config;
        bool weights;

        if (l->fake == NULL)
            continue;
        weights = l->fake->weights;
        config = l->fake->spec.config;
        if (l->fake->n == 1)
            config.axis = -1;
        st = hs_observe(&range, &c->arena, l->fake->spec.observer, weights ? list : c->seen[i].list,
                        weights ? 1 : c->batches, &config, err);
        if (st == HS_OK)
            st = hs_fake_set_range(l->fake, &range, err);
        if (st != HS_OK)
            hs_error_prefix(err, "calibrating %s", l->name);
    }
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
    struct calibration c = {.m = m};
    enum hs_status st;

    if (!hs_model_is_prepared(m))
        return hs_fail(err, HS_EINVAL,
                       "the model has no quantizers to calibrate; prepare it first");
    if ((st = check_split(m, train, &n, err)) != HS_OK)
        return st;
    if (n > GATHER_MOST / bytes_a_picture(m))
        n = GATHER_MOST / bytes_a_picture(m) + 1;
    batch = batch == 0 ? 100 : batch;
    batch = batch < n ? batch : n;
    c.batches = (n + batch - 1) / batch;
    st = make_room(&c) ? hs_run_begin(&c.run, m, pool, batch, false, err)
                       : hs_fail(err, HS_ENOMEM, "out of memory for %zu batches", c.batches);
    switch_all(m, true);
    for (size_t b = 0; st == HS_OK && b < c.batches; b++) {
        size_t from = b * batch, len = n - from < batch ? n - from : batch;
        struct hs_tensor part;

        st = hs_tensor_slice(&part, &train->images, 0, from, from + len, err);
        if (st != HS_OK)
            break;
        hs_input_fill(c.run.y[0], &m->input, &part, NULL, len);
        hs_run_forward(&c.run, len, 0, m->n, false);
        st = gather(&c, b, err);
        if (progress != NULL)
            progress(payload, from + len, n);
    }
    switch_all(m, false);
    if (st == HS_OK)
        st = set_ranges(&c, err);
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
