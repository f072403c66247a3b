/* Requantization against 128-bit arithmetic: gemmlowp's two operations and their composition on
 * every tie pattern, single rounding, k/2^16, dyadic and shifts, and the exact product of the float
 * mode. */
#include "hs_test.h"

#include <math.h>

#include "base/rng.h"
#include "num/fixedpoint.h"
#include "quant/requantize.h"

__extension__ typedef __int128 wide;

static const uint64_t seed = 20240917;

/* v / 2^n rounded by `mode`, 0 <= n <= 126, from the definition of each mode. */
static wide divided(wide v, int n, enum hs_round mode)
{
    wide d = (wide)1 << n, low = v / d, rest, twice;

    if (low * d > v)
        low--; /* C truncates; this is the floor */
    rest = v - low * d;
    twice = rest > d - rest ? 1 : rest < d - rest ? -1 : 0; /* 2 rest against d, without 2 rest */
    switch (mode) {
    case HS_ROUND_FLOOR:
        return low;
    case HS_ROUND_CEIL:
        return low + (rest != 0);
    case HS_ROUND_TOWARD_ZERO:
        return v / d;
    case HS_ROUND_HALF_UP:
        return low + (twice >= 0 && rest != 0);
    case HS_ROUND_HALF_AWAY:
        return low + (twice > 0 || (twice == 0 && v > 0));
    default:
        return low + (twice > 0 || (twice == 0 && low % 2 != 0));
    }
}

static int64_t clamped(wide v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : (int64_t)v;
}

static const int32_t ends[] = {INT32_MIN,
                               INT32_MIN + 1,
                               INT32_MIN / 2 - 1,
                               INT32_MIN / 2,
                               INT32_MIN / 2 + 1,
                               -65536,
                               -3,
                               -2,
                               -1,
                               0,
                               1,
                               2,
                               3,
                               65535,
                               65536,
                               (1 << 30) - 1,
                               1 << 30,
                               (1 << 30) + 1,
                               INT32_MAX - 1,
                               INT32_MAX};
enum { ENDS = sizeof ends / sizeof *ends };

/* The text of gemmlowp's fixedpoint.h, in wide integers: the nudged sum is truncated. */
static int32_t literal_srdhm(int32_t a, int32_t b)
{
    wide ab = (wide)a * b, nudge = ab >= 0 ? (wide)1 << 30 : 1 - ((wide)1 << 30);

    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    return (int32_t)((ab + nudge) / ((wide)1 << 31));
}

/* And its RoundingDivideByPOT: a mask, a remainder and a threshold. */
static int32_t literal_rdbpot(int32_t x, int n)
{
    wide mask = ((wide)1 << n) - 1, remainder = (wide)x & mask, threshold = (mask >> 1) + (x < 0);

    return (int32_t)(divided(x, n, HS_ROUND_FLOOR) + (remainder > threshold));
}

static void check_srdhm(int32_t a, int32_t b)
{
    if (hs_srdhm(a, b) != literal_srdhm(a, b))
        fail_msg("srdhm(%d, %d) is %d, wanted %d", a, b, hs_srdhm(a, b), literal_srdhm(a, b));
}

/* a b is an odd multiple of 2^30 exactly when a = odd 2^i and b = odd 2^(30 - i). */
static void high_multiply_agrees_on_every_tie_pattern(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 1);

    (void)state;
    for (size_t i = 0; i < ENDS; i++)
        for (size_t j = 0; j < ENDS; j++)
            check_srdhm(ends[i], ends[j]);
    for (int i = 0; i <= 30; i++)
        for (int t = 0; t < 4000; t++) {
            int64_t odd_a = (int64_t)(hs_rng_u32(&rng) >> (i + 1)) | 1;
            int64_t odd_b = (int64_t)(hs_rng_u32(&rng) >> (31 - i)) | 1;
            int64_t a = odd_a * ((int64_t)1 << i), b = odd_b * ((int64_t)1 << (30 - i));

            if (t % 2 != 0)
                a = -a;
            if (t % 4 >= 2)
                b = -b;
            if (a < INT32_MIN || a > INT32_MAX || b < INT32_MIN || b > INT32_MAX)
                continue;
            check_srdhm((int32_t)a, (int32_t)b);
            check_srdhm((int32_t)clamped(a + 1, INT32_MIN, INT32_MAX), (int32_t)b);
            check_srdhm((int32_t)clamped(a - 1, INT32_MIN, INT32_MAX), (int32_t)b);
        }
    for (int t = 0; t < 200000; t++)
        check_srdhm((int32_t)hs_rng_u32(&rng), (int32_t)hs_rng_u32(&rng));
}

