/* Numbers that papers, documents, courses and issues print, from the library's own operators. Each
 * test names its source; the G numbers are those of LABS.md a.4. */
#include "hs_test.h"

#include <math.h>

#include "num/minifloat.h"
#include "quant/chain.h"
#include "quant/energy.h"
#include "quant/integer.h"
#include "quant/kmeans.h"
#include "quant/observer.h"
#include "quant/requantize.h"

static struct hs_error err;

static int begin(void **state)
{
    err = HS_ERROR_INIT;
    return hs_arena_setup(state);
}

/* qparams with one given scale and zero point. */
static struct hs_qparams given(const char *profile, double *scale, int64_t *zero_point,
                               enum hs_dtype dtype)
{
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

static void assert_codes(void *arena, const float *x, size_t n, const struct hs_qparams *qp,
                         const int *want)
{
    float copy[64];
    struct hs_tensor t, q;

    memcpy(copy, x, n * sizeof *x);
    t = hs_tensor_view(copy, HS_FLOAT32, 1, &n);
    assert_ok(hs_quantize(&q, arena, &t, qp, NULL, &err), &err);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(hs_dtype_load_int(q.dtype, hs_tensor_at(&q, i)), want[i]);
}

/* qparams of the range of x by minmax. */
static struct hs_qparams observed(void *arena, const float *x, size_t n, enum hs_dtype dtype,
                                  struct hs_quant_options options)
{
    struct hs_observer_config config = hs_observer_config_default();
    float *copy = hs_arena_alloc(arena, n, sizeof *copy);
    struct hs_tensor t;
    const struct hs_tensor *batch = &t;
    struct hs_range range;
    struct hs_qparams qp;

    assert_non_null(copy);
    memcpy(copy, x, n * sizeof *x);
    t = hs_tensor_view(copy, HS_FLOAT32, 1, &n);
    config.options = options;
    config.target.dtype = dtype;
    assert_ok(hs_observe(&range, arena, "minmax", &batch, 1, &config, &err), &err);
    assert_ok(hs_qparams_from_range(&qp, arena, &range, &config.target, &options, &err), &err);
    return qp;
}

static struct hs_quant_options options_of(const char *profile)
{
    struct hs_quant_options o;

    assert_ok(hs_quant_options_profile(&o, profile, &err), &err);
    return o;
}

/* G1. MIT 6.5940 TinyML and Efficient Deep Learning Computing, Lab 2, test_linear_quantize. */
static void mit_lab_2_linear_quantize(void **state)
{
    static const float x[] = {0.0523f,  0.6364f,  -0.0968f, -0.0020f, 0.1940f, 0.7500f, 0.5507f,
                              0.6188f,  -0.1734f, 0.4677f,  -0.0669f, 0.3836f, 0.4297f, 0.6267f,
                              -0.0695f, 0.1536f,  -0.0038f, 0.6075f,  0.6817f, 0.0601f, 0.6446f,
                              -0.2500f, 0.5376f,  -0.2226f, 0.2333f};
    static const int want[] = {-1, 1,  -1, -1, 0, 1, 1,  1, -2, 0, -1, 0, 0,
                               1,  -1, -1, -1, 1, 1, -1, 1, -2, 1, -2, 0};
    double s = 1.0 / 3;
    int64_t z = -1;
    struct hs_qparams qp = given(NULL, &s, &z, HS_INT2);

    assert_codes(*state, x, 25, &qp, want);
    qp = observed(*state, x, 25, HS_INT2, options_of(NULL)); /* the lab's Q5: z = round(-1.25) */
    assert_close(qp.scale[0], 1.0 / 3, 1e-7);
    assert_int_equal(qp.zero_point[0], -1);
}

/* G3. The same lab, test_k_means_quantize: 25 different values and 2 bits leave 4. */
static void mit_lab_2_k_means(void **state)
{
    static float x[] = {-0.3747f, 0.0874f,  0.3200f,  -0.4868f, 0.4404f,  -0.0402f, 0.2322f,
                        -0.2024f, -0.4986f, 0.1814f,  0.3102f,  -0.3942f, -0.2030f, 0.0883f,
                        -0.4741f, -0.1592f, -0.0777f, -0.3946f, -0.2128f, 0.2675f,  0.0611f,
                        -0.1933f, -0.4350f, 0.2928f,  -0.1087f};
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 2, (size_t[]){5, 5});
    struct hs_kmeans_config config = hs_kmeans_config_default();
    struct hs_kmeans k;
    unsigned seen = 0;

