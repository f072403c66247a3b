/* halfstep grade and what it makes of the pow2-vgg8 lab, through the binary. */
#include "hs_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEEDS = 5 };

static char dir[512];

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s", hs_test_tmp());
    setenv("HALFSTEP_HOME", dir, 1);
    return 0;
}

/* halfstep ARGUMENTS in the test's folder; standard output and errors together. */
static int run(struct hs_str *out, const char *arguments)
{
    hs_str_clear(out);
    return hs_test_run(out, dir, arguments);
}

/* Fresh hand-ins in the folder `name`. */
static void emit(const char *name, int seed)
{
    struct hs_str out = HS_STR_INIT;
    char arguments[128];

    snprintf(arguments, sizeof arguments, "lint --emit %s --seed %d pow2-vgg8", name, seed);
    assert_int_equal(run(&out, arguments), 0);
    assert_contains(out.buf, "9 submissions and expected.jsonl");
    hs_str_dispose(&out);
}

static void put(const char *name, const char *text)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    for (char *slash = strchr(path + strlen(dir) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
    hs_test_write(path, text, strlen(text));
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *p = text; (p = strstr(p, part)) != NULL; p += strlen(part))
        n++;
    return n;
}

static void a_right_hand_in_gets_full_marks_on_any_data(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    for (int seed = 1; seed <= SEEDS; seed++) {
        emit("fresh", seed);
        assert_int_equal(run(&out, "grade pow2-vgg8 fresh/right --json -"), 0);
        assert_contains(out.buf, "\"score\":100,\"max_score\":100,");
        assert_int_equal(count(out.buf, "\"misconception\":null"), 16);
    }
    hs_str_dispose(&out);
}

/* Each hand-in is found to hold its own idea, and none that it was not made with. */
static void each_idea(int seed)
{
    static const char *const ideas[] = {"E1.1", "E1.2", "E1.3", "E1.4", "E1.5", "E1.6", "E1.8"};
    struct hs_str out = HS_STR_INIT;
    char arguments[128], part[64];

    emit("fresh", seed);
    for (size_t i = 0; i < sizeof ideas / sizeof *ideas; i++) {
        snprintf(arguments, sizeof arguments, "grade pow2-vgg8 fresh/%s --json - --exit-zero",
                 ideas[i]);
        assert_int_equal(run(&out, arguments), 0);
        snprintf(part, sizeof part, "\"misconception\":\"%s\"", ideas[i]);
        assert_contains(out.buf, part);
        assert_int_equal(count(out.buf, "\"misconception\":\"E"), count(out.buf, part));
    }
    hs_str_dispose(&out);
}

static void each_misconception_is_found_and_no_other(void **state)
{
    (void)state;
    for (int seed = 7; seed < 7 + SEEDS; seed++)
        each_idea(seed);
}

static void a_blank_hand_in_is_missing_not_wrong(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    put("blank/readme.txt", "nothing to see");
    assert_int_equal(run(&out, "grade pow2-vgg8 --one blank --json -"), 1);
    assert_contains(out.buf, "\"status\":\"graded\",\"score\":0,\"max_score\":100,");
    assert_int_equal(count(out.buf, "\"verdict\":\"missing\""), 16);
    hs_str_dispose(&out);
}

static void an_unreadable_archive_is_malformed_and_graded(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    put("N1_lab1.zip", "PK\003\004 but no more of a zip than that, though it has some bytes");
    assert_int_equal(run(&out, "grade pow2-vgg8 N1_lab1.zip --json -"), 1);
    assert_contains(out.buf, "\"status\":\"malformed\",\"score\":0,");
    assert_contains(out.buf, "\"student\":{\"id\":\"N1\"");
    hs_str_dispose(&out);
}

static void exit_codes_tell_the_kinds_of_trouble_apart(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    put("bad/grader.lua", "assignment{id = 'b', title = 'b'}\nthis is no Lua\n");
    put("sub/answers.json", "{}");
    put("loop/grader.lua",
        "assignment{id = 'l', title = 'l', files = {'answers.json'}}\n"
        "check('a', {points = 1, title = 'a'}, function(s) while true do end end)\n");
    assert_int_equal(run(&out, "grade"), 2);
    assert_int_equal(run(&out, "grade pow2-vgg8"), 2);
    assert_int_equal(run(&out, "grade no-such-lab sub"), 3);
    assert_int_equal(run(&out, "grade pow2-vgg8 no-such-path"), 3);
    assert_contains(out.buf, "no-such-path");
    assert_int_equal(run(&out, "grade bad sub"), 5);
    assert_contains(out.buf, "grader.lua:2");
    assert_int_equal(run(&out, "grade loop sub --limit-time 1 --json -"), 6);
    assert_contains(out.buf, "\"verdict\":\"timeout\"");
    assert_contains(out.buf, "\"needs_review\":[\"a\"]");
    hs_str_dispose(&out);
}

