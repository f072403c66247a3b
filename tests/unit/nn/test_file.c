/* Our own files: what is written comes back to the bit, and what lies is refused with a sentence.
 */
#include "hs_test.h"

#include <math.h>

#include "io/container.h"
#include "io/save.h"
#include "nn/file.h"
#include "nn/train.h"
#include "nn/zoo.h"

static struct hs_error err;
static char path[600];

static const char *in_tmp(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", hs_test_tmp(), name);
    return path;
}

static void assert_same_tensor(const struct hs_tensor *a, const struct hs_tensor *b)
{
    assert_int_equal(a->dtype, b->dtype);
    assert_true(hs_shape_equal(a, b));
    assert_memory_equal(a->data, b->data, hs_tensor_count(a) * hs_dtype_size(a->dtype));
}

static void assert_same_model(const struct hs_model *a, const struct hs_model *b)
{
    assert_string_equal(a->arch, b->arch);
    assert_string_equal(a->data, b->data);
    assert_int_equal(a->classes, b->classes);
    assert_int_equal(a->n, b->n);
    assert_true(a->input.divisor == b->input.divisor);
    assert_memory_equal(&a->input.extent, &b->input.extent, sizeof a->input.extent);
    for (size_t c = 0; c < a->input.extent.c; c++)
        assert_true(a->input.mean[c] == b->input.mean[c] && a->input.std[c] == b->input.std[c]);
    for (size_t i = 0; i < a->n; i++) {
        const struct hs_layer *x = &a->layer[i], *y = &b->layer[i];

        assert_string_equal(x->class->id, y->class->id);
        assert_string_equal(x->name, y->name);
        assert_int_equal(hs_extent_count(x->out), hs_extent_count(y->out));
        assert_memory_equal(x->kernel, y->kernel, sizeof x->kernel);
        assert_memory_equal(x->geometry.stride, y->geometry.stride, sizeof x->geometry.stride);
        assert_memory_equal(x->geometry.padding, y->geometry.padding, sizeof x->geometry.padding);
        assert_true(x->eps == y->eps && x->momentum == y->momentum);
        assert_int_equal(x->params, y->params);
        for (int p = 0; p < x->params; p++)
            assert_same_tensor(&x->param[p].value, &y->param[p].value);
        if (x->running_mean.data != NULL) {
            assert_same_tensor(&x->running_mean, &y->running_mean);
            assert_same_tensor(&x->running_var, &y->running_var);
        }
    }
}

static void every_network_of_the_zoo_comes_back_to_the_bit(void **state)
{
    size_t n;
    const struct hs_zoo_entry *const *zoo = hs_zoo(&n);

    (void)state;
    assert_true(n >= 3);
    for (size_t i = 0; i < n; i++) {
        struct hs_model m = HS_MODEL_INIT;
        struct hs_network back = HS_NETWORK_INIT;

        err = HS_ERROR_INIT;
        assert_ok(hs_zoo_make(&m, zoo[i]->id, 7, &err), &err);
        assert_true(hs_value_set(&m.about, &m.arena, "seed", hs_value_int(7)));
        for (size_t k = 0; k < m.n; k++)
            if (m.layer[k].running_var.data != NULL)
                ((float *)m.layer[k].running_var.data)[0] = 0.1f;
        assert_ok(hs_model_save(in_tmp("m.safetensors"), &m, false, &err), &err);
        assert_ok(hs_network_load(&back, path, &err), &err);
        assert_false(back.is_program);
        assert_null(back.remark);
        assert_same_model(&m, &back.model);
        assert_int_equal(hs_value_integer(&back.model.about, "seed", 0), 7);
        hs_network_dispose(&back);
        hs_model_dispose(&m);
    }
}

