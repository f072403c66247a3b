/* Fake quantizers: codes and gradients are those of the quant layer's scalar references, ranges
 * move and freeze, learned scales learn and stay above 0. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "hs_test.h"
#include "nn/fake.h"
#include "quant/learnable.h"
#include "quant/schemes.h"

enum { ROWS = 5, LEN = 77, N = ROWS * LEN };

static struct hs_error err;

static struct hs_tensor normal(struct hs_arena *arena, uint64_t seed, double by, double plus)
{
    const size_t shape[2] = {ROWS, LEN};
    struct hs_rng rng = hs_rng_seed(seed, 0);
    struct hs_tensor t;

    assert_ok(hs_tensor_new(&t, arena, HS_FLOAT32, 2, shape, &err), &err);
    for (size_t i = 0; i < N; i++)
        ((float *)t.data)[i] = (float)(hs_rng_normal(&rng) * by * (1 + (double)(i / LEN)) + plus);
    return t;
}

static struct hs_fake_spec spec(enum hs_qat_method method, enum hs_dtype dtype, int bits,
                                enum hs_scheme scheme, int axis)
{
    struct hs_fake_spec s = {.observer = "minmax", .method = method};

    s.config = hs_observer_config_default();
    s.config.axis = axis;
    s.config.options.scheme = scheme;
    s.config.target = (struct hs_qtarget){.dtype = dtype, .bits = bits};
    return s;
}

static struct hs_fake *make(struct hs_arena *arena, struct hs_fake_spec s,
                            const struct hs_tensor *weights)
{
    struct hs_fake *f = NULL;

    assert_ok(hs_fake_new(&f, arena, &s, weights, &err), &err);
    return f;
}

static struct hs_qparams of_range(struct hs_arena *arena, const struct hs_tensor *t,
                                  const struct hs_fake_spec *s)
{
    struct hs_range r;
    struct hs_qparams qp;

    assert_ok(hs_observe_minmax(&r, arena, t, s->config.axis, 0, &s->config.options, &err), &err);
    assert_ok(hs_qparams_from_range(&qp, arena, &r, &s->config.target, &s->config.options, &err),
              &err);
    return qp;
}

/* A quantizer with a range that clips some of `x`. */
static struct hs_fake *clipping(struct hs_arena *arena, struct hs_fake_spec s, double from,
                                double to)
{
    struct hs_fake *f = make(arena, s, NULL);
    struct hs_range r = {.min = &from, .max = &to, .n = 1, .axis = -1};

    assert_ok(hs_fake_set_range(f, &r, &err), &err);
    return f;
}

static void same_floats(const float *got, const struct hs_tensor *want)
{
    for (size_t i = 0; i < N; i++) {
        double w = want->dtype == HS_FLOAT32 ? (double)((const float *)want->data)[i]
                                             : ((const double *)want->data)[i];

        assert_close((double)got[i], w, want->dtype == HS_FLOAT32 ? 0 : 1e-6 * (1 + fabs(w)));
    }
}

static void weights_have_codes_and_gradients_of_the_reference(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor w = normal(arena, 1, 0.1, 0.01), dy = normal(arena, 2, 1, 0), grad, want;

    for (int bits = 2; bits <= 8; bits++)
        for (int axis = -1; axis <= 0; axis++) {
            struct hs_fake_spec s = spec(HS_QAT_STE, HS_INT8, bits, HS_SYMMETRIC, axis);
            struct hs_fake *f = make(arena, s, &w);
            struct hs_qparams qp = of_range(arena, &w, &s);

            hs_fake_weights(f, &w, true);
            assert_int_equal(f->n, axis == 0 ? ROWS : 1);
            assert_ok(hs_fake_quantize(&want, arena, &w, &qp, &err), &err);
            same_floats(f->used.data, &want);
            for (size_t i = 0; i < qp.n; i++) /* and where some are clipped */
                qp.scale[i] = (double)(float)(qp.scale[i] * 0.6);
            assert_ok(hs_fake_set_qparams(f, &qp, &err), &err);
            hs_fake_weights(f, &w, true);
            assert_ok(hs_tensor_copy(&grad, arena, &dy, &err), &err);
            hs_fake_weights_grad(f, &w, &grad);
            assert_ok(hs_fake_quantize(&want, arena, &w, &qp, &err), &err);
            same_floats(f->used.data, &want);
            assert_ok(hs_fake_quantize_grad(&want, arena, &w, &qp, &dy, &err), &err);
            same_floats(grad.data, &want);
            hs_fake_dispose(f);
        }
}

