/* What the commands on networks share: finding a model, loading a split, threads, progress that can
 * be interrupted, and where a model is written. */
#ifndef HS_CLI_NN_WORK_H
#define HS_CLI_NN_WORK_H

#include "cli/opt.h"
#include "cli/progress.h"
#include "io/dataset.h"
#include "nn/file.h"

struct hs_nn_work {
    struct hs_cli *cli;
    struct hs_error err;
    struct hs_arena arena; /* owns the split and what commands add */
    struct hs_network network;
    struct hs_dataset_split split;
    const char *data; /* name of the split: "mnist/test" */
    struct hs_pool *pool;
    struct hs_progress progress;
};

#define HS_NN_WORK_INIT(c) \
    ((struct hs_nn_work){  \
        .cli = (c), .err = {.code = HS_OK}, .network = {.is_program = false}, .pool = NULL})

/* Frees everything and gives the exit code: 0, or that of the error, which it reports. */
int hs_nn_work_end(struct hs_nn_work *w, enum hs_status st);

/* A file of that name, or the id of a model in assets/models. HS_ENOTFOUND lists those. */
HS_MUST_USE enum hs_status hs_nn_load(struct hs_nn_work *w, const char *model);

/* "mnist/test", or "IMAGES.idx,LABELS.idx" with labels below `classes`; NULL: the set that the
 * model was made for (`made_for`) and `split` of it. `images` > 0: the first so many. */
HS_MUST_USE enum hs_status hs_nn_data(struct hs_nn_work *w, const char *data, const char *made_for,
                                      const char *split, size_t classes, int64_t images);

/* 0: one a processor. */
HS_MUST_USE enum hs_status hs_nn_threads(struct hs_nn_work *w, int64_t threads);

/* A bar for work that counts pictures; Ctrl-C makes it give false. */
void hs_nn_progress_begin(struct hs_nn_work *w, const char *label, uint64_t total);
bool hs_nn_progress(void *work, size_t done, size_t total);
void hs_nn_progress_end(struct hs_nn_work *w);

/* HS_EINVAL when no model can be written there: another extension, no such folder, a folder. */
HS_MUST_USE enum hs_status hs_nn_check_output(const char *path, struct hs_error *err);

/* Sets about.key of the model, in its arena. HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_nn_about(struct hs_value *about, struct hs_arena *arena,
                                       const char *key, const struct hs_value *v,
                                       struct hs_error *err);

/* "W" or "W/A" in two parts; what is not said is NULL. */
HS_MUST_USE enum hs_status hs_nn_two(const char **w, const char **a, struct hs_arena *arena,
                                     const char *text, struct hs_error *err);

#endif
