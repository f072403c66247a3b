/* Answers of learners: text to numbers, and numbers against numbers (INTEROP 7.1, 7.2).
 *
 * Read are 12 -0.5 .5 5. 1e-3 0x1p-7 0xFF a/b 2^-7 2**-7 -2^-3 (which is -(2^-3)), U+2212 as minus, thin and no-break spaces,
 * '_' between digits. A decimal comma is refused with the right spelling. NaN and infinities are refused. Lists are
 * numbers separated by spaces, ';', or ', ' and may stand in brackets. */
#ifndef HS_LESSON_ANSWER_H
#define HS_LESSON_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/* When a number s passes for the true t. NaN never passes; bounds are inclusive but for sigfig. */
enum hs_tolerance_kind {
    HS_TOL_EXACT,  /* s = t */
    HS_TOL_REL,    /* |s-t| <= a |t| */
    HS_TOL_ABS,    /* |s-t| <= a */
    HS_TOL_SIGFIG, /* |s-t| < 0.51 * 10^(floor(log10 |t|) - a + 1); for t = 0: |s| < 0.51 * 10^(1-a) */
    HS_TOL_LSB     /* |s-t| <= a with both integers: codes */
};

struct hs_tolerance {
    enum hs_tolerance_kind kind;
    double amount;
};

bool hs_tolerance_accepts(const struct hs_tolerance *tolerance, double s, double t);

/* "within 0.0001 % of the value": what the learner is told beside the field. Appends. */
void hs_tolerance_describe(struct hs_str *out, const struct hs_tolerance *tolerance);

/* One number; the whole text must be used. HS_EFORMAT with the 1-based column and a sentence for the learner. */
HS_MUST_USE enum hs_status hs_answer_number(double *out, const char *text, struct hs_error *err);

/* At most `most` numbers, in the arena. */
HS_MUST_USE enum hs_status hs_answer_list(double **out, size_t *n, struct hs_arena *arena, const char *text, size_t most,
                                          struct hs_error *err);

#endif
