/* Training of the zoo's networks on values of the caller. */
#include <stdlib.h>

#include "api/api.h"
#include "nn/evaluate.h"
#include "nn/train.h"
#include "nn/zoo.h"

struct hs_training {
    struct hs_model m;
    struct hs_dataset_split split;
    struct hs_pool *pool;
    struct hs_trainer *t;
};

/* x as pictures of the network's size; the network takes them as they are. */
static struct hs_dataset_split split_of(const struct hs_model *m, const float *x,
                                        const uint8_t *labels, size_t images)
{
    struct hs_extent e = m->input.extent;
    const size_t shape[4] = {images, e.c, e.h, e.w};

    return (struct hs_dataset_split){hs_tensor_view((void *)(uintptr_t)x, HS_FLOAT32, 4, shape),
                                     hs_tensor_view((void *)(uintptr_t)labels, HS_UINT8, 1, shape)};
}

static enum hs_status quantized(struct hs_model *m, struct hs_error *err)
{
    struct hs_qconfig q;
    struct hs_model prepared;
    enum hs_status st = hs_qconfig_find(&q, "int8-tensor", err);

    if (st == HS_OK)
        st = hs_prepare(&prepared, m, &q, err);
    if (st != HS_OK)
        return st;
    hs_model_dispose(m);
    *m = prepared;
    return HS_OK;
}

static enum hs_status begin(struct hs_training *t, const char *network, const float *x,
                            const uint8_t *labels, size_t images,
                            const struct hs_training_options *options, struct hs_error *err)
{
    struct hs_train_options o = hs_train_options_default();
    enum hs_status st;

    if (options->threads > HS_POOL_MOST || options->batch == 0 || images == 0)
        return hs_fail(err, HS_EINVAL, "%zu threads, batches of %zu, %zu pictures make no sense",
                       options->threads, options->batch, images);
    if ((st = hs_zoo_make(&t->m, network, options->seed, err)) != HS_OK)
        return st;
    t->m.input.divisor = 1;
    for (size_t c = 0; c < t->m.input.extent.c; c++) {
        t->m.input.mean[c] = 0;
        t->m.input.std[c] = 1;
    }
    o.seed = options->seed;
    o.batch = options->batch;
    o.lr = (double)options->lr;
    o.momentum = (double)options->momentum;
    o.crop = options->augment ? 4 : 0;
    o.flip = options->augment != 0;
    o.epochs = 1000000; /* the caller says when to stop */
    t->split = split_of(&t->m, x, labels, images);
    if (options->qat && (st = quantized(&t->m, err)) != HS_OK)
        return st;
    if ((st = hs_pool_new(&t->pool, (int)options->threads, err)) != HS_OK)
        return st;
    return hs_trainer_new(&t->t, &t->m, &t->split, &o, t->pool, err);
}

int hs_training_new(struct hs_training **out, const char *network, const float *x,
                    const uint8_t *labels, size_t images, const struct hs_training_options *options)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_training *t = calloc(1, sizeof *t);
    enum hs_status st;

    *out = NULL;
    if (t == NULL)
        return hs_api_no_memory("a training");
    st = begin(t, network, x, labels, images, options, &err);
    if (st == HS_OK)
        *out = t;
    else
        hs_training_free(t);
    return hs_api_done(st, &err);
}

void hs_training_free(struct hs_training *t)
{
    if (t == NULL)
        return;
    hs_trainer_free(t->t);
    hs_pool_free(t->pool);
    hs_model_dispose(&t->m);
    free(t);
}

int hs_training_steps(struct hs_training *t, size_t steps)
{
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < steps; i++)
        st = hs_trainer_step(t->t, &err);
    return hs_api_done(st, &err);
}

int hs_training_accuracy(struct hs_training *t, const float *x, const uint8_t *labels,
                         size_t images, double *accuracy)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split = split_of(&t->m, x, labels, images);
    struct hs_evaluation e;
    enum hs_status st = hs_evaluate_model(&e, &arena, &t->m, &split, t->pool, NULL, NULL, &err);

    if (st == HS_OK)
        *accuracy = (double)e.correct / (double)e.images;
    hs_arena_dispose(&arena);
    return hs_api_done(st, &err);
}
