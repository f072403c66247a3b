/* Formulas found in reports, with the question around them. */
#include "grade/formulas.h"
#include "hs_test.h"

/* "label|text;" of each formula. */
static const char *found(struct hs_arena *arena, const char *report, bool notebook)
{
    hs_report_formulas list = {.len = 0};
    struct hs_str out = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;
    const char *copy;

    assert_ok(hs_formulas_find(&list, arena, report, notebook, &err), &err);
    for (size_t i = 0; i < list.len; i++)
        hs_str_printf(&out, "%s|%s%s;", list.items[i].label, list.items[i].plain ? "~" : "",
                      list.items[i].text);
    copy = hs_arena_strdup(arena, out.buf);
    HS_VEC_DISPOSE(&list);
    hs_str_dispose(&out);
    return copy;
}

static void displays_belong_to_the_question_above(void **state)
{
    assert_string_equal(
        found(
            *state,
            "### Question 4.1\n\n(a) $$W x = y\\tag{1.1}$$\n\n(b)\n$$\na &= b \\\\\nc &= d.\n$$\n",
            false),
        "4.1a|W x = y;4.1b|a = b;4.1b|c = d;");
    assert_string_equal(found(*state, "Q5.1: here\n\\[ u = v \\]\n", false), "5.1|u = v;");
    assert_string_equal(
        found(*state, "## 4.1(a)\n\\begin{equation}\np = q\n\\end{equation}\n**b.** $r = s$\n",
              false),
        "4.1a|p = q;4.1b|r = s;");
    assert_string_equal(found(*state, "## 我的答案 问题4.1\n\na) $x=y$\n", false), "4.1a|x=y;");
}

static void an_environment_inside_of_dollars_is_taken_off(void **state)
{
    assert_string_equal(found(*state, "$$\\begin{aligned} a &= b \\\\ &= c \\end{aligned}$$",
                              false),
                        "|a = b = c;");
}

static void code_and_prices_are_no_formulas(void **state)
{
    assert_string_equal(
        found(*state, "```python\nx = $y$\n```\nIt costs $5 or $ 6 a run.\n`a = b` is code\n",
              false),
        "");
    assert_string_equal(found(*state, "```math\nW/s = q\n```\n", false), "|W/s = q;");
}

static void notebooks_give_their_text_cells(void **state)
{
    assert_string_equal(
        found(*state, "# cell 1 code\ny = $x$\n# cell 2 text\n## Question 5.1\n$$b/s = q$$\n",
              true),
        "5.1|b/s = q;");
}

static void lines_that_look_like_equations_are_marked_as_such(void **state)
{
    assert_string_equal(
        found(*state, "4.1\n(a) W/s_W * x/s_x = y\n\nThe accuracy was measured again = 60\n",
              false),
        "4.1a|~W/s_W * x/s_x = y;");
}

static void the_line_is_that_of_the_file(void **state)
{
    hs_report_formulas list = {.len = 0};
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_formulas_find(&list, *state, "# A\r\n\r\n$$\r\na=b\r\n$$\r\nand $c=d$\r\n", false,
                               &err),
              &err);
    assert_int_equal(list.len, 2);
    assert_int_equal(list.items[0].line, 3);
    assert_true(list.items[0].display);
    assert_string_equal(list.items[0].text, "a=b");
    assert_int_equal(list.items[1].line, 6);
    assert_string_equal(list.items[1].heading, "A");
    HS_VEC_DISPOSE(&list);
}

static void what_is_never_closed_ends_with_the_text(void **state)
{
    assert_string_equal(found(*state, "$$ a = b\n", false), "");
    assert_string_equal(found(*state, "$a = b\n\\(c = d\n", false), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
        TEST(displays_belong_to_the_question_above),
        TEST(an_environment_inside_of_dollars_is_taken_off),
        TEST(code_and_prices_are_no_formulas),
        TEST(notebooks_give_their_text_cells),
        TEST(lines_that_look_like_equations_are_marked_as_such),
        TEST(the_line_is_that_of_the_file),
        TEST(what_is_never_closed_ends_with_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
