/* Training: it learns, is the same with any number of threads, resumes to the same bits, and says
 * what is wrong. Pictures are made here: three classes of bars and noise. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hs_test.h"
#include "nn/prepare.h"
#include "nn/train.h"

enum { N = 230, SIDE = 9 };

static void make_split(struct hs_dataset_split *s, struct hs_arena *arena)
{
    const size_t shape[4] = {N, 1, SIDE, SIDE};
    struct hs_rng rng = hs_rng_seed(8, 1);
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_tensor_new(&s->images, arena, HS_UINT8, 4, shape, &err), &err);
    assert_ok(hs_tensor_new(&s->labels, arena, HS_UINT8, 1, shape, &err), &err);
    for (size_t i = 0; i < N; i++) {
        uint8_t label = (uint8_t)hs_rng_below(&rng, 3);
        size_t at = 1 + hs_rng_below(&rng, SIDE - 2);

        ((uint8_t *)s->labels.data)[i] = label;
        for (size_t y = 0; y < SIDE; y++)
            for (size_t x = 0; x < SIDE; x++) {
                bool bar = label == 0 ? x == at : label == 1 ? y == at : (x + y) % SIDE == at;

                ((uint8_t *)s->images.data)[(i * SIDE + y) * SIDE + x] =
                    (uint8_t)((bar ? 150 : 0) + (int)hs_rng_below(&rng, 100));
            }
    }
}

static void make_net(struct hs_model *m)
{
    const struct hs_layer specs[] = {
        {.class = &hs_layer_conv2d, .name = "conv1", .out = {.c = 6}, .kernel = {3, 3}},
        {.class = &hs_layer_batchnorm, .name = "bn1"},
        {.class = &hs_layer_relu, .name = "relu1"},
        {.class = &hs_layer_maxpool, .name = "pool1", .kernel = {2, 2}},
        {.class = &hs_layer_flatten, .name = "flatten"},
        {.class = &hs_layer_linear, .name = "fc1", .out = {.c = 16}, .has_bias = true},
        {.class = &hs_layer_relu, .name = "relu2"},
        {.class = &hs_layer_linear, .name = "fc2", .out = {.c = 3}, .has_bias = true},
    };

    *m = HS_MODEL_INIT;
    m->arch = "bars";
    m->data = "";
    m->about = hs_value_map();
    m->input = (struct hs_input){.extent = {1, SIDE, SIDE}, .divisor = 255, .std = {1}};
    m->classes = 3;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        assert_int_equal(hs_model_add(m, &specs[i], NULL), HS_OK);
    hs_model_start(m, 2);
}

static struct hs_train_options options(void)
{
    struct hs_train_options o = hs_train_options_default();

    o.epochs = 4;
    o.batch = 32;
    o.lr = 0.05;
    o.crop = 1;
    o.flip = true;
    o.weight_decay = 1e-4;
    o.schedule = HS_ONE_CYCLE;
    return o;
}

static void run(struct hs_trainer *t, size_t steps)
{
    struct hs_error err = HS_ERROR_INIT;

    for (size_t i = 0; i < steps && !hs_trainer_done(t); i++)
        assert_ok(hs_trainer_step(t, &err), &err);
}

static void assert_same_values(const struct hs_model *a, const struct hs_model *b)
{
    struct hs_layer *la, *lb;
    struct hs_param *pa, *pb;

    for (size_t i = 0; hs_model_param(a, i, &la, &pa); i++) {
        assert_true(hs_model_param(b, i, &lb, &pb));
        assert_memory_equal(pa->value.data, pb->value.data,
                            hs_tensor_count(&pa->value) * sizeof(float));
    }
    for (size_t i = 0; i < a->n; i++)
        if (a->layer[i].running_mean.data != NULL)
            assert_memory_equal(a->layer[i].running_var.data, b->layer[i].running_var.data,
                                a->layer[i].in.c * sizeof(float));
}

static void it_learns_with_every_optimizer_and_schedule(void **state)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split;

    (void)state;
    make_split(&split, &arena);
    for (int k = 0; k < 10; k++) {
        struct hs_model m;
        struct hs_trainer *t;
        struct hs_train_options o = options();
        struct hs_error err = HS_ERROR_INIT;
        size_t n;

        make_net(&m);
        o.crop = 0;
        o.flip = false;
        o.epochs = 12;
        o.gamma = 0.8;
        o.optimizer = k % 2 ? HS_ADAM : HS_SGD;
        o.lr = k % 2 ? 0.01 : 0.05;
        o.schedule = (enum hs_schedule)(k / 2);
        o.nesterov = k == 0;
        assert_ok(hs_trainer_new(&t, &m, &split, &o, NULL, &err), &err);
        run(t, SIZE_MAX);
        assert_true(hs_trainer_epochs(t, &n)[0].loss > 0.5);
        assert_int_equal(n, 12);
        if (hs_trainer_epochs(t, &n)[11].accuracy < 0.97)
            fail_msg("optimizer and schedule %d: accuracy %g after 12 epochs", k,
                     hs_trainer_epochs(t, &n)[11].accuracy);
        hs_trainer_free(t);
        hs_model_dispose(&m);
    }
    hs_arena_dispose(&arena);
}

/* A quantized net when `method` is one, else the float one. */
static void make_trainable(struct hs_model *m, const struct hs_dataset_split *split, int method)
{
    struct hs_model net;
    struct hs_qconfig q;
    struct hs_error err = HS_ERROR_INIT;

    make_net(&net);
    if (method < 0) {
        *m = net;
        return;
    }
    assert_ok(hs_qconfig_find(&q, "int8", &err), &err);
    assert_ok(hs_qconfig_bits(&q, 4, 4, false, &err), &err);
    hs_qconfig_method(&q, (enum hs_qat_method)method);
    assert_ok(hs_prepare(m, &net, &q, &err), &err);
    assert_ok(hs_calibrate(m, split, 64, 32, NULL, NULL, NULL, &err), &err);
    hs_model_observe(m, true);
    hs_model_dispose(&net);
}

