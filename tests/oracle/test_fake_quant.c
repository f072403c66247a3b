/* Fake quantization and its straight-through gradient as PyTorch computes them, with learnable
 * scales, as a module, and as the QAT lab has it. */
#include "fake_quant_cases.h"

#include <math.h>

#include "quant/qparams.h"

static struct hs_qparams qparams(const struct hs_oracle *o, struct hs_arena *arena,
                                 const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    bool given = hs_oracle_has(c, "inputs", "scale");
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp = {.n = 1,
                            .axis = (int)hs_value_integer(p, "axis", -1),
                            .dtype = HS_INT32};
    struct hs_tensor scale = {.ndim = 0}, zero = {.ndim = 0};

    assert_ok(hs_quant_options_profile(&qp.options, "torch", &err), &err);
    qp.qmin = hs_value_integer(p, "quant_min", 0);
    qp.qmax = hs_value_integer(p, "quant_max", 0);
    if (given) {
        scale = hs_oracle_tensor(o, arena, c, "inputs", "scale");
        zero = hs_oracle_tensor(o, arena, c, "inputs", "zero_point");
        qp.n = hs_tensor_count(&scale);
        assert_int_equal(hs_tensor_count(&zero), qp.n);
    }
    qp.scale = hs_arena_alloc(arena, qp.n, sizeof *qp.scale);
    qp.zero_point = hs_arena_alloc(arena, qp.n, sizeof *qp.zero_point);
    assert_true(qp.scale != NULL && qp.zero_point != NULL);
    for (size_t i = 0; i < qp.n; i++) {
        qp.scale[i] = given ? hs_tensor_get(&scale, i) : hs_value_number(p, "scale", 0);
        qp.zero_point[i] =
            given ? (int64_t)hs_tensor_get(&zero, i) : hs_value_integer(p, "zero_point", 0);
    }
    return qp;
}

/* NaN is refused, or acts as qmin without a gradient when asked; what is infinite or huge saturates
 * on its own side. */
static bool by_our_rules(struct hs_arena *arena, const struct hs_tensor *x,
                         const struct hs_tensor *dy, struct hs_qparams *qp)
{
    struct hs_error err = HS_ERROR_INIT;
    double s = qp->scale[0], z = (double)qp->zero_point[0];
    struct hs_tensor y, dx;

    qp->options.nan = HS_NAN_QMIN;
    assert_ok(hs_fake_quantize(&y, arena, x, qp, &err), &err);
    assert_ok(hs_fake_quantize_grad(&dx, arena, x, qp, dy, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(x); i++) {
        double v = hs_tensor_get(x, i), code = isnan(v) ? (double)qp->qmin : rint(v / s) + z;
        bool inside = !isnan(v) && code >= (double)qp->qmin && code <= (double)qp->qmax;
        double clamped = fmin(fmax(code, (double)qp->qmin), (double)qp->qmax);

        if (fabs(hs_tensor_get(&y, i) - (clamped - z) * s) > 1e-5 * s * 256 ||
            hs_tensor_get(&dx, i) != (inside ? hs_tensor_get(dy, i) : 0))
            return false;
    }
    return true;
}

static bool fake_quantize(const struct hs_oracle *o, struct hs_arena *arena,
                          const struct hs_value *c)
{
    struct hs_qparams qp = qparams(o, arena, c);
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x"), y, dx;
    struct hs_tensor dy = hs_oracle_tensor(o, arena, c, "inputs", "dy");
    struct hs_tensor want_y = hs_oracle_tensor(o, arena, c, "outputs", "y");
    struct hs_tensor want_dx = hs_oracle_tensor(o, arena, c, "outputs", "dx");
    struct hs_error err = HS_ERROR_INIT;

    if (hs_oracle_tagged(c, "platform"))
        return by_our_rules(arena, &x, &dy, &qp);
    assert_ok(hs_fake_quantize(&y, arena, &x, &qp, &err), &err);
    assert_ok(hs_fake_quantize_grad(&dx, arena, &x, &qp, &dy, &err), &err);
    return hs_oracle_matches(c, "y", &y, &want_y) && hs_oracle_matches(c, "dx", &dx, &want_dx);
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const char *op = hs_value_text(c, "op", "?");

    if (strcmp(op, "fake_quantize_per_tensor") == 0 || strcmp(op, "fake_quantize_per_channel") == 0)
        return fake_quantize(o, arena, c);
    if (hs_starts_with(op, "fake_quantize_learnable_"))
        return fq_learnable(o, arena, c);
    if (strcmp(op, "FakeQuantize_module") == 0)
        return fq_module(o, arena, c);
    if (strcmp(op, "lab_fakequant_signed") == 0)
        return fq_lab(o, arena, c, true);
    return strcmp(op, "lab_fakequant_unsigned") == 0 && fq_lab(o, arena, c, false);
}

static void values_and_gradients_agree_to_the_last_bit(void **state)
{
    hs_oracle_run("fake_quant", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_and_gradients_agree_to_the_last_bit, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
