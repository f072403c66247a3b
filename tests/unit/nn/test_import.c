/* Files of others: small ones in the structure of the labs', made by tests/fuzz/make_corpus.py,
 * whose logits were computed with PyTorch and NumPy, and state dicts that are written here. */
#include "hs_test.h"

#include <math.h>

#include "base/mem.h"
#include "io/save.h"
#include "nn/import.h"
#include "nn/zoo.h"

static struct hs_container file; /* emptied by the teardown, which a failing assert does not skip */
static struct hs_imported got;
static struct hs_error err;
static struct hs_arena arena;

static int begin(void **state)
{
    (void)state;
    file = HS_CONTAINER_INIT;
    got = (struct hs_imported){.model = HS_MODEL_INIT, .program = HS_PROGRAM_INIT};
    err = HS_ERROR_INIT;
    arena = HS_ARENA_INIT;
    return 0;
}

static int end(void **state)
{
    (void)state;
    hs_mem_fail_from(0);
    hs_imported_dispose(&got);
    hs_container_dispose(&file);
    hs_arena_dispose(&arena);
    return 0;
}

static void open_file(const char *path)
{
    struct hs_io_limits limits = hs_io_limits_default();

    hs_container_dispose(&file);
    assert_ok(hs_container_open(&file, path, &limits, &err), &err);
}

static void open_corpus(const char *name)
{
    char full[512];

    snprintf(full, sizeof full, "tests/fuzz/corpus/%s", name);
    open_file(hs_test_source(full));
}

static enum hs_status import(void)
{
    hs_imported_dispose(&got);
    hs_error_clear(&err);
    return hs_import(&got, &file, "net.pt", &err);
}

static void import_corpus(const char *name)
{
    open_corpus(name);
    assert_ok(import(), &err);
}

/* An entry that the test changes. */
static struct hs_entry *entry(const char *name)
{
    for (size_t i = 0; i < file.entries.len; i++)
        if (strcmp(file.entries.items[i].name, name) == 0)
            return &file.entries.items[i];
    fail_msg("there is no entry \"%s\"", name);
    return NULL;
}

static void rename_entry(const char *name, const char *to)
{
    entry(name)->name = to;
}

static bool remarked(const char *part)
{
    for (size_t i = 0; i < hs_value_len(&got.remarks); i++)
        if (strstr(hs_value_at(&got.remarks, i)->as.string.text, part) != NULL)
            return true;
    return false;
}

/* One picture of bytes (37 i + 11) mod 256, as the expected logits had it. */
static struct hs_tensor picture(struct hs_extent e)
{
    size_t shape[4] = {1, e.c, e.h, e.w};
    struct hs_tensor t;

    assert_ok(hs_tensor_new(&t, &arena, HS_UINT8, 4, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&t); i++)
        ((uint8_t *)t.data)[i] = (uint8_t)(i * 37 + 11);
    return t;
}

static void model_gives(const float *logits, size_t classes, double tolerance)
{
    struct hs_run run = HS_RUN_INIT;
    struct hs_tensor x = picture(got.model.input.extent);

    assert_true(got.has_model);
    assert_int_equal(got.model.classes, classes);
    assert_ok(hs_run_begin(&run, &got.model, NULL, 1, false, &err), &err);
    hs_input_fill(run.y[0], &got.model.input, &x, NULL, 1);
    hs_run_forward(&run, 1, 0, got.model.n, false);
    for (size_t i = 0; i < classes; i++)
        assert_close((double)hs_run_output(&run)[i], (double)logits[i], tolerance);
    hs_run_dispose(&run);
}

static void program_gives(const float *logits, size_t classes, double tolerance)
{
    struct hs_tensor x = picture(got.program.input.extent);
    float y[16];

    assert_true(got.has_program);
    assert_int_equal(got.program.classes, classes);
    assert_ok(hs_program_run(y, &got.program, &x, NULL, 1, 0, NULL, &err), &err);
    for (size_t i = 0; i < classes; i++)
        assert_close((double)y[i], (double)logits[i], tolerance);
}

