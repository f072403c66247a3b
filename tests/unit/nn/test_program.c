/* Integer programs: the kernels beside the simulation in float64, code for code, over random
 * networks; conversion; what is refused. */
#include <string.h>

#include "hs_test.h"
#include "nn/program.h"
#include "nn/zoo.h"

enum { PICTURES = 3, STEPS = 6 };

static struct hs_codes random_codes(struct hs_rng *rng)
{
    bool is_signed = hs_rng_below(rng, 2) == 1;
    int bits = 2 + (int)hs_rng_below(rng, 7);
    int lo = is_signed ? -(1 << (bits - 1)) : 0, hi = lo + (1 << bits) - 1;

    return (struct hs_codes){.scale = 0.01 * (1 + hs_rng_uniform(rng)),
                             .zero_point = lo + (int)hs_rng_below(rng, (uint32_t)(hi - lo + 1)),
                             .lo = lo,
                             .hi = hi,
                             .is_signed = is_signed};
}

/* Multipliers that take sums of this size to codes, as each mode wants them. */
static void random_requantizer(struct hs_step *s, struct hs_program *p, struct hs_rng *rng,
                               size_t row)
{
    static const char *const modes[] = {
        "float",       "gemmlowp",      "single_rounding",   "dyadic",
        "shift_floor", "shift_nearest", "fixed16(half_even)"};
    const char *mode = modes[hs_rng_below(rng, sizeof modes / sizeof *modes)];
    bool shift = strncmp(mode, "shift", 5) == 0;
    double *m;
    struct hs_error err = HS_ERROR_INIT;

    s->requantize = (struct hs_requantizer){.float32 = hs_rng_below(rng, 3) != 0};
    assert_ok(hs_requantizer_parse(&s->requantize, mode, &err), &err);
    s->requantize.n = shift || hs_rng_below(rng, 2) ? 1 : s->out.c;
    m = hs_arena_alloc(&p->arena, s->requantize.n, sizeof *m);
    for (size_t i = 0; i < s->requantize.n; i++)
        m[i] = shift ? 1.0 / (double)(1 << (4 + hs_rng_below(rng, 6)))
                     : (0.2 + hs_rng_uniform(rng)) / (20 * (double)(row < 9 ? 9 : row) * 0.3);
    s->requantize.multiplier = m;
    s->requantize.zero_point = s->y.zero_point;
    s->requantize.qmin = s->y.lo;
    s->requantize.qmax = s->y.hi;
    s->requantize.dtype = s->y.is_signed ? HS_INT8 : HS_UINT8;
    s->requantize.relu = s->relu;
    assert_ok(hs_requantizer_prepare(&s->requantize, &p->arena, &err), &err);
}

static void random_weights(struct hs_step *s, struct hs_program *p, struct hs_rng *rng, size_t row)
{
    const size_t shape[2] = {s->out.c, row};
    double *s_w = hs_arena_alloc(&p->arena, s->out.c, sizeof *s_w);
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_tensor_new(&s->w, &p->arena, HS_INT8, 2, shape, &err), &err);
    assert_ok(hs_tensor_new(&s->bias, &p->arena, HS_INT32, 1, shape, &err), &err);
    for (size_t i = 0; i < s->out.c * row; i++)
        ((int8_t *)s->w.data)[i] = (int8_t)((int)hs_rng_below(rng, 256) - 128);
    for (size_t i = 0; i < s->out.c; i++) {
        ((int32_t *)s->bias.data)[i] = (int32_t)hs_rng_below(rng, 20001) - 10000;
        s_w[i] = 0.001 * (1 + hs_rng_uniform(rng));
    }
    s->s_w = s_w;
    s->n_s = s->out.c;
}

