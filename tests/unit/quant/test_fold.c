#include "hs_test.h"

#include <math.h>

#include "quant/fold.h"

/* Values worked by hand: var + eps = 4 and 0.25, so r = 0.5 and 2 without rounding. */
static void folds_weight_and_bias_channel_by_channel(void **state)
{
    float w[] = {1, -2, 3, 4, 0, -8}, b[] = {10, 20}, gamma[] = {3, 0.5F}, beta[] = {1, -1},
          mean[] = {4, 8};
    float var[] = {3.75F, 0.0F};
    const size_t shape[] = {2, 3, 1, 1}, channels[] = {2};
    struct hs_tensor tw = hs_tensor_view(w, HS_FLOAT32, 4, shape),
                     tb = hs_tensor_view(b, HS_FLOAT32, 1, channels);
    struct hs_tensor tg = hs_tensor_view(gamma, HS_FLOAT32, 1, channels),
                     te = hs_tensor_view(beta, HS_FLOAT32, 1, channels);
    struct hs_tensor tm = hs_tensor_view(mean, HS_FLOAT32, 1, channels),
                     tv = hs_tensor_view(var, HS_FLOAT32, 1, channels);
    struct hs_batchnorm bn = {&tg, &te, &tm, &tv, 0.25};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor ow, ob;
    static const double want[] = {1.5, -3, 4.5, 4, 0, -8};

    assert_ok(hs_fold_batchnorm(&ow, &ob, *state, &tw, &tb, &bn, &err), &err);
    for (size_t i = 0; i < 6; i++)
        assert_close(hs_tensor_get(&ow, i), want[i], 0.0);
    assert_close(hs_tensor_get(&ob, 0), (10 - 4) * 0.5 * 3 + 1, 0.0);
    assert_close(hs_tensor_get(&ob, 1), (20 - 8) * 2 * 0.5 - 1, 0.0);
    assert_close((double)w[0], 1.0, 0.0); /* the input is untouched */
}

static void a_layer_without_bias_gets_one(void **state)
{
    float w[] = {2, 4}, mean[] = {6}, var[] = {4};
    const size_t shape[] = {1, 2}, channels[] = {1};
    struct hs_tensor tw = hs_tensor_view(w, HS_FLOAT32, 2, shape),
                     tm = hs_tensor_view(mean, HS_FLOAT32, 1, channels);
    struct hs_tensor tv = hs_tensor_view(var, HS_FLOAT32, 1, channels), ow, ob;
    struct hs_batchnorm bn = {NULL, NULL, &tm, &tv, 0.0};
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_fold_batchnorm(&ow, &ob, *state, &tw, NULL, &bn, &err), &err);
    assert_close(hs_tensor_get(&ow, 1), 2.0, 0.0);
    assert_close(hs_tensor_get(&ob, 0), -3.0, 0.0);
}

static void refuses_what_does_not_fit(void **state)
{
    float w[] = {2, 4}, mean[] = {6, 1}, var[] = {-1};
    const size_t shape[] = {1, 2}, one[] = {1}, two[] = {2};
    struct hs_tensor tw = hs_tensor_view(w, HS_FLOAT32, 2, shape),
                     tm = hs_tensor_view(mean, HS_FLOAT32, 1, two);
    struct hs_tensor tv = hs_tensor_view(var, HS_FLOAT32, 1, one), ow, ob;
    struct hs_batchnorm bn = {NULL, NULL, &tm, &tv, 0.5};
    struct hs_error err = HS_ERROR_INIT;

    assert_fails(hs_fold_batchnorm(&ow, &ob, *state, &tw, NULL, &bn, &err), HS_ESHAPE, &err,
                 "running mean");
    hs_error_clear(&err);
    tm = hs_tensor_view(mean, HS_FLOAT32, 1, one);
    assert_fails(hs_fold_batchnorm(&ow, &ob, *state, &tw, NULL, &bn, &err), HS_ERANGE, &err,
                 "variance of channel 0");
    hs_error_clear(&err);
    var[0] = NAN;
    assert_fails(hs_fold_batchnorm(&ow, &ob, *state, &tw, NULL, &bn, &err), HS_ERANGE, &err,
                 "variance");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folds_weight_and_bias_channel_by_channel, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(a_layer_without_bias_gets_one, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(refuses_what_does_not_fit, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
