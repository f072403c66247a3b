#include "hs_test.h"

#include <math.h>

#include "quant/observer.h"

static struct hs_range observed(struct hs_arena *arena, const char *id, double *x, size_t n,
                                const struct hs_observer_config *config)
{
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n);
    const struct hs_tensor *batch = &t;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    assert_ok(hs_observe(&r, arena, id, &batch, 1, config, &err), &err);
    return r;
}

static void every_observer_has_help_and_refuses_the_empty_tensor_and_nan(void **state)
{
    size_t count, none = 0, two = 2;
    const struct hs_observer *const *all = hs_observers(&count);
    double x[] = {1, (double)NAN};
    struct hs_tensor empty = hs_tensor_view(x, HS_FLOAT64, 1, &none),
                     nan = hs_tensor_view(x, HS_FLOAT64, 1, &two);
    const struct hs_tensor *batches[] = {&empty, &nan};
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_range r;

    assert_true(count >= 5);
    for (size_t i = 0; i < count; i++) {
        struct hs_error err = HS_ERROR_INIT;

        assert_ptr_equal(hs_observer_find(all[i]->id), all[i]);
        assert_true(strlen(all[i]->help) > 10);
        assert_fails(hs_observe(&r, *state, all[i]->id, batches, 1, &config, &err), HS_ERANGE, &err,
                     "empty");
        hs_error_clear(&err);
        assert_fails(hs_observe(&r, *state, all[i]->id, batches + 1, 1, &config, &err), HS_ERANGE,
                     &err, "[1] is NaN");
        hs_error_clear(&err);
        assert_fails(hs_observe(&r, *state, all[i]->id, batches, 0, &config, &err), HS_EINVAL, &err,
                     "no batch");
    }
    assert_null(hs_observer_find("entropic"));
}

static void every_observer_sees_channels_on_their_own(void **state)
{
    double x[] = {-1, 1, -10, 10, -100, 100};
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 2, (size_t[]){3, 2});
    const struct hs_tensor *batch = &t;
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    size_t count;
    const struct hs_observer *const *all = hs_observers(&count);
    struct hs_range r;

    config.axis = 0;
    for (size_t i = 0; i < count; i++) {
        assert_ok(hs_observe(&r, *state, all[i]->id, &batch, 1, &config, &err), &err);
        assert_int_equal(r.n, 3);
        for (size_t c = 1; c < 3; c++) /* each rule scales with its data */
            assert_close(r.max[c] / r.max[c - 1], 10, 1e-9);
    }
}

static void percentiles_interpolate_between_neighbours(void **state)
{
    double x[] = {40, 10, 30, 20, 50};
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_range r;

    config.percentile = 90;
    r = observed(*state, "percentile", x, 5, &config);
    assert_close(r.min[0], 14, 1e-12);
    assert_close(r.max[0], 46, 1e-12);
    assert_close(x[0], 40, 0); /* the data are not sorted in place */
    config.percentile = 100;
    assert_close(observed(*state, "percentile", x, 5, &config).max[0], 50, 0);
}

static void sigma_may_reach_past_the_data_unless_told_not_to(void **state)
{
    double x[] = {-1, 1, -1, 1};
    struct hs_observer_config config = hs_observer_config_default();

    assert_close(observed(*state, "sigma", x, 4, &config).max[0], 3, 1e-12);
    config.clip_to_data = true;
    assert_close(observed(*state, "sigma", x, 4, &config).max[0], 1, 1e-12);
}

static void mse_cuts_an_outlier_when_codes_are_few(void **state)
{
    double x[101];
    struct hs_observer_config config = hs_observer_config_default();

    for (int i = 0; i < 100; i++)
        x[i] = (i % 2 == 0 ? 1 : -1) * (1 + i * 0.001);
    x[100] = 3;
    config.target = (struct hs_qtarget){.dtype = HS_INT8, .bits = 2};
    assert_true(observed(*state, "mse", x, 101, &config).max[0] < 1.2);
    config.target.bits = 8;
    assert_true(observed(*state, "mse", x, 101, &config).max[0] > 2.9);
}

/* Two-bit codes -2..1 of forty 0.25 and one 1.6. Squares lost: s = 2: 40 * 0.0625 + 0.4^2 = 2.66;
 * s = 1: 2.86; s = 1/2 (0.5 rounds to 0): 3.71; s = 1/4: 1.35^2 = 1.8225; s = 1/8: 40 * 0.125^2 +
 * 1.475^2 = 2.80. With ten 0.25 s = 2 loses least: 0.785. */
static void pow2_by_data_takes_the_exponent_that_loses_least(void **state)
{
    double x[41];
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;
    struct hs_range r;

    for (size_t i = 0; i < 41; i++)
        x[i] = i == 0 ? 1.6 : 0.25;
    config.target = (struct hs_qtarget){.dtype = HS_INT8, .bits = 2};
    assert_ok(hs_quant_options_profile(&config.options, "lab-pow2", &err), &err);
    config.options.pow2_rounding = HS_POW2_MSE;
    r = observed(*state, "minmax", x, 41, &config);
    assert_int_equal(r.exponent[0], -2);
    assert_ok(hs_qparams_from_range(&qp, *state, &r, &config.target, &config.options, &err), &err);
    assert_close(qp.scale[0], 0.25, 0);
    assert_int_equal(observed(*state, "minmax", x, 11, &config).exponent[0], 1);
    config.options.max_shift = 1; /* 2^-1 loses more than 2^1 */
    assert_int_equal(observed(*state, "minmax", x, 41, &config).exponent[0], 1);
    r.exponent = NULL;
    assert_fails(hs_qparams_from_range(&qp, *state, &r, &config.target, &config.options, &err),
                 HS_EINVAL, &err, "observe with it");
}

