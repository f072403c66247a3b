/* Integer layers against a float64 evaluation of the same codes, the zero-point algebra, the bound
 * on accumulators, bias codes, and BatchNorm folding, on random layers. */
#include "hs_test.h"

#include <math.h>

#include "base/rng.h"
#include "quant/fold.h"
#include "quant/integer.h"

__extension__ typedef __int128 wide;

static const uint64_t seed = 20240917;

static size_t between(struct hs_rng *rng, size_t least, size_t most)
{
    return least + hs_rng_below(rng, (uint32_t)(most - least + 1));
}

static struct hs_tensor random_codes(struct hs_rng *rng, struct hs_arena *arena,
                                     enum hs_dtype dtype, int ndim, const size_t *shape)
{
    int64_t lo = hs_dtype_min(dtype), hi = hs_dtype_max(dtype);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor t;

    if (hi - lo > 65535) { /* biases */
        lo = -100000;
        hi = 100000;
    }
    assert_ok(hs_tensor_new(&t, arena, dtype, ndim, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&t); i++) {
        uint32_t kind = hs_rng_below(rng, 8);
        int64_t v = lo + hs_rng_below(rng, (uint32_t)(hi - lo + 1));

        assert_true(hs_dtype_store_int(dtype, hs_tensor_at(&t, i),
                                       kind == 0   ? lo
                                       : kind == 1 ? hi
                                                   : v));
    }
    return t;
}

static enum hs_dtype random_dtype(struct hs_rng *rng)
{
    static const enum hs_dtype dtypes[] = {HS_INT8, HS_UINT8, HS_INT4, HS_UINT4};

    return dtypes[hs_rng_below(rng, 4)];
}

static int64_t random_zero(struct hs_rng *rng, enum hs_dtype dtype)
{
    return hs_dtype_min(dtype) +
           hs_rng_below(rng, (uint32_t)(hs_dtype_max(dtype) - hs_dtype_min(dtype) + 1));
}

/* s (q - z) of a power-of-two step: no rounding anywhere in float64. */
static double real(const struct hs_tensor *q, size_t i, int64_t z, double s)
{
    return s * (hs_tensor_get(q, i) - (double)z);
}

static void a_linear_layer_equals_the_float64_layer_of_its_codes(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 1);

    for (int t = 0; t < 400; t++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        size_t n = between(&rng, 1, 5), k = between(&rng, 1, 70), outs = between(&rng, 1, 9);
        enum hs_dtype dx = random_dtype(&rng), dw = random_dtype(&rng);
        struct hs_tensor x = random_codes(&rng, *state, dx, 2, (size_t[]){n, k});
        struct hs_tensor w = random_codes(&rng, *state, dw, 2, (size_t[]){outs, k});
        struct hs_tensor b = random_codes(&rng, *state, HS_INT32, 1, &outs), acc;
        int64_t z_x = random_zero(&rng, dx), z_w = random_zero(&rng, dw);
        struct hs_error err = HS_ERROR_INIT;

        assert_ok(hs_integer_linear(&acc, *state, &x, z_x, &w, z_w, t % 3 == 0 ? NULL : &b, &err),
                  &err);
        for (size_t i = 0; i < n * outs; i++) {
            double y = t % 3 == 0 ? 0 : hs_tensor_get(&b, i % outs) * 0x1p-12; /* at s_x s_w */

            for (size_t j = 0; j < k; j++)
                y += real(&x, i / outs * k + j, z_x, 0x1p-7) *
                     real(&w, i % outs * k + j, z_w, 0x1p-5);
            assert_true(hs_tensor_get(&acc, i) * 0x1p-12 == y);
        }
        hs_arena_reset(*state, mark);
    }
}

struct conv_case {
    struct hs_tensor x, w, b, acc;
    int64_t z_x, z_w;
    struct hs_conv_geometry g;
};

static void random_conv(struct conv_case *c, struct hs_rng *rng, struct hs_arena *arena)
{
    enum hs_dtype dx = random_dtype(rng), dw = random_dtype(rng);
    size_t groups = between(rng, 1, 3), in = between(rng, 1, 3), outs = between(rng, 1, 3) * groups;
    size_t kernel[2], size[2];

    for (int d = 0; d < 2; d++) {
        c->g.stride[d] = between(rng, 1, 3);
        c->g.padding[d] = between(rng, 0, 3);
        c->g.dilation[d] = between(rng, 1, 3);
        kernel[d] = between(rng, 1, 4);
        size[d] = between(rng, 1, 6) + (kernel[d] - 1) * c->g.dilation[d];
        if (size[d] > 2 * c->g.padding[d] && hs_rng_below(rng, 2) == 0)
            size[d] -= 2 * c->g.padding[d]; /* the smallest inputs are mostly padding */
    }
    c->g.groups = groups;
    c->x = random_codes(rng, arena, dx, 4,
                        (size_t[]){between(rng, 1, 2), in * groups, size[0], size[1]});
    c->w = random_codes(rng, arena, dw, 4, (size_t[]){outs, in, kernel[0], kernel[1]});
    c->b = random_codes(rng, arena, HS_INT32, 1, &outs);
    c->z_x = random_zero(rng, dx);
    c->z_w = random_zero(rng, dw);
}

