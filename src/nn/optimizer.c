/* SGD and Adam as PyTorch's torch.optim does them, in float32, and schedules of the learning rate.
 */
#include <math.h>
#include <string.h>

#include "nn/train_state.h"

static const char *const optimizers[] = {[HS_SGD] = "sgd", [HS_ADAM] = "adam"};
static const char *const schedules[] = {[HS_CONSTANT] = "constant",
                                        [HS_STEP] = "step",
                                        [HS_EXPONENTIAL] = "exponential",
                                        [HS_COSINE] = "cosine",
                                        [HS_ONE_CYCLE] = "one_cycle"};

static int find(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

const char *hs_optimizer_name(enum hs_optimizer o)
{
    return optimizers[o];
}

int hs_optimizer_find(const char *name)
{
    return find(optimizers, sizeof optimizers / sizeof *optimizers, name);
}

const char *hs_schedule_name(enum hs_schedule s)
{
    return schedules[s];
}

int hs_schedule_find(const char *name)
{
    return find(schedules, sizeof schedules / sizeof *schedules, name);
}

static double one_cycle(const struct hs_train_options *o, double part)
{
    const double pi = 3.14159265358979323846, least = 1.0 / 25;

    if (part < o->warm_up)
        return o->lr * (least + (1 - least) * part / o->warm_up);
    return o->lr * 0.5 * (1 + cos(pi * (part - o->warm_up) / (1 - o->warm_up)));
}

double hs_schedule_lr(const struct hs_train_options *o, size_t step, size_t steps, size_t per_epoch)
{
    const double pi = 3.14159265358979323846;
    double epoch = (double)(step / per_epoch), part = (double)step / (double)steps;

    switch (o->schedule) {
    case HS_STEP:
        return o->lr * pow(o->gamma, floor(epoch / (double)(o->step_every ? o->step_every : 1)));
    case HS_EXPONENTIAL:
        return o->lr * pow(o->gamma, epoch);
    case HS_COSINE:
        return o->lr * 0.5 * (1 + cos(pi * part));
    case HS_ONE_CYCLE:
        return one_cycle(o, part);
    default:
        return o->lr;
    }
}

/* ---- one parameter ---- */

struct update {
    const struct hs_train_options *o;
    float lr, decay, corrected1, corrected2; /* 1 - beta^t */
    bool first;
    float *w, *m, *v;
    const float *g;
};

enum { PIECE = 32768 };

static void sgd(const struct update *u, size_t n)
{
    float *restrict w = u->w, *restrict m = u->m, momentum = (float)u->o->momentum;
    const float *restrict g = u->g;
    float lr = u->lr, decay = u->decay, keep = u->first ? 0 : momentum;
    float look = u->o->nesterov ? momentum : 0, self = u->o->nesterov ? 1 : 0;

    if (momentum == 0) {
        for (size_t i = 0; i < n; i++)
            w[i] -= lr * (g[i] + decay * w[i]);
        return;
    }
    if (!u->o->nesterov)
        look = 1;
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + decay * w[i];

        m[i] = keep * m[i] + d;
        w[i] -= lr * (self * d + look * m[i]);
    }
}

static void adam(const struct update *u, size_t n)
{
    float b1 = (float)u->o->beta1, b2 = (float)u->o->beta2, eps = (float)u->o->eps;
    float step = u->lr / u->corrected1, root = sqrtf(u->corrected2);

    for (size_t i = 0; i < n; i++) {
        float d = u->g[i] + u->decay * u->w[i];

        u->m[i] = b1 * u->m[i] + (1 - b1) * d;
        u->v[i] = b2 * u->v[i] + (1 - b2) * d * d;
        u->w[i] -= step * u->m[i] / (sqrtf(u->v[i]) / root + eps);
    }
}

struct pieces {
    struct update u;
    size_t n;
};

static void update_piece(void *payload, size_t i, int worker)
{
    const struct pieces *all = payload;
    struct update u = all->u;
    size_t from = i * PIECE, n = all->n - from < PIECE ? all->n - from : PIECE;

    (void)worker;
    u.w += from;
    u.g += from;
    u.m += from;
    if (u.o->optimizer == HS_ADAM) {
        u.v += from;
        adam(&u, n);
    } else {
        sgd(&u, n);
    }
}

void hs_optimizer_step(struct hs_trainer *t)
{
    double step = (double)t->progress.step + 1;
    struct pieces p = {.u = {.o = &t->o,
                             .lr = (float)t->progress.lr,
                             .corrected1 = (float)(1 - pow(t->o.beta1, step)),
                             .corrected2 = (float)(1 - pow(t->o.beta2, step)),
                             .first = t->progress.step == 0}};
    struct hs_layer *layer;
    struct hs_param *param;

    for (size_t i = 0; hs_model_param(t->model, i, &layer, &param); i++) {
        p.u.decay = param->decays ? (float)t->o.weight_decay : 0;
        p.u.w = param->value.data;
        p.u.g = param->grad.data;
        p.u.m = t->slot[i][0];
        p.u.v = t->slot[i][1];
        p.n = hs_tensor_count(&param->value);
        hs_pool_run(t->pool, (p.n + PIECE - 1) / PIECE, update_piece, &p);
    }
}