    config.bits = 2;
    assert_ok(hs_kmeans(&k, *state, &t, &config, &err), &err);
    assert_true(k.converged);
    for (size_t i = 0; i < 25; i++)
        seen |= 1u << hs_dtype_load_int(k.codes.dtype, hs_tensor_at(&k.codes, i));
    assert_int_equal(seen, 15);
}

/* G4. NCKU AI-on-Chip, Lab 3, post-processing unit, tb0: ReLU, arithmetic shift by 8, + 128. */
static void ncku_ppu_shifts_with_floor(void **state)
{
    static const int32_t sums[] = {9253, -2238, 3653, -27607, 17961};
    static const int want[] = {164, 128, 142, 128, 198};
    static const double m = 0x1p-8;
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_SHIFT_FLOOR,
                               .n = 1,
                               .multiplier = &m,
                               .zero_point = 128,
                               .qmin = 128, /* max(sum, 0) before is max(q, z) behind */
                               .qmax = 255,
                               .dtype = HS_UINT8};

    assert_ok(hs_requantizer_prepare(&r, *state, &err), &err);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(hs_requantize_one(&r, sums[i], 0), want[i]);
}

/* G5. EE219 (ShanghaiTech) lab 1_2, answer.npy: sa1 = 255/127, sa2 = 287131/127, sa3 = 25590/127,
 * and sb1 = sa1 sw1 to the last bit. */
static void ee219_scales_are_exact_quotients(void **state)
{
    static const double maxima[] = {255, 287131, 25590};
    static const double want[] = {2.0078740157480315, 2260.8740157480315, 201.49606299212599};

    for (size_t i = 0; i < 3; i++) {
        double m = maxima[i], s;
        size_t n = 1;
        struct hs_tensor t = hs_tensor_view(&m, HS_FLOAT64, 1, &n);

        assert_ok(hs_chain_quantize(NULL, &s, *state, &t, false, &err), &err);
        assert_true(s == want[i]);
    }
    assert_true(hs_chain_bias_scale(0.0008623847594270477, want[0], NULL, 0) ==
                0.0017315599500306864);
}

/* G6. NTHU CS5120, HW1, the notebook's JSON of multipliers: M 2^16 rounded to nearest. */
static void nthu_multipliers_are_rounded_to_nearest(void **state)
{
    static const double m[] = {0.00139087, 0.00391792, 0.00437347, 0.00651290, 0.00489308};
    static const int want[] = {91, 257, 287, 427, 321};
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FIXED16, .n = 5, .multiplier = m};

    assert_ok(hs_requantizer_prepare(&r, *state, &err), &err);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(r.mantissa[i], want[i]);
}

static int64_t fixed_point(enum hs_requantize mode, int32_t acc, int32_t mantissa, int shift,
                           int64_t z)
{
    const struct hs_requantizer r = {.mode = mode,
                                     .n = 1,
                                     .mantissa = &mantissa,
                                     .shift = &shift,
                                     .zero_point = z,
                                     .qmin = -128,
                                     .qmax = 127,
                                     .dtype = HS_INT8};

    return hs_requantize_one(&r, acc, 0);
}

