#include "qdq.h"

/* quantize_per_tensor, quantize_per_channel */
static bool quantize(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_qparams qp = qdq_qparams(o, arena, c, "torch");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x"), q, r;
    struct hs_tensor want_q = hs_oracle_tensor(o, arena, c, "outputs", "q");
    struct hs_tensor want_r = hs_oracle_tensor(o, arena, c, "outputs", "dq");
    struct hs_error err = HS_ERROR_INIT;

    if (hs_oracle_tagged(c, "platform"))
        return qdq_platform_case(arena, &x, &qp, &want_q);
    if (x.ndim ==
        0) { /* the record of a scalar's codes has shape (1,); ours keeps the shape of x */
        assert_int_equal(hs_tensor_count(&want_q), 1);
        want_q.ndim = 0;
        want_r.ndim = 0;
    }
    assert_ok(hs_quantize(&q, arena, &x, &qp, NULL, &err), &err);
    assert_ok(hs_dequantize(&r, arena, &q, &qp, HS_FLOAT32, &err), &err);
    if (q.dtype != qp.dtype || !hs_oracle_matches(c, "q", &q, &want_q) ||
        !hs_oracle_matches(c, "dq", &r, &want_r))
        return false;
    assert_ok(hs_fake_quantize(&r, arena, &x, &qp, &err),
              &err); /* the same map without codes between */
    return x.dtype == HS_FLOAT16 || hs_oracle_matches(c, "dq", &r, &want_r);
}

static bool dequantize(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_qparams qp = qdq_qparams(o, arena, c, "torch");
    struct hs_tensor q = hs_oracle_tensor(o, arena, c, "inputs", "q"), r;
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", "dq");
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_dequantize(&r, arena, &q, &qp, HS_FLOAT32, &err), &err);
    return hs_oracle_matches(c, "dq", &r, &want);
}

/* One output for each setting of an option: the differences are the point of these cases. */
static bool variants(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    static const struct {
        const char *output;
        enum hs_division division;
        enum hs_zero_point_order order;
        enum hs_precision precision;
    } rows[] = {
        {"round_then_add", HS_RECIPROCAL, HS_AFTER_ROUNDING, HS_PRECISION_F32},
        {"add_then_round", HS_RECIPROCAL, HS_BEFORE_ROUNDING, HS_PRECISION_F32},
        {"mul_inv_f32", HS_RECIPROCAL, HS_AFTER_ROUNDING, HS_PRECISION_F32},
        {"div_f32", HS_DIVIDE, HS_AFTER_ROUNDING, HS_PRECISION_F32},
        {"div_f64", HS_DIVIDE, HS_AFTER_ROUNDING, HS_PRECISION_F64},
    };
    struct hs_qparams qp = qdq_qparams(o, arena, c, "torch");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x");
    struct hs_error err = HS_ERROR_INIT;
    size_t checked = 0;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hs_tensor want, q;

        if (!hs_oracle_has(c, "outputs", rows[i].output))
            continue;
        checked++;
        want = hs_oracle_tensor(o, arena, c, "outputs", rows[i].output);
        qp.options.division = rows[i].division;
        qp.options.zero_point_order = rows[i].order;
        qp.options.precision = rows[i].precision;
        assert_ok(hs_quantize(&q, arena, &x, &qp, NULL, &err), &err);
        if (!hs_oracle_matches(c, rows[i].output, &q, &want))
            return false;
    }
    return checked == hs_value_len(hs_value_get(c, "outputs"));
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const char *op = hs_value_text(c, "op", "?");

    if (strcmp(op, "quantize_per_tensor") == 0 || strcmp(op, "quantize_per_channel") == 0)
        return quantize(o, arena, c);
    if (strcmp(op, "dequantize_per_tensor") == 0)
        return dequantize(o, arena, c);
    if (strcmp(op, "round_then_add_vs_add_then_round") == 0 ||
        strcmp(op, "quotient_arithmetics") == 0)
        return variants(o, arena, c);
    return false;
}

static void every_case_of_torch_agrees_to_the_last_bit(void **state)
{
    hs_oracle_run("qdq_torch", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_case_of_torch_agrees_to_the_last_bit, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
