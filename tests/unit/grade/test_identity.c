#include "hs_test.h"

#include "grade/identity.h"

static const char *const lab1[] = {"{id}_{name}_lab1", "{id}_lab1"};

static void check(const char *path, const char *id, const char *name, bool fits)
{
    struct hs_identity who;

    hs_identity_of(&who, path, lab1, 2);
    assert_string_equal(who.id, id);
    assert_string_equal(who.name, name);
    assert_int_equal(who.fits, fits);
}

static void reads_the_id_before_the_literal(void **state)
{
    (void)state;
    check("in/N26111111_lab1.zip", "N26111111", "", true);
    check("N26111111_LAB1.ZIP", "N26111111", "", true);
    check("N26111111_lab1.tar.gz", "N26111111", "", true);
    check("N26111111_lab1/", "N26111111", "", true);
}

static void braces_are_left_out(void **state)
{
    (void)state;
    check("{N26111111}_lab1.zip", "N26111111", "", true);
    check("/a/{N26111111_王小明}_lab1.zip", "N26111111", "王小明", true);
}

static void a_name_with_the_separator_goes_to_the_last_field(void **state)
{
    (void)state;
    check("17_van_der_Berg_lab1.zip", "17", "van_der_Berg", true);
}

static void other_names_are_taken_whole(void **state)
{
    (void)state;
    check("weights.pt", "weights", "", false);
    check("dir/some.folder", "some.folder", "", false);
    check("_lab1.zip", "_lab1", "", false);
    check("", "", "", false);
    check("/", "", "", false);
}

static void long_names_are_cut_not_overrun(void **state)
{
    char path[1000];
    struct hs_identity who;

    (void)state;
    memset(path, 'x', sizeof path);
    memcpy(path + 990, "_lab1.zip", 10);
    hs_identity_of(&who, path, lab1, 2);
    assert_int_equal(strlen(who.id), sizeof who.id - 1);
    assert_true(who.fits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_id_before_the_literal),
        cmocka_unit_test(braces_are_left_out),
        cmocka_unit_test(a_name_with_the_separator_goes_to_the_last_field),
        cmocka_unit_test(other_names_are_taken_whole),
        cmocka_unit_test(long_names_are_cut_not_overrun),
    };

    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