/* float16 keeps what float16 holds, and says so in the file; what it cannot hold is refused. */
static void float16_halves_the_file_and_rounds_once(void **state)
{
    struct hs_model m = HS_MODEL_INIT;
    struct hs_network back = HS_NETWORK_INIT;
    struct hs_arena arena = HS_ARENA_INIT;
    float *w, *got;
    size_t whole, half;

    (void)state;
    err = HS_ERROR_INIT;
    assert_ok(hs_zoo_make(&m, "mlp", 1, &err), &err);
    w = m.layer[1].param[0].value.data;
    w[0] = 0.5f;
    w[1] = 1 + 0x1p-12f; /* a bit that float16 has not */
    assert_ok(hs_model_save(in_tmp("whole.safetensors"), &m, false, &err), &err);
    hs_test_read(&arena, path, &whole);
    assert_ok(hs_model_save(in_tmp("half.safetensors"), &m, true, &err), &err);
    assert_contains((char *)hs_test_read(&arena, path, &half) + 8, "float16");
    assert_true(half < whole / 2 + 4000);
    assert_ok(hs_network_load(&back, path, &err), &err);
    got = back.model.layer[1].param[0].value.data;
    assert_true(got[0] == 0.5f && got[1] == 1);
    w[2] = 70000;
    assert_fails(hs_model_save(in_tmp("half.safetensors"), &m, true, &err), HS_ERANGE, &err,
                 "fc1.weight: element 2 is 70000, which float16 does not hold");
    hs_network_dispose(&back);
    hs_model_dispose(&m);
    hs_arena_dispose(&arena);
}

static void checkpoints_keep_tensors_and_state_beside_the_model(void **state)
{
    float moments[6] = {1, 2, 3, 4, 5, 6};
    struct hs_extra_tensor extra = {"fc1.weight.moment1",
                                    hs_tensor_view(moments, HS_FLOAT32, 2, (size_t[]){2, 3})},
                           *found;
    struct hs_model m = HS_MODEL_INIT, back = HS_MODEL_INIT;
    struct hs_value kept = hs_value_map(), got;
    size_t n;

    err = HS_ERROR_INIT;
    assert_true(hs_value_set(&kept, *state, "step", hs_value_int(41)));
    assert_ok(hs_zoo_make(&m, "berkeley-cnn", 3, &err), &err);
    assert_ok(hs_model_save_with(in_tmp("c"), &m, false, &extra, 1, &kept, &err), &err);
    assert_ok(hs_model_load_with(&back, *state, &found, &n, &got, path, &err), &err);
    assert_same_model(&m, &back);
    assert_int_equal(n, 1);
    assert_string_equal(found[0].name, extra.name);
    assert_same_tensor(&found[0].tensor, &extra.tensor);
    assert_int_equal(hs_value_integer(&got, "step", 0), 41);
    hs_model_dispose(&m);
    hs_model_dispose(&back);
}

/* ---- quantized models ---- */

enum { PICTURES = 40 };

/* Noise with a bright bar whose place is the label. */
static struct hs_dataset_split pictures(struct hs_arena *arena)
{
    struct hs_dataset_split s;
    struct hs_rng rng = hs_rng_seed(5, 0);

    assert_ok(hs_tensor_new(&s.images, arena, HS_UINT8, 4, (size_t[]){PICTURES, 1, 28, 28}, &err),
              &err);
    assert_ok(hs_tensor_new(&s.labels, arena, HS_UINT8, 1, (size_t[]){PICTURES}, &err), &err);
    for (size_t i = 0; i < PICTURES; i++) {
        uint8_t *x = (uint8_t *)s.images.data + i * 784;

        for (size_t k = 0; k < 784; k++)
            x[k] = (uint8_t)(hs_rng_below(&rng, 60) + (k / 78 == i % 10 ? 180 : 0));
        ((uint8_t *)s.labels.data)[i] = (uint8_t)(i % 10);
    }
    return s;
}

