#include "hs_test.h"

#include <math.h>

#include "quant/convention.h"
#include "quant/schemes.h"

static struct hs_value table(struct hs_arena *arena, const char *factor, double f, double z)
{
    struct hs_value map = hs_value_map();

    assert_true(hs_value_set(&map, arena, factor, hs_value_num(f)));
    assert_true(hs_value_set(&map, arena, "zero_point", hs_value_num(z)));
    return map;
}

/* q = R(63.75 x + 64): the range [-1, 3] in 8 unsigned bits of Distiller's documentation. */
static void distiller_divides_by_its_factor_and_negates_its_zero_point(void **state)
{
    struct hs_value v = table(*state, "scale_factor", 63.75, -64), back;
    double x[] = {-1, 0, 3};
    static const double codes[] = {0, 64, 255};
    size_t n = 3;
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n), q;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;

    assert_true(hs_value_set(&v, *state, "dtype", hs_value_string(*state, "uint8")));
    assert_ok(hs_qparams_from_convention(&qp, *state, &v, HS_CONVENTION_DISTILLER, &err), &err);
    assert_close(qp.scale[0], 1 / 63.75, 0);
    assert_int_equal(qp.zero_point[0], 64);
    assert_string_equal(qp.options.profile, "distiller");
    assert_ok(hs_quantize(&q, *state, &t, &qp, NULL, &err), &err);
    for (size_t i = 0; i < n; i++)
        assert_close(hs_tensor_get(&q, i), codes[i], 0);
    assert_ok(hs_qparams_to_convention(&back, *state, &qp, HS_CONVENTION_DISTILLER, &err), &err);
    assert_close(hs_value_number(&back, "scale_factor", 0), 63.75, 1e-13);
    assert_int_equal(hs_value_integer(&back, "zero_point", 0), -64);
    assert_null(hs_value_get(&back, "scale"));
}

/* The scheme and the profile are two ways to the same codes. */
static void the_profile_gives_the_codes_of_the_scheme(void **state)
{
    double x[] = {-0.83, 2.9, 1.1, 0.004, -0.2, 2.2, 0.77}, factor, zero;
    size_t n = 7;
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n), theirs, back, ours;
    struct hs_qtarget target = {.dtype = HS_UINT8};
    struct hs_quant_options options;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;
    struct hs_range r;

    assert_ok(hs_quant_options_profile(&options, "distiller", &err), &err);
    assert_ok(hs_observe_minmax(&r, *state, &t, -1, 0, &options, &err), &err);
    assert_ok(hs_qparams_from_range(&qp, *state, &r, &target, &options, &err), &err);
    assert_ok(hs_quantize(&ours, *state, &t, &qp, NULL, &err), &err);
    assert_ok(hs_range_linear(&theirs, &back, &factor, &zero, *state, &t, 8, false, &err), &err);
    assert_close(1 / qp.scale[0], factor, 1e-13 * factor);
    assert_close((double)-qp.zero_point[0], zero, 0);
    for (size_t i = 0; i < n; i++)
        assert_close(hs_tensor_get(&ours, i), hs_tensor_get(&theirs, i), 0);
}

static void a_multiplier_is_one_over_the_scale_of_each_channel(void **state)
{
    struct hs_value v = hs_value_map(), list = hs_value_list(), back;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;

    assert_true(hs_value_push(&list, *state, hs_value_num(4)) &&
                hs_value_push(&list, *state, hs_value_num(0.5)) &&
                hs_value_set(&v, *state, "n", list) &&
                hs_value_set(&v, *state, "axis", hs_value_int(0)));
    assert_ok(hs_qparams_from_convention(&qp, *state, &v, HS_CONVENTION_MULTIPLIER, &err), &err);
    assert_int_equal(qp.n, 2);
    assert_close(qp.scale[0], 0.25, 0);
    assert_close(qp.scale[1], 2, 0);
    assert_ok(hs_qparams_to_convention(&back, *state, &qp, HS_CONVENTION_MULTIPLIER, &err), &err);
    assert_int_equal(hs_value_len(hs_value_get(&back, "n")), 2);
    qp.zero_point[1] = 3;
    assert_fails(hs_qparams_to_convention(&back, *state, &qp, HS_CONVENTION_MULTIPLIER, &err),
                 HS_EINVAL, &err, "zero point 3: a multiplier alone has none");
}

static void what_can_be_read_two_ways_is_refused(void **state)
{
    struct hs_value v = table(*state, "n", 4, 0);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;

    assert_true(hs_value_set(&v, *state, "scale", hs_value_num(0.25)));
    assert_fails(hs_qparams_from_convention(&qp, *state, &v, HS_CONVENTION_MULTIPLIER, &err),
                 HS_EINVAL, &err, "give one of them");
    hs_error_clear(&err);
    v = table(*state, "n", 0, 0);
    assert_fails(hs_qparams_from_convention(&qp, *state, &v, HS_CONVENTION_MULTIPLIER, &err),
                 HS_EINVAL, &err, "n 0 (number 0) has no inverse");
    hs_error_clear(&err);
    v = table(*state, "scale", 4, 0);
    assert_fails(hs_qparams_from_convention(&qp, *state, &v, HS_CONVENTION_DISTILLER, &err),
                 HS_EINVAL, &err, "beside scale_factor");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(distiller_divides_by_its_factor_and_negates_its_zero_point),
        T(the_profile_gives_the_codes_of_the_scheme),
        T(a_multiplier_is_one_over_the_scale_of_each_channel),
        T(what_can_be_read_two_ways_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
