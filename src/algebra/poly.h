/* Sums of monomials with integer exponents of either sign, exact coefficients: what most formulas
 * of scales become when they are multiplied out. For explaining and for writing simply; equality is
 * decided elsewhere (evaluate.h). Internal to algebra/. */
#ifndef HS_ALGEBRA_POLY_H
#define HS_ALGEBRA_POLY_H

#include "algebra/rational.h"

enum { HS_POLY_ATOMS = 48, HS_POLY_TERMS = 256 };

/* What is not multiplied out: a name, a function, a divisor that is a sum. */
struct hs_atom {
    const struct hs_expr *expr;
    const char *text; /* two atoms with one text are one */
    bool scale;       /* a name that begins with s_ */
};

struct hs_atoms {
    const struct hs_context *context;
    struct hs_arena *arena;
    struct hs_atom items[HS_POLY_ATOMS];
    size_t n;
    size_t work; /* parts expanded so far: definitions may stand in each other many times */
    bool failed; /* a limit was met, or memory ran out: nothing that was made is of use */
};

struct hs_term {
    struct hs_rational c;
    int16_t e[HS_POLY_ATOMS];
};

/* Terms are sorted and have different exponents; n = 0 is zero. */
struct hs_poly {
    struct hs_term *terms; // (n)
    size_t n;
};

struct hs_poly hs_poly_expand(struct hs_atoms *atoms, const struct hs_expr *e);
struct hs_poly hs_poly_sub(struct hs_atoms *atoms, struct hs_poly a, struct hs_poly b);

/* Every term times c and the powers e. */
struct hs_poly hs_poly_shift(struct hs_atoms *atoms, struct hs_poly a,
                             const int16_t e[HS_POLY_ATOMS], struct hs_rational c);

/* The poly as an expression with one fraction bar. NULL when out of memory. */
struct hs_expr *hs_poly_expr(struct hs_atoms *atoms, struct hs_poly a);

/* A monomial as an expression; `scales`: only the powers of scales, else only of the others … or
 * all. */
enum hs_poly_part { HS_POLY_ALL, HS_POLY_SCALES, HS_POLY_OTHERS };
struct hs_expr *hs_poly_monomial(struct hs_atoms *atoms, const struct hs_term *t,
                                 enum hs_poly_part part);

#endif
