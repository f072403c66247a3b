/* Quantized convolutions: padding with z_x, strides, dilation, groups. */
#include "layer_cases.h"

#include "quant/integer.h"

static void pair(size_t out[2], const struct hs_value *p, const char *name)
{
    const struct hs_value *list = hs_value_get(p, name);

    for (size_t d = 0; d < 2; d++) {
        double v;

        assert_true(hs_value_to_number(hs_value_at(list, d), &v));
        out[d] = (size_t)v;
    }
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x");
    struct hs_tensor w = hs_oracle_tensor(o, arena, c, "inputs", "w");
    struct hs_tensor b = hs_oracle_tensor(o, arena, c, "inputs", "b"), acc;
    struct hs_conv_geometry g = {.groups = (size_t)hs_value_integer(p, "groups", 0)};
    struct hs_error err = HS_ERROR_INIT;

    if (strcmp(hs_value_text(c, "op", "?"), "qconv2d") != 0)
        return false;
    pair(g.stride, p, "stride");
    pair(g.padding, p, "padding");
    pair(g.dilation, p, "dilation");
    assert_ok(hs_integer_conv2d(&acc, arena, &x, hs_value_integer(p, "x_zero_point", 0), &w, 0, &b,
                                &g, &err),
              &err);
    return layer_outputs(o, arena, c, &acc);
}

static void every_convolution_gives_the_codes_of_its_requantizers(void **state)
{
    hs_oracle_run("qconv", *state, run_case); /* asserts that all passed */
    layer_engines_print();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_convolution_gives_the_codes_of_its_requantizers,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
