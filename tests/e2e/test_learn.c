/* The linear mode through the binary: transcripts of the test lesson in tests/cases/lesson/course. A transcript
 * NAME.txt is what the lines of NAME.in give; HALFSTEP_UPDATE=1 writes them anew, to be read before they are committed. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"
#include "hs_test.h"

static char home[400];

static void set_up_home(void)
{
    char command[500];

    snprintf(home, sizeof home, "%s/home", hs_test_tmp());
    snprintf(command, sizeof command, "rm -rf '%s'", home);
    assert_int_equal(system(command), 0);
    setenv("HALFSTEP_HOME", home, 1);
    setenv("HALFSTEP_PATH", hs_test_source("tests/cases/lesson/course"), 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", "dumb", 1);
    unsetenv("COLUMNS");
}

/* The program with `lines` as its standard input; both outputs together. It must exit with 0. */
static void run_lines(struct hs_str *out, const char *arguments, const char *lines)
{
    char path[500], command[1400], piece[4096];
    FILE *pipe;
    size_t n;

    snprintf(path, sizeof path, "%s.in", home);
    hs_test_write(path, lines, strlen(lines));
    snprintf(command, sizeof command, "cd '%s' && '%s' %s <'%s' 2>&1", hs_test_source("."), getenv("HALFSTEP_BINARY"),
             arguments, path);
    hs_str_clear(out);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    while ((n = fread(piece, 1, sizeof piece, pipe)) > 0)
        hs_str_add_bytes(out, piece, n);
    assert_int_equal(pclose(pipe), 0);
}

static void compare(struct hs_arena *arena, const char *name, const char *columns, const char *locale)
{
    struct hs_str out = HS_STR_INIT;
    char path[500];
    size_t size;
    char *lines, *wanted;

    set_up_home();
    setenv("LC_ALL", locale, 1);
    if (columns != NULL)
        setenv("COLUMNS", columns, 1);
    snprintf(path, sizeof path, "%s", hs_test_source("tests/cases/lesson/transcripts/whole.in"));
    lines = hs_test_read(arena, path, &size);
    lines = hs_arena_strndup(arena, lines, size);
    run_lines(&out, "learn halves", lines);
    snprintf(path, sizeof path, "%s/%s.txt", hs_test_source("tests/cases/lesson/transcripts"), name);
    if (getenv("HALFSTEP_UPDATE") != NULL)
        hs_test_write(path, out.buf, out.len);
    wanted = hs_test_read(arena, path, &size);
    wanted = hs_arena_strndup(arena, wanted, size);
    assert_string_equal(out.buf, wanted);
    assert_null(strchr(out.buf, '\x1b'));
    hs_str_dispose(&out);
}

static void a_whole_lesson_gives_its_transcript(void **state)
{
    compare(*state, "whole", NULL, "C.UTF-8");
}

static void forty_columns_are_kept(void **state)
{
    size_t size;
    char path[500];
    const char *text;

    compare(*state, "whole40", "40", "C.UTF-8");
    snprintf(path, sizeof path, "%s", hs_test_source("tests/cases/lesson/transcripts/whole40.txt"));
    text = hs_test_read(*state, path, &size);
    for (size_t from = 0, n; from < size; from += n + 1) {
        n = (size_t)((const char *)memchr(text + from, '\n', size - from) - (text + from));
        if (text[from] != '>')
            assert_true(hs_text_width(text + from, n) <= 40);
    }
}

static void ascii_is_enough(void **state)
{
    size_t size;
    char path[500];
    const unsigned char *text;

    compare(*state, "whole-ascii", NULL, "C");
    snprintf(path, sizeof path, "%s", hs_test_source("tests/cases/lesson/transcripts/whole-ascii.txt"));
    text = hs_test_read(*state, path, &size);
    for (size_t i = 0; i < size; i++)
        assert_true(text[i] < 0x80);
}

static void a_lesson_goes_on_where_it_was_left_with_the_half_typed_answer(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    set_up_home();
    run_lines(&out, "learn halves", "0.01\nset bits 3\nhint\n");
    assert_contains(out.buf, "Saved at step 1");
    run_lines(&out, "learn", "4/255\nnext\nnext\n");
    assert_contains(out.buf, "Typed before: 0.01");
    assert_contains(out.buf, "set bits: 3");
    assert_contains(out.buf, "1.5 of 2 points");
    run_lines(&out, "learn", "quit\n");
    assert_contains(out.buf, "Step 2 of 2");
    assert_contains(out.buf, "1.5 of 4.5 points, 1 of 3 questions settled, 0 skipped, 1 hint.");
    run_lines(&out, "learn halves/width", "");
    assert_contains(out.buf, "Step 1 of 2");
    assert_contains(out.buf, "(answered)");
    hs_str_dispose(&out);
}

static void what_a_learner_types_cannot_act_on_the_terminal(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    set_up_home();
    run_lines(&out, "learn halves", "\x1b]0;title\x07\nset \x1b[2J 1\nset bits \x1b[2J\nstep \x1b[31m\n\xff\xfe\n");
    assert_null(strchr(out.buf, '\x1b'));
    assert_null(strchr(out.buf, '\x07'));
    assert_true(hs_utf8_valid(out.buf, out.len));
    hs_str_dispose(&out);
}

static void bare_halfstep_without_a_terminal_is_linear(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    set_up_home();
    run_lines(&out, "", "quit\n");
    assert_contains(out.buf, "> quit");
    assert_contains(out.buf, "Saved at step 1");
    hs_str_dispose(&out);
}

