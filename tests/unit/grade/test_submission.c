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

/* A stored zip, as simple as the format allows. */
struct zip {
    unsigned char bytes[4096];
    size_t len, count, central_len;
    unsigned char central[2048];
};

static uint32_t crc_of(const char *p, size_t n)
{
    uint32_t crc = 0xffffffffU;

    for (size_t i = 0; i < n; i++) {
        crc ^= (unsigned char)p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320U & (0U - (crc & 1U)));
    }
    return ~crc;
}

static void le(unsigned char *out, size_t *at, uint32_t v, size_t n)
{
    for (size_t i = 0; i < n; i++, v >>= 8)
        out[(*at)++] = (unsigned char)(v & 0xff);
}

static void zip_add(struct zip *z, const char *name, const char *text, bool utf8)
{
    size_t n = strlen(text), offset = z->len;
    const uint32_t common[] = {20, utf8 ? 0x800U : 0U, 0, 0, 33};

    le(z->bytes, &z->len, 0x04034b50, 4);
    le(z->central, &z->central_len, 0x02014b50, 4);
    le(z->central, &z->central_len, 20, 2);
    for (size_t i = 0; i < 5; i++) {
        le(z->bytes, &z->len, common[i], 2);
        le(z->central, &z->central_len, common[i], 2);
    }
    for (int side = 0; side < 2; side++) {
        unsigned char *out = side == 0 ? z->bytes : z->central;
        size_t *at = side == 0 ? &z->len : &z->central_len;

        le(out, at, crc_of(text, n), 4);
        le(out, at, (uint32_t)n, 4);
        le(out, at, (uint32_t)n, 4);
        le(out, at, (uint32_t)strlen(name), 2);
        le(out, at, 0, 2);
    }
    le(z->central, &z->central_len, 0, 2); /* comment, disk, attributes */
    le(z->central, &z->central_len, 0, 4);
    le(z->central, &z->central_len, 0, 4);
    le(z->central, &z->central_len, (uint32_t)offset, 4);
    memcpy(z->bytes + z->len, name, strlen(name));
    z->len += strlen(name);
    memcpy(z->bytes + z->len, text, n);
    z->len += n;
    memcpy(z->central + z->central_len, name, strlen(name));
    z->central_len += strlen(name);
    z->count++;
}

static void zip_load(struct fixture *f, struct zip *z, const char *name)
{
    char path[1024];
    size_t start = z->len;

    memcpy(z->bytes + z->len, z->central, z->central_len);
    z->len += z->central_len;
    le(z->bytes, &z->len, 0x06054b50, 4);
    le(z->bytes, &z->len, 0, 4);
    le(z->bytes, &z->len, (uint32_t)z->count, 2);
    le(z->bytes, &z->len, (uint32_t)z->count, 2);
    le(z->bytes, &z->len, (uint32_t)z->central_len, 4);
    le(z->bytes, &z->len, (uint32_t)start, 4);
    le(z->bytes, &z->len, 0, 2);
    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    hs_test_write(path, z->bytes, z->len);
    load(f, path);
}

static void a_zip_gives_its_members_without_folder_and_litter(void **state)
{
    struct fixture *f = *state;
    struct zip z = {.len = 0};

    zip_add(&z, "N1_lab1/报告.md", "text", true);
    zip_add(&z, "N1_lab1/weights/w.json", "{}", true);
    zip_add(&z, "__MACOSX/N1_lab1/._w.json", "litter", true);
    zip_add(&z, "N1_lab1/.DS_Store", "litter", true);
    zip_load(f, &z, "{N1}_lab1.zip");
    assert_string_equal(f->s.kind, "archive");
    assert_int_equal(f->s.files.len, 2);
    assert_string_equal(f->s.files.items[0].name, "weights/w.json");
    assert_string_equal(f->s.files.items[1].name, "报告.md");
}

static void names_of_an_old_chinese_zip_become_utf8(void **state)
{
    struct fixture *f = *state;
    struct zip z = {.len = 0};

    zip_add(&z, "\xb1\xa8\xb8\xe6.md", "text", false); /* GB18030 */
    zip_load(f, &z, "N1_lab1.zip");
    assert_string_equal(f->s.files.items[0].name, "报告.md");
}

static void an_archive_inside_is_a_file_like_others(void **state)
{
    struct fixture *f = *state;
    struct zip z = {.len = 0};

    zip_add(&z, "inner.zip", "PK\003\004 whatever", true);
    zip_add(&z, "report.md", "text", true);
    zip_load(f, &z, "N1_lab1.zip");
    assert_int_equal(f->s.files.len, 2);
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
        TEST(a_zip_gives_its_members_without_folder_and_litter),
        TEST(names_of_an_old_chinese_zip_become_utf8),
        TEST(an_archive_inside_is_a_file_like_others),
        TEST(files_are_found_by_exactness_first),
        TEST(patterns_know_the_star_only),
        TEST(a_notebook_gives_the_sources_of_its_cells),
        TEST(a_container_is_opened_once_and_a_broken_one_says_why),
    };

    return cmocka_run_group_tests_name("submission", tests, NULL, NULL);
}
