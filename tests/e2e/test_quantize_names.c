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
    write_file("table.csv", "0.5,1\n-2,4\n");
    write_file("bad.csv", "0.5,1\n-2,nan\n");
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
    assert_contains(out.buf, "no tensor of real numbers has a name that matches \"conv*\"");
    assert_int_equal(run("quantize net.json -n '*' -o one.npy"), 2);
    assert_contains(out.buf, "an .npy file holds one tensor");
}

/* Nothing that was asked for is left out in silence. */
static void options_that_nobody_would_read_are_refused(void **state)
{
    static const struct {
        const char *arguments;
        int code;
        const char *sentence;
    } cases[] = {
        {"quantize net.json -n fc1.weight -z 3", 2, "--zero-point needs --scale beside it"},
        {"quantize net.json -s 1 --observer mse", 2, "--observer does not go with --scale"},
        {"quantize net.json --qparams q.json -d int4", 2, "--dtype does not go with --qparams"},
        {"quantize net.json --qparams q.json -s 1", 2, "--scale does not go with --qparams"},
        {"quantize net.json --limit-json 10", 3, "the limit is 10"},
        {"quantize net.json --limit-file 0", 2, "--limit-file is 1 or more"},
        {"quantize net.json --signed --unsigned", 2, "halfstep quantize: codes are"},
        {"observe net.json -n fc1.bias -o r.npy", 2, "qparams are written as .json"},
        {"observe net.json -n fc1.bias -s 1", 2, "there is no option -s"},
        {"quantize table.csv -n w", 3, "just one array without a name; leave the name out"},
        {"observe table.csv bad.csv", 3, "bad.csv: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i].arguments), cases[i].code);
        assert_contains(out.buf, cases[i].sentence);
    }
}

static void a_profile_replaces_the_choices_of_a_qparams_file(void **state)
{
    (void)state;
    assert_int_equal(run("observe table.csv --unsigned --bits 8 -o q.json"), 0);
    assert_int_equal(run("quantize table.csv --qparams q.json --profile torch"), 0);
    assert_contains(out.buf, "profile torch");
    assert_contains(out.buf, "computed in float32");
}

static void an_axis_may_be_counted_from_the_end(void **state)
{
    (void)state;
    assert_int_equal(run("quantize table.csv -s 0.5,1 -a -1 -o end.npz"), 0);
    assert_contains(out.buf, "2 scales along axis 1");
    assert_contains(out.buf, "0 clipped below");
    assert_int_equal(run("dequantize end.npz"), 0);
    assert_contains(out.buf, "2 scales along axis 1");
    assert_contains(out.buf, "\n0.5 1 -2 4\n");
    assert_int_equal(run("observe table.csv -a -1 --json"), 0);
    assert_contains(out.buf, "\"axis\":1");
    assert_int_equal(run("observe table.csv -a -3"), 3);
    assert_int_equal(run("observe table.csv -a 0.5"), 2);
    assert_contains(out.buf, "--axis is a whole number");
}

static void observers_take_their_own_numbers(void **state)
{
    (void)state;
    assert_int_equal(run("observe table.csv --observer entropy --bins 64 --levels 16"), 0);
    assert_int_equal(run("observe table.csv --observer mse --grid 10"), 0);
    assert_int_equal(run("observe table.csv --observer entropy --bins 0"), 2);
    assert_contains(out.buf, "--bins is a whole number from 1");
    assert_int_equal(run("observe table.csv --observer percentile --percentile 90,99"), 2);
    assert_contains(out.buf, "--percentile takes one number");
}

/* What students hand in: a module saved whole, with float codes and NAME.scale beside them, and one
 * whose tensors PyTorch quantized itself. */
static void tensors_of_real_models_are_decoded_by_their_own_scales(void **state)
{
    const char *path = hs_test_shared("real/ee219_2024_cnn.pth");
    char line[700];

    (void)state;
    if (path == NULL) {
        print_message("skipped: ../shared/real is absent\n");
        skip();
    }
    snprintf(line, sizeof line, "dequantize '%s' -n conv1.weight --json", path);
    assert_int_equal(run(line), 0);
    assert_contains(out.buf, "\"shape\":[12,3,5,5]");
    assert_contains(out.buf, "\"scale\":0.006981327");
    snprintf(line, sizeof line, "dequantize '%s' -n module.conv1.0.weight -o conv1.npy",
             hs_test_shared("real/ncku_vgg8_pow2.pt"));
    assert_int_equal(run(line), 0);
    assert_contains(out.buf, "scale 0.015625  zero point 0");
    assert_int_equal(run("fake-quantize conv1.npy --scale 2^-6"), 0);
    assert_contains(out.buf, "largest error 0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_quantizes_every_tensor_that_matches),
        cmocka_unit_test(the_scale_beside_a_name_decodes_it),
        cmocka_unit_test(fake_quantized_tensors_keep_their_names),
        cmocka_unit_test(a_file_of_several_tensors_asks_for_one),
        cmocka_unit_test(options_that_nobody_would_read_are_refused),
        cmocka_unit_test(an_axis_may_be_counted_from_the_end),
        cmocka_unit_test(observers_take_their_own_numbers),
        cmocka_unit_test(tensors_of_real_models_are_decoded_by_their_own_scales),
        cmocka_unit_test(a_profile_replaces_the_choices_of_a_qparams_file),
    };

    return cmocka_run_group_tests(tests, make_input, NULL);
}
