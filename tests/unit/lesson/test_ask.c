#include "hs_test.h"
#include "lesson/ask.h"

/* A question made field by field, as the Lua cells hand it over. */
struct maker {
    struct hs_arena *arena;
    struct hs_value spec;
};

static struct maker make(struct hs_arena *arena, const char *kind, double answer)
{
    struct maker m = {arena, hs_value_map()};

    hs_value_set(&m.spec, arena, "ask", hs_value_string(arena, kind));
    hs_value_set(&m.spec, arena, "id", hs_value_string(arena, "q"));
    hs_value_set(&m.spec, arena, "prompt", hs_value_string(arena, "what?"));
    hs_value_set(&m.spec, arena, "answer", hs_value_num(answer));
    return m;
}

static void set(struct maker *m, const char *field, struct hs_value v)
{
    assert_true(hs_value_set(&m->spec, m->arena, field, v));
}

static struct hs_value numbers(struct hs_arena *arena, const double *v, size_t n)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < n; i++)
        hs_value_push(&list, arena, hs_value_num(v[i]));
    return list;
}

static struct hs_value texts(struct hs_arena *arena, const char *a, const char *b, const char *c)
{
    struct hs_value list = hs_value_list();

    hs_value_push(&list, arena, hs_value_string(arena, a));
    hs_value_push(&list, arena, hs_value_string(arena, b));
    hs_value_push(&list, arena, hs_value_string(arena, c));
    return list;
}

static void add_misconception(struct maker *m, const char *id, struct hs_value value)
{
    struct hs_value row = hs_value_map(), list = hs_value_list();
    const struct hs_value *old = hs_value_get(&m->spec, "misconceptions");

    if (old != NULL)
        list = *old;
    hs_value_set(&row, m->arena, "id", hs_value_string(m->arena, id));
    hs_value_set(&row, m->arena, "value", value);
    hs_value_set(&row, m->arena, "message", hs_value_string(m->arena, "because"));
    hs_value_push(&list, m->arena, row);
    set(m, "misconceptions", list);
}

static struct hs_ask_verdict check(struct maker *m, const char *answer)
{
    struct hs_question q;
    struct hs_ask_verdict v;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_question_read(&q, m->arena, &m->spec, &err), &err);
    assert_ok(hs_question_check(&v, m->arena, &q, answer, &err), &err);
    return v;
}

static void accepts_its_own_answer_and_echoes_what_it_read(void **state)
{
    struct maker m = make(*state, "number", 0.125);
    struct hs_ask_verdict v = check(&m, " 2^-3 ");

    assert_int_equal(v.kind, HS_ANSWER_CORRECT);
    assert_string_equal(v.understood, "0.125");
    assert_int_equal(check(&m, "0.1250001").kind, HS_ANSWER_CORRECT);
    assert_int_equal(check(&m, "0.125001").kind, HS_ANSWER_WRONG);
}

static void names_the_misconception_that_leads_to_the_number(void **state)
{
    struct maker m = make(*state, "number", 0.5);
    struct hs_ask_verdict v;

    add_misconception(&m, "1.1-double", hs_value_num(1.0));
    add_misconception(&m, "1.1-third", hs_value_num(1.0 / 3.0));
    v = check(&m, "1/3");
    assert_int_equal(v.kind, HS_ANSWER_MISCONCEPTION);
    assert_string_equal(v.misconception, "1.1-third");
    assert_string_equal(v.message, "because");
    assert_string_equal(check(&m, "1").misconception, "1.1-double");
}

static void another_convention_counts_as_right_and_is_named(void **state)
{
    struct maker m = make(*state, "number", 0.5);
    struct hs_value row = hs_value_map(), list = hs_value_list();
    struct hs_question q;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_ask_verdict v;

    hs_value_set(&row, m.arena, "id", hs_value_string(m.arena, "sample"));
    hs_value_set(&row, m.arena, "value", hs_value_num(0.75));
    hs_value_set(&row, m.arena, "message", hs_value_string(m.arena, "with n - 1"));
    hs_value_set(&row, m.arena, "right", hs_value_bool(true));
    hs_value_push(&list, m.arena, row);
    set(&m, "misconceptions", list);
    v = check(&m, "0.75");
    assert_int_equal(v.kind, HS_ANSWER_CORRECT);
    assert_string_equal(v.misconception, "sample");
    assert_string_equal(v.message, "with n - 1");
    assert_string_equal(check(&m, "0.5").misconception, "");
    set(&m, "ask", hs_value_string(m.arena, "predict"));
    assert_fails(hs_question_read(&q, m.arena, &m.spec, &err), HS_ESCRIPT, &err,
                 "right should be left out");
}

/* The coarse gate: rounding is talked of only when the value is nearly right. */
static void general_notes_fit_the_kind_of_slip(void **state)
{
    static const struct {
        const char *answer, *note;
    } rows[] = {{"0.0061", "digits"},      {"-0.006", "sign"}, {"166.6667", "inverse"}, {"0.06", "decimal-point"},
                {"0.024", "power-of-two"}, {"0.0017", ""},     {"0", ""}};
    struct maker m = make(*state, "number", 0.006);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hs_ask_verdict v = check(&m, rows[i].answer);

        assert_int_equal(v.kind, HS_ANSWER_WRONG);
        assert_string_equal(v.misconception, rows[i].note);
        assert_null(strstr(v.message, "0.006"));
    }
}