/* An MLP, quantized by `config` and trained a few steps on with its method. */
static void make_quantized(struct hs_model *out, const struct hs_dataset_split *s,
                           const char *config, enum hs_qat_method method, int bits)
{
    struct hs_train_options o = hs_train_options_default();
    struct hs_trainer *t;
    struct hs_model m;
    struct hs_qconfig q;

    assert_ok(hs_zoo_make(&m, "mlp", 1, &err), &err);
    assert_ok(hs_qconfig_find(&q, config, &err), &err);
    assert_ok(hs_qconfig_bits(&q, bits, bits, false, &err), &err);
    hs_qconfig_method(&q, method);
    assert_ok(hs_prepare(out, &m, &q, &err), &err);
    hs_model_dispose(&m);
    assert_ok(hs_calibrate(out, s, PICTURES, 10, NULL, NULL, NULL, &err), &err);
    hs_model_observe(out, true);
    o.lr = 0.01;
    o.batch = 10;
    assert_ok(hs_trainer_new(&t, out, s, &o, NULL, &err), &err);
    for (int i = 0; i < 3; i++)
        assert_ok(hs_trainer_step(t, &err), &err);
    hs_trainer_free(t);
    hs_model_freeze(out);
}

static void assert_same_logits(struct hs_model *a, struct hs_model *b,
                               const struct hs_dataset_split *s)
{
    struct hs_run x, y;

    assert_ok(hs_run_begin(&x, a, NULL, PICTURES, false, &err), &err);
    assert_ok(hs_run_begin(&y, b, NULL, PICTURES, false, &err), &err);
    hs_input_fill(x.y[0], &a->input, &s->images, NULL, PICTURES);
    hs_input_fill(y.y[0], &b->input, &s->images, NULL, PICTURES);
    hs_run_forward(&x, PICTURES, 0, a->n, false);
    hs_run_forward(&y, PICTURES, 0, b->n, false);
    assert_memory_equal(hs_run_output(&x), hs_run_output(&y),
                        PICTURES * a->classes * sizeof(float));
    hs_run_dispose(&x);
    hs_run_dispose(&y);
}

/* Written again, what was read gives the same bytes. */
static void assert_same_again(struct hs_arena *arena, const char *first,
                              const struct hs_network *back)
{
    size_t n, m;
    char again[700];
    void *a, *b;

    snprintf(again, sizeof again, "%s.again", first);
    if (back->is_program)
        assert_ok(hs_program_save(again, &back->program, &err), &err);
    else
        assert_ok(hs_model_save(again, &back->model, false, &err), &err);
    a = hs_test_read(arena, first, &n);
    b = hs_test_read(arena, again, &m);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
}

static void quantizers_of_every_method_come_back_to_the_bit(void **state)
{
    static const char *const configs[] = {"int8", "torch", "pow2", "lab-mlp"};
    struct hs_dataset_split s = pictures(*state);

    err = HS_ERROR_INIT;
    for (int i = 0; i < HS_QAT_METHODS; i++)
        for (size_t k = 0; k < sizeof configs / sizeof *configs; k++) {
            struct hs_model m = HS_MODEL_INIT;
            struct hs_network back = HS_NETWORK_INIT;

            make_quantized(&m, &s, configs[k], (enum hs_qat_method)i, 4);
            assert_ok(hs_model_save(in_tmp("q.safetensors"), &m, false, &err), &err);
            assert_ok(hs_network_load(&back, path, &err), &err);
            assert_true(hs_model_is_prepared(&back.model));
            assert_same_model(&m, &back.model);
            assert_same_again(*state, path, &back);
            assert_same_logits(&m, &back.model, &s);
            hs_network_dispose(&back);
            hs_model_dispose(&m);
        }
}

