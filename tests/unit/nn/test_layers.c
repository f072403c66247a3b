/* Forward and backward of every layer: gradients beside finite differences, shapes, threads. */
#include <math.h>
#include <string.h>

#include "hs_test.h"
#include "nn/train.h"
#include "nn/zoo.h"

/* A model of a few layers over pictures, with all that backward has to pass: padding, strides, odd
 * pools, BatchNorm, flatten, two linears. */
static void make_small(struct hs_model *m, bool batchnorm)
{
    const struct hs_layer specs[] = {
        {.class = &hs_layer_conv2d,
         .name = "conv1",
         .out = {.c = 5},
         .kernel = {3, 2},
         .geometry = {.stride = {1, 2}, .padding = {2, 1}, .dilation = {2, 1}},
         .has_bias = true},
        {.class = &hs_layer_batchnorm, .name = "bn1"},
        {.class = &hs_layer_relu, .name = "relu1"},
        {.class = &hs_layer_conv2d,
         .name = "conv2",
         .out = {.c = 4},
         .kernel = {3, 3},
         .geometry = {.padding = {1, 1}}},
        {.class = &hs_layer_maxpool,
         .name = "pool",
         .kernel = {2, 3},
         .geometry = {.stride = {2, 1}}},
        {.class = &hs_layer_flatten, .name = "flatten"},
        {.class = &hs_layer_linear, .name = "fc1", .out = {.c = 7}, .has_bias = true},
        {.class = &hs_layer_relu, .name = "relu2"},
        {.class = &hs_layer_linear, .name = "fc2", .out = {.c = 3}, .has_bias = true},
    };

    *m = HS_MODEL_INIT;
    m->input = (struct hs_input){.extent = {2, 7, 9}, .divisor = 1, .std = {1, 1, 1, 1}};
    m->classes = 3;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        if (batchnorm || specs[i].class != &hs_layer_batchnorm)
            assert_int_equal(hs_model_add(m, &specs[i], NULL), HS_OK);
    hs_model_start(m, 3);
}

enum { N = 11 };

static void fill(struct hs_run *r, uint8_t *labels)
{
    struct hs_rng rng = hs_rng_seed(5, 1);

    for (size_t i = 0; i < N * hs_extent_count(r->model->input.extent); i++)
        r->y[0][i] = (float)hs_rng_normal(&rng);
    for (size_t i = 0; i < N; i++)
        labels[i] = (uint8_t)hs_rng_below(&rng, 3);
}

static double loss_of(struct hs_run *r, const uint8_t *labels)
{
    size_t correct;

    hs_run_forward(r, N, 0, r->model->n, true);
    return hs_cross_entropy(r->dy[r->model->n], &correct, hs_run_output(r), labels, N, 3, 0.1);
}

/* Central differences at a few elements of every parameter. ReLU and pools have corners: a step
 * that crosses one is seen as one-sided slopes that differ, and left out. */
static void check_gradients(bool batchnorm)
{
    struct hs_model m;
    struct hs_run r = HS_RUN_INIT;
    uint8_t labels[N];
    struct hs_layer *layer;
    struct hs_param *p;
    size_t checked = 0, skipped = 0;
    double middle;

    make_small(&m, batchnorm);
    assert_int_equal(hs_run_begin(&r, &m, NULL, N, true, NULL), HS_OK);
    fill(&r, labels);
    middle = loss_of(&r, labels);
    hs_run_backward(&r);
    for (size_t i = 0; hs_model_param(&m, i, &layer, &p); i++) {
        size_t n = hs_tensor_count(&p->value), step = n < 12 ? 1 : n / 12;
        float *w = p->value.data;

        for (size_t k = 0; k < n; k += step) {
            const float kept = w[k], h = 4e-3f;
            double up, down, slope = (double)((float *)p->grad.data)[k];

            w[k] = kept + h;
            up = (loss_of(&r, labels) - middle) / (double)h;
            w[k] = kept - h;
            down = (middle - loss_of(&r, labels)) / (double)h;
            w[k] = kept;
            if (fabs(up - down) > 0.02 * (fabs(up) + fabs(down)) + 2e-3) {
                skipped++;
                continue;
            }
            checked++;
            if (fabs((up + down) / 2 - slope) > 0.01 * fabs(slope) + 1.5e-3)
                fail_msg("%s.%s[%zu]: %.6f by differences, %.6f by backward", layer->name, p->name,
                         k, (up + down) / 2, slope);
        }
    }
    assert_true(checked > 60 && skipped < checked / 2);
    hs_run_dispose(&r);
    hs_model_dispose(&m);
}

static void gradients_are_slopes(void **state)
{
    (void)state;
    check_gradients(false);
}

static void gradients_are_slopes_through_batchnorm(void **state)
{
    (void)state;
    check_gradients(true);
}

