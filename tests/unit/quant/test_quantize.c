#include "hs_test.h"

#include <math.h>

#include "quant/observer.h"
#include "quant/qparams.h"

static struct hs_qparams simple(const char *profile, double *scale, int64_t *zero_point,
                                enum hs_dtype dtype)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp = {.scale = scale,
                            .zero_point = zero_point,
                            .n = 1,
                            .axis = -1,
                            .dtype = dtype,
                            .qmin = hs_dtype_min(dtype),
                            .qmax = hs_dtype_max(dtype)};

    assert_ok(hs_quant_options_profile(&qp.options, profile, &err), &err);
    return qp;
}

static struct hs_tensor floats(float *x, size_t n)
{
    return hs_tensor_view(x, HS_FLOAT32, 1, &n);
}

static void ties_go_to_the_even_code_and_the_zero_point_comes_after(void **state)
{
    float x[] = {0.25f, 0.75f, 1.25f, -0.25f, -0.75f, 100, -100};
    double s = 0.5;
    int64_t z = 1;
    struct hs_qparams qp = simple(NULL, &s, &z, HS_INT8);
    struct hs_tensor t = floats(x, 7), q;
    struct hs_quantize_count count;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_quantize(&q, *state, &t, &qp, &count, &err), &err);
    assert_memory_equal(q.data, ((int8_t[]){1, 3, 3, 1, -1, 127, -128}), 7);
    assert_int_equal(count.clipped_high, 1);
    assert_int_equal(count.clipped_low, 1);
    qp.options.zero_point_order = HS_BEFORE_ROUNDING;
    assert_ok(hs_quantize(&q, *state, &t, &qp, NULL, &err), &err);
    assert_memory_equal(q.data, ((int8_t[]){2, 2, 4, 0, 0, 127, -128}),
                        7); /* every tie differs: z is odd */
}

static void nan_and_infinity_follow_the_policy(void **state)
{
    float x[] = {1, NAN, INFINITY, -INFINITY};
    double s = 0.5;
    int64_t z = 10;
    struct hs_qparams qp = simple(NULL, &s, &z, HS_UINT8);
    struct hs_tensor t = floats(x, 4), q;
    struct hs_quantize_count count;
    struct hs_error err = HS_ERROR_INIT;

    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_ERANGE, &err,
                 "element [1] is NaN");
    hs_error_clear(&err);
    qp.options.nan = HS_NAN_ZERO;
    assert_ok(hs_quantize(&q, *state, &t, &qp, &count, &err), &err);
    assert_memory_equal(q.data, ((uint8_t[]){12, 10, 255, 0}), 4);
    assert_int_equal(count.nan, 1);
    assert_int_equal(count.inf, 2);
    qp.options.nan = HS_NAN_QMIN;
    assert_ok(hs_quantize(&q, *state, &t, &qp, NULL, &err), &err);
    assert_int_equal(((uint8_t *)q.data)[1], 0);
    qp.options.inf = HS_INF_ERROR;
    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_ERANGE, &err,
                 "element [2] is infinite");
}

