#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "hs_test.h"
#include "store/store.h"

struct fixture {
    struct hs_arena arena;
    struct hs_error err;
    struct hs_store *store;
    const char *said;
    char path[512];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    snprintf(f->path, sizeof f->path, "%s/progress.db", hs_test_tmp());
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    hs_store_close(f->store);
    hs_arena_dispose(&f->arena);
    free(f);
    return 0;
}

static void open_file(struct fixture *f, const char **remark)
{
    f->said = NULL;
    assert_ok(hs_store_open(&f->store, f->path, &f->arena, &f->said, &f->err), &f->err);
    if (remark != NULL)
        *remark = f->said;
    else
        assert_null(f->said);
}

static void close_file(struct fixture *f)
{
    hs_store_close(f->store);
    f->store = NULL;
}

static struct hs_store_lesson a_lesson(void)
{
    return (struct hs_store_lesson){.lesson = "pow2", .step = "exponent", .seed = 7, .points = 2500, .maximum = 9000, .done = 2,
                                    .skipped = 1, .hints = 3, .questions = 5, .steps_done = 1, .updated = 1000};
}

static struct hs_store_question a_question(const char *id)
{
    return (struct hs_store_question){.lesson = "pow2", .question = id, .status = "open", .draft = "0.00\xc2\xb5'; DROP",
                                      .attempts = 1, .hints = 1, .points = 0, .verdict = "misconception",
                                      .misconception = "10.1-over-127", .message = "m", .understood = "0.001"};
}

static void keep_everything(struct fixture *f)
{
    const struct hs_store_lesson lesson = a_lesson();
    const struct hs_store_question question = a_question("scale");
    const struct hs_store_attempt attempt = {"pow2", "scale", 1, " 0.001 ", "misconception", "10.1-over-127", 1001};
    const struct hs_store_control control = {"pow2", "exponent/3", "bits", 0.1};
    const struct hs_store_grade grade = {"pow2-vgg8", "ann", "c0", "g0", "run1", "{\"score\":1}", 1002};

    assert_ok(hs_store_lesson_put(f->store, &lesson, &f->err), &f->err);
    assert_ok(hs_store_question_put(f->store, &question, &attempt, &f->err), &f->err);
    assert_ok(hs_store_question_put(f->store, &question, NULL, &f->err), &f->err);
    assert_ok(hs_store_control_put(f->store, &control, &f->err), &f->err);
    assert_ok(hs_store_grade_put(f->store, &grade, &f->err), &f->err);
}

static void find_everything(struct fixture *f)
{
    const struct hs_store_grade key = {.assignment = "pow2-vgg8", .submission = "ann", .content_sha256 = "c0",
                                       .grader_sha256 = "g0"};
    struct hs_store_lesson lesson;
    struct hs_store_question question;
    struct hs_store_attempt *attempts;
    struct hs_store_control *controls;
    struct hs_store_grade grade;
    size_t n;
    bool found;

    assert_ok(hs_store_lesson_find(f->store, &f->arena, "pow2", &lesson, &found, &f->err), &f->err);
    assert_true(found);
    assert_string_equal(lesson.step, "exponent");
    assert_int_equal(lesson.points, 2500);
    assert_int_equal(lesson.updated, 1000);
    assert_ok(hs_store_question_find(f->store, &f->arena, "pow2", "scale", &question, &found, &f->err), &f->err);
    assert_true(found);
    assert_string_equal(question.draft, "0.00\xc2\xb5'; DROP");
    assert_string_equal(question.misconception, "10.1-over-127");
    assert_ok(hs_store_attempts(f->store, &f->arena, "pow2", "scale", &attempts, &n, &f->err), &f->err);
    assert_int_equal(n, 1);
    assert_string_equal(attempts[0].raw, " 0.001 ");
    assert_ok(hs_store_controls(f->store, &f->arena, "pow2", &controls, &n, &f->err), &f->err);
    assert_int_equal(n, 1);
    assert_close(controls[0].value, 0.1, 0.0);
    assert_ok(hs_store_grade_find(f->store, &f->arena, &key, &grade, &found, &f->err), &f->err);
    assert_true(found);
    assert_string_equal(grade.report, "{\"score\":1}");
    assert_ok(hs_store_lesson_find(f->store, &f->arena, "other", &lesson, &found, &f->err), &f->err);
    assert_false(found);
}

static void memory_keeps_what_it_is_given(void **state)
{
    struct fixture *f = *state;

    assert_ok(hs_store_open_memory(&f->store, &f->err), &f->err);
    keep_everything(f);
    find_everything(f);
}

static void a_file_keeps_it_over_a_restart(void **state)
{
    struct fixture *f = *state;

    open_file(f, NULL);
    keep_everything(f);
    close_file(f);
    open_file(f, NULL);
    find_everything(f);
}

