/* What is the same, what is not, and why: exactly, and with a sentence. */
#include "algebra/decide.h"
#include "hs_test.h"

static const char *const names[] = {"W",     "x",      "y", "b",   "beta", "s_w", "s_in",
                                    "s_out", "s_beta", "a", "a_0", "a_1",  "a_2", "n"};

static struct hs_algebra_answer ask_given(struct hs_arena *arena, const char *lhs, const char *rhs,
                                          enum hs_relation relation, const char *const *given,
                                          size_t n)
{
    struct hs_algebra_question q = {.lhs = lhs,
                                    .rhs = rhs,
                                    .relation = relation,
                                    .names = names,
                                    .nnames = 14,
                                    .given = given,
                                    .ngiven = n};
    struct hs_algebra_answer a;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_algebra_ask(&a, arena, &q, &err), &err);
    return a;
}

static struct hs_algebra_answer ask(struct hs_arena *arena, const char *lhs, const char *rhs,
                                    enum hs_relation relation)
{
    return ask_given(arena, lhs, rhs, relation, NULL, 0);
}

static void same(struct hs_arena *arena, const char *lhs, const char *rhs)
{
    struct hs_algebra_answer a = ask(arena, lhs, rhs, HS_RELATION_EXPR);

    if (!a.well_formed || !a.equivalent)
        fail_msg("%s is not %s: %s", lhs, rhs, a.message);
}

static void other(struct hs_arena *arena, const char *lhs, const char *rhs)
{
    struct hs_algebra_answer a = ask(arena, lhs, rhs, HS_RELATION_EXPR);

    if (!a.well_formed || a.equivalent)
        fail_msg("%s is %s: %s", lhs, rhs, a.message);
}

static void fault(struct hs_arena *arena, const char *text, enum hs_fault_kind kind, int column)
{
    struct hs_algebra_answer a = ask(arena, text, "x", HS_RELATION_EXPR);

    if (a.well_formed || a.fault.kind != kind || a.fault.column != column || a.in != HS_IN_LHS)
        fail_msg("%s: %s in column %d: %s", text, hs_fault_name(a.fault.kind), a.fault.column,
                 a.fault.message);
}

static void three_notations_are_one(void **state)
{
    same(*state, "\\frac{W}{s_{w}}\\cdot x^{-2}", "W·x⁻²÷s_w");
    same(*state, "\\left[ x+b \\right]\\,y", "(x + b) y");
    same(*state, "\\mathrm{W}\\;s_{\\text{in}}", "W*s_in");
    same(*state, "\\tfrac{1}{2} x", "0.5x");
    same(*state, "s_ws_{in}", "s_w s_in");
    same(*state, "β/s_β", "\\frac{\\beta}{s_{\\beta}}");
    same(*state, "2^3 x", "8x");
    same(*state, "--x", "x");
    same(*state, "x*-y", "-x*y");
}

static void functions_are_opaque_but_their_arguments_are_not(void **state)
{
    same(*state, "max(abs(W))/127", "\\frac{\\max\\left(\\left|W\\right|\\right)}{127}");
    same(*state, "round(x*(y+b))", "round(x*b + y*x)");
    other(*state, "round(x*y)", "round(x)*round(y)");
    same(*state, "max(x, y)", "max(y, x)");
    other(*state, "clamp(x, y, b)", "clamp(x, b, y)");
    same(*state, "abs(-x)", "abs(x)");
    other(*state, "abs(x)", "x");
    same(*state, "\\operatorname{f}(x)", "\\operatorname{f}(x+0)");
    other(*state, "\\operatorname{f}(x)", "\\operatorname{g}(x)");
}

static void products_over_an_index(void **state)
{
    same(*state, "\\prod_{i=0}^{2} a_i", "a_0*a_1*a_2");
    same(*state, "\\prod_{i=0}^{2} (a_i x)", "a_0*a_1*a_2*x^3");
    same(*state, "\\prod_{i=1}^{0} a_i", "1");
    same(*state, "\\prod_{i=0}^{n} a_i", "\\prod_{j=0}^{n} a_j");
    same(*state, "\\prod_{i=0}^{n} (a_i b)", "\\prod_{i=0}^{n} b \\cdot \\prod_{i=0}^{n} a_i");
    other(*state, "\\prod_{i=0}^{n} a_i", "\\prod_{i=0}^{n-1} a_i");
    other(*state, "\\prod_{i=0}^{n} a_i", "\\prod_{i=1}^{n} a_i");
    fault(*state, "\\prod_{i=0}^{9} a_i", HS_FAULT_SYMBOL, 17);
    fault(*state, "\\prod_{i=0}^{900} a_i", HS_FAULT_TOO_LARGE, 1);
    fault(*state, "\\prod a_i", HS_FAULT_OPERAND, 1);
}

