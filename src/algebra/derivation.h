/* Derivations: line after line, each checked against the last one that was right.
 *
 * A line is an equation or a chain a = b = c. It is right when it says the same as the last right
 * line: at once, or when the given relations are put in. It has arrived when its sides are those of
 * the goal. */
#ifndef HS_ALGEBRA_DERIVATION_H
#define HS_ALGEBRA_DERIVATION_H

#include "algebra/decide.h"

struct hs_derivation {
    const char *const *names; // (nnames) 0: any
    size_t nnames;
    const char *const *given; // (ngiven) "N = E"
    size_t ngiven;
    const char *start, *goal; /* equations; goal NULL: none */
};

enum hs_line_verdict {
    HS_LINE_RIGHT, /* says the same as the last line */
    HS_LINE_GIVEN, /* … under the given relations */
    HS_LINE_WRONG,
    HS_LINE_FAULT /* not readable */
};

struct hs_line {
    enum hs_line_verdict verdict;
    bool arrived;                 /* right, and its sides are the goal's */
    const char *message;          /* for the learner; "" when right */
    const char *understood, *tex; /* what was read; "" for a fault */
    const char *says; /* as one equation, first side = last: the next line is checked against it */
    struct hs_algebra_answer
        answer; /* of the comparison with the last line: witness, factor, fault … */
};

/* Checks `text` against `last` (the start, or a right line before). Everything lives in the arena.
 * HS_ENOMEM, HS_ELIMIT, and HS_EINVAL for a start, goal or relation that is ill-formed. */
HS_MUST_USE enum hs_status hs_derivation_check(struct hs_line *out, struct hs_arena *arena,
                                               const struct hs_derivation *d, const char *last,
                                               const char *text, struct hs_error *err);

/* A sentence that names the next move from `last` to the goal; "" when it has arrived or there is
 * no goal. Appends. */
HS_MUST_USE enum hs_status hs_derivation_hint(struct hs_str *out, const struct hs_derivation *d,
                                              const char *last, struct hs_error *err);

#endif
