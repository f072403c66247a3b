/* Every lesson that ships, played to its end through the binary in the linear mode, at 40 columns
 * and without colour: each misconception is typed first and must be named, then the answer, and all
 * points are earned. The lines are made from the lesson itself, so a new lesson is tested by being
 * there. */
#include "base/utf8.h"
#include "hs_test.h"
#include "lesson/course.h"
#include "lesson/run.h"

enum { COLUMNS = 40 };

static char home[400];

static void set_up(void)
{
    char command[500];

    snprintf(home, sizeof home, "%s/home", hs_test_tmp());
    snprintf(command, sizeof command, "rm -rf '%s'", home);
    assert_int_equal(system(command), 0);
    setenv("HALFSTEP_HOME", home, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", "xterm-256color", 1);
    setenv("NO_COLOR", "1", 1);
    setenv("COLUMNS", "40", 1);
    unsetenv("HALFSTEP_PATH");
}

/* Something unreadable, every known mistake, a hint, the answer. A prediction is closed by the
 * first readable line. */
static void type_question(struct hs_str *lines, struct hs_str *named, const struct hs_question *q)
{
    hs_str_add(lines, "1..2\n");
    if (q->kind != HS_ASK_PREDICT) {
        for (size_t i = 0; i < q->nmisconceptions; i++) {
            if (q->misconceptions[i].right) /* would settle the question */
                continue;
            hs_question_misconception_text(lines, q, i);
            hs_str_add(lines, "\n");
            hs_str_printf(named, "(%s)\n", q->misconceptions[i].id);
        }
        if (q->nhints > 0)
            hs_str_add(lines, "hint\n");
    }
    hs_question_answer_text(lines, q);
    hs_str_add(lines, "\nnext\n");
}

/* What a learner types from the first step to the last; the program says the sums. */
static void type_lesson(struct hs_str *lines, struct hs_str *named, struct hs_str *sums,
                        const struct hs_lesson *lesson)
{
    struct hs_lesson_run *run = NULL;
    struct hs_error err = HS_ERROR_INIT;
    size_t questions = 0;
    int64_t points = 0;

    assert_ok(hs_lesson_run_open(&run, lesson, 1, &err), &err);
    for (size_t i = 0; i < lesson->steps.len; i++) {
        hs_str_printf(lines, "step %zu\n", i + 1);
        for (size_t j = 0; j < lesson->steps.items[i].parts.len; j++) {
            const struct hs_question *q;

            if (lesson->steps.items[i].parts.items[j].kind != HS_PART_ASK)
                continue;
            assert_ok(hs_lesson_run_question(&q, run, i, j, &err), &err);
            type_question(lines, named, q);
            questions++;
            points += q->points;
        }
    }
    hs_str_add(lines, "next\n");
    assert_true(points % 1000 == 0);
    hs_str_printf(sums, "%d of %d points, %zu of %zu questions settled, 0 skipped,",
                  (int)(points / 1000), (int)(points / 1000), questions, questions);
    hs_lesson_run_free(run);
}

/* Lines to words: what is said is wrapped where it happens to be. */
static void unwrap(struct hs_str *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->buf[i] == '\n')
            text->buf[i] = ' ';
}

static void assert_narrow(const struct hs_str *out)
{
    for (size_t from = 0, n; from < out->len; from += n + 1) {
        const char *end = memchr(out->buf + from, '\n', out->len - from);

        n = end != NULL ? (size_t)(end - (out->buf + from)) : out->len - from;
        if (out->buf[from] != '>' && hs_text_width(out->buf + from, n) > COLUMNS)
            fail_msg("wider than %d columns: %.*s", COLUMNS, (int)n, out->buf + from);
    }
}

static void assert_all_named(const struct hs_str *out, char *named)
{
    for (char *id = named, *end; (end = strchr(id, '\n')) != NULL; id = end + 1) {
        *end = '\0';
        assert_contains(out->buf, id);
    }
}

static void play(const struct hs_lesson *lesson)
{
    struct hs_str lines = HS_STR_INIT, named = HS_STR_INIT, sums = HS_STR_INIT, out = HS_STR_INIT,
                  command = HS_STR_INIT;
    char path[500];

    set_up();
    type_lesson(&lines, &named, &sums, lesson);
    snprintf(path, sizeof path, "%s.in", home);
    hs_test_write(path, lines.buf, lines.len);
    hs_str_printf(&command, "learn --plain %s --script '%s'", lesson->id, path);
    assert_int_equal(hs_test_run(&out, NULL, command.buf), 0);
    assert_null(strchr(out.buf, '\x1b'));
    assert_true(hs_utf8_valid(out.buf, out.len));
    assert_narrow(&out);
    unwrap(&out);
    assert_contains(out.buf, "That was the last step.");
    assert_contains(out.buf, sums.buf);
    assert_all_named(&out, named.buf);
    hs_str_dispose(&lines);
    hs_str_dispose(&named);
    hs_str_dispose(&sums);
    hs_str_dispose(&out);
    hs_str_dispose(&command);
}

static void each_lesson_is_completed_by_a_script_and_names_every_mistake(void **state)
{
    struct hs_course course = HS_COURSE_INIT;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    set_up();
    assert_ok(hs_course_load(&course, &err), &err);
    assert_true(course.lessons.len >= 1);
    for (size_t i = 0; i < course.lessons.len; i++) {
        print_message("         %s\n", course.lessons.items[i].id);
        play(&course.lessons.items[i]);
    }
    hs_course_dispose(&course);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_lesson_is_completed_by_a_script_and_names_every_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