static void every_code_dtype_and_float_dtype_works(void **state)
{
    static const enum hs_dtype codes[] = {HS_INT2,  HS_INT4,  HS_INT8,  HS_INT16, HS_INT32,
                                          HS_UINT2, HS_UINT4, HS_UINT8, HS_UINT16};
    static const enum hs_dtype reals[] = {HS_FLOAT16, HS_BFLOAT16, HS_FLOAT32, HS_FLOAT64};
    double s = 0.5;
    int64_t z = 1;
    float x[] = {0, -0.5f, 0.5f};
    struct hs_tensor t = floats(x, 3), in, q, r;
    struct hs_error err = HS_ERROR_INIT;

    for (size_t i = 0; i < 9; i++)
        for (size_t j = 0; j < 4; j++) {
            struct hs_qparams qp = simple(NULL, &s, &z, codes[i]);

            qp.zero_point = hs_dtype_is_signed(codes[i]) ? &(int64_t){0} : &z;
            assert_ok(hs_tensor_as(&in, *state, &t, reals[j], &err), &err);
            assert_ok(hs_quantize(&q, *state, &in, &qp, NULL, &err), &err);
            assert_int_equal(q.dtype, codes[i]);
            assert_close(hs_tensor_get(&q, 2) - hs_tensor_get(&q, 1), 2, 0);
            assert_ok(hs_dequantize(&r, *state, &q, &qp, reals[j], &err), &err);
            assert_int_equal(r.dtype, reals[j]);
            for (size_t k = 0; k < 3; k++)
                assert_close(hs_tensor_get(&r, k), (double)x[k], 0);
            assert_ok(hs_fake_quantize(&r, *state, &in, &qp, &err), &err);
            assert_int_equal(r.dtype, reals[j]);
            assert_close(hs_tensor_get(&r, 1), -0.5, 0);
        }
}

static void the_last_block_may_be_short_and_blocks_go_along_any_axis(void **state)
{
    double scales[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};
    int64_t zeros[12] = {0};
    struct hs_qparams qp = simple(NULL, scales, zeros, HS_INT8);
    double x[30];
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 3, (size_t[]){2, 5, 3}), q;
    struct hs_error err = HS_ERROR_INIT;

    for (size_t i = 0; i < 30; i++)
        x[i] = 4096;
    qp.options.rounding = HS_ROUND_FLOOR;
    qp.dtype = HS_INT16;
    qp.qmin = -32768;
    qp.qmax = 32767;
    qp.axis = 1;
    qp.block_size = 3; /* blocks of 3 and 2 along axis 1: 2 x 2 x 3 scales */
    qp.n = 12;
    assert_ok(hs_quantize(&q, *state, &t, &qp, NULL, &err), &err);
    for (size_t i = 0; i < 30; i++) {
        size_t o = i / 15, c = i / 3 % 5, j = i % 3;

        assert_close(hs_tensor_get(&q, i), 4096 / scales[(o * 2 + c / 3) * 3 + j], 0);
    }
    qp.n = 11;
    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_ESHAPE, &err,
                 "11 scales for 12 blocks");
}

static void transposed_views_are_read_in_their_own_order(void **state)
{
    float x[] = {1, 2, 3, 4, 5, 6};
    double s[] = {1, 10};
    int64_t z[] = {0, 0};
    struct hs_qparams qp = simple(NULL, s, z, HS_INT8);
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 2, (size_t[]){2, 3}), turned, q;
    struct hs_error err = HS_ERROR_INIT;

    qp.axis = 1;
    qp.n = 2;
    assert_ok(hs_tensor_transpose(&turned, &t, (int[]){1, 0}, &err), &err);
    assert_ok(hs_quantize(&q, *state, &turned, &qp, NULL, &err), &err);
    assert_memory_equal(q.data, ((int8_t[]){1, 0, 2, 0, 3, 1}), 6); /* 0.4, 0.5, 0.6 */
}

static void senseless_qparams_are_refused(void **state)
{
    float x[] = {1};
    double s = 0;
    int64_t z = 0;
    struct hs_qparams qp = simple(NULL, &s, &z, HS_INT8);
    struct hs_tensor t = floats(x, 1), q;
    struct hs_error err = HS_ERROR_INIT;

    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_EINVAL, &err, "scale 0");
    hs_error_clear(&err);
    s = 1e-60;
    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_EINVAL, &err, "is 0 as float32");
    hs_error_clear(&err);
    s = 1;
    z = 200;
    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_EINVAL, &err, "zero point 200");
    hs_error_clear(&err);
    z = 0;
    t = hs_tensor_view(x, HS_INT32, 1, (size_t[]){1});
    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_EDTYPE, &err, "tensor of int32");
}

