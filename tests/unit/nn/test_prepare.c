/* From float to quantizers in place: folding, calibration by every observer, bias correction,
 * equalization. */
#include <math.h>
#include <string.h>

#include "base/pool.h"
#include "base/rng.h"
#include "hs_test.h"
#include "nn/prepare.h"

enum { N = 60, SIDE = 9 };

static struct hs_error err;

static struct hs_dataset_split noise(struct hs_arena *arena)
{
    const size_t shape[4] = {N, 1, SIDE, SIDE};
    struct hs_rng rng = hs_rng_seed(4, 1);
    struct hs_dataset_split s;

    assert_ok(hs_tensor_new(&s.images, arena, HS_UINT8, 4, shape, &err), &err);
    assert_ok(hs_tensor_new(&s.labels, arena, HS_UINT8, 1, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&s.images); i++)
        ((uint8_t *)s.images.data)[i] = (uint8_t)hs_rng_below(&rng, 256);
    return s;
}

/* conv - bn - relu - pool - conv - bn - relu - flatten - linear - relu - linear */
static void make_net(struct hs_model *m)
{
    const struct hs_layer specs[] = {
        {.class = &hs_layer_conv2d, .name = "conv1", .out = {.c = 6}, .kernel = {3, 3}},
        {.class = &hs_layer_batchnorm, .name = "bn1"},
        {.class = &hs_layer_relu, .name = "relu1"},
        {.class = &hs_layer_maxpool, .name = "pool1", .kernel = {2, 2}},
        {.class = &hs_layer_conv2d,
         .name = "conv2",
         .out = {.c = 4},
         .kernel = {2, 2},
         .has_bias = true},
        {.class = &hs_layer_batchnorm, .name = "bn2"},
        {.class = &hs_layer_relu, .name = "relu2"},
        {.class = &hs_layer_flatten, .name = "flatten"},
        {.class = &hs_layer_linear, .name = "fc1", .out = {.c = 12}, .has_bias = true},
        {.class = &hs_layer_relu, .name = "relu3"},
        {.class = &hs_layer_linear, .name = "fc2", .out = {.c = 3}, .has_bias = true},
    };

    *m = HS_MODEL_INIT;
    m->arch = "small";
    m->data = "";
    m->about = hs_value_map();
    m->input = (struct hs_input){.extent = {1, SIDE, SIDE}, .divisor = 255, .std = {1}};
    m->classes = 3;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        assert_ok(hs_model_add(m, &specs[i], &err), &err);
    hs_model_start(m, 2);
}

/* Statistics and factors that are not 1 and 0, one factor negative. */
static void disturb(struct hs_model *m)
{
    struct hs_rng rng = hs_rng_seed(9, 9);

    for (size_t i = 0; i < m->n; i++) {
        struct hs_layer *l = &m->layer[i];

        if (l->class != &hs_layer_batchnorm)
            continue;
        for (size_t c = 0; c < l->in.c; c++) {
            ((float *)l->param[0].value.data)[c] = (float)(hs_rng_uniform(&rng) * 2 - 0.3);
            ((float *)l->param[1].value.data)[c] = (float)(hs_rng_uniform(&rng) - 0.2);
            ((float *)l->running_mean.data)[c] = (float)(hs_rng_uniform(&rng) - 0.5);
            ((float *)l->running_var.data)[c] = (float)(0.1 + hs_rng_uniform(&rng));
        }
    }
}

static struct hs_tensor logits(struct hs_arena *arena, struct hs_model *m,
                               const struct hs_dataset_split *s)
{
    struct hs_run run;
    struct hs_tensor t;

    assert_ok(hs_run_begin(&run, m, NULL, N, false, &err), &err);
    hs_input_fill(run.y[0], &m->input, &s->images, NULL, N);
    hs_run_forward(&run, N, 0, m->n, false);
    assert_ok(hs_run_tensor(&t, arena, &run, (int)m->n - 1, &err), &err);
    hs_run_dispose(&run);
    return t;
}

static void assert_near(const struct hs_tensor *a, const struct hs_tensor *b, double tolerance)
{
    assert_int_equal(hs_tensor_count(a), hs_tensor_count(b));
    for (size_t i = 0; i < hs_tensor_count(a); i++)
        assert_close((double)((float *)a->data)[i], (double)((float *)b->data)[i], tolerance);
}

