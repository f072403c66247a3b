#include "nn/train_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "nn/prepare.h"

struct hs_train_options hs_train_options_default(void)
{
    return (struct hs_train_options){.seed = 1,
                                     .epochs = 5,
                                     .batch = 100,
                                     .momentum = 0.9,
                                     .beta1 = 0.9,
                                     .beta2 = 0.999,
                                     .eps = 1e-8,
                                     .gamma = 0.1,
                                     .step_every = 10,
                                     .warm_up = 0.3};
}

/* ---- begin ---- */

static enum hs_status check_options(const struct hs_train_options *o, size_t images,
                                    struct hs_error *err)
{
    char text[HS_FMT_SIZE];

    if (o->epochs == 0 || o->batch == 0 || images == 0)
        return hs_fail(err, HS_EINVAL,
                       "training wants at least one epoch, batch and picture, not %zu, %zu, %zu",
                       o->epochs, o->batch, images);
    if (!(o->lr >= 0) || !isfinite(o->lr))
        return hs_fail(err, HS_EINVAL, "a learning rate of %s makes no sense; 0.1 is usual for sgd",
                       hs_fmt_double(text, o->lr));
    if (o->bfloat16 && strcmp(hs_kernel_variant("bgemm"), "scalar") == 0)
        return hs_fail(err, HS_EINVAL,
                       "this processor has no products of bfloat16 (AMX), and emulating them takes "
                       "far longer than float32; train without bfloat16");
    if (!(o->label_smoothing >= 0 && o->label_smoothing < 1))
        return hs_fail(err, HS_EINVAL, "label smoothing %s is not in [0, 1)",
                       hs_fmt_double(text, o->label_smoothing));
    if (!(o->warm_up >= 0 && o->warm_up <= 1))
        return hs_fail(err, HS_EINVAL, "a warm-up of %s of the steps is not in [0, 1]",
                       hs_fmt_double(text, o->warm_up));
    return HS_OK;
}

static enum hs_status check_labels(const struct hs_model *m, const struct hs_tensor *labels,
                                   size_t images, struct hs_error *err)
{
    if (labels->dtype != HS_UINT8 || hs_tensor_count(labels) != images)
        return hs_fail(err, HS_ESHAPE, "%zu labels for %zu pictures; there must be one for each",
                       hs_tensor_count(labels), images);
    if (hs_extent_count(m->layer[m->n - 1].out) != m->classes)
        return hs_fail(err, HS_ESHAPE, "layer %s gives %zu numbers for %zu classes",
                       m->layer[m->n - 1].name, hs_extent_count(m->layer[m->n - 1].out),
                       m->classes);
    for (size_t i = 0; i < images; i++)
        if (((const uint8_t *)labels->data)[i] >= m->classes)
            return hs_fail(err, HS_ERANGE,
                           "label %u of picture %zu: the model has classes 0 to %zu",
                           ((const uint8_t *)labels->data)[i], i, m->classes - 1);
    return HS_OK;
}

static enum hs_status make_slots(struct hs_trainer *t, struct hs_error *err)
{
    struct hs_layer *layer;
    struct hs_param *param;
    bool ok;

    while (hs_model_param(t->model, t->params, &layer, &param))
        t->params++;
    t->slot = hs_arena_alloc_zero(&t->arena, t->params + 1, sizeof *t->slot);
    ok = t->slot != NULL;
    for (size_t i = 0; ok && hs_model_param(t->model, i, &layer, &param); i++)
        for (int k = 0; k < (t->o.optimizer == HS_ADAM ? 2 : 1); k++) {
            t->slot[i][k] =
                hs_arena_alloc_zero(&t->arena, hs_tensor_count(&param->value), sizeof(float));
            ok = ok && t->slot[i][k] != NULL;
        }
    return ok ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory for the optimizer");
}

static enum hs_status make(struct hs_trainer *t, struct hs_error *err)
{
    enum hs_status st = hs_run_begin(&t->run, t->model, t->pool, t->o.batch, true, err);

    if (st == HS_OK)
        st = make_slots(t, err);
    if (t->o.bfloat16)
        t->run.product = hs_kernels()->bgemm;
    if (st != HS_OK)
        return st;
    t->order = hs_arena_alloc(&t->arena, t->images, sizeof *t->order);
    t->labels = hs_arena_alloc(&t->arena, t->o.batch, 1);
    t->epoch = hs_arena_alloc_zero(&t->arena, t->o.epochs, sizeof *t->epoch);
    if (t->order == NULL || t->labels == NULL || t->epoch == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for the order of %zu pictures", t->images);
    hs_input_table(&t->table, &t->model->input);
    t->per_epoch = (t->images + t->o.batch - 1) / t->o.batch;
    t->progress.epochs = t->o.epochs;
    t->progress.steps = t->per_epoch * t->o.epochs;
    t->began_ns = hs_clock_monotonic_ns();
    return HS_OK;
}

enum hs_status hs_trainer_new(struct hs_trainer **out, struct hs_model *m,
                              const struct hs_dataset_split *train,
                              const struct hs_train_options *o, struct hs_pool *pool,
                              struct hs_error *err)
{
    struct hs_trainer *t = calloc(1, sizeof *t);
    enum hs_status st;

