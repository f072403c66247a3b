#include "hs_test.h"

#include <math.h>

#include "quant/qparams.h"

static struct hs_quant_options profile(const char *name)
{
    struct hs_quant_options o;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_quant_options_profile(&o, name, &err), &err);
    return o;
}

static struct hs_qparams make(struct hs_arena *arena, double min, double max, enum hs_dtype dtype,
                              const struct hs_quant_options *o)
{
    struct hs_range r = {.min = &min, .max = &max, .n = 1, .axis = -1};
    struct hs_qtarget target = {.dtype = dtype};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;

    assert_ok(hs_qparams_from_range(&qp, arena, &r, &target, o, &err), &err);
    return qp;
}

static void refused(struct hs_arena *arena, double min, double max, struct hs_qtarget target,
                    const struct hs_quant_options *o, enum hs_status st, const char *part)
{
    struct hs_range r = {.min = &min, .max = &max, .n = 1, .axis = -1};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;

    assert_fails(hs_qparams_from_range(&qp, arena, &r, &target, o, &err), st, &err, part);
}

static void affine_spans_the_codes_and_holds_zero(void **state)
{
    struct hs_quant_options o = profile("torch");
    struct hs_qparams qp = make(*state, -1, 2, HS_UINT8, &o);

    assert_close(qp.scale[0], (double)(3.0f / 255.0f), 0);
    assert_int_equal(qp.zero_point[0], 85);
    qp = make(*state, 1, 2, HS_UINT8, &o); /* 0 is taken in */
    assert_close(qp.scale[0], (double)(2.0f / 255.0f), 0);
    assert_int_equal(qp.zero_point[0], 0);
    qp = make(*state, -2, -1, HS_INT8, &o);
    assert_int_equal(qp.zero_point[0], 127);
}

static void each_profile_has_its_symmetric_denominator(void **state)
{
    struct hs_quant_options o = profile("torch");

    o.scheme = HS_SYMMETRIC;
    assert_close(make(*state, -3, 1, HS_INT8, &o).scale[0], (double)(3.0f / 127.5f), 0);
    o = profile("onnx");
    o.scheme = HS_SYMMETRIC;
    assert_close(make(*state, -3, 1, HS_INT8, &o).scale[0], (double)(3.0f / 127.0f), 0);
    assert_int_equal(make(*state, -3, 1, HS_INT8, &o).qmin, -127);
    o = profile(NULL);
    o.scheme = HS_SYMMETRIC;
    o.denominator = HS_DENOM_NEG_QMIN;
    assert_close(make(*state, -3, 1, HS_INT8, &o).scale[0], (double)(3.0f / 128.0f), 0);
    o.narrow = true;
    assert_close(make(*state, -3, 1, HS_INT8, &o).scale[0], (double)(3.0f / 127.0f), 0);
    assert_int_equal(make(*state, -3, 1, HS_INT8, &o).qmin, -127);
}

static void unsigned_symmetric_zero_point_is_the_middle_of_choice(void **state)
{
    struct hs_quant_options o = profile("lab-pow2");
    struct hs_qparams qp = make(*state, -1, 1, HS_UINT8, &o);

    assert_int_equal(qp.zero_point[0], 128);
    assert_int_equal(qp.exponent[0], -7); /* 2/255 = 2^-6.99 */
    assert_close(qp.scale[0], 0x1p-7, 0);
    o.unsigned_mid = HS_MID_MINUS_ONE;
    assert_int_equal(make(*state, -1, 1, HS_UINT8, &o).zero_point[0], 127);
}

static void zeros_follow_the_policy(void **state)
{
    struct hs_quant_options o = profile(NULL);
    struct hs_qtarget target = {.dtype = HS_INT8};
    struct hs_qparams qp = make(*state, 0, 0, HS_INT8, &o);

    assert_close(qp.scale[0], 1, 0);
    assert_int_equal(qp.zero_point[0], 0);
    o = profile("torch");
    qp = make(*state, 0, 0, HS_INT8, &o);
    assert_close(qp.scale[0], 0x1p-23, 0);
    assert_int_equal(qp.zero_point[0], -128);
    o.all_zero = HS_ALL_ZERO_ERROR;
    refused(*state, 0, 0, target, &o, HS_ERANGE, "no width");
    o = profile("lab-pow2");
    assert_int_equal(make(*state, 0, 0, HS_UINT8, &o).exponent[0], -8);
}

