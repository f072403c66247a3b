/* halfstep derive from outside: exit codes, the page, and halfstep.derive/1. */
#include "hs_test.h"

#include <unistd.h>

static int run(struct hs_str *out, const char *arguments)
{
    char command[3000];

    hs_str_clear(out);
    snprintf(command, sizeof command, "derive %s", arguments);
    return hs_test_run(out, hs_test_tmp(), command);
}

static void exit_codes_are_those_of_the_contract(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    assert_int_equal(run(&out, "'W*x + b'"), 0);
    assert_int_equal(run(&out, "'W*x' --equals 'x*W'"), 0);
    assert_int_equal(run(&out, "'W*x' --equals 'W'"), 1);
    assert_int_equal(run(&out, "'W*(x' --equals 'W'"), 3);
    assert_contains(out.buf, "column 5: the end was seen");
    assert_int_equal(run(&out, "'W*x' --equals 'W' --relation nearly"), 2);
    assert_int_equal(run(&out, ""), 2);
    assert_int_equal(run(&out, "'W*q' --equals 'W' --names W,x"), 3);
    assert_contains(out.buf, "is no name of this question");
    hs_str_dispose(&out);
}

static void json_has_the_fields_of_the_contract(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    assert_int_equal(run(&out, "--json 'W*x/s_w = y' --equals 'W*x = y'"), 1);
    assert_contains(out.buf, "{\"schema\":\"halfstep.derive/"
                             "1\",\"equivalent\":false,\"relation\":\"equation\",\"error\":null,"
                             "\"witness\":{\"at\":{");
    assert_contains(out.buf, "\"factor\":\"1/s_w\",\"side\":\"lhs\"");
    assert_contains(out.buf, "\"understood\":[\"W*x/s_w = y\",\"W*x = y\"]");
    assert_int_equal(run(&out, "--json 'x/0'"), 3);
    assert_contains(out.buf, "\"equivalent\":null");
    assert_contains(out.buf,
                    "\"error\":{\"in\":\"lhs\",\"kind\":\"division_by_zero\",\"column\":3,");
    assert_int_equal(run(&out, "--json '(a+b)*(a-b)'"), 0);
    assert_contains(out.buf, "\"text\":\"a^2 - b^2\",\"tex\":\"a^{2} - b^{2}\"");
    assert_int_equal(run(&out, "--json b --equals x --given 'b = x/(y-y)'"), 3);
    assert_contains(out.buf, "\"in\":\"given[0]\"");
    hs_str_dispose(&out);
}

static void relations_are_put_in(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    assert_int_equal(run(&out, "'b/(s_w s_in)' --equals 'b/s_b' --given 's_b = s_w*s_in'"), 0);
    assert_contains(out.buf, "under the given relations");
    assert_int_equal(
        run(&out,
            "'\\prod_{i=0}^{n} a_i b_i' --equals '\\prod_{j=0}^{n} b_j \\prod_{j=0}^{n} a_j'"),
        0);
    assert_int_equal(run(&out, "'W*x/s = y/s' --equals 'W*x = y' --relation sides"), 1);
    hs_str_dispose(&out);
}

static void ascii_is_enough(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    setenv("LC_ALL", "C", 1);
    assert_int_equal(run(&out, "'\\frac{\\beta}{s_w}*x^2'"), 0);
    for (size_t i = 0; i < out.len; i++)
        assert_true((unsigned char)out.buf[i] < 0x80);
    assert_contains(out.buf, "beta");
    setenv("LC_ALL", "C.UTF-8", 1);
    hs_str_dispose(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_are_those_of_the_contract),
        cmocka_unit_test(json_has_the_fields_of_the_contract),
        cmocka_unit_test(relations_are_put_in),
        cmocka_unit_test(ascii_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
