/* An explanation while it is put together. Internal to algebra/explain*.c. */
#ifndef HS_ALGEBRA_EXPLANATION_H
#define HS_ALGEBRA_EXPLANATION_H

#include "algebra/poly.h"
#include "algebra/problem.h"

struct hs_explanation {
    struct hs_problem *p;
    struct hs_atoms atoms;
    struct hs_poly side[2][2]; /* of lhs and rhs, each side; an expression has one */
    size_t sides;
    bool expanded; /* `side` can be used */
    struct hs_str text;
};

/* A copy of the text in the arena of the question. */
const char *hs_explanation_keep(struct hs_explanation *x, const char *text);

/* Appends an expression; NULL adds nothing. */
void hs_explanation_add(struct hs_str *out, struct hs_explanation *x, const struct hs_expr *e);

/* Sets answer->units, and tells when terms that count in different steps were added. */
void hs_explain_units(struct hs_explanation *x);

/* Sets answer->cleared. */
void hs_explain_cleared(struct hs_explanation *x);

#endif
