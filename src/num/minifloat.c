#include "num/minifloat.h"

#include <math.h>

static const struct format {
    int exponent_bits, mantissa_bits, bias;
    bool has_inf; /* the top exponent is for infinity and NaN; otherwise only all ones is NaN */
} formats[] = {
    [HS_F16] = {5, 10, 15, true},
    [HS_BF16] = {8, 7, 127, true},
    [HS_F8_E4M3FN] = {4, 3, 7, false},
    [HS_F8_E5M2] = {5, 2, 15, true},
};

double hs_minifloat_decode(enum hs_minifloat format, uint16_t bits)
{
    const struct format *f = &formats[format];
    int e = bits >> f->mantissa_bits & ((1 << f->exponent_bits) - 1), m = bits & ((1 << f->mantissa_bits) - 1);
    int top = (1 << f->exponent_bits) - 1;
    double sign = bits >> (f->exponent_bits + f->mantissa_bits) & 1 ? -1 : 1;

    if (e == top && f->has_inf)
        return m != 0 ? (double)NAN : sign * (double)INFINITY;
    if (e == top && m == (1 << f->mantissa_bits) - 1)
        return (double)NAN;
    if (e == 0)
        return sign * ldexp(m, 1 - f->bias - f->mantissa_bits);
    return sign * ldexp(m + (1 << f->mantissa_bits), e - f->bias - f->mantissa_bits);
}

double hs_minifloat_max(enum hs_minifloat format)
{
    const struct format *f = &formats[format];
    int top = (1 << f->exponent_bits) - (f->has_inf ? 2 : 1), ones = (1 << (f->mantissa_bits + 1)) - 1;

    return ldexp(f->has_inf ? ones : ones - 1, top - f->bias - f->mantissa_bits);
}

uint16_t hs_minifloat_encode(enum hs_minifloat format, double value, bool saturate)
{
    const struct format *f = &formats[format];
    unsigned sign = signbit(value) ? 1u << (f->exponent_bits + f->mantissa_bits) : 0, top, quiet;
    double max = hs_minifloat_max(format), a = fabs(value), scaled;
    int e;

    top = ((1u << f->exponent_bits) - 1) << f->mantissa_bits; /* infinity, where there is one */
    quiet = f->has_inf ? top | 1u << (f->mantissa_bits - 1) : top | ((1u << f->mantissa_bits) - 1);
    if (isnan(value))
        return (uint16_t)(sign | quiet);
    if (a <= 0)
        return (uint16_t)sign;
    frexp(isinf(a) ? max * 4 : a, &e);
    e = e - 1 < 1 - f->bias ? 1 - f->bias : e - 1; /* exponent of the unit in the last place, subnormals too */
    scaled = isinf(a) ? a : rint(ldexp(a, f->mantissa_bits - e));
    if (ldexp(scaled, e - f->mantissa_bits) > max) {
        if (saturate)
            return (uint16_t)(sign | (f->has_inf ? top - 1 : top | ((1u << f->mantissa_bits) - 2)));
        return (uint16_t)(sign | (f->has_inf ? top : quiet));
    }
    /* scaled is below 2^(m+1) or exactly that: a carry moves into the exponent by itself */
    return (uint16_t)(sign | (((unsigned)(e + f->bias - 1) << f->mantissa_bits) + (unsigned)scaled));
}
