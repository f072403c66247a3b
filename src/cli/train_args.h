/* The options that train and qat share, and what they mean to the trainer. */
#ifndef HS_CLI_TRAIN_ARGS_H
#define HS_CLI_TRAIN_ARGS_H

#include "cli/nn_work.h"
#include "nn/train.h"

struct hs_train_args {
    const char *data, *optimizer, *schedule, *augment, *checkpoint, *output, *curve;
    int64_t epochs, batch, seed, threads, every, images, step_every;
    double lr, momentum, weight_decay, gamma, warm_up, label_smoothing;
    bool nesterov, bfloat16, resume, json, float16;
};

#define HS_TRAIN_ARGS_INIT                                                                \
    {                                                                                     \
        .optimizer = "sgd", .schedule = "constant", .epochs = 5, .batch = 100, .seed = 1, \
        .every = 1, .step_every = 10, .momentum = 0.9, .gamma = 0.1, .warm_up = 0.3       \
    }

/* Rows of an option table for the field at `at` (a struct hs_train_args). */
#define HS_TRAIN_ROW(name, letter, kind, argument, help, at, field)                      \
    {                                                                                    \
        name, letter, kind, argument, help, (at) + offsetof(struct hs_train_args, field) \
    }
#define HS_TRAIN_ROWS(at)                                                                          \
    HS_TRAIN_ROW("data", 'd', HS_OPT_TEXT, "NAME/SPLIT",                                           \
                 "what to learn from (default: NAME/train of the network's set), or "              \
                 "IMAGES.idx,LABELS.idx",                                                          \
                 at, data),                                                                        \
        HS_TRAIN_ROW("images", 'n', HS_OPT_INT, "N", "only the first N pictures", at, images),     \
        HS_TRAIN_ROW("epochs", 'e', HS_OPT_INT, "N", "times through the data (5)", at, epochs),    \
        HS_TRAIN_ROW("batch", 'b', HS_OPT_INT, "N", "pictures a step (100)", at, batch),           \
        HS_TRAIN_ROW("optimizer", 0, HS_OPT_TEXT, "WORD", "sgd unless given (sgd|adam)", at,       \
                     optimizer),                                                                   \
        HS_TRAIN_ROW("lr", 0, HS_OPT_NUMBER, "RATE", "learning rate (sgd 0.1, adam 0.001)", at,    \
                     lr),                                                                          \
        HS_TRAIN_ROW("momentum", 0, HS_OPT_NUMBER, "M", "of sgd (0.9)", at, momentum),             \
        HS_TRAIN_ROW("nesterov", 0, HS_OPT_FLAG, NULL, "sgd looks ahead", at, nesterov),           \
        HS_TRAIN_ROW("weight-decay", 0, HS_OPT_NUMBER, "D", "added to the gradient (0)", at,       \
                     weight_decay),                                                                \
        HS_TRAIN_ROW("schedule", 0, HS_OPT_TEXT, "WORD",                                           \
                     "of the learning rate (constant|step|exponential|cosine|one_cycle)", at,      \
                     schedule),                                                                    \
        HS_TRAIN_ROW("gamma", 0, HS_OPT_NUMBER, "G", "step, exponential: the factor (0.1)", at,    \
                     gamma),                                                                       \
        HS_TRAIN_ROW("step-every", 0, HS_OPT_INT, "N", "step: epochs between two steps (10)", at,  \
                     step_every),                                                                  \
        HS_TRAIN_ROW("warm-up", 0, HS_OPT_NUMBER, "SHARE",                                         \
                     "one_cycle: share of the steps that rise (0.3)", at, warm_up),                \
        HS_TRAIN_ROW("label-smoothing", 0, HS_OPT_NUMBER, "E", "targets 1 - E (0)", at,            \
                     label_smoothing),                                                             \
        HS_TRAIN_ROW(                                                                              \
            "augment", 0, HS_OPT_TEXT, "WORDS",                                                    \
            "crop, flip or crop,flip: pictures cut at random from a border of 4 (crop:N) "         \
            "and mirrored",                                                                        \
            at, augment),                                                                          \
        HS_TRAIN_ROW("bfloat16", 0, HS_OPT_FLAG, NULL,                                             \
                     "products of bfloat16 with float32 sums: faster where the processor has AMX", \
                     at, bfloat16),                                                                \
        HS_TRAIN_ROW("seed", 0, HS_OPT_INT, "N",                                                   \
                     "of first weights, order and augmentation (1); the same seed gives the same " \
                     "bits",                                                                       \
                     at, seed),                                                                    \
        HS_TRAIN_ROW("threads", 't', HS_OPT_INT, "N",                                              \
                     "threads (one a processor); any number gives the same bits", at, threads),    \
        HS_TRAIN_ROW("checkpoint", 0, HS_OPT_TEXT, "FILE",                                         \
                     "keep the state of the training there (default, on Ctrl-C only: OUTPUT with " \
                     ".checkpoint behind)",                                                        \
                     at, checkpoint),                                                              \
        HS_TRAIN_ROW("every", 0, HS_OPT_INT, "N", "write --checkpoint every N epochs (1)", at,     \
                     every),                                                                       \
        HS_TRAIN_ROW("resume", 0, HS_OPT_FLAG, NULL,                                               \
                     "go on from the checkpoint, to the same bits", at, resume),                   \
        HS_TRAIN_ROW("output", 'o', HS_OPT_TEXT, "FILE", "the model, .safetensors", at, output),   \
        HS_TRAIN_ROW("float16", 0, HS_OPT_FLAG, NULL, "store parameters in half the bytes", at,    \
                     float16),                                                                     \
        HS_TRAIN_ROW("curve", 0, HS_OPT_TEXT, "FILE.csv", "loss and accuracy of each epoch", at,   \
                     curve),                                                                       \
        HS_TRAIN_ROW("json", 'j', HS_OPT_FLAG, NULL, "print JSON", at, json)

HS_MUST_USE enum hs_status hs_train_args_options(struct hs_train_options *out,
                                                 const struct hs_train_args *a,
                                                 struct hs_error *err);

/* The options as a map, for about.training of a model: what makes its bits, nothing else. */
HS_MUST_USE enum hs_status hs_train_args_value(struct hs_value *out, struct hs_arena *arena,
                                               const struct hs_train_options *o, const char *data,
                                               size_t images, struct hs_error *err);

#endif