static void threads_change_no_bit(void **state)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split;

    (void)state;
    make_split(&split, &arena);
    for (int method = -1; method < HS_QAT_METHODS; method++) {
        struct hs_model m[2];

        for (int threads = 1; threads <= 2; threads++) {
            struct hs_pool *pool;
            struct hs_trainer *t;
            struct hs_train_options o = options();
            struct hs_error err = HS_ERROR_INIT;

            make_trainable(&m[threads - 1], &split, method);
            assert_ok(hs_pool_new(&pool, threads, &err), &err);
            assert_ok(hs_trainer_new(&t, &m[threads - 1], &split, &o, pool, &err), &err);
            run(t, 20);
            hs_trainer_free(t);
            hs_pool_free(pool);
        }
        assert_same_values(&m[0], &m[1]);
        hs_model_dispose(&m[0]);
        hs_model_dispose(&m[1]);
    }
    hs_arena_dispose(&arena);
}

/* Stopped after `stop` steps, saved, loaded into a new trainer, run to the end. */
static void resume(struct hs_model *m, const struct hs_dataset_split *split, int method,
                   const struct hs_train_options *o, size_t stop)
{
    char path[] = "/tmp/hs-train-XXXXXX";
    struct hs_trainer *t;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_model first;

    close(mkstemp(path));
    make_trainable(&first, split, method);
    assert_ok(hs_trainer_new(&t, &first, split, o, NULL, &err), &err);
    run(t, stop);
    assert_ok(hs_trainer_save(t, path, &err), &err);
    hs_trainer_free(t);
    hs_model_dispose(&first);
    make_trainable(m, split, method);
    assert_ok(hs_trainer_new(&t, m, split, o, NULL, &err), &err);
    assert_ok(hs_trainer_load(t, path, &err), &err);
    assert_int_equal(hs_trainer_progress(t)->step, stop);
    run(t, SIZE_MAX);
    hs_trainer_free(t);
    unlink(path);
}

