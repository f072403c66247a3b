#include "hs_test.h"

#include <math.h>

#include "tensor/compare.h"
#include "tensor/stats.h"
#include "tensor/tensor.h"

static struct hs_tensor counting(struct hs_arena *arena, enum hs_dtype dtype, int ndim, const size_t *shape)
{
    struct hs_tensor t;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_tensor_new(&t, arena, dtype, ndim, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&t); i++)
        assert_true(hs_tensor_set(&t, i, (double)i));
    return t;
}

static void every_dtype_stores_its_ends_and_refuses_beyond(void **state)
{
    (void)state;
    for (int d = 0; d < HS_DTYPE_COUNT; d++) {
        enum hs_dtype t = (enum hs_dtype)d;
        int64_t bits = 0;

        assert_int_equal(hs_dtype_find(hs_dtype_name(t)), d);
        assert_int_equal(hs_dtype_find(hs_dtype_short(t)), d);
        if (hs_dtype_is_float(t))
            continue;
        assert_true(hs_dtype_store_int(t, &bits, hs_dtype_min(t)));
        assert_int_equal(hs_dtype_load_int(t, &bits), hs_dtype_min(t));
        assert_true(hs_dtype_store_int(t, &bits, hs_dtype_max(t)));
        assert_int_equal(hs_dtype_load_int(t, &bits), hs_dtype_max(t));
        if (hs_dtype_size(t) < 8)
            assert_false(hs_dtype_store_int(t, &bits, hs_dtype_max(t) + 1));
        assert_false(hs_dtype_store(t, &bits, 0.5));
        assert_false(hs_dtype_store(t, &bits, (double)NAN));
    }
}

static void views_share_the_elements(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor t = counting(arena, HS_FLOAT32, 3, (size_t[]){2, 3, 4}), v, w, copy;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_tensor_transpose(&v, &t, (int[]){2, 0, 1}, &err), &err);
    assert_int_equal(v.shape[0], 4);
    assert_false(hs_tensor_is_contiguous(&v));
    assert_close(hs_tensor_get(&v, 1), 4, 0); /* [0,0,1] of v is [0,1,0] of t */
    assert_ok(hs_tensor_contiguous(&copy, arena, &v, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&v); i++)
        assert_close(hs_tensor_get(&copy, i), hs_tensor_get(&v, i), 0);
    assert_ok(hs_tensor_slice(&w, &t, -1, 1, 3, &err), &err);
    assert_int_equal(w.shape[2], 2);
    assert_close(hs_tensor_get(&w, 2), 5, 0);
    assert_ok(hs_tensor_index(&w, &t, 0, 1, &err), &err);
    assert_int_equal(w.ndim, 2);
    assert_close(hs_tensor_get(&w, 0), 12, 0);
    assert_ok(hs_tensor_reshape(&w, &t, 2, (size_t[]){6, (size_t)-1}, &err), &err);
    assert_int_equal(w.shape[1], 4);
    assert_fails(hs_tensor_reshape(&w, &t, 1, (size_t[]){23}, &err), HS_ESHAPE, &err, "24 elements");
}

static void bad_views_are_refused_with_the_numbers(void **state)
{
    struct hs_tensor t = counting(*state, HS_INT8, 2, (size_t[]){2, 3}), v;
    struct hs_error err = HS_ERROR_INIT;

    assert_fails(hs_tensor_slice(&v, &t, 1, 2, 4, &err), HS_ESHAPE, &err, "[2, 4)");
    hs_error_clear(&err);
    assert_fails(hs_tensor_slice(&v, &t, 2, 0, 1, &err), HS_ESHAPE, &err, "axis 2");
    hs_error_clear(&err);
    assert_fails(hs_tensor_transpose(&v, &t, (int[]){0, 0}, &err), HS_ESHAPE, &err, "once");
    hs_error_clear(&err);
    assert_fails(hs_tensor_new(&v, *state, HS_FLOAT64, 2, (size_t[]){SIZE_MAX / 2, 8}, &err), HS_ESHAPE, &err, NULL);
}

static void conversion_never_clips(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor t = counting(arena, HS_FLOAT32, 1, (size_t[]){300}), q;
    struct hs_error err = HS_ERROR_INIT;

    assert_fails(hs_tensor_as(&q, arena, &t, HS_INT8, &err), HS_ERANGE, &err, "element 128 is 128");
    hs_error_clear(&err);
    assert_ok(hs_tensor_as(&q, arena, &t, HS_INT16, &err), &err);
    assert_close(hs_tensor_get(&q, 299), 299, 0);
    hs_tensor_set(&t, 0, 0.5);
    assert_fails(hs_tensor_as(&q, arena, &t, HS_INT64, &err), HS_ERANGE, &err, "0.5");
}

