/* Grading: one submission from path to report, by workers one after the other.
 *
 * The child reads, locks itself, unpacks and runs the checks, announcing each before it starts.
 * When it dies or is late, the check that was running gets `timeout` or `error` without a score,
 * and a new worker goes on behind it, so that one dead check costs neither its siblings nor the
 * next submission. The parent never parses the student's bytes: it sees frames of our own making
 * and believes in them only verdict names, shares of points and text. */
#ifndef HS_GRADE_GRADING_H
#define HS_GRADE_GRADING_H

#include "grade/assignment.h"
#include "grade/grader.h"
#include "grade/report.h"
#include "grade/worker.h"

struct hs_grading_limits {
    struct hs_worker_limits worker;
    struct hs_grader_limits grader;
    struct hs_io_limits io;
};

struct hs_grading_limits hs_grading_limits_default(void);

struct hs_grading {
    const struct hs_assignment *a;          /* borrowed */
    const struct hs_grading_limits *limits; /* borrowed */
    const char *path;                       /* borrowed */
    struct hs_report report; /* one row a check from the start; filled as frames arrive */
    bool *done;              // (checks) arena: this row is final
    size_t next;             /* the first check that has no final row */
    ptrdiff_t running;       /* announced and not answered; -1: none */
    bool finished, known_hash;
    uint64_t started;
};

/* Prepares a grading; the report names submission and student by the path. */
HS_MUST_USE enum hs_status hs_grading_init(struct hs_grading *g, const struct hs_assignment *a,
                                           const struct hs_grading_limits *limits, const char *path,
                                           struct hs_error *err);
void hs_grading_dispose(struct hs_grading *g);

/* Starts the (next) worker for what is left. */
HS_MUST_USE enum hs_status hs_grading_start(struct hs_grading *g, struct hs_worker *w,
                                            struct hs_error *err);

/* The parent's reaction to a frame, and to the end of a worker. After hs_grading_ended() either
 * g->finished, or the caller starts the next worker. */
void hs_grading_frame(struct hs_grading *g, char kind, struct hs_bytes frame);
void hs_grading_ended(struct hs_grading *g, const struct hs_worker *w);

/* Adds a line to the report's messages (copied, made safe for screens). */
void hs_grading_note(struct hs_grading *g, const char *fmt, ...) HS_PRINTF(2, 3);

/* ---- the child's side (grade/grading_child.c) ---- */
int hs_grading_child(void *grading);

/* Frame kinds: 'I' {hash, empty}, 'N' a remark, 'M' the hand-in is malformed, 'B' a check begins,
 * 'R' its row, 'G' the grader is at fault, 'D' all done. */

#endif
