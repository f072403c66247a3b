#include "hs_test.h"

#include <math.h>

#include "num/number.h"

static void reads_what_people_write(void **state)
{
    static const struct {
        const char *text;
        double value;
        int64_t num, den;
        int decimals, significant;
    } rows[] = {
        {"12", 12, 12, 1, 0, 2},
        {"-0.5", -0.5, -1, 2, 1, 1},
        {".5", 0.5, 1, 2, 1, 1},
        {"5.", 5, 5, 1, 0, 1},
        {"0.50", 0.5, 1, 2, 2, 2},
        {"1e-3", 0.001, 1, 1000, 0, 1},
        {"1E+3", 1000, 1000, 1, 0, 1},
        {"0x1p-7", 0x1p-7, 1, 128, 0, 0},
        {"0xFF", 255, 255, 1, 0, 0},
        {"0x.8p0", 0.5, 1, 2, 0, 0},
        {"0b101", 5, 5, 1, 0, 3},
        {"3/128", 3.0 / 128, 3, 128, 0, 0},
        {"6 / -4", -1.5, -3, 2, 0, 0},
        {"2^-7", 0x1p-7, 1, 128, 0, 0},
        {"2**-7", 0x1p-7, 1, 128, 0, 0},
        {"-2^-3", -0.125, -1, 8, 0, 0},
        {"-2^2", -4, -4, 1, 0, 0},
        {"1.5^2", 2.25, 9, 4, 0, 0},
        {"3/2^7", 3.0 / 128, 3, 128, 0, 0},
        {"0^0", 1, 1, 1, 0, 0},
        {"\u22120.25", -0.25, -1, 4, 2, 2},
        {"\u2009+1_000\u00a0", 1000, 1000, 1, 0, 4},
        {"0", 0, 0, 1, 0, 0},
    };
    struct hs_error err = HS_ERROR_INIT;
    struct hs_number n;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_ok(hs_number_read(&n, rows[i].text, 0, &err), &err);
        assert_close(n.value, rows[i].value, 0);
        assert_true(n.exact);
        assert_int_equal(n.num, rows[i].num);
        assert_int_equal(n.den, rows[i].den);
        assert_int_equal(n.decimals, rows[i].decimals);
        assert_int_equal(n.significant, rows[i].significant);
    }
}

static void keeps_the_double_when_no_fraction_fits(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_number n;

    (void)state;
    assert_ok(hs_number_read(&n, "1e-300", 0, &err), &err);
    assert_false(n.exact);
    assert_close(n.value, 1e-300, 0);
    assert_ok(hs_number_read(&n, "0.1234567890123456789012345", 0, &err), &err);
    assert_false(n.exact);
    assert_close(n.value, 0.1234567890123456789012345, 0);
    assert_ok(hs_number_read(&n, "2^-1000", 0, &err), &err);
    assert_close(n.value, 0x1p-1000, 0);
    assert_ok(hs_number_read(&n, "1/3", 0, &err), &err);
    assert_true(n.exact);
    assert_close(n.value, 1.0 / 3, 0);
}

static void wrong_text_is_refused_at_its_place(void **state)
{
    static const struct {
        const char *text;
        int column;
        const char *part;
    } rows[] = {
        {"1,5", 2, "did you mean 1.5?"},
        {"-12,50", 4, "did you mean -12.50?"},
        {"1.2.3", 4, "second point"},
        {"", 1, "there is nothing"},
        {"  ", 3, "there is nothing"},
        {"abc", 1, "a digit was expected"},
        {"1e", 3, "an exponent was expected"},
        {"2^x", 3, "a whole exponent"},
        {"12 steps", 4, "nothing was expected behind"},
        {"50%", 3, "no percentage"},
        {"1/0", 4, "divides by 0"},
        {"0^-1", 5, "negative power"},
        {"1e999", 6, "too large"},
        {"nan", 1, "a digit was expected"},
        {"0x", 3, "a digit was expected"},
        {"0b1.1", 6, "no point"},
        {"--1", 2, "a digit was expected"},
    };
    struct hs_number n;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hs_error err = HS_ERROR_INIT;

        assert_fails(hs_number_read(&n, rows[i].text, 0, &err), HS_EINVAL, &err, rows[i].part);
        assert_int_equal(err.column, rows[i].column);
    }
}

static void percent_and_nonfinite_need_a_flag(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_number n;

    (void)state;
    assert_ok(hs_number_read(&n, "12.5 %", HS_NUMBER_PERCENT, &err), &err);
    assert_true(n.percent && n.exact);
    assert_close(n.value, 0.125, 0);
    assert_ok(hs_number_read(&n, "-Inf", HS_NUMBER_NONFINITE, &err), &err);
    assert_true(isinf(n.value) && n.value < 0 && !n.exact);
    assert_ok(hs_number_read(&n, "NaN", HS_NUMBER_NONFINITE, &err), &err);
    assert_true(isnan(n.value));
}

static void equality_is_of_values_not_of_writing(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_number a, b;

    (void)state;
    assert_ok(hs_number_read(&a, "0.50", 0, &err), &err);
    assert_ok(hs_number_read(&b, "64/128", 0, &err), &err);
    assert_true(hs_number_equal(&a, &b));
    assert_ok(hs_number_read(&b, "0.333", 0, &err), &err);
    assert_ok(hs_number_read(&a, "1/3", 0, &err), &err);
    assert_false(hs_number_equal(&a, &b));
    assert_ok(hs_number_read(&a, "1e-300", 0, &err), &err);
    assert_false(hs_number_equal(&a, &b));
    assert_true(hs_number_equal(&a, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_people_write),
        cmocka_unit_test(keeps_the_double_when_no_fraction_fits),
        cmocka_unit_test(wrong_text_is_refused_at_its_place),
        cmocka_unit_test(percent_and_nonfinite_need_a_flag),
        cmocka_unit_test(equality_is_of_values_not_of_writing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