/* The float64 convolution from the side of the inputs: each one is added to the outputs that see
 * it. Padding is not there at all, that is a real 0. */
static double *scattered(const struct conv_case *c, struct hs_arena *arena)
{
    const size_t *xs = c->x.shape, *ws = c->w.shape, *os = c->acc.shape;
    double *y = hs_arena_alloc_zero(arena, hs_tensor_count(&c->acc), sizeof *y);
    size_t per = os[1] / c->g.groups;

    assert_non_null(y);
    for (size_t i = 0; i < hs_tensor_count(&c->x); i++)
        for (size_t j = 0; j < hs_tensor_count(&c->w); j++) {
            size_t a[4], b[4], row, column;

            hs_shape_unravel(a, i, 4, xs);
            hs_shape_unravel(b, j, 4, ws);
            if (a[1] != b[0] / per * ws[1] + b[1] ||
                a[2] + c->g.padding[0] < b[2] * c->g.dilation[0] ||
                a[3] + c->g.padding[1] < b[3] * c->g.dilation[1])
                continue;
            row = a[2] + c->g.padding[0] - b[2] * c->g.dilation[0];
            column = a[3] + c->g.padding[1] - b[3] * c->g.dilation[1];
            if (row % c->g.stride[0] != 0 || column % c->g.stride[1] != 0 ||
                row / c->g.stride[0] >= os[2] || column / c->g.stride[1] >= os[3])
                continue;
            y[((a[0] * os[1] + b[0]) * os[2] + row / c->g.stride[0]) * os[3] +
              column / c->g.stride[1]] +=
                real(&c->x, i, c->z_x, 0x1p-7) * real(&c->w, j, c->z_w, 0x1p-5);
        }
    return y;
}

/* As many windows as fit, one after the other. */
static size_t windows(const struct conv_case *c, int d)
{
    size_t have = c->x.shape[2 + d] + 2 * c->g.padding[d], n = 0;

    while (n * c->g.stride[d] + (c->w.shape[2 + d] - 1) * c->g.dilation[d] < have)
        n++;
    return n;
}

static void a_convolution_equals_the_float64_layer_of_its_codes(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 2);
    size_t done = 0;

    for (int t = 0; t < 300; t++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        struct hs_error err = HS_ERROR_INIT;
        struct conv_case c;
        double *y;

        random_conv(&c, &rng, *state);
        if (hs_integer_conv2d(&c.acc, *state, &c.x, c.z_x, &c.w, c.z_w, &c.b, &c.g, &err) !=
            HS_OK) {
            assert_contains(err.text, "the kernel reaches over");
            continue;
        }
        assert_int_equal(c.acc.shape[2], windows(&c, 0));
        assert_int_equal(c.acc.shape[3], windows(&c, 1));
        y = scattered(&c, *state);
        for (size_t i = 0; i < hs_tensor_count(&c.acc); i++) {
            size_t channel = i / (c.acc.shape[2] * c.acc.shape[3]) % c.acc.shape[1];

            assert_true(hs_tensor_get(&c.acc, i) * 0x1p-12 ==
                        y[i] + hs_tensor_get(&c.b, channel) * 0x1p-12);
        }
        done++;
        hs_arena_reset(*state, mark);
    }
    assert_true(done > 200);
}