static void activations_have_codes_and_gradients_of_the_reference(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor x = normal(arena, 3, 0.5, 0.4), dy = normal(arena, 4, 1, 0), want;
    float y[N], dx[N];

    for (int bits = 2; bits <= 8; bits++) {
        struct hs_fake *f =
            clipping(arena, spec(HS_QAT_STE, HS_UINT8, bits, HS_AFFINE, -1), -0.7, 1.9);

        hs_fake_activations(f, y, x.data, N, true);
        assert_ok(hs_fake_quantize(&want, arena, &x, &f->qp, &err), &err);
        same_floats(y, &want);
        hs_fake_activations_grad(f, dx, x.data, y, dy.data, N);
        assert_ok(hs_fake_quantize_grad(&want, arena, &x, &f->qp, &dy, &err), &err);
        same_floats(dx, &want);
        hs_fake_dispose(f);
    }
}

static void lsq_gradients_are_those_of_learnable(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor x = normal(arena, 5, 0.4, 0.2), dy = normal(arena, 6, 1, 0.3), want, grad;
    float y[N], dx[N];

    for (int bits = 2; bits <= 8; bits++) {
        struct hs_fake *f =
            clipping(arena, spec(HS_QAT_LSQ, HS_UINT8, bits, HS_AFFINE, -1), -0.6, 1.2);
        struct hs_fake_spec s = spec(HS_QAT_LSQ, HS_INT8, bits, HS_SYMMETRIC, 0);
        struct hs_fake *w = make(arena, s, &x);
        struct hs_qparams qp = of_range(arena, &x, &s);
        double dscale[ROWS], dzero[ROWS];

        hs_fake_activations(f, y, x.data, N, true);
        hs_fake_activations_grad(f, dx, x.data, y, dy.data, N);
        assert_ok(hs_learnable_grad(dscale, dzero, arena, &x, &f->qp, &dy,
                                    hs_learnable_grad_factor(N, f->qp.qmax), &err),
                  &err);
        assert_close((double)*(float *)f->learned.grad.data, dscale[0],
                     2e-5 * (1 + fabs(dscale[0])));
        assert_ok(hs_fake_quantize_grad(&want, arena, &x, &f->qp, &dy, &err), &err);
        same_floats(dx, &want);

        for (size_t i = 0; i < ROWS; i++)
            qp.scale[i] = (double)(float)(qp.scale[i] * 0.5);
        assert_ok(hs_fake_set_qparams(w, &qp, &err), &err);
        hs_fake_weights(w, &x, true);
        assert_ok(hs_tensor_copy(&grad, arena, &dy, &err), &err);
        hs_fake_weights_grad(w, &x, &grad);
        assert_ok(hs_learnable_grad(dscale, dzero, arena, &x, &w->qp, &dy,
                                    hs_learnable_grad_factor(LEN, w->qp.qmax), &err),
                  &err);
        for (size_t i = 0; i < ROWS; i++)
            assert_close((double)((float *)w->learned.grad.data)[i], dscale[i],
                         2e-5 * (1 + fabs(dscale[i])));
        hs_fake_dispose(f);
        hs_fake_dispose(w);
    }
}

/* sum dy y at a learned value `v`. */
static double loss_at(struct hs_fake *f, float v, const struct hs_tensor *x,
                      const struct hs_tensor *dy)
{
    float y[N];
    double sum = 0;

    *(float *)f->learned.value.data = v;
    hs_fake_activations(f, y, x->data, N, true);
    for (size_t i = 0; i < N; i++)
        sum += (double)y[i] * (double)((const float *)dy->data)[i];
    return sum;
}

