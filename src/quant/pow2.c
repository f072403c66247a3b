#include "quant/qparams.h"

#include <assert.h>
#include <math.h>

/* The double next above the square root of 2 (which is 0x1.6a09e667f3bcc908…): being irrational,
 * the root lies strictly between this and the double below, so comparing with it decides m > sqrt 2
 * exactly. */
static const double above_sqrt2 = 0x1.6a09e667f3bcdp+0;

int hs_pow2_exponent(double scale, enum hs_pow2_rounding mode, int min_shift, int max_shift)
{
    int k, e;
    double m;

    assert(scale >= 0 && min_shift <= max_shift);
    if (scale == 0)
        return -max_shift;
    if (isinf(scale))
        return -min_shift;
    m = 2 * frexp(scale, &k); /* scale = m 2^k, 1 <= m < 2 */
    k--;
    if (mode == HS_POW2_CEIL || mode == HS_POW2_NON_OVERFLOW || mode == HS_POW2_MSE)
        e = k + (m > 1);
    else if (mode == HS_POW2_FLOOR)
        e = k;
    else
        e = k + (m >= above_sqrt2);
    if (e < -max_shift)
        return -max_shift;
    return e > -min_shift ? -min_shift : e;
}
