/* gemmlowp's arithmetic against 128-bit integers, over all tie patterns and random operands. */
#include "hs_test.h"

#include "base/rng.h"
#include "num/fixedpoint.h"

__extension__ typedef __int128 wide;

/* floor(n / d), d > 0. */
static wide floor_div(wide n, wide d)
{
    return n >= 0 ? n / d : -((-n + d - 1) / d);
}

static int32_t wide_srdhm(int32_t a, int32_t b)
{
    wide r = floor_div((wide)a * b * 2 + ((wide)1 << 31), (wide)1 << 32);

    return r > INT32_MAX ? INT32_MAX : (int32_t)r;
}

static int32_t wide_rdbpot(int32_t x, int n)
{
    wide d = (wide)1 << n, magnitude = x < 0 ? -(wide)x : x;
    wide r = floor_div(2 * magnitude + d, 2 * d);

    return (int32_t)(x < 0 ? -r : r);
}

static const int32_t corners[] = {INT32_MIN, INT32_MIN + 1, -((1 << 30) + 1), -(1 << 30), -3, -2, -1, 0, 1, 2, 3, (1 << 30) - 1, 1 << 30,
                                  INT32_MAX - 1, INT32_MAX};
enum { CORNERS = sizeof corners / sizeof *corners };

static void srdhm_equals_wide_arithmetic(void **state)
{
    struct hs_rng rng = hs_rng_seed(1, 1);

    (void)state;
    for (size_t i = 0; i < CORNERS; i++)
        for (size_t j = 0; j < CORNERS; j++)
            assert_int_equal(hs_srdhm(corners[i], corners[j]), wide_srdhm(corners[i], corners[j]));
    for (int i = 0; i < 200000; i++) {
        int32_t a = (int32_t)hs_rng_u32(&rng), b = (int32_t)hs_rng_u32(&rng);

        if (i % 2 == 0)
            b = b < 0 ? INT32_MIN / 2 : 1 << 30; /* exact halves */
        assert_int_equal(hs_srdhm(a, b), wide_srdhm(a, b));
    }
    assert_int_equal(hs_srdhm(-1, 1 << 30), 0); /* -0.5 goes up */
}

static void rdbpot_equals_wide_arithmetic_on_every_tie(void **state)
{
    (void)state;
    for (int n = 0; n <= 31; n++) {
        for (size_t i = 0; i < CORNERS; i++)
            assert_int_equal(hs_rdbpot(corners[i], n), wide_rdbpot(corners[i], n));
        for (int64_t k = -300; k <= 300; k++)
            for (int d = -1; d <= 1; d++) {
                int64_t x = n == 0 ? k + d : k * ((int64_t)1 << n) + ((int64_t)1 << (n - 1)) + d;

                if (x >= INT32_MIN && x <= INT32_MAX)
                    assert_int_equal(hs_rdbpot((int32_t)x, n), wide_rdbpot((int32_t)x, n));
            }
    }
}

static void single_rounding_equals_wide_arithmetic(void **state)
{
    struct hs_rng rng = hs_rng_seed(2, 1);

    (void)state;
    for (int i = 0; i < 200000; i++) {
        int32_t v = (int32_t)hs_rng_u32(&rng), m = (int32_t)(hs_rng_u32(&rng) >> 1 | 1u << 30);
        int shift = (int)hs_rng_below(&rng, 40) - 31, total = 31 - shift;
        wide r = floor_div((wide)v * m + ((wide)1 << (total - 1)), (wide)1 << total);

        r = r > INT32_MAX ? INT32_MAX : r < INT32_MIN ? INT32_MIN : r;
        assert_int_equal(hs_multiply_single(v, m, shift), (int32_t)r);
    }
}

/* TFLite issues 25087 and 102943 (LABS G8): three defensible answers. */
static void the_published_disagreements_come_out(void **state)
{
    (void)state;
    assert_int_equal(hs_multiply_gemmlowp(7984, 1583594044, -9), 12);
    assert_int_equal(hs_multiply_single(7984, 1583594044, -9), 11);
    assert_int_equal(hs_multiply_gemmlowp(585, 1527099593, -6), 7);
    assert_int_equal(hs_multiply_single(585, 1527099593, -6), 7);
}

static void a_multiplier_is_normalised(void **state)
{
    int32_t mantissa;
    int shift;

    (void)state;
    hs_quantize_multiplier(0.5, &mantissa, &shift);
    assert_int_equal(mantissa, 1 << 30);
    assert_int_equal(shift, 0);
    hs_quantize_multiplier(1 - 0x1p-53, &mantissa, &shift); /* rounds to 2^31, becomes 2^30 with shift 1 */
    assert_int_equal(mantissa, 1 << 30);
    assert_int_equal(shift, 1);
    hs_quantize_multiplier(0x1p-40, &mantissa, &shift);
    assert_int_equal(mantissa, 0);
    hs_quantize_multiplier(0, &mantissa, &shift);
    assert_int_equal(mantissa, 0);
}

static void shifts_round_as_their_mode_says(void **state)
{
    static const struct {
        int64_t v;
        int n, even, away, up, zero, floor, ceil;
    } rows[] = {{5, 1, 2, 3, 3, 2, 2, 3},     {-5, 1, -2, -3, -2, -2, -3, -2}, {7, 1, 4, 4, 4, 3, 3, 4},
                {-7, 1, -4, -4, -3, -3, -4, -3}, {-1, 4, 0, 0, 0, 0, -1, 0},     {3, -2, 12, 12, 12, 12, 12, 12},
                {-5, 2, -1, -1, -1, -1, -2, -1}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(hs_shift_round(rows[i].v, rows[i].n, HS_ROUND_HALF_EVEN), rows[i].even);
        assert_int_equal(hs_shift_round(rows[i].v, rows[i].n, HS_ROUND_HALF_AWAY), rows[i].away);
        assert_int_equal(hs_shift_round(rows[i].v, rows[i].n, HS_ROUND_HALF_UP), rows[i].up);
        assert_int_equal(hs_shift_round(rows[i].v, rows[i].n, HS_ROUND_TOWARD_ZERO), rows[i].zero);
        assert_int_equal(hs_shift_round(rows[i].v, rows[i].n, HS_ROUND_FLOOR), rows[i].floor);
        assert_int_equal(hs_shift_round(rows[i].v, rows[i].n, HS_ROUND_CEIL), rows[i].ceil);
    }
    assert_int_equal(hs_shift_round(INT32_MAX, -1, HS_ROUND_FLOOR), INT32_MAX); /* a left shift saturates */
    assert_int_equal(hs_shift_round(INT32_MIN, -40, HS_ROUND_FLOOR), INT32_MIN);
    assert_int_equal(hs_shift_round(-1, 63, HS_ROUND_FLOOR), -1);
    assert_int_equal(hs_shift_round(1, 80, HS_ROUND_HALF_UP), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(srdhm_equals_wide_arithmetic),
        cmocka_unit_test(rdbpot_equals_wide_arithmetic_on_every_tie),
        cmocka_unit_test(single_rounding_equals_wide_arithmetic),
        cmocka_unit_test(the_published_disagreements_come_out),
        cmocka_unit_test(a_multiplier_is_normalised),
        cmocka_unit_test(shifts_round_as_their_mode_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