/* G8. TensorFlow issue #25087: 7984 times 0.00144... is 11.4991. */
static void tensorflow_issue_25087(void **state)
{
    (void)state;
    assert_int_equal(fixed_point(HS_REQUANTIZE_GEMMLOWP, 7984, 1583594044, -9, 0), 12);
    assert_int_equal(fixed_point(HS_REQUANTIZE_SINGLE_ROUNDING, 7984, 1583594044, -9, 0), 11);
    assert_close(7984 * ldexp(1583594044, -31 - 9), 11.4991, 5e-5);
}

/* G8. TensorFlow issue #102943: integers give -119, and -120 was what the reporter's runtime
 * printed: in float32 the multiplier makes an exact tie of it. */
static void tensorflow_issue_102943(void **state)
{
    static const double m = (double)0.01111111138f;
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT,
                               .rounding = HS_ROUND_HALF_EVEN,
                               .float32 = true,
                               .n = 1,
                               .multiplier = &m,
                               .zero_point = -126,
                               .qmin = -128,
                               .qmax = 127,
                               .dtype = HS_INT8};

    (void)state;
    assert_int_equal(fixed_point(HS_REQUANTIZE_GEMMLOWP, 585, 1527099593, -6, -126), -119);
    assert_int_equal(fixed_point(HS_REQUANTIZE_SINGLE_ROUNDING, 585, 1527099593, -6, -126), -119);
    assert_true(585.0f * (float)m == 6.5f); /* and half_even goes to 6 */
    assert_int_equal(hs_requantize_one(&r, 585, 0), -120);
}

/* G9. Edge-ML hardware course: s = (max - min)/(2^b - 1), and a C cast for a rounding. */
static void edge_ml_hardware_truncates(void **state)
{
    static const float x[] = {0.5f, -1, 1, 0, 0.66f, 0.45f, 0.82f};
    static const int bytes[] = {63, -127, 127, 0, 84, 57, 104};
    static const int words[] = {16383, -32767, 32767, 0, 21626, 14745, 26869};
    static const int nibbles[] = {3, -7, 7, 0, 4, 3, 6};
    struct hs_quant_options o = options_of(NULL);
    struct hs_qparams qp;

    o.scheme = HS_SYMMETRIC;
    o.denominator = HS_DENOM_HALF_RANGE;
    o.rounding = HS_ROUND_TOWARD_ZERO;
    qp = observed(*state, x, 7, HS_INT8, o);
    assert_codes(*state, x, 7, &qp, bytes);
    qp = observed(*state, x, 7, HS_INT16, o);
    assert_codes(*state, x, 7, &qp, words);
    qp = observed(*state, x, 7, HS_INT4, o);
    assert_codes(*state, x, 7, &qp, nibbles);
    o.denominator = HS_DENOM_QMAX; /* the usual choice begins and goes on differently */
    o.rounding = HS_ROUND_HALF_EVEN;
    o.precision = o.qparams_precision = HS_PRECISION_F64; /* 0.5 / (1/7) is 3.5 in float64 only */
    qp = observed(*state, x, 7, HS_INT4, o);
    assert_codes(*state, x, 7, &qp, (int[]){4, -7, 7, 0, 5, 3, 6});
}

/* G11. ONNX operators, QuantizeLinear (opset 21), the node tests. */
static void onnx_quantize_linear(void **state)
{
    double s = 2;
    int64_t z = 128;
    struct hs_qparams qp = given("onnx", &s, &z, HS_UINT8);

    assert_codes(*state, (float[]){0, 2, 3, 1000, -254, -1000}, 6, &qp,
                 (int[]){128, 129, 130, 255, 1, 0});
    z = 256;
    qp = given("onnx", &s, &z, HS_INT16);
    assert_codes(*state, (float[]){65022, -66046, -66047}, 3, &qp, (int[]){32767, -32767, -32768});
}

