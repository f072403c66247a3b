/* Microscaling blocks against a search over all codes, and by hand. */
#include "hs_test.h"

#include <float.h>
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "quant/mx.h"

static const int widths[] = {8, 8, 6, 6, 4, 8};

static struct hs_mx blocks(struct hs_arena *arena, float *x, size_t n, struct hs_mx_config config,
                           struct hs_mx_count *count)
{
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 1, &n);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_mx mx;

    assert_ok(hs_mx_quantize(&mx, arena, &t, &config, count, &err), &err);
    return mx;
}

static uint8_t scale(const struct hs_mx *mx, size_t i)
{
    return ((const uint8_t *)mx->scales.data)[i];
}

static uint8_t code(const struct hs_mx *mx, size_t i)
{
    return ((const uint8_t *)mx->codes.data)[i];
}

static double value(struct hs_arena *arena, const struct hs_mx *mx, size_t i)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor y;

    assert_ok(hs_mx_dequantize(&y, arena, mx, HS_FLOAT32, &err), &err);
    return hs_tensor_get(&y, i);
}

static void limits_are_those_of_the_specification(void **state)
{
    static const double max[] = {448, 57344, 7.5, 28, 6, 1.984375};
    static const int emax[] = {8, 15, 2, 4, 2, 0};

    (void)state;
    for (int e = 0; e < HS_MX_ELEMENT_COUNT; e++) {
        enum hs_mx_element element = (enum hs_mx_element)e;

        assert_close(hs_mx_max(element), max[e], 0);
        assert_int_equal(hs_mx_emax(element), emax[e]);
        assert_int_equal(hs_mx_element_find(hs_mx_element_name(element)), e);
        assert_true(ldexp(1, emax[e]) <= max[e] && ldexp(2, emax[e]) > max[e]);
    }
    assert_int_equal(hs_mx_element_find("e5m3"), -1);
}

/* max 5 is in [4, 8): with emax 2 the scale is 1 and 5 lies between 4 and 6, whose even code is
 * 4's; with a margin the scale is 2 and 2.5 lies between 2 and 3. */
static void a_block_of_fp4_by_hand(void **state)
{
    float x[] = {5, -0.75f, 0.25f, 3.5f, 7.5f, -7.9f};
    static const uint8_t wanted[] = {6, 8 | 2, 0, 6}, doubled[] = {4, 8 | 1, 0, 4, 6, 8 | 6};
    struct hs_mx_config config = {.element = HS_MX_E2M1, .block_size = 32};
    struct hs_mx_count count;
    struct hs_mx mx = blocks(*state, x, 4, config, &count);

    assert_int_equal(scale(&mx, 0), 127);
    assert_memory_equal(mx.codes.data, wanted, 4);
    assert_int_equal(count.saturated, 0);
    mx = blocks(*state, x, 6, config, &count); /* 7.5 and 7.9 are beyond 6 */
    assert_int_equal(scale(&mx, 0), 127);
    assert_int_equal(count.saturated, 2);
    assert_close(value(*state, &mx, 5), -6, 0);
    config.margin = 1;
    mx = blocks(*state, x, 6, config, &count);
    assert_int_equal(scale(&mx, 0), 128);
    assert_memory_equal(mx.codes.data, doubled, 6);
    assert_int_equal(count.saturated, 0);
    assert_close(value(*state, &mx, 5), -8, 0);
}

/* Max 1.99 has scale 1: 1.99 is code 127 (127.36), -1.99 -127: -2 is left unused. */
static void integers_are_sixty_fourths(void **state)
{
    float x[] = {1.999f, -1.999f, 1.5f / 64, 0.5f / 64, -1};
    static const uint8_t wanted[] = {127, 129, 2, 0, 192};
    struct hs_mx_config config = {.element = HS_MX_INT8, .block_size = 32};
    struct hs_mx mx = blocks(*state, x, 5, config, NULL);

    assert_int_equal(scale(&mx, 0), 127);
    assert_memory_equal(mx.codes.data, wanted, 5);
    for (int c = 0; c < 256; c++)
        assert_close(hs_mx_decode(HS_MX_INT8, (uint8_t)c), (c < 128 ? c : c - 256) / 64.0, 0);
}

static void zeros_and_extremes_have_scales_within_e8m0(void **state)
{
    float x[] = {0, -0.0f, 0x1p-149f, 0, FLT_MAX, -1};
    struct hs_mx_config config = {.element = HS_MX_E4M3FN, .block_size = 2};
    struct hs_mx_count count;
    struct hs_mx mx = blocks(*state, x, 6, config, &count);

    assert_int_equal(scale(&mx, 0), 0);
    assert_int_equal(code(&mx, 0), 0);
    assert_int_equal(code(&mx, 1), 0x80);
    assert_int_equal(scale(&mx, 1), 0); /* -149 - 8 is clamped to -127: 2^-22 is below all codes */
    assert_int_equal(code(&mx, 2), 0);
    assert_int_equal(scale(&mx, 2), 127 + 127 - 8);
    assert_close(value(*state, &mx, 4), 0x1.cp127, 0);
    assert_int_equal(count.saturated, 1); /* FLT_MAX / 2^119 is nearly 512 */
}

