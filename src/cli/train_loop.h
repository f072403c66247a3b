/* A training from the command line: steps, a line of progress, checkpoints, Ctrl-C, the model at
 * the end. */
#ifndef HS_CLI_TRAIN_LOOP_H
#define HS_CLI_TRAIN_LOOP_H

#include "cli/train_args.h"

/* Trains `m` on w->split as `a` and `o` say, writes a->output and reports. `key` is the part of
 * about that says how: "training", "qat". HS_EINTERRUPTED: the checkpoint is written, and the
 * sentence says how to go on. */
HS_MUST_USE enum hs_status hs_train_loop(struct hs_nn_work *w, struct hs_model *m,
                                         const struct hs_train_args *a,
                                         const struct hs_train_options *o, const char *key);

#endif
