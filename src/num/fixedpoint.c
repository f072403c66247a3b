#include "num/fixedpoint.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

int32_t hs_shift_left_saturate(int32_t v, int n)
{
    if (n >= 32)
        return v > 0 ? INT32_MAX : v < 0 ? INT32_MIN : 0;
    return hs_saturate_s32((int64_t)v * ((int64_t)1 << n));
}

int32_t hs_shift_round(int64_t v, int n, enum hs_round mode)
{
    int64_t low, rest, half;
    bool up;

    if (n <= 0)
        return hs_shift_left_saturate(hs_saturate_s32(v), -n);
    if (n > 62) { /* |v| < 2^62 in every use: the quotient is within a half of zero */
        assert(v > -((int64_t)1 << 62) && v < (int64_t)1 << 62);
        n = 62;
    }
    low = hs_shift_floor(v, n);
    rest = v - (low * ((int64_t)1 << n)); /* 0 <= rest < 2^n */
    half = (int64_t)1 << (n - 1);
    switch (mode) {
    case HS_ROUND_HALF_EVEN:
        up = rest > half || (rest == half && (low & 1) != 0);
        break;
    case HS_ROUND_HALF_AWAY:
        up = rest > half || (rest == half && v > 0);
        break;
    case HS_ROUND_HALF_UP:
        up = rest >= half;
        break;
    case HS_ROUND_TOWARD_ZERO:
        up = rest != 0 && v < 0;
        break;
    case HS_ROUND_CEIL:
        up = rest != 0;
        break;
    default:
        assert(mode == HS_ROUND_FLOOR);
        up = false;
    }
    return hs_saturate_s32(low + up);
}

int32_t hs_srdhm(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    return (int32_t)hs_shift_floor((int64_t)a * b + ((int64_t)1 << 30), 31);
}

int32_t hs_rdbpot(int32_t x, int n)
{
    assert(n >= 0 && n <= 31);
    return hs_shift_round(x, n, HS_ROUND_HALF_AWAY);
}

int32_t hs_multiply_gemmlowp(int32_t v, int32_t mantissa, int shift)
{
    int left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;

    return hs_rdbpot(hs_srdhm(hs_shift_left_saturate(v, left), mantissa), right > 31 ? 31 : right);
}

int32_t hs_multiply_single(int32_t v, int32_t mantissa, int shift)
{
    int total = 31 - shift;

    assert(total >= 1 && total <= 62);
    return hs_saturate_s32(
        hs_shift_floor((int64_t)v * mantissa + ((int64_t)1 << (total - 1)), total));
}

void hs_quantize_multiplier(double m, int32_t *mantissa, int *shift)
{
    int e = 0;
    double fraction = frexp(m, &e);
    int64_t q = (int64_t)round(fraction * 0x1p31);

    if (q == (int64_t)1 << 31) {
        q /= 2;
        e++;
    }
    if (e < -31) {
        q = 0;
        e = 0;
    }
    *mantissa = (int32_t)q;
    *shift = e;
}
