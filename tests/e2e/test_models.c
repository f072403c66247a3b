/* The networks that ship answer what their README says, on the slice of the test split. */
#include "hs_test.h"

static struct hs_str out = {.buf = hs_str_empty};

static void each_is_found_by_name_and_answers(void **state)
{
    static const char *const cases[][2] = {{"mlp", "493 of 500"},
                                           {"mlp-int8", "493 of 500"},
                                           {"mlp-4", "490 of 500"},
                                           {"mlp-2", "487 of 500"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[100];

        snprintf(command, sizeof command, "eval %s -d mnist/small-test", cases[i][0]);
        assert_int_equal(hs_test_run(&out, hs_test_tmp(), command), 0);
        assert_contains(out.buf, cases[i][1]);
    }
    assert_int_equal(hs_test_run(&out, hs_test_tmp(), "eval mlp-3 -d mnist/small-test"), 3);
    assert_contains(out.buf, "mlp-int8");
    hs_str_dispose(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_found_by_name_and_answers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