static void a_fault_has_its_kind_and_its_column(void **state)
{
    fault(*state, "W*(x", HS_FAULT_PARENTHESIS, 5);
    fault(*state, "W*x)", HS_FAULT_PARENTHESIS, 4);
    fault(*state, "\\frac{W}{x", HS_FAULT_BRACE, 11);
    fault(*state, "β/q", HS_FAULT_SYMBOL, 3);
    fault(*state, "x^y", HS_FAULT_EXPONENT, 3);
    fault(*state, "x^2^3", HS_FAULT_OPERAND, 4);
    fault(*state, "x + ", HS_FAULT_OPERAND, 5);
    fault(*state, "1.2.3", HS_FAULT_NUMBER, 1);
    fault(*state, "x/(b-b)", HS_FAULT_ZERO, 4);
    fault(*state, "(x-x)^-1", HS_FAULT_ZERO, 2);
    fault(*state, "\\sqrt{x}", HS_FAULT_COMMAND, 1);
    fault(*state, "x?", HS_FAULT_CHARACTER, 2);
    fault(*state, "x, y", HS_FAULT_CHARACTER, 2);
}

static void limits_have_sentences(void **state)
{
    struct hs_str text = HS_STR_INIT;

    fault(*state, "x^4097", HS_FAULT_TOO_LARGE, 3);
    fault(*state, "((x^4000)^4000)", HS_FAULT_TOO_LARGE, 0);
    fault(*state, "x*12345678901234567890123456789012345678901", HS_FAULT_TOO_LARGE, 3);
    hs_str_add_repeat(&text, "(", 200);
    hs_str_add_char(&text, 'x');
    hs_str_add_repeat(&text, ")", 200);
    fault(*state, text.buf, HS_FAULT_TOO_LARGE, 101);
    hs_str_clear(&text);
    hs_str_add_repeat(&text, "x+", 5000);
    fault(*state, text.buf, HS_FAULT_TOO_LARGE, 0);
    hs_str_dispose(&text);
}

/* Numbers that vanish modulo well-known primes of 61 bits and more are not zero. */
static void large_numbers_are_not_taken_for_zero(void **state)
{
    other(*state, "2305843009213693951*x", "0"); /* 2^61 - 1 */
    other(*state, "2305843009213693951*4611686018427387847*x + x", "x");
    other(*state, "x^2305", "x^2306");
    same(*state, "(x+1)^40 - (x+1)^40", "0");
    same(*state, "0.1 + 0.2", "0.3");
}

static void a_relation_stands_for_its_name(void **state)
{
    static const char *const chain[] = {"y = W*x", "b = y + 1"}, *circle[] = {"y = b", "b = y + 1"},
                             *twice[] = {"y = W", "y = 2*x"}, *none[] = {"W*x = b + y"},
                             *zero[] = {"y = b"}, *bad[] = {"y = x/(W-W)"};
    struct hs_algebra_answer a = ask_given(*state, "b", "W*x + 1", HS_RELATION_EXPR, chain, 2);

    assert_true(a.well_formed && a.equivalent);
    a = ask_given(*state, "b", "x", HS_RELATION_EXPR, circle, 2);
    assert_true(!a.well_formed && a.in == HS_IN_GIVEN && a.given == 1 &&
                a.fault.kind == HS_FAULT_DEFINITION);
    a = ask_given(*state, "b", "x", HS_RELATION_EXPR, twice, 2);
    assert_true(!a.well_formed && a.in == HS_IN_GIVEN && a.given == 1);
    a = ask_given(*state, "b", "x", HS_RELATION_EXPR, none, 1);
    assert_true(!a.well_formed && a.in == HS_IN_GIVEN && a.fault.kind == HS_FAULT_DEFINITION);
    a = ask_given(*state, "x/(y-b)", "x", HS_RELATION_EXPR, zero, 1);
    assert_true(!a.well_formed && a.in == HS_IN_LHS && a.fault.kind == HS_FAULT_ZERO);
    assert_contains(a.fault.message, "under the given relations");
    a = ask_given(*state, "y", "x", HS_RELATION_EXPR, bad, 1);
    assert_true(!a.well_formed && a.in == HS_IN_GIVEN && a.given == 0 &&
                a.fault.kind == HS_FAULT_ZERO);
}

/* Definitions that double at each step are refused in no time, and not multiplied out. */
static void definitions_that_grow_are_refused(void **state)
{
    struct hs_arena *arena = *state;
    const char *given[30];
    struct hs_algebra_question q = {.lhs = "v30", .rhs = "v29", .given = given, .ngiven = 30};
    struct hs_algebra_answer a;
    struct hs_error err = HS_ERROR_INIT;

    for (int i = 0; i < 30; i++)
        given[i] = hs_arena_printf(arena, "v%d = v%d*v%d + v%d", i + 1, i, i, i);
    assert_ok(hs_algebra_ask(&a, arena, &q, &err), &err);
    assert_true(!a.well_formed && a.fault.kind == HS_FAULT_TOO_LARGE);
}

