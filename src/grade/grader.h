/* Grader: one Lua box that has run an assignment's sources, over one submission or over none (then
 * it only declares). */
#ifndef HS_GRADE_GRADER_H
#define HS_GRADE_GRADER_H

#include "grade/assignment.h"
#include "grade/submission.h"
#include "script/script.h"

struct hs_grader_limits {
    size_t memory;         /* of the box, tensors included; 512 MiB */
    uint64_t instructions; /* of one check; 500 million */
    uint64_t wall_ms;      /* of one check; a little less than the parent's clock */
};

struct hs_grader_limits hs_grader_limits_default(void);

struct hs_grader;

/* `submission` may be NULL; it is borrowed, and its files are opened as checks ask for them.
 * HS_ESCRIPT with file and line, HS_ELIMIT. */
HS_MUST_USE enum hs_status hs_grader_open(struct hs_grader **out, const struct hs_assignment *a,
                                          struct hs_submission *submission,
                                          const struct hs_grader_limits *limits,
                                          const struct hs_io_limits *io, struct hs_error *err);
void hs_grader_free(struct hs_grader *g);

/* What the sources declared: {assignment={…}, checks={…}, misconceptions={…}}. */
HS_MUST_USE enum hs_status hs_grader_declaration(struct hs_value *out, struct hs_arena *arena,
                                                 struct hs_grader *g, struct hs_error *err);

/* Runs the check of 1-based number `check`: *out is its verdict table. HS_ESCRIPT when the grader
 * failed, HS_ELIMIT when a budget was met: the box is of no further use then (hs_grader_spent). */
HS_MUST_USE enum hs_status hs_grader_run(struct hs_value *out, struct hs_arena *arena,
                                         struct hs_grader *g, size_t check, struct hs_error *err);
bool hs_grader_spent(const struct hs_grader *g);

/* Calls the function that the grader gave to emit{…} with (case number, seed): *out is nil past the
 * last case. */
HS_MUST_USE enum hs_status hs_grader_emit(struct hs_value *out, struct hs_arena *arena,
                                          struct hs_grader *g, size_t number, uint64_t seed,
                                          struct hs_error *err);

#endif