/* Where every code is clipped the output is a smooth function of the scale. */
static void learned_gradients_of_clipped_values_are_finite_differences(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor x = normal(arena, 7, 0.1, 40), dy = normal(arena, 8, 1, 0.5);
    const enum hs_qat_method methods[] = {HS_QAT_LSQ, HS_QAT_PACT};

    for (int k = 0; k < 2; k++) {
        struct hs_fake *f = clipping(arena, spec(methods[k], HS_UINT8, 4, HS_AFFINE, -1), 0, 3);
        float v = *(float *)f->learned.value.data, y[N], h = v / 64;
        double slope = loss_at(f, v + h, &x, &dy) - loss_at(f, v - h, &x, &dy), factor = 1;

        loss_at(f, v, &x, &dy);
        hs_fake_activations(f, y, x.data, N, true);
        hs_fake_activations_grad(f, NULL, x.data, y, dy.data, N);
        if (methods[k] == HS_QAT_LSQ)
            factor = hs_learnable_grad_factor(N, f->qp.qmax);
        slope = slope / (2 * (double)h) * factor;
        assert_close((double)*(float *)f->learned.grad.data, slope, 1e-4 * fabs(slope));
        hs_fake_dispose(f);
    }
}

static void pact_is_the_paper_s(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor x = normal(arena, 9, 0.5, 0.4), dy = normal(arena, 10, 1, 0), want, clipped;
    struct hs_tensor codes;
    float y[N], dx[N];

    for (int bits = 2; bits <= 8; bits++) {
        struct hs_fake *f =
            clipping(arena, spec(HS_QAT_PACT, HS_UINT8, bits, HS_AFFINE, -1), 0, 1.25);
        double alpha, dalpha;

        hs_fake_activations(f, y, x.data, N, true);
        hs_fake_activations_grad(f, dx, x.data, y, dy.data, N);
        alpha = (double)*(float *)f->learned.value.data;
        assert_close(alpha, 1.25, 1e-6);
        assert_ok(hs_pact(&want, &clipped, &codes, arena, &x, alpha, bits, &err), &err);
        same_floats(y, &want);
        assert_ok(hs_pact_grad(&want, &dalpha, arena, &x, alpha, &dy, &err), &err);
        same_floats(dx, &want);
        assert_close((double)*(float *)f->learned.grad.data, dalpha, 1e-5 * (1 + fabs(dalpha)));
        hs_fake_dispose(f);
    }
}

/* Behind any calibration, observing or frozen: the bits alone say what the codes mean. */
static void dorefa_and_wrpn_activations_are_clipped_to_one(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor x = normal(arena, 11, 0.5, 0.4), dy = normal(arena, 12, 1, 0), want, codes;
    float y[N], dx[N];

    ((float *)x.data)[0] = 0;
    ((float *)x.data)[1] = 1;
    for (int bits = 2; bits <= 8; bits++)
        for (int k = 0; k < 4; k++) {
            enum hs_qat_method method = k % 2 ? HS_QAT_WRPN : HS_QAT_DOREFA;
            struct hs_fake *f = clipping(arena, spec(method, HS_UINT8, bits, HS_AFFINE, -1), -3, 7);

            assert_close(f->qp.scale[0], 1.0 / ((1 << bits) - 1), 1e-12);
            f->observing = k < 2;
            hs_fake_activations(f, y, x.data, N, true);
            hs_fake_activations_grad(f, dx, x.data, y, dy.data, N);
            assert_ok(hs_dorefa_activations(&want, &codes, arena, &x, bits, &err), &err);
            same_floats(y, &want);
            assert_ok(hs_unit_clip_grad(&want, arena, &x, &dy, &err), &err);
            same_floats(dx, &want);
            hs_fake_dispose(f);
        }
}

static double largest_tanh(const struct hs_tensor *w)
{
    double most = 0;

    for (size_t i = 0; i < N; i++)
        most = fmax(most, fabs((double)tanhf(((const float *)w->data)[i])));
    return most;
}

static void dorefa_weights_are_the_paper_s_times_the_largest_tanh(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor w = normal(arena, 13, 0.2, 0.05), dy = normal(arena, 14, 1, 0), want, grad;
    double most = largest_tanh(&w);

    for (int bits = 2; bits <= 8; bits++)
        for (int observing = 0; observing < 2; observing++) {
            struct hs_fake *f =
                make(arena, spec(HS_QAT_DOREFA, HS_INT8, bits, HS_SYMMETRIC, 0), &w);

            f->observing = observing;
            hs_fake_weights(f, &w, true);
            assert_int_equal(f->n, 1);
            assert_ok(hs_dorefa_weights(&want, arena, &w, bits, &err), &err);
            for (size_t i = 0; i < N; i++) { /* codes are odd: s (2 q - (2^k - 1)) */
                double used = (double)((float *)f->used.data)[i], code = used / f->qp.scale[0];

                assert_close(used, most * ((double *)want.data)[i], 2e-6);
                assert_close(fabs(fmod(rint(code), 2)), 1, 0);
                assert_true(fabs(rint(code)) <= (double)f->qp.qmax);
            }
            assert_ok(hs_tensor_copy(&grad, arena, &dy, &err), &err);
            hs_fake_weights_grad(f, &w, &grad);
            assert_ok(hs_dorefa_weights_grad(&want, arena, &w, &dy, &err), &err);
            for (size_t i = 0; i < N; i++)
                assert_close((double)((float *)grad.data)[i], most * ((double *)want.data)[i],
                             1e-5);
            hs_fake_dispose(f);
        }
}

