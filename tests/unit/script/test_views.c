/* Views as lessons make them: tests/cases/views/NAME.lua returns a spec (or a list of them); NAME.txt is what it looks like at 40 and
 * 80 columns in Unicode, at 40 in ASCII and at 132 in Unicode, and what is said of it. HALFSTEP_UPDATE=1 writes them anew: look at
 * them before you commit them. */
#include "hs_test.h"

#include <dirent.h>
#include <math.h>

#include "base/utf8.h"
#include "draw/view.h"
#include "script/script.h"

enum { MAX_CASES = 100 };

struct cases {
    char *names[MAX_CASES];
    size_t n;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct cases find_cases(struct hs_arena *arena)
{
    DIR *dir = opendir(hs_test_source("tests/cases/views"));
    struct cases c = {.n = 0};
    struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        if (hs_ends_with(entry->d_name, ".lua") && c.n < MAX_CASES)
            c.names[c.n++] = hs_arena_strndup(arena, entry->d_name, strlen(entry->d_name) - 4);
    closedir(dir);
    assert_true(c.n > 0);
    qsort(c.names, c.n, sizeof *c.names, by_name);
    return c;
}

/* What the Lua of a case gives; tensors live in the arena. */
static struct hs_value spec_of(struct hs_arena *arena, const char *lua, size_t n, const char *name)
{
    struct hs_script_config config = hs_script_config_default();
    struct hs_script *script;
    struct hs_value result = hs_value_nil(), copy;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_script_new(&script, &config, &err), &err);
    assert_ok(hs_script_run(script, &result, arena, (struct hs_bytes){(const unsigned char *)lua, n}, name, 0, NULL, &err), &err);
    assert_ok(hs_value_copy(&copy, arena, &result, true, &err), &err);
    hs_script_free(script);
    return copy;
}

static struct hs_value case_spec(struct hs_arena *arena, const char *name)
{
    char path[200];
    size_t n;
    const char *lua;

    snprintf(path, sizeof path, "tests/cases/views/%s.lua", name);
    lua = hs_test_read(arena, hs_test_source(path), &n);
    return spec_of(arena, lua, n, name);
}

/* No row is wider than the grid, and ASCII is ASCII. */
static void check_text(const char *text, int width, bool ascii)
{
    for (const char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        assert_true(hs_text_width(line, (size_t)(end - line)) <= (size_t)width);
        for (const char *p = line; ascii && p < end; p++)
            assert_true((unsigned char)*p < 127);
    }
}

static void draw_at(struct hs_str *out, struct hs_arena *arena, const struct hs_value *spec, int width, bool ascii)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str text = HS_STR_INIT;
    struct hs_grid g;
    int height = hs_view_height(spec, width);

    assert_true(height >= 1 && height <= 200);
    assert_ok(hs_grid_new(&g, arena, width, height, ascii, &err), &err);
    assert_ok(hs_view_draw(&g, spec, &err), &err);
    hs_grid_to_text(&text, &g);
    check_text(text.buf, width, ascii);
    hs_str_printf(out, "== %d columns, %s ==\n%s", width, ascii ? "ASCII" : "Unicode", text.buf);
    hs_str_dispose(&text);
}

static void cases_look_as_they_were_looked_at(void **state)
{
    struct cases c = find_cases(*state);
    bool same = true;

    for (size_t i = 0; i < c.n; i++) {
        struct hs_value spec = case_spec(*state, c.names[i]);
        struct hs_str out = HS_STR_INIT;
        struct hs_error err = HS_ERROR_INIT;
        char path[200];

        draw_at(&out, *state, &spec, 40, false);
        draw_at(&out, *state, &spec, 40, true);
        draw_at(&out, *state, &spec, 80, false);
        draw_at(&out, *state, &spec, 132, false);
        hs_str_add(&out, "== words ==\n");
        assert_ok(hs_view_words(&out, &spec, &err), &err);
        snprintf(path, sizeof path, "tests/cases/views/%s.txt", c.names[i]);
        if (getenv("HALFSTEP_UPDATE") != NULL) {
            hs_test_write(hs_test_source(path), out.buf, out.len);
        } else {
            size_t n;
            const char *want = hs_test_read(*state, hs_test_source(path), &n);

            if (n != out.len || memcmp(want, out.buf, n) != 0) {
                print_error("%s differs; now:\n%s", path, out.buf);
                same = false;
            }
        }
        hs_str_dispose(&out);
    }
    assert_true(same);
}

