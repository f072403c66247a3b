/* Checkpoints: the model in our own format, the optimizer's memory as more tensors beside it, and
 * where the training stands as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/fake_parts.h"
#include "nn/file.h"
#include "nn/train_state.h"

enum { NAME = 64 };

/* ---- options as a map, to be written and compared ---- */

static bool options_to_value(struct hs_value *map, struct hs_arena *arena,
                             const struct hs_trainer *t)
{
    const struct hs_train_options *o = &t->o;
    const struct {
        const char *name;
        struct hs_value value;
    } rows[] = {
        {"seed", hs_value_int((int64_t)o->seed)},
        {"epochs", hs_value_int((int64_t)o->epochs)},
        {"batch", hs_value_int((int64_t)o->batch)},
        {"optimizer", hs_value_string(arena, hs_optimizer_name(o->optimizer))},
        {"lr", hs_value_num(o->lr)},
        {"momentum", hs_value_num(o->momentum)},
        {"weight_decay", hs_value_num(o->weight_decay)},
        {"nesterov", hs_value_bool(o->nesterov)},
        {"beta1", hs_value_num(o->beta1)},
        {"beta2", hs_value_num(o->beta2)},
        {"eps", hs_value_num(o->eps)},
        {"schedule", hs_value_string(arena, hs_schedule_name(o->schedule))},
        {"gamma", hs_value_num(o->gamma)},
        {"step_every", hs_value_int((int64_t)o->step_every)},
        {"warm_up", hs_value_num(o->warm_up)},
        {"label_smoothing", hs_value_num(o->label_smoothing)},
        {"crop", hs_value_int((int64_t)o->crop)},
        {"flip", hs_value_bool(o->flip)},
        {"bfloat16", hs_value_bool(o->bfloat16)},
        {"freeze_after", hs_value_int((int64_t)o->freeze_after)},
        {"pictures", hs_value_int((int64_t)t->images)},
    };

    *map = hs_value_map();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!hs_value_set(map, arena, rows[i].name, rows[i].value))
            return false;
    return true;
}

static enum hs_status same_options(const struct hs_trainer *t, const struct hs_value *saved,
                                   struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_value mine;
    enum hs_status st = options_to_value(&mine, &arena, t)
                            ? HS_OK
                            : hs_fail(err, HS_ENOMEM, "out of memory for a checkpoint");

    for (size_t i = 0; st == HS_OK && i < mine.as.map.len; i++) {
        const char *name = mine.as.map.items[i].key;
        const struct hs_value *other = hs_value_get(saved, name);

        if (other == NULL || !hs_value_equal(&mine.as.map.items[i].value, other))
            st = hs_fail(err, HS_EINVAL,
                         "the checkpoint was trained with another %s; resume with the options it "
                         "was begun with, or begin anew without it",
                         name);
    }
    hs_arena_dispose(&arena);
    return st;
}

/* ---- where the training stands ---- */

static bool epochs_to_value(struct hs_value *list, struct hs_arena *arena,
                            const struct hs_trainer *t)
{
    *list = hs_value_list();
    for (size_t i = 0; i < t->progress.epoch; i++) {
        const struct hs_train_epoch *e = &t->epoch[i];
        const double numbers[4] = {e->loss, e->accuracy, e->lr, e->seconds};
        struct hs_value row = hs_value_list();

        for (int k = 0; k < 4; k++)
            if (!hs_value_push(&row, arena, hs_value_num(numbers[k])))
                return false;
        if (!hs_value_push(list, arena, row))
            return false;
    }
    return true;
}

static bool state_to_value(struct hs_value *state, struct hs_arena *arena,
                           const struct hs_trainer *t)
{
    struct hs_value options, epochs;

    *state = hs_value_map();
    return options_to_value(&options, arena, t) && epochs_to_value(&epochs, arena, t) &&
           hs_value_set(state, arena, "options", options) &&
           hs_value_set(state, arena, "step", hs_value_int((int64_t)t->progress.step)) &&
           hs_value_set(state, arena, "sum_loss", hs_value_num(t->sum_loss)) &&
           hs_value_set(state, arena, "sum_correct", hs_value_int((int64_t)t->sum_correct)) &&
           hs_value_set(state, arena, "sum_images", hs_value_int((int64_t)t->sum_images)) &&
           hs_value_set(state, arena, "epochs", epochs);
}

static enum hs_status state_from_value(struct hs_trainer *t, const struct hs_value *state,
                                       struct hs_error *err)
{
    const struct hs_value *epochs = hs_value_get(state, "epochs");
    int64_t step = hs_value_integer(state, "step", -1);
    size_t done;

    if (step < 0 || (uint64_t)step > t->progress.steps)
        return hs_fail(err, HS_EFORMAT, "step %" PRId64 " of a training of %zu steps", step,
                       t->progress.steps);
    done = (size_t)step / t->per_epoch;
    if (hs_value_len(epochs) != done)
        return hs_fail(err, HS_EFORMAT, "%zu epochs are recorded, but %zu were finished",
                       hs_value_len(epochs), done);
    for (size_t i = 0; i < done; i++) {
        double numbers[4] = {0};

        for (size_t k = 0; k < 4; k++) {
            const struct hs_value *v = hs_value_at(hs_value_at(epochs, i), k);

            if (v == NULL || !hs_value_to_number(v, &numbers[k]))
                return hs_fail(err, HS_EFORMAT, "epoch %zu is no list of four numbers", i + 1);
        }
        t->epoch[i] = (struct hs_train_epoch){numbers[0], numbers[1], numbers[2], numbers[3]};
    }
    t->progress.step = (size_t)step;
    t->progress.epoch = done;
    t->sum_loss = hs_value_number(state, "sum_loss", 0);
    t->sum_correct = (size_t)hs_value_integer(state, "sum_correct", 0);
    t->sum_images = (size_t)hs_value_integer(state, "sum_images", 0);
    t->shuffled = false;
    return HS_OK;
}

