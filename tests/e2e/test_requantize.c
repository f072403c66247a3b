/* halfstep requantize and halfstep energy from the shell. */
#include "hs_test.h"

static struct hs_str out = {.buf = hs_str_empty};
static char folder[512];

static int make_input(void **state)
{
    static const struct {
        const char *name, *text;
    } files[] = {{"acc.csv", "1000,-1000\n500000,7\n"},
                 {"half.csv", "0.5,1\n"},
                 {"over.csv", "3000000000,1\n"},
                 {"net.json", "{\"conv1\":{\"weight\":[[[[1,2],[3,4]]]],\"bias\":[1],"
                              "\"padding\":[1,1],\"stride\":[2,2]},"
                              "\"fc\":{\"weight\":[[1,2,3],[4,5,6]]},\"bn\":{\"weight\":[1,2]}}"},
                 {"one.csv", "7984,-7984\n"}};
    char path[600];

    (void)state;
    snprintf(folder, sizeof folder, "%s", hs_test_tmp());
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        hs_test_write(path, files[i].text, strlen(files[i].text));
    }
    return 0;
}

static int run(const char *arguments)
{
    return hs_test_run(&out, folder, arguments);
}

/* TensorFlow issue #25087 (LABS G8): double and single rounding of one accumulator. */
static void two_engines_give_two_codes_for_one_accumulator(void **state)
{
    (void)state;
    assert_int_equal(run("requantize one.csv --mantissa 1583594044 --shift=-9 --requantize "
                         "gemmlowp,single_rounding"),
                     0);
    assert_contains(out.buf,
                    "gemmlowp: mantissa 1583594044, shift -9\n0 saturated below, 0 above\n12 ");
    assert_contains(out.buf, "single_rounding: mantissa 1583594044, shift -9");
    assert_contains(out.buf, "codes differ from gemmlowp\n11 ");
}

static void saturated_codes_are_counted(void **state)
{
    (void)state;
    assert_int_equal(run("requantize acc.csv --multiplier 0.125"), 0);
    assert_contains(out.buf, "0 saturated below, 1 above\n125 -125 127 1\n");
    assert_int_equal(run("requantize acc.csv --shift 3 --unsigned --bits 8 -z 128 --json"), 0);
    assert_contains(out.buf, "\"requantize\":\"shift_floor\"");
    assert_contains(out.buf, "\"saturated_low\":0,\"saturated_high\":1");
    assert_contains(out.buf, "\"q\":[[253,3],[255,128]]");
}

static void a_factor_for_each_channel_goes_along_an_axis(void **state)
{
    (void)state;
    assert_int_equal(run("requantize acc.csv --multiplier 0.0001,0.1 --axis 1"), 0);
    assert_contains(out.buf, "\n0 -100 50 1\n");
    assert_int_equal(run("requantize acc.csv --scales 0.5,0.02:0.01,10 --axis 0"), 0);
    assert_contains(out.buf, "\n1 -1 127 0\n");
    assert_int_equal(run("requantize acc.csv --multiplier 0.0001,0.1 --axis -1"), 0);
    assert_contains(out.buf, "\n0 -100 50 1\n");
    assert_int_equal(run("requantize acc.csv --multiplier 0.1 --relu"), 0);
    assert_contains(out.buf, "\n100 0 127 1\n");
    assert_int_equal(run("requantize acc.csv --multiplier 0.1,0.2,0.3 --axis 1"), 3);
    assert_contains(out.buf, "acc.csv: 3 multipliers");
}

static void all_modes_stand_side_by_side(void **state)
{
    (void)state;
    assert_int_equal(run("requantize acc.csv --multiplier 0.1 --requantize all"), 0);
    assert_contains(out.buf, "float: M = 0.1 in exact arithmetic, half_even");
    assert_contains(out.buf, "fixed16: 6554 / 2^16, half_even");
    assert_contains(out.buf, "dyadic: 204 / 2^11, floor");
    assert_contains(out.buf, "left out: shift_floor: multiplier 0 is 0.1, no power of two");
    assert_int_equal(run("requantize acc.csv --multiplier 0.1 --requantize 'fixed16(floor)'"), 0);
    assert_contains(out.buf, "fixed16: 6554 / 2^16, floor");
}

static void what_it_writes_can_be_read(void **state)
{
    (void)state;
    assert_int_equal(run("requantize acc.csv --multiplier 0.125 -o q.npy"), 0);
    assert_int_equal(run("dequantize q.npy --scale 8"), 0);
    assert_contains(out.buf, "1000 -1000 1016 8");
}