static void senseless_wishes_are_refused_with_a_remedy(void **state)
{
    struct hs_quant_options o = profile("torch");
    struct hs_qtarget target = {.dtype = HS_UINT8};

    o.scheme = HS_SYMMETRIC;
    o.reduce_range = true;
    refused(*state, -1, 1, target, &o, HS_EINVAL, "use affine, or a signed dtype");
    o = profile(NULL);
    refused(*state, 1, -1, target, &o, HS_ERANGE, "min 1 and max -1");
    refused(*state, -3e38, 3e38, target, &o, HS_ERANGE, "too wide");
    refused(*state, 0, (double)NAN, target, &o, HS_ERANGE, "nan");
    target.bits = 9;
    refused(*state, -1, 1, target, &o, HS_EINVAL, "9 bits");
    target = (struct hs_qtarget){.dtype = HS_FLOAT32};
    refused(*state, -1, 1, target, &o, HS_EDTYPE, "float32");
    target =
        (struct hs_qtarget){.dtype = HS_INT8, .has_range = true, .quant_min = -200, .quant_max = 0};
    refused(*state, -1, 1, target, &o, HS_EINVAL, "-200 to 0");
    target = (struct hs_qtarget){.dtype = HS_INT8};
    o = profile("lab-pow2");
    o.pow2_rounding = HS_POW2_MSE;
    refused(*state, -1, 1, target, &o, HS_EINVAL, "no longer holds");
}

static struct hs_qparams of_bits(struct hs_arena *arena, int bits, bool is_signed, double min,
                                 double max, const struct hs_quant_options *o)
{
    struct hs_range r = {.min = &min, .max = &max, .n = 1, .axis = -1};
    struct hs_qtarget target = {.dtype = hs_dtype_for_bits(bits, is_signed), .bits = bits};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;

    assert_ok(hs_qparams_from_range(&qp, arena, &r, &target, o, &err), &err);
    return qp;
}

/* From the formulas, in float64; [-3, 5] has no tie at any number of bits. */
static void every_number_of_bits_has_its_codes_and_scales(void **state)
{
    for (int bits = 2; bits <= 16; bits++)
        for (int sign = 0; sign < 2; sign++) {
            double steps = exp2(bits) - 1, half = exp2(bits - 1), lo = sign ? -half : 0,
                   hi = lo + steps, middle = sign ? 0 : half,
                   divisors[] = {hi - middle, steps / 2, middle - lo};
            struct hs_quant_options o = profile(NULL);
            struct hs_qparams qp;

            o.qparams_precision = HS_PRECISION_F64;
            qp = of_bits(*state, bits, sign, -3, 5, &o);
            assert_close((double)qp.qmin, lo, 0);
            assert_close((double)qp.qmax, hi, 0);
            assert_close(qp.scale[0], 8 / steps, 0);
            assert_close((double)qp.zero_point[0], lo + rint(3 / (8 / steps)), 0);
            o.scheme = HS_SYMMETRIC;
            for (int d = 0; d < 3; d++) {
                o.denominator = (enum hs_denominator)d;
                qp = of_bits(*state, bits, sign, -3, 5, &o);
                assert_close(qp.scale[0], 5 / divisors[d], 0);
                assert_close((double)qp.zero_point[0], middle, 0);
            }
            o.narrow = true;
            assert_close((double)of_bits(*state, bits, sign, -3, 5, &o).qmin, lo + 1, 0);
            o.scheme = HS_AFFINE;
            o.narrow = false;
            o.reduce_range = true;
            if (bits == 2)
                continue;
            qp = of_bits(*state, bits, sign, -3, 5, &o);
            assert_close((double)qp.qmin, lo / 2, 0);
            assert_close((double)qp.qmax, floor(hi / 2), 0);
        }
}

static void a_reduced_range_can_be_narrow_too(void **state)
{
    struct hs_quant_options o = profile(NULL);

    o.reduce_range = o.narrow = true;
    o.scheme = HS_SYMMETRIC;
    assert_int_equal(make(*state, -1, 1, HS_INT8, &o).qmin, -63);
    assert_int_equal(make(*state, -1, 1, HS_INT8, &o).qmax, 63);
    assert_close(make(*state, -1, 1, HS_INT8, &o).scale[0], (double)(1.0f / 63.0f), 0);
}

