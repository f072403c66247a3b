/* QAT gives back what few bits took, whatever the method; the same bits for any number of threads.
 */
#include <string.h>

#include "base/pool.h"
#include "hs_test.h"
#include "nn/evaluate.h"
#include "nn/prepare.h"
#include "nn/train.h"
#include "nn/zoo.h"

static struct hs_error err;

static struct hs_qconfig config(const char *name)
{
    struct hs_qconfig q;

    assert_ok(hs_qconfig_find(&q, name, &err), &err);
    return q;
}

static struct hs_model mlp; /* a little trained */
static struct hs_arena kept;
static struct hs_dataset_split split, test;

static void train(struct hs_model *m, size_t epochs, double lr, struct hs_pool *pool)
{
    struct hs_train_options o = hs_train_options_default();
    struct hs_trainer *t;

    o.epochs = epochs;
    o.batch = 50;
    o.lr = lr;
    o.schedule = HS_COSINE;
    assert_ok(hs_trainer_new(&t, m, &split, &o, pool, &err), &err);
    while (!hs_trainer_done(t))
        assert_ok(hs_trainer_step(t, &err), &err);
    hs_trainer_free(t);
}

static int begin_mlp(void **state)
{
    (void)state;
    assert_ok(hs_dataset_load(&split, &kept, "mnist/small-train", &err), &err);
    assert_ok(hs_dataset_load(&test, &kept, "mnist/small-test", &err), &err);
    assert_ok(hs_zoo_make(&mlp, "mlp", 3, &err), &err);
    train(&mlp, 8, 0.05, NULL);
    return 0;
}

static int end_mlp(void **state)
{
    (void)state;
    hs_model_dispose(&mlp);
    hs_arena_dispose(&kept);
    return 0;
}

static size_t correct(struct hs_model *m)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_evaluation e;

    assert_ok(hs_evaluate_model(&e, &arena, m, &test, NULL, NULL, NULL, &err), &err);
    hs_arena_dispose(&arena);
    return e.correct;
}

static void prepared(struct hs_model *p, enum hs_qat_method method, int bits)
{
    struct hs_qconfig q = config("int8-tensor");

    assert_ok(hs_qconfig_bits(&q, bits, bits, false, &err), &err);
    assert_ok(hs_qconfig_observer(&q, "minmax", "moving_average", &err), &err);
    hs_qconfig_method(&q, method);
    assert_ok(hs_prepare(p, &mlp, &q, &err), &err);
    assert_ok(hs_calibrate(p, &split, 500, 0, NULL, NULL, NULL, &err), &err);
}

static void training_gives_back_what_two_bits_took(void **state)
{
    struct hs_model p;

    (void)state;
    assert_true(correct(&mlp) > 400);
    for (int method = 0; method < HS_QAT_METHODS; method++) {
        size_t ptq;

        /* WRPN's steps of 1 at 2 bits make all weights of a network like this one 0 */
        prepared(&p, (enum hs_qat_method)method, method == HS_QAT_WRPN ? 3 : 2);
        ptq = correct(&p);
        hs_model_observe(&p, true);
        train(&p, 8, 0.02, NULL);
        hs_model_freeze(&p);
        assert_true(correct(&p) > ptq + 25 && correct(&p) > 280);
        hs_model_dispose(&p);
    }
}

static void training_is_the_same_for_any_number_of_threads(void **state)
{
    struct hs_pool *pool;

    (void)state;
    assert_ok(hs_pool_new(&pool, 2, &err), &err);
    for (int method = 0; method < HS_QAT_METHODS; method++) {
        struct hs_model p[2];
        struct hs_layer *l;
        struct hs_param *a, *b;

        for (int k = 0; k < 2; k++) {
            prepared(&p[k], (enum hs_qat_method)method, 4);
            hs_model_observe(&p[k], true);
            train(&p[k], 1, 0.02, k == 0 ? NULL : pool);
        }
        for (size_t i = 0; hs_model_param(&p[0], i, &l, &a); i++) {
            assert_true(hs_model_param(&p[1], i, &l, &b));
            assert_memory_equal(a->value.data, b->value.data,
                                hs_tensor_count(&a->value) * sizeof(float));
        }
        hs_model_dispose(&p[0]);
        hs_model_dispose(&p[1]);
    }
    hs_pool_free(pool);
}

/* Weights and scales are parameters like others; frozen ranges stand still in training. */
static void lsq_learns_its_scales_and_frozen_ranges_stand_still(void **state)
{
    struct hs_model p;
    struct hs_fake *f;
    double scale, input;

    (void)state;
    prepared(&p, HS_QAT_LSQ, 4);
    assert_int_equal(hs_model_params(&p), hs_model_params(&mlp) + 3 + 2); /* fc1-3, relu1-2 */
    f = hs_model_find(&p, "relu1.q")->fake;
    scale = f->qp.scale[0];
    input = hs_model_find(&p, "fc3.q")->fake->qp.scale[0];
    train(&p, 1, 0.02, NULL);
    hs_model_freeze(&p);
    assert_true(f->qp.scale[0] != scale && f->qp.scale[0] > 0);
    assert_true((float)f->qp.scale[0] == *(float *)f->learned.value.data);
    assert_true(hs_model_find(&p, "fc3.q")->fake->qp.scale[0] == input);
    hs_model_dispose(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_gives_back_what_two_bits_took),
        cmocka_unit_test(training_is_the_same_for_any_number_of_threads),
        cmocka_unit_test(lsq_learns_its_scales_and_frozen_ranges_stand_still),
    };

    return cmocka_run_group_tests(tests, begin_mlp, end_mlp);
}