static void without_a_home_the_lesson_runs_and_says_so_once(void **state)
{
    struct hs_str out = HS_STR_INIT;
    const char *first;

    (void)state;
    set_up_home();
    setenv("HALFSTEP_HOME", "/proc/none", 1);
    run_lines(&out, "learn halves", "4/255\nnext\n");
    first = strstr(out.buf, "progress is not saved");
    assert_non_null(first);
    assert_null(strstr(first + 1, "progress is not saved"));
    assert_contains(out.buf, "2 of 2 points");
    assert_null(strstr(out.buf, "Saved at"));
    hs_str_dispose(&out);
}

static void unknown_lessons_and_steps_are_named(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    set_up_home();
    assert_int_equal(hs_test_run(&out, NULL, "learn nothing </dev/null"), 3);
    assert_contains(out.buf, "there is no lesson \"nothing\"; there are");
    hs_str_clear(&out);
    assert_int_equal(hs_test_run(&out, NULL, "learn halves/9 </dev/null"), 3);
    assert_contains(out.buf, "has no step \"9\"");
    hs_str_clear(&out);
    assert_int_equal(hs_test_run(&out, NULL, "learn halves worst"), 2);
    hs_str_dispose(&out);
}

static void a_script_of_lines_replays_like_input(void **state)
{
    struct hs_str out = HS_STR_INIT;
    char path[500], command[600];

    (void)state;
    set_up_home();
    snprintf(path, sizeof path, "%s/script", hs_test_tmp());
    hs_test_write(path, "4/255\nquit\n", 11);
    snprintf(command, sizeof command, "learn halves --plain --script '%s'", path);
    assert_int_equal(hs_test_run(&out, NULL, command), 0);
    assert_contains(out.buf, "> 4/255\nUnderstood as");
    hs_str_clear(&out);
    assert_int_equal(hs_test_run(&out, NULL, "learn halves --plain --script /none"), 3);
    assert_contains(out.buf, "/none");
    hs_str_dispose(&out);
}

static void ctrl_c_leaves_with_everything_saved(void **state)
{
    int in[2], out[2], status;
    char text[8192];
    size_t n = 0;
    ssize_t got;
    pid_t child;

    (void)state;
    set_up_home();
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    child = fork();
    if (child == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execl(getenv("HALFSTEP_BINARY"), "halfstep", "learn", "halves", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    while ((n < 2 || memcmp(text + n - 2, "> ", 2) != 0) && (got = read(out[0], text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    kill(child, SIGINT);
    while ((got = read(out[0], text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
    assert_contains(text, "Saved at step 1");
    close(in[1]);
    close(out[0]);
}

static void list_names_the_lesson_and_its_steps(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    set_up_home();
    assert_int_equal(hs_test_run(&out, NULL, "list --json"), 0);
    assert_contains(out.buf, "{\"schema\":\"halfstep.list/1\",\"lessons\":[");
    assert_contains(out.buf, "{\"id\":\"halves\",\"title\":\"Half a step\",\"minutes\":5,\"steps\":[\"width\",\"worst\"]}");
    assert_contains(out.buf, "\"assignments\":[");
    assert_contains(out.buf, "\"schemes\":[\"affine\",\"symmetric\",\"power_of_two\",\"dyadic\"]");
    hs_str_dispose(&out);
}

static void what_is_shipped_passes_lint(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    set_up_home();
    unsetenv("HALFSTEP_PATH");
    assert_int_equal(hs_test_run(&out, NULL, "lint"), 0);
    assert_contains(out.buf, ", 0 faults");
    hs_str_dispose(&out);
}

static void lint_passes_the_test_lesson_and_fails_a_broken_one(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    set_up_home();
    assert_int_equal(hs_test_run(&out, NULL, "lint tests/cases/lesson/course/lessons"), 0);
    assert_contains(out.buf, "1 lesson, 0 graders, 0 faults");
    hs_str_clear(&out);
    assert_int_equal(hs_test_run(&out, NULL, "lint tests/cases/lesson/faulty"), 5);
    assert_contains(out.buf, "the value of \"1.1-same\" passes as right");
    assert_contains(out.buf, "tells the answer");
    assert_contains(out.buf, "cannot be told apart");
    assert_contains(out.buf, "leads nowhere");
    assert_contains(out.buf, "lesson.md:15: at an end of \"n\": four is too many");
    assert_contains(out.buf, "lesson.md:31: ask.number has no answer");
    hs_str_clear(&out);
    assert_int_equal(hs_test_run(&out, NULL, "lint tests/none"), 3);
    hs_str_dispose(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_whole_lesson_gives_its_transcript, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(forty_columns_are_kept, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(ascii_is_enough, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test(a_lesson_goes_on_where_it_was_left_with_the_half_typed_answer),
        cmocka_unit_test(what_a_learner_types_cannot_act_on_the_terminal),
        cmocka_unit_test(bare_halfstep_without_a_terminal_is_linear),
        cmocka_unit_test(without_a_home_the_lesson_runs_and_says_so_once),
        cmocka_unit_test(unknown_lessons_and_steps_are_named),
        cmocka_unit_test(a_script_of_lines_replays_like_input),
        cmocka_unit_test(ctrl_c_leaves_with_everything_saved),
        cmocka_unit_test(list_names_the_lesson_and_its_steps),
        cmocka_unit_test(what_is_shipped_passes_lint),
        cmocka_unit_test(lint_passes_the_test_lesson_and_fails_a_broken_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