/* 127 as the middle of uint8: 128 codes above it, 127 below. */
static void the_middle_below_has_its_own_denominators(void **state)
{
    struct hs_quant_options o = profile(NULL);

    o.scheme = HS_SYMMETRIC;
    o.unsigned_mid = HS_MID_MINUS_ONE;
    assert_int_equal(make(*state, -2, 1, HS_UINT8, &o).zero_point[0], 127);
    assert_close(make(*state, -2, 1, HS_UINT8, &o).scale[0], (double)(2.0f / 128.0f), 0);
    o.denominator = HS_DENOM_NEG_QMIN;
    assert_close(make(*state, -2, 1, HS_UINT8, &o).scale[0], (double)(2.0f / 127.0f), 0);
}

/* Vitis NonOverflow: 2^-7 holds -128.5/128 to 127.5/128; the next float outside does not. */
static void non_overflow_leaves_half_a_code_at_both_ends(void **state)
{
    struct hs_quant_options o = profile("lab-pow2");

    o.pow2_rounding = HS_POW2_NON_OVERFLOW;
    assert_int_equal(make(*state, -1.00390625, 0, HS_INT8, &o).exponent[0], -7);
    assert_int_equal(make(*state, nextafter(-1.00390625, -2), 0, HS_INT8, &o).exponent[0], -6);
    assert_int_equal(make(*state, -0.5, 0.99609375, HS_INT8, &o).exponent[0], -7);
    assert_int_equal(make(*state, 0, nextafter(0.99609375, 1), HS_INT8, &o).exponent[0], -6);
    assert_int_equal(make(*state, -1.00390625, 0.99609375, HS_UINT8, &o).exponent[0], -7);
    assert_int_equal(make(*state, 0, 0, HS_INT8, &o).exponent[0], -8);
    assert_int_equal(make(*state, 0, 1e-9, HS_INT8, &o).exponent[0], -8); /* max_shift */
    o.pow2_rounding = HS_POW2_CEIL;
    o.denominator = HS_DENOM_QMAX;
    assert_int_equal(make(*state, -0.5, 0.99609375, HS_INT8, &o).exponent[0], -6);
}

/* 0.0123 2^15 = 403.04: 403 needs 9 bits, 201 / 2^14 is the result; 0.5 2^15 is halved to 128 /
 * 2^8. */
static void dyadic_scales_have_eight_bits_halved_by_floor(void **state)
{
    struct hs_quant_options o = profile(NULL);
    struct hs_qtarget target = {.dtype = HS_INT8};

    o.scheme = HS_DYADIC;
    assert_close(make(*state, -1.5621, 1, HS_INT8, &o).scale[0], 201.0 / 16384, 0);
    assert_close(make(*state, -63.5, 1, HS_INT8, &o).scale[0], 0.5, 0);
    assert_close(make(*state, 0, 127 * 255.9, HS_INT8, &o).scale[0], 255, 0); /* c = 0 */
    assert_close(make(*state, 0, 1e-7, HS_INT8, &o).scale[0], 0x1p-15, 0);    /* b at least 1 */
    assert_int_equal(make(*state, -1, 1, HS_UINT8, &o).zero_point[0], 128);
    assert_close(make(*state, 0, 0, HS_INT8, &o).scale[0], 1, 0);
    refused(*state, 0, 127 * 256.5, target, &o, HS_ERANGE, "a dyadic scale: multiplier 0 is 256.5");
}

/* GetAsymmetricQuantizationParams rounds qmin - min/s, halves away from zero: 0 + 10.5 is 11. */
static void tflite_rounds_the_difference_and_narrows_weights(void **state)
{
    struct hs_quant_options o = profile("tflite"), torch = profile("torch");

    assert_int_equal(make(*state, -10.5, 244.5, HS_UINT8, &o).zero_point[0], 11);
    assert_int_equal(make(*state, -10.5, 244.5, HS_UINT8, &torch).zero_point[0], 10);
    assert_int_equal(make(*state, -10.5, 244.5, HS_INT8, &o).zero_point[0], -118);
    assert_int_equal(make(*state, -10.5, 244.5, HS_INT8, &o).qmin, -128);
    o.scheme = HS_SYMMETRIC;
    assert_int_equal(make(*state, -2, 1, HS_INT8, &o).qmin, -127);
    assert_close(make(*state, -2, 1, HS_INT8, &o).scale[0], (double)(2.0f / 127.0f), 0);
}