static void a_grade_of_the_same_key_is_replaced_and_another_hash_is_another_row(void **state)
{
    struct fixture *f = *state;
    struct hs_store_grade grade = {"a", "s", "c", "g", "r1", "first", 1}, got;
    bool found;

    for (int memory = 0; memory < 2; memory++) {
        if (memory)
            assert_ok(hs_store_open_memory(&f->store, &f->err), &f->err);
        else
            open_file(f, NULL);
        grade.report = "first";
        grade.grader_sha256 = "g";
        assert_ok(hs_store_grade_put(f->store, &grade, &f->err), &f->err);
        grade.report = "second";
        assert_ok(hs_store_grade_put(f->store, &grade, &f->err), &f->err);
        assert_ok(hs_store_grade_find(f->store, &f->arena, &grade, &got, &found, &f->err), &f->err);
        assert_true(found);
        assert_string_equal(got.report, "second");
        grade.grader_sha256 = "g2";
        assert_ok(hs_store_grade_find(f->store, &f->arena, &grade, &got, &found, &f->err), &f->err);
        assert_false(found);
        close_file(f);
    }
}

static void forgetting_a_lesson_leaves_others(void **state)
{
    struct fixture *f = *state;
    struct hs_store_lesson other = a_lesson(), got;
    bool found;

    other.lesson = "affine";
    for (int memory = 0; memory < 2; memory++) {
        if (memory)
            assert_ok(hs_store_open_memory(&f->store, &f->err), &f->err);
        else
            open_file(f, NULL);
        keep_everything(f);
        assert_ok(hs_store_lesson_put(f->store, &other, &f->err), &f->err);
        assert_ok(hs_store_lesson_forget(f->store, "pow2", &f->err), &f->err);
        assert_ok(hs_store_lesson_find(f->store, &f->arena, "pow2", &got, &found, &f->err), &f->err);
        assert_false(found);
        assert_ok(hs_store_lesson_find(f->store, &f->arena, "affine", &got, &found, &f->err), &f->err);
        assert_true(found);
        close_file(f);
    }
}

static void two_instances_see_each_other(void **state)
{
    struct fixture *f = *state;
    struct hs_store *second;
    struct hs_store_lesson row = a_lesson(), got;
    bool found;

    open_file(f, NULL);
    assert_ok(hs_store_open(&second, f->path, &f->arena, NULL, &f->err), &f->err);
    assert_ok(hs_store_lesson_put(f->store, &row, &f->err), &f->err);
    row.lesson = "affine";
    assert_ok(hs_store_lesson_put(second, &row, &f->err), &f->err);
    assert_ok(hs_store_lesson_find(second, &f->arena, "pow2", &got, &found, &f->err), &f->err);
    assert_true(found);
    assert_ok(hs_store_lesson_find(f->store, &f->arena, "affine", &got, &found, &f->err), &f->err);
    assert_true(found);
    hs_store_close(second);
}

