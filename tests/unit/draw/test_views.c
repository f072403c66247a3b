/* Every view at every size, in Unicode and ASCII, and in words. */
#include "hs_test.h"

#include "base/rng.h"
#include "base/utf8.h"
#include "draw/theme.h"
#include "draw/view.h"

static struct hs_value number(struct hs_value map, struct hs_arena *arena, const char *key, double v)
{
    assert_true(hs_value_set(&map, arena, key, hs_value_num(v)));
    return map;
}

static struct hs_value texts(struct hs_arena *arena, const char *const *items, size_t n)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < n; i++)
        assert_true(hs_value_push(&list, arena, hs_value_string(arena, items[i])));
    return list;
}

/* A spec for the oldest views; nil for those whose specs are Lua (tests/cases/views), which unit/script/test_views.c draws. */
static struct hs_value sample(struct hs_arena *arena, const char *id)
{
    struct hs_value v = hs_value_map(), list = hs_value_list(), part = hs_value_map();
    struct hs_tensor t;
    struct hs_rng rng = hs_rng_seed(5, 1);

    assert_true(hs_value_set(&v, arena, "view", hs_value_string(arena, id)));
    if (strcmp(id, "values") == 0) {
        assert_true(hs_value_set(&part, arena, "label", hs_value_string(arena, "step")));
        assert_true(hs_value_set(&part, arena, "value", hs_value_string(arena, "0.25")));
        assert_true(hs_value_set(&part, arena, "note", hs_value_string(arena, "张三")));
        assert_true(hs_value_push(&list, arena, part));
        assert_true(hs_value_set(&v, arena, "items", list));
    } else if (strcmp(id, "table") == 0) {
        assert_true(hs_value_set(&v, arena, "columns", texts(arena, (const char *const[]){"name", "s"}, 2)));
        assert_true(hs_value_push(&list, arena, texts(arena, (const char *const[]){"王芳", "1.5"}, 2)));
        assert_true(hs_value_push(&list, arena, texts(arena, (const char *const[]){"conv1", "10.25"}, 2)));
        assert_true(hs_value_set(&v, arena, "rows", list));
        assert_true(hs_value_set(&v, arena, "align", hs_value_string(arena, "lr")));
    } else if (strcmp(id, "text") == 0) {
        assert_true(hs_value_set(&v, arena, "text", hs_value_string(arena, "one two three four five")));
    } else if (strcmp(id, "histogram") == 0) {
        assert_int_equal(hs_tensor_new(&t, arena, HS_FLOAT32, 1, (size_t[]){1000}, NULL), HS_OK);
        for (size_t i = 0; i < 1000; i++)
            hs_tensor_set(&t, i, hs_rng_normal(&rng));
        assert_true(hs_value_set(&v, arena, "tensor", hs_value_tensor(arena, &t)));
        part = number(number(part, arena, "lo", -2), arena, "hi", 2);
        assert_true(hs_value_set(&v, arena, "clip", part));
        assert_true(hs_value_set(&v, arena, "title", hs_value_string(arena, "weights")));
    } else if (strcmp(id, "log2_axis") == 0) {
        v = number(v, arena, "scale", 0.3);
        assert_true(hs_value_set(&v, arena, "exponent", hs_value_int(-2)));
        assert_true(hs_value_set(&v, arena, "rounding", hs_value_string(arena, "nearest")));
    } else if (strcmp(id, "number_line") == 0) {
        v = number(number(number(number(v, arena, "scale", 0.5), arena, "zero_point", 0), arena, "qmin", -4), arena, "qmax", 3);
        part = number(number(part, arena, "min", -3), arena, "max", 2);
        assert_true(hs_value_set(&v, arena, "range", part));
        assert_true(hs_value_push(&list, arena, hs_value_num(1)));
        assert_true(hs_value_push(&list, arena, hs_value_num(9)));
        assert_true(hs_value_set(&v, arena, "values", list));
    } else {
        return hs_value_nil();
    }
    return v;
}

static void every_view_draws_at_every_size(void **state)
{
    static const int sizes[][2] = {{1, 1}, {2, 3}, {7, 2}, {40, 12}, {80, 24}, {300, 60}};
    size_t n;
    const struct hs_view *const *views = hs_views(&n);

    for (size_t i = 0; i < n; i++) {
        struct hs_value spec = sample(*state, views[i]->id);
        struct hs_str words = HS_STR_INIT, shown = HS_STR_INIT;
        struct hs_error err = HS_ERROR_INIT;

        assert_true(strlen(views[i]->help) > 5);
        assert_ptr_equal(hs_view_find(views[i]->id), views[i]);
        if (spec.kind == HS_NIL)
            continue;
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int ascii = 0; ascii < 2; ascii++) {
                struct hs_grid g;

                assert_ok(hs_grid_new(&g, *state, sizes[s][0], sizes[s][1], ascii != 0, &err), &err);
                assert_true(hs_view_height(&spec, g.width) >= 1);
                assert_ok(hs_view_draw(&g, &spec, &err), &err);
                hs_str_clear(&shown);
                hs_grid_to_text(&shown, &g);
                for (size_t b = 0; ascii && b < shown.len; b++)
                    assert_true((unsigned char)shown.buf[b] < 128);
            }
        assert_ok(hs_view_words(&words, &spec, &err), &err);
        assert_true(words.len > 3 && words.buf[words.len - 1] == '\n');
        hs_str_dispose(&words);
        hs_str_dispose(&shown);
    }
}