static size_t out_size(size_t in, size_t kernel, size_t stride, size_t pad, size_t dilation)
{
    return (in + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1;
}

static void add_conv(struct hs_program *p, struct hs_step *s, struct hs_rng *rng)
{
    size_t groups = s->in.c % 2 == 0 && hs_rng_below(rng, 3) == 0 ? 2 : 1;

    s->kind = HS_STEP_CONV;
    s->out.c = groups * (1 + hs_rng_below(rng, 40));
    s->geometry.groups = groups;
    for (int i = 0; i < 2; i++) {
        size_t size = i == 0 ? s->in.h : s->in.w;

        s->kernel[i] = 1 + hs_rng_below(rng, size < 3 ? (uint32_t)size : 3);
        s->geometry.stride[i] = 1 + hs_rng_below(rng, 2);
        s->geometry.padding[i] = hs_rng_below(rng, 2);
        s->geometry.dilation[i] = s->kernel[i] < 3 ? 1 + hs_rng_below(rng, 2) : 1;
        if ((s->kernel[i] - 1) * s->geometry.dilation[i] + 1 > size)
            s->geometry.dilation[i] = 1;
    }
    s->out.h = out_size(s->in.h, s->kernel[0], s->geometry.stride[0], s->geometry.padding[0],
                        s->geometry.dilation[0]);
    s->out.w = out_size(s->in.w, s->kernel[1], s->geometry.stride[1], s->geometry.padding[1],
                        s->geometry.dilation[1]);
    random_weights(s, p, rng, s->in.c / groups * s->kernel[0] * s->kernel[1]);
}

static void add_pool(struct hs_step *s, struct hs_rng *rng)
{
    s->kind = HS_STEP_MAXPOOL;
    s->y = s->x;
    s->out.c = s->in.c;
    for (int i = 0; i < 2; i++) {
        size_t size = i == 0 ? s->in.h : s->in.w;

        s->kernel[i] = size < 2 ? 1 : 1 + hs_rng_below(rng, 2);
        s->geometry.stride[i] = 1 + hs_rng_below(rng, 2);
        s->geometry.dilation[i] = 1;
        s->geometry.groups = 1;
    }
    s->out.h = out_size(s->in.h, s->kernel[0], s->geometry.stride[0], 0, 1);
    s->out.w = out_size(s->in.w, s->kernel[1], s->geometry.stride[1], 0, 1);
}

static void add_linear(struct hs_program *p, struct hs_step *s, struct hs_rng *rng, bool last)
{
    s->kind = HS_STEP_LINEAR;
    s->in = (struct hs_extent){hs_extent_count(s->in), 1, 1};
    s->out = (struct hs_extent){last ? 10 : 1 + hs_rng_below(rng, 70), 1, 1};
    s->sums = last && hs_rng_below(rng, 2) == 0;
    random_weights(s, p, rng, s->in.c);
}

/* One to three steps over pictures, then one to three over features. */
static void random_program(struct hs_program *p, struct hs_rng *rng)
{
    size_t pictures = hs_rng_below(rng, 4), features = 1 + hs_rng_below(rng, 3);
    struct hs_error err = HS_ERROR_INIT;

    *p = HS_PROGRAM_INIT;
    p->input = (struct hs_input){.extent = {1 + hs_rng_below(rng, 3), 3 + hs_rng_below(rng, 9),
                                            3 + hs_rng_below(rng, 9)},
                                 .divisor = 255,
                                 .mean = {0.3f, 0.2f, 0.4f},
                                 .std = {0.5f, 0.6f, 0.7f}};
    p->classes = 10;
    p->in = random_codes(rng);
    assert_ok(hs_quant_options_profile(&p->in_options, NULL, &err), &err);
    p->step = hs_arena_alloc_zero(&p->arena, STEPS, sizeof *p->step);
    p->n = pictures + features;
    for (size_t i = 0; i < p->n; i++) {
        struct hs_step *s = &p->step[i];

        s->name = "step";
        s->in = i == 0 ? p->input.extent : s[-1].out;
        s->x = i == 0 ? p->in : s[-1].y;
        s->y = random_codes(rng);
        s->relu = hs_rng_below(rng, 2) == 1;
        if (i < pictures && hs_rng_below(rng, 3) == 0)
            add_pool(s, rng);
        else if (i < pictures)
            add_conv(p, s, rng);
        else
            add_linear(p, s, rng, i + 1 == p->n);
        if (s->kind == HS_STEP_MAXPOOL || s->sums)
            continue;
        if (hs_rng_below(rng, 5) == 0) {
            s->divisor = hs_arena_alloc(&p->arena, 1, sizeof *s->divisor);
            *s->divisor = 50 + 400 * hs_rng_uniform(rng);
        } else {
            random_requantizer(s, p, rng, hs_tensor_count(&s->w) / s->out.c);
        }
    }
}

static void random_pictures(struct hs_tensor *images, struct hs_arena *arena,
                            const struct hs_program *p, struct hs_rng *rng)
{
    const struct hs_extent e = p->input.extent;
    const size_t shape[4] = {PICTURES, e.c, e.h, e.w};
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_tensor_new(images, arena, HS_UINT8, 4, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(images); i++)
        ((uint8_t *)images->data)[i] = (uint8_t)hs_rng_below(rng, 256);
}

static void kernels_are_the_simulation_code_for_code(void **state)
{
    struct hs_rng rng = hs_rng_seed(11, 2);
    size_t moving = 0;

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct hs_arena arena = HS_ARENA_INIT;
        struct hs_tensor images, kernels[STEPS + 1], simulated[STEPS + 1];
        struct hs_error err = HS_ERROR_INIT;
        struct hs_program p;

        random_program(&p, &rng);
        assert_ok(hs_program_pack(&p, &err), &err);
        random_pictures(&images, &arena, &p, &rng);
        assert_ok(hs_program_trace(kernels, &arena, &p, &images, NULL, PICTURES, HS_PROGRAM_KERNELS,
                                   &err),
                  &err);
        assert_ok(hs_program_trace(simulated, &arena, &p, &images, NULL, PICTURES,
                                   HS_PROGRAM_FLOAT64, &err),
                  &err);
        for (size_t i = 0; i <= p.n; i++) {
            const int32_t *a = kernels[i].data, *b = simulated[i].data;

            assert_true(hs_shape_equal(&kernels[i], &simulated[i]));
            for (size_t k = 0; k < hs_tensor_count(&kernels[i]); k++) {
                if (a[k] != b[k])
                    fail_msg("round %d, step %zu, code %zu: %d by kernels, %d simulated", round, i,
                             k, a[k], b[k]);
                moving += i == p.n && a[k] != a[0];
            }
        }
        hs_program_dispose(&p);
        hs_arena_dispose(&arena);
    }
    assert_true(moving > 3000); /* outputs are not all alike */
}