static void nan_is_an_error_or_stays_in_its_block(void **state)
{
    float x[] = {1, NAN, 1, 2}, inf[] = {INFINITY, 3, -INFINITY, 0};
    size_t n = 4;
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 1, &n);
    struct hs_mx_config config = {.element = HS_MX_E4M3FN, .block_size = 2};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_mx_count count;
    struct hs_mx mx;

    assert_fails(hs_mx_quantize(&mx, *state, &t, &config, NULL, &err), HS_ERANGE, &err,
                 "element 1 is NaN");
    config.keep_nan = true;
    mx = blocks(*state, x, 4, config, &count);
    assert_int_equal(count.nan, 1);
    assert_int_equal(scale(&mx, 0), 127 - 8); /* of the 1 */
    assert_int_equal(code(&mx, 1) & 0x7f, 0x7f);
    assert_close(value(*state, &mx, 0), 1, 0);
    config.element = HS_MX_E2M1;
    mx = blocks(*state, x, 4, config, &count);
    assert_int_equal(scale(&mx, 0), 255);
    assert_true(isnan(value(*state, &mx, 0)) && isnan(value(*state, &mx, 1)));
    assert_close(value(*state, &mx, 3), 2, 0);
    mx = blocks(*state, inf, 4, config, &count);
    assert_int_equal(count.inf, 2);
    assert_close(value(*state, &mx, 0), 3, 0); /* max 3: scale 1/2, and 6 is the largest code */
    assert_close(value(*state, &mx, 2), -6 * 0x1p125, 0);
}

static void what_makes_no_block_is_refused(void **state)
{
    float x[2] = {1, 2};
    size_t n = 2;
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT32, 1, &n), whole;
    struct hs_mx_config config = {.element = HS_MX_E2M1};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_mx mx;

    assert_fails(hs_mx_quantize(&mx, *state, &t, &config, NULL, &err), HS_EINVAL, &err,
                 "block_size");
    config = (struct hs_mx_config){.block_size = 32, .margin = 2};
    err = HS_ERROR_INIT;
    assert_fails(hs_mx_quantize(&mx, *state, &t, &config, NULL, &err), HS_EINVAL, &err, "margin 2");
    config = (struct hs_mx_config){.block_size = 32, .axis = 1};
    err = HS_ERROR_INIT;
    assert_fails(hs_mx_quantize(&mx, *state, &t, &config, NULL, &err), HS_ESHAPE, &err, "axis");
    assert_ok(hs_tensor_new(&whole, *state, HS_INT8, 1, &n, &err), &err);
    config.axis = 0;
    err = HS_ERROR_INIT;
    assert_fails(hs_mx_quantize(&mx, *state, &whole, &config, NULL, &err), HS_EDTYPE, &err, "int8");
    mx = blocks(*state, x, 2, (struct hs_mx_config){.element = HS_MX_E2M1, .block_size = 1}, NULL);
    ((uint8_t *)mx.codes.data)[1] = 16;
    err = HS_ERROR_INIT;
    assert_fails(hs_mx_dequantize(&t, *state, &mx, HS_FLOAT32, &err), HS_ERANGE, &err,
                 "code 16 at element 1");
    mx.block_size = 2;
    err = HS_ERROR_INIT;
    assert_fails(hs_mx_dequantize(&t, *state, &mx, HS_FLOAT32, &err), HS_ESHAPE, &err, "scales");
}

/* The nearest of all codes, the even one of two equally near: scale and codes are exact, so the
 * distances are exact in float64. */
static double nearest(enum hs_mx_element element, double v, double scale)
{
    double best = (double)INFINITY, found = 0;
    bool even = false;

    for (int c = 0; c < 1 << widths[element]; c++) {
        double p = hs_mx_decode(element, (uint8_t)c) * scale, distance = fabs(p - v);

        if (!isfinite(p) || (element == HS_MX_INT8 && c == 128))
            continue;
        if (distance < best || (distance <= best && !even)) {
            best = distance;
            found = p;
            even = c % 2 == 0;
        }
    }
    return found;
}

/* The largest e with 2^e <= max. */
static int floor_log2(double max)
{
    int e = -160;

    while (ldexp(1, e + 1) <= max)
        e++;
    return e;
}

static void check_block(const double *v, const struct hs_tensor *y, const size_t *at, size_t n,
                        uint8_t found, struct hs_mx_config config)
{
    double max = 0, s;
    int e;

    for (size_t i = 0; i < n; i++)
        max = fmax(max, fabs(v[at[i]]));
    e = max <= 0 ? -127 : floor_log2(max) - hs_mx_emax(config.element) + config.margin;
    e = e < -127 ? -127 : e > 127 ? 127 : e;
    s = ldexp(1, e);
    assert_int_equal(found, e + 127);
    for (size_t i = 0; i < n; i++)
        if (hs_tensor_get(y, at[i]) != nearest(config.element, v[at[i]], s))
            fail_msg("%s, margin %d, scale %a: %a became %a, not %a",
                     hs_mx_element_name(config.element), config.margin, s, v[at[i]],
                     hs_tensor_get(y, at[i]), nearest(config.element, v[at[i]], s));
}