static void rounding_division_agrees_on_every_tie_pattern(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 2);

    (void)state;
    for (int n = 0; n <= 31; n++) {
        for (size_t i = 0; i < ENDS; i++)
            assert_int_equal(hs_rdbpot(ends[i], n), literal_rdbpot(ends[i], n));
        for (int t = 0; t < 6000; t++) { /* a half, and its neighbours */
            int64_t whole = (int32_t)hs_rng_u32(&rng), d = (int64_t)1 << n;
            int64_t x = whole - ((whole % d) + d) % d + d / 2 + t % 3 - 1;

            x = clamped(x, INT32_MIN, INT32_MAX);
            assert_int_equal(hs_rdbpot((int32_t)x, n), literal_rdbpot((int32_t)x, n));
        }
    }
}

/* Accumulators whose product with the mantissa is half a unit of either rounding, or beside it. */
static int32_t tie_accumulator(struct hs_rng *rng, int32_t mantissa, int shift, int t)
{
    int bits = (t & 1) != 0 ? 31 : 31 - shift; /* of the high multiply; of the whole */
    double unit = ldexp(1, bits - (shift > 0 && (t & 1) != 0 ? shift : 0)) / mantissa;
    double code = (double)hs_rng_below(rng, 600) - 300 + 0.5;

    return (int32_t)clamped((wide)llrint(fmax(fmin(code * unit, 0x1p40), -0x1p40)) + t % 3 - 1,
                            INT32_MIN, INT32_MAX);
}

static void the_two_multiplications_agree(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 3);
    size_t apart = 0, lower = 0;

    (void)state;
    for (int t = 0; t < 400000; t++) {
        int shift = (int)hs_rng_below(&rng, 62) - 31;
        int32_t m = t % 5 == 0 ? 1 << 30 : (int32_t)(1u << 30 | hs_rng_u32(&rng) >> 2);
        int32_t v = t % 3 == 0 ? (int32_t)hs_rng_u32(&rng) : tie_accumulator(&rng, m, shift, t);
        int left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
        int32_t lifted = (int32_t)clamped(v * ((wide)1 << left), INT32_MIN, INT32_MAX);
        int32_t two = literal_rdbpot(literal_srdhm(lifted, m), right);
        int64_t one =
            clamped(divided((wide)v * m, 31 - shift, HS_ROUND_HALF_UP), INT32_MIN, INT32_MAX);

        assert_int_equal(hs_multiply_gemmlowp(v, m, shift), two);
        assert_int_equal(hs_multiply_single(v, m, shift), one);
        assert_true(shift > 0 || (one - two <= 1 && two - one <= 1));
        apart += one != two;
        lower += two < one;
    }
    assert_true(apart > 100 && lower > 10); /* the data tell the two apart, in both directions */
}

static void a_multiplier_keeps_its_31_bits(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 4);

    (void)state;
    for (int t = 0; t < 200000; t++) {
        uint64_t k =
            (UINT64_C(1) << 52) | ((uint64_t)hs_rng_u32(&rng) << 20) | (hs_rng_u32(&rng) >> 12);
        int e = (int)hs_rng_below(&rng, 60) - 31, shift; /* m = k 2^(e - 53), in [2^(e-1), 2^e) */
        wide wanted;
        int32_t mantissa;

        if (t % 3 == 0) /* an exact half of the last bit, or a mantissa that rounds up to 2^31 */
            k = (k & ~((UINT64_C(1) << 22) - 1)) | UINT64_C(1) << 21;
        if (t % 7 == 0)
            k |= ((UINT64_C(1) << 52) - 1) & ~((UINT64_C(1) << 21) - 1);
        wanted = divided((wide)k, 22, HS_ROUND_HALF_AWAY);
        hs_quantize_multiplier(ldexp((double)k, e - 53), &mantissa, &shift);
        if (wanted == (wide)1 << 31) {
            wanted /= 2;
            e++;
        }
        assert_int_equal(mantissa, (int64_t)wanted);
        assert_int_equal(shift, e);
    }
}

