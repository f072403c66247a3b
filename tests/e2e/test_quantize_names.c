/* Files of several tensors: --name with a pattern, and scales that stand beside their codes. */
#include "hs_test.h"

static struct hs_str out = {.buf = hs_str_empty};
static char folder[512];

static void write_file(const char *name, const char *text)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    hs_test_write(path, text, strlen(text));
}

static int make_input(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", hs_test_tmp());
    write_file("net.json", "{\"fc1\":{\"weight\":[[0.5,-1],[0.25,1]],\"bias\":[0.5,1.5]},"
                           "\"fc2\":{\"weight\":[[2.5,-4]]},\"epochs\":3}");
    return 0;
}

static int run(const char *arguments)
{
    return hs_test_run(&out, folder, arguments);
}

static void a_pattern_quantizes_every_tensor_that_matches(void **state)
{
    (void)state;
    assert_int_equal(run("quantize net.json --name '*.weight' --scheme symmetric -o net.npz"), 0);
    assert_contains(out.buf, "fc1.weight (2,2)  scale 0.007874016  zero point 0  clipped 0 + 0");
    assert_contains(out.buf, "fc2.weight (1,2)  scale 0.03149606");
    assert_null(strstr(out.buf, "bias"));
    assert_int_equal(run("show net.npz"), 0);
    assert_contains(out.buf, "fc1.weight.zero_point");
    assert_int_equal(run("quantize net.json --name '*.weight' --json"), 0);
    assert_contains(out.buf, "\"name\":\"fc2.weight\"");
}

static void the_scale_beside_a_name_decodes_it(void **state)
{
    (void)state;
    assert_int_equal(run("quantize net.json -n 'fc*' -a 0 --scheme symmetric -o net.safetensors"),
                     0);
    assert_int_equal(run("dequantize net.safetensors -n fc2.weight"), 0);
    assert_contains(out.buf, "zero point 0");
    assert_contains(out.buf, "\n2.488189 -4\n"); /* 2.5 / (4/127) = 79.4 -> 79 */
    assert_int_equal(run("dequantize net.safetensors -n fc1.weight"), 0);
    assert_contains(out.buf, "2 scales along axis 0");
}

static void fake_quantized_tensors_keep_their_names(void **state)
{
    (void)state;
    assert_int_equal(run("fake-quantize net.json -n 'fc?.weight' --scheme power_of_two -o f.npz"),
                     0);
    assert_contains(out.buf, "scale 0.0078125");
    assert_int_equal(run("show f.npz"), 0);
    assert_contains(out.buf, "fc1.weight");
    assert_null(strstr(out.buf, "scale"));
}

static void a_file_of_several_tensors_asks_for_one(void **state)
{
    (void)state;
    assert_int_equal(run("quantize net.json"), 3);
    assert_contains(out.buf, "net.json: holds no single tensor; name one of");
    assert_contains(out.buf, "fc1.weight");
    assert_int_equal(run("quantize net.json -n 'conv*'"), 3);
    assert_contains(out.buf, "no tensor of real numbers matches \"conv*\"");
    assert_int_equal(run("quantize net.json -n '*' -o one.npy"), 2);
    assert_contains(out.buf, "an .npy file holds one tensor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_quantizes_every_tensor_that_matches),
        cmocka_unit_test(the_scale_beside_a_name_decodes_it),
        cmocka_unit_test(fake_quantized_tensors_keep_their_names),
        cmocka_unit_test(a_file_of_several_tensors_asks_for_one),
    };

    return cmocka_run_group_tests(tests, make_input, NULL);
}
