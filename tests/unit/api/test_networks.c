/* Networks of the library beside sums written out here, and training through it. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "halfstep.h"
#include "hs_test.h"

enum { IN = 2 * 6 * 5, C1 = 3, HIDDEN = 4, OUT = 3, N = 7 };

static int8_t w1[C1 * 2 * 9], w2[HIDDEN * C1 * 6], w3[OUT * HIDDEN];
static int32_t b1[C1] = {300, -200, 50}, b2[HIDDEN] = {-150, -50, 50, 150}, b3[OUT] = {0, 50, 100};
static const float s1[C1] = {0.01f, 0.02f, 0.03f}, s2[1] = {0.02f},
                   s3[OUT] = {0.005f, 0.01f, 0.015f};

static void make(struct hs_net_layer *l)
{
    struct hs_rng rng = hs_rng_seed(3, 9);
    int8_t *const w[3] = {w1, w2, w3};
    const size_t sizes[3] = {sizeof w1, sizeof w2, sizeof w3};

    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < sizes[k]; i++)
            w[k][i] = (int8_t)((int)hs_rng_below(&rng, 255) - 127);
    l[0] = (struct hs_net_layer){w1, b1, s1, 1, C1, 3, 1, 2, 0.05f, 9, 1};
    l[1] = (struct hs_net_layer){w2, b2, s2, 0, HIDDEN, 0, 0, 0, 0.3f, 120, 0};
    l[2] = (struct hs_net_layer){w3, b3, s3, 1, OUT, 0, 0, 0, 0, 0, 0};
}

static int clamp(double v)
{
    return v < 0 ? 0 : v > 255 ? 255 : (int)v;
}

static int code(int32_t acc, double multiplier, int z, int relu)
{
    double q = (double)rintf((float)acc * (float)multiplier);

    return clamp((relu && q < 0 ? 0 : q) + z);
}

/* Code of the convolution at (o, y, x), before the pool. */
static int conv_code(const int *x, int o, int y, int xx)
{
    int32_t acc = b1[o];

    for (int k = 0; k < 18; k++) {
        int r = y + k / 3 % 3 - 1, c = xx + k % 3 - 1;

        if (r >= 0 && r < 6 && c >= 0 && c < 5)
            acc += w1[o * 18 + k] * (x[(k / 9 * 6 + r) * 5 + c] - 128);
    }
    return code(acc, (double)s1[o] * (double)0.02f / (double)0.05f, 9, 1);
}

static void by_hand(const float *picture, float *logits)
{
    int x[IN], pooled[C1 * 6], hidden[HIDDEN];

    for (int i = 0; i < IN; i++)
        x[i] = clamp((double)rintf(picture[i] / 0.02f) + 128);
    for (int p = 0; p < C1 * 6; p++) {
        pooled[p] = 0;
        for (int k = 0; k < 4; k++) {
            int q = conv_code(x, p / 6, p % 6 / 2 * 2 + k / 2, p % 2 * 2 + k % 2);

            pooled[p] = q > pooled[p] ? q : pooled[p];
        }
    }
    for (int j = 0; j < HIDDEN; j++) {
        int32_t acc = b2[j];

        for (int i = 0; i < C1 * 6; i++)
            acc += w2[j * C1 * 6 + i] * (pooled[i] - 9);
        hidden[j] = code(acc, (double)s2[0] * (double)0.05f / (double)0.3f, 120, 0);
    }
    for (int j = 0; j < OUT; j++) {
        int32_t acc = b3[j];

        for (int i = 0; i < HIDDEN; i++)
            acc += w3[j * HIDDEN + i] * (hidden[i] - 120);
        logits[j] = (float)acc * (float)((double)0.3f * (double)s3[j]);
    }
}

static void a_network_is_its_formula(void **state)
{
    struct hs_net_layer layers[3];
    struct hs_rng rng = hs_rng_seed(4, 4);
    struct hs_net *net;
    float x[N * IN], logits[N * OUT], want[OUT];

    (void)state;
    make(layers);
    for (int i = 0; i < N * IN; i++)
        x[i] = (float)(4 * hs_rng_uniform(&rng) - 2);
    for (size_t batch = 0; batch < 4; batch++) {
        assert_int_equal(hs_net_new(&net, 2, 6, 5, 0.02f, 128, layers, 3, batch), 0);
        assert_int_equal(hs_net_run(net, x, N, logits), 0);
        for (int i = 0; i < N; i++) {
            by_hand(x + i * IN, want);
            assert_memory_equal(want, logits + i * OUT, sizeof want);
        }
        hs_net_free(net);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    struct hs_net_layer layers[3];
    struct hs_net *net;

    (void)state;
    make(layers);
    layers[0].scale = 0;
    assert_int_not_equal(hs_net_new(&net, 2, 6, 5, 0.02f, 128, layers, 3, 0), 0);
    assert_contains(hs_message(), "layer 0 has scale 0");
    assert_null(net);
    layers[0].scale = 1;
    layers[0].kernel = 9;
    assert_int_not_equal(hs_net_new(&net, 2, 6, 5, 0.02f, 128, layers, 3, 0), 0);
    assert_contains(hs_message(), "layer 0: a kernel of 9 x 9 does not fit 6 x 5");
    assert_int_not_equal(hs_net_new(&net, 2, 6, 5, 0.02f, 128, layers, 0, 0), 0);
    assert_contains(hs_message(), "at least one layer");
}

/* Which half of the picture is bright. */
static void a_training_learns_in_float_and_quantized(void **state)
{
    enum { PICTURES = 300 };
    static float x[PICTURES * 784];
    static uint8_t labels[PICTURES];
    struct hs_rng rng = hs_rng_seed(2, 7);

    (void)state;
    for (int i = 0; i < PICTURES; i++) {
        labels[i] = (uint8_t)hs_rng_below(&rng, 2);
        for (int k = 0; k < 784; k++)
            x[i * 784 + k] = (float)(hs_rng_uniform(&rng) * ((k < 392) == labels[i] ? 1 : 0.4));
    }
    for (int qat = 0; qat < 2; qat++) {
        struct hs_training_options o = {50, 1, 0.1f, 0, qat, 0, 1};
        struct hs_training *t;
        double before, after;

        assert_int_equal(hs_training_new(&t, "mlp", x, labels, PICTURES, &o), 0);
        assert_int_equal(hs_training_steps(t, 1), 0);
        assert_int_equal(hs_training_accuracy(t, x, labels, PICTURES, &before), 0);
        assert_int_equal(hs_training_steps(t, 200), 0);
        assert_int_equal(hs_training_accuracy(t, x, labels, PICTURES, &after), 0);
        assert_true(after > 0.97 && after > before);
        hs_training_free(t);
        o.batch = 0;
        assert_int_not_equal(hs_training_new(&t, "mlp", x, labels, PICTURES, &o), 0);
        o.batch = 50;
        assert_int_not_equal(hs_training_new(&t, "mpl", x, labels, PICTURES, &o), 0);
        assert_contains(hs_message(), "no network \"mpl\"");
        assert_null(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_is_its_formula),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(a_training_learns_in_float_and_quantized),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