static void resume_after_a_kill_equals_a_clean_run(void **state)
{
    struct hs_str clean = HS_STR_INIT, resumed = HS_STR_INIT;
    pid_t pid;
    int status;

    (void)state;
    emit("fresh", 3);
    assert_int_equal(run(&clean, "grade pow2-vgg8 fresh --json out1 -j 2"), 1);
    pid = fork();
    if (pid == 0) {
        setenv("HALFSTEP_HOME", "kill-home", 1);
        if (chdir(dir) == 0 && freopen("/dev/null", "w", stdout) != NULL &&
            freopen("/dev/null", "w", stderr) != NULL)
            execl(getenv("HALFSTEP_BINARY"), "halfstep", "grade", "pow2-vgg8", "fresh", "--json",
                  "-", (char *)NULL);
        _exit(99);
    }
    usleep(60000);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    setenv("HALFSTEP_HOME", "kill-home", 1);
    assert_int_equal(run(&resumed, "grade pow2-vgg8 fresh --json out2 --resume"), 1);
    assert_int_equal(run(&resumed, "grade pow2-vgg8 fresh --json out3 --resume -j 3"), 1);
    for (int i = 2; i <= 3; i++) {
        struct hs_arena arena = HS_ARENA_INIT;
        char path[1024];
        size_t n1, n2;
        void *a, *b;

        snprintf(path, sizeof path, "%s/out1", dir);
        a = hs_test_read(&arena, path, &n1);
        snprintf(path, sizeof path, "%s/out%d", dir, i);
        b = hs_test_read(&arena, path, &n2);
        assert_int_equal(n1, n2);
        assert_memory_equal(a, b, n1);
        hs_arena_dispose(&arena);
    }
    hs_str_dispose(&clean);
    hs_str_dispose(&resumed);
}

static void a_table_and_files_are_written_on_request(void **state)
{
    struct hs_str out = HS_STR_INIT;
    char path[1024];

    (void)state;
    emit("fresh", 2);
    assert_int_equal(run(&out, "grade pow2-vgg8 fresh"), 1);
    assert_contains(out.buf, "student ");
    assert_contains(out.buf, "E1.2");
    assert_int_equal(run(&out, "grade pow2-vgg8 fresh -o reports --format json --format text"), 1);
    snprintf(path, sizeof path, "%s/reports/right.json", dir);
    assert_int_equal(access(path, R_OK), 0);
    snprintf(path, sizeof path, "%s/reports/E1.2.txt", dir);
    assert_int_equal(access(path, R_OK), 0);
    assert_int_equal(run(&out, "grade pow2-vgg8 fresh/right -o one.json"), 0);
    snprintf(path, sizeof path, "%s/one.json", dir);
    assert_int_equal(access(path, R_OK), 0);
    hs_str_dispose(&out);
}

static void a_device_as_target_is_written_not_replaced(void **state)
{
    struct hs_str out = HS_STR_INIT;
    struct stat s;
    char path[1024];

    (void)state;
    put("blank/readme.txt", "nothing to see");
    snprintf(path, sizeof path, "%s/sink", dir);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(run(&out, "grade pow2-vgg8 --one blank --json sink"), 1);
    assert_int_equal(lstat(path, &s), 0);
    assert_true(S_ISLNK(s.st_mode));
    assert_int_equal(run(&out, "grade pow2-vgg8 --one blank --json - >/dev/full; echo $?"), 0);
    assert_contains(out.buf, "3\n");
    hs_str_dispose(&out);
}

static void an_interrupt_ends_with_130_and_whole_lines(void **state)
{
    struct hs_str out = HS_STR_INIT;
    pid_t pid;
    int status;
    size_t n = 0;
    struct hs_arena arena = HS_ARENA_INIT;
    char path[1024], *text;

    (void)state;
    put("loop/grader.lua", "assignment{id = 'l', title = 'l', files = {'answers.json'}}\n"
                           "check('a', {points = 1, title = 'a'}, function(s) if s:number('x') == "
                           "1 then while true do end "
                           "end return expect.correct() end)\n");
    put("in/a/answers.json", "{\"x\":0}");
    put("in/b/answers.json", "{\"x\":1}");
    pid = fork();
    if (pid == 0) {
        if (chdir(dir) == 0 && freopen("lines", "w", stdout) != NULL &&
            freopen("errors", "w", stderr) != NULL)
            execl(getenv("HALFSTEP_BINARY"), "halfstep", "grade", "loop", "in", "--json", "-",
                  (char *)NULL);
        _exit(99);
    }
    snprintf(path, sizeof path, "%s/lines", dir);
    for (int i = 0; i < 100 && n == 0; i++) { /* the first report is out, the second loops */
        struct stat s;

        usleep(20000);
        n = stat(path, &s) == 0 ? (size_t)s.st_size : 0;
    }
    kill(pid, SIGINT);
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
    text = hs_test_read(&arena, path, &n);
    assert_true(n > 0 && text[n - 1] == '\n');
    hs_arena_dispose(&arena);
    hs_str_dispose(&out);
}

static void the_real_file_of_the_lab_has_nothing_wrong(void **state)
{
    struct hs_str out = HS_STR_INIT;
    const char *file = hs_test_shared("real/ncku_vgg8_pow2.pt");
    char arguments[1024];

    (void)state;
    if (file == NULL) {
        print_message("the shared files are absent: skipped\n");
        skip();
    }
    snprintf(arguments, sizeof arguments, "grade pow2-vgg8 '%s' --json -", file);
    assert_int_equal(run(&out, arguments), 1);
    assert_int_equal(count(out.buf, "\"verdict\":\"correct\""), 8);
    assert_int_equal(count(out.buf, "\"verdict\":\"missing\""), 8);
    hs_str_dispose(&out);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_right_hand_in_gets_full_marks_on_any_data),
        TEST(each_misconception_is_found_and_no_other),
        TEST(a_blank_hand_in_is_missing_not_wrong),
        TEST(an_unreadable_archive_is_malformed_and_graded),
        TEST(exit_codes_tell_the_kinds_of_trouble_apart),
        TEST(resume_after_a_kill_equals_a_clean_run),
        TEST(a_table_and_files_are_written_on_request),
        TEST(a_device_as_target_is_written_not_replaced),
        TEST(an_interrupt_ends_with_130_and_whole_lines),
        TEST(the_real_file_of_the_lab_has_nothing_wrong),
    };

    return cmocka_run_group_tests_name("grade", tests, NULL, NULL);
}
