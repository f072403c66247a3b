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
    assert_true(seen >= 100);
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

static void is_set_as(struct hs_arena *arena, const char *tex, int width, const char *wanted)
{
    struct hs_str text = HS_STR_INIT;

    add_typeset(&text, arena, tex, width, true);
    assert_string_equal(text.buf, wanted);
    hs_str_dispose(&text);
}

static void a_wide_formula_breaks_at_relations_and_then_at_sums(void **state)
{
    is_set_as(*state, "a + b + c = d + e + f = g + h + i", 20, "a + b + c\n  = d + e + f\n  = g + h + i\n");
    is_set_as(*state, "y = a + b + c + d + e + f", 20, "y = a + b + c + d\n    + e + f\n");
    is_set_as(*state, "f(aa, bb, cc, dd) = gg", 12, "f(aa, bb,\n    cc, dd)\n  = gg\n");
    is_set_as(*state, "\\left( \\frac{aaa}{b} + cc \\right) + d", 10, "( aaa\n(-----\n(  b\n  + cc)\n  + d\n");
}

static void what_cannot_be_broken_is_clipped_with_a_mark(void **state)
{
    is_set_as(*state, "\\text{one long word}", 10, "one long ~\n");
    is_set_as(*state, "\\frac{\\text{one long word}}{2}", 10, "(\n  one lon~\n  )/(2)\n");
}

static void a_tag_stands_at_the_right_edge(void **state)
{
    is_set_as(*state, "a = b \\tag{1}", 20, "a = b            (1)\n");
    is_set_as(*state, "aaa = bbb \\tag{1}", 11, "aaa = bbb\n        (1)\n");
}

/* Nested rows of tables, brackets and roots make a picture of more than the limits. */
static void the_picture_of_a_hostile_formula_is_bounded(void **state)
{
    struct hs_str wide = HS_STR_INIT, tall = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_grid g;
    int baseline;

    for (int i = 0; i < 10000; i++) {
        hs_str_add(&wide, "a+");
        hs_str_add(&tall, "a\\\\");
    }
    assert_ok(hs_math_typeset(&g, &baseline, *state, wide.buf, 0, false, &err), &err);
    assert_int_equal(g.width, 2048);
    assert_string_equal(g.cells[g.width - 1].text, "…");
    assert_ok(hs_math_typeset(&g, &baseline, *state, tall.buf, 80, false, &err), &err);
    assert_int_equal(g.height, 256);
    assert_in_range(baseline, 0, 255);
    hs_str_add_repeat(&wide, "a", 20000);
    assert_fails(hs_math_typeset(&g, &baseline, *state, wide.buf, 0, false, &err), HS_ELIMIT, &err, "32768");
    hs_str_dispose(&wide);
    hs_str_dispose(&tall);
}

/* What comes again and again neither nests without a limit nor takes memory that grows with its square. */
static void repetition_is_harmless(void **state)
{
    static const char *const units[] = {"'", "x_i''", "x'^2'^2 ", "\\big(", "⌉", "&", "&\\\\", "\\hat{}", "\\limits", "\\frac ab", "\\,", "|", "\\tag{1}"};

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(units); i++) {
        struct hs_str tex = HS_STR_INIT, line = HS_STR_INIT;
        struct hs_arena arena = HS_ARENA_INIT;
        struct hs_error err = HS_ERROR_INIT;
        struct hs_grid g;
        int baseline;

        hs_str_add_repeat(&tex, units[i], 12000 / strlen(units[i]));
        assert_ok(hs_math_typeset(&g, &baseline, &arena, tex.buf, 60, i % 2 != 0, &err), &err);
        assert_true(g.width <= 60 && g.height <= 256);
        assert_true(arena.used < 20u << 20);
        hs_math_line(&line, tex.buf, i % 2 != 0);
        assert_true(line.len <= 8 * tex.len);
        hs_str_dispose(&line);
        hs_str_dispose(&tex);
        hs_arena_dispose(&arena);
    }
}

