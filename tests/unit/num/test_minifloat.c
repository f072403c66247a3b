#include "hs_test.h"

#include <math.h>

#include "base/mem.h"
#include "num/minifloat.h"

static const struct {
    enum hs_minifloat format;
    unsigned codes;
    double max, smallest;
} formats[] = {
    {HS_F16, 65536, 65504, 0x1p-24},  {HS_BF16, 65536, 0x1.fep127, 0x1p-133},
    {HS_F8_E4M3FN, 256, 448, 0x1p-9}, {HS_F8_E5M2, 256, 57344, 0x1p-16},
    {HS_F6_E2M3, 64, 7.5, 0x1p-3},    {HS_F6_E3M2, 64, 28, 0x1p-4},
    {HS_F4_E2M1, 16, 6, 0.5},
};

static void every_code_comes_back(void **state)
{
    (void)state;
    for (size_t f = 0; f < HS_COUNTOF(formats); f++)
        for (unsigned code = 0; code < formats[f].codes; code++) {
            double v = hs_minifloat_decode(formats[f].format, (uint16_t)code);
            uint16_t back = hs_minifloat_encode(formats[f].format, v, false);

            if (isnan(v))
                assert_true(isnan(hs_minifloat_decode(formats[f].format, back)));
            else
                assert_int_equal(back, code);
        }
}

static void values_between_codes_round_half_to_even(void **state)
{
    (void)state;
    for (size_t f = 0; f < HS_COUNTOF(formats); f++)
        for (unsigned code = 0; code + 1 < formats[f].codes / 2; code++) {
            double a = hs_minifloat_decode(formats[f].format, (uint16_t)code);
            double b = hs_minifloat_decode(formats[f].format, (uint16_t)(code + 1)),
                   mid = a + (b - a) / 2;
            unsigned even = code % 2 == 0 ? code : code + 1;

            if (!isfinite(a) || !isfinite(b))
                continue;
            assert_int_equal(hs_minifloat_encode(formats[f].format, mid, false), even);
            assert_int_equal(hs_minifloat_encode(formats[f].format, nextafter(mid, a), false),
                             code);
            assert_int_equal(hs_minifloat_encode(formats[f].format, nextafter(mid, b), false),
                             code + 1);
        }
}

static void limits_are_those_of_the_formats(void **state)
{
    (void)state;
    for (size_t f = 0; f < HS_COUNTOF(formats); f++) {
        assert_close(hs_minifloat_max(formats[f].format), formats[f].max, 0);
        assert_close(hs_minifloat_decode(formats[f].format, 1), formats[f].smallest, 0);
        assert_close(hs_minifloat_decode(formats[f].format,
                                         hs_minifloat_encode(formats[f].format, 1e300, true)),
                     formats[f].max, 0);
    }
}

static void beyond_the_largest_is_infinity_or_nan(void **state)
{
    (void)state;
    assert_int_equal(hs_minifloat_encode(HS_F16, 65520, false), 0x7c00); /* the tie goes up */
    assert_int_equal(hs_minifloat_encode(HS_F16, 65519.99, false), 0x7bff);
    assert_int_equal(hs_minifloat_encode(HS_F8_E5M2, -1e9, false), 0xfc);
    assert_int_equal(hs_minifloat_encode(HS_F8_E4M3FN, 1e9, false), 0x7f); /* it has no infinity */
    assert_int_equal(hs_minifloat_encode(HS_F8_E4M3FN, 464, false), 0x7e);
    assert_int_equal(hs_minifloat_encode(HS_F8_E4M3FN, -(double)INFINITY, true), 0xfe);
}

