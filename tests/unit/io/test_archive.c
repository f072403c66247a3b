#include "fixture.h"

#include <locale.h>

#include "io/archive.h"

/* A zip of one stored member, made by hand; the tests change single fields of it. */
struct zip {
    unsigned char bytes[256];
    size_t len, central;
};

static struct zip one_member(const char *name, const char *text)
{
    struct zip z = {.len = 0};
    size_t nn = strlen(name), nt = strlen(text);
    unsigned char *p = z.bytes;

    memcpy(p, "PK\3\4\24\0\0\0\0\0\0\0\0\0", 14);
    hs_write_le(p + 14, 0x55214233, 4); /* crc of "1,2\n" */
    hs_write_le(p + 18, nt, 4);
    hs_write_le(p + 22, nt, 4);
    hs_write_le(p + 26, nn, 2);
    memcpy(p + 30, name, nn);
    memcpy(p + 30 + nn, text, nt);
    z.central = 30 + nn + nt;
    p += z.central;
    memcpy(p, "PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0", 16);
    memcpy(p + 16, z.bytes + 14, 14);
    memcpy(p + 46, name, nn);
    p += 46 + nn;
    memcpy(p, "PK\5\6\0\0\0\0\1\0\1\0", 12);
    hs_write_le(p + 12, 46 + nn, 4);
    hs_write_le(p + 16, z.central, 4);
    z.len = (size_t)(p + 22 - z.bytes);
    return z;
}

static enum hs_status read_zip(const struct zip *z)
{
    return read_as("x.zip", z->bytes, z->len);
}

static void members_are_joined_with_their_entries(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        static const char *const files[] = {"archive/mixed.zip", "archive/mixed.tar",
                                            "archive/mixed.tar.gz"};

        assert_ok(read_corpus(files[i]), &err);
        assert_string_equal(file.format, i == 0 ? "zip" : "tar");
        assert_close(element("sub/w.npy", 1), -1, 0);
        assert_close(element("t.csv", 3), 4, 0);
        assert_close(entry("a.json/s")->number, 0.5, 0);
    }
}

static void an_npz_is_read_stored_deflated_and_with_zip64(void **state)
{
    (void)state;
    assert_ok(read_corpus("npz/stored.npz"), &err);
    assert_string_equal(file.format, "npz");
    assert_close(element("b", 4), -1, 0);
    assert_ok(read_corpus("npz/deflated.npz"), &err);
    assert_close(element("a", 2), 1e10, 0);
    assert_ok(read_corpus("npz/zip64.npz"), &err);
    assert_close(element("a", 5), 3, 0);
    assert_ok(read_corpus("npz/object.npz"), &err);
    assert_int_equal(entry("a.k")->integer, 1);
}

static void dangerous_names_are_refused_and_named(void **state)
{
    (void)state;
    assert_ok(read_corpus("archive/dangerous.zip"), &err);
    assert_int_equal(file.entries.len, 1);
    assert_close(element("a/b.csv", 0), 1, 0); /* a Windows zip: a\b.csv */
    assert_true(remarked("../up.npy: has a name that leads outside"));
    assert_true(remarked("/abs: has a name"));
    assert_true(remarked("C:/x: has a name"));
    assert_ok(read_corpus("archive/link.tar"), &err);
    assert_true(remarked("link: is a link or a device"));
}

static void names_in_gb18030_are_read_in_every_locale(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C");
    assert_ok(read_corpus("archive/gb18030.zip"), &err);
    assert_close(element("\xe4\xb8\xad"
                         "a.csv",
                         1),
                 2, 0);
    setlocale(LC_CTYPE, "C.UTF-8");
    assert_ok(read_corpus("archive/gb18030.zip"), &err);
    assert_close(element("\xe4\xb8\xad"
                         "a.csv",
                         1),
                 2, 0);
}

static void hostile_archives_are_refused(void **state)
{
    (void)state;
    assert_fails(read_corpus("archive/encrypted.zip"), HS_EFORMAT, &err, "password-protected");
    assert_fails(read_corpus("archive/twice.zip"), HS_EFORMAT, &err, "two members have this name");
    assert_fails(read_corpus("archive/ratio.zip"), HS_ELIMIT, &err,
                 "unpacks to more than is allowed");
}