static void programs_come_back_with_the_same_codes(void **state)
{
    static const struct {
        const char *config, *mode;
    } cases[] = {{"int8", "float"},
                 {"int8", "gemmlowp"},
                 {"torch", "single_rounding"},
                 {"int8", "fixed16(floor)"},
                 {"lab-mlp", "dyadic(8,15)"},
                 {"pow2", "shift_floor"},
                 {"pow2", "shift_nearest(half_even)"}};
    struct hs_dataset_split s = pictures(*state);
    float logits[2][PICTURES * 10];

    err = HS_ERROR_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT, .float32 = true};
        struct hs_model m = HS_MODEL_INIT;
        struct hs_program p = HS_PROGRAM_INIT;
        struct hs_network back = HS_NETWORK_INIT;

        make_quantized(&m, &s, cases[i].config, HS_QAT_STE, 8);
        assert_ok(hs_requantizer_parse(&r, cases[i].mode, &err), &err);
        assert_ok(hs_convert(&p, &m, &r, HS_ROUND_HALF_EVEN, &err), &err);
        assert_ok(hs_program_save(in_tmp("p.safetensors"), &p, &err), &err);
        assert_ok(hs_network_load(&back, path, &err), &err);
        assert_true(back.is_program);
        assert_same_again(*state, path, &back);
        assert_ok(hs_program_run(logits[0], &p, &s.images, NULL, PICTURES, 0, NULL, &err), &err);
        assert_ok(hs_program_run(logits[1], &back.program, &s.images, NULL, PICTURES, 0, NULL,
                                 &err),
                  &err);
        assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
        hs_network_dispose(&back);
        hs_program_dispose(&p);
        hs_model_dispose(&m);
    }
}

/* ---- files that lie ---- */

/* The saved network with one thing changed: a piece of its description, or a tensor (taken out,
 * given another dtype or shape, filled). */
struct lie {
    const char *find, *replace; /* in the description */
    const char *tensor;         /* which one is changed */
    enum { NONE, GONE, WIDER, INTEGERS, NOT_A_NUMBER } change;
    enum hs_status status;
    const char *sentence;
};

static const struct lie lies[] = {
    {"halfstep.model/1", "halfstep.model/2", NULL, NONE, HS_EVERSION, "a newer halfstep"},
    {"halfstep.model/1", "other/1", NULL, NONE, HS_EFORMAT, "neither halfstep.model/1"},
    {"\"size\":256", "\"size\":255", NULL, NONE, HS_ESHAPE,
     "tensor fc1.weight has the shape (256,1152); by its layer (255,1152) is expected"},
    {"\"size\":256", "\"size\":4000000000", NULL, NONE, HS_ERANGE, "fc1: size is 4000000000"},
    {"\"size\":256", "\"size\":-1", NULL, NONE, HS_ERANGE, "fc1: size is -1"},
    {"\"size\":256", "\"size\":\"256\"", NULL, NONE, HS_EFORMAT, "fc1: size is string"},
    {"\"kernel\":[5,5]", "\"kernel\":[5,0]", NULL, NONE, HS_ERANGE, "conv1: kernel is 0"},
    {"\"kernel\":[5,5]", "\"kernel\":[5]", NULL, NONE, HS_EFORMAT, "list of 2 whole numbers"},
    {"\"kernel\":[5,5]", "\"kernel\":[1000,5]", NULL, NONE, HS_ESHAPE, "conv1.weight"},
    {"\"stride\":[1,1]", "\"stride\":[0,1]", NULL, NONE, HS_ERANGE, "conv1: stride is 0"},
    {"\"padding\":[0,0]", "\"padding\":[1e9,0]", NULL, NONE, HS_ERANGE,
     "conv1: padding is 1000000000"},
    {"\"shape\":[3,32,32]", "\"shape\":[3,60000,60000]", NULL, NONE, HS_ELIMIT, "input: shape"},
    {"\"shape\":[3,32,32]", "\"shape\":[5,32,32]", NULL, NONE, HS_ERANGE, "5 channels"},
    {"\"shape\":[3,32,32]", "\"shape\":[3,31,31]", NULL, NONE, HS_ESHAPE, "fc1.weight"},
    {"\"divisor\":255", "\"divisor\":0", NULL, NONE, HS_ERANGE, "divisor must be above 0"},
    {"\"std\":[0.5,", "\"std\":[0,", NULL, NONE, HS_ERANGE, "std of channel 0"},
    {"\"classes\":10", "\"classes\":9", NULL, NONE, HS_ESHAPE, "gives 10 numbers; 9 classes"},
    {"\"class\":\"relu\"", "\"class\":\"gelu\"", NULL, NONE, HS_EFORMAT, "no class \"gelu\""},
    {"\"name\":\"conv2\"", "\"name\":\"conv1\"", NULL, NONE, HS_EFORMAT, "called conv1"},
    {"\"name\":\"conv2\"", "\"name\":\"\"", NULL, NONE, HS_EFORMAT, "layer 3 has no name"},
    {"\"class\":\"flatten\"", "\"class\":\"relu\"", NULL, NONE, HS_ESHAPE, "flatten"},
    {"\"layers\":[", "\"layers\":[],\"x\":[", NULL, NONE, HS_EFORMAT, "1 to 256 layers"},
    {"\"layers\":[", "\"layers\":{},\"x\":[", NULL, NONE, HS_EFORMAT, "1 to 256 layers"},
    {"{\"schema\"", "{\"schema\":1,\"schema\"", NULL, NONE, HS_EFORMAT, "schema"},
    {"{\"schema\"", "[\"schema\"", NULL, NONE, HS_EFORMAT, ""},
    {NULL, NULL, "fc2.weight", GONE, HS_ENOTFOUND, "tensor fc2.weight is missing"},
    {NULL, NULL, "fc3.bias", GONE, HS_ENOTFOUND, "tensor fc3.bias is missing"},
    {NULL, NULL, "fc3.bias", WIDER, HS_ESHAPE, "fc3.bias has the shape (11,)"},
    {NULL, NULL, "fc3.bias", INTEGERS, HS_EDTYPE, "fc3.bias is int32; float32 is expected"},
    {NULL, NULL, "fc3.bias", NOT_A_NUMBER, HS_ERANGE, "fc3.bias: element 1 is no finite number"},
};