static void stochastic_rounding_is_seeded_and_unbiased(void **state)
{
    enum { N = 20000 };
    float *x = hs_arena_alloc(*state, N, sizeof *x);
    double s = 1, sum = 0;
    int64_t z = 0;
    struct hs_qparams qp = simple(NULL, &s, &z, HS_INT8);
    struct hs_tensor t, a, b;
    struct hs_error err = HS_ERROR_INIT;

    for (size_t i = 0; i < N; i++)
        x[i] = 0.3f;
    t = floats(x, N);
    qp.options.rounding = HS_ROUND_STOCHASTIC;
    qp.options.seed = 7;
    assert_ok(hs_quantize(&a, *state, &t, &qp, NULL, &err), &err);
    assert_ok(hs_quantize(&b, *state, &t, &qp, NULL, &err), &err);
    assert_memory_equal(a.data, b.data, N);
    for (size_t i = 0; i < N; i++)
        sum += hs_tensor_get(&a, i);
    assert_close(sum / N, 0.3, 0.015); /* 4.6 standard deviations */
    qp.options.seed = 8;
    assert_ok(hs_quantize(&b, *state, &t, &qp, NULL, &err), &err);
    assert_memory_not_equal(a.data, b.data, N);
}

static void gradient_passes_where_the_unclamped_code_is_inside(void **state)
{
    float x[] = {-65, -64.25f, -64.26f, 0, 63.5f, 63.75f, 63.76f, 1e30f},
          dy[] = {1, 2, 3, 4, 5, 6, 7, 8};
    double s = 0.5;
    int64_t z = 0;
    struct hs_qparams qp = simple(NULL, &s, &z, HS_INT8);
    struct hs_tensor t = floats(x, 8), up = floats(dy, 8), dx;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_fake_quantize_grad(&dx, *state, &t, &qp, &up, &err), &err);
    assert_memory_equal(dx.data, ((float[]){0, 2, 0, 4, 5, 0, 0, 0}),
                        sizeof x); /* -128.5 is a tie to -128, 127.5 to 128 */
    up.shape[0] = 7;
    assert_fails(hs_fake_quantize_grad(&dx, *state, &t, &qp, &up, &err), HS_ESHAPE, &err, "shape");
}

static void minmax_sees_channels_blocks_batches_and_leaves_infinities_out(void **state)
{
    float x[] = {1, 2, -3, INFINITY, 5, 6}, y[] = {-9, 0, 0, 0, 0, 0};
    size_t shape[] = {2, 3};
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 2, shape),
                     u = hs_tensor_view(y, HS_FLOAT32, 2, shape);
    const struct hs_tensor *batches[] = {&t, &u};
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range r;

    assert_ok(hs_observe_minmax(&r, *state, &t, 0, 0, &config.options, &err), &err);
    assert_int_equal(r.n, 2);
    assert_close(r.min[0], -3, 0);
    assert_close(r.min[1], 5, 0);
    assert_close(r.max[1], 6, 0);
    assert_int_equal(r.excluded, 1);
    assert_ok(hs_observe_minmax(&r, *state, &t, 1, 2, &config.options, &err), &err);
    assert_int_equal(r.n, 4);
    assert_close(r.max[0], 2, 0);
    assert_close(r.min[2], 5, 0);
    assert_ok(hs_observe(&r, *state, "minmax", batches, 2, &config, &err), &err);
    assert_close(r.min[0], -9, 0);
    assert_close(r.max[0], 6, 0);
    assert_fails(hs_observe(&r, *state, "maxmin", batches, 2, &config, &err), HS_ENOTFOUND, &err,
                 "minmax");
    hs_error_clear(&err);
    t.shape[0] = 0;
    assert_fails(hs_observe_minmax(&r, *state, &t, -1, 0, &config.options, &err), HS_ERANGE, &err,
                 "empty");
    hs_error_clear(&err);
    x[0] = NAN;
    t.shape[0] = 2;
    assert_fails(hs_observe_minmax(&r, *state, &t, -1, 0, &config.options, &err), HS_ERANGE, &err,
                 "[0,0] is NaN");
}

