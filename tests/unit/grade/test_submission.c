#include "hs_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "grade/submission.h"

struct fixture {
    struct hs_submission s;
    struct hs_io_limits limits;
    char dir[512];
    struct hs_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->s = HS_SUBMISSION_INIT;
    f->limits = hs_io_limits_default();
    snprintf(f->dir, sizeof f->dir, "%s", hs_test_tmp());
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    hs_submission_dispose(&f->s);
    free(f);
    return 0;
}

static void put(const struct fixture *f, const char *name, const char *text)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    for (char *slash = strchr(path + strlen(f->dir) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
    hs_test_write(path, text, strlen(text));
}

static void load(struct fixture *f, const char *path)
{
    assert_ok(hs_submission_read(&f->s, path, &f->limits, &f->err), &f->err);
    assert_ok(hs_submission_unpack(&f->s, &f->limits, &f->err), &f->err);
}

static void a_folder_gives_its_files_by_name(void **state)
{
    struct fixture *f = *state;

    put(f, "report.md", "text");
    put(f, "image/a.txt", "picture");
    put(f, ".DS_Store", "litter");
    put(f, "__MACOSX/report.md", "litter");
    load(f, f->dir);
    assert_int_equal(f->s.files.len, 2);
    assert_string_equal(f->s.files.items[0].name, "image/a.txt");
    assert_string_equal(f->s.files.items[1].name, "report.md");
    assert_int_equal(strlen(f->s.content_hash), 64);
}

static void one_wrapping_folder_is_taken_off(void **state)
{
    struct fixture *f = *state;

    put(f, "N1_lab1/report.md", "text");
    put(f, "N1_lab1/image/a.txt", "picture");
    load(f, f->dir);
    assert_string_equal(f->s.files.items[1].name, "report.md");
}

static void the_hash_follows_names_and_bytes_only(void **state)
{
    struct fixture *f = *state;
    char first[HS_SHA256_HEX];

    put(f, "a.md", "one");
    load(f, f->dir);
    memcpy(first, f->s.content_hash, sizeof first);
    hs_submission_dispose(&f->s);
    put(f, "a.md", "one"); /* a later time, the same bytes */
    load(f, f->dir);
    assert_string_equal(first, f->s.content_hash);
    hs_submission_dispose(&f->s);
    put(f, "a.md", "two");
    load(f, f->dir);
    assert_string_not_equal(first, f->s.content_hash);
}

static void an_empty_folder_is_an_empty_hand_in(void **state)
{
    struct fixture *f = *state;

    load(f, f->dir);
    assert_int_equal(f->s.files.len, 0);
}

static void symlinks_and_fifos_are_passed_over_with_a_remark(void **state)
{
    struct fixture *f = *state;
    char path[1024];

    put(f, "a.md", "text");
    snprintf(path, sizeof path, "%s/link.md", f->dir);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/fifo.md", f->dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    load(f, f->dir);
    assert_int_equal(f->s.files.len, 1);
    assert_true(f->s.remarks.len >= 2);
}

static void a_single_file_is_a_hand_in(void **state)
{
    struct fixture *f = *state;
    char path[1024];

    put(f, "report.md", "text");
    snprintf(path, sizeof path, "%s/report.md", f->dir);
    load(f, path);
    assert_int_equal(f->s.files.len, 1);
    assert_string_equal(f->s.kind, "file");
    assert_string_equal(f->s.files.items[0].name, "report.md");
}

static void a_damaged_archive_is_malformed_and_still_has_a_hash(void **state)
{
    struct fixture *f = *state;
    char path[1024];
    static const char broken[] =
        "PK\003\004 and then nothing that a zip would hold, for some sixty bytes or more ....";

    snprintf(path, sizeof path, "%s/N1_lab1.zip", f->dir);
    hs_test_write(path, broken, sizeof broken);
    assert_ok(hs_submission_read(&f->s, path, &f->limits, &f->err), &f->err);
    assert_true(hs_submission_unpack(&f->s, &f->limits, &f->err) != HS_OK);
    assert_int_equal(strlen(f->s.content_hash), 64);
}

static void the_budget_of_all_files_holds(void **state)
{
    struct fixture *f = *state;

    put(f, "a.md", "0123456789");
    put(f, "b.md", "0123456789");
    f->limits.total_bytes = 15;
    assert_fails(hs_submission_read(&f->s, f->dir, &f->limits, &f->err), HS_ELIMIT, &f->err,
                 "15 bytes");
}

static const char *found(struct fixture *f, const char *pattern)
{
    bool several;
    const struct hs_hand_in_file *file = hs_submission_find(&f->s, pattern, &several);

    return file != NULL ? file->name : several ? "several" : "none";
}

static void files_are_found_by_exactness_first(void **state)
{
    struct fixture *f = *state;

    put(f, "report.md", "1");
    put(f, "sub/Report.md", "2");
    put(f, "WEIGHT_INT8.PT", "3");
    put(f, "a/x.py", "4");
    put(f, "b/x.py", "5");
    load(f, f->dir);
    assert_string_equal(found(f, "report.md"), "report.md");
    assert_string_equal(found(f, "Report.md"), "sub/Report.md");
    assert_string_equal(found(f, "REPORT.md"), "several");
    assert_string_equal(found(f, "weight_int8.pt"), "WEIGHT_INT8.PT");
    assert_string_equal(found(f, "weight_*.pt"), "WEIGHT_INT8.PT");
    assert_string_equal(found(f, "x.py"), "several");
    assert_string_equal(found(f, "a/x.py"), "a/x.py");
    assert_string_equal(found(f, "y.py"), "none");
}

static void patterns_know_the_star_only(void **state)
{
    (void)state;
    assert_true(hs_pattern_fits("*int8*.pt", "my_int8_model.pt", false));
    assert_true(hs_pattern_fits("*", "", false));
    assert_true(hs_pattern_fits("a*b*c", "aXbYbZc", false));
    assert_false(hs_pattern_fits("a*b*c", "aXbYbZ", false));
    assert_false(hs_pattern_fits("a.c", "abc", false));
    assert_true(hs_pattern_fits("A.PT", "a.pt", true));
    assert_false(hs_pattern_fits("A.PT", "a.pt", false));
}

static void a_notebook_gives_the_sources_of_its_cells(void **state)
{
    struct fixture *f = *state;
    struct hs_str out = HS_STR_INIT;

    put(f, "lab1.ipynb",
        "{\"cells\":[{\"cell_type\":\"markdown\",\"source\":\"# Title\"},"
        "{\"cell_type\":\"code\",\"source\":[\"a = 1\\n\",\"b = "
        "2\"],\"outputs\":[{\"text\":\"hidden\"}]}]}");
    put(f, "bad.ipynb", "{\"cells\":3}");
    put(f, "latin.md", "caf\xe9");
    load(f, f->dir);
    assert_ok(hs_hand_in_text(&out, &f->s.files.items[1], &f->limits, &f->err), &f->err);
    assert_string_equal(out.buf, "# cell 1 text\n# Title\n# cell 2 code\na = 1\nb = 2\n");
    hs_str_clear(&out);
    assert_fails(hs_hand_in_text(&out, &f->s.files.items[0], &f->limits, &f->err), HS_EFORMAT,
                 &f->err, "cells");
    hs_error_clear(&f->err);
    assert_fails(hs_hand_in_text(&out, &f->s.files.items[2], &f->limits, &f->err), HS_EFORMAT,
                 &f->err, "UTF-8");
    hs_str_dispose(&out);
}

static void a_container_is_opened_once_and_a_broken_one_says_why(void **state)
{
    struct fixture *f = *state;

    put(f, "answers.json", "{\"s\":0.5}");
    put(f, "bad.npy", "\x93NUMPY\x01");
    load(f, f->dir);
    assert_non_null(hs_hand_in_open(&f->s, &f->s.files.items[0], &f->limits));
    assert_ptr_equal(hs_hand_in_open(&f->s, &f->s.files.items[0], &f->limits),
                     &f->s.files.items[0].container);
    assert_null(hs_hand_in_open(&f->s, &f->s.files.items[1], &f->limits));
    assert_non_null(f->s.files.items[1].why);
    assert_null(hs_hand_in_open(&f->s, &f->s.files.items[1], &f->limits));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_gives_its_files_by_name),
        TEST(one_wrapping_folder_is_taken_off),
        TEST(the_hash_follows_names_and_bytes_only),
        TEST(an_empty_folder_is_an_empty_hand_in),
        TEST(symlinks_and_fifos_are_passed_over_with_a_remark),
        TEST(a_single_file_is_a_hand_in),
        TEST(a_damaged_archive_is_malformed_and_still_has_a_hash),
        TEST(the_budget_of_all_files_holds),
        TEST(files_are_found_by_exactness_first),
        TEST(patterns_know_the_star_only),
        TEST(a_notebook_gives_the_sources_of_its_cells),
        TEST(a_container_is_opened_once_and_a_broken_one_says_why),
    };

    return cmocka_run_group_tests_name("submission", tests, NULL, NULL);
}
