/* Graders that misbehave in every way that Lua allows, over more than one submission. */
#include "hs_test.h"

#include <signal.h>
#include <sys/stat.h>

#include "grade/batch.h"

static const char hostile[] =
    "assignment{id = 'hostile', title = 'Hostile', names = {'{id}_lab1'}, files = "
    "{'answers.json'}}\n"
    "misconception('M1', 'An idea')\n"
    "check('first', {points = 1, title = 'First'}, function(s) return expect.correct() end)\n"
    "check('loop', {points = 1, title = 'Loop'}, function(s) while true do end end)\n"
    "check('after_loop', {points = 1, title = 'After the loop'}, function(s) return "
    "expect.correct() end)\n"
    "check('pcall_loop', {points = 1, title = 'Loop in pcall'}, function(s)\n"
    "  while true do pcall(function() while true do end end) end end)\n"
    "check('bomb', {points = 1, title = 'Bomb'}, function(s)\n"
    "  local t = {} for i = 1, 1e9 do t[i] = {i, i, i, i} end return expect.correct() end)\n"
    "check('deep', {points = 1, title = 'Deep'}, function(s) local function f() return 1 + f() end "
    "return f() end)\n"
    "check('nil', {points = 1, title = 'Nil'}, function(s) end)\n"
    "check('error', {points = 1, title = 'Error'}, function(s) error(nil) end)\n"
    "check('odd_verdict', {points = 1, title = 'Odd'}, function(s) return {verdict = 'splendid'} "
    "end)\n"
    "check('nan_score', {points = 1, title = 'NaN'}, function(s) return {verdict = 'partial', "
    "score = 0/0} end)\n"
    "check('too_much', {points = 1, title = 'Two'}, function(s) return {verdict = 'partial', score "
    "= 2} end)\n"
    "check('undeclared', {points = 1, title = 'Idea'}, function(s) return "
    "expect.misconception('M2', 'x') end)\n"
    "check('idea', {points = 1, title = 'Idea'}, function(s) return expect.misconception('M1', "
    "'think', nil, 0.25) end)\n"
    "check('needs', {points = 1, title = 'Needs', needs = {'idea'}}, function(s) return "
    "expect.correct() end)\n"
    "check('missing', {points = 1, title = 'Missing'}, function(s) return "
    "expect.number(s:number('nothing'), 1) end)\n"
    "check('number', {points = 1, title = 'Number'}, function(s) return "
    "expect.number(s:number('x'), 0.5) end)\n"
    "check('last', {points = 1, title = 'Last'}, function(s) return expect.correct() end)\n";

static char dir[512];

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

static int setup(void **state)
{
    (void)state;
    setenv("HALFSTEP_PATH", hs_test_source(""), 1);
    snprintf(dir, sizeof dir, "%s", hs_test_tmp());
    return 0;
}

struct heard {
    struct hs_str json;
    size_t kept, stop_after;
};

static volatile sig_atomic_t stop;

static enum hs_status announce(void *payload, const struct hs_report *report, struct hs_error *err)
{
    struct heard *h = payload;

    return hs_report_json(&h->json, report, false, err);
}

static enum hs_status keep(void *payload, const struct hs_report *report, struct hs_error *err)
{
    struct heard *h = payload;

    (void)report;
    (void)err;
    h->kept++;
    stop = h->stop_after != 0 && h->kept >= h->stop_after;
    return HS_OK;
}

/* Grades dir/in with dir/<grader> as a class; the JSON lines go to `h`. */
static enum hs_status grade(struct heard *h, const char *grader, size_t jobs, struct hs_error *err)
{
    struct hs_assignment a = HS_ASSIGNMENT_INIT;
    struct hs_batch_paths paths = HS_BATCH_PATHS_INIT;
    struct hs_grading_limits limits = hs_grading_limits_default();
    struct hs_batch batch = {.a = &a, .limits = &limits, .jobs = jobs, .stop = &stop, .payload = h};
    char path[1024];
    enum hs_status st;

    limits.grader.instructions = 3000000;
    limits.grader.memory = (size_t)64 << 20;
    limits.worker.wall_ms = 20000;
    batch.keep = keep;
    batch.announce = announce;
    stop = 0;
    snprintf(path, sizeof path, "%s/%s", dir, grader);
    st = hs_assignment_load(&a, path, err);
    snprintf(path, sizeof path, "%s/in", dir);
    if (st == HS_OK)
        st = hs_batch_add(&paths, &a, path, HS_BATCH_CLASS, err);
    if (st == HS_OK)
        st = hs_batch_run(&batch, &paths, err);
    hs_batch_paths_dispose(&paths);
    hs_assignment_dispose(&a);
    return st;
}