static void a_line_is_unambiguous(void **state)
{
    static const char *const rows[][2] = {
        {"\\frac{a}{b} c", "(a/b) c"},
        {"\\frac{a+b}{c d}", "(a + b)/(cd)"},
        {"\\log \\frac{a}{b}", "log (a/b)"},
        {"{\\frac{a}{b}}^2", "(a/b)^2"},
        {"{a+b}^{n+1}", "(a + b)^(n+1)"},
        {"\\frac{\\sum_{i=0}^{n-1} x_i}{n}", "(sum_{i=0..n-1} x_i)/n"},
        {"s_w s_{W_i} \\gamma w", "s_w s_{W_i}gamma w"},
        {"s \\lfloor x \\rceil", "s round(x)"},
        {"-\\frac{a}{b}", "-a/b"},
        {"\\sqrt[3]{x} \\left. y \\right|_{x=0}", "root_3(x) y|_{x=0}"},
        {"\\begin{cases} a & x > 0 \\\\ b & \\text{otherwise} \\end{cases}", "{a if x > 0; b otherwise}"},
        {"\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}", "[a, b; c, d]"},
        {"\\overbrace{a+b}^{n} + \\binom{n}{k}", "a + b [= n] + binom(n, k)"},
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(rows); i++) {
        struct hs_str line = HS_STR_INIT;

        hs_math_line(&line, rows[i][0], true);
        assert_string_equal(line.buf, rows[i][1]);
        hs_str_dispose(&line);
    }
}

static void every_symbol_has_a_name_of_its_own_and_an_ascii_form(void **state)
{
    static const struct {
        const char *name, *text, *ascii;
    } symbols[] = {
#define HS_SYMBOL(name, text, ascii, class) {name, text, ascii},
#include "draw/math_symbols.def"
#undef HS_SYMBOL
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(symbols); i++) {
        assert_true(hs_utf8_valid(symbols[i].text, strlen(symbols[i].text)));
        assert_int_equal(symbols[i].text[0] == '\0', symbols[i].ascii[0] == '\0');
        for (const char *c = symbols[i].ascii; *c != '\0'; c++)
            assert_in_range(*c, ' ', '~');
        for (size_t j = 0; j < i; j++)
            if (symbols[i].name[0] != '\0' && strcmp(symbols[i].name, symbols[j].name) == 0)
                fail_msg("\\%s is there twice", symbols[i].name);
    }
}

static void a_formula_is_drawn_as_svg(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str out = HS_STR_INIT;

    (void)state;
    assert_ok(hs_math_svg(&out, "\\left(\\frac{x < y}{s}\\right)", "light", &err), &err);
    assert_contains(out.buf, "<svg xmlns");
    assert_contains(out.buf, ">x &lt; y</text>");
    assert_contains(out.buf, "M17 28m0 10h9M26 28m0 10h9"); /* the bar is drawn, not set */
    assert_true(strstr(out.buf, "⎛") == NULL);
    assert_true(hs_ends_with(out.buf, "</svg>\n"));
    assert_fails(hs_math_svg(&out, "\\frac{a", "light", &err), HS_EFORMAT, &err, "column");
    hs_str_dispose(&out);
}

/* Every frame typesets its formulas anew. About 15 microseconds are usual; the bound leaves room for sanitizers. */
static void two_hundred_characters_are_set_at_once(void **state)
{
    const char *tex = "q = \\operatorname{clamp}\\left(\\operatorname{round}\\left(\\frac{x}{s}\\right) + z,\\ q_{\\min},\\ q_{\\max}\\right), "
                      "\\qquad \\hat{x} = s\\,(q - z), \\quad |x - \\hat x| \\le \\frac{s}{2}, \\quad s = \\frac{x_{\\max} - x_{\\min}}{255}";
    double best = 1.0;

    (void)state;
    assert_true(strlen(tex) > 200);
    for (int i = 0; i < 50; i++) {
        struct hs_arena arena = HS_ARENA_INIT;
        struct timespec from, to;
        struct hs_grid g;
        double took;
        int baseline;

        timespec_get(&from, TIME_UTC);
        assert_ok(hs_math_typeset(&g, &baseline, &arena, tex, 60, false, NULL), NULL);
        timespec_get(&to, TIME_UTC);
        took = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
        best = took < best ? took : best;
        hs_arena_dispose(&arena);
    }
    print_message("a formula of %zu characters: %.1f us\n", strlen(tex), best * 1e6);
    assert_true(best < 500e-6);
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
        WITH_ARENA(a_wide_formula_breaks_at_relations_and_then_at_sums),
        WITH_ARENA(what_cannot_be_broken_is_clipped_with_a_mark),
        WITH_ARENA(a_tag_stands_at_the_right_edge),
        WITH_ARENA(the_picture_of_a_hostile_formula_is_bounded),
        WITH_ARENA(repetition_is_harmless),
        WITH_ARENA(a_line_is_unambiguous),
        WITH_ARENA(every_symbol_has_a_name_of_its_own_and_an_ascii_form),
        WITH_ARENA(a_formula_is_drawn_as_svg),
        WITH_ARENA(two_hundred_characters_are_set_at_once),
        WITH_ARENA(deep_nesting_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