static void pow2_by_data_sees_channels_on_their_own(void **state)
{
    double x[82];
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 2, (size_t[]){2, 41});
    const struct hs_tensor *batch = &t;
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    for (size_t i = 0; i < 82; i++)
        x[i] = i == 0 ? 1.6 : i < 41 ? 0.25 : 0;
    config.target = (struct hs_qtarget){.dtype = HS_INT8, .bits = 2};
    assert_ok(hs_quant_options_profile(&config.options, "lab-pow2", &err), &err);
    config.options.pow2_rounding = HS_POW2_MSE;
    config.axis = 0;
    assert_ok(hs_observe(&r, *state, "minmax", &batch, 1, &config, &err), &err);
    assert_int_equal(r.exponent[0], -2);
    assert_int_equal(r.exponent[1], -8); /* zeros: 2^-max_shift */
}

static void moving_average_starts_at_the_first_batch(void **state)
{
    double a[] = {-1, 2}, b[] = {-3, 6};
    size_t n = 2;
    struct hs_tensor ta = hs_tensor_view(a, HS_FLOAT64, 1, &n),
                     tb = hs_tensor_view(b, HS_FLOAT64, 1, &n);
    const struct hs_tensor *batches[] = {&ta, &tb};
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    config.averaging_constant = 0.25;
    assert_ok(hs_observe(&r, *state, "moving_average", batches, 2, &config, &err), &err);
    assert_close(r.min[0], -1.5, 0);
    assert_close(r.max[0], 3, 0);
    config.averaging_constant = 0;
    assert_fails(hs_observe(&r, *state, "moving_average", batches, 2, &config, &err), HS_EINVAL,
                 &err, "above 0");
}

/* 0.1 in float64, and in float32 where the profile or the tensor is so. */
static void moving_averages_keep_the_precision_of_their_tensors(void **state)
{
    double a[] = {-1, 1}, b[] = {-2, 2};
    float c[] = {-1, 1}, d[] = {-2, 2};
    size_t n = 2;
    struct hs_tensor wide[] = {hs_tensor_view(a, HS_FLOAT64, 1, &n),
                               hs_tensor_view(b, HS_FLOAT64, 1, &n)},
                     narrow[] = {hs_tensor_view(c, HS_FLOAT32, 1, &n),
                                 hs_tensor_view(d, HS_FLOAT32, 1, &n)};
    const struct hs_tensor *doubles[] = {&wide[0], &wide[1]}, *floats[] = {&narrow[0], &narrow[1]};
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    config.averaging_constant = 0.1;
    assert_ok(hs_observe(&r, *state, "moving_average", doubles, 2, &config, &err), &err);
    assert_close(r.max[0], 1.1, 0);
    assert_ok(hs_observe(&r, *state, "moving_average", floats, 2, &config, &err), &err);
    assert_close(r.max[0], (double)1.1f, 0);
    assert_ok(hs_quant_options_profile(&config.options, "torch", &err), &err);
    assert_ok(hs_observe(&r, *state, "moving_average", doubles, 2, &config, &err), &err);
    assert_close(r.max[0], (double)1.1f, 0);
}

static void a_double_beyond_float32_has_no_histogram(void **state)
{
    double x[] = {1, 1e300};
    size_t n = 2;
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n);
    const struct hs_tensor *batch = &t;
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    assert_fails(hs_observe(&r, *state, "histogram", &batch, 1, &config, &err), HS_ERANGE, &err,
                 "1e+300 is too large for float32");
}

static void parameters_out_of_range_are_named(void **state)
{
    double x[] = {1};
    size_t n = 1;
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n);
    const struct hs_tensor *batch = &t;
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    config.percentile = 101;
    config.n_std = -1;
    config.grid = 0;
    assert_fails(hs_observe(&r, *state, "percentile", &batch, 1, &config, &err), HS_EINVAL, &err,
                 "percentile 101");
    hs_error_clear(&err);
    assert_fails(hs_observe(&r, *state, "sigma", &batch, 1, &config, &err), HS_EINVAL, &err,
                 "n_std -1");
    hs_error_clear(&err);
    assert_fails(hs_observe(&r, *state, "mse", &batch, 1, &config, &err), HS_EINVAL, &err,
                 "grid 0");
    hs_error_clear(&err);
    config = hs_observer_config_default();
    config.bins = 1;
    assert_fails(hs_observe(&r, *state, "histogram", &batch, 1, &config, &err), HS_EINVAL, &err,
                 "bins 1 must be 2 to 65536");
    hs_error_clear(&err);
    config.bins = 16;
    config.levels = 17;
    assert_fails(hs_observe(&r, *state, "entropy", &batch, 1, &config, &err), HS_EINVAL, &err,
                 "levels 17 must be 1 to the number of bins, 16");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(every_observer_has_help_and_refuses_the_empty_tensor_and_nan),
        T(every_observer_sees_channels_on_their_own),
        T(percentiles_interpolate_between_neighbours),
        T(sigma_may_reach_past_the_data_unless_told_not_to),
        T(mse_cuts_an_outlier_when_codes_are_few),
        T(pow2_by_data_takes_the_exponent_that_loses_least),
        T(pow2_by_data_sees_channels_on_their_own),
        T(moving_average_starts_at_the_first_batch),
        T(moving_averages_keep_the_precision_of_their_tensors),
        T(a_double_beyond_float32_has_no_histogram),
        T(parameters_out_of_range_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