static bool shows(const struct hs_value *spec, const char *id)
{
    if (strcmp(hs_value_text(spec, "view", ""), id) == 0)
        return true;
    for (size_t i = 0; spec->kind == HS_LIST && i < hs_value_len(spec); i++)
        if (shows(hs_value_at(spec, i), id))
            return true;
    return false;
}

static const char *text_of(struct hs_arena *arena, const char *path)
{
    size_t n;
    const char *bytes = hs_test_read(arena, hs_test_source(path), &n);

    return hs_arena_strndup(arena, bytes, n);
}

/* and a row in the table of lessons/README.md */
static void every_view_has_a_case(void **state)
{
    static const char *const elsewhere[] = {"values", "table", "text", "log2_axis"}; /* unit/draw/test_views.c */
    struct cases c = find_cases(*state);
    size_t n;
    const struct hs_view *const *views;
    const char *readme = text_of(*state, "lessons/README.md");
    char row[64];

    views = hs_views(&n);
    for (size_t v = 0; v < n; v++) {
        bool found = false;

        for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
            found = found || strcmp(views[v]->id, elsewhere[i]) == 0;
        for (size_t i = 0; i < c.n && !found; i++) {
            struct hs_value spec = case_spec(*state, c.names[i]);

            found = shows(&spec, views[v]->id);
        }
        if (!found)
            print_error("no case in tests/cases/views shows the view %s\n", views[v]->id);
        assert_true(found);
        snprintf(row, sizeof row, "\n| `%s` | ", views[v]->id);
        assert_contains(readme, row);
    }
}

/* Whatever the size of the grid, nothing is written past it (the sanitizers watch) and nothing fails. */
static void cases_can_be_drawn_at_every_size(void **state)
{
    static const int sizes[][2] = {{1, 1}, {2, 3}, {7, 2}, {13, 30}, {40, 5}, {80, 24}, {400, 60}};
    struct cases c = find_cases(*state);

    for (size_t i = 0; i < c.n; i++) {
        struct hs_value spec = case_spec(*state, c.names[i]);

        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int ascii = 0; ascii < 2; ascii++) {
                struct hs_error err = HS_ERROR_INIT;
                struct hs_grid g;

                assert_ok(hs_grid_new(&g, *state, sizes[s][0], sizes[s][1], ascii != 0, &err), &err);
                assert_true(hs_view_height(&spec, g.width) >= 1);
                assert_ok(hs_view_draw(&g, &spec, &err), &err);
            }
    }
}

/* Odd but well-formed specs: empty, not finite, constant, huge. */
static void odd_numbers_are_drawn_and_said(void **state)
{
    static const char *const specs[] = {
#define ODD(lua) "local nan, inf = 0/0, math.huge\nreturn " lua,
#include "odd_views.def"
#undef ODD
    };

    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct hs_value spec = spec_of(*state, specs[i], strlen(specs[i]), "odd");
        struct hs_str out = HS_STR_INIT;
        struct hs_error err = HS_ERROR_INIT;

        draw_at(&out, *state, &spec, 40, false);
        draw_at(&out, *state, &spec, 80, true);
        hs_str_clear(&out);
        assert_ok(hs_view_words(&out, &spec, &err), &err);
        if (out.len < 4 || strlen(out.buf) > 4000)
            print_error("%s\n%s\n", specs[i], out.buf);
        assert_true(out.len >= 4 && out.len <= 4000);
        hs_str_dispose(&out);
    }
}

/* What may stand in a field by mistake. */
static struct hs_value odd_value(struct hs_arena *arena, size_t i)
{
    static const size_t shapes[][2] = {{0, 3}, {1, 1}, {3, 500}};
    struct hs_value list = hs_value_list();
    struct hs_tensor t;
    struct hs_error err = HS_ERROR_INIT;

