/* Exports: ONNX decoded with a small reader of the wire format, npz and safetensors read back, the
 * C header compiled and run beside the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hs_test.h"
#include "io/container.h"
#include "nn/zoo.h"
#include "publish/export.h"
#include "publish/onnx.h"
#include "publish/protobuf.h"

enum { PICTURES = 6 };

/* A calibrated network of the zoo and its program; pictures are noise. */
struct made {
    struct hs_arena arena;
    struct hs_dataset_split split;
    struct hs_program p;
};

static void make(struct made *m, const char *net, const char *qconfig, bool sums)
{
    struct hs_model model = HS_MODEL_INIT, prepared = HS_MODEL_INIT;
    struct hs_qconfig q;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_rng rng = hs_rng_seed(4, 4);
    size_t shape[4] = {PICTURES};

    *m = (struct made){.p = HS_PROGRAM_INIT};
    assert_ok(hs_zoo_make(&model, net, 7, &err), &err);
    shape[1] = model.input.extent.c;
    shape[2] = model.input.extent.h;
    shape[3] = model.input.extent.w;
    assert_ok(hs_tensor_new(&m->split.images, &m->arena, HS_UINT8, 4, shape, &err), &err);
    assert_ok(hs_tensor_new(&m->split.labels, &m->arena, HS_UINT8, 1, shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&m->split.images); i++)
        ((uint8_t *)m->split.images.data)[i] = (uint8_t)hs_rng_below(&rng, 256);
    assert_ok(hs_qconfig_find(&q, qconfig, &err), &err);
    q.sums = sums;
    assert_ok(hs_prepare(&prepared, &model, &q, &err), &err);
    assert_ok(hs_calibrate(&prepared, &m->split, 0, 3, NULL, NULL, NULL, &err), &err);
    assert_ok(hs_convert(&m->p, &prepared, &q.requantize, q.bias_rounding, &err), &err);
    hs_model_dispose(&model);
    hs_model_dispose(&prepared);
}

static void end(struct made *m)
{
    hs_program_dispose(&m->p);
    hs_arena_dispose(&m->arena);
}

static void write_with(struct hs_str *out, const char *id, const struct hs_program *p)
{
    const struct hs_exporter *e;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_exporter_find(&e, id, &err), &err);
    assert_ok(e->write(out, p, "net", &err), &err);
}

/* ---- the wire format ---- */

struct wire {
    const unsigned char *at, *end;
};

static uint64_t varint(struct wire *w)
{
    uint64_t v = 0;

    for (int shift = 0;; shift += 7) {
        assert_true(w->at < w->end && shift < 64);
        v |= (uint64_t)(*w->at & 0x7f) << shift;
        if ((*w->at++ & 0x80) == 0)
            return v;
    }
}

/* The next field; LENGTH fields give their bytes, others a number. False at the end. */
static bool field(struct wire *w, int *number, struct wire *bytes, uint64_t *v)
{
    uint64_t key;

    if (w->at == w->end)
        return false;
    key = varint(w);
    *number = (int)(key >> 3);
    *bytes = (struct wire){NULL, NULL};
    switch (key & 7) {
    case 0:
        *v = varint(w);
        break;
    case 2:
        *v = varint(w);
        assert_true(*v <= (uint64_t)(w->end - w->at));
        *bytes = (struct wire){w->at, w->at + *v};
        w->at += *v;
        break;
    default:
        fail_msg("wire type %d", (int)(key & 7));
    }
    return true;
}

/* The n-th field of a number inside a message; at NULL when there is none. */
static struct wire nth(struct wire w, int number, size_t n)
{
    struct wire bytes, none = {NULL, NULL};
    uint64_t v;
    int k;

    while (field(&w, &k, &bytes, &v))
        if (k == number && n-- == 0)
            return bytes;
    return none;
}

static bool is(struct wire w, const char *text)
{
    return (size_t)(w.end - w.at) == strlen(text) && memcmp(w.at, text, strlen(text)) == 0;
}

static size_t count_nodes(struct wire graph, const char *op)
{
    size_t n = 0;
    struct wire node;

    for (size_t i = 0; (node = nth(graph, 1, i)).at != NULL; i++)
        n += op == NULL || is(nth(node, 4, 0), op);
    return n;
}

static struct wire initializer(struct wire graph, const char *name)
{
    struct wire t, none = {NULL, NULL};

    for (size_t i = 0; (t = nth(graph, 5, i)).at != NULL; i++)
        if (is(nth(t, 8, 0), name))
            return t;
    return none;
}