static void shifts_agree_in_every_mode(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 5);

    (void)state;
    for (int mode = 0; mode < HS_ROUND_STOCHASTIC; mode++)
        for (int n = -40; n <= 62; n++)
            for (int t = 0; t < 300; t++) {
                int64_t v =
                    ((int64_t)(int32_t)hs_rng_u32(&rng) * (1 << 30)) >> hs_rng_below(&rng, 60);
                wide wanted;

                if (t % 2 == 0 && n > 0 && n < 60) /* a half, and its neighbours */
                    v = (v >> (n < 40 ? n : 40)) * 2 * ((int64_t)1 << (n - 1 > 20 ? 20 : n - 1)) +
                        ((int64_t)1 << (n - 1)) + t % 3 - 1;
                v = clamped(v, -((int64_t)1 << 62) + 1, ((int64_t)1 << 62) - 1);
                wanted = n >= 0 ? divided(v, n, (enum hs_round)mode)
                                : clamped(v, INT32_MIN, INT32_MAX) * ((wide)1 << -n);
                assert_int_equal(hs_shift_round(v, n, (enum hs_round)mode),
                                 clamped(wanted, INT32_MIN, INT32_MAX));
            }
}

/* acc k / 2^16 and acc b / 2^c by the requantizers, clamped to int8 with a zero point. */
static void whole_number_multipliers_agree(void **state)
{
    static const enum hs_round modes[] = {HS_ROUND_FLOOR, HS_ROUND_HALF_EVEN};
    struct hs_rng rng = hs_rng_seed(seed, 6);

    for (int t = 0; t < 100000; t++) {
        double m = ldexp(0.5 + hs_rng_uniform(&rng) / 2, (int)hs_rng_below(&rng, 16) - 12);
        struct hs_requantizer r = {.mode =
                                       t % 3 == 0 ? HS_REQUANTIZE_DYADIC : HS_REQUANTIZE_FIXED16,
                                   .rounding = modes[t % 2],
                                   .n = 1,
                                   .multiplier = &m,
                                   .zero_point = (int64_t)hs_rng_below(&rng, 256) - 128,
                                   .qmin = -128,
                                   .qmax = 127,
                                   .dtype = HS_INT8};
        int32_t acc = t % 5 == 0 ? ends[(size_t)t % ENDS]
                                 : (int32_t)(hs_rng_uniform(&rng) * 500 / m) - (int32_t)(250 / m);
        struct hs_error err = HS_ERROR_INIT;
        int64_t k = (int64_t)rint(m * 65536), b = (int64_t)floor(ldexp(m, 15));
        int c = 15;
        wide wanted;

        for (; b > 255; c--)
            b /= 2;
        if (t % 7 == 0 && k != 0 && r.mode == HS_REQUANTIZE_FIXED16)
            acc =
                (int32_t)clamped(((int64_t)acc / 65536 * 2 + 1) * 32768 / k, INT32_MIN, INT32_MAX);
        assert_ok(hs_requantizer_prepare(&r, *state, &err), &err);
        wanted = r.mode == HS_REQUANTIZE_DYADIC ? divided((wide)acc * b, c, HS_ROUND_FLOOR)
                                                : divided((wide)acc * k, 16, r.rounding);
        assert_int_equal(hs_requantize_one(&r, acc, 0), clamped(wanted + r.zero_point, -128, 127));
    }
}

/* R(a m) of m = k 2^e in integers alone. */
static double wide_product(int32_t a, double m, enum hs_round mode)
{
    int e;
    int64_t k = (int64_t)ldexp(frexp(m, &e), 53);
    wide v = (wide)a * k;

    e -= 53;
    if (e >= 0)
        return (double)v * ldexp(1, e);
    if (e < -126) { /* |v| < 2^84: all that is left of it is its sign */
        v = v > 0 ? 1 : v < 0 ? -1 : 0;
        e = -126;
    }
    return (double)divided(v, -e, mode);
}