static const char *replaced(struct hs_arena *arena, const char *text, const struct lie *l)
{
    const char *at = l->find != NULL ? strstr(text, l->find) : NULL;

    if (l->find == NULL)
        return text;
    assert_non_null(at);
    return hs_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, l->replace,
                           at + strlen(l->find));
}

static bool changed(struct hs_tensor *t, struct hs_arena *arena, const struct lie *l)
{
    enum hs_dtype dtype = l->change == INTEGERS ? HS_INT32 : t->dtype;
    size_t shape[1] = {t->shape[0] + (l->change == WIDER)};

    if (l->change == GONE)
        return false;
    assert_ok(hs_tensor_new(t, arena, dtype, 1, shape, &err), &err);
    if (l->change == NOT_A_NUMBER)
        assert_true(hs_tensor_set(t, 1, (double)NAN));
    return true;
}

static void write_lie(const struct hs_container *c, struct hs_arena *arena, const struct lie *l)
{
    struct hs_named_tensor items[64];
    struct hs_value metadata = hs_value_map();
    size_t n = 0;

    for (size_t i = 0; i < c->entries.len; i++) {
        const struct hs_entry *e = &c->entries.items[i];

        if (e->kind == HS_ENTRY_STRING) {
            assert_true(hs_value_set(&metadata, arena, "halfstep",
                                     hs_value_string(arena, replaced(arena, e->text, l))));
            continue;
        }
        items[n] = (struct hs_named_tensor){e->name, e->tensor};
        if (l->tensor == NULL || strcmp(l->tensor, e->name) != 0 ||
            changed(&items[n].tensor, arena, l))
            n++;
    }
    assert_ok(hs_safetensors_save(in_tmp("lie.safetensors"), items, n, &metadata, &err), &err);
}

