#include "qdq.h"

static bool quantize(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_qparams qp = qdq_qparams(o, arena, c, "onnx");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x"), q;
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", "q");
    struct hs_error err = HS_ERROR_INIT;

    if (hs_oracle_tagged(c, "platform"))
        return qdq_platform_case(arena, &x, &qp, &want);
    assert_ok(hs_quantize(&q, arena, &x, &qp, NULL, &err), &err);
    return q.dtype == qp.dtype && hs_oracle_matches(c, "q", &q, &want);
}

static bool dequantize(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_qparams qp = qdq_qparams(o, arena, c, "onnx");
    struct hs_tensor q = hs_oracle_tensor(o, arena, c, "inputs", "q"), r;
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", "dq");
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_dequantize(&r, arena, &q, &qp, want.dtype, &err), &err);
    return r.dtype == want.dtype && hs_oracle_matches(c, "dq", &r, &want);
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const char *op = hs_value_text(c, "op", "?");

    if (strcmp(op, "QuantizeLinear") == 0)
        return quantize(o, arena, c);
    if (strcmp(op, "DequantizeLinear") == 0)
        return dequantize(o, arena, c);
    return false;
}

static void every_case_of_onnx_runtime_agrees_to_the_last_bit(void **state)
{
    hs_oracle_run("qdq_onnx", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_case_of_onnx_runtime_agrees_to_the_last_bit,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