/* ---- the optimizer's memory: "optimizer.<i>.<k>" ---- */

static size_t slots(const struct hs_trainer *t)
{
    return t->o.optimizer == HS_ADAM ? 2 : 1;
}

static void slot_name(char *out, size_t i, size_t k)
{
    snprintf(out, NAME, "optimizer.%zu.%zu", i, k);
}

static struct hs_extra_tensor *slots_as_tensors(const struct hs_trainer *t, struct hs_arena *arena)
{
    struct hs_extra_tensor *all = hs_arena_alloc_zero(arena, t->params * slots(t) + 1, sizeof *all);
    struct hs_layer *layer;
    struct hs_param *param;

    for (size_t i = 0; all != NULL && hs_model_param(t->model, i, &layer, &param); i++)
        for (size_t k = 0; k < slots(t); k++) {
            struct hs_extra_tensor *x = &all[i * slots(t) + k];
            char *name = hs_arena_alloc(arena, NAME, 1);

            if (name == NULL)
                return NULL;
            slot_name(name, i, k);
            x->name = name;
            x->tensor = param->value;
            x->tensor.data = t->slot[i][k];
        }
    return all;
}

static enum hs_status fill_slots(struct hs_trainer *t, const struct hs_extra_tensor *extra,
                                 size_t n, struct hs_error *err)
{
    struct hs_layer *layer;
    struct hs_param *param;
    char name[NAME];

    for (size_t i = 0; hs_model_param(t->model, i, &layer, &param); i++)
        for (size_t k = 0; k < slots(t); k++) {
            const struct hs_tensor *found = NULL;

            slot_name(name, i, k);
            for (size_t j = 0; j < n && found == NULL; j++)
                if (strcmp(extra[j].name, name) == 0)
                    found = &extra[j].tensor;
            if (found == NULL)
                return hs_fail(err, HS_EFORMAT, "tensor %s is missing; the file is no checkpoint",
                               name);
            if (found->dtype != HS_FLOAT32 || !hs_shape_equal(found, &param->value) ||
                !hs_tensor_is_contiguous(found))
                return hs_fail(err, HS_ESHAPE, "tensor %s does not fit %s.%s of the model", name,
                               layer->name, param->name);
            memcpy(t->slot[i][k], found->data, hs_tensor_count(found) * sizeof(float));
        }
    return HS_OK;
}

/* ---- the model ---- */

static enum hs_status take_layer(struct hs_layer *to, const struct hs_layer *from,
                                 struct hs_error *err)
{
    if (strcmp(to->name, from->name) != 0 || to->class != from->class ||
        to->params != from->params || (to->fake == NULL) != (from->fake == NULL) ||
        (to->fake != NULL && to->fake->n != from->fake->n))
        return hs_fail(err, HS_ESHAPE,
                       "the checkpoint has layer %s (%s) where the model has %s (%s)", from->name,
                       from->class->id, to->name, to->class->id);
    for (int i = 0; i < to->params; i++) {
        if (!hs_shape_equal(&to->param[i].value, &from->param[i].value))
            return hs_fail(err, HS_ESHAPE, "%s.%s has another shape in the checkpoint", to->name,
                           to->param[i].name);
        memcpy(to->param[i].value.data, from->param[i].value.data,
               hs_tensor_count(&to->param[i].value) * sizeof(float));
    }
    if (to->running_mean.data != NULL) {
        memcpy(to->running_mean.data, from->running_mean.data, to->in.c * sizeof(float));
        memcpy(to->running_var.data, from->running_var.data, to->in.c * sizeof(float));
    }
    if (to->fake != NULL)
        hs_fake_restore(to->fake, from->fake);
    return HS_OK;
}

static enum hs_status take_model(struct hs_model *to, const struct hs_model *from,
                                 struct hs_error *err)
{
    enum hs_status st = HS_OK;

    if (to->n != from->n)
        return hs_fail(err, HS_ESHAPE, "the checkpoint has %zu layers, the model %zu", from->n,
                       to->n);
    for (size_t i = 0; st == HS_OK && i < to->n; i++)
        st = take_layer(&to->layer[i], &from->layer[i], err);
    return st;
}

/* ---- both ways ---- */

enum hs_status hs_trainer_save(const struct hs_trainer *t, const char *path, struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_value state;
    struct hs_extra_tensor *extra = slots_as_tensors(t, &arena);
    enum hs_status st;

    if (extra == NULL || !state_to_value(&state, &arena, t))
        st = hs_fail(err, HS_ENOMEM, "out of memory for a checkpoint");
    else
        st = hs_model_save_with(path, t->model, false, extra, t->params * slots(t), &state, err);
    hs_arena_dispose(&arena);
    return st;
}

enum hs_status hs_trainer_load(struct hs_trainer *t, const char *path, struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_model m = HS_MODEL_INIT;
    struct hs_extra_tensor *extra;
    struct hs_value state;
    size_t n;
    enum hs_status st = hs_model_load_with(&m, &arena, &extra, &n, &state, path, err);

    if (st == HS_OK) {
        st = same_options(t, hs_value_get(&state, "options"), err);
        if (st == HS_OK)
            st = take_model(t->model, &m, err);
        if (st == HS_OK)
            st = fill_slots(t, extra, n, err);
        if (st == HS_OK)
            st = state_from_value(t, &state, err);
        if (st != HS_OK)
            hs_error_prefix(err, "%s", path);
    }
    hs_model_dispose(&m);
    hs_arena_dispose(&arena);
    return st;
}