static void the_mlp_dict_is_a_float_model_of_raw_pixels(void **state)
{
    static const float logits[3] = {-30.282073974609368F, 540.5077231270925F, 407.66605159214555F};
    const struct hs_tensor *w;

    (void)state;
    import_corpus("npy/mlp-dict.npy");
    assert_false(got.has_program);
    assert_string_equal(got.model.arch, "mlp");
    assert_true(got.model.input.divisor == 1);
    w = &hs_model_find(&got.model, "fc1")->param[0].value;
    assert_int_equal(w->shape[0], 5);
    assert_int_equal(w->shape[1], 16);
    /* transposed: input 2, output 1 stands at 2 * 5 + 1 of the file */
    assert_close(hs_tensor_get(w, 1 * 16 + 2), hs_tensor_get(&entry("w1")->tensor, 11), 0);
    model_gives(logits, 3, 1e-3);
    assert_true(remarked("the codes of w3 go from -120 to 130, which is no int8"));
    assert_true(remarked("100.0 % of w2 are whole multiples of sw2"));
}

static void integer_codes_of_an_mlp_dict_count_with_their_scales(void **state)
{
    const struct hs_tensor *w;
    struct hs_tensor *codes;

    (void)state;
    open_corpus("npy/mlp-dict.npy");
    codes = &entry("w2")->tensor;
    for (size_t i = 0; i < hs_tensor_count(codes); i++)
        assert_true(hs_tensor_set(codes, i, hs_tensor_get(codes, i) * 64));
    assert_ok(import(), &err);
    w = &hs_model_find(&got.model, "fc2")->param[0].value;
    assert_close(hs_tensor_get(w, 0), hs_tensor_get(codes, 0) / 64, 0);
}

static void an_mlp_dict_that_does_not_fit_is_named(void **state)
{
    struct hs_tensor *t;

    (void)state;
    open_corpus("npy/mlp-dict.npy");
    t = &entry("w2")->tensor;
    t->shape[0] = 4;
    t->shape[1] = 5;
    assert_fails(import(), HS_ESHAPE, &err, "net.pt: w2 has shape (4,5), expected (5,5)");
    t->shape[0] = 5;
    t->shape[1] = 4;
    entry("b3")->tensor.shape[1] = 2;
    assert_fails(import(), HS_ESHAPE, &err, "b3 has shape (1,2), expected (1,3)");
    entry("b3")->tensor.shape[1] = 3;
    assert_true(hs_tensor_set(t, 7, (double)NAN));
    assert_fails(import(), HS_ERANGE, &err, "element 7 of w2 is nan");
}

static void the_scale_chain_is_a_program_with_divisors(void **state)
{
    static const enum hs_step_kind kinds[] = {HS_STEP_CONV,    HS_STEP_MAXPOOL, HS_STEP_CONV,
                                              HS_STEP_MAXPOOL, HS_STEP_LINEAR,  HS_STEP_LINEAR,
                                              HS_STEP_LINEAR};
    static const float logits[4] = {-1.0987566709518433F, 2.1975133419036865F, -1.6481349468231201F,
                                    2.563765525817871F};
    const struct hs_step *s;

    (void)state;
    import_corpus("torch/chain.pth");
    assert_false(got.has_model);
    assert_string_equal(got.program.arch, "lab-cnn");
    assert_int_equal(got.program.n, HS_COUNTOF(kinds));
    for (size_t i = 0; i < HS_COUNTOF(kinds); i++)
        assert_int_equal(got.program.step[i].kind, kinds[i]);
    s = &got.program.step[6];
    assert_string_equal(s->name, "fc3");
    assert_close(*s->divisor, 64.5, 0);
    assert_false(s->relu);
    assert_true(got.program.step[0].relu);
    assert_int_equal(((const int32_t *)s->bias.data)[1], -200);
    assert_int_equal(got.program.input.extent.h, 12); /* from fc1: 3 features of 3 channels */
    program_gives(logits, 4, 1e-6);
}

