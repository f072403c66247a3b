#include <math.h>

#include "hs_test.h"
#include "lesson/answer.h"

static void reads_every_spelling_of_a_number(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"12", 12},      {"-0.5", -0.5},         {".5", 0.5},        {"5.", 5},          {"1e-3", 1e-3},
        {"1E+3", 1000},  {"0x1p-7", 0.0078125},  {"0xFF", 255},      {"1/8", 0.125},     {"-3/4", -0.75},
        {"2^-7", 0.0078125}, {"2**-7", 0.0078125}, {"-2^-3", -0.125}, {"2^(-3)", 0.125}, {"2^{-3}", 0.125},
        {"\xe2\x88\x92" "5", -5}, {"1\xe2\x80\x89", 1}, {"663_552", 663552}, {" 7 ", 7}, {"+4", 4},
        {"- 4", -4},     {"1 / 4", 0.25},        {"2^3/2^5", 0.25},  {"0.1", 0.1},       {"1e-9999", 0},
        {"0", 0},        {"-0", 0},              {"4.9e-324", 4.9e-324},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hs_error err = HS_ERROR_INIT;
        double v = (double)NAN;

        assert_ok(hs_answer_number(&v, rows[i].text, &err), &err);
        assert_close(v, rows[i].value, 0.0);
    }
}

static void refuses_what_is_no_number_and_says_where(void **state)
{
    static const struct {
        const char *text;
        int column;
        const char *part;
    } rows[] = {
        {"", 1, "there should be a number"},      {"abc", 1, "there should be a number"},
        {"1,5", 2, "did you mean 1.5?"},          {"-12,25", 4, "did you mean -12.25?"},
        {"1.2.3", 4, "no part of a number"},      {"nan", 1, "there should be a number"},
        {"inf", 1, "there should be a number"},   {"1e999", 6, "too large"},
        {"9^999", 6, "too large"},                {"1/0", 4, "denominator is zero"},
        {"1e", 3, "digits are missing"},          {"5 %", 3, "0.05 for 5 %"},
        {"12 apples", 4, "no part of a number"},  {"2^", 3, "there should be a number"},
        {"2^(3", 5, "not closed"},                {"--1", 2, "there should be a number"},
        {"1__0", 2, "no part of a number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hs_error err = HS_ERROR_INIT;
        double v = 42.0;

        assert_fails(hs_answer_number(&v, rows[i].text, &err), HS_EFORMAT, &err, rows[i].part);
        assert_int_equal(err.column, rows[i].column);
        assert_close(v, 42.0, 0.0);
    }
}

static void a_number_longer_than_any_is_refused_not_overrun(void **state)
{
    char text[4000];
    struct hs_error err = HS_ERROR_INIT;
    double v;

    (void)state;
    memset(text, '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_fails(hs_answer_number(&v, text, &err), HS_EFORMAT, &err, "100 characters");
    text[1] = 'e';
    hs_error_clear(&err);
    assert_fails(hs_answer_number(&v, text, &err), HS_EFORMAT, &err, "100 characters");
}

static void reads_lists_with_spaces_semicolons_and_brackets(void **state)
{
    static const char *const texts[] = {"-6 -5 0.5", "-6; -5; 0.5", "[-6, -5, 0.5]", "{-6, -5, 1/2}", "  -6   -5\t2^-1 ",
                                        "((-6, -5, 0.5))"};
    struct hs_arena *arena = *state;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct hs_error err = HS_ERROR_INIT;
        double *v;
        size_t n;

        assert_ok(hs_answer_list(&v, &n, arena, texts[i], 3, &err), &err);
        assert_int_equal(n, 3);
        assert_close(v[0], -6.0, 0.0);
        assert_close(v[1], -5.0, 0.0);
        assert_close(v[2], 0.5, 0.0);
    }
}

static void refuses_lists_that_cannot_be_told_apart(void **state)
{
    static const struct {
        const char *text, *part;
    } rows[] = {{"1,2 3", "comma"}, {"1 2 3 4", "more numbers"}, {"", "numbers here"}, {"1 x", "a number here"},
                {"3-4", "no part of a number"}, {"1 2/0", "denominator"}, {"[]", "numbers here"}};
    struct hs_arena *arena = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hs_error err = HS_ERROR_INIT;
        double *v;
        size_t n;

        assert_fails(hs_answer_list(&v, &n, arena, rows[i].text, 3, &err), HS_EFORMAT, &err, rows[i].part);
    }
}

/* Both sides of each boundary. */
static void tolerances_hold_at_their_boundaries(void **state)
{
    static const struct {
        enum hs_tolerance_kind kind;
        double amount, s, t;
        bool passes;
    } rows[] = {
        {HS_TOL_EXACT, 0, 1, 1, true},            {HS_TOL_EXACT, 0, 1, 1.0000000000000002, false},
        {HS_TOL_EXACT, 0, -0.0, 0, true},         {HS_TOL_REL, 0.5, 3, 2, true},
        {HS_TOL_REL, 0.5, 3.0000001, 2, false},   {HS_TOL_REL, 0.5, 0, 0, true},
        {HS_TOL_REL, 0.5, 1e-300, 0, false},      {HS_TOL_REL, 0.5, -3, -2, true},
        {HS_TOL_ABS, 0.25, 1.25, 1, true},        {HS_TOL_ABS, 0.25, 1.2500001, 1, false},
        {HS_TOL_SIGFIG, 2, 0.0127, 0.0132, true}, {HS_TOL_SIGFIG, 2, 0.0126, 0.0132, false},
        {HS_TOL_SIGFIG, 1, 0.5, 0, true},         {HS_TOL_SIGFIG, 1, 0.52, 0, false},
        {HS_TOL_LSB, 1, 4, 5, true},              {HS_TOL_LSB, 1, 3, 5, false},
        {HS_TOL_LSB, 1, 4.5, 5, false},           {HS_TOL_ABS, 1, (double)NAN, 1, false},
        {HS_TOL_ABS, 1, 1, (double)NAN, false},           {HS_TOL_EXACT, 0, 5e-324, 5e-324, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct hs_tolerance tolerance = {rows[i].kind, rows[i].amount};

        if (hs_tolerance_accepts(&tolerance, rows[i].s, rows[i].t) != rows[i].passes)
            fail_msg("row %zu: %g for %g", i, rows[i].s, rows[i].t);
    }
}

static void tolerances_are_said_in_words(void **state)
{
    struct hs_str text = HS_STR_INIT;

    (void)state;
    hs_tolerance_describe(&text, &(struct hs_tolerance){HS_TOL_REL, 1e-6});
    assert_string_equal(text.buf, "within 0.0001 % of the value");
    hs_str_clear(&text);
    hs_tolerance_describe(&text, &(struct hs_tolerance){HS_TOL_LSB, 1});
    assert_string_equal(text.buf, "within 1 code");
    hs_str_dispose(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_spelling_of_a_number),
        cmocka_unit_test(refuses_what_is_no_number_and_says_where),
        cmocka_unit_test(a_number_longer_than_any_is_refused_not_overrun),
        cmocka_unit_test_setup_teardown(reads_lists_with_spaces_semicolons_and_brackets, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(refuses_lists_that_cannot_be_told_apart, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test(tolerances_hold_at_their_boundaries),
        cmocka_unit_test(tolerances_are_said_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