static void wrpn_weights_are_the_paper_s(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor w = normal(arena, 15, 0.4, 0.05), dy = normal(arena, 16, 1, 0), want, codes,
                     grad;

    ((float *)w.data)[0] = 1;
    ((float *)w.data)[1] = 1.01F; /* rounds to a code inside, but the paper clips it */
    for (int bits = 2; bits <= 8; bits++) {
        struct hs_fake *f = make(arena, spec(HS_QAT_WRPN, HS_INT8, bits, HS_SYMMETRIC, -1), &w);

        hs_fake_weights(f, &w, true);
        assert_ok(hs_wrpn_weights(&want, &codes, arena, &w, bits, &err), &err);
        same_floats(f->used.data, &want);
        assert_ok(hs_tensor_copy(&grad, arena, &dy, &err), &err);
        hs_fake_weights_grad(f, &w, &grad);
        assert_ok(hs_wrpn_weights_grad(&want, arena, &w, &dy, &err), &err);
        same_floats(grad.data, &want);
        hs_fake_dispose(f);
    }
}

static void a_learned_scale_stays_above_zero_and_comes_back(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor x = normal(arena, 17, 0.5, 3), dy = normal(arena, 18, 0, -1);
    const enum hs_qat_method methods[] = {HS_QAT_LSQ, HS_QAT_PACT};
    float y[N];

    for (int k = 0; k < 2; k++) {
        struct hs_fake *f = clipping(arena, spec(methods[k], HS_UINT8, 4, HS_AFFINE, -1), 0, 4);
        float *v = f->learned.value.data;

        *v = -0.5F;
        hs_fake_activations(f, y, x.data, N, true);
        assert_true(*v > 0 && f->qp.scale[0] > 0);
        for (size_t i = 0; i < N; i++)
            assert_true(isfinite(y[i]) && fabsf(y[i]) < 1e-6F);
        hs_fake_activations_grad(f, NULL, x.data, y, dy.data, N);
        assert_true(*(float *)f->learned.grad.data < 0); /* downhill is up */
        *v = NAN;
        hs_fake_activations(f, y, x.data, N, true);
        assert_true(*v != *v && f->qp.scale[0] > 0);
        hs_fake_dispose(f);
    }
}

static void a_learned_scale_of_powers_of_two_stays_one(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor w = normal(arena, 19, 0.1, 0);
    struct hs_fake *f = make(arena, spec(HS_QAT_LSQ, HS_INT8, 4, HS_POWER_OF_TWO, -1), &w);
    int exponent;

    hs_fake_weights(f, &w, true);
    *(float *)f->learned.value.data = 0.0367F;
    hs_fake_weights(f, &w, true);
    assert_true(f->qp.scale[0] == 0.03125);
    *(float *)f->learned.value.data = 0.0531F;
    hs_fake_weights(f, &w, true);
    assert_true(frexp(f->qp.scale[0], &exponent) == 0.5 && f->qp.scale[0] == 0.0625);
    hs_fake_dispose(f);
}

static void the_range_moves_until_it_is_frozen(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_fake_spec s = spec(HS_QAT_STE, HS_UINT8, 8, HS_AFFINE, -1);
    float a[2] = {-1, 3}, b[2] = {-2, 1}, y[2];
    struct hs_fake *f;

    s.config.averaging_constant = 0.25;
    for (int k = 0; k < 2; k++) {
        s.observer = k == 0 ? "moving_average" : "minmax";
        f = make(arena, s, NULL);
        hs_fake_activations(f, y, a, 2, false);
        assert_memory_equal(y, a, sizeof a); /* no range yet, and evaluation makes none */
        assert_int_equal(f->seen, 0);
        hs_fake_activations(f, y, a, 2, true);
        hs_fake_activations(f, y, b, 2, true);
        assert_int_equal(f->seen, 2);
        assert_close(f->min[0], k == 0 ? -1.25 : -2, 0);
        assert_close(f->max[0], k == 0 ? 2.5 : 3, 0);
        assert_close(f->qp.scale[0], (f->max[0] - f->min[0]) / 255, 1e-8);
        f->observing = false;
        hs_fake_activations(f, y, a, 2, true);
        assert_int_equal(f->seen, 2);
        f->off = true;
        hs_fake_activations(f, y, a, 2, true);
        assert_memory_equal(y, a, sizeof a);
        hs_fake_dispose(f);
    }
}