/* Every name that a node takes was given by the input, an initializer or a node before it. */
static void assert_connected(struct wire graph)
{
    struct wire node, name;

    for (size_t i = 0; (node = nth(graph, 1, i)).at != NULL; i++)
        for (size_t k = 0; (name = nth(node, 1, k)).at != NULL; k++) {
            char text[200];
            bool known;
            struct wire other;

            assert_true((size_t)(name.end - name.at) < sizeof text);
            memcpy(text, name.at, (size_t)(name.end - name.at));
            text[name.end - name.at] = '\0';
            known = strcmp(text, "input") == 0 || initializer(graph, text).at != NULL;
            for (size_t j = 0; !known && j < i; j++) {
                other = nth(graph, 1, j);
                known = is(nth(other, 2, 0), text);
            }
            if (!known)
                fail_msg("node %zu takes %s, which nobody gives", i, text);
        }
}

static struct wire graph_of(const struct hs_str *file)
{
    struct wire w = {(const unsigned char *)file->buf,
                     (const unsigned char *)file->buf + file->len};
    struct wire graph = nth(w, 7, 0), opset = nth(w, 8, 0), bytes;
    uint64_t v = 0;
    int k;

    assert_true(is(nth(w, 2, 0), "halfstep"));
    assert_true(field(&opset, &k, &bytes, &v) && k == 2 && v == HS_ONNX_OPSET);
    assert_non_null(graph.at);
    return graph;
}

static void onnx_has_the_operators_and_the_codes(void **state)
{
    struct made m;
    struct hs_str file = HS_STR_INIT;
    struct wire graph, t;

    (void)state;
    make(&m, "lab-cnn", "int8", false);
    write_with(&file, "onnx", &m.p);
    graph = graph_of(&file);
    assert_connected(graph);
    assert_int_equal(count_nodes(graph, "Conv"), 2);
    assert_int_equal(count_nodes(graph, "Gemm"), 3);
    assert_int_equal(count_nodes(graph, "MaxPool"), 2);
    assert_int_equal(count_nodes(graph, "Relu"), 4);
    assert_int_equal(count_nodes(graph, "Flatten"), 1);
    assert_int_equal(count_nodes(graph, "QuantizeLinear"), 6);
    assert_int_equal(count_nodes(graph, "DequantizeLinear"), 6 + 10);
    t = nth(initializer(graph, "conv2.weight"), 9, 0);
    assert_int_equal(t.end - t.at, 32 * 12 * 9);
    assert_memory_equal(t.at, m.p.step[2].w.data, 32 * 12 * 9);
    assert_true(is(nth(nth(graph, 12, 0), 1, 0), "codes"));
    assert_true(is(nth(nth(graph, 12, 1), 1, 0), "logits"));
    hs_str_clear(&file);
    write_with(&file, "onnx-qoperator", &m.p);
    graph = graph_of(&file);
    assert_connected(graph);
    assert_int_equal(count_nodes(graph, "QLinearConv"), 5);
    assert_int_equal(count_nodes(graph, "MaxPool"), 2);
    assert_int_equal(count_nodes(graph, NULL), 1 + 5 + 2 + 1 + 1);
    hs_str_dispose(&file);
    end(&m);
}

static void sums_and_other_zero_points_have_their_own_nodes(void **state)
{
    struct made m;
    struct hs_str file = HS_STR_INIT;
    struct wire graph;

    (void)state;
    make(&m, "mlp", "int8", true);
    write_with(&file, "onnx", &m.p);
    graph = graph_of(&file);
    assert_connected(graph);
    assert_true(is(nth(nth(graph, 12, 0), 1, 0), "logits"));
    hs_str_clear(&file);
    write_with(&file, "onnx-qoperator", &m.p);
    graph = graph_of(&file);
    assert_connected(graph);
    assert_int_equal(count_nodes(graph, "ConvInteger"), 1);
    end(&m);
    make(&m, "mlp", "pow2", false); /* zero point 128: the ReLU is a Clip of codes */
    hs_str_clear(&file);
    write_with(&file, "onnx-qoperator", &m.p);
    assert_int_equal(count_nodes(graph_of(&file), "Clip"), 2);
    assert_connected(graph_of(&file));
    hs_str_dispose(&file);
    end(&m);
}

static void tensors_come_back(void **state)
{
    static const char *const formats[] = {"npz", "safetensors"};
    struct made m;

    (void)state;
    make(&m, "mlp", "int8", false);
    for (int i = 0; i < 2; i++) {
        struct hs_str file = HS_STR_INIT;
        struct hs_container c = HS_CONTAINER_INIT;
        struct hs_io_limits limits = hs_io_limits_default();
        struct hs_tensor w, scale;
        struct hs_error err = HS_ERROR_INIT;

        write_with(&file, formats[i], &m.p);
        assert_ok(hs_container_read(&c,
                                    (struct hs_bytes){(const unsigned char *)file.buf, file.len},
                                    "x", &limits, &err),
                  &err);
        assert_string_equal(c.format, formats[i]);
        assert_ok(hs_container_tensor(&w, &c, "fc2.weight", &err), &err);
        assert_int_equal(w.shape[1], 128);
        assert_memory_equal(w.data, m.p.step[1].w.data, 128 * 128);
        assert_ok(hs_container_tensor(&scale, &c, "fc2.weight_scale", &err), &err);
        assert_true(hs_tensor_get(&scale, 5) == m.p.step[1].s_w[5]);
        hs_container_dispose(&c);
        hs_str_dispose(&file);
    }
    end(&m);
}