static void archives_inside_archives_are_not_opened(void **state)
{
    (void)state;
    assert_ok(read_corpus("archive/nested.zip"), &err);
    assert_int_equal(file.entries.len, 0);
    assert_true(remarked("in.zip: an archive inside an archive is not opened"));
    assert_true(remarked("x.npz: an archive inside an archive is not opened"));
}

static void the_directory_of_a_zip_must_agree_with_its_members(void **state)
{
    struct zip z = one_member("a.csv", "1,2\n");

    (void)state;
    assert_ok(read_zip(&z), &err);
    assert_close(element("a.csv", 1), 2, 0);
    z.bytes[z.central + 46] = 'b'; /* another name in the directory */
    assert_fails(read_zip(&z), HS_EFORMAT, &err, "two names");
    z = one_member("a.csv", "1,2\n");
    z.bytes[z.central + 20] = 200; /* longer than what is there */
    assert_fails(read_zip(&z), HS_EFORMAT, &err, "overlap");
    z = one_member("a.csv", "1,2\n");
    z.bytes[z.central + 42] = 9; /* no header there */
    assert_fails(read_zip(&z), HS_EFORMAT, &err, "no header");
    z = one_member("a.csv", "1,2\n");
    z.bytes[z.len - 22 + 10] = 2; /* one member more than there are */
    assert_fails(read_zip(&z), HS_EFORMAT, &err, "fewer members");
    z = one_member("a.csv", "1,2\n");
    z.bytes[z.len - 22 + 10] = 0;
    assert_fails(read_zip(&z), HS_EFORMAT, &err, "more members");
    z = one_member("a.csv", "1,2\n");
    z.bytes[z.central + 10] = 12; /* bzip2 */
    assert_fails(read_zip(&z), HS_EFORMAT, &err, "compression method 12");
    for (size_t cut = 1; cut < z.len; cut++) {
        z = one_member("a.csv", "1,2\n");
        z.len -= cut;
        assert_true(read_zip(&z) != HS_OK);
    }
}

static void a_wrong_checksum_is_noticed(void **state)
{
    struct zip z = one_member("a.csv", "1,3\n");

    (void)state;
    assert_fails(read_zip(&z), HS_EFORMAT, &err, "broken archive member");
}

static void limits_count_members_and_bytes(void **state)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_archive a = {0};
    struct hs_arena arena = HS_ARENA_INIT;
    size_t size;
    void *bytes =
        hs_test_read(&arena, hs_test_source("tests/fuzz/corpus/archive/mixed.zip"), &size);

    (void)state;
    limits.entries = 2;
    assert_int_equal(hs_archive_read(&a, &arena, (struct hs_bytes){bytes, size}, &limits, &err),
                     HS_ELIMIT);
    hs_archive_dispose(&a);
    limits = hs_io_limits_default();
    limits.total_bytes = 100;
    err = HS_ERROR_INIT;
    assert_int_equal(hs_archive_read(&a, &arena, (struct hs_bytes){bytes, size}, &limits, &err),
                     HS_ELIMIT);
    hs_archive_dispose(&a);
    hs_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_are_joined_with_their_entries, begin, end),
        cmocka_unit_test_setup_teardown(an_npz_is_read_stored_deflated_and_with_zip64, begin, end),
        cmocka_unit_test_setup_teardown(dangerous_names_are_refused_and_named, begin, end),
        cmocka_unit_test_setup_teardown(names_in_gb18030_are_read_in_every_locale, begin, end),
        cmocka_unit_test_setup_teardown(hostile_archives_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(archives_inside_archives_are_not_opened, begin, end),
        cmocka_unit_test_setup_teardown(the_directory_of_a_zip_must_agree_with_its_members, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_wrong_checksum_is_noticed, begin, end),
        cmocka_unit_test_setup_teardown(limits_count_members_and_bytes, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
