#include "lesson/course.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/path.h"

struct loader {
    struct hs_course *course;
    enum hs_status status;
    struct hs_error *err;
};

static bool no_memory(struct loader *l)
{
    l->status = hs_fail(l->err, HS_ENOMEM, "out of memory reading the course");
    return false;
}

static bool add_fault(struct loader *l, const struct hs_error *why)
{
    struct hs_str text = HS_STR_INIT;
    char *sentence;

    if (why->source[0] != '\0')
        hs_str_printf(&text, "%s:%d: ", why->source, why->line);
    hs_str_add(&text, why->text);
    sentence = hs_str_take(&text);
    if (sentence != NULL && HS_VEC_PUSH(&l->course->faults, sentence))
        return true;
    hs_free(sentence);
    return no_memory(l);
}

static bool load_one(struct loader *l, const char *dir)
{
    struct hs_lesson lesson = HS_LESSON_INIT;
    struct hs_error why = HS_ERROR_INIT;

    if (hs_lesson_load(&lesson, dir, &why) != HS_OK) {
        hs_lesson_dispose(&lesson);
        return why.code == HS_ENOMEM ? no_memory(l) : add_fault(l, &why);
    }
    for (size_t i = 0; i < l->course->lessons.len; i++)
        if (strcmp(l->course->lessons.items[i].id, lesson.id) == 0) {
            hs_lesson_dispose(&lesson);
            return true;
        }
    if (HS_VEC_PUSH(&l->course->lessons, lesson))
        return true;
    hs_lesson_dispose(&lesson);
    return no_memory(l);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool load_folder(void *payload, const char *dir)
{
    struct loader *l = payload;
    struct hs_str path = HS_STR_INIT;
    struct dirent **entries = NULL;
    bool go_on = true;
    int n = scandir(dir, &entries, is_shown, by_bytes);

    for (int i = 0; i < n; i++) {
        if (go_on) {
            struct hs_str file = HS_STR_INIT;

            hs_str_clear(&path);
            hs_path_join(&path, dir, entries[i]->d_name);
            hs_path_join(&file, path.buf, "lesson.md");
            if (hs_path_exists(file.buf))
                go_on = load_one(l, path.buf);
            hs_str_dispose(&file);
        }
        free(entries[i]); /* scandir's, so not hs_free */
    }
    free(entries);
    hs_str_dispose(&path);
    return go_on;
}

enum hs_status hs_course_load(struct hs_course *out, struct hs_error *err)
{
    struct loader l = {.course = out, .err = err};

    hs_env_each_share("lessons", load_folder, &l);
    return l.status;
}

enum hs_status hs_course_load_dir(struct hs_course *out, const char *dir, struct hs_error *err)
{
    struct loader l = {.course = out, .err = err};
    struct hs_str file = HS_STR_INIT;

    hs_path_join(&file, dir, "lesson.md");
    if (hs_path_exists(file.buf))
        load_one(&l, dir);
    else if (hs_path_is_dir(dir))
        load_folder(&l, dir);
    else
        l.status = hs_fail(err, HS_ENOTFOUND, "%s: there is no such folder", dir);
    hs_str_dispose(&file);
    return l.status;
}

void hs_course_dispose(struct hs_course *course)
{
    for (size_t i = 0; i < course->lessons.len; i++)
        hs_lesson_dispose(&course->lessons.items[i]);
    for (size_t i = 0; i < course->faults.len; i++)
        hs_free(course->faults.items[i]);
    HS_VEC_DISPOSE(&course->lessons);
    HS_VEC_DISPOSE(&course->faults);
}

const struct hs_lesson *hs_course_find(const struct hs_course *course, const char *name)
{
    char *end;
    long number = strtol(name, &end, 10);

    for (size_t i = 0; i < course->lessons.len; i++) {
        const struct hs_lesson *lesson = &course->lessons.items[i];

        if (strcmp(lesson->id, name) == 0 || strcmp(hs_path_base(lesson->dir), name) == 0)
            return lesson;
    }
    for (size_t i = 0; i < course->lessons.len; i++)
        if (end != name && *end == '\0' && course->lessons.items[i].number == number)
            return &course->lessons.items[i];
    return NULL;
}
