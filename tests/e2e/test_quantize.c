/* observe, quantize, dequantize and fake-quantize from the shell. */
#include "hs_test.h"

static struct hs_str out = {.buf = hs_str_empty};

static char folder[512];

static void write_file(const char *name, const void *data, size_t size)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    hs_test_write(path, data, size);
}

/* x.npy: six floats of shape (2, 3). */
static int make_input(void **state)
{
    static const char header[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
    static const float x[] = {-1, 0.25f, 0.5f, 0.75f, 1, 2};
    unsigned char file[10 + sizeof header - 1 + sizeof x] = "\x93NUMPY\x01";

    (void)state;
    file[8] = sizeof header - 1;
    memcpy(file + 10, header, sizeof header - 1);
    memcpy(file + 10 + sizeof header - 1, x, sizeof x);
    snprintf(folder, sizeof folder, "%s", hs_test_tmp());
    write_file("x.npy", file, sizeof file);
    return 0;
}

static int run(const char *arguments)
{
    return hs_test_run(&out, folder, arguments);
}

static void given_scales_give_the_codes_of_the_definition(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --scale 0.5 --zero-point 1"), 0);
    assert_contains(out.buf, "-1 1 2 3 3 5\n"); /* 0.25 and 0.75 are ties */
    assert_int_equal(run("quantize x.npy --scale 0.5 --zero-point 1 --rounding half_away"), 0);
    assert_contains(out.buf, "-1 2 2 3 3 5\n");
    assert_int_equal(run("quantize x.npy --scale 0.5,1 --axis 0"), 0);
    assert_contains(out.buf, "-2 0 1 1 1 2\n");
}

static void what_observe_writes_quantize_reads(void **state)
{
    (void)state;
    assert_int_equal(run("observe x.npy --profile lab-pow2 --unsigned --json"), 0);
    assert_contains(out.buf, "\"schema\":\"halfstep.qparams/1\"");
    assert_contains(out.buf, "\"scale\":0.015625");
    assert_contains(out.buf, "\"zero_point\":128");
    assert_contains(out.buf, "\"axis\":null");
    assert_contains(out.buf, "\"pow2_rounding\":\"nearest\"");
    write_file("qparams.json", out.buf, out.len);
    assert_int_equal(run("quantize x.npy --qparams qparams.json"), 0);
    assert_contains(
        out.buf,
        "64 144 160 176 192 255\n"); /* 2 is 128 steps above zero point 128: one too many */
    assert_contains(out.buf, "1 above");
    write_file("newer.json", "{\"schema\":\"halfstep.qparams/2\"}", 31);
    assert_int_equal(run("quantize x.npy --qparams newer.json"), 4);
}

static void codes_come_back_as_numbers(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --scale 0.25 -o codes.npy"), 0);
    assert_int_equal(run("dequantize codes.npy --scale 0.25"), 0);
    assert_contains(out.buf, "-1 0.25 0.5 0.75 1 2\n");
    assert_int_equal(run("fake-quantize x.npy --scale 0.25"), 0);
    assert_contains(out.buf, "largest error 0 ");
}

static void mistakes_get_a_sentence_and_their_exit_code(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --scale 0.5,1"), 2);
    assert_contains(out.buf, "no axis");
    assert_int_equal(run("quantize x.npy --scale 0,5x"), 2);
    assert_contains(out.buf, "--scale");
    assert_int_equal(run("quantize x.npy --profile tensorrt"), 3);
    assert_contains(out.buf, "choose one of halfstep, torch, onnx");
    assert_int_equal(run("quantize x.npy --rounding bankers"), 2);
    assert_contains(out.buf, "half_even|half_away");
    assert_int_equal(run("observe x.npy --observer maxmin"), 3);
    assert_contains(out.buf, "minmax");
    assert_int_equal(run("quantize missing.npy"), 3);
    assert_contains(out.buf, "missing.npy");
    assert_int_equal(run("quantize x.npy --signed --unsigned"), 2);
    assert_int_equal(run("quantize"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_scales_give_the_codes_of_the_definition),
        cmocka_unit_test(what_observe_writes_quantize_reads),
        cmocka_unit_test(codes_come_back_as_numbers),
        cmocka_unit_test(mistakes_get_a_sentence_and_their_exit_code),
    };

    return cmocka_run_group_tests(tests, make_input, NULL);
}