static void unreadable_input_is_invalid_with_a_reason(void **state)
{
    struct maker m = make(*state, "integer", 128);

    assert_int_equal(check(&m, "").kind, HS_ANSWER_INVALID);
    assert_contains(check(&m, "1,5").message, "did you mean 1.5?");
    assert_contains(check(&m, "127.5").message, "An integer is asked for");
    assert_contains(check(&m, "x").message, "No attempt was used");
    assert_string_equal(check(&m, "x").understood, "");
    assert_string_equal(check(&m, "127").misconception, "off-by-one");
    assert_int_equal(check(&m, "0x80").kind, HS_ANSWER_CORRECT);
}

static void lists_count_what_is_right_without_telling_it(void **state)
{
    const double answer[] = {-6, -5, -4}, up[] = {-5, -4, -3};
    struct maker m = make(*state, "list", 0);

    set(&m, "answer", numbers(m.arena, answer, 3));
    add_misconception(&m, "1.2-up", numbers(m.arena, up, 3));
    assert_int_equal(check(&m, "-6 -5 -4").kind, HS_ANSWER_CORRECT);
    assert_string_equal(check(&m, "-5 -4 -3").misconception, "1.2-up");
    assert_contains(check(&m, "-6 -5 -3").message, "2 of 3 are right");
    assert_int_equal(check(&m, "-6 -5").kind, HS_ANSWER_INVALID);
    assert_contains(check(&m, "-6 -5 -4 -3").message, "Another count");
}

static void choices_take_the_number_or_the_words(void **state)
{
    struct maker m = make(*state, "choice", 2);

    set(&m, "choices", texts(m.arena, "floor", "nearest", "ceil"));
    add_misconception(&m, "1.3-ceil", hs_value_int(3));
    assert_int_equal(check(&m, "2").kind, HS_ANSWER_CORRECT);
    assert_int_equal(check(&m, "Nearest").kind, HS_ANSWER_CORRECT);
    assert_string_equal(check(&m, "2").understood, "2, nearest");
    assert_string_equal(check(&m, "3").misconception, "1.3-ceil");
    assert_int_equal(check(&m, "1").kind, HS_ANSWER_WRONG);
    assert_int_equal(check(&m, "4").kind, HS_ANSWER_INVALID);
    assert_int_equal(check(&m, "0").kind, HS_ANSWER_INVALID);
    assert_int_equal(check(&m, "-1").kind, HS_ANSWER_INVALID);
}

static void any_prediction_stands_and_is_answered_with_the_reveal(void **state)
{
    struct maker m = make(*state, "predict", 2);

    set(&m, "choices", texts(m.arena, "none", "some", "all"));
    set(&m, "reveal", hs_value_string(m.arena, "It is some."));
    assert_int_equal(check(&m, "2").kind, HS_ANSWER_CORRECT);
    assert_int_equal(check(&m, "3").kind, HS_ANSWER_PREDICTED);
    assert_string_equal(check(&m, "3").message, "It is some.");
    assert_int_equal(check(&m, "maybe").kind, HS_ANSWER_INVALID);
}

static void the_answer_as_text_is_accepted(void **state)
{
    const double answer[] = {1.0 / 3.0, -1e-20, 4e15};
    struct maker m = make(*state, "list", 0);
    struct hs_question q;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str text = HS_STR_INIT;

    set(&m, "answer", numbers(m.arena, answer, 3));
    assert_ok(hs_question_read(&q, m.arena, &m.spec, &err), &err);
    hs_question_answer_text(&text, &q);
    assert_int_equal(check(&m, text.buf).kind, HS_ANSWER_CORRECT);
    hs_str_dispose(&text);
}

enum kind { NIL, TEXT, NUMBER, LIST };

static void faults_of_the_author_name_the_field(void **state)
{
    static const struct {
        const char *field, *part;
        enum kind kind;
    } rows[] = {
        {"id", "id should be given", NIL},         {"prompt", "prompt should be text", NUMBER},
        {"answer", "answer should be", TEXT},      {"tolerance", "tolerance should be one of", NUMBER},
        {"points", "points should be", TEXT},      {"hints", "hints should be", NUMBER},
        {"choices", "choices should be left out", LIST}, {"ask", "an ask cell should be", TEXT},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct maker m = make(*state, "number", 1);
        struct hs_question q;
        struct hs_error err = HS_ERROR_INIT;
        struct hs_value v = hs_value_nil();

        if (rows[i].kind == TEXT)
            v = hs_value_string(m.arena, "x");
        else if (rows[i].kind == NUMBER)
            v = hs_value_num(3);
        else if (rows[i].kind == LIST)
            v = texts(m.arena, "a", "b", "c");
        set(&m, rows[i].field, v);
        assert_fails(hs_question_read(&q, m.arena, &m.spec, &err), HS_ESCRIPT, &err, rows[i].part);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accepts_its_own_answer_and_echoes_what_it_read),
        TEST(names_the_misconception_that_leads_to_the_number),
        TEST(another_convention_counts_as_right_and_is_named),
        TEST(general_notes_fit_the_kind_of_slip),
        TEST(unreadable_input_is_invalid_with_a_reason),
        TEST(lists_count_what_is_right_without_telling_it),
        TEST(choices_take_the_number_or_the_words),
        TEST(any_prediction_stands_and_is_answered_with_the_reveal),
        TEST(the_answer_as_text_is_accepted),
        TEST(faults_of_the_author_name_the_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