/* The row of a check in the n-th report line begins with `part` behind its title. */
static void row_is(const char *json, size_t line, const char *id, const char *part)
{
    char key[64], wanted[160];
    const char *at = json, *end;

    for (size_t i = 0; i < line; i++)
        at = strchr(at, '\n') + 1;
    end = strchr(at, '\n');
    snprintf(key, sizeof key, "\"id\":\"%s\",\"title\"", id);
    at = strstr(at, key);
    assert_true(at != NULL && at < end);
    at = strstr(at, "\"score\"");
    snprintf(wanted, sizeof wanted, "%s", part);
    if (strncmp(at, wanted, strlen(wanted)) != 0)
        print_error("%s: %.120s\n", id, at);
    assert_int_equal(strncmp(at, wanted, strlen(wanted)), 0);
}

static void hostile_rows(const char *json, size_t line)
{
    row_is(json, line, "first", "\"score\":1,\"max_score\":1,\"verdict\":\"correct\"");
    row_is(json, line, "loop", "\"score\":null,\"max_score\":1,\"verdict\":\"timeout\"");
    row_is(json, line, "after_loop", "\"score\":1,");
    row_is(json, line, "pcall_loop", "\"score\":null,\"max_score\":1,\"verdict\":\"timeout\"");
    row_is(json, line, "bomb", "\"score\":null,\"max_score\":1,\"verdict\":\"");
    row_is(json, line, "deep", "\"score\":null,\"max_score\":1,\"verdict\":\"error\"");
    row_is(json, line, "nil", "\"score\":null,\"max_score\":1,\"verdict\":\"error\"");
    row_is(json, line, "error", "\"score\":null,\"max_score\":1,\"verdict\":\"error\"");
    row_is(json, line, "odd_verdict", "\"score\":null,\"max_score\":1,\"verdict\":\"error\"");
    row_is(json, line, "nan_score", "\"score\":null,\"max_score\":1,\"verdict\":\"error\"");
    row_is(json, line, "too_much", "\"score\":null,\"max_score\":1,\"verdict\":\"error\"");
    row_is(json, line, "undeclared", "\"score\":null,\"max_score\":1,\"verdict\":\"error\"");
    row_is(json, line, "idea",
           "\"score\":0.25,\"max_score\":1,\"verdict\":\"misconception\",\"misconception\":\"M1\"");
    row_is(json, line, "needs", "\"score\":0,\"max_score\":1,\"verdict\":\"skipped\"");
    row_is(json, line, "missing", "\"score\":0,\"max_score\":1,\"verdict\":\"missing\"");
    row_is(json, line, "last", "\"score\":1,");
}

static void a_dead_check_costs_neither_siblings_nor_the_next_submission(void **state)
{
    struct heard h = {.json = HS_STR_INIT};
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    put("g/grader.lua", hostile);
    put("in/A_lab1/answers.json", "{\"x\":0.5}");
    put("in/B_lab1/answers.json", "{\"x\":0.25}");
    assert_ok(grade(&h, "g", 1, &err), &err);
    hostile_rows(h.json.buf, 0);
    row_is(h.json.buf, 0, "number", "\"score\":1,");
    hostile_rows(h.json.buf, 1);
    row_is(h.json.buf, 1, "number", "\"score\":0,\"max_score\":1,\"verdict\":\"wrong\"");
    assert_contains(h.json.buf, "\"status\":\"graded\",\"score\":null,\"score_so_far\":");
    hs_str_dispose(&h.json);
}

static const char plain[] = "assignment{id = 'plain', title = 'Plain', names = "
                            "{'{id}_{name}_lab1', '{id}_lab1'}, files = {'answers.json'}}\n"
                            "check('x', {points = 2.5, title = 'x'}, function(s) return "
                            "expect.number(s:number('x'), 0.5, {rtol = 1e-6}) end)\n";

static void put_class(void)
{
    char name[64], text[64];

    put("g/grader.lua", plain);
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "in/S%d_lab1/answers.json", i);
        snprintf(text, sizeof text, "{\"x\":%s}", i % 2 == 0 ? "0.5" : "0.4");
        put(name, text);
    }
    put("in/{S3_王小明}_lab1/answers.json", "{\"x\":0.5}");
    put("in/blank_lab1/readme.txt", "nothing");
    put("in/x\033[31m_lab1/answers.json", "{\"x\":\"half\"}");
    put("in/S10_lab1.zip", "PK\003\004 no zip at all, but bytes enough to look at.............");
}

