#include "nn/evaluate.h"

#include <math.h>
#include <string.h>

#include "nn/train.h"

enum { BATCH = 250 };

struct counting {
    struct hs_evaluation *e;
    const uint8_t *labels;
    size_t done;
    double loss;
};

static enum hs_status begin(struct counting *c, struct hs_evaluation *out, struct hs_arena *arena,
                            const struct hs_dataset_split *split, size_t classes,
                            struct hs_error *err)
{
    struct hs_evaluation e = {.images = split->images.shape[0], .classes = classes};

    if (split->labels.dtype != HS_UINT8 || hs_tensor_count(&split->labels) != e.images)
        return hs_fail(err, HS_ESHAPE, "%zu images but %zu labels; give one uint8 label an image",
                       e.images, hs_tensor_count(&split->labels));
    if (e.images == 0)
        return hs_fail(err, HS_EINVAL, "there is no image to look at");
    c->labels = split->labels.data;
    for (size_t i = 0; i < e.images; i++)
        if (c->labels[i] >= classes)
            return hs_fail(err, HS_ESHAPE,
                           "image %zu has the label %d, but the model knows classes 0 to %zu: it "
                           "is for another data set",
                           i, c->labels[i], classes - 1);
    e.answer = hs_arena_alloc_zero(arena, e.images, sizeof *e.answer);
    e.confusion = hs_arena_alloc_zero(arena, classes * classes, sizeof *e.confusion);
    if (e.answer == NULL || e.confusion == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    *out = e;
    c->e = out;
    return HS_OK;
}

static size_t first_largest(const float *v, size_t n)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (v[i] > v[best])
            best = i;
    return best;
}

static enum hs_status count(struct counting *c, const float *logits, size_t n, struct hs_error *err)
{
    struct hs_evaluation *e = c->e;
    size_t right = 0;

    for (size_t i = 0; i < n * e->classes; i++)
        if (isnan(logits[i]))
            return hs_fail(err, HS_ERANGE,
                           "the network answers NaN for image %zu; its weights are of no use, "
                           "train again with a smaller learning rate",
                           c->done + i / e->classes);
    c->loss +=
        hs_cross_entropy(NULL, &right, logits, c->labels + c->done, n, e->classes, 0) * (double)n;
    for (size_t i = 0; i < n; i++) {
        size_t label = c->labels[c->done + i],
               answer = first_largest(logits + i * e->classes, e->classes);

        e->answer[c->done + i] = (uint8_t)answer;
        e->correct += answer == label;
        e->confusion[label * e->classes + answer]++;
    }
    c->done += n;
    e->loss = c->loss / (double)c->done;
    return HS_OK;
}

static enum hs_status report(const struct counting *c, hs_nn_progress_fn *progress, void *payload,
                             struct hs_error *err)
{
    if (progress == NULL || progress(payload, c->done, c->e->images))
        return HS_OK;
    return hs_fail(err, HS_EINTERRUPTED, "interrupted after %zu of %zu images", c->done,
                   c->e->images);
}

/* Images [from, from + n) of the split, without copying. */
static struct hs_tensor part(const struct hs_tensor *images, size_t from, size_t n)
{
    struct hs_tensor t = *images;
    size_t one = hs_tensor_count(images) / images->shape[0];

    t.data = (char *)images->data + from * one * hs_dtype_size(images->dtype);
    t.shape[0] = n;
    return t;
}

static size_t batch_at(const struct counting *c)
{
    return c->e->images - c->done < BATCH ? c->e->images - c->done : BATCH;
}

enum hs_status hs_evaluate_model(struct hs_evaluation *out, struct hs_arena *arena,
                                 struct hs_model *m, const struct hs_dataset_split *split,
                                 struct hs_pool *pool, hs_nn_progress_fn *progress, void *payload,
                                 struct hs_error *err)
{
    struct hs_run run = HS_RUN_INIT;
    struct counting c = {.done = 0};
    struct hs_evaluation e;
    enum hs_status st = hs_input_check(&m->input, &split->images, err);

    if (st == HS_OK)
        st = begin(&c, &e, arena, split, m->classes, err);
    if (st == HS_OK)
        st = hs_run_begin(&run, m, pool, BATCH, false, err);
    while (st == HS_OK && c.done < e.images) {
        size_t n = batch_at(&c);
        struct hs_tensor images = part(&split->images, c.done, n);

        hs_input_fill(run.y[0], &m->input, &images, NULL, n);
        hs_run_forward(&run, n, 0, m->n, false);
        st = count(&c, hs_run_output(&run), n, err);
        if (st == HS_OK)
            st = report(&c, progress, payload, err);
    }
    hs_run_dispose(&run);
    if (st == HS_OK)
        *out = e;
    return st;
}

enum hs_status hs_evaluate_program(struct hs_evaluation *out, struct hs_arena *arena,
                                   const struct hs_program *p, const struct hs_dataset_split *split,
                                   struct hs_pool *pool, hs_nn_progress_fn *progress, void *payload,
                                   struct hs_error *err)
{
    struct counting c = {.done = 0};
    struct hs_evaluation e;
    struct hs_arena scratch = HS_ARENA_INIT;
    float *logits = NULL;
    enum hs_status st = hs_input_check(&p->input, &split->images, err);

    if (st == HS_OK)
        st = begin(&c, &e, arena, split, p->classes, err);
    if (st == HS_OK &&
        (logits = hs_arena_alloc(&scratch, BATCH * p->classes, sizeof *logits)) == NULL)
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    while (st == HS_OK && c.done < e.images) {
        size_t n = batch_at(&c);
        struct hs_tensor images = part(&split->images, c.done, n);

        st = hs_program_run(logits, p, &images, NULL, n, BATCH, pool, err);
        if (st == HS_OK)
            st = count(&c, logits, n, err);
        if (st == HS_OK)
            st = report(&c, progress, payload, err);
    }
    hs_arena_dispose(&scratch);
    if (st == HS_OK)
        *out = e;
    return st;
}

size_t hs_evaluation_differs(const struct hs_evaluation *a, const struct hs_evaluation *b,
                             size_t *which, size_t most)
{
    size_t n = 0, images = a->images < b->images ? a->images : b->images;

    for (size_t i = 0; i < images; i++)
        if (a->answer[i] != b->answer[i]) {
            if (n < most)
                which[n] = i;
            n++;
        }
    return n;
}

enum hs_status hs_model_without_quantizers(struct hs_model *out, const struct hs_model *m,
                                           struct hs_error *err)
{
    struct hs_model copy = HS_MODEL_INIT;
    size_t kept = 0;
    enum hs_status st = hs_model_copy(&copy, m, err);

    if (st != HS_OK)
        return st;
    for (size_t i = 0; i < copy.n; i++) {
        if (strcmp(copy.layer[i].class->id, "fake_quantize") == 0)
            continue; /* same shape on both sides: its neighbours fit */
        copy.layer[kept] = copy.layer[i];
        copy.layer[kept++].fake = NULL;
    }
    copy.n = kept;
    *out = copy;
    return HS_OK;
}