/* conv2d and pool beside loops as in a textbook, in double. */
static void forward_is_the_formula(void **state)
{
    struct hs_model m;
    struct hs_run r = HS_RUN_INIT;
    uint8_t labels[N];
    const struct hs_layer *l;
    const float *w, *x, *y;

    (void)state;
    make_small(&m, false);
    assert_int_equal(hs_run_begin(&r, &m, NULL, N, false, NULL), HS_OK);
    fill(&r, labels);
    hs_run_forward(&r, N, 0, m.n, false);
    l = &m.layer[0];
    w = l->param[0].value.data;
    x = r.y[0];
    y = r.y[1];
    assert_int_equal(l->out.h, 7);
    assert_int_equal(l->out.w, 5);
    for (size_t o = 0; o < l->out.c; o++)
        for (size_t i = 0; i < N; i++)
            for (size_t oy = 0; oy < l->out.h; oy++)
                for (size_t ox = 0; ox < l->out.w; ox++) {
                    double sum = (double)((float *)l->param[1].value.data)[o];

                    for (size_t c = 0; c < 2; c++)
                        for (size_t ky = 0; ky < 3; ky++)
                            for (size_t kx = 0; kx < 2; kx++) {
                                size_t iy = oy + 2 * ky - 2, ix = 2 * ox + kx - 1;

                                if (iy < 7 && ix < 9)
                                    sum += (double)x[((c * N + i) * 7 + iy) * 9 + ix] *
                                           (double)w[((o * 2 + c) * 3 + ky) * 2 + kx];
                            }
                    assert_true(fabs(sum - (double)y[((o * N + i) * 7 + oy) * 5 + ox]) < 1e-5);
                }
    hs_run_dispose(&r);
    hs_model_dispose(&m);
}

/* Outputs and gradients after a forward and backward, one behind the other. */
static size_t bits_with(int threads, float *out, size_t most)
{
    struct hs_model m;
    struct hs_run r = HS_RUN_INIT;
    struct hs_pool *pool;
    uint8_t labels[N];
    struct hs_layer *layer;
    struct hs_param *p;
    size_t at = 0;

    make_small(&m, true);
    assert_int_equal(hs_pool_new(&pool, threads, NULL), HS_OK);
    assert_int_equal(hs_run_begin(&r, &m, pool, N, true, NULL), HS_OK);
    fill(&r, labels);
    loss_of(&r, labels);
    hs_run_backward(&r);
    for (size_t i = 0; hs_model_param(&m, i, &layer, &p); i++) {
        size_t n = hs_tensor_count(&p->grad);

        assert_true(at + n <= most);
        memcpy(out + at, p->grad.data, n * sizeof *out);
        at += n;
    }
    memcpy(out + at, hs_run_output(&r), N * 3 * sizeof *out);
    hs_run_dispose(&r);
    hs_pool_free(pool);
    hs_model_dispose(&m);
    return at + N * 3;
}

static void threads_change_no_bit(void **state)
{
    static float one[4096], several[4096];

    (void)state;
    for (int threads = 2; threads <= 5; threads++) {
        size_t n = bits_with(1, one, 4000);

        assert_int_equal(bits_with(threads, several, 4000), n);
        assert_memory_equal(one, several, n * sizeof *one);
    }
}

static void a_layer_that_does_not_fit_is_named(void **state)
{
    struct hs_model m = HS_MODEL_INIT;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    m.input = (struct hs_input){.extent = {3, 8, 8}, .divisor = 1, .std = {1, 1, 1}};
    assert_fails(
        hs_model_add(&m,
                     &(struct hs_layer){.class = &hs_layer_linear, .name = "fc", .out = {.c = 2}},
                     &err),
        HS_ESHAPE, &err, "layer fc multiplies rows");
    hs_error_clear(&err);
    assert_fails(hs_model_add(&m,
                              &(struct hs_layer){.class = &hs_layer_conv2d,
                                                 .name = "c",
                                                 .out = {.c = 2},
                                                 .kernel = {9, 1}},
                              &err),
                 HS_ESHAPE, &err, "layer c: a kernel of 9 x 1 does not fit pictures of 8 x 8");
    hs_error_clear(&err);
    assert_fails(
        hs_model_add(&m,
                     &(struct hs_layer){.class = &hs_layer_maxpool, .name = "p", .kernel = {2, 9}},
                     &err),
        HS_ESHAPE, &err, "layer p");
    hs_model_dispose(&m);
}

static void the_zoo_has_the_networks_of_the_labs(void **state)
{
    static const struct {
        const char *id;
        size_t params, layers;
    } want[] = {{"mlp", 118282, 6},
                {"lab-cnn", 316302, 12},
                {"lab-cnn-no-bias", 316292, 12},
                {"berkeley-cnn", 61770, 12},
                {"vgg8", 3336906, 24}};

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct hs_model m = HS_MODEL_INIT;

        assert_int_equal(hs_zoo_make(&m, want[i].id, 1, NULL), HS_OK);
        assert_int_equal(hs_model_params(&m), want[i].params);
        assert_int_equal(m.n, want[i].layers);
        assert_int_equal(hs_extent_count(m.layer[m.n - 1].out), 10);
        hs_model_dispose(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_slopes),
        cmocka_unit_test(gradients_are_slopes_through_batchnorm),
        cmocka_unit_test(forward_is_the_formula),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(a_layer_that_does_not_fit_is_named),
        cmocka_unit_test(the_zoo_has_the_networks_of_the_labs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
