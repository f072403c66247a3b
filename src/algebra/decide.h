/* Is it the same? Expressions and equations of scales, decided exactly.
 *
 * Nothing is compared as text or as floating point: two rational functions are equal when they
 * agree at random points of random prime fields (algebra/evaluate.h; wrong with probability below
 * 2^-100). The points are a function of the question, so an answer never changes. */
#ifndef HS_ALGEBRA_DECIDE_H
#define HS_ALGEBRA_DECIDE_H

#include "algebra/parse.h"
#include "base/str.h"

enum hs_relation {
    HS_RELATION_EXPR,     /* equal as rational functions */
    HS_RELATION_EQUATION, /* L1 - R1 is L2 - R2 times a non-zero constant and powers of scale names
                             (s_…); an identity is equivalent to identities only */
    HS_RELATION_SIDES     /* the sides are equal one by one, or swapped */
};

/* "expr", "equation", "sides"; false for another word. */
bool hs_relation_find(enum hs_relation *out, const char *word);
const char *hs_relation_name(enum hs_relation relation);

struct hs_algebra_question {
    const char *lhs, *rhs; /* rhs NULL: is lhs well-formed? */
    enum hs_relation relation;
    const char *const *names; // (nnames) 0: any name
    size_t nnames;
    const char *const *given; // (ngiven) "N = E": N stands for E wherever it occurs
    size_t ngiven;
};

enum hs_algebra_place { HS_IN_NONE, HS_IN_LHS, HS_IN_RHS, HS_IN_GIVEN };

/* A value of a name that shows a difference. */
struct hs_witness_value {
    const char *name, *value; /* "s_in", "3/2" */
};

struct hs_witness {
    const struct hs_witness_value *at; // (n)
    size_t n;
    const char *lhs, *rhs; /* values that differ: of both expressions; of an equation, of the sides
                              of the one of the two that fails there … */
    enum hs_algebra_place of; /* … which one that is, while the other holds */
};

struct hs_algebra_answer {
    bool well_formed,
        equivalent;           /* equivalent is false when rhs was NULL or anything is ill-formed */
    struct hs_fault fault;    /* when not well-formed … */
    enum hs_algebra_place in; /* … in which text */
    size_t given;             /* … of the relations, which */
    const int *powers; // (symbols.n) of equivalent equations: L1 - R1 is L2 - R2 times a constant
                       // and these powers of the scales; NULL else
    const struct hs_witness
        *witness;       /* of a false equality; NULL when none of small numbers was found */
    const char *factor; /* "s_out^2": lhs is rhs times this; of an equation, its side is the
                           expected one times this. NULL when no monomial */
    const char
        *side; /* of an equation, which side is off by the factor: "lhs" or "rhs"; else NULL */
    const char *message;  /* why not, for the learner: sentences; "" when equivalent */
    const char *cleared;  /* the lhs equation after its denominators are cleared; NULL when it is
                             none or  too long */
    const char *units[2]; /* of each side of lhs: the powers of scales in its terms, "1/(s_w*s_in)";
                             several with commas between. NULL when it cannot be told */
    const char *understood[2]; /* one line each, as read */
    const char *tex[2];        /* the same as TeX */
    struct hs_statement statement[2];
    struct hs_symbols symbols;
};

/* Answers; everything lives in the arena. An ill-formed text is an answer, not a failure: HS_ENOMEM
 * and HS_ELIMIT (too many names or relations) only. */
HS_MUST_USE enum hs_status hs_algebra_ask(struct hs_algebra_answer *out, struct hs_arena *arena,
                                          const struct hs_algebra_question *question,
                                          struct hs_error *err);

/* "lhs", "rhs", "given[0]": the place as JSON and Lua name it. Appends. */
void hs_algebra_place_text(struct hs_str *out, const struct hs_algebra_answer *answer);

#endif
