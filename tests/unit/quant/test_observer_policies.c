/* What every observer of observers.def has in common: policies for what is not finite, zeros and
 * nothing, and that a channel, group or block is observed as if it stood alone. */
#include "hs_test.h"

#include <math.h>

#include "base/rng.h"
#include "quant/observer.h"

static struct hs_observer_config config_of(const char *profile)
{
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_quant_options_profile(&config.options, profile, &err), &err);
    config.bins = 64; /* small enough to be quick, large enough to matter */
    config.levels = 16;
    config.percentile = 95;
    return config;
}

static enum hs_status observe(struct hs_range *r, struct hs_arena *arena, const char *id, double *x,
                              size_t n, const struct hs_observer_config *config,
                              struct hs_error *err)
{
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n);
    const struct hs_tensor *batch = &t;

    return hs_observe(r, arena, id, &batch, 1, config, err);
}

typedef void check_fn(struct hs_arena *arena, const char *id);

static void for_all(struct hs_arena *arena, check_fn *check)
{
    size_t count;
    const struct hs_observer *const *all = hs_observers(&count);

    assert_true(count >= 7);
    for (size_t i = 0; i < count; i++)
        check(arena, all[i]->id);
}

/* -6, 4, 2 and what is not finite: the same range as without. */
static void leaves_out(struct hs_arena *arena, const char *id)
{
    double with[] = {-6, (double)INFINITY, 4, (double)NAN, -(double)INFINITY, 2},
           without[] = {-6, 4, 2};
    struct hs_observer_config config = config_of(NULL);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range a, b;

    config.options.nan = HS_NAN_QMIN;
    assert_ok(observe(&a, arena, id, with, 6, &config, &err), &err);
    assert_ok(observe(&b, arena, id, without, 3, &config, &err), &err);
    assert_close(a.min[0], b.min[0], 0);
    assert_close(a.max[0], b.max[0], 0);
    assert_int_equal(a.excluded, 2); /* the infinities are reported */
    assert_int_equal(b.excluded, 0);
}

static void what_is_not_finite_is_left_out_and_counted(void **state)
{
    for_all(*state, leaves_out);
}

static void reads_nan_as_zero(struct hs_arena *arena, const char *id)
{
    double with[] = {5, (double)NAN, 7, 8}, without[] = {5, 0, 7, 8};
    struct hs_observer_config config = config_of(NULL);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range a, b;

    config.options.nan = HS_NAN_ZERO;
    assert_ok(observe(&a, arena, id, with, 4, &config, &err), &err);
    assert_ok(observe(&b, arena, id, without, 4, &config, &err), &err);
    assert_close(a.min[0], b.min[0], 0);
    assert_close(a.max[0], b.max[0], 0);
}

static void nan_is_a_zero_where_that_is_asked_for(void **state)
{
    for_all(*state, reads_nan_as_zero);
}

static void refuses(struct hs_arena *arena, const char *id)
{
    double inf[] = {1, 2, -(double)INFINITY}, only[] = {(double)INFINITY, (double)INFINITY},
           nan[] = {0, (double)NAN};
    struct hs_observer_config config = config_of(NULL);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    assert_fails(observe(&r, arena, id, nan, 2, &config, &err), HS_ERANGE, &err,
                 "element [1] is NaN, which has no code; remove it, or choose nan=zero");
    hs_error_clear(&err);
    assert_fails(observe(&r, arena, id, only, 2, &config, &err), HS_ERANGE, &err,
                 "part 0 has no finite element");
    hs_error_clear(&err);
    assert_fails(observe(&r, arena, id, inf, 0, &config, &err), HS_ERANGE, &err,
                 "empty, so it has no range; give data");
    hs_error_clear(&err);
    config.options.inf = HS_INF_ERROR;
    assert_fails(observe(&r, arena, id, inf, 3, &config, &err), HS_ERANGE, &err,
                 "element [2] is infinite (-inf); remove it, or choose inf=saturate");
}

static void refusals_name_the_element_its_value_and_a_remedy(void **state)
{
    for_all(*state, refuses);
}

/* Zeros: torch's histogram has bins from -1 to 1 then, but no width in min and max either. */
static void keeps_zeros(struct hs_arena *arena, const char *id)
{
    double x[] = {0, 0, 0, 0};
    struct hs_observer_config config = config_of(NULL);
    struct hs_qtarget target = {.dtype = HS_UINT8};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;
    struct hs_range r;

    assert_ok(observe(&r, arena, id, x, 4, &config, &err), &err);
    assert_close(r.min[0], 0, 0);
    assert_close(r.max[0], 0, 0);
    assert_ok(hs_qparams_from_range(&qp, arena, &r, &target, &config.options, &err), &err);
    assert_close(qp.scale[0], 1, 0);
    config.options.scheme = HS_SYMMETRIC;
    assert_ok(hs_qparams_from_range(&qp, arena, &r, &target, &config.options, &err), &err);
    assert_int_equal(qp.zero_point[0], 128);
    config.options.all_zero = HS_ALL_ZERO_EPS;
    config.options.eps = 0x1p-10;
    assert_ok(hs_qparams_from_range(&qp, arena, &r, &target, &config.options, &err), &err);
    assert_close(qp.scale[0], 0x1p-10, 0);
    config.options.eps = 0;
    assert_fails(hs_qparams_from_range(&qp, arena, &r, &target, &config.options, &err), HS_ERANGE,
                 &err, "eps is 0; give eps");
    hs_error_clear(&err);
    config.options.all_zero = HS_ALL_ZERO_ERROR;
    assert_fails(hs_qparams_from_range(&qp, arena, &r, &target, &config.options, &err), HS_ERANGE,
                 &err, "no width");
}