/* Every code of the smallest formats, as the tables of OCP MX 1.0 (section 5.3) have them. */
static void the_smallest_formats_are_their_tables(void **state)
{
    static const double e2m1[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
    static const double e2m3[] = {0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875,
                                  1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875,
                                  2, 2.25,  2.5,  2.75,  3,   3.25,  3.5,  3.75,
                                  4, 4.5,   5,    5.5,   6,   6.5,   7,    7.5};
    static const double e3m2[] = {0,   0.0625, 0.125, 0.1875, 0.25, 0.3125, 0.375, 0.4375,
                                  0.5, 0.625,  0.75,  0.875,  1,    1.25,   1.5,   1.75,
                                  2,   2.5,    3,     3.5,    4,    5,      6,     7,
                                  8,   10,     12,    14,     16,   20,     24,    28};

    (void)state;
    for (uint16_t code = 0; code < 32; code++) {
        assert_close(hs_minifloat_decode(HS_F6_E2M3, code), e2m3[code], 0);
        assert_close(hs_minifloat_decode(HS_F6_E3M2, code), e3m2[code], 0);
        assert_close(hs_minifloat_decode(HS_F6_E3M2, code | 32), -e3m2[code], 0);
        if (code < 8)
            assert_close(hs_minifloat_decode(HS_F4_E2M1, code | 8), -e2m1[code], 0);
    }
}

/* ONNX QuantizeLinear's vector: [0, 1, 2, 1e5, 200] / 2 saturates; the casts without saturation do
 * not. */
static void published_casts(void **state)
{
    static const double x[] = {0, 0.5, 1, 5e4, 100}, e4m3[] = {0, 0.5, 1, 448, 96},
                        e5m2[] = {0, 0.5, 1, 49152, 96};

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(x); i++) {
        assert_close(hs_minifloat_decode(HS_F8_E4M3FN,
                                         hs_minifloat_encode(HS_F8_E4M3FN, x[i], true)),
                     e4m3[i], 0);
        assert_close(hs_minifloat_decode(HS_F8_E5M2, hs_minifloat_encode(HS_F8_E5M2, x[i], true)),
                     e5m2[i], 0);
    }
    assert_int_equal(hs_minifloat_encode(HS_F8_E4M3FN, 5e4, false), 0x7f);
    assert_int_equal(hs_minifloat_encode(HS_F8_E5M2, (double)INFINITY, true), 0x7b);
    assert_int_equal(hs_minifloat_encode(HS_F8_E5M2, (double)INFINITY, false), 0x7c);
}

static void formats_without_nan_give_their_largest(void **state)
{
    (void)state;
    for (int f = 0; f < HS_MINIFLOAT_COUNT; f++) {
        enum hs_minifloat format = (enum hs_minifloat)f;
        double v = hs_minifloat_decode(format, hs_minifloat_encode(format, (double)NAN, true));

        assert_int_equal(hs_minifloat_has_nan(format), f <= HS_F8_E5M2);
        if (hs_minifloat_has_nan(format))
            assert_true(isnan(v));
        else
            assert_close(v, hs_minifloat_max(format), 0);
        assert_int_equal(hs_minifloat_find(hs_minifloat_name(format)), f);
        assert_int_equal(1u << hs_minifloat_bits(format), formats[f].codes);
    }
    assert_int_equal(hs_minifloat_encode(HS_F4_E2M1, -7, false), 0xf); /* there is nothing beyond */
    assert_int_equal(hs_minifloat_find("float7"), -1);
}

static void scales_of_blocks_are_powers_of_two(void **state)
{
    (void)state;
    for (int code = 0; code < 255; code++) {
        assert_close(hs_e8m0_decode((uint8_t)code), ldexp(1, code - 127), 0);
        assert_int_equal(hs_e8m0_of_exponent(code - 127), code);
    }
    assert_true(isnan(hs_e8m0_decode(255)));
    assert_int_equal(hs_e8m0_of_exponent(-128), 0);
    assert_int_equal(hs_e8m0_of_exponent(128), 254);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_comes_back),
        cmocka_unit_test(values_between_codes_round_half_to_even),
        cmocka_unit_test(limits_are_those_of_the_formats),
        cmocka_unit_test(beyond_the_largest_is_infinity_or_nan),
        cmocka_unit_test(the_smallest_formats_are_their_tables),
        cmocka_unit_test(published_casts),
        cmocka_unit_test(formats_without_nan_give_their_largest),
        cmocka_unit_test(scales_of_blocks_are_powers_of_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