static void lab_profiles_compute_in_float64(void **state)
{
    struct hs_quant_options chain = profile("lab-scale-chain"), mlp = profile("lab-mlp");
    struct hs_qtarget target = {.dtype = HS_INT8};

    assert_close(make(*state, -0.1, 0, HS_INT8, &chain).scale[0], 0.1 / 127, 0);
    assert_int_equal(make(*state, -0.1, 0, HS_INT8, &chain).qmin, -128);
    assert_close(make(*state, -0.1, 0, HS_INT4, &mlp).scale[0], 0.1 / 7, 0);
    refused(*state, 0, 0, target, &chain, HS_ERANGE, "all_zero=unit");
    assert_close(make(*state, 0, 0, HS_INT8, &mlp).scale[0], 1, 0);
}

/* Distiller's zero points are free; elsewhere one outside the codes is refused. */
static void a_free_zero_point_is_used_as_it_stands(void **state)
{
    double scale = 0.5, x[] = {200, 0, 1000};
    int64_t zero = -300;
    size_t n = 3;
    struct hs_qparams qp = {.scale = &scale,
                            .zero_point = &zero,
                            .n = 1,
                            .axis = -1,
                            .qmax = 255,
                            .dtype = HS_UINT8,
                            .options = profile("distiller")};
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n), q, back;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_quantize(&q, *state, &t, &qp, NULL, &err), &err);
    assert_close(hs_tensor_get(&q, 0), 100, 0);
    assert_close(hs_tensor_get(&q, 1), 0, 0);
    assert_close(hs_tensor_get(&q, 2), 255, 0);
    assert_ok(hs_dequantize(&back, *state, &q, &qp, HS_FLOAT64, &err), &err);
    assert_close(hs_tensor_get(&back, 0), 200, 0);
    zero = -(INT64_C(1) << 24) - 1;
    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_EINVAL, &err, "-16777217");
    hs_error_clear(&err);
    zero = -300;
    qp.options = profile(NULL);
    assert_fails(hs_quantize(&q, *state, &t, &qp, NULL, &err), HS_EINVAL, &err, "-300");
}

static void reduced_ranges_are_those_of_torch(void **state)
{
    struct hs_quant_options o = profile("torch");

    o.reduce_range = true;
    assert_int_equal(make(*state, -1, 1, HS_INT8, &o).qmin, -64);
    assert_int_equal(make(*state, -1, 1, HS_INT8, &o).qmax, 63);
    assert_int_equal(make(*state, -1, 1, HS_UINT8, &o).qmax, 127);
}

static void exponents_are_decided_exactly_beside_powers_and_sqrt2(void **state)
{
    double sqrt2 = 0x1.6a09e667f3bcdp+0; /* the double above; the one below is less than the root */

    (void)state;
    assert_int_equal(hs_pow2_exponent(0.25, HS_POW2_NEAREST, -8, 8), -2);
    assert_int_equal(hs_pow2_exponent(0.25, HS_POW2_CEIL, -8, 8), -2);
    assert_int_equal(hs_pow2_exponent(nextafter(0.25, 1), HS_POW2_CEIL, -8, 8), -1);
    assert_int_equal(hs_pow2_exponent(nextafter(0.25, 0), HS_POW2_FLOOR, -8, 8), -3);
    assert_int_equal(hs_pow2_exponent(sqrt2 / 64, HS_POW2_NEAREST, -8, 8), -5);
    assert_int_equal(hs_pow2_exponent(nextafter(sqrt2, 0) / 64, HS_POW2_NEAREST, -8, 8), -6);
    assert_int_equal(hs_pow2_exponent(0, HS_POW2_NEAREST, -8, 8), -8);
    assert_int_equal(hs_pow2_exponent(5e-324, HS_POW2_FLOOR, -2000, 2000), -1074);
    assert_int_equal(hs_pow2_exponent(1e9, HS_POW2_CEIL, -8, 8), 8);
    assert_int_equal(hs_pow2_exponent(16, HS_POW2_CEIL, 0, 8), 0);
}