static void logits_are_those_of_the_codes_in_any_batch_and_thread(void **state)
{
    struct hs_rng rng = hs_rng_seed(12, 2);

    (void)state;
    for (int round = 0; round < 30; round++) {
        struct hs_arena arena = HS_ARENA_INIT;
        struct hs_tensor images, codes[STEPS + 1];
        struct hs_error err = HS_ERROR_INIT;
        struct hs_program p;
        struct hs_pool *pool;
        const size_t which[5] = {2, 0, 1, 2, 2};
        float logits[50], again[50];
        const struct hs_step *last;

        random_program(&p, &rng);
        assert_ok(hs_program_pack(&p, &err), &err);
        random_pictures(&images, &arena, &p, &rng);
        assert_ok(hs_program_trace(codes, &arena, &p, &images, which, 5, HS_PROGRAM_FLOAT64, &err),
                  &err);
        assert_ok(hs_program_run(logits, &p, &images, which, 5, 0, NULL, &err), &err);
        last = &p.step[p.n - 1];
        for (size_t i = 0; i < 50; i++) {
            int32_t q = ((int32_t *)codes[p.n].data)[i];
            float want = last->sums ? (float)q * (float)(last->x.scale * last->s_w[i % 10])
                                    : (float)last->y.scale * (float)(q - last->y.zero_point);

            assert_true(logits[i] == want);
        }
        assert_ok(hs_pool_new(&pool, 2, &err), &err);
        assert_ok(hs_program_run(again, &p, &images, which, 5, 2, pool, &err), &err);
        assert_memory_equal(logits, again, sizeof logits);
        hs_pool_free(pool);
        hs_program_dispose(&p);
        hs_arena_dispose(&arena);
    }
}

/* A prepared network of the zoo on random pictures, calibrated on them. */
static void prepare_net(struct hs_model *out, struct hs_dataset_split *split,
                        struct hs_arena *arena, const char *net, const char *qconfig)
{
    struct hs_model m = HS_MODEL_INIT;
    struct hs_qconfig q;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_rng rng = hs_rng_seed(4, 4);
    size_t shape[4] = {8};

    assert_ok(hs_zoo_make(&m, net, 7, &err), &err);
    shape[1] = m.input.extent.c;
    shape[2] = m.input.extent.h;
    shape[3] = m.input.extent.w;
    assert_ok(hs_tensor_new(&split->images, arena, HS_UINT8, 4, shape, &err), &err);
    assert_ok(hs_tensor_new(&split->labels, arena, HS_UINT8, 1, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&split->images); i++)
        ((uint8_t *)split->images.data)[i] = (uint8_t)hs_rng_below(&rng, 256);
    assert_ok(hs_qconfig_find(&q, qconfig, &err), &err);
    assert_ok(hs_prepare(out, &m, &q, &err), &err);
    assert_ok(hs_calibrate(out, split, 8, 4, NULL, NULL, NULL, &err), &err);
    hs_model_dispose(&m);
}