/* G11. The same node tests for float8: x / 2, saturated. */
static void onnx_quantize_linear_to_float8(void **state)
{
    static const double x[] = {0, 1, 2, 1e5, 200}, e4m3[] = {0, 0.5, 1, 448, 96},
                        e5m2[] = {0, 0.5, 1, 49152, 96};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        uint16_t a = hs_minifloat_encode(HS_F8_E4M3FN, x[i] / 2, true);
        uint16_t b = hs_minifloat_encode(HS_F8_E5M2, x[i] / 2, true);

        assert_close(hs_minifloat_decode(HS_F8_E4M3FN, a), e4m3[i], 0);
        assert_close(hs_minifloat_decode(HS_F8_E5M2, b), e5m2[i], 0);
    }
}

/* G12. ONNX operators, DynamicQuantizeLinear, the three node tests. */
static void onnx_dynamic_quantize_linear(void **state)
{
    static const float mixed[] = {0, 2, -3, -2.5f, 1.34f, 0.5f};
    static const float negative[] = {-1.0f, -2.1f, -1.3f, -2.5f, -3.34f, -4.0f};
    static const float positive[] = {1, 2.1f, 1.3f, 2.5f, 3.34f, 4, 1.5f, 2.6f, 3.9f, 4, 3, 2.345f};
    static const struct {
        const float *x;
        size_t n;
        float scale;
        int zero_point, codes[12];
    } cases[] = {{mixed, 6, 0.0196078438f, 153, {153, 255, 0, 26, 221, 179}},
                 {negative, 6, 0.0156862754f, 255, {191, 121, 172, 96, 42, 0}},
                 {positive,
                  12,
                  0.0156862754f,
                  0,
                  {64, 134, 83, 159, 213, 255, 96, 166, 249, 255, 191, 149}}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hs_qparams qp =
            observed(*state, cases[i].x, cases[i].n, HS_UINT8, options_of("onnx"));

        assert_true((float)qp.scale[0] == cases[i].scale);
        assert_int_equal(qp.zero_point[0], cases[i].zero_point);
        assert_codes(*state, cases[i].x, cases[i].n, &qp, cases[i].codes);
    }
}

/* G14. FBGEMM, src/QuantUtils.cc: the note beside the reciprocal. */
static void fbgemm_note_on_the_reciprocal(void **state)
{
    double s = (double)0.00214854861f;
    int64_t z = 0;
    struct hs_qparams divided = given("onnx", &s, &z, HS_UINT8);
    struct hs_qparams multiplied = given("torch", &s, &z, HS_UINT8);

    assert_codes(*state, (float[]){0.273939937f}, 1, &divided, (int[]){127});
    assert_codes(*state, (float[]){0.273939937f}, 1, &multiplied, (int[]){128});
}

/* G15. onnxruntime pull request #22020: a bias scale of 3.92e-10 makes codes that leave int32. */
static void onnxruntime_bias_overflow_is_counted(void **state)
{
    static const double s_w = 7.843e-10;
    float b[] = {5, -4.5f, 0.5f};
    size_t n = 3, clamped = 0;
    struct hs_tensor t = hs_tensor_view(b, HS_FLOAT32, 1, &n), q;

    assert_ok(hs_quantize_bias(&q, *state, &t, 0.5, &s_w, 1, &clamped, &err), &err);
    assert_int_equal(clamped, 2);
    assert_int_equal(((int32_t *)q.data)[0], INT32_MAX);
    assert_int_equal(((int32_t *)q.data)[1], INT32_MIN);
    assert_int_equal(((int32_t *)q.data)[2], (int32_t)rint(0.5 / (0.5 * s_w)));
}

/* G16. TensorFlow, QuantizeAndDequantizeV2: [-10, 5] in 8 signed bits has the factor 12.8, and its
 * largest value is 9.921875. */
static void tensorflow_quantize_and_dequantize_v2(void **state)
{
    float x[] = {-10, 5, 12};
    size_t n = 3;
    struct hs_quant_options o = options_of(NULL);
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 1, &n), y;
    struct hs_qparams qp;

    o.scheme = HS_SYMMETRIC;
    o.denominator = HS_DENOM_NEG_QMIN;
    qp = observed(*state, x, 2, HS_INT8, o);
    assert_close(1 / qp.scale[0], 12.8, 1e-6);
    assert_ok(hs_fake_quantize(&y, *state, &t, &qp, &err), &err);
    assert_close(hs_tensor_get(&y, 0), -10, 0);
    assert_close(hs_tensor_get(&y, 2), 9.921875, 0);
}