static void a_holder_that_does_not_let_go_is_busy(void **state)
{
    struct fixture *f = *state;
    struct hs_store_lesson row = a_lesson();
    sqlite3 *holder;

    open_file(f, NULL);
    assert_int_equal(sqlite3_open(f->path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_fails(hs_store_lesson_put(f->store, &row, &f->err), HS_EBUSY, &f->err, "another halfstep holds");
    sqlite3_close(holder);
}

static void a_corrupt_file_is_kept_under_another_name(void **state)
{
    struct fixture *f = *state;
    const char *remark = NULL;
    struct hs_store_lesson row = a_lesson(), got;
    char aside[640];
    bool found;
    size_t size;

    hs_test_write(f->path, "this is no database, it only says so ............", 48);
    open_file(f, &remark);
    assert_non_null(remark);
    assert_contains(remark, ".corrupt-");
    assert_true(sscanf(strstr(remark, "kept as "), "kept as %639s", aside) == 1);
    assert_memory_equal(hs_test_read(&f->arena, aside, &size), "this is no database", 19);
    assert_ok(hs_store_lesson_put(f->store, &row, &f->err), &f->err);
    assert_ok(hs_store_lesson_find(f->store, &f->arena, "pow2", &got, &found, &f->err), &f->err);
    assert_true(found);
}

static void damage_in_the_middle_is_noticed(void **state)
{
    struct fixture *f = *state;
    const char *remark = NULL;
    char junk[3000];
    int fd;

    open_file(f, NULL);
    keep_everything(f);
    close_file(f);
    memset(junk, 0xa5, sizeof junk);
    fd = open(f->path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, junk, sizeof junk, 4096), (ssize_t)sizeof junk);
    close(fd);
    open_file(f, &remark);
    assert_non_null(remark);
    assert_contains(remark, ".corrupt-");
}

static void exec_sql(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_newer_schema_and_a_foreign_database_are_refused_untouched(void **state)
{
    struct fixture *f = *state;
    struct hs_error err = HS_ERROR_INIT;

    open_file(f, NULL);
    close_file(f);
    exec_sql(f->path, "PRAGMA user_version=99");
    assert_fails(hs_store_open(&f->store, f->path, &f->arena, NULL, &err), HS_EVERSION, &err, "newer halfstep");
    hs_error_clear(&err);
    snprintf(f->path, sizeof f->path, "%s/foreign.db", hs_test_tmp());
    exec_sql(f->path, "CREATE TABLE bookmarks(url TEXT)");
    assert_fails(hs_store_open(&f->store, f->path, &f->arena, NULL, &err), HS_EFORMAT, &err, "another program's");
    exec_sql(f->path, "INSERT INTO bookmarks VALUES('x')");
}

static void an_empty_file_is_migrated_to_the_newest_schema(void **state)
{
    struct fixture *f = *state;
    sqlite3_stmt *stmt;
    sqlite3 *db;

    hs_test_write(f->path, "", 0);
    open_file(f, NULL);
    keep_everything(f);
    close_file(f);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM pragma_table_list WHERE strict", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 5);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "wal");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void a_forked_child_gets_no_use_of_the_handle(void **state)
{
    struct fixture *f = *state;
    struct hs_store_lesson row = a_lesson();
    int status;
    pid_t child;

    open_file(f, NULL);
    child = fork();
    if (child == 0)
        _exit(hs_store_lesson_put(f->store, &row, NULL) == HS_EINVAL ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_ok(hs_store_lesson_put(f->store, &row, &f->err), &f->err);
}

/* The child announces each commit; whatever was announced before the kill must be there after it. */
static void write_until_killed(const char *path, int out)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_store *store;

    if (hs_store_open(&store, path, &arena, NULL, NULL) != HS_OK)
        _exit(1);
    for (int i = 0;; i++) {
        char name[32];
        struct hs_store_question row = a_question(name);
        struct hs_store_attempt attempt = {"pow2", name, 1, "1", "wrong", "", i};

        snprintf(name, sizeof name, "q%d", i);
        if (hs_store_question_put(store, &row, &attempt, NULL) != HS_OK || write(out, &i, sizeof i) != sizeof i)
            _exit(1);
    }
}

static int kill_in_the_middle(const char *path, int commits)
{
    int ends[2], last = -1, status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        close(ends[0]);
        write_until_killed(path, ends[1]);
    }
    close(ends[1]);
    while (last + 1 < commits && read(ends[0], &last, sizeof last) == sizeof last)
        ;
    usleep((useconds_t)(commits * 137 % 900)); /* somewhere inside of the next put */
    kill(child, SIGKILL);
    while (read(ends[0], &last, sizeof last) == sizeof last)
        ;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void what_was_committed_survives_kill_9(void **state)
{
    struct fixture *f = *state;

    for (int round = 0; round < 12; round++) {
        int last;

        snprintf(f->path, sizeof f->path, "%s/kill.db", hs_test_tmp());
        last = kill_in_the_middle(f->path, 1 + round * 3);
        assert_true(last >= round * 3);
        open_file(f, NULL);
        for (int i = 0; i <= last; i++) {
            struct hs_store_question row;
            struct hs_store_attempt *attempts;
            char name[32];
            size_t n;
            bool found;

            snprintf(name, sizeof name, "q%d", i);
            assert_ok(hs_store_question_find(f->store, &f->arena, "pow2", name, &row, &found, &f->err), &f->err);
            assert_true(found);
            assert_ok(hs_store_attempts(f->store, &f->arena, "pow2", name, &attempts, &n, &f->err), &f->err);
            assert_int_equal(n, 1);
        }
        close_file(f);
    }
}

static void a_folder_that_is_not_there_is_a_sentence(void **state)
{
    struct fixture *f = *state;

    snprintf(f->path, sizeof f->path, "%s/none/progress.db", hs_test_tmp());
    assert_fails(hs_store_open(&f->store, f->path, &f->arena, NULL, &f->err), HS_EIO, &f->err, "progress.db");
    f->store = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_keeps_what_it_is_given),
        TEST(a_file_keeps_it_over_a_restart),
        TEST(a_grade_of_the_same_key_is_replaced_and_another_hash_is_another_row),
        TEST(forgetting_a_lesson_leaves_others),
        TEST(two_instances_see_each_other),
        TEST(a_holder_that_does_not_let_go_is_busy),
        TEST(a_corrupt_file_is_kept_under_another_name),
        TEST(damage_in_the_middle_is_noticed),
        TEST(a_newer_schema_and_a_foreign_database_are_refused_untouched),
        TEST(an_empty_file_is_migrated_to_the_newest_schema),
        TEST(a_forked_child_gets_no_use_of_the_handle),
        TEST(what_was_committed_survives_kill_9),
        TEST(a_folder_that_is_not_there_is_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