/* The float32 forward with quantizers and the integers differ by a code here and there, no more. */
static void a_converted_network_follows_its_quantized_forward(void **state)
{
    static const char *const nets[] = {"mlp", "lab-cnn", "vgg8"}, *const configs[] = {"int8",
                                                                                      "int8-tensor",
                                                                                      "torch",
                                                                                      "lab-mlp"};

    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct hs_arena arena = HS_ARENA_INIT;
        struct hs_model m = HS_MODEL_INIT;
        struct hs_dataset_split split;
        struct hs_program p = HS_PROGRAM_INIT;
        struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT, .float32 = true};
        struct hs_run run = HS_RUN_INIT;
        struct hs_error err = HS_ERROR_INIT;
        float logits[80];
        double step;

        prepare_net(&m, &split, &arena, nets[k % 3], configs[k / 3]);
        assert_ok(hs_convert(&p, &m, &r, HS_ROUND_HALF_EVEN, &err), &err);
        assert_ok(hs_program_run(logits, &p, &split.images, NULL, 8, 0, NULL, &err), &err);
        assert_ok(hs_run_begin(&run, &m, NULL, 8, false, &err), &err);
        hs_input_fill(run.y[0], &m.input, &split.images, NULL, 8);
        hs_run_forward(&run, 8, 0, m.n, false);
        step = p.step[p.n - 1].y.scale;
        for (size_t i = 0; i < 80; i++)
            assert_close((double)logits[i], (double)hs_run_output(&run)[i], 3.01 * step);
        hs_run_dispose(&run);
        hs_program_dispose(&p);
        hs_model_dispose(&m);
        hs_arena_dispose(&arena);
    }
}

static void power_of_two_networks_become_shifts(void **state)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_model m = HS_MODEL_INIT;
    struct hs_dataset_split split;
    struct hs_program p = HS_PROGRAM_INIT;
    struct hs_qconfig q;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    prepare_net(&m, &split, &arena, "lab-cnn", "pow2");
    assert_ok(hs_qconfig_find(&q, "pow2", &err), &err);
    assert_ok(hs_convert(&p, &m, &q.requantize, q.bias_rounding, &err), &err);
    for (size_t i = 0; i < p.n; i++)
        if (p.step[i].kind != HS_STEP_MAXPOOL) {
            const struct hs_requantizer *r = &p.step[i].requantize;

            assert_int_equal(r->mode, HS_REQUANTIZE_SHIFT_FLOOR);
            assert_true(r->multiplier[0] * (double)(1 << r->shift[0]) == 1);
            assert_int_equal(r->zero_point, 128);
        }
    hs_program_dispose(&p);
    hs_model_dispose(&m);
    hs_arena_dispose(&arena);
}

static void what_cannot_be_integers_is_named(void **state)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_model m = HS_MODEL_INIT, floats = HS_MODEL_INIT;
    struct hs_dataset_split split;
    struct hs_program p = HS_PROGRAM_INIT;
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT, .float32 = true};
    struct hs_error err = HS_ERROR_INIT;
    int8_t *w;

    (void)state;
    assert_ok(hs_zoo_make(&floats, "mlp", 1, &err), &err);
    assert_fails(hs_convert(&p, &floats, &r, HS_ROUND_HALF_EVEN, &err), HS_EINVAL, &err,
                 "no quantizer at its input");
    hs_error_clear(&err);
    prepare_net(&m, &split, &arena, "mlp", "int8");
    r.mode = HS_REQUANTIZE_SHIFT_FLOOR;
    assert_fails(hs_convert(&p, &m, &r, HS_ROUND_HALF_EVEN, &err), HS_ERANGE, &err, "layer fc1");
    hs_error_clear(&err);
    r.mode = HS_REQUANTIZE_FLOAT;
    assert_ok(hs_convert(&p, &m, &r, HS_ROUND_HALF_EVEN, &err), &err);
    ((int32_t *)p.step[0].bias.data)[5] = INT32_MAX - 1;
    w = p.step[0].w.data;
    w[5 * 784] = 127;
    assert_fails(hs_program_pack(&p, &err), HS_ERANGE, &err,
                 "step fc1: a sum of channel 5 can reach");
    hs_program_dispose(&p);
    hs_model_dispose(&m);
    hs_model_dispose(&floats);
    hs_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_are_the_simulation_code_for_code),
        cmocka_unit_test(logits_are_those_of_the_codes_in_any_batch_and_thread),
        cmocka_unit_test(a_converted_network_follows_its_quantized_forward),
        cmocka_unit_test(power_of_two_networks_become_shifts),
        cmocka_unit_test(what_cannot_be_integers_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
