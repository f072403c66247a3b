#include "hs_test.h"

#include "base/rng.h"
#include "quant/explain.h"

/* FBGEMM's note on reciprocal against division (LABS G14), as uint8 with zero point 0. */
static void division_and_reciprocal_part_at_the_quotient(void **state)
{
    struct hs_explained path[2];
    struct hs_quant_options torch, onnx;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    assert_ok(hs_quant_options_profile(&torch, "torch", &err), &err);
    assert_ok(hs_quant_options_profile(&onnx, "onnx", &err), &err);
    assert_ok(hs_explain(&path[0], 0.273939937, 0.00214854861, 0, 0, 255, &torch, &err), &err);
    assert_ok(hs_explain(&path[1], 0.273939937, 0.00214854861, 0, 0, 255, &onnx, &err), &err);
    assert_close(path[0].step[HS_STEP_CODE], 128, 0);
    assert_close(path[1].step[HS_STEP_CODE], 127, 0);
    assert_true(path[0].tie);
    assert_false(path[1].tie);
    assert_true(path[1].tie_ulps <= 1.5);
    assert_int_equal(hs_explain_parting(path, 2), HS_STEP_QUOTIENT);
}

static void the_code_is_the_quantizers_own(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_rng rng = hs_rng_seed(11, 3);
    struct hs_error err = HS_ERROR_INIT;
    size_t count;
    const struct hs_profile *profiles = hs_profiles(&count);

    for (int i = 0; i < 4000; i++) {
        float x = (float)(hs_rng_normal(&rng) * 3), s = (float)(0.001 + hs_rng_uniform(&rng) * 0.05);
        double scale = (double)s;
        int64_t z = (int64_t)hs_rng_below(&rng, 256) - 128;
        const struct hs_quant_options *o = &profiles[(size_t)i % count].options;
        struct hs_qparams qp = {.scale = &scale, .zero_point = &z, .n = 1, .axis = -1, .qmin = -128, .qmax = 127,
                                .dtype = HS_INT8, .options = *o};
        struct hs_tensor t, q;
        struct hs_explained e;

        if (i % 3 == 0)
            x = s * ((float)(int)(x / s) + 0.5f); /* ties and their neighbours */
        t = hs_tensor_view(&x, HS_FLOAT32, 0, NULL);
        assert_ok(hs_quantize(&q, arena, &t, &qp, NULL, &err), &err);
        assert_ok(hs_explain(&e, (double)x, scale, z, -128, 127, o, &err), &err);
        assert_close(e.step[HS_STEP_CODE], hs_tensor_get(&q, 0), 0);
    }
}

static void what_cannot_be_is_refused(void **state)
{
    struct hs_explained e;
    struct hs_quant_options o;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    assert_ok(hs_quant_options_profile(&o, NULL, &err), &err);
    assert_fails(hs_explain(&e, 1, 0, 0, 0, 255, &o, &err), HS_EINVAL, &err, "positive");
    hs_error_clear(&err);
    assert_fails(hs_explain(&e, 1, 1, 256, 0, 255, &o, &err), HS_EINVAL, &err, "256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(division_and_reciprocal_part_at_the_quotient),
        cmocka_unit_test_setup_teardown(the_code_is_the_quantizers_own, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test(what_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
