/* Training: batches in a shuffled order, loss, optimizer, schedule, checkpoints.
 *
 * Everything that is drawn comes from (seed, epoch, picture), so a training that was stopped and
 * resumed at any step gives the same weights to the bit as one that was not, with one thread or
 * several. */
#ifndef HS_NN_TRAIN_H
#define HS_NN_TRAIN_H

#include "io/dataset.h"
#include "nn/model.h"

enum hs_optimizer { HS_SGD, HS_ADAM };
enum hs_schedule { HS_CONSTANT, HS_STEP, HS_EXPONENTIAL, HS_COSINE, HS_ONE_CYCLE };

const char *hs_optimizer_name(enum hs_optimizer o); /* "sgd", "adam" */
int hs_optimizer_find(const char *name);
const char *hs_schedule_name(enum hs_schedule s); /* "constant", "step", "one_cycle" … */
int hs_schedule_find(const char *name);

struct hs_train_options {
    uint64_t seed;
    size_t epochs, batch; /* 5, 100 */
    enum hs_optimizer optimizer;
    double lr, momentum, weight_decay; /* SGD (PyTorch's: decay added to the gradient) */
    bool nesterov;
    double beta1, beta2, eps; /* Adam: 0.9, 0.999, 1e-8 */
    enum hs_schedule schedule;
    double gamma;      /* step, exponential: factor */
    size_t step_every; /* step: epochs */
    double warm_up;    /* one_cycle: share of the steps that rise (0.3); linear up, cosine down */
    double label_smoothing;
    size_t crop;   /* augmentation: pictures padded with this many zeros, cut at random; 0: none */
    bool flip;     /* and mirrored half of the time */
    bool bfloat16; /* products of bfloat16, sums in float32 (kernels/bgemm) */
    size_t freeze_after; /* QAT: epochs after which observers stop; 0: never */
    size_t train_images; /* of the split, the first so many; 0: all */
};

/* Defaults as noted; lr 0.1 for SGD, 1e-3 for Adam when lr is 0. */
struct hs_train_options hs_train_options_default(void);

/* lr of a step: `step` of `steps`, `per_epoch` steps an epoch. */
double hs_schedule_lr(const struct hs_train_options *o, size_t step, size_t steps,
                      size_t per_epoch);

/* Softmax cross-entropy of logits [n, classes]: mean loss; *correct counts first-largest answers;
 * dlogits (may be NULL) is the gradient of the mean. With smoothing e the target is 1 - e +
 * e/classes and e/classes. Sums in float64, in order. */
double hs_cross_entropy(float *dlogits, size_t *correct, const float *logits, const uint8_t *labels,
                        size_t n, size_t classes, double smoothing);

struct hs_train_progress {
    size_t epoch, epochs, step, steps; /* steps of all epochs */
    double loss, accuracy;             /* means over the epoch so far */
    double lr, seconds, left;          /* this call's time, and an estimate of the rest */
    bool epoch_ended;
};

struct hs_trainer;

/* The model is borrowed and changed in place; so is the split. HS_ESHAPE, HS_EINVAL (also bfloat16
 * on a processor without it), HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_trainer_new(struct hs_trainer **out, struct hs_model *m,
                                          const struct hs_dataset_split *train,
                                          const struct hs_train_options *o, struct hs_pool *pool,
                                          struct hs_error *err);
void hs_trainer_free(struct hs_trainer *t);

/* One batch forward, backward, one step of the optimizer. HS_ERANGE when the loss is not finite:
 * the sentence names epoch, step and remedy. Does nothing when done. */
HS_MUST_USE enum hs_status hs_trainer_step(struct hs_trainer *t, struct hs_error *err);
bool hs_trainer_done(const struct hs_trainer *t);
const struct hs_train_progress *hs_trainer_progress(const struct hs_trainer *t);

/* Mean loss and accuracy of each finished epoch: *n of them, borrowed. */
struct hs_train_epoch {
    double loss, accuracy, lr, seconds;
};
const struct hs_train_epoch *hs_trainer_epochs(const struct hs_trainer *t, size_t *n);

/* A checkpoint holds the model, the optimizer's memory, where the training is and its options. It
 * is replaced atomically. Loading wants a trainer of the same model and options but threads:
 * HS_EINVAL names the option that differs. */
HS_MUST_USE enum hs_status hs_trainer_save(const struct hs_trainer *t, const char *path,
                                           struct hs_error *err);
HS_MUST_USE enum hs_status hs_trainer_load(struct hs_trainer *t, const char *path,
                                           struct hs_error *err);

#endif
