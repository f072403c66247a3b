/* Quantized linear layers: accumulators, requantizers and the records of four engines. */
#include "layer_cases.h"

#include "quant/integer.h"

/* qlinear_matmul has its weights as [in, out]. */
static struct hs_tensor weights(const struct hs_oracle *o, struct hs_arena *arena,
                                const struct hs_value *c)
{
    struct hs_tensor w = hs_oracle_tensor(o, arena, c, "inputs", "w"), turned;
    struct hs_error err = HS_ERROR_INIT;
    const int order[] = {1, 0};

    if (strcmp(hs_value_text(c, "op", "?"), "qlinear_matmul") != 0)
        return w;
    assert_ok(hs_tensor_transpose(&turned, &w, order, &err), &err);
    return turned;
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x"), w = weights(o, arena, c);
    struct hs_tensor b, acc;
    struct hs_error err = HS_ERROR_INIT;
    bool has_bias = hs_oracle_has(c, "inputs", "b");

    if (!hs_starts_with(hs_value_text(c, "op", "?"), "qlinear"))
        return false;
    if (has_bias)
        b = hs_oracle_tensor(o, arena, c, "inputs", "b");
    assert_ok(hs_integer_linear(&acc, arena, &x, hs_value_integer(p, "x_zero_point", 0), &w,
                                hs_value_integer(p, "w_zero_point", 0), has_bias ? &b : NULL, &err),
              &err);
    return layer_outputs(o, arena, c, &acc);
}

/* b = R(bias_float / (s_x s_w)), which PyTorch's engines do inside. */
static bool bias_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_tensor b, s_w, want, q;
    struct hs_error err = HS_ERROR_INIT;
    double scales[4096];
    size_t n;

    if (!hs_oracle_has(c, "inputs", "bias_float"))
        return true;
    b = hs_oracle_tensor(o, arena, c, "inputs", "bias_float");
    want = hs_oracle_tensor(o, arena, c, "inputs", "b");
    s_w = hs_oracle_tensor(o, arena, c, "inputs", "w_scale");
    n = hs_tensor_count(&s_w);
    assert_true(n <= sizeof scales / sizeof *scales);
    for (size_t i = 0; i < n; i++)
        scales[i] = hs_tensor_get(&s_w, i);
    assert_ok(hs_quantize_bias_by(&q, arena, &b,
                                  hs_value_number(hs_value_get(c, "params"), "x_scale", 0), scales,
                                  n, HS_ROUND_HALF_EVEN, HS_BIAS_ERROR, NULL, &err),
              &err);
    for (size_t i = 0; i < hs_tensor_count(&want); i++)
        if (hs_tensor_get(&q, i) != hs_tensor_get(&want, i)) {
            print_error("bias code %zu is %g, the oracle says %g\n", i, hs_tensor_get(&q, i),
                        hs_tensor_get(&want, i));
            return false;
        }
    return true;
}

static bool run_all(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    return run_case(o, arena, c) && bias_case(o, arena, c);
}

static void every_linear_layer_gives_the_codes_of_its_requantizers(void **state)
{
    hs_oracle_run("qlinear", *state, run_all); /* asserts that all passed */
    layer_engines_print();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_linear_layer_gives_the_codes_of_its_requantizers,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