static void folding_keeps_the_function_of_evaluation(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_dataset_split s = noise(arena);
    struct hs_model m, folded;
    struct hs_tensor before, behind;

    make_net(&m);
    disturb(&m);
    assert_ok(hs_model_fold(&folded, &m, &err), &err);
    assert_int_equal(folded.n, m.n - 2);
    assert_null(hs_model_find(&folded, "bn1"));
    assert_true(hs_model_find(&folded, "conv1")->has_bias);
    before = logits(arena, &m, &s);
    behind = logits(arena, &folded, &s);
    assert_near(&before, &behind, 2e-5);
    hs_model_dispose(&folded);
    hs_model_dispose(&m);
}

static void a_batchnorm_behind_something_else_is_named(void **state)
{
    struct hs_model m, folded;

    (void)state;
    make_net(&m);
    m.layer[1].class = &hs_layer_relu; /* bn1 becomes one; relu1 a BatchNorm behind it */
    m.layer[2].class = &hs_layer_batchnorm;
    hs_error_clear(&err);
    assert_fails(hs_model_fold(&folded, &m, &err), HS_EINVAL, &err, "relu1 stands behind no");
    m.layer[1].class = &hs_layer_batchnorm;
    m.layer[2].class = &hs_layer_relu;
    hs_model_dispose(&m);
}

static struct hs_qconfig config(const char *name)
{
    struct hs_qconfig q;

    assert_ok(hs_qconfig_find(&q, name, &err), &err);
    return q;
}

static void quantizers_stand_where_the_picture_shows(void **state)
{
    static const char *const names[] = {"input.q", "conv1",   "relu1",   "relu1.q", "pool1",
                                        "conv2",   "relu2",   "relu2.q", "flatten", "fc1",
                                        "relu3",   "relu3.q", "fc2",     "fc2.q"};
    struct hs_model m, p;
    struct hs_qconfig q = config("int8");

    (void)state;
    make_net(&m);
    for (int sums = 0; sums < 2; sums++) {
        q.sums = sums;
        assert_ok(hs_prepare(&p, &m, &q, &err), &err);
        assert_int_equal(p.n, 14 - sums);
        for (size_t i = 0; i < p.n; i++)
            assert_string_equal(p.layer[i].name, names[i]);
        assert_int_equal(hs_model_find(&p, "conv2")->fake->n, 4);
        assert_true(hs_model_is_prepared(&p) && !hs_model_is_prepared(&m));
        hs_error_clear(&err);
        assert_fails(hs_prepare(&p, &p, &q, &err), HS_EINVAL, &err, "already");
        hs_model_dispose(&p);
    }
    assert_ok(hs_qconfig_bits(&q, 4, 32, true, &err), &err);
    assert_ok(hs_prepare(&p, &m, &q, &err), &err);
    assert_int_equal(p.n, 9); /* weights only */
    assert_int_equal(hs_model_find(&p, "fc2")->fake->spec.config.target.bits, 4);
    hs_model_dispose(&p);
    hs_model_dispose(&m);
}

/* What stands before each activation quantizer, in float. */
static struct hs_tensor float_input(struct hs_arena *arena, struct hs_model *folded,
                                    const struct hs_dataset_split *s, const char *quantizer)
{
    char name[32];
    struct hs_run run;
    struct hs_tensor t;
    int at = -1;

    snprintf(name, sizeof name, "%.*s", (int)strlen(quantizer) - 2, quantizer);
    for (size_t i = 0; i < folded->n; i++)
        at = strcmp(folded->layer[i].name, name) == 0 ? (int)i : at;
    assert_ok(hs_run_begin(&run, folded, NULL, N, false, &err), &err);
    hs_input_fill(run.y[0], &folded->input, &s->images, NULL, N);
    hs_run_forward(&run, N, 0, folded->n, false);
    assert_ok(hs_run_tensor(&t, arena, &run, at, &err), &err);
    hs_run_dispose(&run);
    return t;
}

static void check_ranges(struct hs_arena *arena, struct hs_model *folded, struct hs_model *p,
                         const struct hs_dataset_split *s)
{
    for (size_t i = 0; i < p->n; i++) {
        struct hs_layer *l = &p->layer[i];
        const struct hs_tensor *one;
        struct hs_tensor x;
        struct hs_range want;

        if (l->fake == NULL)
            continue;
        x = l->fake->weights ? l->param[0].value : float_input(arena, folded, s, l->name);
        one = &x;
        assert_ok(hs_observe(&want, arena, l->fake->spec.observer, &one, 1, &l->fake->spec.config,
                             &err),
                  &err);
        assert_int_equal(want.n, l->fake->n);
        for (size_t c = 0; c < want.n; c++) {
            assert_close(l->fake->min[c], want.min[c], 1e-6 * (1 + fabs(want.min[c])));
            assert_close(l->fake->max[c], want.max[c], 1e-6 * (1 + fabs(want.max[c])));
        }
        assert_false(l->fake->observing);
        assert_false(l->fake->off);
    }
}

