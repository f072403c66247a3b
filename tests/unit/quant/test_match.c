#include "hs_test.h"

#include <math.h>

#include "quant/match.h"

static double scale = 0.5;
static int64_t zero = 0;

static struct hs_qparams int8_half(void)
{
    struct hs_qparams qp = {
        .scale = &scale, .zero_point = &zero, .n = 1, .axis = -1, .qmin = -128, .qmax = 127};

    qp.dtype = HS_INT8;
    if (hs_quant_options_profile(&qp.options, NULL, NULL) != HS_OK)
        fail();
    return qp;
}

static struct hs_match run(struct hs_arena *arena, const float *x, const int8_t *q, size_t n)
{
    struct hs_qparams qp = int8_half();
    float reals[8];
    int8_t codes[8];
    struct hs_tensor tx, tq;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_match m;

    memcpy(reals, x, n * sizeof *x);
    memcpy(codes, q, n);
    tx = hs_tensor_view(reals, HS_FLOAT32, 1, &n);
    tq = hs_tensor_view(codes, HS_INT8, 1, &n);
    assert_ok(hs_match_codes(&m, arena, &tq, &tx, &qp, HS_MATCH_ULPS, &err), &err);
    return m;
}

static void equal_codes_match(void **state)
{
    static const float x[] = {0.0F, 0.6F, -3.0F, 1000.0F};
    static const int8_t q[] = {0, 1, -6, 127};
    struct hs_match m = run(*state, x, q, 4);

    assert_int_equal(m.mismatches, 0);
    assert_int_equal(m.ties, 0);
    assert_int_equal(m.saturated, 1);
}

static void both_neighbours_of_a_tie_pass_and_are_counted(void **state)
{
    float near = nextafterf(0.75F, 1.0F); /* x/s is 1.5 and one ulp */
    float x[] = {0.25F, 0.75F, near, -0.25F};
    static const int8_t q[] = {1, 1, 1, -1}; /* half to even gives 0 2 2 0 */
    struct hs_match m = run(*state, x, q, 4);

    assert_int_equal(m.mismatches, 0);
    assert_int_equal(m.ties, 4);
    assert_int_equal(m.max_lsb, 1);
}

static void a_neighbour_away_from_a_tie_is_wrong(void **state)
{
    static const float x[] = {0.5F, 0.74F, 3.0F};
    static const int8_t q[] = {1, 2, 4};
    struct hs_match m = run(*state, x, q, 3);

    assert_int_equal(m.mismatches, 2);
    assert_int_equal(m.first, 1);
    assert_int_equal(m.got, 2);
    assert_int_equal(m.wanted, 1);
    assert_int_equal(m.max_lsb, 2);
}

static void two_steps_from_a_tie_are_wrong(void **state)
{
    static const float x[] = {0.25F};
    static const int8_t q[] = {2};

    assert_int_equal(run(*state, x, q, 1).mismatches, 1);
}

static void the_largest_value_over_127_and_a_half_may_be_127_or_clamped_128(void **state)
{
    static const float x[] = {63.75F, -63.75F, -63.75F};
    static const int8_t q[] = {127, -128, -127};
    struct hs_match m = run(*state, x, q, 3);

    assert_int_equal(m.mismatches, 0);
    assert_int_equal(m.ties, 1);
}

static void other_shapes_and_floats_are_refused(void **state)
{
    float x[4] = {0};
    int8_t q[4] = {0};
    size_t three = 3, four = 4;
    struct hs_tensor tx = hs_tensor_view(x, HS_FLOAT32, 1, &four),
                     tq = hs_tensor_view(q, HS_INT8, 1, &three);
    struct hs_qparams qp = int8_half();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_match m;

    assert_fails(hs_match_codes(&m, *state, &tq, &tx, &qp, 4, &err), HS_ESHAPE, &err,
                 "another shape");
    hs_error_clear(&err);
    assert_fails(hs_match_codes(&m, *state, &tx, &tx, &qp, 4, &err), HS_EDTYPE, &err, "float32");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(equal_codes_match, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(both_neighbours_of_a_tie_pass_and_are_counted,
                                        hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(a_neighbour_away_from_a_tie_is_wrong, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(two_steps_from_a_tie_are_wrong, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(
            the_largest_value_over_127_and_a_half_may_be_127_or_clamped_128, hs_arena_setup,
            hs_arena_teardown),
        cmocka_unit_test_setup_teardown(other_shapes_and_floats_are_refused, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
