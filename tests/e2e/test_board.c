/* The lessons on the derivation board, done by hand without a screen: tests/cases/boards/ID.in holds what a learner types,
 * wrong lines, hints and lines taken back included. */
#include <ctype.h>
#include <glob.h>

#include "base/utf8.h"
#include "hs_test.h"

/* Both outputs of the program with the file as its standard input; it must exit with 0. */
static void learn(struct hs_str *out, const char *id, const char *input)
{
    char command[2400], chunk[4096];
    FILE *p;
    size_t n;

    snprintf(command, sizeof command, "'%s' learn '%s' --plain < '%s' 2>&1", getenv("HALFSTEP_BINARY"), id, input);
    p = popen(command, "r");
    assert_non_null(p);
    while ((n = fread(chunk, 1, sizeof chunk, p)) > 0)
        hs_str_add_bytes(out, chunk, n);
    assert_int_equal(pclose(p), 0);
}

static void fits_forty_columns(const char *text)
{
    for (const char *line = text, *end; *line != '\0'; line = *end == '\n' ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (*line != '>' && hs_text_width(line, (size_t)(end - line)) > 40)
            fail_msg("more than 40 columns: %.*s", (int)(end - line), line);
    }
}

/* "16 of 16 points, 9 of 9 questions …": the last score is full. */
static void is_complete(const char *id, const char *text)
{
    const char *last = NULL, *points;
    char *end;
    double got, most;

    for (const char *p = text; (p = strstr(p, "points,")) != NULL; p++)
        last = p;
    if (last == NULL)
        fail_msg("%s: no score is told", id);
    points = last;
    while (points > text && points[-1] != '\n')
        points--;
    got = strtod(points, &end);
    assert_memory_equal(end, " of ", 4);
    most = strtod(end + 4, NULL);
    if (got != most || most <= 0)
        fail_msg("%s: %g of %g points", id, got, most);
}

static void derivations_can_be_written_without_a_screen(void **state)
{
    char pattern[500], home[500], command[600];
    glob_t found;

    (void)state;
    snprintf(home, sizeof home, "%s/home", hs_test_tmp());
    setenv("HALFSTEP_HOME", home, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("COLUMNS", "40", 1);
    setenv("NO_COLOR", "1", 1);
    unsetenv("HALFSTEP_PATH");
    snprintf(pattern, sizeof pattern, "%s/*.in", hs_test_source("tests/cases/boards"));
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *base = strrchr(found.gl_pathv[i], '/') + 1;
        char id[100];
        struct hs_str out = HS_STR_INIT;

        snprintf(command, sizeof command, "rm -rf '%s'", home);
        assert_int_equal(system(command), 0);
        snprintf(id, sizeof id, "%.*s", (int)strcspn(base, "."), base);
        learn(&out, id, found.gl_pathv[i]);
        fits_forty_columns(out.buf);
        assert_null(strchr(out.buf, '\x1b'));
        is_complete(id, out.buf);
        hs_str_dispose(&out);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(derivations_can_be_written_without_a_screen)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
