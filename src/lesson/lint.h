/* What a lesson must satisfy before a learner sees it (TEACHING 11.1): its own answers are accepted, every misconception is
 * caught as itself and differs from the answer and from the others, ids are unique, demos draw at both ends of every control,
 * prose fits 40 columns, links lead somewhere, tensors are there. */
#ifndef HS_LESSON_LINT_H
#define HS_LESSON_LINT_H

#include "lesson/lesson.h"

/* Calls `fault` with "file:line: sentence" for each fault found. Returns HS_OK also when there are faults; *count receives how
 * many. */
HS_MUST_USE enum hs_status hs_lesson_lint(const struct hs_lesson *lesson, uint64_t seed,
                                          void (*fault)(void *payload, const char *sentence), void *payload, size_t *count,
                                          struct hs_error *err);

#endif