/* sum (x - z_x)(w - z_w) + b in its four terms, and with the folded bias. */
static void the_four_terms_make_the_accumulator(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 3);

    for (int t = 0; t < 300; t++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        size_t n = between(&rng, 1, 4), k = between(&rng, 1, 50), outs = between(&rng, 1, 6);
        enum hs_dtype dx = random_dtype(&rng), dw = random_dtype(&rng);
        struct hs_tensor x = random_codes(&rng, *state, dx, 2, (size_t[]){n, k});
        struct hs_tensor w = random_codes(&rng, *state, dw, 2, (size_t[]){outs, k});
        struct hs_tensor b = random_codes(&rng, *state, HS_INT32, 1, &outs), acc, terms, folded;
        int64_t z_x = random_zero(&rng, dx), z_w = random_zero(&rng, dw);
        struct hs_error err = HS_ERROR_INIT;

        assert_ok(hs_integer_linear(&acc, *state, &x, z_x, &w, z_w, &b, &err), &err);
        assert_ok(hs_zero_point_terms(&terms, &folded, *state, &x, z_x, &w, z_w, &b, &err), &err);
        for (size_t i = 0; i < n * outs; i++) {
            const int64_t *four = (const int64_t *)terms.data + 4 * i;
            int64_t bias = (int64_t)hs_tensor_get(&b, i % outs), xw = 0, inner = 0;

            for (size_t j = 0; j < k; j++) {
                int64_t xv = (int64_t)hs_tensor_get(&x, i / outs * k + j);
                int64_t wv = (int64_t)hs_tensor_get(&w, i % outs * k + j);

                xw += xv * wv;
                inner += xv * (wv - z_w);
            }
            assert_int_equal(four[0], xw);
            assert_int_equal(four[3], (int64_t)k * z_x * z_w);
            assert_int_equal(four[0] + four[1] + four[2] + four[3] + bias,
                             ((const int32_t *)acc.data)[i]);
            assert_int_equal(inner + ((const int64_t *)folded.data)[i % outs],
                             ((const int32_t *)acc.data)[i]);
        }
        hs_arena_reset(*state, mark);
    }
}

/* Codes of 16 and 32 bits: the sum in 128 bits, or an error exactly where it leaves int32. */
static void an_accumulator_is_exact_or_refused(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 4);
    size_t refused = 0, kept = 0;

    for (int t = 0; t < 4000; t++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        size_t k = between(&rng, 1, 4);
        struct hs_error err = HS_ERROR_INIT;
        struct hs_tensor x, w, acc;
        wide sum = 0;

        assert_ok(hs_tensor_new(&x, *state, HS_INT32, 2, (size_t[]){1, k}, &err), &err);
        assert_ok(hs_tensor_new(&w, *state, HS_INT32, 2, (size_t[]){1, k}, &err), &err);
        for (size_t j = 0; j < k; j++) {
            int32_t a = (int32_t)hs_rng_u32(&rng) / (1 << hs_rng_below(&rng, 31));
            int32_t b = (int32_t)hs_rng_u32(&rng) / (1 << hs_rng_below(&rng, 31));

            if (t % 10 == 0) /* 2^62 each: four of them are 2^64, which 64 bits take for 0 */
                a = b = INT32_MIN;
            if (t % 10 == 5) { /* at the ends of int32, and beside them */
                a = 1;
                b = j > 0         ? (int32_t)hs_rng_below(&rng, 3) - 1
                    : t % 20 == 5 ? INT32_MAX
                                  : INT32_MIN;
            }
            ((int32_t *)x.data)[j] = a;
            ((int32_t *)w.data)[j] = b;
            sum += (wide)a * b;
        }
        if (sum >= INT32_MIN && sum <= INT32_MAX) {
            assert_ok(hs_integer_linear(&acc, *state, &x, 0, &w, 0, NULL, &err), &err);
            assert_int_equal(((const int32_t *)acc.data)[0], (int64_t)sum);
            kept++;
        } else {
            assert_fails(hs_integer_linear(&acc, *state, &x, 0, &w, 0, NULL, &err), HS_ERANGE, &err,
                         "accumulator [0, 0] would be");
            assert_contains(err.text, "use fewer terms");
            refused++;
        }
        hs_arena_reset(*state, mark);
    }
    assert_true(refused > 500 && kept > 500);
}

/* The smallest signed width that holds -X and X. */
static void accumulator_bits_are_enough_and_not_too_many(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 5);

    (void)state;
    for (int t = 0; t < 20000; t++) {
        uint64_t k = between(&rng, 1, 100000), x = between(&rng, 1, 65535),
                 w = between(&rng, 1, 65535);
        int bits = hs_accumulator_bits(k, x, w);
        wide most = (wide)k * x * w;

        assert_true(most <= ((wide)1 << (bits - 1)) - 1);
        assert_true(most > ((wide)1 << (bits - 2)) - 1);
    }
    assert_int_equal(hs_accumulator_bits(128, 127, 127), 22);
    assert_int_equal(hs_accumulator_bits(1152, 127, 127), 26);
    assert_int_equal(hs_accumulator_bits(2304, 127, 127), 27);
    assert_int_equal(hs_accumulator_bits(128, 128, 128), 23);
    assert_int_equal(hs_accumulator_bits(7, 0, 9), 1);
    assert_int_equal(hs_accumulator_bits(UINT64_MAX, 2, 3), 65);
}