    if (t == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a training");
    *t = (struct hs_trainer){.model = m, .split = train, .o = *o, .pool = pool};
    t->images = train->images.ndim > 0 ? train->images.shape[0] : 0;
    if (o->train_images > 0 && o->train_images < t->images)
        t->images = o->train_images;
    if (t->o.lr == 0)
        t->o.lr = o->optimizer == HS_ADAM ? 1e-3 : 0.1;
    if (t->o.batch > t->images)
        t->o.batch = t->images;
    st = check_options(&t->o, t->images, err);
    if (st == HS_OK)
        st = hs_input_check(&m->input, &train->images, err);
    if (st == HS_OK)
        st = check_labels(m, &train->labels, train->images.shape[0], err);
    if (st == HS_OK)
        st = make(t, err);
    if (st != HS_OK) {
        hs_trainer_free(t);
        return st;
    }
    *out = t;
    return HS_OK;
}

void hs_trainer_free(struct hs_trainer *t)
{
    if (t == NULL)
        return;
    hs_run_dispose(&t->run);
    hs_arena_dispose(&t->arena);
    free(t);
}

/* ---- steps ---- */

/* The order of an epoch is a function of seed and epoch alone. */
static void shuffle(struct hs_trainer *t, size_t epoch)
{
    struct hs_rng rng = hs_rng_seed(t->o.seed, 2 * (uint64_t)epoch + 1);

    for (size_t i = 0; i < t->images; i++)
        t->order[i] = i;
    for (size_t i = t->images; i > 1; i--) {
        size_t j = hs_rng_below(&rng, (uint32_t)i), kept = t->order[i - 1];

        t->order[i - 1] = t->order[j];
        t->order[j] = kept;
    }
    t->shuffled = true;
}

static size_t gather(struct hs_trainer *t, size_t epoch, size_t from)
{
    size_t n = t->images - from < t->o.batch ? t->images - from : t->o.batch;
    const uint8_t *labels = t->split->labels.data;

    for (size_t i = 0; i < n; i++)
        t->labels[i] = labels[t->order[from + i]];
    if (t->o.crop > 0 || t->o.flip)
        hs_augment_fill(t, epoch, t->order + from, n);
    else
        hs_input_fill_by(t->run.y[0], &t->table, &t->model->input, &t->split->images,
                         t->order + from, n);
    return n;
}

static enum hs_status diverged(const struct hs_trainer *t, double loss, struct hs_error *err)
{
    char text[HS_FMT_SIZE], lr[HS_FMT_SIZE];

    return hs_fail(
        err, HS_ERANGE,
        "the loss is %s at epoch %zu, step %zu of %zu: the weights have grown without "
        "bound, or the data hold numbers that are not finite; start again with a learning "
        "rate below %s",
        hs_fmt_double(text, loss), t->progress.epoch + 1, t->progress.step % t->per_epoch + 1,
        t->per_epoch, hs_fmt_double(lr, t->progress.lr));
}

/* Where the epoch stands, and what is left by the pace of this process. */
static void note(struct hs_trainer *t, double loss, size_t correct, size_t n)
{
    struct hs_train_progress *p = &t->progress;

    t->sum_loss += loss * (double)n;
    t->sum_correct += correct;
    t->sum_images += n;
    t->steps_here++;
    p->step++;
    p->loss = t->sum_loss / (double)t->sum_images;
    p->accuracy = (double)t->sum_correct / (double)t->sum_images;
    p->seconds = (double)(hs_clock_monotonic_ns() - t->began_ns) * 1e-9;
    p->left = p->seconds / (double)t->steps_here * (double)(p->steps - p->step);
    p->epoch_ended = p->step % t->per_epoch == 0;
    if (p->epoch_ended) {
        t->epoch[p->epoch] =
            (struct hs_train_epoch){p->loss, p->accuracy, p->lr, p->seconds - t->epoch_began};
        t->epoch_began = p->seconds;
        p->epoch++;
        t->shuffled = false;
    }
}

enum hs_status hs_trainer_step(struct hs_trainer *t, struct hs_error *err)
{
    struct hs_train_progress *p = &t->progress;
    size_t in_epoch, n, correct;
    double loss;

    if (hs_trainer_done(t))
        return HS_OK;
    in_epoch = p->step % t->per_epoch;
    if (in_epoch == 0) {
        t->sum_loss = 0;
        t->sum_correct = t->sum_images = 0;
        if (t->o.freeze_after > 0 && p->epoch == t->o.freeze_after)
            hs_model_freeze(t->model);
    }
    if (!t->shuffled)
        shuffle(t, p->epoch);
    n = gather(t, p->epoch, in_epoch * t->o.batch);
    p->lr = hs_schedule_lr(&t->o, p->step, p->steps, t->per_epoch);
    hs_run_forward(&t->run, n, 0, t->model->n, true);
    loss = hs_cross_entropy(t->run.dy[t->model->n], &correct, hs_run_output(&t->run), t->labels, n,
                            t->model->classes, t->o.label_smoothing);
    if (!isfinite(loss))
        return diverged(t, loss, err);
    hs_run_backward(&t->run);
    hs_optimizer_step(t);
    note(t, loss, correct, n);
    return HS_OK;
}

bool hs_trainer_done(const struct hs_trainer *t)
{
    return t->progress.step >= t->progress.steps;
}

const struct hs_train_progress *hs_trainer_progress(const struct hs_trainer *t)
{
    return &t->progress;
}

const struct hs_train_epoch *hs_trainer_epochs(const struct hs_trainer *t, size_t *n)
{
    *n = t->progress.epoch;
    return t->epoch;
}