/* Where the processor has them: it learns, several threads give the bits of one, and the bits are
 * not those of float32. */
static void products_of_bfloat16_learn_too(void **state)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split;
    struct hs_train_options o = options();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_model m[3];
    size_t n;

    (void)state;
    make_split(&split, &arena);
    for (int k = 0; k < 3; k++) {
        struct hs_pool *pool;
        struct hs_trainer *t;
        enum hs_status st;

        o.bfloat16 = k < 2;
        o.epochs = 12;
        make_net(&m[k]);
        assert_ok(hs_pool_new(&pool, k + 1, &err), &err);
        st = hs_trainer_new(&t, &m[k], &split, &o, pool, &err);
        if (o.bfloat16 && strcmp(hs_kernel_variant("bgemm"), "scalar") == 0) {
            assert_int_equal(st, HS_EINVAL);
            assert_contains(err.text, "no products of bfloat16");
            hs_pool_free(pool);
            hs_model_dispose(&m[k]);
            hs_arena_dispose(&arena);
            return;
        }
        assert_ok(st, &err);
        run(t, SIZE_MAX);
        assert_true(hs_trainer_epochs(t, &n)[11].accuracy > 0.9);
        hs_trainer_free(t);
        hs_pool_free(pool);
    }
    assert_same_values(&m[0], &m[1]);
    assert_memory_not_equal(m[0].layer[0].param[0].value.data, m[2].layer[0].param[0].value.data,
                            16);
    for (int k = 0; k < 3; k++)
        hs_model_dispose(&m[k]);
    hs_arena_dispose(&arena);
}

static void a_checkpoint_resumes_to_the_same_bits(void **state)
{
    static const size_t stops[] = {1, 8, 13, 31};
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split;

    (void)state;
    make_split(&split, &arena);
    for (int k = 0; k < 8; k++) {
        int method = k % 4 == 0   ? -1
                     : k % 4 == 1 ? HS_QAT_STE
                     : k % 4 == 2 ? HS_QAT_LSQ
                                  : HS_QAT_PACT;
        struct hs_train_options o = options();
        struct hs_model whole, again;
        struct hs_trainer *t;
        struct hs_error err = HS_ERROR_INIT;

        o.optimizer = k < 4 ? HS_SGD : HS_ADAM;
        o.lr = k < 4 ? 0.02 : 1e-3;
        make_trainable(&whole, &split, method);
        assert_ok(hs_trainer_new(&t, &whole, &split, &o, NULL, &err), &err);
        run(t, SIZE_MAX);
        hs_trainer_free(t);
        resume(&again, &split, method, &o, stops[k % 4]);
        assert_same_values(&whole, &again);
        hs_model_dispose(&whole);
        hs_model_dispose(&again);
    }
    hs_arena_dispose(&arena);
}

static void another_option_is_refused_by_name(void **state)
{
    char path[] = "/tmp/hs-train-XXXXXX";
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split;
    struct hs_train_options o = options();
    struct hs_model m;
    struct hs_trainer *t;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    close(mkstemp(path));
    make_split(&split, &arena);
    make_net(&m);
    assert_ok(hs_trainer_new(&t, &m, &split, &o, NULL, &err), &err);
    run(t, 2);
    assert_ok(hs_trainer_save(t, path, &err), &err);
    hs_trainer_free(t);
    o.momentum = 0.8;
    assert_ok(hs_trainer_new(&t, &m, &split, &o, NULL, &err), &err);
    assert_fails(hs_trainer_load(t, path, &err), HS_EINVAL, &err, "another momentum");
    hs_trainer_free(t);
    hs_model_dispose(&m);
    unlink(path);
    hs_arena_dispose(&arena);
}