/* m so that a m is the double nearest to `code`, or a few steps beside it. */
static double multiplier_near(double code, int32_t a, int steps)
{
    double m = code / a;

    for (; steps > 0; steps--)
        m = nextafter(m, (double)INFINITY);
    for (; steps < 0; steps++)
        m = nextafter(m, 0);
    return m;
}

static void the_exact_product_is_rounded_once(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 7);
    size_t missed = 0;

    (void)state;
    for (int t = 0; t < 600000; t++) {
        enum hs_round mode = (enum hs_round)(t % HS_ROUND_STOCHASTIC);
        int32_t a = (int32_t)(hs_rng_u32(&rng) >> hs_rng_below(&rng, 31)) | 1;
        double code = (double)hs_rng_below(&rng, 1u << hs_rng_below(&rng, 20)) + (t % 4) * 0.5;
        double m = multiplier_near(code, a, t % 7 - 3), wanted;

        if (a < 0)
            m = -m;
        if (t % 2 == 0)
            a = -a;
        if (t % 11 ==
            0) { /* the largest double below a half, times an odd number of 2 to 31 bits */
            m = nextafter(0.5, 0) / fabs((double)a);
            m = nextafter(m, t % 2 != 0 ? 1 : 0);
        }
        if (!(m >= 0) || isinf(m))
            continue;
        wanted = wide_product(a, m, mode);
        if (hs_round_product(a, m, mode) != wanted)
            fail_msg("%d * %a, %s: %g, wanted %g", a, m, hs_round_name(mode),
                     hs_round_product(a, m, mode), wanted);
        missed += hs_round(a * m, mode) != wanted;
    }
    assert_true(missed > 1000); /* the data catch a product that is rounded first */
}

/* R(a m + z), where parity comes from the sum, and R(a m) + z. */
static void a_zero_point_before_or_behind_the_rounding_is_exact(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 8);

    (void)state;
    for (int t = 0; t < 200000; t++) {
        int32_t a = (int32_t)(hs_rng_u32(&rng) >> (1 + hs_rng_below(&rng, 30))) | 1;
        double code = (double)hs_rng_below(&rng, 300) + (t / 4 % 2) * 0.5;
        double m = multiplier_near(code, a, t % 5 - 2);
        struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT,
                                   .rounding = (enum hs_round)(t % HS_ROUND_STOCHASTIC),
                                   .n = 1,
                                   .multiplier = &m,
                                   .zero_point = (int64_t)hs_rng_below(&rng, 256) - 128,
                                   .qmin = INT16_MIN,
                                   .qmax = INT16_MAX,
                                   .dtype = HS_INT16};
        int e;
        int64_t k = (int64_t)ldexp(frexp(m, &e), 53);
        wide sum;

        if (t % 3 == 0)
            a = -a;
        if (!(m > 0) || 53 - e > 110)
            continue;
        r.zero_point_first = t % 4 != 0;
        sum = (wide)a * k;
        if (r.zero_point_first)
            sum = divided(sum + r.zero_point * ((wide)1 << (53 - e)), 53 - e, r.rounding);
        else
            sum = divided(sum, 53 - e, r.rounding) + r.zero_point;
        assert_int_equal(hs_requantize_one(&r, a, 0), clamped(sum, INT16_MIN, INT16_MAX));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(high_multiply_agrees_on_every_tie_pattern),
        cmocka_unit_test(rounding_division_agrees_on_every_tie_pattern),
        cmocka_unit_test(the_two_multiplications_agree),
        cmocka_unit_test(a_multiplier_keeps_its_31_bits),
        cmocka_unit_test(shifts_agree_in_every_mode),
        cmocka_unit_test_setup_teardown(whole_number_multipliers_agree, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test(the_exact_product_is_rounded_once),
        cmocka_unit_test(a_zero_point_before_or_behind_the_rounding_is_exact),
    };

    print_message("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
