/* An expression written simply: multiplied out where that is short, one fraction bar, numbers in
 * lowest terms. */
#ifndef HS_ALGEBRA_SIMPLIFY_H
#define HS_ALGEBRA_SIMPLIFY_H

#include "algebra/parse.h"

/* The same value in simple form, in the arena; `e` itself where it has more than 256 terms or 48
 * parts. Sums below a fraction bar stay there. NULL when out of memory. */
const struct hs_expr *hs_expr_simplify(struct hs_arena *arena, const struct hs_symbols *symbols,
                                       const struct hs_expr *e);

/* The value where symbol i is values[i]; NaN where it has none. abs max min round floor ceil clamp
 * clip sign relu are computed; a number can only be shown beside a formula, never decide about it.
 */
double hs_expr_number(const struct hs_expr *e, const double *values);

#endif