static void a_chain_that_is_none_is_named(void **state)
{
    (void)state;
    open_corpus("torch/chain.pth");
    entry("fc1.output_scale")->number = 0.004;
    assert_fails(import(), HS_ERANGE, &err, "fc1.output_scale is 0.004, which would enlarge");
    entry("fc1.output_scale")->number = (double)NAN;
    assert_fails(import(), HS_ERANGE, &err, "fc1.output_scale is nan");
    rename_entry("fc1.output_scale", "fc1.other");
    assert_fails(import(), HS_ENOTFOUND, &err, "net.pt: has no number \"fc1.output_scale\"");
    open_corpus("torch/chain.pth");
    assert_true(hs_tensor_set(&entry("conv2.weight")->tensor, 3, 0.5));
    assert_fails(import(), HS_ERANGE, &err, "element 3 of conv2.weight is 0.5, no code of int8");
    open_corpus("torch/chain.pth");
    assert_true(hs_tensor_set(&entry("fc3.bias")->tensor, 2, 0.25));
    assert_fails(import(), HS_ERANGE, &err, "element 2 of fc3.bias is 0.25, no code of int32");
    open_corpus("torch/chain.pth");
    entry("conv2.stride.0")->number = 2;
    assert_fails(import(), HS_ESHAPE, &err, "conv2.stride.0 is 2, expected 1");
    open_corpus("torch/chain.pth");
    entry("conv2.weight")->tensor.shape[1] = 1;
    assert_fails(import(), HS_ESHAPE, &err, "conv2.weight has shape (3,1,3,3), expected (3,2,3,3)");
    open_corpus("torch/chain.pth");
    entry("fc1.weight")->tensor.shape[1] = 2;
    assert_fails(import(), HS_ESHAPE, &err, "fc1.weight takes 2 features");
}

static void a_chain_without_weight_scales_says_so(void **state)
{
    (void)state;
    open_corpus("torch/chain.pth");
    rename_entry("fc2.weight.scale", "fc2.weight.other");
    assert_ok(import(), &err);
    assert_true(remarked("fc2.weight has no scale"));
    assert_close(got.program.step[5].s_w[0], 1, 0);
}

static void a_converted_net_is_simulated_and_shifted(void **state)
{
    static const float simulated[2] = {0.71875F, 0.90625F}, shifted[2] = {0.78125F, 0.9375F};
    const struct hs_step *s;

    (void)state;
    import_corpus("torch/converted.pt");
    assert_string_equal(got.model.arch, "vgg8");
    model_gives(simulated, 2, 0);
    program_gives(shifted, 2, 0);
    s = &got.program.step[0];
    assert_int_equal(s->requantize.mode, HS_REQUANTIZE_SHIFT_FLOOR);
    assert_int_equal(s->requantize.shift[0], 10);
    assert_int_equal(((const int32_t *)s->bias.data)[0], 1572); /* floor */
    assert_false(got.program.step[got.program.n - 1].relu);
    assert_true(remarked("module.fc8 is a plain Linear"));
}

static void converting_the_simulated_net_gives_the_same_shifts(void **state)
{
    struct hs_requantizer floors = {.mode = HS_REQUANTIZE_SHIFT_FLOOR, .rounding = HS_ROUND_FLOOR};
    struct hs_program p = HS_PROGRAM_INIT;

    (void)state;
    import_corpus("torch/converted.pt");
    assert_ok(hs_convert(&p, &got.model, &floors, HS_ROUND_FLOOR, &err), &err);
    assert_int_equal(p.n, got.program.n);
    for (size_t i = 0; i < p.n; i++) {
        const struct hs_step *a = &p.step[i], *b = &got.program.step[i];

        assert_int_equal(a->kind, b->kind);
        if (a->kind == HS_STEP_MAXPOOL)
            continue;
        assert_int_equal(a->requantize.shift[0], b->requantize.shift[0]);
        assert_int_equal(a->y.zero_point, b->y.zero_point);
        assert_memory_equal(a->w.data, b->w.data, hs_tensor_count(&a->w));
        assert_memory_equal(a->bias.data, b->bias.data, a->out.c * sizeof(int32_t));
    }
    hs_program_dispose(&p);
}

