#include "hs_test.h"

#include "quant/energy.h"

static void check(const char *layer, enum hs_accounting accounting, bool bias, const char *fp32, const char *int8)
{
    struct hs_energy_layer l;
    struct hs_energy_counts c;
    struct hs_error err = HS_ERROR_INIT;
    char text[HS_FMT_SIZE];

    assert_ok(hs_energy_layer_parse(&l, layer, &err), &err);
    l.bias = bias;
    assert_ok(hs_energy_count(&c, &l, accounting, &err), &err);
    assert_string_equal(hs_energy_format(text, c.fp32_centi_pj), fp32);
    assert_string_equal(hs_energy_format(text, c.int8_centi_pj), int8);
}

/* SEMANTICS 1 "Energy": the four published counts of one layer. */
static void each_accounting_gives_its_published_figure(void **state)
{
    (void)state;
    check("linear:128x10", HS_FORMULA6, true, "5888", "422.8");
    check("linear:128x10", HS_HOISTED, true, "5888", "388.24");
    check("linear:128x10", HS_FOLDED, true, "5888", "384.1");
    check("linear:128x10", HS_REPORT, true, "5879", "383.4");
    check("linear:128x10", HS_FOLDED, false, "5879", "383.1");
}

static void a_convolution_counts_padded_taps_or_not(void **state)
{
    struct hs_energy_layer l;
    struct hs_energy_counts c;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    check("conv:3x64x3:s1:p1@32x32", HS_FOLDED, false, "8080588.8", "524943.36");
    assert_ok(hs_energy_layer_parse(&l, "conv:1x1x3:p1@2x2", &err), &err);
    l.valid_taps = true;
    assert_ok(hs_energy_count(&c, &l, HS_FOLDED, &err), &err);
    assert_int_equal(c.int8[HS_ENERGY_INT8_MUL], 16); /* each of four outputs sees the four inputs */
    l.valid_taps = false;
    assert_ok(hs_energy_count(&c, &l, HS_FOLDED, &err), &err);
    assert_int_equal(c.int8[HS_ENERGY_INT8_MUL], 36);
}

static void nonsense_is_refused_with_an_example(void **state)
{
    static const char *const bad[] = {"", "linear:", "linear:3", "linear:axb", "conv:3x4@2x2", "conv:3x4x3", "dense:3x4",
                                      "conv:3x4x0@2x2", "linear:3x4x5"};
    struct hs_energy_layer l;
    struct hs_energy_counts c;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hs_error_clear(&err);
        assert_fails(hs_energy_layer_parse(&l, bad[i], &err), HS_EINVAL, &err, "linear:128x10");
    }
    hs_error_clear(&err);
    l = (struct hs_energy_layer){.in = 4, .out = 4, .kernel = 9, .stride = 1, .groups = 1, .height = 3, .width = 3};
    assert_fails(hs_energy_count(&c, &l, HS_FOLDED, &err), HS_EINVAL, &err, "kernel of 9");
    hs_error_clear(&err);
    l = (struct hs_energy_layer){.in = 3, .out = 4, .kernel = 3, .stride = 1, .groups = 2, .height = 3, .width = 3};
    assert_fails(hs_energy_count(&c, &l, HS_FOLDED, &err), HS_EINVAL, &err, "groups");
    hs_error_clear(&err);
    l = (struct hs_energy_layer){.in = INT32_MAX, .out = INT32_MAX};
    assert_fails(hs_energy_count(&c, &l, HS_FORMULA6, &err), HS_ELIMIT, &err, "63 bits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_accounting_gives_its_published_figure),
        cmocka_unit_test(a_convolution_counts_padded_taps_or_not),
        cmocka_unit_test(nonsense_is_refused_with_an_example),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
