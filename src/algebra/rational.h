/* Exact fractions of 64 bits, for numbers that a person checks by hand. Internal to algebra/. */
#ifndef HS_ALGEBRA_RATIONAL_H
#define HS_ALGEBRA_RATIONAL_H

#include "algebra/evaluate.h"
#include "base/str.h"

/* Lowest terms, den > 0; den 0: no value (a division by zero, or too long to be written). */
struct hs_rational {
    int64_t num, den;
};

struct hs_rational hs_rational_of(int64_t num, int64_t den);
struct hs_rational hs_rational_add(struct hs_rational a, struct hs_rational b);
struct hs_rational hs_rational_sub(struct hs_rational a, struct hs_rational b);
struct hs_rational hs_rational_mul(struct hs_rational a, struct hs_rational b);
struct hs_rational hs_rational_div(struct hs_rational a, struct hs_rational b);
bool hs_rational_equal(struct hs_rational a,
                       struct hs_rational b); /* false when either has no value */

/* "-7/3", "2". Appends. */
void hs_rational_text(struct hs_str *out, struct hs_rational v);

/* The value of e where the names have values[symbol], defined ones too.
 * max min abs round (half to even) floor ceil clamp clip sign relu are computed; any other function
 * and a product over an index have no value. */
struct hs_rational hs_rational_value(const struct hs_rational *values, const struct hs_expr *e);

#endif