static void every_observer_calibrates_by_the_float_network(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_dataset_split s = noise(arena);
    const struct hs_observer *const *all;
    struct hs_model m, folded, p;
    size_t n;

    make_net(&m);
    disturb(&m);
    assert_ok(hs_model_fold(&folded, &m, &err), &err);
    all = hs_observers(&n);
    for (size_t i = 0; i < n; i++) {
        struct hs_qconfig q = config(i % 2 ? "int8" : "int8-tensor");

        assert_ok(hs_qconfig_observer(&q, all[n - 1 - i]->id, all[i]->id, &err), &err);
        q.input.observer = all[i]->id;
        assert_ok(hs_prepare(&p, &m, &q, &err), &err);
        assert_ok(hs_calibrate(&p, &s, N, N, NULL, NULL, NULL, &err), &err);
        check_ranges(arena, &folded, &p, &s);
        hs_model_dispose(&p);
    }
    hs_model_dispose(&folded);
    hs_model_dispose(&m);
}

static void every_qconfig_gives_nearly_the_float_network(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_dataset_split s = noise(arena);
    struct hs_tensor want, got;
    const char *name, *help;
    struct hs_model m, p;

    make_net(&m);
    want = logits(arena, &m, &s);
    for (size_t i = 0; hs_qconfig_row(i, &name, &help); i++) {
        struct hs_qconfig q = config(name);
        double noise_power = 0, power = 0;

        assert_ok(hs_prepare(&p, &m, &q, &err), &err);
        assert_ok(hs_calibrate(&p, &s, N, 16, NULL, NULL, NULL, &err), &err);
        got = logits(arena, &p, &s);
        for (size_t k = 0; k < hs_tensor_count(&want); k++) {
            double w = (double)((float *)want.data)[k], d = (double)((float *)got.data)[k] - w;

            noise_power += d * d;
            power += w * w;
        }
        assert_true(10 * log10(power / noise_power) > (strcmp(name, "pow2") == 0 ? 15 : 28));
        hs_model_dispose(&p);
    }
    hs_model_dispose(&m);
}

static void hear(void *payload, size_t done, size_t total)
{
    assert_int_equal(total, 50);
    assert_true(done > *(size_t *)payload && done <= total);
    *(size_t *)payload = done;
}

static void calibration_is_the_same_for_any_number_of_threads(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_dataset_split s = noise(arena);
    struct hs_tensor out[2];
    struct hs_pool *pool;
    struct hs_model m;
    struct hs_qconfig q = config("int8");

    make_net(&m);
    assert_ok(hs_pool_new(&pool, 2, &err), &err);
    for (int k = 0; k < 2; k++) {
        struct hs_model p;
        size_t heard = 0;

        assert_ok(hs_prepare(&p, &m, &q, &err), &err);
        assert_ok(hs_calibrate(&p, &s, 50, 16, k ? pool : NULL, hear, &heard, &err), &err);
        assert_int_equal(heard, 50);
        assert_ok(hs_bias_correct(&p, &s, 50, k ? pool : NULL, &err), &err);
        out[k] = logits(arena, &p, &s);
        hs_model_dispose(&p);
    }
    assert_memory_equal(out[0].data, out[1].data, hs_tensor_count(&out[0]) * sizeof(float));
    hs_pool_free(pool);
    hs_error_clear(&err);
    assert_fails(hs_calibrate(&m, &s, 0, 0, NULL, NULL, NULL, &err), HS_EINVAL, &err,
                 "no quantizers");
    hs_model_dispose(&m);
}

/* Mean of what fc1 gives, by channel, with what stands before it quantized. */
static void means_of_fc1(double *mean, struct hs_model *p, const struct hs_dataset_split *s)
{
    struct hs_run run;
    size_t at = 0;

    for (size_t i = 0; i < p->n; i++)
        at = strcmp(p->layer[i].name, "fc1") == 0 ? i : at;
    assert_ok(hs_run_begin(&run, p, NULL, N, false, &err), &err);
    hs_input_fill(run.y[0], &p->input, &s->images, NULL, N);
    hs_run_forward(&run, N, 0, at + 1, false);
    for (size_t c = 0; c < 12; c++) {
        mean[c] = 0;
        for (size_t i = 0; i < N; i++)
            mean[c] += (double)run.y[at + 1][i * 12 + c] / N;
    }
    hs_run_dispose(&run);
}