/* G16. Manning, quantization chapter (liveBook): [0, 0, 0.25, 1.5, 6] in uint8. */
static void manning_livebook(void **state)
{
    static const float x[] = {0, 0, 0.25f, 1.5f, 6};
    struct hs_qparams qp = observed(*state, x, 5, HS_UINT8, options_of(NULL));

    assert_true((float)qp.scale[0] == 6.0f / 255);
    assert_int_equal(qp.zero_point[0], 0);
    assert_codes(*state, x, 5, &qp, (int[]){0, 0, 11, 64, 255});
}

/* G17. unslothai/unsloth pull request #10841: a group [1, 2] in 4 bits, the range not widened to 0
 * and the zero point clamped: both come back as 1. */
static void awq_group_without_zero_collapses(void **state)
{
    float x[] = {1, 2};
    size_t n = 2;
    struct hs_quant_options o = options_of(NULL);
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 1, &n), y;
    struct hs_qparams qp;

    o.include_zero = false;
    qp = observed(*state, x, 2, HS_UINT4, o);
    assert_int_equal(qp.zero_point[0], 0);
    assert_ok(hs_fake_quantize(&y, *state, &t, &qp, &err), &err);
    assert_close(hs_tensor_get(&y, 0), 1, 1e-6);
    assert_close(hs_tensor_get(&y, 1), 1, 1e-6);
    o.include_zero = true;
    qp = observed(*state, x, 2, HS_UINT4, o);
    assert_ok(hs_fake_quantize(&y, *state, &t, &qp, &err), &err);
    assert_close(hs_tensor_get(&y, 1), 2, 1e-6);
}

/* G18. NCKU AI-on-Chip lab 1, energy of 128 -> 10 as its cost table counts it: 422.8 and 5888 pJ;
 * the report of lab document 001: 383.4 and 5879 pJ. */
static void ncku_energy_of_the_last_layer(void **state)
{
    struct hs_energy_layer layer;
    struct hs_energy_counts c;

    (void)state;
    assert_ok(hs_energy_layer_parse(&layer, "linear:128x10", &err), &err);
    assert_ok(hs_energy_count(&c, &layer, HS_FORMULA6, &err), &err);
    assert_int_equal(c.int8_centi_pj, 42280);
    assert_int_equal(c.fp32_centi_pj, 588800);
    assert_ok(hs_energy_count(&c, &layer, HS_REPORT, &err), &err);
    assert_int_equal(c.int8_centi_pj, 38340);
    assert_int_equal(c.fp32_centi_pj, 587900);
}

#define PUBLISHED(test) cmocka_unit_test_setup_teardown(test, begin, hs_arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISHED(mit_lab_2_linear_quantize),
        PUBLISHED(mit_lab_2_k_means),
        PUBLISHED(ncku_ppu_shifts_with_floor),
        PUBLISHED(ee219_scales_are_exact_quotients),
        PUBLISHED(nthu_multipliers_are_rounded_to_nearest),
        PUBLISHED(tensorflow_issue_25087),
        PUBLISHED(tensorflow_issue_102943),
        PUBLISHED(edge_ml_hardware_truncates),
        PUBLISHED(onnx_quantize_linear),
        PUBLISHED(onnx_quantize_linear_to_float8),
        PUBLISHED(onnx_dynamic_quantize_linear),
        PUBLISHED(fbgemm_note_on_the_reciprocal),
        PUBLISHED(onnxruntime_bias_overflow_is_counted),
        PUBLISHED(tensorflow_quantize_and_dequantize_v2),
        PUBLISHED(manning_livebook),
        PUBLISHED(awq_group_without_zero_collapses),
        PUBLISHED(ncku_energy_of_the_last_layer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
