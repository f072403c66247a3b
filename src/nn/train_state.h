/* What the files of training share. */
#ifndef HS_NN_TRAIN_STATE_H
#define HS_NN_TRAIN_STATE_H

#include "nn/train.h"

struct hs_trainer {
    struct hs_model *model;
    const struct hs_dataset_split *split;
    struct hs_train_options o;
    struct hs_pool *pool;
    struct hs_arena arena;
    struct hs_run run;
    struct hs_input_table table;
    size_t images, per_epoch, params;
    float *(*slot)[2]; // (params) momentum; Adam: first and second moment
    size_t *order;     // (images) of this epoch
    bool shuffled;
    uint8_t *labels; // (batch)
    struct hs_train_progress progress;
    struct hs_train_epoch *epoch; // (epochs)
    double sum_loss;              /* over the pictures of this epoch so far */
    size_t sum_correct, sum_images;
    size_t steps_here; /* of this process, for the estimate */
    uint64_t began_ns;
    double epoch_began;
};

/* One step of the optimizer with progress.lr; counts steps from progress.step. */
void hs_optimizer_step(struct hs_trainer *t);

/* Pictures cut and mirrored by what (seed, epoch, picture) draw. */
void hs_augment_fill(struct hs_trainer *t, size_t epoch, const size_t *which, size_t n);

#endif