static void values_give_the_same_qparams_back(void **state)
{
    struct hs_quant_options o = profile("lab-pow2");
    double min[] = {-1, -4}, max[] = {0.5, 3};
    struct hs_range r = {.min = min, .max = max, .n = 2, .axis = 1}, r2;
    struct hs_qtarget target = {.dtype = HS_UINT8};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp, back;
    struct hs_value v;

    o.max_shift = 5;
    o.min_shift = 0;
    o.rounding = HS_ROUND_FLOOR;
    assert_ok(hs_qparams_from_range(&qp, *state, &r, &target, &o, &err), &err);
    assert_true(hs_qparams_to_value(&v, *state, &qp));
    assert_string_equal(hs_value_text(&v, "rounding", "?"), "floor");
    assert_int_equal(hs_value_integer(&v, "max_shift", 0), 5);
    assert_ok(hs_qparams_from_value(&back, *state, &v, &err), &err);
    assert_int_equal(back.n, 2);
    assert_int_equal(back.axis, 1);
    assert_memory_equal(back.scale, qp.scale, 2 * sizeof(double));
    assert_memory_equal(back.zero_point, qp.zero_point, 2 * sizeof(int64_t));
    assert_memory_equal(back.exponent, qp.exponent, 2 * sizeof(int));
    assert_int_equal(back.options.min_shift, 0);
    assert_int_equal(back.options.rounding, HS_ROUND_FLOOR);
    assert_int_equal(back.dtype, HS_UINT8);
    assert_true(hs_range_to_value(&v, *state, &r));
    assert_ok(hs_range_from_value(&r2, *state, &v, &err), &err);
    assert_memory_equal(r2.max, max, sizeof max);
}

static struct hs_value by_hand(struct hs_arena *arena, double scale, double zero_point)
{
    struct hs_value map = hs_value_map();

    assert_true(hs_value_set(&map, arena, "scale", hs_value_num(scale)));
    assert_true(hs_value_set(&map, arena, "zero_point", hs_value_num(zero_point)));
    return map;
}

static void qparams_made_by_hand_are_checked(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value v = by_hand(*state, 0.5, 3), list = hs_value_list();
    struct hs_qparams qp;

    assert_ok(hs_qparams_from_value(&qp, *state, &v, &err), &err);
    assert_int_equal(qp.dtype, HS_INT8);
    assert_int_equal(qp.qmin, -128);
    assert_int_equal(qp.zero_point[0], 3);
    assert_string_equal(qp.options.profile, "halfstep");
    v = by_hand(*state, 0, 3);
    assert_fails(hs_qparams_from_value(&qp, *state, &v, &err), HS_EINVAL, &err,
                 "scale 0 is no step");
    hs_error_clear(&err);
    v = by_hand(*state, 0.5, 128);
    assert_fails(hs_qparams_from_value(&qp, *state, &v, &err), HS_EINVAL, &err,
                 "zero point 128 is outside");
    hs_error_clear(&err);
    v = by_hand(*state, 0.5, 0.5);
    assert_fails(hs_qparams_from_value(&qp, *state, &v, &err), HS_EINVAL, &err, "no whole number");
    hs_error_clear(&err);
    v = by_hand(*state, 0.5, 0);
    assert_true(hs_value_push(&list, *state, hs_value_num(1)) &&
                hs_value_push(&list, *state, hs_value_num(2)));
    assert_true(hs_value_set(&v, *state, "scale", list));
    assert_fails(hs_qparams_from_value(&qp, *state, &v, &err), HS_EINVAL, &err, "no axis");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(affine_spans_the_codes_and_holds_zero),
        T(each_profile_has_its_symmetric_denominator),
        T(unsigned_symmetric_zero_point_is_the_middle_of_choice),
        T(zeros_follow_the_policy),
        T(senseless_wishes_are_refused_with_a_remedy),
        T(every_number_of_bits_has_its_codes_and_scales),
        T(a_reduced_range_can_be_narrow_too),
        T(the_middle_below_has_its_own_denominators),
        T(non_overflow_leaves_half_a_code_at_both_ends),
        T(dyadic_scales_have_eight_bits_halved_by_floor),
        T(tflite_rounds_the_difference_and_narrows_weights),
        T(lab_profiles_compute_in_float64),
        T(a_free_zero_point_is_used_as_it_stands),
        T(reduced_ranges_are_those_of_torch),
        T(exponents_are_decided_exactly_beside_powers_and_sqrt2),
        T(values_give_the_same_qparams_back),
        T(qparams_made_by_hand_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