static void scales_that_are_no_powers_of_two_have_no_shifts(void **state)
{
    static const float simulated[2] = {0.6857739090919495F, 0.8817092776298523F};

    (void)state;
    import_corpus("torch/converted-not-pow2.pt");
    assert_false(got.has_program);
    model_gives(simulated, 2, 1e-6);
    assert_true(remarked("no shift arithmetic"));
    assert_true(remarked("module.conv1.0 (s_y 0.0279677)"));
    assert_true(remarked("module.fc8.0 stands in a Sequential"));
}

static void other_zero_points_are_used_and_said(void **state)
{
    (void)state;
    open_corpus("torch/converted.pt");
    assert_true(hs_tensor_set(&entry("module.fc7.0.zero_point")->tensor, 0, 127));
    assert_ok(import(), &err);
    assert_true(remarked("the zero point of module.fc7.0 is 127"));
    assert_int_equal(got.program.step[got.program.n - 1].x.zero_point, 127);
    assert_true(hs_tensor_set(&entry("module.fc7.0.zero_point")->tensor, 0, 300));
    assert_fails(import(), HS_ERANGE, &err, "module.fc7.0.zero_point is 300");
    assert_true(hs_tensor_set(&entry("module.conv3.0.scale")->tensor, 0, -1));
    assert_fails(import(), HS_ERANGE, &err, "module.conv3.0.scale is -1; a scale is positive");
}

/* The tensors of a network of the zoo, in a file; with `names` instead of the layers' own. */
static void save_zoo(const char *id, const char *path, const char *const *names, size_t leave_out)
{
    struct hs_named_tensor items[32];
    struct hs_model m;
    struct hs_layer *layer;
    struct hs_param *param;
    size_t n = 0, layers = 0;
    const struct hs_layer *last = NULL;

    assert_ok(hs_zoo_make(&m, id, 7, &err), &err);
    for (size_t i = 0; hs_model_param(&m, i, &layer, &param); i++) {
        layers += layer != last;
        last = layer;
        items[n].name =
            hs_arena_printf(&arena, "%s.%s", names != NULL ? names[layers - 1] : layer->name,
                            param->name);
        items[n].tensor = param->value;
        n += i != leave_out;
    }
    assert_ok(hs_tensors_save(path, items, n, &err), &err);
    hs_model_dispose(&m);
}

static const char *temporary(const char *name)
{
    return hs_arena_printf(&arena, "%s/%s", hs_test_tmp(), name);
}

static void same_as_zoo(const char *id)
{
    struct hs_model m;
    struct hs_layer *layer, *mine;
    struct hs_param *param, *read;

    assert_true(got.has_model);
    assert_string_equal(got.model.arch, id);
    assert_ok(hs_zoo_make(&m, id, 7, &err), &err);
    for (size_t i = 0; hs_model_param(&m, i, &layer, &param); i++) {
        assert_true(hs_model_param(&got.model, i, &mine, &read));
        assert_memory_equal(read->value.data, param->value.data,
                            hs_tensor_count(&param->value) * sizeof(float));
    }
    hs_model_dispose(&m);
}