static void the_range_of_weights_follows_them_until_it_is_frozen(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_tensor w = normal(arena, 20, 0.1, 0);
    struct hs_fake *f = make(arena, spec(HS_QAT_STE, HS_INT8, 4, HS_SYMMETRIC, 0), &w);
    double before;

    hs_fake_weights(f, &w, true);
    before = f->qp.scale[0];
    for (size_t i = 0; i < N; i++)
        ((float *)w.data)[i] *= 2;
    hs_fake_weights(f, &w, true);
    assert_close(f->qp.scale[0], 2 * before, 1e-9);
    f->observing = false;
    for (size_t i = 0; i < N; i++)
        ((float *)w.data)[i] *= 2;
    hs_fake_weights(f, &w, true);
    assert_close(f->qp.scale[0], 2 * before, 1e-9);
    f->observing = true;
    ((float *)w.data)[3] = NAN; /* the old range stays */
    hs_fake_weights(f, &w, true);
    assert_close(f->qp.scale[0], 2 * before, 1e-9);
    f->off = true;
    hs_fake_weights(f, &w, true);
    assert_memory_equal(f->used.data, w.data, N * sizeof(float));
    hs_fake_dispose(f);
}

static void what_networks_do_not_take_is_refused(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_fake_spec s = spec(HS_QAT_STE, HS_INT16, 9, HS_SYMMETRIC, -1);
    double scale = 0.5, zero_scale = 0;
    int64_t zero = 0, far = 300;
    struct hs_qparams qp = {.scale = &scale, .zero_point = &zero, .n = 2, .qmax = 255};
    struct hs_fake *f;

    hs_error_clear(&err);
    assert_fails(hs_fake_new(&f, arena, &s, NULL, &err), HS_EINVAL, &err, "9 bits");
    s = spec(HS_QAT_STE, HS_INT8, 8, HS_SYMMETRIC, 1);
    hs_error_clear(&err);
    assert_fails(hs_fake_new(&f, arena, &s, NULL, &err), HS_EINVAL, &err, "axis 0");
    f = make(arena, spec(HS_QAT_STE, HS_UINT8, 8, HS_AFFINE, -1), NULL);
    hs_error_clear(&err);
    assert_fails(hs_fake_set_qparams(f, &qp, &err), HS_ESHAPE, &err, "2 scales");
    qp.n = 1;
    qp.zero_point = &far;
    hs_error_clear(&err);
    assert_fails(hs_fake_set_qparams(f, &qp, &err), HS_ERANGE, &err, "zero point 300");
    qp.zero_point = &zero;
    qp.scale = &zero_scale;
    hs_error_clear(&err);
    assert_fails(hs_fake_set_qparams(f, &qp, &err), HS_ERANGE, &err, "above 0");
    hs_fake_dispose(f);
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(weights_have_codes_and_gradients_of_the_reference),
        IN_ARENA(activations_have_codes_and_gradients_of_the_reference),
        IN_ARENA(lsq_gradients_are_those_of_learnable),
        IN_ARENA(learned_gradients_of_clipped_values_are_finite_differences),
        IN_ARENA(pact_is_the_paper_s),
        IN_ARENA(dorefa_and_wrpn_activations_are_clipped_to_one),
        IN_ARENA(dorefa_weights_are_the_paper_s_times_the_largest_tanh),
        IN_ARENA(wrpn_weights_are_the_paper_s),
        IN_ARENA(a_learned_scale_stays_above_zero_and_comes_back),
        IN_ARENA(a_learned_scale_of_powers_of_two_stays_one),
        IN_ARENA(the_range_moves_until_it_is_frozen),
        IN_ARENA(the_range_of_weights_follows_them_until_it_is_frozen),
        IN_ARENA(what_networks_do_not_take_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
