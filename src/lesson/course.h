/* The course: every lesson of every lessons/ folder (base/env.h: build tree or prefix, then $HALFSTEP_PATH), in the byte
 * order of the folder names. A lesson id that is met again replaces nothing: the first one counts. */
#ifndef HS_LESSON_COURSE_H
#define HS_LESSON_COURSE_H

#include "lesson/lesson.h"

struct hs_course {
    HS_VEC(struct hs_lesson) lessons;
    HS_VEC(char *) faults; /* one sentence for each lesson that could not be read; the others are still there */
};

#define HS_COURSE_INIT ((struct hs_course){.faults = {0}})

/* Reads the course. A broken lesson is a fault, not a failure; HS_ENOMEM is the only failure. */
HS_MUST_USE enum hs_status hs_course_load(struct hs_course *out, struct hs_error *err);

/* The same for the lesson folders below `dir`, or `dir` itself when it holds a lesson.md. */
HS_MUST_USE enum hs_status hs_course_load_dir(struct hs_course *out, const char *dir, struct hs_error *err);
void hs_course_dispose(struct hs_course *course);

/* By id, by "10" (the number of its folder) or by folder name; NULL when there is none. Borrowed. */
const struct hs_lesson *hs_course_find(const struct hs_course *course, const char *name);

#endif
