/* Batch: many submissions, several workers at a time, reports in a fixed order.
 *
 * Reports are announced in the order of the paths whatever finished first, so that one job and many
 * give the same bytes. */
#ifndef HS_GRADE_BATCH_H
#define HS_GRADE_BATCH_H

#include <signal.h>

#include "grade/grading.h"

/* What is graded: one entry a submission, in order. */
struct hs_batch_paths {
    struct hs_arena arena;
    HS_VEC(const char *) items;
};

enum hs_batch_mode { HS_BATCH_GUESS, HS_BATCH_ONE, HS_BATCH_CLASS };

#define HS_BATCH_PATHS_INIT ((struct hs_batch_paths){.arena = HS_ARENA_INIT})

/* Adds `path`: a file is one submission; a folder is one when it, or its only subfolder, holds a
 * file that the assignment expects, else each entry in it is one, in byte order of names (CONTRACTS
 * 5). `mode` says it outright. HS_EIO when there is nothing to read at `path`. */
HS_MUST_USE enum hs_status hs_batch_add(struct hs_batch_paths *paths, const struct hs_assignment *a,
                                        const char *path, enum hs_batch_mode mode,
                                        struct hs_error *err);
void hs_batch_paths_dispose(struct hs_batch_paths *paths);

struct hs_batch {
    const struct hs_assignment *a;
    const struct hs_grading_limits *limits;
    size_t jobs;                       /* 1..32 workers at a time */
    const volatile sig_atomic_t *stop; /* may be NULL; not 0: end early */
    void *payload;
    /* The content is known and nothing graded yet: true when `report` was filled from an earlier
     * run (may be NULL). */
    bool (*recall)(void *payload, struct hs_report *report);
    /* A new report is complete: keep it. A failure stops the batch (may be NULL). */
    enum hs_status (*keep)(void *payload, const struct hs_report *report, struct hs_error *err);
    /* In the order of the paths. A failure stops the batch. */
    enum hs_status (*announce)(void *payload, const struct hs_report *report, struct hs_error *err);
    void (*progress)(void *payload, size_t done, size_t of); /* may be NULL */
};

/* HS_EINTERRUPTED when `stop` was set: what is complete has been kept, and announced as far as
 * nothing is missing in between. */
HS_MUST_USE enum hs_status hs_batch_run(const struct hs_batch *batch,
                                        const struct hs_batch_paths *paths, struct hs_error *err);

#endif