static void a_witness_shows_the_difference_with_small_numbers(void **state)
{
    struct hs_algebra_answer a = ask(*state, "b/s_w*s_in", "b/(s_w*s_in)", HS_RELATION_EXPR);

    assert_non_null(a.witness);
    assert_string_not_equal(a.witness->lhs, a.witness->rhs);
    assert_int_equal(a.witness->n, 3);
    a = ask(*state, "W*x = y*s_out", "W*x = y", HS_RELATION_EQUATION);
    assert_non_null(a.witness);
    assert_int_equal(a.witness->of,
                     HS_IN_LHS); /* the expected one holds there, this one does not */
    a = ask(*state, "W*x*x = y*x", "W*x = y", HS_RELATION_EQUATION);
    assert_non_null(
        a.witness); /* only where x is 0: there this one holds and the expected one does not */
    assert_int_equal(a.witness->of, HS_IN_RHS);
}

static void says(struct hs_arena *arena, const char *lhs, const char *rhs,
                 enum hs_relation relation, const char *factor, const char *part)
{
    struct hs_algebra_answer a = ask(arena, lhs, rhs, relation);

    assert_false(a.equivalent);
    assert_contains(a.message, part);
    if (factor == NULL)
        assert_null(a.factor);
    else
        assert_string_equal(a.factor, factor);
}

static void the_reason_is_told(void **state)
{
    says(*state, "b/s_w", "b/(s_w*s_in)", HS_RELATION_EXPR, "s_in", "not divided by s_in");
    says(*state, "b/(s_w*s_in^2)", "b/(s_w*s_in)", HS_RELATION_EXPR, "1/s_in",
         "divided by s_in twice");
    says(*state, "s_out/(s_w*s_in)", "s_w*s_in/s_out", HS_RELATION_EXPR, "s_out^2/(s_w^2*s_in^2)",
         "You multiply by s_out where you should divide");
    says(*state, "x - b", "x + b", HS_RELATION_EXPR, "-1", "term with b has the wrong sign");
    says(*state, "W*x*s_out = y/s_out", "W*x = y", HS_RELATION_EQUATION, "1/s_out^2",
         "s_out multiplies your left side and divides your right side");
    says(*state, "W*x/s_w = y", "W*x = y", HS_RELATION_EQUATION, "1/s_w",
         "Your right side is unchanged");
    says(*state, "W*x + b/s_w = y", "W*x + b = y", HS_RELATION_EQUATION, "1/s_w", "term with b");
    says(*state, "W*x = y", "W*x + b = y", HS_RELATION_EQUATION, NULL, "no term with b");
    says(*state, "x = x", "W*x = y", HS_RELATION_EQUATION, NULL, "whatever the names stand for");
    says(*state, "W*x*x = x*y", "W*x = y", HS_RELATION_EQUATION, NULL,
         "multiplied by x, which may be zero");
    says(*state, "W*x/(s_w*s_in) + b/s_w = y/(s_w*s_in)", "W*x + b = y", HS_RELATION_EQUATION,
         "s_in", "different steps (1/(s_w*s_in), 1/s_w)");
    assert_string_equal(
        ask(*state, "W*x/s_in = y*s_out/s_in", "W*x = y", HS_RELATION_EQUATION).cleared,
        "W*x = y*s_out");
}

static void what_was_understood_reads_back_as_the_same(void **state)
{
    static const char *const texts[] = {"-(x+b)^2/(W*y)/s_w",
                                        "x/(y/(b/W))",
                                        "\\frac{x-y}{-b}",
                                        "max(x,-y)^3",
                                        "1/x/y",
                                        "x-(y-b)",
                                        "2(x+1)3",
                                        "\\prod_{i=0}^{n} (a_i+1)",
                                        "s_{w}^{-2}"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct hs_algebra_answer a = ask(*state, texts[i], "0 x", HS_RELATION_EXPR);

        same(*state, texts[i], a.understood[0]);
        same(*state, texts[i], a.tex[0]);
    }
}

static void an_answer_never_changes(void **state)
{
    const char *first = ask(*state, "W*x/s_w + b", "W*x + b", HS_RELATION_EXPR).message;

    for (int i = 0; i < 5; i++)
        assert_string_equal(ask(*state, "W*x/s_w + b", "W*x + b", HS_RELATION_EXPR).message, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
        TEST(three_notations_are_one),
        TEST(functions_are_opaque_but_their_arguments_are_not),
        TEST(products_over_an_index),
        TEST(a_fault_has_its_kind_and_its_column),
        TEST(limits_have_sentences),
        TEST(large_numbers_are_not_taken_for_zero),
        TEST(a_relation_stands_for_its_name),
        TEST(definitions_that_grow_are_refused),
        TEST(a_witness_shows_the_difference_with_small_numbers),
        TEST(the_reason_is_told),
        TEST(what_was_understood_reads_back_as_the_same),
        TEST(an_answer_never_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