static void a_state_dict_is_matched_by_name(void **state)
{
    static const char *const ids[] = {"mlp", "lab-cnn", "lab-cnn-no-bias", "berkeley-cnn"};

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(ids); i++) {
        const char *path = temporary(i % 2 == 0 ? "net.npz" : "net.safetensors");

        save_zoo(ids[i], path, NULL, SIZE_MAX);
        open_file(path);
        assert_ok(import(), &err);
        same_as_zoo(ids[i]);
        assert_true(remarked("matched by name"));
    }
}

static void a_sequential_is_matched_in_order(void **state)
{
    static const char *const names[] = {"model.0", "model.2", "model.4"};
    const char *path = temporary("net.npz");

    (void)state;
    save_zoo("mlp", path, names, SIZE_MAX);
    open_file(path);
    assert_ok(import(), &err);
    same_as_zoo("mlp");
    assert_true(remarked("in the order of the file"));
}

/* VGG8 as the power-of-two lab names it: BatchNorm is the second of a Sequential. */
static void a_network_with_batchnorm_brings_its_statistics(void **state)
{
    struct hs_named_tensor items[64];
    struct hs_model m;
    const char *path = temporary("vgg8.npz"), *base = "";
    size_t n = 0;

    (void)state;
    assert_ok(hs_zoo_make(&m, "vgg8", 7, &err), &err);
    for (size_t i = 0; i < m.n; i++) {
        struct hs_layer *l = &m.layer[i];
        bool norm = strcmp(l->class->id, "batchnorm") == 0;

        base = norm ? hs_arena_printf(&arena, "%s.1", m.layer[i - 1].name)
                    : hs_arena_printf(&arena, "%s.0", l->name);
        for (int k = 0; k < l->params; k++)
            items[n++] =
                (struct hs_named_tensor){hs_arena_printf(&arena, "%s.%s", base, l->param[k].name),
                                         l->param[k].value};
        if (!norm)
            continue;
        ((float *)l->running_var.data)[1] = 2.5F + (float)i;
        items[n++] = (struct hs_named_tensor){hs_arena_printf(&arena, "%s.running_mean", base),
                                              l->running_mean};
        items[n++] = (struct hs_named_tensor){hs_arena_printf(&arena, "%s.running_var", base),
                                              l->running_var};
    }
    assert_ok(hs_tensors_save(path, items, n, &err), &err);
    hs_model_dispose(&m);
    open_file(path);
    assert_ok(import(), &err);
    same_as_zoo("vgg8");
    assert_close(hs_tensor_get(&got.model.layer[1].running_var, 1), 3.5, 0);
    rename_entry("conv3.1.running_var", "conv3.1.var");
    assert_fails(import(), HS_EFORMAT, &err, "13 layers with weights from conv1.0");
}

/* A VGG8 whose BatchNorm was folded away has no statistics, and is one all the same. */
static void a_folded_network_is_known_too(void **state)
{
    struct hs_named_tensor items[32];
    struct hs_model m, folded;
    struct hs_layer *layer;
    struct hs_param *param;
    const char *path = temporary("folded.safetensors");
    size_t n = 0;

    (void)state;
    assert_ok(hs_zoo_make(&m, "vgg8", 7, &err), &err);
    assert_ok(hs_model_fold(&folded, &m, &err), &err);
    for (; hs_model_param(&folded, n, &layer, &param); n++)
        items[n] =
            (struct hs_named_tensor){hs_arena_printf(&arena, "net.%s.%s", layer->name, param->name),
                                     param->value};
    assert_ok(hs_tensors_save(path, items, n, &err), &err);
    open_file(path);
    assert_ok(import(), &err);
    assert_string_equal(got.model.arch, "vgg8");
    assert_null(hs_model_find(&got.model, "bn1"));
    assert_true(remarked("matched by name"));
    layer = hs_model_find(&got.model, "conv4");
    param = &hs_model_find(&folded, "conv4")->param[0];
    assert_memory_equal(layer->param[0].value.data, param->value.data,
                        hs_tensor_count(&param->value) * sizeof(float));
    hs_model_dispose(&folded);
    hs_model_dispose(&m);
}

