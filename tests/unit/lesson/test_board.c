/* Questions about formulas, and derivations line by line. */
#include "hs_test.h"
#include "lesson/board.h"

static struct hs_value texts(struct hs_arena *arena, const char *const *items, size_t n)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < n; i++)
        assert_true(hs_value_push(&list, arena, hs_value_string(arena, items[i])));
    return list;
}

/* The layer with a bias, as L8.1 asks it. */
static struct hs_value derivation(struct hs_arena *arena)
{
    static const char *const names[] = {"W", "x", "b", "y", "s_w", "s_x", "s_b", "s_y"}, *given[] = {"s_b = s_w*s_x"},
                            *lines[] = {"(W*x + b)/(s_w*s_x) = y/(s_w*s_x)",
                                        "(W/s_w*x/s_x + b/s_b)/s_y = y/(s_w*s_x*s_y)"};
    struct hs_value spec = hs_value_map(), numbers = hs_value_map(), row = hs_value_map(), list = hs_value_list();

    hs_value_set(&spec, arena, "ask", hs_value_string(arena, "derivation"));
    hs_value_set(&spec, arena, "id", hs_value_string(arena, "board"));
    hs_value_set(&spec, arena, "prompt", hs_value_string(arena, "derive"));
    hs_value_set(&spec, arena, "start", hs_value_string(arena, "W*x + b = y"));
    hs_value_set(&spec, arena, "answer", texts(arena, lines, 2));
    hs_value_set(&spec, arena, "names", texts(arena, names, 8));
    hs_value_set(&spec, arena, "given", texts(arena, given, 1));
    hs_value_set(&numbers, arena, "W", hs_value_num(2));
    hs_value_set(&numbers, arena, "x", hs_value_num(3));
    hs_value_set(&numbers, arena, "b", hs_value_num(1));
    hs_value_set(&numbers, arena, "y", hs_value_num(7));
    hs_value_set(&spec, arena, "numbers", numbers);
    hs_value_set(&row, arena, "id", hs_value_string(arena, "bias-as-it-is"));
    hs_value_set(&row, arena, "message", hs_value_string(arena, "the bias counts in units"));
    hs_value_set(&row, arena, "value", hs_value_string(arena, "(W/s_w*x/s_x + b)/s_y = y/(s_w*s_x*s_y)"));
    assert_true(hs_value_push(&list, arena, row));
    hs_value_set(&spec, arena, "misconceptions", list);
    return spec;
}

static struct hs_question read(struct hs_arena *arena, const struct hs_value *spec)
{
    struct hs_question q;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_question_read(&q, arena, spec, &err), &err);
    return q;
}

static struct hs_ask_verdict check(struct hs_arena *arena, const struct hs_question *q, const char *text)
{
    struct hs_ask_verdict v;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_question_check(&v, arena, q, text, &err), &err);
    return v;
}

static void a_right_line_is_progress_until_the_goal_is_there(void **state)
{
    struct hs_value spec = derivation(*state);
    struct hs_question q = read(*state, &spec);

    assert_int_equal(check(*state, &q, "W*x/s_w + b/s_w = y/s_w").kind, HS_ANSWER_PROGRESS);
    assert_int_equal(check(*state, &q, "W*x/s_w + b/s_w = y/s_w\n(W/s_w*x/s_x + b/s_b)/s_y = y/(s_w s_x s_y)").kind,
                     HS_ANSWER_CORRECT);
    assert_int_equal(check(*state, &q, q.formula->answer).kind, HS_ANSWER_CORRECT);
    assert_contains(check(*state, &q, "y/s_w = (W*x + b)/s_w").message, "says the same as the line before");
}

static void a_wrong_line_names_the_idea_or_the_term_and_shows_numbers(void **state)
{
    struct hs_value spec = derivation(*state);
    struct hs_question q = read(*state, &spec);
    struct hs_ask_verdict v = check(*state, &q, "(W/s_w*x/s_x + b)/s_y = y/(s_w*s_x*s_y)");

    assert_int_equal(v.kind, HS_ANSWER_MISCONCEPTION);
    assert_string_equal(v.misconception, "bias-as-it-is");
    v = check(*state, &q, "W*x = y + b");
    assert_int_equal(v.kind, HS_ANSWER_WRONG);
    assert_contains(v.message, "term with b has the wrong sign");
    assert_contains(v.message, "left 6, right 8");
}

static void an_unreadable_line_is_invalid_with_its_column(void **state)
{
    struct hs_value spec = derivation(*state);
    struct hs_question q = read(*state, &spec);
    struct hs_ask_verdict v = check(*state, &q, "W*x + (b = y");

    assert_int_equal(v.kind, HS_ANSWER_INVALID);
    assert_contains(v.message, "column 10");
    assert_contains(check(*state, &q, "W*x + q = y").message, "is no name of this question");
}

static void a_chain_is_one_line(void **state)
{
    struct hs_value spec = derivation(*state);
    struct hs_question q = read(*state, &spec);

    assert_int_equal(
        check(*state, &q, "(W/s_w*x/s_x + b/s_b)/s_y = (W/s_w*x/s_x + b/(s_w*s_x))/s_y = y/(s_w*s_x*s_y)").kind,
        HS_ANSWER_CORRECT);
    assert_int_equal(check(*state, &q, "(W/s_w*x/s_x + b/s_b)/s_y = (W/s_w*x/s_x + b/s_w)/s_y = y/(s_w*s_x*s_y)").kind,
                     HS_ANSWER_WRONG);
}

static void the_hint_names_the_next_move(void **state)
{
    struct hs_value spec = derivation(*state);
    struct hs_question q = read(*state, &spec);
    struct hs_str hint = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_board_hint(&hint, &q, "", &err), &err);
    assert_contains(hint.buf, "Divide both sides by s_");
    hs_str_clear(&hint);
    assert_ok(hs_board_hint(&hint, &q, q.formula->answer, &err), &err);
    assert_string_equal(hint.buf, "");
    hs_str_dispose(&hint);
}

static void numbers_stand_beside_a_line_when_every_name_has_one(void **state)
{
    struct hs_value spec = derivation(*state);
    struct hs_question q = read(*state, &spec);
    struct hs_board_row row;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str text = HS_STR_INIT;

    assert_ok(hs_board_row(&row, *state, &q, "W*x = y - b", &err), &err);
    assert_true(row.has_numbers);
    hs_board_numbers(&text, &row);
    assert_string_equal(text.buf, "both sides 6");
    assert_ok(hs_board_row(&row, *state, &q, "W*x/s_w = (y - b)/s_w", &err), &err);
    assert_false(row.has_numbers);
    hs_str_dispose(&text);
}

static void an_ill_formed_answer_of_the_author_is_a_fault(void **state)
{
    struct hs_value spec = derivation(*state);
    struct hs_question q;
    struct hs_error err = HS_ERROR_INIT;

    hs_value_set(&spec, *state, "start", hs_value_string(*state, "W*x + c = y"));
    assert_int_equal(hs_question_read(&q, *state, &spec, &err), HS_ESCRIPT);
    assert_contains(err.text, "start");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
        TEST(a_right_line_is_progress_until_the_goal_is_there),
        TEST(a_wrong_line_names_the_idea_or_the_term_and_shows_numbers),
        TEST(an_unreadable_line_is_invalid_with_its_column),
        TEST(a_chain_is_one_line),
        TEST(the_hint_names_the_next_move),
        TEST(numbers_stand_beside_a_line_when_every_name_has_one),
        TEST(an_ill_formed_answer_of_the_author_is_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
