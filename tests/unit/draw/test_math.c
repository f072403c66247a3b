/* Formulas: tests/cases/math/<name>.tex with <name>.unicode and <name>.ascii (at 76 columns and, where that differs, at 40) and
 * <name>.line, each compared as text. HALFSTEP_UPDATE=1 writes them anew: look at baselines and brackets before you commit. */
#include "hs_test.h"

#include <dirent.h>
#include <time.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/math.h"

static void check(struct hs_arena *arena, const char *folder, const char *name, const char *kind, const char *got)
{
    char path[1200];
    size_t n;

    snprintf(path, sizeof path, "%s/%s.%s", folder, name, kind);
    if (getenv("HALFSTEP_UPDATE") != NULL)
        hs_test_write(path, got, strlen(got));
    if (strcmp(hs_test_read(arena, path, &n), got) != 0) {
        print_error("%s.%s:\n%s\n", name, kind, got);
        fail();
    }
}

/* Appends the formula as it is at that width; no line of it may be wider. */
static void add_typeset(struct hs_str *out, struct hs_arena *arena, const char *tex, int width, bool ascii)
{
    struct hs_grid g;
    struct hs_error err = HS_ERROR_INIT;
    int baseline;

    assert_ok(hs_math_typeset(&g, &baseline, arena, tex, width, ascii, &err), &err);
    assert_in_range(baseline, 0, g.height - 1);
    assert_in_range(g.width, 1, width);
    hs_grid_to_text(out, &g);
}

static void check_pictures(struct hs_arena *arena, const char *root, const char *name, const char *tex)
{
    struct hs_str text = HS_STR_INIT, narrow = HS_STR_INIT;

    for (int ascii = 0; ascii < 2; ascii++) {
        hs_str_clear(&text);
        hs_str_clear(&narrow);
        add_typeset(&text, arena, tex, 76, ascii != 0);
        add_typeset(&narrow, arena, tex, 40, ascii != 0);
        if (strcmp(text.buf, narrow.buf) != 0)
            hs_str_printf(&text, "---- at 40 columns:\n%s", narrow.buf);
        check(arena, root, name, ascii ? "ascii" : "unicode", text.buf);
        for (size_t i = 0; ascii && i < text.len; i++)
            assert_true((unsigned char)text.buf[i] < 128);
    }
    hs_str_dispose(&text);
    hs_str_dispose(&narrow);
}

static void check_line(struct hs_arena *arena, const char *root, const char *name, const char *tex)
{
    struct hs_str text = HS_STR_INIT;
    size_t ascii;

    hs_math_line(&text, tex, false);
    assert_true(hs_utf8_valid(text.buf, text.len));
    hs_str_add(&text, "\n");
    ascii = text.len;
    hs_math_line(&text, tex, true);
    hs_str_add(&text, "\n");
    check(arena, root, name, "line", text.buf);
    for (size_t i = ascii; i < text.len; i++)
        assert_true((unsigned char)text.buf[i] < 128);
    hs_str_dispose(&text);
}

static void every_formula_is_typeset_as_it_was_looked_at(void **state)
{
    char root[600];
    DIR *dir;
    struct dirent *entry;
    int seen = 0;

    snprintf(root, sizeof root, "%s", hs_test_source("tests/cases/math"));
    dir = opendir(root);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[1200], name[256], *tex;
        size_t n = strlen(entry->d_name);

        if (n < 5 || strcmp(entry->d_name + n - 4, ".tex") != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)n - 4, entry->d_name);
        snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
        tex = hs_test_read(*state, path, &n);
        tex[strcspn(tex, "\n")] = '\0';
        check_pictures(*state, root, name, tex);
        check_line(*state, root, name, tex);
        seen++;
    }
    closedir(dir);
    assert_true(seen >= 80);
}

static void broken_formulas_name_the_column(void **state)
{
    static const struct {
        const char *tex;
        int column;
    } rows[] = {{"\\frac{a}{b", 11}, {"a }", 3}, {"x_", 3}, {"x_1_2", 5}, {"\\left( a", 9}, {"\\frac", 6}, {"\\begin{cases} a", 16}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hs_grid g;
        struct hs_error err = HS_ERROR_INIT;
        int baseline;

        assert_fails(hs_math_typeset(&g, &baseline, *state, rows[i].tex, 0, false, &err), HS_EFORMAT, &err, "column");
        assert_int_equal(err.column, rows[i].column);
    }
}

static void a_wide_formula_breaks_at_relations(void **state)
{
    struct hs_grid g;
    struct hs_error err = HS_ERROR_INIT;
    int baseline;

    assert_ok(hs_math_typeset(&g, &baseline, *state, "a + b + c + d = e + f + g + h = i + j + k + l", 24, true, &err), &err);
    assert_true(g.width <= 24 && g.height >= 2);
}

static void deep_nesting_is_refused(void **state)
{
    static const char *const openings[] = {"{", "\\sqrt", "\\frac", "\\hat", "\\left(", "\\begin{cases}"};

    for (size_t i = 0; i < HS_COUNTOF(openings); i++) {
        struct hs_str tex = HS_STR_INIT;
        struct hs_error err = HS_ERROR_INIT;
        struct hs_grid g;
        int baseline;

        for (int depth = 0; depth < 2000; depth++)
            hs_str_add(&tex, openings[i]);
        assert_fails(hs_math_typeset(&g, &baseline, *state, tex.buf, 0, false, &err), HS_EFORMAT, &err, "deeply");
        hs_str_dispose(&tex);
    }
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(every_formula_is_typeset_as_it_was_looked_at),
        WITH_ARENA(broken_formulas_name_the_column),
        WITH_ARENA(a_wide_formula_breaks_at_relations),
        WITH_ARENA(deep_nesting_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
