/* Values of expressions at random points of random prime fields, and what they prove.
 *
 * Two rational functions are told apart by their values at a random point: a difference that is not
 * zero has at most `degree` zeros among p values (Schwartz 1980, Zippel 1979), and at most
 * bits/61 primes of the 5e16 make its coefficients vanish. hs_points_new() makes so many points,
 * each in a field of its own, that the probability of taking two different functions for equal is
 * below 2^-100. Opaque functions are random functions of the values of their arguments. Internal to
 * algebra/. */
#ifndef HS_ALGEBRA_EVALUATE_H
#define HS_ALGEBRA_EVALUATE_H

#include "algebra/expr.h"
#include "algebra/field.h"

/* What names stand for: definitions[i] is NULL for a free name. */
struct hs_context {
    const struct hs_symbols *symbols;
    const struct hs_expr **definitions; // (symbols->n)
};

struct hs_fraction {
    uint64_t n, d; /* of the field; d = 0 after a division by zero */
};

struct hs_point {
    const struct hs_context *context;
    struct hs_field f;
    struct hs_fraction *values; // (symbols->n) given for free names, computed for the others
    bool *known;                // (symbols->n)
    uint64_t key;               /* of the opaque functions */
    const struct hs_expr *zero; /* the divisor that was zero, NULL while there is none */
};

struct hs_points {
    struct hs_point items[8];
    size_t n;
};

/* A difference plus - minus; minus NULL stands for 0. */
struct hs_difference {
    const struct hs_expr *plus, *minus;
};

/* Points good enough for the differences; the choice is a function of `seed`. False, with a
 * sentence in *fault, when degree or coefficients are past what is decided (2^20, 2^24 bits).
 * HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_points_new(struct hs_points *out, struct hs_arena *arena,
                                         const struct hs_context *context,
                                         const struct hs_difference *differences, size_t n,
                                         uint64_t seed, struct hs_fault *fault,
                                         struct hs_error *err);

struct hs_fraction hs_point_value(struct hs_point *p, const struct hs_expr *e);
struct hs_fraction hs_point_difference(struct hs_point *p, struct hs_difference difference);

/* Gives a free name another value (times `by`), and forgets what was computed. */
void hs_point_scale(struct hs_point *p, size_t symbol, uint64_t by);

/* Other random values for all free names. */
void hs_point_move(struct hs_point *p, struct hs_rng *rng);

/* Zero at all points. Divisions by zero are looked for before (hs_points_zero). */
bool hs_points_vanish(struct hs_points *points, struct hs_difference difference);

/* The divisor in `e` that is zero at every point, or NULL. */
const struct hs_expr *hs_points_zero(struct hs_points *points, const struct hs_expr *e);

/* c * product of names^exponents, c a rational (den 0: a constant too long to be written). */
struct hs_monomial {
    int64_t num, den;
    int *exponents; // (symbols->n)
};

/* Whether a/b is a monomial; neither vanishes. `scales_only`: other names must have exponent 0. */
HS_MUST_USE enum hs_status hs_points_ratio(bool *is, struct hs_monomial *out,
                                           struct hs_arena *arena, struct hs_points *points,
                                           struct hs_difference a, struct hs_difference b,
                                           bool scales_only, struct hs_error *err);

/* Marks the names that occur in e, and in the definitions of those. */
void hs_context_mark(const struct hs_context *context, const struct hs_expr *e, bool *marks);

#endif
