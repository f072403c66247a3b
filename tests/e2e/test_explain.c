/* halfstep explain: one element in every profile. */
#include "hs_test.h"

static struct hs_str out = {.buf = hs_str_empty};

static int run(const char *arguments)
{
    return hs_test_run(&out, NULL, arguments);
}

/* No line is wider than 80 columns; "◂" is three bytes and one column. */
static void assert_narrow(void)
{
    for (const char *line = out.buf; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t n = strcspn(line, "\n"), columns = 0;

        for (size_t i = 0; i < n; i++)
            columns += ((unsigned char)line[i] & 0xC0) != 0x80;
        assert_true(columns <= 80);
        if (line[n] == '\0')
            break;
    }
}

/* FBGEMM, fbgemm/src/QuantUtils.cc: the comment on reciprocal against division gives these two
 * floats; LABS G14. */
static void division_ends_at_127_and_the_reciprocal_at_128(void **state)
{
    (void)state;
    assert_int_equal(run("explain x=0.273939937 s=0.00214854861 dtype=uint8"), 0);
    assert_narrow();
    assert_contains(out.buf, "B parts from A at x/s.");
    assert_contains(out.buf, "127.49999, 1 ulp below the");
    assert_contains(out.buf, "Codes: A 127, B 128.");
    assert_int_equal(run("explain x=0.273939937 s=0.00214854861 dtype=uint8 --json"), 0);
    assert_contains(out.buf, "\"schema\":\"halfstep.explain/1\"");
    assert_contains(out.buf, "\"codes_differ\":true");
    assert_contains(out.buf, "\"parts_at\":\"x/s\"");
    assert_contains(out.buf, "\"hex\":\"0x1.fdfffep+6\"");
}

static void as_int8_the_clamp_hides_the_difference(void **state)
{
    (void)state;
    assert_int_equal(run("explain x=0.273939937 s=0.00214854861 profile=onnx,torch"), 0);
    assert_contains(out.buf, "B parts from A at x/s.");
    assert_contains(out.buf, "All end at the code 127 all the same. B is clipped: 128 is outside");
}

/* The quantize_per_tensor lab: 2.5 with the zero point -43 is -41, or -40 when it is added first.
 */
static void the_order_of_rounding_and_zero_point_is_explained(void **state)
{
    (void)state;
    assert_int_equal(run("explain x=2.5 s=1 z=-43 zero_point_order=all profile=onnx"), 0);
    assert_contains(out.buf, "Compared: zero_point_order, in the profile onnx");
    assert_contains(out.buf, "R(2.5) = 2; B adds the zero point");
    assert_contains(out.buf, "R(2.5 - 43) + 43 = 3.");
    assert_contains(out.buf, "A -41, B -40");
    assert_int_equal(run("explain x=2.5 s=1 z=-43 zero_point_order=before_rounding"), 0);
    assert_contains(out.buf, "zero_point_order=before_rounding");
    assert_int_equal(run("explain x=2.5 s=1 z=-200 profile=distiller"), 0);
    assert_contains(out.buf, "its code is -128."); /* Distiller's zero points are no codes */
}

static void several_words_of_one_option_are_compared(void **state)
{
    (void)state;
    assert_int_equal(run("explain x=-2.5 s=1 rounding=all narrow"), 0);
    assert_contains(out.buf, "A: half_even, half_up, toward_zero, ceil (float32, x/s)");
    assert_contains(out.buf, "B: half_away, floor (float32, x/s)");
    assert_contains(out.buf, "-2.5 is a tie");
    assert_contains(out.buf, "equally near to x");
    assert_int_equal(run("explain x=-2.5 s=1 rounding=floor,ceil division=all"), 2);
    assert_contains(out.buf, "vary one of them at a time");
}

static void another_precision_is_another_number_from_the_first_step(void **state)
{
    (void)state;
    assert_int_equal(run("explain x=0.1 s=1/255 precision=float64 profile=halfstep,torch"), 0);
    assert_narrow();
    assert_contains(out.buf, "C parts from A at x.");
    assert_contains(out.buf, "25.5, exactly a tie");
    assert_contains(out.buf, "A 25, B 25, C 26");
    assert_int_equal(run("explain x=3e-60 s=1e-60 precision=float64"), 0);
    assert_contains(out.buf, "There is one path, and its code is 3.");
}

static void without_utf8_every_byte_is_ascii(void **state)
{
    (void)state;
    setenv("LC_ALL", "C", 1);
    assert_int_equal(run("explain x=2.5 s=1 rounding=half_even,half_away"), 0);
    unsetenv("LC_ALL");
    assert_contains(out.buf, "3 <\n");
    for (size_t i = 0; i < out.len; i++)
        assert_true((unsigned char)out.buf[i] < 0x80);
}

static void options_may_be_written_with_dashes(void **state)
{
    (void)state;
    assert_int_equal(run("explain -x -0.3 --scale 0.01 --dtype int8 --profile torch"), 0);
    assert_contains(out.buf, "There is one path, and its code is -30.");
}

static void a_missing_or_senseless_number_is_named(void **state)
{
    static const struct {
        const char *arguments, *sentence;
    } cases[] = {
        {"explain", "explain needs an element x=X and a scale s=S"},
        {"explain x=1", "explain needs a scale"},
        {"explain s=1", "explain needs an element"},
        {"explain x=one s=1", "x=one: \"one\" cannot be read as a number"},
        {"explain x=nan s=1", "x is not a number"},
        {"explain x=1 s=0", "s=0: a scale is a step, above 0"},
        {"explain x=1 s=-0.1", "s=-0.1: a scale is a step, above 0"},
        {"explain x=1 s=1e-60", "s is 1e-60, which is 0 as float32; choose precision=float64"},
        {"explain x=1 s=nan", "s=nan: a scale is a step"},
        {"explain x=1 s=1 z=200", "the zero point 200 is outside the codes -128 to 127"},
        {"explain x=1 s=1 z=0.5", "z=0.5: a zero point is a whole number"},
        {"explain 0.3 0.01", "\"0.3\" has no name: write NAME=VALUE"},
        {"explain x=1 s=1 ronding=floor", "did you mean --rounding?"},
        {"explain x=1 s=1 rounding=bankers", "choose one of half_even|half_away"},
        {"explain x=1 s=1 bits=40", "bits"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i].arguments), 2);
        assert_contains(out.buf, cases[i].sentence);
    }
    assert_int_equal(run("explain x=1 s=1 profile=tensorrt"), 3);
    assert_contains(out.buf, "choose one of halfstep, torch, onnx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(division_ends_at_127_and_the_reciprocal_at_128),
        cmocka_unit_test(as_int8_the_clamp_hides_the_difference),
        cmocka_unit_test(the_order_of_rounding_and_zero_point_is_explained),
        cmocka_unit_test(several_words_of_one_option_are_compared),
        cmocka_unit_test(another_precision_is_another_number_from_the_first_step),
        cmocka_unit_test(without_utf8_every_byte_is_ascii),
        cmocka_unit_test(options_may_be_written_with_dashes),
        cmocka_unit_test(a_missing_or_senseless_number_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