static void profiles_differ_in_the_quotient(void **state)
{
    double s = (double)0.00697469525039196f;
    int64_t z = 0;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor a, b, t;
    float x[256];
    size_t differ = 0;

    for (int i = 0; i < 256; i++) /* one float beside each tie */
        x[i] = nextafterf(((float)i - 128 + 0.5f) * (float)s, 0);
    t = floats(x, 256);
    {
        struct hs_qparams torch = simple("torch", &s, &z, HS_INT16),
                          onnx = simple("onnx", &s, &z, HS_INT16);

        assert_ok(hs_quantize(&a, *state, &t, &torch, NULL, &err), &err);
        assert_ok(hs_quantize(&b, *state, &t, &onnx, NULL, &err), &err);
        for (size_t i = 0; i < 256; i++) {
            differ += hs_tensor_get(&a, i) != hs_tensor_get(&b, i);
            assert_true(fabs(hs_tensor_get(&a, i) - hs_tensor_get(&b, i)) <= 1);
        }
    }
    assert_in_range(differ, 1, 200);
}

/* Everything from data to codes and back, and through values; HS_OK, or why not. */
static enum hs_status whole_way(struct hs_arena *arena, struct hs_error *err)
{
    float x[] = {-1, 0.5f, 2, 3};
    size_t shape[] = {2, 2};
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 2, shape), q, r;
    const struct hs_tensor *batch = &t;
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_qparams qp;
    struct hs_range range;
    struct hs_value v;
    enum hs_status st;

    config.axis = 0;
    config.target.dtype = HS_INT16; /* codes of two bytes need a second tensor */
    config.options.scheme = HS_POWER_OF_TWO;
    if ((st = hs_observe(&range, arena, "percentile", &batch, 1, &config, err)) != HS_OK ||
        (st = hs_qparams_from_range(&qp, arena, &range, &config.target, &config.options, err)) !=
            HS_OK)
        return st;
    if (!hs_qparams_to_value(&v, arena, &qp))
        return HS_ENOMEM;
    if ((st = hs_qparams_from_value(&qp, arena, &v, err)) != HS_OK ||
        (st = hs_quantize(&q, arena, &t, &qp, NULL, err)) != HS_OK ||
        (st = hs_dequantize(&r, arena, &q, &qp, HS_FLOAT16, err)) != HS_OK ||
        (st = hs_fake_quantize(&r, arena, &t, &qp, err)) != HS_OK)
        return st;
    return hs_fake_quantize_grad(&r, arena, &t, &qp, &t, err);
}

static void any_allocation_may_fail(void **state)
{
    size_t limit = 0;
    enum hs_status st;

    (void)state;
    do { /* a larger arena each time, so that each allocation is once the first one that fails */
        struct hs_arena arena = {.limit = limit += 64};
        struct hs_error err = HS_ERROR_INIT;

        st = whole_way(&arena, &err);
        hs_arena_dispose(&arena);
        assert_true(st == HS_OK || st == HS_ENOMEM);
    } while (st != HS_OK && limit < 1 << 20);
    assert_int_equal(st, HS_OK);
    assert_true(limit > 1024);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(ties_go_to_the_even_code_and_the_zero_point_comes_after),
        T(nan_and_infinity_follow_the_policy),
        T(every_code_dtype_and_float_dtype_works),
        T(the_last_block_may_be_short_and_blocks_go_along_any_axis),
        T(transposed_views_are_read_in_their_own_order),
        T(senseless_qparams_are_refused),
        T(stochastic_rounding_is_seeded_and_unbiased),
        T(gradient_passes_where_the_unclamped_code_is_inside),
        T(minmax_sees_channels_blocks_batches_and_leaves_infinities_out),
        T(profiles_differ_in_the_quotient),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