    switch (i) {
    case 0:
        return hs_value_nil();
    case 1:
        return hs_value_int(-1);
    case 2:
        return hs_value_int(INT64_MAX);
    case 3:
        return hs_value_num((double)NAN);
    case 4:
        return hs_value_num(-1e300);
    case 5:
        return hs_value_num(0.5);
    case 6:
        return hs_value_string(arena, "\xff text \xe5\xbc\xa0");
    case 7:
        return hs_value_map();
    case 8:
        return list;
    case 9:
        assert_true(hs_value_push(&list, arena, hs_value_list()) && hs_value_push(&list, arena, hs_value_num((double)INFINITY)) &&
                    hs_value_push(&list, arena, hs_value_num(1e17)));
        return list;
    case 10:
        return hs_value_num(1e17);
    default:
        assert_ok(hs_tensor_new(&t, arena, i % 2 != 0 ? HS_FLOAT32 : HS_INT8, 2, shapes[i % 3], &err), &err);
        return hs_value_tensor(arena, &t);
    }
}

enum { ODD_VALUES = 17 };

/* Draws and says it; what it says of a fault is a sentence. */
static void try_spec(struct hs_arena *arena, const struct hs_value *spec)
{
    static const int sizes[][2] = {{40, 12}, {7, 3}, {132, 40}};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str words = HS_STR_INIT;
    struct hs_grid g;
    enum hs_status st;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int height = hs_view_height(spec, sizes[i][0]);

        assert_true(height >= 1 && height <= 1000);
        assert_ok(hs_grid_new(&g, arena, sizes[i][0], sizes[i][1], i == 1, &err), &err);
        st = hs_view_draw(&g, spec, &err);
        assert_true(st == HS_OK || (st == HS_ESCRIPT && strlen(err.text) > 20));
        hs_error_clear(&err);
    }
    st = hs_view_words(&words, spec, &err);
    assert_true(st == HS_OK || st == HS_ESCRIPT);
    hs_error_clear(&err);
    hs_str_dispose(&words);
}

/* Every field of every case at any depth, replaced by each odd value in turn. */
static size_t try_fields(struct hs_arena *arena, const struct hs_value *whole, struct hs_value *part)
{
    size_t n = hs_value_len(part), tried = 0;

    for (size_t i = 0; i < n && i < 8; i++) { /* of a long list its first items will do */
        struct hs_value *item = part->kind == HS_MAP ? &part->as.map.items[i].value : &part->as.list.items[i], kept = *item;

        for (size_t odd = 0; odd < ODD_VALUES; odd++) {
            struct hs_arena_mark mark = hs_arena_mark(arena);

            *item = odd_value(arena, odd);
            try_spec(arena, whole);
            hs_arena_reset(arena, mark);
            tried++;
        }
        *item = kept;
        tried += try_fields(arena, whole, item);
    }
    return tried;
}

static void whatever_stands_in_a_field_does_no_harm(void **state)
{
    struct cases c = find_cases(*state);
    size_t tried = 0;

    for (size_t i = 0; i < c.n; i++) {
        struct hs_value spec = case_spec(*state, c.names[i]);

        tried += try_fields(*state, &spec, &spec);
    }
    assert_true(tried > 3000);
}

/* Specs that cannot be drawn name their field. */
static void a_wrong_field_is_named(void **state)
{
    static const struct {
        const char *lua, *part;
    } rows[] = {
#define WRONG(lua, part) {"return " lua, part},
#include "wrong_views.def"
#undef WRONG
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hs_value spec = spec_of(*state, rows[i].lua, strlen(rows[i].lua), "wrong");
        struct hs_error err = HS_ERROR_INIT;
        struct hs_str words = HS_STR_INIT;
        struct hs_grid g;

        assert_true(hs_view_height(&spec, 40) >= 1);
        assert_ok(hs_grid_new(&g, *state, 40, 20, false, &err), &err);
        assert_fails(hs_view_draw(&g, &spec, &err), HS_ESCRIPT, &err, rows[i].part);
        hs_error_clear(&err);
        assert_ok(hs_view_words(&words, &spec, &err), &err);
        hs_str_dispose(&words);
    }
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(cases_look_as_they_were_looked_at),
        WITH_ARENA(every_view_has_a_case),
        WITH_ARENA(cases_can_be_drawn_at_every_size),
        WITH_ARENA(odd_numbers_are_drawn_and_said),
        WITH_ARENA(whatever_stands_in_a_field_does_no_harm),
        WITH_ARENA(a_wrong_field_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
