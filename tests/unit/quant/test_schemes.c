/* Published schemes on numbers worked out by hand. */
#include "hs_test.h"

#include <math.h>

#include "quant/schemes.h"

static struct hs_tensor of(double *x, size_t n)
{
    return hs_tensor_view(x, HS_FLOAT64, 1, &n);
}

static void assert_values(const struct hs_tensor *t, const double *want)
{
    for (size_t i = 0; i < hs_tensor_count(t); i++)
        assert_close(hs_tensor_get(t, i), want[i], 1e-15);
}

/* Two bits: -1, -1/3, 1/3, 1. Zero is no level; 0 is a tie at 1.5, which goes to the even 2. */
static void dorefa_weights_have_no_zero(void **state)
{
    double w[] = {-2, -0.5, 0, 0.5, 2};
    static const double two[] = {-1, -1.0 / 3, 1.0 / 3, 1.0 / 3, 1}, one[] = {-1, -1, 1, 1, 1};
    struct hs_tensor t = of(w, 5), out;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_dorefa_weights(&out, *state, &t, 2, &err), &err);
    assert_values(&out, two);
    assert_ok(hs_dorefa_binary_weights(&out, *state, &t, &err), &err);
    assert_values(&out, one); /* the mean of the sizes is 1 */
}

/* 3 clip(a): 0.5 is the tie 1.5. */
static void activations_are_clipped_to_one(void **state)
{
    double a[] = {-0.2, 0.5, 0.3, 1.7}, dy[] = {1, 2, 3, 4};
    static const double even[] = {0, 2.0 / 3, 1.0 / 3, 1}, floors[] = {0, 1.0 / 3, 0, 1},
                        codes[] = {0, 2, 1, 3}, gradient[] = {0, 2, 3, 0};
    struct hs_tensor t = of(a, 4), upstream = of(dy, 4), out, c;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_dorefa_activations(&out, &c, *state, &t, 2, &err), &err);
    assert_values(&out, even);
    assert_values(&c, codes);
    assert_ok(hs_unit_quantize(&out, NULL, *state, &t, 2, HS_ROUND_FLOOR, &err), &err);
    assert_values(&out, floors);
    assert_ok(hs_unit_clip_grad(&out, *state, &t, &upstream, &err), &err);
    assert_values(&out, gradient);
}

/* alpha 6, two bits: steps of 2. x = alpha belongs to alpha's gradient. */
static void pact_learns_where_it_clips(void **state)
{
    double x[] = {-1, 1, 3.5, 6, 9}, dy[] = {1, 2, 4, 8, 16}, dalpha;
    static const double y[] = {0, 0, 4, 6, 6}, dx[] = {0, 2, 4, 0, 0};
    struct hs_tensor t = of(x, 5), upstream = of(dy, 5), out;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_pact(&out, NULL, NULL, *state, &t, 6, 2, &err), &err);
    assert_values(&out, y);
    assert_ok(hs_pact_grad(&out, &dalpha, *state, &t, 6, &upstream, &err), &err);
    assert_values(&out, dx);
    assert_close(dalpha, 24, 0);
    assert_fails(hs_pact(&out, NULL, NULL, *state, &t, 0, 2, &err), HS_ERANGE, &err, "alpha is 0");
}

/* Two bits are -1, 0, 1: one level less than DoReFa's. */
static void wrpn_weights_keep_zero(void **state)
{
    double w[] = {-3, -0.5, 0.4, 0.6};
    static const double want[] = {-1, 0, 0, 1};
    struct hs_tensor t = of(w, 4), out;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_wrpn_weights(&out, NULL, *state, &t, 2, &err), &err);
    assert_values(&out, want);
    assert_fails(hs_wrpn_weights(&out, NULL, *state, &t, 1, &err), HS_ERANGE, &err, "divide by 0");
}

/* [-1, 3] in 8 bits: factor 63.75, zero point -64 (Distiller subtracts it), codes 0, 64, 255. */
static void range_linear_subtracts_its_zero_point(void **state)
{
    double x[] = {-1, 0, 3}, factor, zero;
    static const double unsigned_codes[] = {0, 64, 255}, signed_codes[] = {-128, -64, 127};
    struct hs_tensor t = of(x, 3), q, back;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_range_linear(&q, &back, &factor, &zero, *state, &t, 8, false, &err), &err);
    assert_values(&q, unsigned_codes);
    assert_close(factor, 63.75, 0);
    assert_close(zero, -64, 0);
    assert_close(hs_tensor_get(&back, 1), 0, 0);
    assert_ok(hs_range_linear(&q, &back, &factor, &zero, *state, &t, 8, true, &err), &err);
    assert_values(&q, signed_codes);
    assert_close(zero, 64, 0);
}

static void symmetric_linear_has_two_factors(void **state)
{
    double x[] = {-4, 1, 4}, factor;
    static const double narrow[] = {-7, 2, 7}, full[] = {-8, 2, 7};
    struct hs_tensor t = of(x, 3), q;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_symmetric_linear(&q, &factor, *state, &t, 4, false, &err), &err);
    assert_values(&q, narrow); /* 7/4 */
    assert_close(factor, 1.75, 0);
    assert_ok(hs_symmetric_linear(&q, &factor, *state, &t, 4, true, &err), &err);
    assert_values(&q, full); /* 7.5/4: -7.5 goes to the even -8 */
    assert_close(factor, 1.875, 0);
}

static void what_a_scheme_cannot_take_is_named(void **state)
{
    double x[] = {0, 1, (double)NAN, -(double)INFINITY};
    struct hs_tensor nan = hs_tensor_view(x, HS_FLOAT64, 2, (size_t[]){1, 3}), zero = of(x, 1),
                     inf = of(x + 3, 1), out;
    struct hs_error err = HS_ERROR_INIT;

    assert_fails(hs_dorefa_weights(&out, *state, &nan, 2, &err), HS_ERANGE, &err,
                 "element [0,2] is NaN");
    hs_error_clear(&err);
    assert_fails(hs_wrpn_weights(&out, NULL, *state, &inf, 2, &err), HS_ERANGE, &err,
                 "element [0] is infinite (-inf); remove it");
    hs_error_clear(&err);
    assert_fails(hs_dorefa_weights(&out, *state, &zero, 2, &err), HS_ERANGE, &err, "0/0");
    hs_error_clear(&err);
    assert_fails(hs_dorefa_activations(&out, NULL, *state, &zero, 17, &err), HS_ERANGE, &err,
                 "1 to 16 bits, not 17");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(dorefa_weights_have_no_zero),
        T(activations_are_clipped_to_one),
        T(pact_learns_where_it_clips),
        T(wrpn_weights_keep_zero),
        T(range_linear_subtracts_its_zero_point),
        T(symmetric_linear_has_two_factors),
        T(what_a_scheme_cannot_take_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
