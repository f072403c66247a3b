#include "hs_test.h"

#include <math.h>

#include "num/round.h"
#include "num/ulp.h"

static void each_mode_has_its_own_ties(void **state)
{
    static const double x[] = {0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.7, -2.7, 2.2, -2.2};
    static const struct {
        enum hs_round mode;
        double want[10];
    } rows[] = {
        {HS_ROUND_HALF_EVEN, {0, 2, 2, 0, -2, -2, 3, -3, 2, -2}},
        {HS_ROUND_HALF_AWAY, {1, 2, 3, -1, -2, -3, 3, -3, 2, -2}},
        {HS_ROUND_HALF_UP, {1, 2, 3, 0, -1, -2, 3, -3, 2, -2}},
        {HS_ROUND_TOWARD_ZERO, {0, 1, 2, 0, -1, -2, 2, -2, 2, -2}},
        {HS_ROUND_FLOOR, {0, 1, 2, -1, -2, -3, 2, -3, 2, -3}},
        {HS_ROUND_CEIL, {1, 2, 3, 0, -1, -2, 3, -2, 3, -2}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < 10; j++) {
            assert_close(hs_round(x[j], rows[i].mode), rows[i].want[j], 0);
            if (fabs(x[j] * 2) == trunc(fabs(x[j] * 2))) /* exact as float */
                assert_close((double)hs_roundf((float)x[j], rows[i].mode), rows[i].want[j], 0);
        }
}

static void nothing_is_added_that_would_round(void **state)
{
    (void)state;
    for (int mode = 0; mode < HS_ROUND_STOCHASTIC; mode++) {
        enum hs_round m = (enum hs_round)mode;
        double below_half = 0.49999999999999994, odd = 4503599627370497.0; /* 2^52 + 1 */

        assert_close(hs_round(below_half, m), m == HS_ROUND_CEIL ? 1 : 0, 0);
        assert_close(hs_round(odd, m), odd, 0);
        assert_close(hs_round(-odd, m), -odd, 0);
        assert_close((double)hs_roundf(8388609.0f, m), 8388609.0, 0);
        assert_true(isnan(hs_round((double)NAN, m)));
        assert_true(isinf(hs_round(-(double)INFINITY, m)));
    }
}

static void names_find_their_modes(void **state)
{
    (void)state;
    for (int mode = 0; mode < HS_ROUND_COUNT; mode++) {
        assert_int_equal(hs_round_find(hs_round_name((enum hs_round)mode)), mode);
        assert_true(strlen(hs_round_help((enum hs_round)mode)) > 5);
    }
    assert_int_equal(hs_round_find("bankers"), -1);
}

static void stochastic_rounding_takes_a_neighbour_in_proportion(void **state)
{
    struct hs_rng rng = hs_rng_seed(1, 0);
    size_t up = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        double r = hs_round_stochastic(-1.25, &rng);

        assert_true(r == -1 || r == -2);
        up += r == -1;
    }
    assert_in_range(up, 7300, 7700); /* 7500 +- 4.6 standard deviations */
    assert_close(hs_round_stochastic(3, &rng), 3, 0);
}

static void distances_count_floats_across_zero(void **state)
{
    (void)state;
    assert_int_equal(hs_ulp_distancef(1.0f, nextafterf(1.0f, 2)), 1);
    assert_int_equal(hs_ulp_distancef(0.0f, -0.0f), 0);
    assert_int_equal(hs_ulp_distancef(nextafterf(0, 1), nextafterf(0, -1)), 2);
    assert_true(hs_ulp_distancef(NAN, 0) == UINT64_MAX);
    assert_int_equal(hs_ulp_distance(-1, nextafter(-1, -2)), 1);
    assert_true(hs_ulp_distance(-1e308, 1e308) > UINT64_C(1) << 62);
    assert_close((double)hs_ulpf(1.0f), 0x1p-23, 0);
    assert_close(hs_ulp(-1.0), 0x1p-52, 0);
    assert_close(hs_ulp(0), 0x1p-1074, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mode_has_its_own_ties),
        cmocka_unit_test(nothing_is_added_that_would_round),
        cmocka_unit_test(names_find_their_modes),
        cmocka_unit_test(stochastic_rounding_takes_a_neighbour_in_proportion),
        cmocka_unit_test(distances_count_floats_across_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