static void bias_correction_takes_the_mean_error_away(void **state)
{
    struct hs_dataset_split s = noise(*state);
    struct hs_model m, p;
    struct hs_qconfig q = config("int8-tensor");
    double with[12], without[12], before = 0, behind = 0, bias[12];
    struct hs_layer *fc1;

    make_net(&m);
    assert_ok(hs_qconfig_bits(&q, 3, 8, false, &err), &err);
    assert_ok(hs_prepare(&p, &m, &q, &err), &err);
    assert_ok(hs_calibrate(&p, &s, N, 0, NULL, NULL, NULL, &err), &err);
    fc1 = hs_model_find(&p, "fc1");
    for (int round = 0; round < 2; round++) {
        double *sum = round == 0 ? &before : &behind;
        float *b = fc1->param[1].value.data;

        means_of_fc1(with, &p, &s);
        if (round == 1) /* against the float weights and the bias as it was */
            for (size_t c = 0; c < 12; c++) {
                double now = (double)b[c];

                b[c] = (float)bias[c];
                bias[c] = now;
            }
        fc1->fake->off = true;
        means_of_fc1(without, &p, &s);
        fc1->fake->off = false;
        for (size_t c = 0; c < 12; c++) {
            *sum += fabs(with[c] - without[c]);
            bias[c] = (double)b[c];
        }
        if (round == 0)
            assert_ok(hs_bias_correct(&p, &s, N, NULL, &err), &err);
    }
    assert_true(before > 0.05);
    assert_close(behind, 0, 1e-5);
    hs_model_dispose(&p);
    hs_model_dispose(&m);
}

static double largest(const struct hs_layer *l, size_t row)
{
    size_t len = hs_tensor_count(&l->param[0].value) / l->out.c;
    double most = 0;

    for (size_t i = 0; i < len; i++)
        most = fmax(most, fabs((double)((float *)l->param[0].value.data)[row * len + i]));
    return most;
}

static void equalization_keeps_the_function_and_evens_the_channels(void **state)
{
    struct hs_arena *arena = *state;
    struct hs_dataset_split s = noise(arena);
    struct hs_model m, folded, p;
    struct hs_tensor before, behind;
    struct hs_qconfig q = config("int8-tensor");
    struct hs_layer *fc1, *fc2;
    size_t pairs;

    make_net(&m);
    disturb(&m);
    assert_ok(hs_model_fold(&folded, &m, &err), &err);
    before = logits(arena, &folded, &s);
    assert_ok(hs_equalize(&folded, 60, &pairs, &err), &err);
    assert_int_equal(pairs, 3);
    behind = logits(arena, &folded, &s);
    assert_near(&before, &behind, 5e-5);
    fc1 = hs_model_find(&folded, "fc1");
    fc2 = hs_model_find(&folded, "fc2");
    for (size_t c = 0; c < 12; c++) {
        double in = 0, out = largest(fc1, c);

        for (size_t r = 0; r < 3; r++)
            in = fmax(in, fabs((double)((float *)fc2->param[0].value.data)[r * 12 + c]));
        assert_close(in / out, 1, 0.01);
    }
    assert_ok(hs_prepare(&p, &folded, &q, &err), &err);
    hs_error_clear(&err);
    assert_fails(hs_equalize(&p, 1, NULL, &err), HS_EINVAL, &err, "before quantizers");
    hs_model_dispose(&p);
    hs_model_dispose(&folded);
    hs_model_dispose(&m);
}

static void what_is_not_known_is_listed(void **state)
{
    struct hs_qconfig q = config("int8");

    (void)state;
    hs_error_clear(&err);
    assert_fails(hs_qconfig_find(&q, "int3", &err), HS_ENOTFOUND, &err, "int8-tensor, torch, pow2");
    hs_error_clear(&err);
    assert_fails(hs_qconfig_observer(&q, NULL, "best", &err), HS_ENOTFOUND, &err, "histogram");
    hs_error_clear(&err);
    assert_fails(hs_qconfig_bits(&q, 9, 8, false, &err), HS_EINVAL, &err, "9 bits");
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(folding_keeps_the_function_of_evaluation),
        IN_ARENA(a_batchnorm_behind_something_else_is_named),
        IN_ARENA(quantizers_stand_where_the_picture_shows),
        IN_ARENA(every_observer_calibrates_by_the_float_network),
        IN_ARENA(every_qconfig_gives_nearly_the_float_network),
        IN_ARENA(calibration_is_the_same_for_any_number_of_threads),
        IN_ARENA(bias_correction_takes_the_mean_error_away),
        IN_ARENA(equalization_keeps_the_function_and_evens_the_channels),
        IN_ARENA(what_is_not_known_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
