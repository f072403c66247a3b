/* Cells at work: setup, questions and demos of small lessons written here, with the real script layer. */
#include <unistd.h>

#include "hs_test.h"
#include "lesson/control.h"
#include "lesson/lint.h"
#include "lesson/run.h"

struct fixture {
    struct hs_lesson lesson;
    struct hs_lesson_run *run;
    struct hs_error err;
    struct hs_str faults;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->lesson = HS_LESSON_INIT;
    f->faults = HS_STR_INIT;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    hs_lesson_run_free(f->run);
    hs_lesson_dispose(&f->lesson);
    hs_str_dispose(&f->faults);
    free(f);
    return 0;
}

#define HEAD "---\nid: x\ntitle: X\n---\n## One\n\n"
#define CELL(kind, code) "```lua " kind "\n" code "\n```\n\n"

static void read_text(struct fixture *f, const char *text)
{
    assert_ok(hs_lesson_read(&f->lesson, hs_bytes_of(text), "x.md", &f->err), &f->err);
}

static void open_text(struct fixture *f, const char *text)
{
    read_text(f, text);
    assert_ok(hs_lesson_run_open(&f->run, &f->lesson, 1, &f->err), &f->err);
}

static void setup_cells_run_in_order_before_all_else(void **state)
{
    struct fixture *f = *state;
    const struct hs_question *q;

    open_text(f, HEAD CELL("ask", "return ask.number{id = 'q', prompt = 'p', answer = both}")
                     CELL("setup", "one = 1") "## Two\n\n" CELL("setup", "both = one + 1"));
    assert_ok(hs_lesson_run_question(&q, f->run, 0, 0, &f->err), &f->err);
    assert_close(q->answer[0], 2.0, 0.0);
    assert_int_equal(q->points, 1000);
}

static void a_question_is_asked_of_the_script_once(void **state)
{
    struct fixture *f = *state;
    const struct hs_question *first, *again;

    open_text(f, HEAD CELL("setup", "count = 0")
                     CELL("ask", "count = count + 1\nreturn ask.integer{id = 'q', prompt = 'p', answer = count}"));
    assert_ok(hs_lesson_run_question(&first, f->run, 0, 1, &f->err), &f->err);
    assert_ok(hs_lesson_run_question(&again, f->run, 0, 1, &f->err), &f->err);
    assert_ptr_equal(first, again);
    assert_close(again->answer[0], 1.0, 0.0);
}

static void a_question_left_for_later_is_completed_in_its_place(void **state)
{
    struct fixture *f = *state;
    const struct hs_question *q, *whole;

    open_text(
        f,
        HEAD CELL("setup", "count = 0") CELL(
            "ask",
            "return ask.integer{id = 'q', points = 3, transfer = true, later = function() count = "
            "count + 1\n"
            "return {id = 'other', prompt = 'p', answer = count, hints = {'h'}, points = 9} end}"));
    assert_ok(hs_lesson_run_question_head(&q, f->run, 0, 1, &f->err), &f->err);
    assert_true(q->pending);
    assert_int_equal(q->points, 3000);
    assert_int_equal(q->n, 0);
    assert_string_equal(q->prompt, "");
    for (int i = 0; i < 2; i++) {
        assert_ok(hs_lesson_run_question(&whole, f->run, 0, 1, &f->err), &f->err);
        assert_ptr_equal(whole, q);
        assert_false(q->pending);
        assert_close(q->answer[0], 1.0, 0.0);
        assert_int_equal(q->nhints, 1);
        assert_string_equal(q->id, "q");
        assert_int_equal(q->points, 3000);
        assert_true(q->transfer);
    }
}

