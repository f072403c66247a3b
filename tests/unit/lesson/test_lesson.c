/* Reading lessons: each folder of tests/cases/lesson/valid has an input.md and the outline that it must give, each of invalid an
 * input.md and the error. HALFSTEP_UPDATE=1 writes the outlines anew, to be read before they are committed. */
#include <dirent.h>

#include "hs_test.h"
#include "lesson/course.h"

static void add_runs(struct hs_str *out, const struct hs_run *runs, size_t n)
{
    static const char *const marks[] = {"", "*", "`", "$", "@", "/"};

    for (size_t i = 0; i < n; i++)
        hs_str_printf(out, "%s%s%s%s%s", marks[runs[i].kind], runs[i].text, runs[i].kind == HS_RUN_LINK ? "=" : "",
                      runs[i].kind == HS_RUN_LINK ? runs[i].href : "", marks[runs[i].kind]);
}

static void add_block(struct hs_str *out, const struct hs_block *b)
{
    static const char *const names[] = {"paragraph", "heading", "code", "math", "item", "quote", "table", "rule"};

    hs_str_printf(out, "    %s line %d", names[b->kind], b->line);
    if (b->kind == HS_BLOCK_ITEM || b->kind == HS_BLOCK_HEADING)
        hs_str_printf(out, " level %d number %d", b->level, b->number);
    hs_str_add(out, ": ");
    if (b->text != NULL)
        hs_str_printf(out, "<%s>%s", b->text, b->info != NULL ? b->info : "");
    add_runs(out, b->runs.items, b->runs.len);
    for (size_t i = 0; b->table != NULL && i < b->table->rows * b->table->columns; i++) {
        hs_str_printf(out, "%c[", b->table->cells[i].align);
        add_runs(out, b->table->cells[i].runs.items, b->table->cells[i].runs.len);
        hs_str_add(out, (i + 1) % b->table->columns == 0 ? "] |" : "] ");
    }
    hs_str_add(out, "\n");
}

static void outline(struct hs_str *out, const struct hs_lesson *lesson)
{
    static const char *const kinds[] = {"prose", "demo", "ask", "notes", "setup"};

    hs_str_printf(out, "%s | %s | %d min | profile %s | assignment %s | needs %zu | tensors %zu\n", lesson->id, lesson->title,
                  lesson->minutes, lesson->profile, lesson->assignment, lesson->needs.len, lesson->tensors.len);
    for (size_t i = 0; i < lesson->steps.len; i++) {
        const struct hs_step *step = &lesson->steps.items[i];

        hs_str_printf(out, "step %s | %s | line %d\n", step->id, step->title, step->line);
        for (size_t j = 0; j < step->parts.len; j++) {
            const struct hs_part *part = &step->parts.items[j];

            hs_str_printf(out, "  %s line %d\n", kinds[part->kind], part->line);
            for (size_t k = 0; k < part->nblocks; k++)
                add_block(out, &part->blocks[k]);
            if (part->code != NULL)
                hs_str_printf(out, "    <%s>\n", part->code);
        }
    }
}

static enum hs_status read_case(struct hs_lesson *lesson, struct hs_arena *arena, const char *dir, struct hs_error *err)
{
    char path[512];
    struct hs_bytes text;

    snprintf(path, sizeof path, "%s/input.md", dir);
    text.data = hs_test_read(arena, path, &text.len);
    return hs_lesson_read(lesson, text, "input.md", err);
}

static int shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Calls back for each case folder of a kind; there must be some. */
static void each_case(const char *kind, struct hs_arena *arena, void (*run)(struct hs_arena *arena, const char *dir))
{
    struct dirent **entries;
    char root[400], dir[700];
    int n;

    snprintf(root, sizeof root, "%s/%s", hs_test_source("tests/cases/lesson"), kind);
    n = scandir(root, &entries, shown, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        snprintf(dir, sizeof dir, "%s/%s", root, entries[i]->d_name);
        free(entries[i]);
        print_message("case %s\n", dir);
        run(arena, dir);
    }
    free(entries);
}

static void run_valid(struct hs_arena *arena, const char *dir)
{
    struct hs_lesson lesson = HS_LESSON_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str got = HS_STR_INIT;
    char path[800];
    size_t size;

    assert_ok(read_case(&lesson, arena, dir, &err), &err);
    outline(&got, &lesson);
    snprintf(path, sizeof path, "%s/expected.txt", dir);
    if (getenv("HALFSTEP_UPDATE") != NULL)
        hs_test_write(path, got.buf, got.len);
    char *wanted = hs_test_read(arena, path, &size);
    wanted = hs_arena_strndup(arena, wanted, size);
    assert_string_equal(got.buf, wanted);
    hs_str_dispose(&got);
    hs_lesson_dispose(&lesson);
}

static void every_valid_case_gives_its_outline(void **state)
{
    each_case("valid", *state, run_valid);
}