static void each_mistake_has_its_sentence(void **state)
{
    static const struct {
        const char *arguments;
        int code;
        const char *sentence;
    } cases[] = {
        {"acc.csv", 2, "needs one factor: --multiplier M"},
        {"acc.csv -m 1 --shift 3", 2, "needs one factor"},
        {"acc.csv -m -1", 3, "multiplier 0 is -1; it must be finite and not negative"},
        {"acc.csv -m nan", 3, "multiplier 0 is nan"},
        {"acc.csv --mantissa 4", 2, "--mantissa N --shift N"},
        {"acc.csv --shift 40", 3, "shifts by -31 to 31"},
        {"acc.csv --mantissa 1,2 --shift 1,2,3 --axis 1", 3, "2 mantissas for 3 shifts"},
        {"acc.csv -m 1 -r tflite", 2, "choose one of float, gemmlowp"},
        {"acc.csv -m 1 -r 'fixed16(up)'", 2, "in the brackets stands half_even"},
        {"acc.csv --shift 3 -r float", 2, "float needs a multiplier"},
        {"acc.csv --scales 1,2", 2, "the scales of input, weights and output"},
        {"acc.csv --scales 1,0,2", 3, "a step, above 0"},
        {"acc.csv -m 0.3 -r shift_floor", 3, "0.3, no power of two"},
        {"acc.csv -m 1e12 -r gemmlowp", 3, "fixed point ends at 2^30"},
        {"acc.csv -m 1 -z 200", 2, "zero_point 200 is outside"},
        {"acc.csv -m 1 -r float,gemmlowp -o q.npy", 2, "-o writes the codes of one mode"},
        {"half.csv -m 1", 3, "half.csv: element 0 is 0.5"},
        {"over.csv -m 1", 3, "over.csv: element 0 is 3000000000: the accumulator overflows"},
        {"missing.npy -m 1", 3, "missing.npy"},
    };
    char line[160];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line, "requantize %s", cases[i].arguments);
        assert_int_equal(run(line), cases[i].code);
        assert_contains(out.buf, cases[i].sentence);
    }
}

/* The pow2-vgg8 lab's last layer (SEMANTICS 1 "Energy", LABS E1.6). */
static void a_layer_is_counted_in_every_accounting(void **state)
{
    (void)state;
    assert_int_equal(run("energy linear:128x10"), 0);
    assert_contains(out.buf, "       422.8        5888 13.93\n");
    assert_contains(out.buf, "      388.24        5888 15.17\n");
    assert_contains(out.buf, "       384.1        5888 15.33\n");
    assert_contains(out.buf, "       383.4        5879 15.33\n");
    assert_int_equal(run("energy linear:128x10 --no-bias --accounting hoisted --json"), 0);
    assert_contains(out.buf, "\"schema\":\"halfstep.energy/1\"");
    assert_contains(out.buf, "\"counts_fp32\":{\"fp32_mul\":1280,\"fp32_add\":1270}");
    assert_contains(out.buf, "\"energy_fp32_pJ\":\"5879\",\"energy_int8_pJ\":\"387.24\"");
}

static void padding_is_counted_or_left_out(void **state)
{
    (void)state;
    assert_int_equal(run("energy conv:1x1x3:p1@3x3 -a folded --json"), 0);
    assert_contains(out.buf, "\"int8_mul\":81");
    assert_int_equal(run("energy conv:1x1x3:p1@3x3 -a folded --json --padding valid"), 0);
    assert_contains(out.buf, "\"int8_mul\":49");
    assert_int_equal(run("energy linear:2x3 linear:3x4 -a folded"), 0);
    assert_contains(out.buf, "all 2 layers");
    assert_int_equal(run("energy linear:2"), 2);
    assert_contains(out.buf, "write linear:128x10 or conv:");
    assert_int_equal(run("energy linear:2x2 -a mine"), 2);
    assert_contains(out.buf, "choose formula6, hoisted, folded or report");
    assert_int_equal(run("energy linear:2x2 --padding same"), 2);
    assert_contains(out.buf, "choose dense or valid");
}

/* conv1: one kernel of 2 x 2 over 4 x 4; fc: 3 -> 2 without bias. */
static void the_layers_of_a_file_are_counted(void **state)
{
    (void)state;
    assert_int_equal(run("energy net.json --size conv1=4x4:s2 -a folded --json"), 0);
    assert_contains(out.buf, "\"name\":\"conv1\",\"layer\":\"conv:1x1x2:s2:p0:g1@4x4\"");
    assert_contains(out.buf, "\"bias\":true");
    assert_contains(out.buf, "\"int8_mul\":16"); /* 2 x 2 positions of 4 taps */
    assert_contains(out.buf, "\"name\":\"fc\",\"layer\":\"linear:3x2\",\"bias\":false");
    assert_int_equal(run("energy net.json"), 2);
    assert_contains(out.buf, "add --size conv1=32x32");
    assert_int_equal(run("energy net.json --size conv1=4"), 2);
    assert_contains(out.buf, "write rows x columns");
    assert_int_equal(run("energy net.json --size conv2=4x4"), 2);
    assert_contains(out.buf, "no convolution of that name");
    assert_int_equal(run("energy acc.csv"), 3);
    assert_contains(out.buf, "acc.csv: holds no layer");
    assert_int_equal(run("energy absent.pt"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_engines_give_two_codes_for_one_accumulator),
        cmocka_unit_test(saturated_codes_are_counted),
        cmocka_unit_test(a_factor_for_each_channel_goes_along_an_axis),
        cmocka_unit_test(all_modes_stand_side_by_side),
        cmocka_unit_test(what_it_writes_can_be_read),
        cmocka_unit_test(each_mistake_has_its_sentence),
        cmocka_unit_test(a_layer_is_counted_in_every_accounting),
        cmocka_unit_test(padding_is_counted_or_left_out),
        cmocka_unit_test(the_layers_of_a_file_are_counted),
    };

    return cmocka_run_group_tests(tests, make_input, NULL);
}