static void what_later_returns_is_checked_like_a_question(void **state)
{
    static const struct {
        const char *later, *sentence;
    } wrong[] = {
        {"3", "later should be a function"},
        {"function() return 3 end", "returns a table, not a number"},
        {"function() return {prompt = 'p'} end", "has no answer"},
        {"function() return {prompt = 'p', answer = 1, anwser = 2} end", "no field \"anwser\""},
        {"function() return {prompt = 'p', answer = 1.5} end", "answer should be an integer"},
        {"function() error('no') end", "no"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct hs_str text = HS_STR_INIT;
        const struct hs_question *q;

        hs_str_printf(&text, HEAD CELL("ask", "return ask.integer{id = 'q', later = %s}"),
                      wrong[i].later);
        open_text(f, text.buf);
        assert_fails(hs_lesson_run_question(&q, f->run, 0, 0, &f->err), HS_ESCRIPT, &f->err,
                     wrong[i].sentence);
        assert_true(f->err.line >= 1);
        hs_lesson_run_free(f->run);
        hs_lesson_dispose(&f->lesson);
        f->run = NULL;
        f->lesson = HS_LESSON_INIT;
        f->err = HS_ERROR_INIT;
        hs_str_dispose(&text);
    }
}

static const char demo_text[] =
    HEAD CELL("demo", "return {controls = {\n"
                      "  {id = 'n', kind = 'slider', min = 0, max = 10, step = 2, value = 4},\n"
                      "  {id = 'f', kind = 'slider', min = -1, max = 1, step = 0.25, value = 0.5, unit = 'V'},\n"
                      "  {id = 'on', kind = 'toggle', value = true},\n"
                      "  {id = 'how', kind = 'choice', choices = {'up', 'down'}, value = 'down'}},\n"
                      " view = function(c) return {view = 'text', text = math.type(c.n) .. ' ' .. c.n .. ' ' .. math.type(c.f)"
                      " .. ' ' .. tostring(c.on) .. ' ' .. c.how} end}");

static const char *view_text(struct fixture *f, struct hs_demo **demo)
{
    assert_ok(hs_lesson_run_demo(demo, f->run, 0, 0, &f->err), &f->err);
    return hs_value_text(&(*demo)->view, "text", "");
}

static void the_view_follows_the_controls(void **state)
{
    struct fixture *f = *state;
    struct hs_demo *demo;

    open_text(f, demo_text);
    assert_string_equal(view_text(f, &demo), "integer 4 float true down");
    assert_int_equal(demo->ncontrols, 4);
    assert_ok(hs_lesson_run_set(f->run, 0, 0, "n", 7.1, &f->err), &f->err);
    assert_ok(hs_lesson_run_set(f->run, 0, 0, "on", 0, &f->err), &f->err);
    assert_ok(hs_lesson_run_set(f->run, 0, 0, "how", 0, &f->err), &f->err);
    assert_string_equal(view_text(f, &demo), "integer 8 float false up");
    assert_ok(hs_lesson_run_set(f->run, 0, 0, "n", 1e300, &f->err), &f->err);
    assert_close(demo->controls[0].value, 10.0, 0.0);
    assert_close(demo->controls[0].initial, 4.0, 0.0);
    assert_fails(hs_lesson_run_set(f->run, 0, 0, "m", 1, &f->err), HS_ENOTFOUND, &f->err, "there are n, f, on, how");
}

static void a_thousand_moves_do_not_pile_up(void **state)
{
    struct fixture *f = *state;
    struct hs_demo *demo;

    open_text(f, demo_text);
    for (int i = 0; i < 1000; i++) {
        assert_ok(hs_lesson_run_set(f->run, 0, 0, "n", i % 11, &f->err), &f->err);
        assert_ok(hs_lesson_run_demo(&demo, f->run, 0, 0, &f->err), &f->err);
    }
    assert_string_equal(view_text(f, &demo), "integer 10 float true down");
}

static void controls_are_written_and_read_in_words(void **state)
{
    struct fixture *f = *state;
    struct hs_demo *demo;
    struct hs_str text = HS_STR_INIT;
    double v;

    open_text(f, demo_text);
    view_text(f, &demo);
    for (size_t i = 0; i < demo->ncontrols; i++) {
        hs_control_text(&text, &demo->controls[i]);
        hs_str_add(&text, ";");
    }
    assert_string_equal(text.buf, "4;0.5 V;on;down;");
    hs_str_dispose(&text);
    assert_ok(hs_control_parse(&v, &demo->controls[1], "-1/4", &f->err), &f->err);
    assert_close(v, -0.25, 0.0);
    assert_ok(hs_control_parse(&v, &demo->controls[2], "OFF", &f->err), &f->err);
    assert_close(v, 0.0, 0.0);
    assert_fails(hs_control_parse(&v, &demo->controls[3], "left", &f->err), HS_EINVAL, &f->err, "one of up, down");
}

static void faults_carry_file_and_line(void **state)
{
    static const struct {
        const char *text, *part;
        int line;
    } rows[] = {
        {HEAD CELL("demo", "local a = 1\nreturn a.b.c"), "index", 9},
        {HEAD CELL("demo", "return 5"), "a demo cell returns", 8},
        {HEAD CELL("demo", "return {controls = {{id = 'n', kind = 'slider', min = 2, max = 1, step = 1}},\nview = print}"),
         "min < max", 8},
        {HEAD CELL("demo", "return {controls = {{id = 'n', kind = 'toggle'}}, view = {}}"), "needs view = function", 8},
        {HEAD CELL("demo", "return {view = function(c)\nerror('no') end}"), "no", 9},
        {HEAD CELL("demo", "x ="), "unexpected symbol", 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hs_lesson lesson = HS_LESSON_INIT;
        struct hs_lesson_run *run = NULL;
        struct hs_error err = HS_ERROR_INIT;
        struct hs_demo *demo;

        (void)state;
        assert_ok(hs_lesson_read(&lesson, hs_bytes_of(rows[i].text), "x.md", &err), &err);
        assert_ok(hs_lesson_run_open(&run, &lesson, 1, &err), &err);
        assert_fails(hs_lesson_run_demo(&demo, run, 0, 0, &err), HS_ESCRIPT, &err, rows[i].part);
        assert_string_equal(err.source, "x.md");
        if (rows[i].line > 0)
            assert_int_equal(err.line, rows[i].line);
        hs_lesson_run_free(run);
        hs_lesson_dispose(&lesson);
    }
}

static void an_ask_cell_says_what_is_wrong_with_it(void **state)
{
    static const char *const rows[][2] = {
        {"return ask.number{id = 'q', prompt = 'p'}", "has no answer"},
        {"return ask.number{id = 'q', prompt = 'p', answer = 1, hint = {}}", "has no field \"hint\""},
        {"return ask.number{prompt = 'p', answer = 1}", "id should be a string"},
        {"return ask.number{id = 'q', prompt = 'p', answer = 1, misconceptions = {{id = 'a', message = 'm'}}}", "has no value"},
        {"return ask.number{id = 'q', prompt = 'p', answer = 0/0}", "answer should be finite"},
        {"return ask.choice{id = 'q', prompt = 'p', answer = 3, choices = {'a', 'b'}}", "the number of a choice"},
        {"return {}", "a question made by ask"},
        {"return 1", "a question made by ask"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hs_lesson lesson = HS_LESSON_INIT;
        struct hs_lesson_run *run = NULL;
        struct hs_error err = HS_ERROR_INIT;
        struct hs_str text = HS_STR_INIT;
        const struct hs_question *q;

        hs_str_printf(&text, HEAD "```lua ask\n%s\n```\n", rows[i][0]);
        assert_ok(hs_lesson_read(&lesson, hs_bytes_of(text.buf), "x.md", &err), &err);
        assert_ok(hs_lesson_run_open(&run, &lesson, 1, &err), &err);
        assert_fails(hs_lesson_run_question(&q, run, 0, 0, &err), HS_ESCRIPT, &err, rows[i][1]);
        assert_int_equal(err.line, 8);
        hs_lesson_run_free(run);
        hs_lesson_dispose(&lesson);
        hs_str_dispose(&text);
    }
}

static void cells_get_no_files_and_no_time_without_end(void **state)
{
    struct fixture *f = *state;
    struct hs_demo *demo;

    open_text(f, HEAD CELL("demo", "return {view = 'text', text = tostring(pcall(tensor.load, '/etc/passwd'))}")
                     CELL("demo", "while true do end"));
    assert_ok(hs_lesson_run_demo(&demo, f->run, 0, 0, &f->err), &f->err);
    assert_string_equal(hs_value_text(&demo->view, "text", ""), "false");
    assert_fails(hs_lesson_run_demo(&demo, f->run, 0, 1, &f->err), HS_ELIMIT, &f->err, "");
    assert_string_equal(f->err.source, "x.md");
}

static void tensors_come_from_the_lessons_own_data(void **state)
{
    struct fixture *f = *state;
    const struct hs_question *q;

    assert_ok(hs_lesson_load(&f->lesson, hs_test_source("tests/cases/lesson/course/lessons/01-halves"), &f->err), &f->err);
    assert_ok(hs_lesson_run_open(&f->run, &f->lesson, 1, &f->err), &f->err);
    for (size_t i = 0; i < f->lesson.steps.items[0].parts.len; i++)
        if (f->lesson.steps.items[0].parts.items[i].kind == HS_PART_ASK) {
            assert_ok(hs_lesson_run_question(&q, f->run, 0, i, &f->err), &f->err);
            assert_close(q->answer[0], 4.0 / 255.0, 0.0);
        }
}

static void a_missing_tensor_file_is_named(void **state)
{
    struct fixture *f = *state;

    read_text(f, "---\nid: x\ntitle: X\ntensors: nowhere.npz\n---\n## One\n");
    assert_int_not_equal(hs_lesson_run_open(&f->run, &f->lesson, 1, &f->err), HS_OK);
    assert_contains(f->err.text, "nowhere.npz");
    f->run = NULL;
}

static void note_fault(void *payload, const char *sentence)
{
    struct fixture *f = payload;

    hs_str_printf(&f->faults, "%s\n", sentence);
}

static void the_linter_finds_each_kind_of_fault(void **state)
{
    struct fixture *f = *state;
    size_t count;

    assert_ok(hs_lesson_load(&f->lesson, hs_test_source("tests/cases/lesson/faulty"), &f->err), &f->err);
    assert_ok(hs_lesson_lint(&f->lesson, 1, note_fault, f, &count, &f->err), &f->err);
    assert_int_equal(count, 6);
    assert_contains(f->faults.buf, "lesson.md:8: the link \"other.md\" leads nowhere");
    assert_contains(f->faults.buf, "lesson.md:15: at an end of \"n\"");
    assert_contains(f->faults.buf, "\"1.1-same\" passes as right");
    assert_contains(f->faults.buf, "the message of \"1.1-a\" tells the answer");
    assert_contains(f->faults.buf, "\"1.1-b\" is taken for \"1.1-a\"");
    assert_contains(f->faults.buf, "lesson.md:31: ask.number has no answer");
}

static void the_linter_finds_two_questions_of_one_id(void **state)
{
    struct fixture *f = *state;
    size_t count;

    read_text(f, HEAD CELL("ask", "return ask.number{id = 'q', prompt = 'p', answer = 1}") "## Two\n\n"
                     CELL("ask", "return ask.number{id = 'q', prompt = 'p', answer = 2}"));
    assert_ok(hs_lesson_lint(&f->lesson, 1, note_fault, f, &count, &f->err), &f->err);
    assert_int_equal(count, 1);
    assert_contains(f->faults.buf, "two questions have the id \"q\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(setup_cells_run_in_order_before_all_else),
        TEST(a_question_is_asked_of_the_script_once),
        TEST(a_question_left_for_later_is_completed_in_its_place),
        TEST(what_later_returns_is_checked_like_a_question),
        TEST(the_view_follows_the_controls),
        TEST(a_thousand_moves_do_not_pile_up),
        TEST(controls_are_written_and_read_in_words),
        TEST(faults_carry_file_and_line),
        TEST(an_ask_cell_says_what_is_wrong_with_it),
        TEST(cells_get_no_files_and_no_time_without_end),
        TEST(tensors_come_from_the_lessons_own_data),
        TEST(a_missing_tensor_file_is_named),
        TEST(the_linter_finds_each_kind_of_fault),
        TEST(the_linter_finds_two_questions_of_one_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
