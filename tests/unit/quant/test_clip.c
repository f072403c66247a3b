#include "hs_test.h"

#include <math.h>

#include "quant/clip.h"

/* By hand: first two bins kept, P = 4, 4 and Q = 4, 2; three: the tail falls on a bin that Q has
 * not; all four: P = 4, 2, 0, 2 and Q = 3, 3, 0, 2. */
static void divergences_are_those_of_the_definition(void **state)
{
    static const double counts[] = {4, 2, 0, 2};
    double curve[3], q[4];

    (void)state;
    assert_int_equal(hs_entropy_curve(curve, q, counts, 4, 2), 4);
    assert_close(curve[0], 0.5 * log(1.125), 1e-15);
    assert_true(isinf(curve[1]));
    assert_close(curve[2], 0.5 * log(4.0 / 3) + 0.25 * log(2.0 / 3), 1e-15);
}

static void the_largest_element_lies_in_the_last_bin(void **state)
{
    static const double v[] = {0, -0.5, 0.74, -1, 1, 0.25};
    double counts[4];

    (void)state;
    hs_entropy_histogram(counts, 4, v, 6, 1);
    assert_close(counts[0], 1, 0);
    assert_close(counts[1], 1, 0);
    assert_close(counts[2], 2, 0);
    assert_close(counts[3], 2, 0);
}

/* Codes -1..1 of -2, -1, 1, 2, threshold i/2: 0.5 loses 2 (1.5^2 + 0.5^2), 1: 2 (1), 1.5: 0.5 each,
 * 2: -1 and 1 are ties and go to 0. */
static void squares_lost_are_those_of_the_codes(void **state)
{
    static const double v[] = {-2, -1, 1, 2};
    double errors[4];

    (void)state;
    assert_int_equal(hs_mse_curve(errors, v, 4, 2, 4), 3);
    assert_close(errors[0], (2.25 + 0.25) / 2, 0);
    assert_close(errors[1], 0.5, 0);
    assert_close(errors[2], 0.25, 0);
    assert_close(errors[3], 0.5, 0);
    assert_close(hs_squares_lost(v, 4, 0x1p-1000, -7, 7), 10, 1e-12); /* v / s overflows */
}

static void zeros_have_no_best_threshold(void **state)
{
    static const double v[] = {0, 0};
    double errors[3];

    (void)state;
    assert_int_equal(hs_mse_curve(errors, v, 2, 8, 3), 0);
    assert_true(isinf(errors[2]));
}

/* Against the sorted data: ties, runs, and an order that makes bad pivots. */
static void percentiles_need_no_order(void **state)
{
    enum { N = 1001 };
    double v[N], sorted[N];

    (void)state;
    for (int kind = 0; kind < 4; kind++)
        for (double p = 0; p <= 100; p += 6.25) {
            for (size_t i = 0; i < N; i++)
                v[i] = kind == 0   ? (double)(i * 7919 % N)
                       : kind == 1 ? (double)(i % 3)
                       : kind == 2 ? (double)(i < N / 2 ? i : N - i)
                                   : 5;
            memcpy(sorted, v, sizeof v);
            qsort(sorted, N, sizeof *sorted, hs_by_value);
            assert_close(hs_percentile_unsorted(v, N, p), hs_percentile(sorted, N, p), 0);
        }
    assert_close(hs_percentile_unsorted(v, 1, 37), 5, 0);
}

static void halves_go_to_even_codes(void **state)
{
    static const double v[] = {0.5, 1.5, 2.5, -0.5, -1.5, -2.5};

    (void)state;
    for (size_t i = 0; i < 6; i++)
        assert_close(hs_squares_lost(&v[i], 1, 1, -100, 100), pow(v[i] - nearbyint(v[i]), 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divergences_are_those_of_the_definition),
        cmocka_unit_test(the_largest_element_lies_in_the_last_bin),
        cmocka_unit_test(squares_lost_are_those_of_the_codes),
        cmocka_unit_test(zeros_have_no_best_threshold),
        cmocka_unit_test(percentiles_need_no_order),
        cmocka_unit_test(halves_go_to_even_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
