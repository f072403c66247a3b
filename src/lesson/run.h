/* A lesson at work: one Lua state for all its cells.
 *
 * On opening, the tensors of the front matter are put into the read-only global `data` (data.vgg8_thin["conv3.weight"]: the
 * file's name without its extension, then the entry), then the setup cells run in order. A demo is declared once
 * and its view computed again for each change of a control. Faults of a cell are HS_ESCRIPT or HS_ELIMIT with file and line. */
#ifndef HS_LESSON_RUN_H
#define HS_LESSON_RUN_H

#include "lesson/ask.h"
#include "lesson/lesson.h"

enum hs_control_kind { HS_CONTROL_SLIDER, HS_CONTROL_TOGGLE, HS_CONTROL_CHOICE };

struct hs_control {
    enum hs_control_kind kind;
    const char *id, *label, *unit;
    double min, max, step; /* slider: min, min+step … max; toggle: 0 and 1; choice: 0 … nchoices-1 by 1 */
    double value;          /* now; of a choice the 0-based index */
    double initial;        /* what the lesson begins with */
    const char **choices;  // (nchoices)
    size_t nchoices;
};

struct hs_demo {
    struct hs_control *controls; // (ncontrols)
    size_t ncontrols;
    struct hs_value view; /* for draw/view.h */
};

struct hs_lesson_run;

/* `lesson` is borrowed until the run is freed. */
HS_MUST_USE enum hs_status hs_lesson_run_open(struct hs_lesson_run **out, const struct hs_lesson *lesson, uint64_t seed,
                                              struct hs_error *err);
void hs_lesson_run_free(struct hs_lesson_run *run);

/* The question of an ask part; the cell runs once, and its function `later` when it has one.
 * Borrowed from the run; a question that was got pending is completed in its place. */
HS_MUST_USE enum hs_status hs_lesson_run_question(const struct hs_question **out, struct hs_lesson_run *run, size_t step,
                                                  size_t part, struct hs_error *err);

/* The same without calling `later`: enough for the score (see hs_question.pending). */
HS_MUST_USE enum hs_status hs_lesson_run_question_head(const struct hs_question **out,
                                                       struct hs_lesson_run *run, size_t step,
                                                       size_t part, struct hs_error *err);

/* The demo of a demo part with its view at the controls' present values. Borrowed: the view is valid until the next call
 * for the same part. */
HS_MUST_USE enum hs_status hs_lesson_run_demo(struct hs_demo **out, struct hs_lesson_run *run, size_t step, size_t part,
                                              struct hs_error *err);

/* Sets a control (a slider is brought onto its grid and into its ends). The view follows with the next hs_lesson_run_demo.
 * HS_ENOTFOUND names the controls that there are. */
HS_MUST_USE enum hs_status hs_lesson_run_set(struct hs_lesson_run *run, size_t step, size_t part, const char *control,
                                             double value, struct hs_error *err);

/* The value as shown and typed: "0.25", "on", "floor". hs_control_parse takes the same. */
void hs_control_text(struct hs_str *out, const struct hs_control *control);
HS_MUST_USE enum hs_status hs_control_parse(double *out, const struct hs_control *control, const char *text,
                                            struct hs_error *err);

#endif
