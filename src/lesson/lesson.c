#include "lesson/lesson.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "io/file.h"
#include "lesson/markdown.h"

struct front {
    const char *key;
    enum { TEXT, COUNT, NAMES } kind;
    size_t offset;
};

static const struct front front_keys[] = {
    {"id", TEXT, offsetof(struct hs_lesson, id)},
    {"title", TEXT, offsetof(struct hs_lesson, title)},
    {"minutes", COUNT, offsetof(struct hs_lesson, minutes)},
    {"needs", NAMES, offsetof(struct hs_lesson, needs)},
    {"tensors", NAMES, offsetof(struct hs_lesson, tensors)},
    {"profile", TEXT, offsetof(struct hs_lesson, profile)},
    {"assignment", TEXT, offsetof(struct hs_lesson, assignment)},
    {"section", TEXT, offsetof(struct hs_lesson, section)},
    {"summary", TEXT, offsetof(struct hs_lesson, summary)},
};

static bool is_name(const char *s)
{
    if (*s == '\0' || strlen(s) > 64)
        return false;
    for (; *s != '\0'; s++)
        if (!(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9') && *s != '-' && *s != '_')
            return false;
    return true;
}

/* "a, b" to names; the text is cut in place. */
static enum hs_status read_names(struct hs_names *out, char *text, const char *path, int line, struct hs_error *err)
{
    char *save = NULL;

    for (char *name = strtok_r(text, ", \t", &save); name != NULL; name = strtok_r(NULL, ", \t", &save))
        if (!hs_path_is_safe(name, strlen(name)))
            return hs_fail_at(err, HS_EFORMAT, path, line, 0, "\"%s\" is no plain name", name);
        else if (!HS_VEC_PUSH(out, name))
            return hs_fail(err, HS_ENOMEM, "out of memory reading a lesson");
    return HS_OK;
}

static enum hs_status front_line(struct hs_lesson *lesson, char *text, int line, struct hs_error *err)
{
    char *colon = strchr(text, ':'), *value, *end;
    const char *path = lesson->path;

    if (colon == NULL)
        return hs_fail_at(err, HS_EFORMAT, path, line, 0, "front matter is \"key: value\", not \"%.40s\"", text);
    *colon = '\0';
    value = colon + 1 + strspn(colon + 1, " \t");
    for (end = value + strlen(value); end > value && strchr(" \t\r", end[-1]) != NULL;)
        *--end = '\0';
    for (size_t i = 0; i < HS_COUNTOF(front_keys); i++) {
        void *field = (char *)lesson + front_keys[i].offset;

        if (strcmp(text, front_keys[i].key) != 0)
            continue;
        if (front_keys[i].kind == NAMES)
            return read_names(field, value, path, line, err);
        if (front_keys[i].kind == TEXT) {
            *(const char **)field = value;
            return HS_OK;
        }
        *(int *)field = (int)strtol(value, &end, 10);
        if (end == value || *end != '\0' || *(int *)field < 1 || *(int *)field > 999)
            return hs_fail_at(err, HS_EFORMAT, path, line, 0, "%s is \"%.40s\", not a number from 1 to 999", text, value);
        return HS_OK;
    }
    return hs_fail_at(err, HS_EFORMAT, path, line, 0,
                      "unknown key \"%.40s\"; there are id, title, minutes, needs, tensors, profile, "
                      "assignment, section, summary",
                      text);
}

/* Reads the front matter; *rest is where the Markdown begins and *line the number of that line. */
static enum hs_status read_front(struct hs_lesson *lesson, char *text, char **rest, int *line, struct hs_error *err)
{
    char *next;

    *line = 1;
    if (strncmp(text, "---\n", 4) != 0)
        return hs_fail_at(err, HS_EFORMAT, lesson->path, 1, 0, "a lesson begins with front matter between two lines of ---");
    for (char *p = text + 4;; p = next) {
        enum hs_status st;
        char *end = strchr(p, '\n');

        ++*line;
        if (end == NULL)
            return hs_fail_at(err, HS_EFORMAT, lesson->path, *line, 0, "the front matter does not end with a line of ---");
        *end = '\0';
        next = end + 1;
        if (strcmp(p, "---") == 0)
            break;
        if (*p != '\0' && (st = front_line(lesson, p, *line, err)) != HS_OK)
            return st;
    }
    ++*line;
    *rest = next;
    if (lesson->id == NULL || !is_name(lesson->id))
        return hs_fail_at(err, HS_EFORMAT, lesson->path, 1, 0, "front matter needs an id of a-z, 0-9 and -, at most 64 long");
    if (lesson->title == NULL || *lesson->title == '\0')
        return hs_fail_at(err, HS_EFORMAT, lesson->path, 1, 0, "front matter needs a title");
    return HS_OK;
}

/* The heading's plain text, and its id: what {#id} says, else made from the text. */
static enum hs_status name_step(struct hs_lesson *lesson, struct hs_step *step, const struct hs_block *heading,
                                struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT, slug = HS_STR_INIT;
    char *mark;

    for (size_t i = 0; i < heading->runs.len; i++)
        hs_str_add(&text, heading->runs.items[i].text);
    mark = strstr(text.buf, "{#");
    if (mark != NULL && text.buf[text.len - 1] == '}') {
        hs_str_add_bytes(&slug, mark + 2, strlen(mark + 2) - 1);
        while (mark > text.buf && mark[-1] == ' ')
            mark--;
        hs_str_truncate(&text, (size_t)(mark - text.buf));
    } else {
        for (const char *p = text.buf; *p != '\0'; p++)
            if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9'))
                hs_str_add_char(&slug, *p);
            else if (*p >= 'A' && *p <= 'Z')
                hs_str_add_char(&slug, (char)(*p - 'A' + 'a'));
            else if (slug.len > 0 && slug.buf[slug.len - 1] != '-')
                hs_str_add_char(&slug, '-');
        while (slug.len > 0 && slug.buf[slug.len - 1] == '-')
            hs_str_truncate(&slug, slug.len - 1);
    }
    step->title = hs_str_ok(&text) ? hs_arena_strdup(&lesson->arena, text.buf) : NULL;
    step->id = hs_str_ok(&slug) ? hs_arena_strdup(&lesson->arena, slug.buf) : NULL;
    hs_str_dispose(&text);
    hs_str_dispose(&slug);
    if (step->title == NULL || step->id == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory reading a lesson");
    if (!is_name(step->id))
        return hs_fail_at(err, HS_EFORMAT, lesson->path, heading->line, 0,
                          "the step \"%.60s\" needs an id of a-z, 0-9 and -: write {#id} behind the heading", step->title);
    if (hs_lesson_find_step(lesson, step->id) != (size_t)-1)
        return hs_fail_at(err, HS_EFORMAT, lesson->path, heading->line, 0, "two steps have the id \"%s\"", step->id);
    return HS_OK;
}

static enum hs_status cell_kind(enum hs_part_kind *kind, const struct hs_block *block, const char *path, struct hs_error *err)
{
    static const struct {
        const char *info;
        enum hs_part_kind kind;
    } cells[] = {{"lua demo", HS_PART_DEMO}, {"lua ask", HS_PART_ASK}, {"lua notes", HS_PART_NOTES},
                 {"lua setup", HS_PART_SETUP}};

    *kind = HS_PART_PROSE;
    if (block->kind != HS_BLOCK_CODE || !hs_starts_with(block->info, "lua "))
        return HS_OK; /* plain `lua` is code to read */
    for (size_t i = 0; i < HS_COUNTOF(cells); i++)
        if (strcmp(block->info, cells[i].info) == 0) {
            *kind = cells[i].kind;
            return HS_OK;
        }
    return hs_fail_at(err, HS_EFORMAT, path, block->line - 1, 0,
                      "a cell is \"lua demo\", \"lua ask\", \"lua notes\" or \"lua setup\", not \"%.40s\"", block->info);
}

/* Appends a block to the step: prose joins the prose before it. */
static enum hs_status add_block(struct hs_lesson *lesson, struct hs_step *step, const struct hs_block *block,
                                struct hs_error *err)
{
    struct hs_part part = {.line = block->line};
    struct hs_part *last = step->parts.len > 0 ? &step->parts.items[step->parts.len - 1] : NULL;
    enum hs_status st = cell_kind(&part.kind, block, lesson->path, err);

    if (st != HS_OK)
        return st;
    if (part.kind == HS_PART_PROSE && last != NULL && last->kind == HS_PART_PROSE && last->blocks + last->nblocks == block) {
        last->nblocks++;
        return HS_OK;
    }
    if (part.kind == HS_PART_PROSE) {
        part.blocks = block;
        part.nblocks = 1;
    } else {
        part.code = block->text;
    }
    return HS_VEC_PUSH(&step->parts, part) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory reading a lesson");
}

/* Steps from blocks. Until the first heading, parts gather in `intro`, which then opens the first step. */
static enum hs_status make_steps(struct hs_lesson *lesson, const struct hs_block *blocks, size_t n, struct hs_error *err)
{
    struct hs_step intro = {.id = ""}, *step = &intro;
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < n && st == HS_OK; i++) {
        const struct hs_block *b = &blocks[i];

        if (b->kind == HS_BLOCK_HEADING && b->level == 1) {
            st = hs_fail_at(err, HS_EFORMAT, lesson->path, b->line, 0, "the title stands in the front matter; begin with ##");
        } else if (b->kind == HS_BLOCK_HEADING && b->level == 2) {
            struct hs_step fresh = {.line = b->line};

            if ((st = name_step(lesson, &fresh, b, err)) != HS_OK)
                break;
            if (lesson->steps.len == 0) {
                fresh.parts.items = intro.parts.items;
                fresh.parts.len = intro.parts.len;
                fresh.parts.cap = intro.parts.cap;
                intro.parts.items = NULL;
                intro.parts.len = intro.parts.cap = 0;
            }
            if (lesson->steps.len == HS_LESSON_STEPS)
                st = hs_fail_at(err, HS_ELIMIT, lesson->path, b->line, 0, "more than %d steps; split the lesson",
                                 HS_LESSON_STEPS);
            else if (!HS_VEC_PUSH(&lesson->steps, fresh))
                st = hs_fail(err, HS_ENOMEM, "out of memory reading a lesson");
            if (st != HS_OK) {
                HS_VEC_DISPOSE(&fresh.parts);
                break;
            }
            step = &lesson->steps.items[lesson->steps.len - 1];
        } else {
            st = add_block(lesson, step, b, err);
        }
    }
    HS_VEC_DISPOSE(&intro.parts);
    if (st == HS_OK && lesson->steps.len == 0)
        st = hs_fail_at(err, HS_EFORMAT, lesson->path, 1, 0, "a lesson needs at least one step: a heading that begins with ##");
    return st;
}

enum hs_status hs_lesson_read(struct hs_lesson *out, struct hs_bytes text, const char *path, struct hs_error *err)
{
    char *copy, *rest = NULL;
    struct hs_block *blocks;
    size_t n;
    int line;
    enum hs_status st;

    if (text.len > HS_LESSON_BYTES)
        return hs_fail(err, HS_ELIMIT, "%s: %zu bytes, a lesson has at most %d", path, text.len, HS_LESSON_BYTES);
    copy = hs_arena_strndup(&out->arena, (const char *)text.data, text.len);
    out->path = hs_arena_strdup(&out->arena, path);
    if (copy == NULL || out->path == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory reading a lesson");
    if (out->dir == NULL)
        out->dir = "";
    out->profile = out->assignment = out->section = out->summary = "";
    st = hs_markdown_check(text, out->path, 1, err);
    if (st == HS_OK)
        st = read_front(out, copy, &rest, &line, err);
    if (st == HS_OK)
        st = hs_markdown_read(&blocks, &n, &out->arena, hs_bytes_of(rest), out->path, line, err);
    if (st == HS_OK)
        st = make_steps(out, blocks, n, err);
    return st;
}

enum hs_status hs_lesson_load(struct hs_lesson *out, const char *dir, struct hs_error *err)
{
    struct hs_str path = HS_STR_INIT;
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_bytes text;
    const char *base = hs_path_base(dir);
    enum hs_status st;

    hs_path_join(&path, dir, "lesson.md");
    out->dir = hs_arena_strdup(&out->arena, dir);
    if (base[0] >= '0' && base[0] <= '9')
        out->number = (int)strtol(base, NULL, 10);
    st = out->dir != NULL && hs_str_ok(&path) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory reading a lesson");
    if (st == HS_OK)
        st = hs_file_read(&text, &scratch, path.buf, HS_LESSON_BYTES, err);
    if (st == HS_OK)
        st = hs_lesson_read(out, text, path.buf, err);
    hs_arena_dispose(&scratch);
    hs_str_dispose(&path);
    return st;
}

void hs_lesson_dispose(struct hs_lesson *lesson)
{
    for (size_t i = 0; i < lesson->steps.len; i++)
        HS_VEC_DISPOSE(&lesson->steps.items[i].parts);
    HS_VEC_DISPOSE(&lesson->steps);
    HS_VEC_DISPOSE(&lesson->needs);
    HS_VEC_DISPOSE(&lesson->tensors);
    hs_arena_dispose(&lesson->arena);
    *lesson = HS_LESSON_INIT;
}

size_t hs_lesson_find_step(const struct hs_lesson *lesson, const char *id_or_number)
{
    char *end;
    long number = strtol(id_or_number, &end, 10);

    for (size_t i = 0; i < lesson->steps.len; i++)
        if (strcmp(lesson->steps.items[i].id, id_or_number) == 0)
            return i;
    if (end != id_or_number && *end == '\0' && number >= 1 && (size_t)number <= lesson->steps.len)
        return (size_t)number - 1;
    return (size_t)-1;
}