static void refuse_all(struct hs_arena *arena, const struct lie *lie, size_t n)
{
    const struct hs_io_limits limits = hs_io_limits_local();
    struct hs_container c = HS_CONTAINER_INIT;

    assert_ok(hs_container_open(&c, path, &limits, &err), &err);
    for (size_t i = 0; i < n; i++) {
        struct hs_network network = HS_NETWORK_INIT;

        write_lie(&c, arena, &lie[i]);
        assert_fails(hs_network_load(&network, path, &err), lie[i].status, &err, lie[i].sentence);
        assert_contains(err.text, "lie.safetensors");
        hs_network_dispose(&network);
        hs_error_clear(&err);
    }
    hs_container_dispose(&c);
}

static void what_lies_is_refused_with_file_tensor_found_and_expected(void **state)
{
    struct hs_model m = HS_MODEL_INIT;

    err = HS_ERROR_INIT;
    assert_ok(hs_zoo_make(&m, "lab-cnn", 3, &err), &err);
    assert_ok(hs_model_save(in_tmp("m.safetensors"), &m, false, &err), &err);
    hs_model_dispose(&m);
    refuse_all(*state, lies, sizeof lies / sizeof *lies);
}

static const struct lie quantized_lies[] = {
    {"\"observer\":\"minmax\"", "\"observer\":\"best\"", NULL, NONE, HS_EFORMAT,
     "quantizer of input.q: there is no observer \"best\""},
    {"\"method\":\"lsq\"", "\"method\":\"qsl\"", NULL, NONE, HS_EFORMAT, "no method \"qsl\""},
    {"\"bits\":4", "\"bits\":9", NULL, NONE, HS_EFORMAT, "quantizer of fc1: a quantizer of 9 bits"},
    {"\"bins\":2048", "\"bins\":1e15", NULL, NONE, HS_ERANGE, "bins is 1e+15"},
    {"\"axis\":0", "\"axis\":1", NULL, NONE, HS_ERANGE, "axis must be 0"},
    {"\"seen\":1", "\"seen\":-1", NULL, NONE, HS_ERANGE, "seen is -1"},
    {"\"scale\":[", "\"scale\":[0.5,", NULL, NONE, HS_EFORMAT,
     "quantizer of input.q: there are 2 values"},
    {"\"min\":[", "\"min\":[0.5,", NULL, NONE, HS_ESHAPE, ""},
    {"\"qmax\":255", "\"qmax\":70000", NULL, NONE, HS_EFORMAT, "70000"},
    {"\"quantizer\":", "\"x\":", NULL, NONE, HS_EFORMAT,
     "layer input.q, fake_quantize, has no quantizer"},
    {NULL, NULL, "fc3.q.scale", GONE, HS_ENOTFOUND, "tensor fc3.q.scale is missing"},
    {NULL, NULL, "relu1.q.scale", WIDER, HS_ESHAPE, "tensor relu1.q.scale has the shape (2,)"},
};

