/* The scale chain: what the lab's formulas imply, and what is refused. */
#include "hs_test.h"

#include <math.h>

#include "base/rng.h"
#include "quant/chain.h"

static struct hs_tensor random_tensor(struct hs_rng *rng, struct hs_arena *arena, int ndim,
                                      const size_t *shape)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor t;

    assert_ok(hs_tensor_new(&t, arena, HS_FLOAT64, ndim, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&t); i++)
        ((double *)t.data)[i] = hs_rng_uniform(rng) * 2 - 1;
    return t;
}

static double largest(const struct hs_tensor *t)
{
    double m = 0;

    for (size_t i = 0; i < hs_tensor_count(t); i++)
        m = fmax(m, fabs(hs_tensor_get(t, i)));
    return m;
}

/* s_in prod(s_w s_out) telescopes: it is max|y| / 127, the scale of the last output (LABS E0.1), so
 * the largest output has the code 127 or -127, and bias codes are at the accumulator's scale. */
static void the_product_of_the_scales_is_the_scale_of_the_output(void **state)
{
    struct hs_rng rng = hs_rng_seed(5, 1);

    for (int t = 0; t < 20; t++) {
        struct hs_tensor x = random_tensor(&rng, *state, 4, (size_t[]){2, 2, 8, 8});
        struct hs_tensor w[] = {random_tensor(&rng, *state, 4, (size_t[]){3, 2, 3, 3}),
                                random_tensor(&rng, *state, 2, (size_t[]){4, 27}),
                                random_tensor(&rng, *state, 2, (size_t[]){5, 4})};
        struct hs_tensor b = random_tensor(&rng, *state, 1, (size_t[]){5});
        const struct hs_chain_step steps[] = {{HS_CHAIN_CONV, &w[0], NULL},
                                              {HS_CHAIN_RELU, NULL, NULL},
                                              {HS_CHAIN_POOL, NULL, NULL},
                                              {HS_CHAIN_FC, &w[1], NULL},
                                              {HS_CHAIN_FC, &w[2], &b}};
        struct hs_chain_network net;
        struct hs_error err = HS_ERROR_INIT;
        double m, s = 0;

        assert_ok(hs_chain_network(&net, *state, &x, steps, 5, t % 2 != 0, &err), &err);
        m = largest(&net.y_float);
        s = net.s_in;
        for (size_t k = 0; k < net.n; k++) {
            assert_close(net.layer[k].s_b, s * net.layer[k].s_w, 1e-5 * net.layer[k].s_b);
            s *= net.layer[k].s_w * net.layer[k].s_out;
        }
        assert_int_equal(net.n, 3);
        assert_close(net.real_scale, m / 127, 1e-5 * m);
        assert_close(s, m / 127, 1e-5 * m);
        for (size_t i = 0; i < hs_tensor_count(&net.y_q);
             i++) /* some steps for the whole network */
            assert_close(hs_tensor_get(&net.y_dequantized, i), hs_tensor_get(&net.y_float, i),
                         12 * net.real_scale);
        for (size_t i = 0; i < 5; i++)
            assert_close(hs_tensor_get(&net.layer[2].b_q, i) * net.layer[2].s_b,
                         hs_tensor_get(&b, i), net.layer[2].s_b * 0.51);
    }
}

/* The last odd row and column are left out. */
static void a_pool_takes_the_largest_of_two_by_two(void **state)
{
    double values[] = {1,  -2, 3,  -1, 9,  3,  4, 2, 5, 9, -6, -7, -8,
                       -3, 9,  -9, -8, -5, -4, 9, 9, 9, 9, 9,  9};
    static const double want[] = {4, 5, -6, -3};
    struct hs_tensor x = hs_tensor_view(values, HS_FLOAT64, 4, (size_t[]){1, 1, 5, 5});
    const struct hs_chain_step pool = {HS_CHAIN_POOL, NULL, NULL};
    struct hs_chain_network net;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_chain_network(&net, *state, &x, &pool, 1, false, &err), &err);
    assert_int_equal(hs_tensor_count(&net.y_float), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_close(hs_tensor_get(&net.y_float, i), want[i], 0);
        assert_close(hs_tensor_get(&net.y_q, i), rint(want[i] / (9.0 / 127)), 0);
    }
    assert_close(net.real_scale, 9.0 / 127, 0);
}

/* In float32 each operation rounds: 1/3 and its like do not come out as the rounded float64. */
static void float32_rounds_every_step(void **state)
{
    const struct hs_chain_link ss[] = {{0.1, 0.3}, {0.7, 1.1}};
    float p = (0.1f * 0.3f) * (0.7f * 1.1f), s_b = 0.013f * 0.07f * p;
    float v[] = {0.3f, -1.7f};
    struct hs_tensor t = hs_tensor_view(v, HS_FLOAT32, 1, (size_t[]){2}), q;
    struct hs_error err = HS_ERROR_INIT;
    double s;

    assert_close((double)hs_chain_bias_scale_f32(0.013, 0.07, ss, 2), (double)s_b, 0);
    assert_ok(hs_chain_output_scale(&s, &t, 0.013, 0.07, ss, 2, true, &err), &err);
    assert_close(s, (double)(1.7f / 0.013f / 0.07f / p / 127.0f), 0);
    assert_ok(hs_chain_quantize(&q, &s, *state, &t, true, &err), &err);
    assert_close(s, (double)(1.7f / 127.0f), 0);
    assert_close(hs_tensor_get(&q, 0), 22, 0);
}

static void what_has_no_scale_is_refused(void **state)
{
    double zeros[] = {0, -0.0}, bad[] = {1, (double)NAN}, fine[] = {1, 2};
    size_t two = 2;
    struct hs_tensor z = hs_tensor_view(zeros, HS_FLOAT64, 1, &two),
                     n = hs_tensor_view(bad, HS_FLOAT64, 1, &two),
                     f = hs_tensor_view(fine, HS_FLOAT64, 1, &two), q;
    struct hs_error err = HS_ERROR_INIT;
    double s;

    assert_fails(hs_chain_quantize(&q, &s, *state, &z, false, &err), HS_ERANGE, &err, "0/0");
    hs_error_clear(&err);
    assert_fails(hs_chain_quantize(&q, &s, *state, &n, false, &err), HS_ERANGE, &err, "element 1");
    hs_error_clear(&err);
    assert_fails(hs_chain_output_scale(&s, &f, 0, 1, NULL, 0, false, &err), HS_ERANGE, &err,
                 "s_w is 0");
    hs_error_clear(&err);
    assert_fails(hs_chain_output_scale(&s, &f, 1e-300, 1e-300, NULL, 0, false, &err), HS_ERANGE,
                 &err, "too far from");
    hs_error_clear(&err);
    assert_fails(hs_chain_bias(&q, NULL, *state, &n, 1, false, &err), HS_ERANGE, &err, "element 1");
    hs_error_clear(&err);
    assert_fails(hs_chain_bias(&q, NULL, *state, &f, 0, false, &err), HS_ERANGE, &err, "s_bias");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(the_product_of_the_scales_is_the_scale_of_the_output),
        T(a_pool_takes_the_largest_of_two_by_two),
        T(float32_rounds_every_step),
        T(what_has_no_scale_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
