#include "cli/train_args.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum hs_status whole(size_t *out, const char *option, int64_t v, int64_t least,
                            struct hs_error *err)
{
    if (v < least || v > INT32_MAX)
        return hs_fail(err, HS_EINVAL, "--%s %lld: choose %lld or more", option, (long long)v,
                       (long long)least);
    *out = (size_t)v;
    return HS_OK;
}

static enum hs_status number(double *out, const char *option, double v, double least, double most,
                             struct hs_error *err)
{
    if (!(v >= least && v <= most))
        return hs_fail(err, HS_EINVAL, "--%s %g: choose %g to %g", option, v, least, most);
    *out = v;
    return HS_OK;
}

/* "crop,flip", "crop:2". */
static enum hs_status augmentation(struct hs_train_options *o, const char *text,
                                   struct hs_error *err)
{
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, ",");
        char *end = NULL;

        if (n == 4 && strncmp(text, "flip", n) == 0) {
            o->flip = true;
        } else if (n >= 4 && strncmp(text, "crop", 4) == 0 && (n == 4 || text[4] == ':')) {
            unsigned long border = n == 4 ? 4 : strtoul(text + 5, &end, 10);

            if ((n > 4 && end != text + n) || border < 1 || border > 64)
                return hs_fail(err, HS_EINVAL, "--augment %s: crop:N takes a border of 1 to 64",
                               text);
            o->crop = border;
        } else {
            return hs_fail(err, HS_EINVAL,
                           "--augment knows crop (or crop:N) and flip, with a comma between, not "
                           "\"%.*s\"",
                           (int)n, text);
        }
        text += n + (text[n] == ',');
    }
    return HS_OK;
}

static enum hs_status words(struct hs_train_options *o, const struct hs_train_args *a,
                            struct hs_error *err)
{
    int optimizer = hs_optimizer_find(a->optimizer), schedule = hs_schedule_find(a->schedule);

    if (optimizer < 0)
        return hs_fail(err, HS_EINVAL, "--optimizer is sgd or adam, not \"%s\"", a->optimizer);
    if (schedule < 0)
        return hs_fail(err, HS_EINVAL,
                       "--schedule is constant, step, exponential, cosine or one_cycle, not \"%s\"",
                       a->schedule);
    o->optimizer = (enum hs_optimizer)optimizer;
    o->schedule = (enum hs_schedule)schedule;
    o->nesterov = a->nesterov;
    o->bfloat16 = a->bfloat16;
    o->seed = (uint64_t)a->seed;
    return augmentation(o, a->augment, err);
}

enum hs_status hs_train_args_options(struct hs_train_options *out, const struct hs_train_args *a,
                                     struct hs_error *err)
{
    struct hs_train_options o = hs_train_options_default();
    size_t every;
    enum hs_status st;

    if ((st = words(&o, a, err)) != HS_OK ||
        (st = whole(&o.epochs, "epochs", a->epochs, 1, err)) != HS_OK ||
        (st = whole(&o.batch, "batch", a->batch, 1, err)) != HS_OK ||
        (st = whole(&o.step_every, "step-every", a->step_every, 1, err)) != HS_OK ||
        (st = whole(&every, "every", a->every, 1, err)) != HS_OK ||
        (st = number(&o.lr, "lr", a->lr, 0, 1e6, err)) != HS_OK ||
        (st = number(&o.momentum, "momentum", a->momentum, 0, 1, err)) != HS_OK ||
        (st = number(&o.weight_decay, "weight-decay", a->weight_decay, 0, 1e6, err)) != HS_OK ||
        (st = number(&o.gamma, "gamma", a->gamma, 0, 1e6, err)) != HS_OK ||
        (st = number(&o.warm_up, "warm-up", a->warm_up, 0, 1, err)) != HS_OK ||
        (st = number(&o.label_smoothing, "label-smoothing", a->label_smoothing, 0, 0.99, err)) !=
            HS_OK)
        return st;
    *out = o;
    return HS_OK;
}

static bool set_schedule(struct hs_value *map, struct hs_arena *arena,
                         const struct hs_train_options *o)
{
    bool ok =
        hs_value_set(map, arena, "schedule", hs_value_string(arena, hs_schedule_name(o->schedule)));

    if (o->schedule == HS_STEP || o->schedule == HS_EXPONENTIAL)
        ok = ok && hs_value_set(map, arena, "gamma", hs_value_num(o->gamma));
    if (o->schedule == HS_STEP)
        ok = ok && hs_value_set(map, arena, "step_every", hs_value_int((int64_t)o->step_every));
    if (o->schedule == HS_ONE_CYCLE)
        ok = ok && hs_value_set(map, arena, "warm_up", hs_value_num(o->warm_up));
    return ok;
}

static bool set_optimizer(struct hs_value *map, struct hs_arena *arena,
                          const struct hs_train_options *o)
{
    double lr = o->lr > 0 ? o->lr : o->optimizer == HS_ADAM ? 1e-3 : 0.1;
    bool ok = hs_value_set(map, arena, "optimizer",
                           hs_value_string(arena, hs_optimizer_name(o->optimizer))) &&
              hs_value_set(map, arena, "lr", hs_value_num(lr));

    if (o->optimizer == HS_SGD)
        ok = ok && hs_value_set(map, arena, "momentum", hs_value_num(o->momentum)) &&
             hs_value_set(map, arena, "nesterov", hs_value_bool(o->nesterov));
    return ok && hs_value_set(map, arena, "weight_decay", hs_value_num(o->weight_decay));
}

enum hs_status hs_train_args_value(struct hs_value *out, struct hs_arena *arena,
                                   const struct hs_train_options *o, const char *data,
                                   size_t images, struct hs_error *err)
{
    struct hs_value map = hs_value_map();
    bool ok = hs_value_set(&map, arena, "data", hs_value_string(arena, data)) &&
              hs_value_set(&map, arena, "images", hs_value_int((int64_t)images)) &&
              hs_value_set(&map, arena, "epochs", hs_value_int((int64_t)o->epochs)) &&
              hs_value_set(&map, arena, "batch", hs_value_int((int64_t)o->batch)) &&
              hs_value_set(&map, arena, "seed", hs_value_int((int64_t)o->seed)) &&
              set_optimizer(&map, arena, o) && set_schedule(&map, arena, o) &&
              hs_value_set(&map, arena, "label_smoothing", hs_value_num(o->label_smoothing)) &&
              hs_value_set(&map, arena, "crop", hs_value_int((int64_t)o->crop)) &&
              hs_value_set(&map, arena, "flip", hs_value_bool(o->flip));

    if (ok && o->bfloat16)
        ok = hs_value_set(&map, arena, "bfloat16", hs_value_bool(true));
    if (ok && o->freeze_after > 0)
        ok = hs_value_set(&map, arena, "freeze_after", hs_value_int((int64_t)o->freeze_after));
    *out = map;
    return ok ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}