static const struct lie program_lies[] = {
    {"halfstep.program/1", "halfstep.program/9", NULL, NONE, HS_EVERSION, "a newer halfstep"},
    {"\"kind\":\"linear\"", "\"kind\":\"lstm\"", NULL, NONE, HS_EFORMAT, "no kind \"lstm\""},
    {"\"kind\":\"linear\"", "\"kind\":\"conv\"", NULL, NONE, HS_EFORMAT, "kernel"},
    {"\"mode\":\"gemmlowp\"", "\"mode\":\"guess\"", NULL, NONE, HS_EFORMAT, "fc1: requantize"},
    {"\"out\":[128,1,1]", "\"out\":[127,1,1]", NULL, NONE, HS_ESHAPE, "fc1.weight"},
    {"\"out\":[128,1,1]", "\"out\":[0,1,1]", NULL, NONE, HS_ERANGE, "fc1: out is 0"},
    {"\"out\":[128,1,1]", "\"out\":[65536,65536,65536]", NULL, NONE, HS_ELIMIT, "at most"},
    {"\"dtype\":\"uint8\"", "\"dtype\":\"int16\"", NULL, NONE, HS_EDTYPE, "int8 or uint8"},
    {"\"qmax\":255", "\"qmax\":256", NULL, NONE, HS_ERANGE, "qmax is no whole number"},
    {"\"zero_point\":0", "\"zero_point\":-1", NULL, NONE, HS_ERANGE, "zero_point"},
    {"\"classes\":10", "\"classes\":3", NULL, NONE, HS_ESHAPE, "3 classes"},
    {"\"steps\":[", "\"steps\":[],\"x\":[", NULL, NONE, HS_EFORMAT, "1 to 256 steps"},
    {NULL, NULL, "fc2.bias", GONE, HS_ENOTFOUND, "tensor fc2.bias is missing"},
    {NULL, NULL, "fc2.bias", WIDER, HS_ESHAPE, "fc2.bias has the shape (129,)"},
    {NULL, NULL, "fc2.weight_scale", GONE, HS_ENOTFOUND, "fc2.weight_scale is missing"},
    {NULL, NULL, "fc2.weight_scale", WIDER, HS_ESHAPE, "no row of 1 or 128"},
    {NULL, NULL, "fc2.multiplier", GONE, HS_ESHAPE, "fc2: multiplier"},
    {NULL, NULL, "fc2.multiplier", NOT_A_NUMBER, HS_ERANGE, "fc2.multiplier: element 1"},
    {NULL, NULL, "fc2.shift", WIDER, HS_ESHAPE, "no row of 1 or 128"},
};

static void quantizers_and_programs_that_lie_are_refused(void **state)
{
    struct hs_dataset_split s = pictures(*state);
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_GEMMLOWP};
    struct hs_model m = HS_MODEL_INIT;
    struct hs_program p = HS_PROGRAM_INIT;

    err = HS_ERROR_INIT;
    make_quantized(&m, &s, "int8", HS_QAT_LSQ, 4);
    assert_ok(hs_model_save(in_tmp("q.safetensors"), &m, false, &err), &err);
    refuse_all(*state, quantized_lies, sizeof quantized_lies / sizeof *quantized_lies);
    assert_ok(hs_convert(&p, &m, &r, HS_ROUND_HALF_EVEN, &err), &err);
    hs_model_dispose(&m);
    assert_ok(hs_program_save(in_tmp("p.safetensors"), &p, &err), &err);
    hs_program_dispose(&p);
    refuse_all(*state, program_lies, sizeof program_lies / sizeof *program_lies);
}

static void a_file_that_ends_early_is_refused_wherever_it_ends(void **state)
{
    struct hs_model m = HS_MODEL_INIT;
    struct hs_network n = HS_NETWORK_INIT;
    unsigned char *bytes;
    size_t size;

    err = HS_ERROR_INIT;
    assert_ok(hs_zoo_make(&m, "berkeley-cnn", 3, &err), &err);
    assert_ok(hs_model_save(in_tmp("m.safetensors"), &m, false, &err), &err);
    hs_model_dispose(&m);
    bytes = hs_test_read(*state, path, &size);
    in_tmp("cut.safetensors");
    for (size_t at = 0; at < size; at += at < 20 ? 1 : size / 97) {
        hs_test_write(path, bytes, at);
        assert_int_not_equal(hs_network_load(&n, path, &err), HS_OK);
        assert_contains(err.text, "cut.safetensors");
        hs_error_clear(&err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_network_of_the_zoo_comes_back_to_the_bit),
        cmocka_unit_test(float16_halves_the_file_and_rounds_once),
        cmocka_unit_test_setup_teardown(checkpoints_keep_tensors_and_state_beside_the_model,
                                        hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(quantizers_of_every_method_come_back_to_the_bit,
                                        hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(programs_come_back_with_the_same_codes, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(quantizers_and_programs_that_lie_are_refused,
                                        hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(what_lies_is_refused_with_file_tensor_found_and_expected,
                                        hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(a_file_that_ends_early_is_refused_wherever_it_ends,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