static void a_wrong_field_is_named(void **state)
{
    size_t n;
    const struct hs_view *const *views = hs_views(&n);
    struct hs_grid g;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value unknown = hs_value_map();

    assert_ok(hs_grid_new(&g, *state, 40, 10, false, &err), &err);
    for (size_t i = 0; i < n; i++) {
        struct hs_value v = hs_value_map();

        assert_true(hs_value_set(&v, *state, "view", hs_value_string(*state, views[i]->id)));
        hs_error_clear(&err);
        assert_fails(hs_view_draw(&g, &v, &err), HS_ESCRIPT, &err, views[i]->id);
    }
    hs_error_clear(&err);
    assert_true(hs_value_set(&unknown, *state, "view", hs_value_string(*state, "pie")));
    assert_fails(hs_view_draw(&g, &unknown, &err), HS_ESCRIPT, &err, "pie");
}

/* What the eye checks once and the test for ever: columns line up under CJK text, clip lines stand where they say. */
static void screens_are_as_they_were_looked_at(void **state)
{
    static const struct {
        const char *id, *text;
    } rows[] = {{"table", "name       s\n────────────\n王芳     1.5\nconv1  10.25\n"},
                {"values", "step  0.25  (张三)\n"},
                {"number_line", " ◂──────────────────────────────────▸\n                             ●       ✗\n"
                                "────────┼───┼──┼──┼───┃──┼───┼──┼─────\n       -2             0        1.5\n"}};
    struct hs_error err = HS_ERROR_INIT;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hs_value spec = sample(*state, rows[i].id);
        struct hs_str shown = HS_STR_INIT;
        struct hs_grid g;

        assert_ok(hs_grid_new(&g, *state, 38, 4, false, &err), &err);
        assert_ok(hs_view_draw(&g, &spec, &err), &err);
        hs_grid_to_text(&shown, &g);
        if (strncmp(shown.buf, rows[i].text, strlen(rows[i].text)) != 0)
            print_error("%s:\n%s", rows[i].id, shown.buf);
        assert_int_equal(strncmp(shown.buf, rows[i].text, strlen(rows[i].text)), 0);
        hs_str_dispose(&shown);
    }
}

static void wide_characters_are_never_cut_in_half(void **state)
{
    struct hs_grid g;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str shown = HS_STR_INIT;

    assert_ok(hs_grid_new(&g, *state, 5, 1, false, &err), &err);
    hs_grid_text(&g, 0, 0, HS_STYLE_TEXT, "a张三李");
    hs_grid_to_text(&shown, &g);
    assert_string_equal(shown.buf, "a张三\n");
    hs_grid_text(&g, 2, 0, HS_STYLE_TEXT, "x"); /* overwrites the right half of the first */
    hs_str_clear(&shown);
    hs_grid_to_text(&shown, &g);
    assert_string_equal(shown.buf, "a x三\n");
    hs_str_dispose(&shown);
}

static void svg_and_ansi_carry_the_text(void **state)
{
    struct hs_grid g;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str out = HS_STR_INIT;

    assert_ok(hs_grid_new(&g, *state, 20, 2, false, &err), &err);
    hs_grid_text(&g, 0, 0, HS_STYLE_BAD, "<wrong> & so");
    hs_grid_to_svg(&out, &g, "light");
    assert_contains(out.buf, "&lt;wrong&gt; &amp; so");
    hs_str_clear(&out);
    hs_grid_to_ansi(&out, &g, "mono");
    assert_contains(out.buf, "\033[0;4m<wrong>");
    for (size_t i = 0; hs_theme_name(i) != NULL; i++)
        assert_int_equal(hs_theme_look(hs_theme_name(i), HS_STYLE_FOCUS).attributes, HS_REVERSE);
    hs_str_dispose(&out);
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(every_view_draws_at_every_size),
        WITH_ARENA(a_wrong_field_is_named),
        WITH_ARENA(screens_are_as_they_were_looked_at),
        WITH_ARENA(wide_characters_are_never_cut_in_half),
        WITH_ARENA(svg_and_ansi_carry_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
