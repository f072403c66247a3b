/* LSQ and the gradients of the weight schemes, by hand and by differences. */
#include "hs_test.h"

#include <math.h>

#include "base/mem.h"
#include "quant/learnable.h"
#include "quant/schemes.h"

static struct hs_qparams qparams(double *scale, int64_t *zero, int64_t qmin, int64_t qmax)
{
    struct hs_qparams qp = {.scale = scale,
                            .zero_point = zero,
                            .n = 1,
                            .axis = -1,
                            .qmin = qmin,
                            .qmax = qmax,
                            .dtype = HS_INT8};
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_quant_options_profile(&qp.options, NULL, &err), &err);
    return qp;
}

static void gradients_of_scale_and_zero_point_by_hand(void **state)
{
    /* s = 0.5, z = 1, codes -2 to 1: x = 0.3 -> code 2 (above), -0.3 -> 0, -9 -> -17 (below), 0 ->
     * 1 */
    double x[] = {0.3, -0.3, -9, 0}, dy[] = {1, 10, 100, 1000}, scale = 0.5, dscale, dzero;
    int64_t zero = 1;
    size_t shape[] = {4};
    struct hs_tensor tx = hs_tensor_view(x, HS_FLOAT64, 1, shape),
                     tdy = hs_tensor_view(dy, HS_FLOAT64, 1, shape);
    struct hs_qparams qp = qparams(&scale, &zero, -2, 1);
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_learnable_grad(&dscale, &dzero, *state, &tx, &qp, &tdy, 0.25, &err), &err);
    /* above: 1 (1 - 1) = 0; inside: 10 (-0.5 + 0.3)/0.5 = -4; below: 100 (-2 - 1) = -300; 0: 0 */
    assert_close(dscale, 0.25 * -304, 1e-12);
    assert_close(dzero, 0.25 * -(0.5 * 1 + 0.5 * 100), 1e-12);
    shape[0] = 3;
    tdy = hs_tensor_view(dy, HS_FLOAT64, 1, shape);
    assert_fails(hs_learnable_grad(&dscale, &dzero, *state, &tx, &qp, &tdy, 1, &err), HS_ESHAPE,
                 &err, "another shape");
}

static void fractional_zero_points_are_rounded_to_even_and_clamped(void **state)
{
    static const struct {
        double given;
        int64_t wanted;
    } cases[] = {{2.5, 2}, {3.5, 4}, {-0.5, 0}, {-3.5, -4}, {9e9, 127}, {-200.25, -128}};
    struct hs_arena *arena = *state;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value map = hs_value_map(), list = hs_value_list();
    struct hs_qparams qp;

    for (size_t i = 0; i < HS_COUNTOF(cases); i++) {
        struct hs_value one = hs_value_map();

        assert_true(hs_value_set(&one, arena, "scale", hs_value_num(0.5)));
        assert_true(hs_value_set(&one, arena, "zero_point", hs_value_num(cases[i].given)));
        assert_ok(hs_learnable_from_value(&qp, arena, &one, &err), &err);
        assert_int_equal(qp.zero_point[0], cases[i].wanted);
        assert_true(hs_value_push(&list, arena, hs_value_num(cases[i].given)));
    }
    assert_true(hs_value_set(&map, arena, "scale", hs_value_num(0.5)));
    assert_true(hs_value_set(&map, arena, "zero_point", hs_value_num((double)NAN)));
    assert_int_not_equal(hs_learnable_from_value(&qp, arena, &map, &err), HS_OK);
}

static void the_first_scale_is_that_of_the_paper(void **state)
{
    float x[] = {1, -3, 2, -2}, none[] = {0, 0};
    size_t shape[] = {4}, two[] = {2};
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 1, shape);
    struct hs_error err = HS_ERROR_INIT;
    double s;

    (void)state;
    assert_ok(hs_learnable_first_scale(&s, &t, 4, &err), &err);
    assert_close(s, 2 * 2.0 / 2, 1e-15);
    assert_close(hs_learnable_grad_factor(25, 4), 0.1, 1e-15);
    t = hs_tensor_view(none, HS_FLOAT32, 1, two);
    assert_fails(hs_learnable_first_scale(&s, &t, 4, &err), HS_ERANGE, &err, "mean of |x| is 0");
}

/* Of sum dy tanh(w)/max|tanh w| with the maximum held: what stands inside DoReFa's rounding. */
static void weights_of_dorefa_follow_the_slope_of_tanh(void **state)
{
    double w[] = {0.3, -1.2, 0.01, 2}, dy[] = {1, -2, 3, 0.5}, top = tanh(2.0), h = 1e-6;
    size_t shape[] = {4};
    struct hs_tensor tw = hs_tensor_view(w, HS_FLOAT64, 1, shape),
                     tdy = hs_tensor_view(dy, HS_FLOAT64, 1, shape), dw;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_dorefa_weights_grad(&dw, *state, &tw, &tdy, &err), &err);
    for (size_t i = 0; i < 4; i++)
        assert_close(hs_tensor_get(&dw, i),
                     dy[i] * (tanh(w[i] + h) - tanh(w[i] - h)) / (2 * h) / top, 1e-8);
    assert_ok(hs_wrpn_weights_grad(&dw, *state, &tw, &tdy, &err), &err);
    assert_close(hs_tensor_get(&dw, 0), 1, 0);
    assert_close(hs_tensor_get(&dw, 1), 0, 0);
    assert_close(hs_tensor_get(&dw, 2), 3, 0);
    assert_close(hs_tensor_get(&dw, 3), 0, 0);
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(gradients_of_scale_and_zero_point_by_hand),
        WITH_ARENA(fractional_zero_points_are_rounded_to_even_and_clamped),
        WITH_ARENA(the_first_scale_is_that_of_the_paper),
        WITH_ARENA(weights_of_dorefa_follow_the_slope_of_tanh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
