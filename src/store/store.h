/* What is kept: a learner's progress and finished grades. SQLite in a file (store/sqlite.c), or memory for tests and for
 * those who have no home (store/memory.c). Every put is one transaction and is on disk when it returns (ROBUSTNESS 7).
 *
 * A store must not be carried across fork(): a call in another process than the opener's is HS_EINVAL, and closing there
 * only frees memory. Two programs may use one file; who waits longer than 5 s gets HS_EBUSY with a sentence. Text that
 * is handed out lives in the caller's arena. */
#ifndef HS_STORE_STORE_H
#define HS_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* Where a learner is in a lesson, and the figures that the course map shows. */
struct hs_store_lesson {
    const char *lesson;
    const char *step;        /* id of the current step */
    int64_t seed;
    int64_t points, maximum; /* thousandths */
    int64_t done, skipped, hints; /* questions settled and skipped; hints taken */
    int64_t questions;       /* in the lesson */
    int64_t steps_done;
    int64_t updated;         /* seconds since 1970 */
};

struct hs_store_question {
    const char *lesson, *question;
    const char *status;  /* "open", "correct", "predicted", "skipped", "revealed" */
    const char *draft;   /* half-typed text */
    int64_t attempts, hints, points;
    const char *verdict, *misconception, *message, *understood; /* of the last answer; "" */
};

struct hs_store_attempt {
    const char *lesson, *question;
    int64_t number;      /* 1-based */
    const char *raw;     /* what was typed */
    const char *verdict, *misconception;
    int64_t at;
};

struct hs_store_control {
    const char *lesson, *cell, *control; /* cell: "step-id/part" */
    double value;
};

/* A finished report, keyed by all four. */
struct hs_store_grade {
    const char *assignment, *submission, *content_sha256, *grader_sha256;
    const char *run;    /* id of the run that made it */
    const char *report; /* JSON text */
    int64_t at;
};

struct hs_store;

struct hs_store_ops {
    const char *name; /* "sqlite", "memory" */
    void (*close)(struct hs_store *store);
    enum hs_status (*lesson_put)(struct hs_store *store, const struct hs_store_lesson *row, struct hs_error *err);
    enum hs_status (*question_put)(struct hs_store *store, const struct hs_store_question *row,
                                   const struct hs_store_attempt *attempt, struct hs_error *err);
    enum hs_status (*control_put)(struct hs_store *store, const struct hs_store_control *row, struct hs_error *err);
    enum hs_status (*lesson_forget)(struct hs_store *store, const char *lesson, struct hs_error *err);
    enum hs_status (*lesson_find)(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                  struct hs_store_lesson *out, bool *found, struct hs_error *err);
    enum hs_status (*question_find)(struct hs_store *store, struct hs_arena *arena, const char *lesson, const char *question,
                                    struct hs_store_question *out, bool *found, struct hs_error *err);
    enum hs_status (*attempts)(struct hs_store *store, struct hs_arena *arena, const char *lesson, const char *question,
                               struct hs_store_attempt **out, size_t *n, struct hs_error *err);
    enum hs_status (*controls)(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                               struct hs_store_control **out, size_t *n, struct hs_error *err);
    enum hs_status (*grade_put)(struct hs_store *store, const struct hs_store_grade *row, struct hs_error *err);
    enum hs_status (*grade_find)(struct hs_store *store, struct hs_arena *arena, const struct hs_store_grade *key,
                                 struct hs_store_grade *out, bool *found, struct hs_error *err);
};

/* The first member of every store; of no use to callers. */
struct hs_store {
    const struct hs_store_ops *ops;
};

/* Opens or makes the file. A corrupt one is renamed to NAME.corrupt-DATE with its -wal and -shm and a fresh one begun. *remark
 * (may be NULL) receives a sentence in the arena about that or about a file system without WAL, else NULL. HS_EBUSY, HS_EIO,
 * HS_EVERSION (made by a newer halfstep), HS_EFORMAT (another program's database). */
HS_MUST_USE enum hs_status hs_store_open(struct hs_store **out, const char *path, struct hs_arena *arena, const char **remark,
                                         struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_open_memory(struct hs_store **out, struct hs_error *err);
void hs_store_close(struct hs_store *store); /* NULL is fine */

/* Progress. A put replaces the row of the same key; hs_store_question_put also appends the attempt when it is not NULL, in the
 * same transaction. A missing row is *found = false, not an error. */
HS_MUST_USE enum hs_status hs_store_lesson_put(struct hs_store *store, const struct hs_store_lesson *row, struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_question_put(struct hs_store *store, const struct hs_store_question *row,
                                                 const struct hs_store_attempt *attempt, struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_control_put(struct hs_store *store, const struct hs_store_control *row,
                                                struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_lesson_forget(struct hs_store *store, const char *lesson, struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_lesson_find(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                                struct hs_store_lesson *out, bool *found, struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_question_find(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                                  const char *question, struct hs_store_question *out, bool *found,
                                                  struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_attempts(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                             const char *question, struct hs_store_attempt **out, size_t *n,
                                             struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_controls(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                             struct hs_store_control **out, size_t *n, struct hs_error *err);

/* Grades: put replaces the report of the same (assignment, submission, content, grader); find looks for exactly these four
 * members of `key`. A report is announced only after put returned HS_OK. */
HS_MUST_USE enum hs_status hs_store_grade_put(struct hs_store *store, const struct hs_store_grade *row, struct hs_error *err);
HS_MUST_USE enum hs_status hs_store_grade_find(struct hs_store *store, struct hs_arena *arena, const struct hs_store_grade *key,
                                               struct hs_store_grade *out, bool *found, struct hs_error *err);

#endif
