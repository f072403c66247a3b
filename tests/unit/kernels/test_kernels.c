#include "hs_test.h"

#include <math.h>

#include "kernels/kernels.h"

enum { CANARY = 0x5a };

static struct hs_quantize_args args_s8(enum hs_round rounding)
{
    return (struct hs_quantize_args){.scale = 0.1,
                                     .zero_point = 3,
                                     .qmin = -128,
                                     .qmax = 127,
                                     .nan_code = -128,
                                     .rounding = rounding};
}

static void every_op_has_a_scalar_variant_that_is_always_chosen_at_least(void **state)
{
    struct hs_kernels scalar;
    const char *op, *isa, *last = "";

    (void)state;
    hs_kernels_choose(&scalar, HS_ISA_scalar);
    assert_ptr_equal(scalar.quantize_f32_s8, hs_quantize_f32_s8__scalar);
    assert_non_null(hs_kernels()->fake_quantize_grad_f64);
    for (size_t i = 0; hs_kernel_row(i, &op, &isa); i++) {
        assert_true(hs_isa_find(isa) >= 0);
        if (strcmp(op, last) != 0)
            assert_string_equal(isa, "scalar"); /* weakest first */
        last = op;
    }
    assert_int_equal(hs_isa_find("sse9"), -1);
    assert_true(hs_isa_ceiling() <= hs_isa_detect());
}

static void the_environment_lowers_the_ceiling(void **state)
{
    (void)state;
    assert_int_equal(setenv("HALFSTEP_ISA", "scalar", 1), 0);
    assert_int_equal(hs_isa_ceiling(), HS_ISA_scalar);
    assert_int_equal(setenv("HALFSTEP_ISA", "nonsense", 1), 0);
    assert_int_equal(hs_isa_ceiling(), HS_ISA_scalar);
    assert_int_equal(unsetenv("HALFSTEP_ISA"), 0);
    assert_int_equal(setenv("HS_ISA", "scalar", 1), 0);
    assert_int_equal(hs_isa_ceiling(), HS_ISA_scalar);
    assert_int_equal(unsetenv("HS_ISA"), 0);
}

static void no_kernel_writes_past_its_end(void **state)
{
    float x[40];
    int8_t q[41];
    struct hs_clip_count clipped;
    struct hs_quantize_args a = args_s8(HS_ROUND_HALF_EVEN);

    (void)state;
    for (int i = 0; i < 40; i++)
        x[i] = (float)(i - 20);
    for (size_t n = 0; n <= 40; n++) {
        memset(q, CANARY, sizeof q);
        clipped = (struct hs_clip_count){0, 0};
        hs_kernels()->quantize_f32_s8(q, x, n, &a, &clipped);
        assert_int_equal(q[n], CANARY);
        for (size_t i = 0; i < n; i++) {
            double code = rint((double)(x[i] / 0.1f)) + 3;

            assert_int_equal(q[i], code < -128 ? -128 : code > 127 ? 127 : (int)code);
        }
    }
    assert_int_equal(clipped.low, 7);  /* -20 … -14: codes -197 … -137 */
    assert_int_equal(clipped.high, 7); /* 13 … 19 */
}

static void quotients_beyond_the_integers_saturate_on_their_side(void **state)
{
    static const float x[] = {3e38f, -3e38f, INFINITY, -INFINITY, NAN, 0};
    struct hs_quantize_args a = args_s8(HS_ROUND_HALF_EVEN);
    struct hs_clip_count clipped = {0, 0};
    int32_t q[6];
    uint8_t u[6];

    (void)state;
    a.scale = 1e-30;
    a.qmin = INT32_MIN;
    a.qmax = INT32_MAX;
    a.nan_code = 7;
    hs_kernels()->quantize_f32_s32(q, x, 6, &a, &clipped);
    assert_memory_equal(q, ((int32_t[]){INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN, 7, 3}),
                        sizeof q);
    assert_int_equal(clipped.low + clipped.high, 4);
    a.scale = 1e-44; /* subnormal: its reciprocal is infinite, and 0 times that is NaN */
    a.reciprocal = true;
    a.qmin = 0;
    a.qmax = 255;
    a.nan_code = 9;
    hs_kernels()->quantize_f32_u8(u, x, 6, &a, &clipped);
    assert_memory_equal(u, ((uint8_t[]){255, 0, 255, 0, 9, 3}), 6);
}

static void dequantize_does_not_overflow_between_the_ends(void **state)
{
    int32_t q[] = {INT32_MAX, INT32_MIN};
    float r[2];
    double d[2];

    (void)state;
    hs_kernels()->dequantize_s32_f32(r, q, 2, 0.5f, INT32_MIN);
    assert_close((double)r[0], 0x1p31, 0); /* 2^32 - 1 rounds to 2^32 in float32 */
    assert_close((double)r[1], 0, 0);
    hs_kernels()->dequantize_s32_f64(d, q, 2, 0.5, INT32_MIN);
    assert_close(d[0], 0x1p31 - 0.5, 0);
}

static void minmax_leaves_out_what_is_not_finite(void **state)
{
    static const float x[] = {NAN, 2, INFINITY, -1, -INFINITY};
    static const double y[] = {(double)NAN, 1e300, -1e300};
    float lo = INFINITY, hi = -INFINITY;
    double dlo = (double)INFINITY, dhi = -(double)INFINITY;

    (void)state;
    assert_int_equal(hs_kernels()->minmax_f32(&lo, &hi, x, 5), 3);
    assert_close((double)lo, -1, 0);
    assert_close((double)hi, 2, 0);
    assert_int_equal(hs_kernels()->minmax_f64(&dlo, &dhi, y, 3), 1);
    assert_close(dlo, -1e300, 0);
    assert_int_equal(hs_kernels()->minmax_f32(&lo, &hi, x, 0), 0);
}

static void fake_quantize_is_quantize_then_dequantize(void **state)
{
    float x[64], y[64], r[64];
    int8_t q[64];
    struct hs_clip_count clipped = {0, 0};

    (void)state;
    for (int i = 0; i < 64; i++)
        x[i] = (float)(i * i - 1500) * 0.0173f;
    for (int mode = 0; mode < HS_ROUND_STOCHASTIC; mode++) {
        struct hs_quantize_args a = args_s8((enum hs_round)mode);

        hs_kernels()->quantize_f32_s8(q, x, 64, &a, &clipped);
        hs_kernels()->dequantize_s8_f32(r, q, 64, (float)a.scale, a.zero_point);
        hs_kernels()->fake_quantize_f32(y, x, 64, &a);
        assert_memory_equal(y, r, sizeof y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_has_a_scalar_variant_that_is_always_chosen_at_least),
        cmocka_unit_test(the_environment_lowers_the_ceiling),
        cmocka_unit_test(no_kernel_writes_past_its_end),
        cmocka_unit_test(quotients_beyond_the_integers_saturate_on_their_side),
        cmocka_unit_test(dequantize_does_not_overflow_between_the_ends),
        cmocka_unit_test(minmax_leaves_out_what_is_not_finite),
        cmocka_unit_test(fake_quantize_is_quantize_then_dequantize),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
