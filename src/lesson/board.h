/* The derivation board: formulas judged, and what stands beside each line.
 *
 * A derivation is written line after line. Each line is compared with the last right one
 * (algebra/derivation.h), then with the misconceptions of the question, and its numbers on the
 * lesson's own tensors are computed, so that a wrong line is also seen to be absurd. */
#ifndef HS_LESSON_BOARD_H
#define HS_LESSON_BOARD_H

#include "lesson/ask.h"

/* A line as it is shown. */
struct hs_board_row {
    const char *text;   /* as typed */
    const char *tex;    /* as understood; "" when it is not well-formed */
    bool has_numbers;   /* every name has a value in this lesson */
    double left, right; /* the first and the last side with numbers put in */
};

/* The row of one line of the question. HS_ENOMEM. Text goes into the arena. */
HS_MUST_USE enum hs_status hs_board_row(struct hs_board_row *out, struct hs_arena *arena,
                                        const struct hs_question *q, const char *line,
                                        struct hs_error *err);

/* "left 3.1172, right 2.9041": the numbers of a row; nothing where it has none. Appends. */
void hs_board_numbers(struct hs_str *out, const struct hs_board_row *row);

/* A sentence that names the next move, behind the right lines so far (a line each, "" for none).
 * Appends. */
HS_MUST_USE enum hs_status hs_board_hint(struct hs_str *out, const struct hs_question *q,
                                         const char *lines, struct hs_error *err);

/* hs_question_check() for questions about formulas. */
HS_MUST_USE enum hs_status hs_question_check_formula(struct hs_ask_verdict *out,
                                                     struct hs_arena *arena,
                                                     const struct hs_question *q, const char *text,
                                                     struct hs_error *err);

#endif