static void run_invalid(struct hs_arena *arena, const char *dir)
{
    struct hs_lesson lesson = HS_LESSON_INIT;
    struct hs_error err = HS_ERROR_INIT;
    char path[800], got[1200];
    size_t size;
    char *wanted;

    assert_int_not_equal(read_case(&lesson, arena, dir, &err), HS_OK);
    hs_lesson_dispose(&lesson);
    snprintf(got, sizeof got, "%s:%d: %s\n", err.source, err.line, err.text);
    snprintf(path, sizeof path, "%s/expected.error", dir);
    if (getenv("HALFSTEP_UPDATE") != NULL)
        hs_test_write(path, got, strlen(got));
    wanted = hs_test_read(arena, path, &size);
    wanted = hs_arena_strndup(arena, wanted, size);
    assert_string_equal(got, wanted);
}

static void every_invalid_case_gives_its_error_with_the_line(void **state)
{
    each_case("invalid", *state, run_invalid);
}

static void steps_are_found_by_id_and_by_number(void **state)
{
    static const char text[] = "---\nid: a\ntitle: A\n---\n## One\n\n## Two {#second}\n";
    struct hs_lesson lesson = HS_LESSON_INIT;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    assert_ok(hs_lesson_read(&lesson, hs_bytes_of(text), "a.md", &err), &err);
    assert_int_equal(hs_lesson_find_step(&lesson, "one"), 0);
    assert_int_equal(hs_lesson_find_step(&lesson, "second"), 1);
    assert_int_equal(hs_lesson_find_step(&lesson, "2"), 1);
    assert_int_equal(hs_lesson_find_step(&lesson, "two"), (size_t)-1);
    assert_int_equal(hs_lesson_find_step(&lesson, "0"), (size_t)-1);
    assert_int_equal(hs_lesson_find_step(&lesson, "3"), (size_t)-1);
    hs_lesson_dispose(&lesson);
}

static void a_broken_lesson_does_not_hide_the_others(void **state)
{
    struct hs_course course = HS_COURSE_INIT;
    struct hs_error err = HS_ERROR_INIT;
    char tmp[400], dir[500], file[600];
    static const char *const names[] = {"20-b", "03-a", "10-broken", "30-same"};
    static const char *const texts[] = {"---\nid: b\ntitle: B\n---\n## S\n", "---\nid: a\ntitle: A\n---\n## S\n", "no front matter\n",
                                        "---\nid: a\ntitle: Again\n---\n## S\n"};

    (void)state;
    snprintf(tmp, sizeof tmp, "%s", hs_test_tmp());
    for (size_t i = 0; i < 4; i++) {
        snprintf(dir, sizeof dir, "mkdir -p '%s/%s'", tmp, names[i]);
        assert_int_equal(system(dir), 0);
        snprintf(file, sizeof file, "%s/%s/lesson.md", tmp, names[i]);
        hs_test_write(file, texts[i], strlen(texts[i]));
    }
    assert_ok(hs_course_load_dir(&course, tmp, &err), &err);
    assert_int_equal(course.lessons.len, 2);
    assert_string_equal(course.lessons.items[0].id, "a");
    assert_int_equal(course.lessons.items[0].number, 3);
    assert_string_equal(course.lessons.items[1].id, "b");
    assert_int_equal(course.faults.len, 1);
    assert_contains(course.faults.items[0], "10-broken/lesson.md:1:");
    assert_ptr_equal(hs_course_find(&course, "20"), &course.lessons.items[1]);
    assert_ptr_equal(hs_course_find(&course, "03-a"), &course.lessons.items[0]);
    assert_null(hs_course_find(&course, "c"));
    hs_course_dispose(&course);
}

static void every_failing_allocation_is_a_clean_failure(void **state)
{
    struct hs_arena *arena = *state;
    char path[500];
    struct hs_bytes text;
    bool failed = true;

    snprintf(path, sizeof path, "%s", hs_test_source("tests/cases/lesson/valid/everything/input.md"));
    text.data = hs_test_read(arena, path, &text.len);
    for (size_t n = 1; failed && n < 2000; n++) {
        struct hs_lesson lesson = HS_LESSON_INIT;
        struct hs_error err = HS_ERROR_INIT;

        hs_mem_fail_from(n);
        failed = hs_lesson_read(&lesson, text, "input.md", &err) != HS_OK;
        hs_mem_fail_from(0);
        if (failed)
            assert_int_equal(err.code, HS_ENOMEM);
        hs_lesson_dispose(&lesson);
    }
    assert_false(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_valid_case_gives_its_outline, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(every_invalid_case_gives_its_error_with_the_line, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test(steps_are_found_by_id_and_by_number),
        cmocka_unit_test(a_broken_lesson_does_not_hide_the_others),
        cmocka_unit_test_setup_teardown(every_failing_allocation_is_a_clean_failure, hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