/* Blocks along any axis of (a, b, c), found here by their indices. */
static void check_tensor(struct hs_arena *arena, const size_t *shape, const double *v,
                         struct hs_mx_config config)
{
    struct hs_tensor t = hs_tensor_view((void *)(uintptr_t)v, HS_FLOAT64, 3, shape), y;
    size_t axis = (size_t)config.axis, index[3], at[64], block[3];
    struct hs_error err = HS_ERROR_INIT;
    struct hs_mx mx;

    assert_ok(hs_mx_quantize(&mx, arena, &t, &config, NULL, &err), &err);
    assert_ok(hs_mx_dequantize(&y, arena, &mx, HS_FLOAT64, &err), &err);
    assert_int_equal(mx.scales.shape[axis],
                     (shape[axis] + config.block_size - 1) / config.block_size);
    for (size_t b = 0; b < hs_tensor_count(&mx.scales); b++) {
        size_t n = 0;

        hs_shape_unravel(block, b, 3, mx.scales.shape);
        for (size_t i = 0; i < hs_tensor_count(&t); i++) {
            hs_shape_unravel(index, i, 3, shape);
            index[axis] /= config.block_size;
            if (memcmp(index, block, sizeof index) == 0)
                at[n++] = i;
        }
        check_block(v, &y, at, n, scale(&mx, b), config);
    }
}

static void every_format_along_every_axis_is_the_nearest_code(void **state)
{
    struct hs_rng rng = hs_rng_seed(20240917, 7);
    double v[700];

    for (int round = 0; round < 360; round++) {
        struct hs_mx_config config = {.element = (enum hs_mx_element)(round % HS_MX_ELEMENT_COUNT),
                                      .axis = round / 6 % 3,
                                      .block_size = round % 4 == 0 ? 32 : 1 + (size_t)round % 7,
                                      .margin = round / 18 % 2};
        size_t shape[3] = {1 + hs_rng_below(&rng, 4), 1 + hs_rng_below(&rng, 4),
                           1 + hs_rng_below(&rng, 4)};
        int spread = 1 + (int)hs_rng_below(&rng, 12), centre = (int)hs_rng_below(&rng, 280) - 145;
        struct hs_arena_mark mark = hs_arena_mark(*state);

        shape[config.axis] = 1 + hs_rng_below(&rng, 40);
        for (size_t i = 0; i < shape[0] * shape[1] * shape[2]; i++) {
            /* few bits, so that ties happen, and many */
            double m = i % 2 == 0 ? (double)hs_rng_below(&rng, 64) / 32 : hs_rng_uniform(&rng);

            v[i] = ldexp(hs_rng_below(&rng, 2) != 0 ? m : -m,
                         centre - (int)hs_rng_below(&rng, (uint32_t)spread));
        }
        check_tensor(*state, shape, v, config);
        hs_arena_reset(*state, mark);
    }
}

/* A value that is a code stays, in every format; a block comes back as it went. */
static void blocks_of_codes_come_back(void **state)
{
    for (int e = 0; e < HS_MX_ELEMENT_COUNT; e++) {
        struct hs_mx_config config = {.element = (enum hs_mx_element)e, .block_size = 2};

        for (int c = 0; c < 1 << widths[e]; c++) {
            double p = hs_mx_decode(config.element, (uint8_t)c);
            float x[2] = {(float)hs_mx_max(config.element), (float)p};
            struct hs_mx_count count;
            struct hs_mx mx;

            if (!isfinite(p) || (e == HS_MX_INT8 && c == 128))
                continue;
            mx = blocks(*state, x, 2, config, &count);
            assert_int_equal(scale(&mx, 0), 127);
            assert_int_equal(code(&mx, 1), c);
            assert_int_equal(count.saturated, 0);
        }
    }
}

static void nothing_has_no_blocks(void **state)
{
    float x[1] = {0};
    struct hs_mx mx =
        blocks(*state, x, 0, (struct hs_mx_config){.element = HS_MX_E5M2, .block_size = 32}, NULL);

    assert_int_equal(hs_tensor_count(&mx.codes), 0);
    assert_int_equal(hs_tensor_count(&mx.scales), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(limits_are_those_of_the_specification),
        T(a_block_of_fp4_by_hand),
        T(integers_are_sixty_fourths),
        T(zeros_and_extremes_have_scales_within_e8m0),
        T(nan_is_an_error_or_stays_in_its_block),
        T(what_makes_no_block_is_refused),
        T(every_format_along_every_axis_is_the_nearest_code),
        T(blocks_of_codes_come_back),
        T(nothing_has_no_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