static void a_state_dict_that_does_not_fit_is_named(void **state)
{
    const char *path = temporary("net.npz");
    struct hs_entry *e;

    (void)state;
    save_zoo("mlp", path, NULL, 3); /* fc2.bias */
    open_file(path);
    assert_fails(import(), HS_ENOTFOUND, &err,
                 "net.pt: has no tensor fc2.bias of shape (128,), which mlp needs");
    save_zoo("mlp", path, NULL, SIZE_MAX);
    open_file(path);
    e = entry("fc1.weight");
    e->tensor.shape[0] = 64;
    assert_fails(import(), HS_ESHAPE, &err,
                 "net.pt: fc1.weight has shape (64,784), expected (128,784)");
    e->tensor.shape[0] = 128;
    rename_entry("fc3.weight", "head.kernel");
    assert_fails(import(), HS_ENOTFOUND, &err, "fc3.weight of shape (10,128)");
    open_file(path);
    assert_true(hs_tensor_set(&entry("fc2.weight")->tensor, 5, (double)INFINITY));
    assert_fails(import(), HS_ERANGE, &err, "element 5 of fc2.weight is inf");
}

static void what_is_unknown_is_told_what_is_known(void **state)
{
    (void)state;
    open_corpus("torch/module.pt");
    assert_fails(import(), HS_EFORMAT, &err, "no network that is known");
    assert_contains(err.text, "lab-cnn-no-bias");
    open_corpus("csv/plain.csv");
    assert_fails(import(), HS_EFORMAT, &err, "0 layers with weights");
}

static void every_allocation_may_fail(void **state)
{
    static const char *const names[] = {"npy/mlp-dict.npy", "torch/chain.pth",
                                        "torch/converted.pt"};

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(names); i++) {
        enum hs_status st = HS_ENOMEM;

        open_corpus(names[i]);
        for (size_t n = 1; st == HS_ENOMEM && n < 10000; n++) {
            hs_imported_dispose(&got);
            hs_error_clear(&err);
            hs_mem_fail_from(n);
            st = hs_import(&got, &file, "net.pt", &err);
            hs_mem_fail_from(0);
        }
        assert_ok(st, &err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_mlp_dict_is_a_float_model_of_raw_pixels, begin, end),
        cmocka_unit_test_setup_teardown(integer_codes_of_an_mlp_dict_count_with_their_scales, begin,
                                        end),
        cmocka_unit_test_setup_teardown(an_mlp_dict_that_does_not_fit_is_named, begin, end),
        cmocka_unit_test_setup_teardown(the_scale_chain_is_a_program_with_divisors, begin, end),
        cmocka_unit_test_setup_teardown(a_chain_that_is_none_is_named, begin, end),
        cmocka_unit_test_setup_teardown(a_chain_without_weight_scales_says_so, begin, end),
        cmocka_unit_test_setup_teardown(a_converted_net_is_simulated_and_shifted, begin, end),
        cmocka_unit_test_setup_teardown(converting_the_simulated_net_gives_the_same_shifts, begin,
                                        end),
        cmocka_unit_test_setup_teardown(scales_that_are_no_powers_of_two_have_no_shifts, begin,
                                        end),
        cmocka_unit_test_setup_teardown(other_zero_points_are_used_and_said, begin, end),
        cmocka_unit_test_setup_teardown(a_state_dict_is_matched_by_name, begin, end),
        cmocka_unit_test_setup_teardown(a_sequential_is_matched_in_order, begin, end),
        cmocka_unit_test_setup_teardown(a_network_with_batchnorm_brings_its_statistics, begin, end),
        cmocka_unit_test_setup_teardown(a_folded_network_is_known_too, begin, end),
        cmocka_unit_test_setup_teardown(a_state_dict_that_does_not_fit_is_named, begin, end),
        cmocka_unit_test_setup_teardown(what_is_unknown_is_told_what_is_known, begin, end),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