static void one_job_and_many_give_the_same_bytes(void **state)
{
    struct heard one = {.json = HS_STR_INIT}, many = {.json = HS_STR_INIT};
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    put_class();
    assert_ok(grade(&one, "g", 1, &err), &err);
    assert_ok(grade(&many, "g", 4, &err), &err);
    assert_string_equal(one.json.buf, many.json.buf);
    assert_contains(one.json.buf, "There is another hand-in of S3");
    assert_contains(one.json.buf, "\"name\":\"王小明\"");
    assert_contains(one.json.buf, "\"status\":\"malformed\"");
    assert_null(strchr(one.json.buf, '\033'));
    hs_str_dispose(&one.json);
    hs_str_dispose(&many.json);
}

static void an_interrupt_leaves_what_is_complete(void **state)
{
    struct heard h = {.json = HS_STR_INIT, .stop_after = 3};
    struct hs_error err = HS_ERROR_INIT;
    size_t lines = 0;

    (void)state;
    put_class();
    assert_fails(grade(&h, "g", 1, &err), HS_EINTERRUPTED, &err, "3 of 13");
    for (const char *p = h.json.buf; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    assert_in_range(lines, 2, 3);
    hs_str_dispose(&h.json);
}

static void a_grader_at_fault_is_nobodys_zero(void **state)
{
    struct heard h = {.json = HS_STR_INIT};
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    put("g/grader.lua", "assignment{id = 'x', title = 'x'}\nthis is no Lua\n");
    put("in/A_lab1/answers.json", "{}");
    assert_fails(grade(&h, "g", 1, &err), HS_ESCRIPT, &err, "");
    hs_error_clear(&err);
    put("g/grader.lua", "assignment{id = 'x', title = 'x'}\n");
    assert_fails(grade(&h, "g", 1, &err), HS_ESCRIPT, &err, "no check");
    hs_error_clear(&err);
    put("g/grader.lua", "assignment{id = 'x', title = 'x'}\nlocal f = function(s) end\ncheck('a', "
                        "{points = 1, title = 'a'}, f)\n"
                        "check('a', {points = 1, title = 'a'}, f)\n");
    assert_fails(grade(&h, "g", 1, &err), HS_ESCRIPT, &err, "twice");
    hs_error_clear(&err);
    put("g/grader.lua", "assignment{id = 'x', title = 'x'}\ncheck('a', {points = 1, title = 'a', "
                        "needs = {'b'}}, function(s) end)\n");
    assert_fails(grade(&h, "g", 1, &err), HS_ESCRIPT, &err, "needs");
    hs_str_dispose(&h.json);
}

static void a_helper_is_used_by_name_and_changes_the_version(void **state)
{
    struct heard h = {.json = HS_STR_INIT};
    struct hs_assignment first = HS_ASSIGNMENT_INIT, second = HS_ASSIGNMENT_INIT;
    struct hs_error err = HS_ERROR_INIT;
    char path[1024];

    (void)state;
    put("g/helper.lua", "return {answer = 0.5}\n");
    put("g/grader.lua",
        "local helper = use 'helper'\nassignment{id = 'x', title = 'x', files = {'answers.json'}}\n"
        "check('a', {points = 1, title = 'a'}, function(s) return expect.number(s:number('x'), "
        "helper.answer) end)\n");
    put("in/A_lab1/answers.json", "{\"x\":0.5}");
    assert_ok(grade(&h, "g", 1, &err), &err);
    row_is(h.json.buf, 0, "a", "\"score\":1,");
    snprintf(path, sizeof path, "%s/g", dir);
    assert_ok(hs_assignment_load(&first, path, &err), &err);
    put("g/helper.lua", "return {answer = 0.25}\n");
    assert_ok(hs_assignment_load(&second, path, &err), &err);
    assert_string_not_equal(first.version, second.version);
    hs_assignment_dispose(&first);
    hs_assignment_dispose(&second);
    hs_str_dispose(&h.json);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dead_check_costs_neither_siblings_nor_the_next_submission),
        TEST(one_job_and_many_give_the_same_bytes),
        TEST(an_interrupt_leaves_what_is_complete),
        TEST(a_grader_at_fault_is_nobodys_zero),
        TEST(a_helper_is_used_by_name_and_changes_the_version),
    };

    return cmocka_run_group_tests_name("grading", tests, NULL, NULL);
}