static void statistics_leave_out_what_is_not_finite(void **state)
{
    struct hs_tensor t = counting(*state, HS_FLOAT64, 1, (size_t[]){6});
    struct hs_stats s;

    hs_tensor_set(&t, 2, (double)NAN);
    hs_tensor_set(&t, 4, (double)INFINITY);
    hs_tensor_stats(&s, &t); /* 0 1 3 5 */
    assert_int_equal(s.nan, 1);
    assert_int_equal(s.inf, 1);
    assert_int_equal(s.first_bad, 2);
    assert_close(s.max, 5, 0);
    assert_close(s.mean, 2.25, 1e-15);
    assert_close(s.std, sqrt((2.25 * 2.25 + 1.25 * 1.25 + 0.75 * 0.75 + 2.75 * 2.75) / 4), 1e-12);
}

/* Extremes in blocks and lanes against one element after the other, over views with strides and blocks with and without NaN. */
static void extremes_of_many_are_those_of_each(void **state)
{
    for (size_t n = 0; n < 5000; n = n * 3 + 1) {
        struct hs_tensor t = counting(*state, HS_FLOAT32, 2, (size_t[]){n, 2}), half;
        struct hs_stats s, all;
        struct hs_error err = HS_ERROR_INIT;
        double min = (double)INFINITY, max = -(double)INFINITY, got[8];
        size_t bad = 0, first = 0;

        for (size_t i = 0; i < 2 * n; i++)
            hs_tensor_set(&t, i, i % 997 == 5 ? (double)NAN : i % 1009 == 7 ? -(double)INFINITY : sin((double)i * 37));
        assert_ok(hs_tensor_index(&half, &t, 1, 1, &err), &err);
        for (size_t i = 0; i < n; i++) {
            double v = hs_tensor_get(&half, i);

            if (!isfinite(v) && bad++ == 0)
                first = i;
            min = isfinite(v) ? fmin(min, v) : min;
            max = isfinite(v) ? fmax(max, v) : max;
        }
        hs_tensor_extremes(&s, &half);
        hs_tensor_stats(&all, &half);
        assert_int_equal(s.count, n);
        assert_int_equal(s.nan + s.inf, bad);
        assert_int_equal(s.first_bad, first);
        assert_close(s.min, n != 0 ? min : 0, 0);
        assert_close(s.max, n != 0 ? max : 0, 0);
        assert_close(all.min, s.min, 0);
        assert_close(all.absmax, s.absmax, 0);
        for (size_t from = 0; from + 8 <= n; from += 501) {
            hs_tensor_load(got, &half, from, 8);
            for (size_t i = 0; i < 8; i++)
                assert_true(got[i] == hs_tensor_get(&half, from + i) || isnan(got[i]));
        }
    }
}

static void a_histogram_counts_like_numpy(void **state)
{
    struct hs_tensor t = counting(*state, HS_FLOAT32, 1, (size_t[]){10});
    size_t counts[3];

    hs_tensor_histogram(counts, 3, &t, 0, 9);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 3);
    assert_int_equal(counts[2], 4); /* the last bin includes its end */
    hs_tensor_histogram(counts, 1, &t, 2, 4);
    assert_int_equal(counts[0], 3);
}

static void comparison_finds_the_first_difference(void **state)
{
    struct hs_tensor a = counting(*state, HS_FLOAT32, 1, (size_t[]){4}), b = counting(*state, HS_FLOAT32, 1, (size_t[]){4}),
                     c = counting(*state, HS_FLOAT32, 2, (size_t[]){2, 2});
    struct hs_compare r;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_tensor_compare(&r, &a, &b, &err), &err);
    assert_true(r.equal && isinf(r.sqnr_db));
    hs_tensor_set(&a, 2, 2.5);
    assert_ok(hs_tensor_compare(&r, &a, &b, &err), &err);
    assert_int_equal(r.first, 2);
    assert_int_equal(r.mismatches, 1);
    assert_close(r.max_abs, 0.5, 0);
    assert_close(r.sqnr_db, 10 * log10(14 / 0.25), 1e-12);
    hs_tensor_set(&a, 3, (double)NAN);
    assert_ok(hs_tensor_compare(&r, &a, &b, &err), &err);
    assert_true(isnan(r.max_abs));
    assert_fails(hs_tensor_compare(&r, &a, &c, &err), HS_ESHAPE, &err, "(4,) and (2,2)");
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dtype_stores_its_ends_and_refuses_beyond),
        WITH_ARENA(views_share_the_elements),
        WITH_ARENA(bad_views_are_refused_with_the_numbers),
        WITH_ARENA(conversion_never_clips),
        WITH_ARENA(statistics_leave_out_what_is_not_finite),
        WITH_ARENA(extremes_of_many_are_those_of_each),
        WITH_ARENA(a_histogram_counts_like_numpy),
        WITH_ARENA(comparison_finds_the_first_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
