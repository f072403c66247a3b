#include "hs_test.h"

#include <math.h>

#include "num/minifloat.h"

static const struct {
    enum hs_minifloat format;
    unsigned codes;
    double max, smallest;
} formats[] = {
    {HS_F16, 65536, 65504, 0x1p-24},
    {HS_BF16, 65536, 0x1.fep127, 0x1p-133},
    {HS_F8_E4M3FN, 256, 448, 0x1p-9},
    {HS_F8_E5M2, 256, 57344, 0x1p-16},
};

static void every_code_comes_back(void **state)
{
    (void)state;
    for (size_t f = 0; f < 4; f++)
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
    for (size_t f = 0; f < 4; f++)
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
    for (size_t f = 0; f < 4; f++) {
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_comes_back),
        cmocka_unit_test(values_between_codes_round_half_to_even),
        cmocka_unit_test(limits_are_those_of_the_formats),
        cmocka_unit_test(beyond_the_largest_is_infinity_or_nan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
