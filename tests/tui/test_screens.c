/* The app driven by scripts of keys: cases/<name>.keys, and the screens that it saves, cases/<name>/<screen>.screen, compared as text.
 * HALFSTEP_UPDATE=1 writes the screens anew: read them before you commit them. */
#include "hs_test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/keymap.h"
#include "tui/term.h"

static void run_keys(const char *name, const char *what)
{
    char keys[600], want[600], command[4096];
    struct hs_str out = {.buf = hs_str_empty};
    const char *tmp = hs_test_tmp();
    int status;

    snprintf(keys, sizeof keys, "%s/tests/tui/cases/%s.keys", getenv("HALFSTEP_SOURCE"), name);
    snprintf(want, sizeof want, "%s/tests/tui/cases/%s", getenv("HALFSTEP_SOURCE"), name);
    setenv("HALFSTEP_HOME", tmp, 1);
    snprintf(command, sizeof command, "%s --script '%s'", what, keys);
    status = hs_test_run(&out, tmp, command);
    if (status != 0)
        print_error("%s: %s\n", name, out.buf);
    assert_int_equal(status, 0);
    hs_str_dispose(&out);
    if (getenv("HALFSTEP_UPDATE") != NULL)
        snprintf(command, sizeof command, "mkdir -p '%s' && cp '%s'/*.screen '%s'/", want, tmp, want);
    else
        snprintf(command, sizeof command, "for f in '%s'/*.screen; do diff -u \"$f\" '%s'/\"$(basename \"$f\")\" || exit 1; done", want, tmp);
    assert_int_equal(system(command), 0);
}

static void run_case(const char *name)
{
    run_keys(name, "learn power-of-two-observer");
}

static void the_playground_in_every_size(void **state)
{
    (void)state;
    run_keys("play", "play");
}

static void the_derivation_board_in_every_size(void **state)
{
    (void)state;
    run_keys("board", "learn activation-scales/2");
}

static void the_lesson_at_80_by_24(void **state)
{
    (void)state;
    run_case("lesson-80x24");
}

static void the_lesson_in_ascii_at_40_by_12(void **state)
{
    (void)state;
    run_case("lesson-40x12-ascii");
}

static void the_lesson_at_132_by_50(void **state)
{
    (void)state;
    run_case("lesson-132x50");
}

/* Resizes of every kind, wrong keys and typing in between: the app must live and leave with 0. */
static void a_storm_of_resizes_and_wrong_keys_does_no_harm(void **state)
{
    char path[600];
    struct hs_str script = {.buf = hs_str_empty}, out = {.buf = hs_str_empty};
    const char *tmp = hs_test_tmp();
    unsigned r = 12345;

    (void)state;
    for (int i = 0; i < 400; i++) {
        static const char *const keys[] = {"Tab", "Left", "Right", "n", "b", "H", "?", "Escape", "z", "%", "Space", "PageUp", "type 1.5", "Enter",
                                           "Backspace", "R", "y", "S", "n", "x", "Ctrl-L", "type ÄÖ漢", "G", "g"};

        r = r * 1103515245u + 12345u;
        hs_str_printf(&script, "resize %u %u\n%s\n", r / 65536 % 150, r / 1024 % 60, keys[r / 4096 % (sizeof keys / sizeof *keys)]);
    }
    hs_str_add(&script, "Ctrl-C\n");
    snprintf(path, sizeof path, "%s/storm.keys", tmp);
    hs_test_write(path, script.buf, script.len);
    setenv("HALFSTEP_HOME", tmp, 1);
    hs_str_clear(&script);
    hs_str_printf(&script, "learn power-of-two-observer --script '%s'", path);
    assert_int_equal(hs_test_run(&out, tmp, script.buf) % 130, 0);
    hs_str_dispose(&script);
    hs_str_dispose(&out);
}

/* Each key has one meaning on a screen, every name in the table is a key, every request has help. */
static void the_key_table_is_sound(void **state)
{
    (void)state;
    for (const char *screen = "HLPF?"; *screen != '\0'; screen++) {
        char seen[4096] = " ";

        for (size_t i = 0; hs_request_row(i) != NULL; i++) {
            const struct hs_request_row *row = hs_request_row(i);
            char keys[128], *save = NULL;

            assert_true(strlen(row->help) > 5);
            if (!hs_request_is_on(row, *screen))
                continue;
            snprintf(keys, sizeof keys, "%s", row->keys);
            for (char *key = strtok_r(keys, " ", &save); key != NULL; key = strtok_r(NULL, " ", &save)) {
                char wrapped[64];

                assert_true(hs_key_find(key) > 0);
                assert_int_equal(hs_keymap(hs_key_find(key), *screen), row->request);
                snprintf(wrapped, sizeof wrapped, " %s ", key);
                assert_null(strstr(seen, wrapped));
                strcat(seen, wrapped + 1);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_playground_in_every_size),
        cmocka_unit_test(the_derivation_board_in_every_size),
        cmocka_unit_test(the_lesson_at_80_by_24),
        cmocka_unit_test(the_lesson_in_ascii_at_40_by_12),
        cmocka_unit_test(the_lesson_at_132_by_50),
        cmocka_unit_test(a_storm_of_resizes_and_wrong_keys_does_no_harm),
        cmocka_unit_test(the_key_table_is_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
