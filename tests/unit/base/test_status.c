#include "hs_test.h"

static void first_error_wins(void **state)
{
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    assert_int_equal(hs_fail(&err, HS_ERANGE, "element %d is bad", 3), HS_ERANGE);
    assert_int_equal(hs_fail(&err, HS_EIO, "later"), HS_EIO);
    assert_int_equal(err.code, HS_ERANGE);
    assert_string_equal(err.text, "element 3 is bad");
    hs_error_prefix(&err, "%s", "w1.npy");
    assert_string_equal(err.text, "w1.npy: element 3 is bad");
    hs_error_clear(&err);
    assert_int_equal(err.code, HS_OK);
}

static void every_status_has_name_meaning_and_exit_code(void **state)
{
    (void)state;
    for (int i = 0; i < HS_STATUS_COUNT; i++) {
        int code = hs_status_exit_code((enum hs_status)i);

        assert_true(strlen(hs_status_name((enum hs_status)i)) > 1);
        assert_true(strlen(hs_status_meaning((enum hs_status)i)) > 1);
        assert_true((code >= 0 && code <= 7) || code == 130);
    }
}

static void a_null_error_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(hs_fail(NULL, HS_ENOMEM, "x"), HS_ENOMEM);
    hs_error_prefix(NULL, "x");
    hs_error_clear(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_error_wins),
        cmocka_unit_test(every_status_has_name_meaning_and_exit_code),
        cmocka_unit_test(a_null_error_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
