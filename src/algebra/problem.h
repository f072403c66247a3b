/* A question while it is decided. Internal to algebra/. */
#ifndef HS_ALGEBRA_PROBLEM_H
#define HS_ALGEBRA_PROBLEM_H

#include "algebra/decide.h"
#include "algebra/evaluate.h"

struct hs_problem {
    struct hs_arena *arena;
    const struct hs_algebra_question *question;
    struct hs_algebra_answer *answer;
    struct hs_statement *given; // (question->ngiven)
    struct hs_context context;
    struct hs_points points;
    struct hs_error *err;
};

/* lhs (0) or rhs (1) as a difference: of an equation L - R. */
struct hs_difference hs_problem_difference(const struct hs_problem *p, int which);

/* Sets answer->witness (NULL when none is found). */
HS_MUST_USE enum hs_status hs_problem_witness(struct hs_problem *p);

/* Sets answer->factor, side and message: why the two are not equivalent. */
HS_MUST_USE enum hs_status hs_problem_explain(struct hs_problem *p);

#endif
