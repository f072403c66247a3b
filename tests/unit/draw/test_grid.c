/* What a grid takes in: text of strangers never reaches the terminal with anything that acts on it. */
#include "hs_test.h"

#include "draw/grid.h"

static void is_shown_as(struct hs_arena *arena, const char *text, bool ascii, const char *wanted)
{
    struct hs_str shown = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_grid g;

    assert_ok(hs_grid_new(&g, arena, 20, 1, ascii, &err), &err);
    hs_grid_text(&g, 0, 0, HS_STYLE_TEXT, text);
    hs_grid_to_text(&shown, &g);
    assert_string_equal(shown.buf, wanted);
    hs_str_dispose(&shown);
}

static void controls_and_marks_of_direction_are_left_out(void **state)
{
    is_shown_as(*state, "a\x1b[31mb\a\x7f", false, "a[31mb\n");
    is_shown_as(*state, "a\xc2\x9b" "31mb", false, "a31mb\n");            /* CSI as one character */
    is_shown_as(*state, "a\xe2\x80\xae" "cba\xe2\x81\xa6!\xef\xbb\xbf", false, "acba!\n"); /* right to left */
    is_shown_as(*state, "a\xff\xc3", false, "a\xef\xbf\xbd\xef\xbf\xbd\n");
}

static void marks_combine_with_the_letter_before_them(void **state)
{
    is_shown_as(*state, "x\xcc\x82y\xcc\x84\xcc\x82", false, "x\xcc\x82y\xcc\x84\xcc\x82\n");
    is_shown_as(*state, "x\xcc\x82y", true, "xy\n");
    is_shown_as(*state, "\xcc\x82y", false, "y\n");
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(controls_and_marks_of_direction_are_left_out),
        WITH_ARENA(marks_combine_with_the_letter_before_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