static void a_bias_code_is_within_half_a_step_or_reported(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 6);
    size_t clamped = 0;

    for (int t = 0; t < 2000; t++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        size_t n = between(&rng, 1, 6);
        double s_x = ldexp(0.5 + hs_rng_uniform(&rng), -7), s_w[6], values[6];
        struct hs_tensor b = hs_tensor_view(values, HS_FLOAT64, 1, &n), q, again;
        struct hs_bias_report report;
        struct hs_error err = HS_ERROR_INIT;

        for (size_t i = 0; i < n; i++) {
            s_w[i] = ldexp(0.5 + hs_rng_uniform(&rng), -8 - (int)hs_rng_below(&rng, 24));
            values[i] = ldexp(hs_rng_uniform(&rng) - 0.5, (int)hs_rng_below(&rng, 8));
        }
        assert_ok(hs_quantize_bias_by(&q, *state, &b, s_x, s_w, n, HS_ROUND_HALF_EVEN,
                                      HS_BIAS_CLAMP, &report, &err),
                  &err);
        assert_ok(hs_quantize_bias_by(&again, *state, &b, s_x, s_w, n, HS_ROUND_HALF_EVEN,
                                      HS_BIAS_ENLARGE, NULL, &err),
                  &err);
        for (size_t i = 0, at = 0; i < n; i++) {
            double s = s_x * s_w[i], larger = s_x * report.s_w[i];
            bool left = values[i] / s > INT32_MAX + 0.5 || values[i] / s < INT32_MIN - 0.5;

            if (left) {
                assert_int_equal(report.element[at], i);
                assert_true(report.code[at++] == rint(values[i] / s) && larger > s);
                assert_true(hs_tensor_get(&q, i) == (values[i] > 0 ? INT32_MAX : INT32_MIN));
                clamped++;
            } else {
                assert_true(larger == s);
                assert_close(hs_tensor_get(&q, i) * s, values[i], s * 0.5000001);
            }
            assert_close(hs_tensor_get(&again, i) * larger, values[i], larger * 0.5000001);
            if (i + 1 == n)
                assert_int_equal(report.clamped, at);
        }
        hs_arena_reset(*state, mark);
    }
    assert_true(clamped > 100);
}

/* BatchNorm of a layer's output is the output of the folded layer. */
static void a_folded_layer_is_the_layer_and_its_batchnorm(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 7);
    enum { CHANNELS = 3, INPUTS = 11 };

    for (int t = 0; t < 200; t++) {
        float w[CHANNELS * INPUTS], v[5][CHANNELS];
        const size_t shape[] = {CHANNELS, INPUTS}, channels = CHANNELS;
        struct hs_tensor tw = hs_tensor_view(w, HS_FLOAT32, 2, shape), tv[5], ow, ob;
        struct hs_batchnorm bn = {&tv[0], &tv[1], &tv[2], &tv[3], 1e-3};
        struct hs_error err = HS_ERROR_INIT;

        for (size_t i = 0; i < CHANNELS * INPUTS; i++)
            w[i] = (float)(hs_rng_uniform(&rng) - 0.5);
        for (size_t i = 0; i < 5; i++) {
            for (size_t c = 0; c < CHANNELS; c++)
                v[i][c] = (float)(hs_rng_uniform(&rng) * 2 - (i == 3 ? 0 : 1));
            tv[i] = hs_tensor_view(v[i], HS_FLOAT32, 1, &channels);
        }
        assert_ok(hs_fold_batchnorm(&ow, &ob, *state, &tw, &tv[4], &bn, &err), &err);
        for (size_t c = 0; c < CHANNELS; c++) {
            double y = (double)v[4][c], folded = hs_tensor_get(&ob, c);

            for (size_t j = 0; j < INPUTS; j++) {
                double x = sin((double)(j * 7 + c));

                y += x * (double)w[c * INPUTS + j];
                folded += x * hs_tensor_get(&ow, c * INPUTS + j);
            }
            y = (y - (double)v[2][c]) / sqrt((double)v[3][c] + 1e-3) * (double)v[0][c] +
                (double)v[1][c];
            assert_close(folded, y, 1e-4 * (1 + fabs(y)));
        }
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(a_linear_layer_equals_the_float64_layer_of_its_codes),
        T(a_convolution_equals_the_float64_layer_of_its_codes),
        T(the_four_terms_make_the_accumulator),
        T(an_accumulator_is_exact_or_refused),
        cmocka_unit_test(accumulator_bits_are_enough_and_not_too_many),
        T(a_bias_code_is_within_half_a_step_or_reported),
        T(a_folded_layer_is_the_layer_and_its_batchnorm),
    };

    print_message("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
