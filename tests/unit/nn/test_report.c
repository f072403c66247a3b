/* Reports by layer and the sensitivity sweep, on the MLP, a little trained. */
#include <math.h>
#include <string.h>

#include "hs_test.h"
#include "nn/evaluate.h"
#include "nn/train.h"
#include "nn/zoo.h"

struct fixture {
    struct hs_arena arena;
    struct hs_model net, folded, prepared;
    struct hs_dataset_split split;
};

static void begin(struct fixture *f, int bits)
{
    struct hs_qconfig q;
    struct hs_train_options o = hs_train_options_default();
    struct hs_trainer *t;
    struct hs_error err = HS_ERROR_INIT;

    *f = (struct fixture){.net = HS_MODEL_INIT};
    assert_ok(hs_zoo_make(&f->net, "mlp", 3, &err), &err);
    assert_ok(hs_dataset_load(&f->split, &f->arena, "mnist/small-train", &err), &err);
    o.epochs = 4;
    o.batch = 50;
    o.lr = 0.05;
    assert_ok(hs_trainer_new(&t, &f->net, &f->split, &o, NULL, &err), &err);
    while (!hs_trainer_done(t))
        assert_ok(hs_trainer_step(t, &err), &err);
    hs_trainer_free(t);
    assert_ok(hs_qconfig_find(&q, "int8", &err), &err);
    assert_ok(hs_qconfig_bits(&q, bits, bits, false, &err), &err);
    assert_ok(hs_model_fold(&f->folded, &f->net, &err), &err);
    assert_ok(hs_prepare(&f->prepared, &f->net, &q, &err), &err);
    assert_ok(hs_calibrate(&f->prepared, &f->split, 200, 50, NULL, NULL, NULL, &err), &err);
}

static void end(struct fixture *f)
{
    hs_model_dispose(&f->net);
    hs_model_dispose(&f->folded);
    hs_model_dispose(&f->prepared);
    hs_arena_dispose(&f->arena);
}

static void fewer_bits_lose_about_six_decibels_each(void **state)
{
    double last = 0;

    (void)state;
    for (int bits = 8; bits >= 4; bits -= 2) {
        struct fixture f;
        struct hs_program p;
        struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT, .float32 = true};
        struct hs_layer_report *rows;
        struct hs_error err = HS_ERROR_INIT;
        size_t n;

        begin(&f, bits);
        assert_ok(hs_convert(&p, &f.prepared, &r, HS_ROUND_HALF_EVEN, &err), &err);
        assert_ok(hs_report_layers(&rows, &n, &f.arena, &f.folded, &f.prepared, &p, &f.split, 30,
                                   NULL, &err),
                  &err);
        assert_int_equal(n, 3);
        assert_string_equal(rows[0].name, "fc1");
        assert_string_equal(rows[2].name, "fc3");
        assert_int_equal(rows[0].count, 30 * 128);
        if (bits < 8)
            assert_close(last - rows[0].weight_sqnr_db, 12, 2);
        last = rows[0].weight_sqnr_db;
        for (size_t i = 0; i < n; i++) {
            assert_true(rows[i].sqnr_db > 0 && rows[i].sqnr_db < rows[i].weight_sqnr_db + 6);
            assert_true(rows[i].distance_lsb <=
                        (i < 2 ? 1.01 : 8)); /* a tie here and there, carried on */
            assert_true(rows[i].differ * (i < 2 ? 20 : 4) < rows[i].count);
            assert_true(fabs(rows[i].distance - rows[i].distance_lsb * p.step[i].y.scale) < 1e-9);
        }
        hs_program_dispose(&p);
        end(&f);
    }
}

static void a_range_that_is_too_small_is_seen_as_clipping(void **state)
{
    struct fixture f;
    struct hs_program p;
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT, .float32 = true};
    struct hs_layer_report *rows;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_layer *q;
    double low[1] = {0}, high[1];
    struct hs_range range = {.min = low, .max = high, .n = 1, .axis = -1};
    size_t n;

    (void)state;
    begin(&f, 8);
    q = hs_model_find(&f.prepared, "relu2.q");
    high[0] = q->fake->max[0] / 4;
    assert_ok(hs_fake_set_range(q->fake, &range, &err), &err);
    assert_ok(hs_convert(&p, &f.prepared, &r, HS_ROUND_HALF_EVEN, &err), &err);
    assert_ok(hs_report_layers(&rows, &n, &f.arena, &f.folded, &f.prepared, &p, &f.split, 0, NULL,
                               &err),
              &err);
    assert_int_equal(rows[1].count, 1000 * 128);
    assert_true(rows[1].high > 100 && rows[1].low == 0);
    assert_true(rows[1].sqnr_db < rows[0].sqnr_db - 10);
    hs_program_dispose(&p);
    end(&f);
}

struct heard {
    size_t done, total, stop;
};

static bool hear(void *payload, size_t done, size_t total)
{
    struct heard *h = payload;

    assert_int_equal(done, h->done + 1);
    h->done = done;
    h->total = total;
    return done != h->stop;
}

static void the_sweep_finds_the_layer_that_hurts(void **state)
{
    struct fixture f;
    struct hs_sensitivity *rows;
    struct heard heard = {0};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_evaluation e;
    struct hs_layer *l;
    size_t n;

    (void)state;
    begin(&f, 8);
    /* labels: what the float network says, so that it is always right */
    assert_ok(hs_evaluate_model(&e, &f.arena, &f.net, &f.split, NULL, NULL, NULL, &err), &err);
    memcpy(f.split.labels.data, e.answer, e.images);
    l = hs_model_find(&f.prepared, "fc2");
    for (size_t i = 0; i < l->fake->n; i++) /* one code for all of them */
        l->fake->scale[i] = 1e6;
    l->fake->observing = false;
    assert_ok(hs_sensitivity_sweep(&rows, &n, &f.arena, &f.prepared, &f.split, 0, NULL, hear,
                                   &heard, &err),
              &err);
    assert_int_equal(n, 3);
    assert_int_equal(heard.done, 6);
    assert_int_equal(heard.total, 6);
    assert_true(rows[0].only > 0.8 && rows[2].only > 0.8 && rows[1].only < 0.5);
    assert_true(rows[1].without > 0.8 && rows[0].without < 0.5 && rows[2].without < 0.5);
    for (size_t i = 0; i < f.prepared.n; i++)
        if (f.prepared.layer[i].fake != NULL)
            assert_false(f.prepared.layer[i].fake->off);
    heard = (struct heard){.stop = 2};
    assert_fails(hs_sensitivity_sweep(&rows, &n, &f.arena, &f.prepared, &f.split, 0, NULL, hear,
                                      &heard, &err),
                 HS_EINTERRUPTED, &err, "after 2 of 6");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewer_bits_lose_about_six_decibels_each),
        cmocka_unit_test(a_range_that_is_too_small_is_seen_as_clipping),
        cmocka_unit_test(the_sweep_finds_the_layer_that_hurts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