static void a_loss_that_is_no_number_is_named(void **state)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split;
    struct hs_train_options o = options();
    struct hs_model m;
    struct hs_trainer *t;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = HS_OK;

    (void)state;
    make_split(&split, &arena);
    make_net(&m);
    o.lr = 1e30;
    o.schedule = HS_CONSTANT;
    assert_ok(hs_trainer_new(&t, &m, &split, &o, NULL, &err), &err);
    while (st == HS_OK && !hs_trainer_done(t))
        st = hs_trainer_step(t, &err);
    assert_int_equal(st, HS_ERANGE);
    assert_contains(err.text, "at epoch 1, step ");
    assert_contains(err.text, "learning rate below 1e+30");
    hs_trainer_free(t);
    hs_model_dispose(&m);
    hs_arena_dispose(&arena);
}

static void labels_and_pictures_are_checked(void **state)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_dataset_split split;
    struct hs_train_options o = options();
    struct hs_model m;
    struct hs_trainer *t;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    make_split(&split, &arena);
    make_net(&m);
    ((uint8_t *)split.labels.data)[17] = 3;
    assert_fails(hs_trainer_new(&t, &m, &split, &o, NULL, &err), HS_ERANGE, &err,
                 "label 3 of picture 17");
    hs_error_clear(&err);
    split.images.shape[2] = SIDE - 1;
    split.images.stride[1] = (SIDE - 1) * SIDE;
    split.images.stride[0] = (SIDE - 1) * SIDE;
    assert_fails(hs_trainer_new(&t, &m, &split, &o, NULL, &err), HS_ESHAPE, &err,
                 "pictures of 1 x 9 x 9");
    hs_model_dispose(&m);
    hs_arena_dispose(&arena);
}

static void schedules_are_their_formulas(void **state)
{
    struct hs_train_options o = hs_train_options_default();

    (void)state;
    o.lr = 0.4;
    o.gamma = 0.5;
    o.step_every = 2;
    o.schedule = HS_STEP;
    assert_close(hs_schedule_lr(&o, 39, 100, 10), 0.2, 1e-12);
    assert_close(hs_schedule_lr(&o, 40, 100, 10), 0.1, 1e-12);
    o.schedule = HS_EXPONENTIAL;
    assert_close(hs_schedule_lr(&o, 39, 100, 10), 0.05, 1e-12);
    o.schedule = HS_COSINE;
    assert_close(hs_schedule_lr(&o, 50, 100, 10), 0.2, 1e-12);
    o.schedule = HS_ONE_CYCLE;
    o.warm_up = 0.25;
    assert_close(hs_schedule_lr(&o, 0, 100, 10), 0.4 / 25, 1e-12);
    assert_close(hs_schedule_lr(&o, 25, 100, 10), 0.4, 1e-12);
    assert_close(hs_schedule_lr(&o, 100, 100, 10), 0, 1e-12);
}

static void the_loss_is_cross_entropy(void **state)
{
    const float z[6] = {1, 2, 0.5f, -1, 3, 3};
    const uint8_t labels[2] = {1, 2};
    float d[6];
    size_t correct;
    double s0 = exp(1) + exp(2) + exp(0.5), s1 = exp(-1) + 2 * exp(3);
    double want = (log(s0) - 2 + log(s1) - 3) / 2;

    (void)state;
    assert_close(hs_cross_entropy(d, &correct, z, labels, 2, 3, 0), want, 1e-12);
    assert_int_equal(correct, 1); /* the first of equals */
    assert_close((double)d[0], exp(1) / s0 / 2, 1e-7);
    assert_close((double)d[1], (exp(2) / s0 - 1) / 2, 1e-7);
    assert_close((double)d[5], (exp(3) / s1 - 1) / 2, 1e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns_with_every_optimizer_and_schedule),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(products_of_bfloat16_learn_too),
        cmocka_unit_test(a_checkpoint_resumes_to_the_same_bits),
        cmocka_unit_test(another_option_is_refused_by_name),
        cmocka_unit_test(a_loss_that_is_no_number_is_named),
        cmocka_unit_test(labels_and_pictures_are_checked),
        cmocka_unit_test(schedules_are_their_formulas),
        cmocka_unit_test(the_loss_is_cross_entropy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
