#include "num/minifloat.h"

#include <math.h>
#include <string.h>

/* What the codes of the top exponent mean. */
enum top { INF_AND_NAN, ALL_ONES_IS_NAN, NUMBERS };

static const struct format {
    const char *name;
    int exponent_bits, mantissa_bits, bias;
    enum top top;
} formats[] = {
    [HS_F16] = {"float16", 5, 10, 15, INF_AND_NAN},
    [HS_BF16] = {"bfloat16", 8, 7, 127, INF_AND_NAN},
    [HS_F8_E4M3FN] = {"float8_e4m3fn", 4, 3, 7, ALL_ONES_IS_NAN},
    [HS_F8_E5M2] = {"float8_e5m2", 5, 2, 15, INF_AND_NAN},
    [HS_F6_E2M3] = {"float6_e2m3fn", 2, 3, 1, NUMBERS},
    [HS_F6_E3M2] = {"float6_e3m2fn", 3, 2, 3, NUMBERS},
    [HS_F4_E2M1] = {"float4_e2m1fn", 2, 1, 1, NUMBERS},
};

const char *hs_minifloat_name(enum hs_minifloat format)
{
    return formats[format].name;
}

int hs_minifloat_find(const char *name)
{
    for (int f = 0; f < HS_MINIFLOAT_COUNT; f++)
        if (strcmp(formats[f].name, name) == 0)
            return f;
    return -1;
}

int hs_minifloat_bits(enum hs_minifloat format)
{
    return 1 + formats[format].exponent_bits + formats[format].mantissa_bits;
}

bool hs_minifloat_has_nan(enum hs_minifloat format)
{
    return formats[format].top != NUMBERS;
}

double hs_minifloat_decode(enum hs_minifloat format, uint16_t bits)
{
    const struct format *f = &formats[format];
    int e = bits >> f->mantissa_bits & ((1 << f->exponent_bits) - 1),
        m = bits & ((1 << f->mantissa_bits) - 1);
    int top = (1 << f->exponent_bits) - 1;
    double sign = bits >> (f->exponent_bits + f->mantissa_bits) & 1 ? -1 : 1;

    if (e == top && f->top == INF_AND_NAN)
        return m != 0 ? (double)NAN : sign * (double)INFINITY;
    if (e == top && f->top == ALL_ONES_IS_NAN && m == (1 << f->mantissa_bits) - 1)
        return (double)NAN;
    if (e == 0)
        return sign * ldexp(m, 1 - f->bias - f->mantissa_bits);
    return sign * ldexp(m + (1 << f->mantissa_bits), e - f->bias - f->mantissa_bits);
}

/* The code of the largest finite value: all ones but for what the top exponent is kept for. */
static unsigned largest(const struct format *f)
{
    unsigned ones = (1u << (f->exponent_bits + f->mantissa_bits)) - 1;

    if (f->top == INF_AND_NAN)
        return ones - (1u << f->mantissa_bits);
    return f->top == ALL_ONES_IS_NAN ? ones - 1 : ones;
}

double hs_minifloat_max(enum hs_minifloat format)
{
    return hs_minifloat_decode(format, (uint16_t)largest(&formats[format]));
}

/* Without its sign: infinity or NaN where there is one (`infinite` chooses), else the largest. */
static unsigned beyond(const struct format *f, bool infinite)
{
    unsigned top = ((1u << f->exponent_bits) - 1) << f->mantissa_bits;

    if (f->top == INF_AND_NAN)
        return infinite ? top : top | 1u << (f->mantissa_bits - 1);
    return f->top == ALL_ONES_IS_NAN ? top | ((1u << f->mantissa_bits) - 1) : largest(f);
}

uint16_t hs_minifloat_encode(enum hs_minifloat format, double value, bool saturate)
{
    const struct format *f = &formats[format];
    unsigned sign = signbit(value) ? 1u << (f->exponent_bits + f->mantissa_bits) : 0;
    double a = fabs(value), scaled;
    int e;

    if (isnan(value))
        return (uint16_t)(sign | beyond(f, false));
    if (isinf(value))
        return (uint16_t)(sign | (saturate ? largest(f) : beyond(f, true)));
    if (a <= 0)
        return (uint16_t)sign;
    frexp(a, &e);
    e = e - 1 < 1 - f->bias ? 1 - f->bias : e - 1; /* of the leading bit; subnormals share one */
    scaled = rint(ldexp(a, f->mantissa_bits - e));
    if (ldexp(scaled, e - f->mantissa_bits) > hs_minifloat_max(format))
        return (uint16_t)(sign | (saturate ? largest(f) : beyond(f, true)));
    /* scaled is below 2^(m+1) or exactly that: a carry moves into the exponent by itself */
    return (uint16_t)(sign |
                      (((unsigned)(e + f->bias - 1) << f->mantissa_bits) + (unsigned)scaled));
}

double hs_e8m0_decode(uint8_t code)
{
    return code == HS_E8M0_NAN ? (double)NAN : ldexp(1, code - 127);
}

uint8_t hs_e8m0_of_exponent(int exponent)
{
    return (uint8_t)(exponent < -127 ? 0 : exponent > 127 ? 254 : exponent + 127);
}
