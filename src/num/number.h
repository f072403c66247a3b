/* Numbers as people write them in answers and options:
 *
 *   12  -0.5  .5  5.  1e-3  1E+3  0x1p-7  0xFF  0b101  3/128  2^-7  2**-7  -2^-3 (= -(2^-3))  1_000
 *
 * with U+2212 as minus and thin or no-break spaces around. A comma is refused with the text that
 * was probably meant. What is a finite decimal, a ratio or a power is kept as an exact fraction
 * where 64 bits hold it, so that a grader can ask for equality without a tolerance. `0.50` and `.5`
 * are equal as values; how they were written is in `decimals` and `significant`. */
#ifndef HS_NUM_NUMBER_H
#define HS_NUM_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct hs_number {
    double value;     /* nearest double */
    bool exact;       /* num/den is the value exactly */
    int64_t num, den; /* lowest terms, den > 0; 0/1 unless exact */
    int decimals;     /* digits written behind the point; 0 for a ratio or power */
    int significant;  /* digits written without leading zeros; 0 when that has no meaning */
    bool percent;     /* written with %, and already divided by 100 */
};

enum hs_number_flags {
    HS_NUMBER_PERCENT = 1,  /* "12.5 %" is 0.125 */
    HS_NUMBER_NONFINITE = 2 /* "nan", "inf", "-inf" in any case; never exact */
};

/* Reads the whole text. HS_EINVAL: no number, or something behind it; err->column is the 1-based
 * place (in bytes). */
HS_MUST_USE enum hs_status hs_number_read(struct hs_number *out, const char *text, unsigned flags,
                                          struct hs_error *err);

/* True when both are exact and equal, or when neither is exact and the doubles are equal. */
bool hs_number_equal(const struct hs_number *a, const struct hs_number *b);

#endif