static void zeros_follow_the_policy_whatever_observed_them(void **state)
{
    for_all(*state, keeps_zeros);
}

enum { ROWS = 3, COLUMNS = 4, DEPTH = 10, COUNT = ROWS * COLUMNS * DEPTH };

static void fill(double *x, uint64_t seed)
{
    struct hs_rng rng = hs_rng_seed(seed, 0);

    for (size_t i = 0; i < COUNT; i++)
        x[i] = hs_rng_normal(&rng) * (double)(1 + i / DEPTH);
}

/* Two batches of 3x4x10. Each part of the range is that of its own elements, in their order. */
static void same_as_alone(struct hs_arena *arena, const char *id, int axis, size_t block,
                          size_t parts)
{
    double x[2][COUNT], own[2][COUNT];
    struct hs_tensor t[2], o[2];
    const struct hs_tensor *both[] = {&t[0], &t[1]}, *slices[] = {&o[0], &o[1]};
    struct hs_observer_config config = config_of(NULL), single = config;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range all, one;

    for (size_t b = 0; b < 2; b++) {
        fill(x[b], 7 + b);
        t[b] = hs_tensor_view(x[b], HS_FLOAT64, 3, (size_t[]){ROWS, COLUMNS, DEPTH});
    }
    config.axis = axis;
    config.block_size = block;
    assert_ok(hs_observe(&all, arena, id, both, 2, &config, &err), &err);
    assert_int_equal(all.n, parts);
    for (size_t p = 0; p < parts; p++) {
        for (size_t b = 0; b < 2; b++) {
            size_t n = 0;

            for (size_t i = 0; i < COUNT; i++) {
                size_t at[] = {i / (COLUMNS * DEPTH), i / DEPTH % COLUMNS, i % DEPTH};
                size_t blocks = block > 0 ? (DEPTH + block - 1) / block : 1;

                if ((block == 0 ? at[axis] : i / DEPTH * blocks + at[2] / block) == p)
                    own[b][n++] = x[b][i];
            }
            o[b] = hs_tensor_view(own[b], HS_FLOAT64, 1, &n);
        }
        assert_ok(hs_observe(&one, arena, id, slices, 2, &single, &err), &err);
        assert_close(all.min[p], one.min[0], 0);
        assert_close(all.max[p], one.max[0], 0);
    }
}

static void parts_alone(struct hs_arena *arena, const char *id)
{
    same_as_alone(arena, id, 0, 0, ROWS);
    same_as_alone(arena, id, 1, 0, COLUMNS);
    same_as_alone(arena, id, 2, 0, DEPTH);
    same_as_alone(arena, id, 2, 4, (size_t)ROWS * COLUMNS * 3); /* 4, 4 and 2 elements */
    same_as_alone(arena, id, 2, 10, (size_t)ROWS * COLUMNS);
}

static void a_channel_or_block_is_observed_as_if_it_stood_alone(void **state)
{
    for_all(*state, parts_alone);
}

static void shapes_that_do_not_fit_are_named(struct hs_arena *arena, const char *id)
{
    double x[6] = {1, 2, 3, 4, 5, 6};
    struct hs_tensor a = hs_tensor_view(x, HS_FLOAT64, 2, (size_t[]){2, 3}),
                     b = hs_tensor_view(x, HS_FLOAT64, 2, (size_t[]){3, 2});
    const struct hs_tensor *batches[] = {&a, &b};
    struct hs_observer_config config = config_of(NULL);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    config.axis = 0;
    assert_fails(hs_observe(&r, arena, id, batches, 2, &config, &err), HS_ESHAPE, &err,
                 "batch 1 has 3 channels or blocks, the first one 2");
    hs_error_clear(&err);
    config.axis = 2;
    assert_fails(hs_observe(&r, arena, id, batches, 1, &config, &err), HS_ESHAPE, &err,
                 "no such axis");
    hs_error_clear(&err);
    config.axis = -1;
    config.block_size = 2;
    assert_fails(hs_observe(&r, arena, id, batches, 1, &config, &err), HS_EINVAL, &err,
                 "needs an axis");
}

static void batches_have_the_same_channels(void **state)
{
    for_all(*state, shapes_that_do_not_fit_are_named);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(what_is_not_finite_is_left_out_and_counted),
        T(nan_is_a_zero_where_that_is_asked_for),
        T(refusals_name_the_element_its_value_and_a_remedy),
        T(zeros_follow_the_policy_whatever_observed_them),
        T(a_channel_or_block_is_observed_as_if_it_stood_alone),
        T(batches_have_the_same_channels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