/* ---- C ---- */

static const char *const driver =
    "#include <stdio.h>\n#include <stdlib.h>\n#include \"net.h\"\n"
    "int main(void)\n{\n    static float x[net_INPUTS], logits[net_CLASSES];\n\n"
    "    while (fread(x, sizeof x, 1, stdin) == 1) {\n        net_run(x, logits);\n"
    "        fwrite(logits, sizeof logits, 1, stdout);\n    }\n    return 0;\n}\n";

static void write_file(const char *folder, const char *name, const void *data, size_t n)
{
    char path[300];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
}

static void run_compiled(const char *folder, const char *compiler, float *logits, size_t n)
{
    char text[1200];
    FILE *f;

    snprintf(text, sizeof text,
             "cd '%s' && %s -Wall -Wextra -Werror -ffp-contract=off driver.c -o driver -lm && "
             "./driver <values >logits",
             folder, compiler);
    assert_int_equal(system(text), 0);
    snprintf(text, sizeof text, "%s/logits", folder);
    f = fopen(text, "rb");
    assert_non_null(f);
    assert_int_equal(fread(logits, sizeof *logits, n, f), n);
    fclose(f);
}

static void compare_c(const char *net, const char *qconfig, bool sums)
{
    char folder[] = "/tmp/hs-export-XXXXXX", alone[300];
    struct made m;
    struct hs_str file = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;
    float want[PICTURES * 10], got[PICTURES * 10], *x;
    size_t count;

    make(&m, net, qconfig, sums);
    count = hs_tensor_count(&m.split.images);
    x = hs_arena_alloc(&m.arena, count, sizeof *x);
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < PICTURES; i++) /* one at a time: rows of (c, y, x) */
        hs_input_fill(x + i * count / PICTURES, &m.p.input, &m.split.images, &i, 1);
    write_with(&file, "c", &m.p);
    write_file(folder, "net.h", file.buf, file.len);
    write_file(folder, "driver.c", driver, strlen(driver));
    write_file(folder, "values", x, count * sizeof *x);
    assert_ok(hs_program_run(want, &m.p, &m.split.images, NULL, PICTURES, 0, NULL, &err), &err);
    run_compiled(folder, "cc -std=c99 -D_GNU_SOURCE -O2", got, PICTURES * 10);
    snprintf(alone, sizeof alone,
             "cd '%s' && echo '#include \"net.h\"' >alone.c && cc -Wall -Wextra -Werror -std=c99 "
             "-D_GNU_SOURCE -c alone.c",
             folder);
    assert_int_equal(system(alone), 0);
    assert_memory_equal(want, got, sizeof want);
    if (system("command -v c++ >/dev/null") == 0) {
        run_compiled(folder, "c++ -x c++ -O1", got, PICTURES * 10);
        assert_memory_equal(want, got, sizeof want);
    }
    hs_str_dispose(&file);
    snprintf((char *)want, sizeof want, "rm -r '%s'", folder);
    assert_int_equal(system((char *)want), 0);
    end(&m);
}

static void the_c_header_runs_to_the_same_bits(void **state)
{
    (void)state;
    if (system("command -v cc >/dev/null") != 0)
        skip();
    compare_c("mlp", "int8", true);
    compare_c("berkeley-cnn", "int8", false);
    compare_c("lab-cnn", "pow2", false);
}

static void what_a_format_cannot_say_is_said(void **state)
{
    struct made m;
    const struct hs_exporter *e;
    struct hs_str out = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    make(&m, "mlp", "pow2", false);
    assert_ok(hs_exporter_find(&e, "onnx", &err), &err);
    assert_contains(hs_export_remark(e, &m.p), "ONNX requantizes by a float factor");
    assert_ok(hs_exporter_find(&e, "c", &err), &err);
    assert_null(hs_export_remark(e, &m.p));
    m.p.step[0].requantize.mode = HS_REQUANTIZE_GEMMLOWP;
    assert_fails(e->write(&out, &m.p, "net", &err), HS_EINVAL, &err,
                 "step fc1 requantizes by gemmlowp");
    hs_error_clear(&err);
    assert_fails(hs_exporter_find(&e, "tflite", &err), HS_ENOTFOUND, &err, "there are onnx, ");
    hs_str_dispose(&out);
    end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(onnx_has_the_operators_and_the_codes),
        cmocka_unit_test(sums_and_other_zero_points_have_their_own_nodes),
        cmocka_unit_test(tensors_come_back),
        cmocka_unit_test(the_c_header_runs_to_the_same_bits),
        cmocka_unit_test(what_a_format_cannot_say_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
