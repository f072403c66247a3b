/* The store in memory: for tests and for those who have no home. Rows are copied into arenas of the process's life; a
 * replaced row leaves its old text behind, which is a few kilobytes in the longest session. */
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "store/store.h"

struct memory_store {
    struct hs_store store;
    struct hs_arena arena;
    HS_VEC(struct hs_store_lesson) lessons;
    HS_VEC(struct hs_store_question) questions;
    HS_VEC(struct hs_store_attempt) attempts;
    HS_VEC(struct hs_store_control) controls;
    HS_VEC(struct hs_store_grade) grades;
};

static enum hs_status no_memory(struct hs_error *err)
{
    return hs_fail(err, HS_ENOMEM, "out of memory keeping progress");
}

/* Copies the texts that `fields` point to; false when out of memory. */
static bool keep(struct hs_arena *arena, const char **const fields[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *fields[i] = hs_arena_strdup(arena, *fields[i]);
        if (*fields[i] == NULL)
            return false;
    }
    return true;
}

#define KEEP(arena, ...)                                                                           \
    keep((arena), (const char **const[]){__VA_ARGS__}, sizeof((const char **const[]){__VA_ARGS__}) / sizeof(char **))

static void close_store(struct hs_store *store)
{
    struct memory_store *s = (struct memory_store *)store;

    HS_VEC_DISPOSE(&s->lessons);
    HS_VEC_DISPOSE(&s->questions);
    HS_VEC_DISPOSE(&s->attempts);
    HS_VEC_DISPOSE(&s->controls);
    HS_VEC_DISPOSE(&s->grades);
    hs_arena_dispose(&s->arena);
    hs_free(s);
}

static struct hs_store_lesson *lesson_of(struct memory_store *s, const char *lesson)
{
    for (size_t i = 0; i < s->lessons.len; i++)
        if (strcmp(s->lessons.items[i].lesson, lesson) == 0)
            return &s->lessons.items[i];
    return NULL;
}

static enum hs_status lesson_put(struct hs_store *store, const struct hs_store_lesson *row, struct hs_error *err)
{
    struct memory_store *s = (struct memory_store *)store;
    struct hs_store_lesson copy = *row, *old = lesson_of(s, row->lesson);

    if (!KEEP(&s->arena, &copy.lesson, &copy.step))
        return no_memory(err);
    if (old != NULL)
        *old = copy;
    else if (!HS_VEC_PUSH(&s->lessons, copy))
        return no_memory(err);
    return HS_OK;
}

static enum hs_status lesson_find(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                  struct hs_store_lesson *out, bool *found, struct hs_error *err)
{
    struct hs_store_lesson *row = lesson_of((struct memory_store *)store, lesson);

    *found = row != NULL;
    if (row == NULL)
        return HS_OK;
    *out = *row;
    return KEEP(arena, &out->lesson, &out->step) ? HS_OK : no_memory(err);
}

static struct hs_store_question *question_of(struct memory_store *s, const char *lesson, const char *question)
{
    for (size_t i = 0; i < s->questions.len; i++)
        if (strcmp(s->questions.items[i].lesson, lesson) == 0 && strcmp(s->questions.items[i].question, question) == 0)
            return &s->questions.items[i];
    return NULL;
}

static enum hs_status question_put(struct hs_store *store, const struct hs_store_question *row,
                                   const struct hs_store_attempt *attempt, struct hs_error *err)
{
    struct memory_store *s = (struct memory_store *)store;
    struct hs_store_question copy = *row, *old = question_of(s, row->lesson, row->question);

    if (!KEEP(&s->arena, &copy.lesson, &copy.question, &copy.status, &copy.draft, &copy.verdict, &copy.misconception,
              &copy.message, &copy.understood))
        return no_memory(err);
    if (attempt != NULL) {
        struct hs_store_attempt tried = *attempt;

        if (!KEEP(&s->arena, &tried.lesson, &tried.question, &tried.raw, &tried.verdict, &tried.misconception) ||
            !HS_VEC_PUSH(&s->attempts, tried))
            return no_memory(err);
    }
    if (old != NULL)
        *old = copy;
    else if (!HS_VEC_PUSH(&s->questions, copy))
        return no_memory(err);
    return HS_OK;
}

static enum hs_status question_find(struct hs_store *store, struct hs_arena *arena, const char *lesson, const char *question,
                                    struct hs_store_question *out, bool *found, struct hs_error *err)
{
    struct hs_store_question *row = question_of((struct memory_store *)store, lesson, question);

    *found = row != NULL;
    if (row == NULL)
        return HS_OK;
    *out = *row;
    return KEEP(arena, &out->lesson, &out->question, &out->status, &out->draft, &out->verdict, &out->misconception,
                &out->message, &out->understood)
               ? HS_OK
               : no_memory(err);
}

static enum hs_status attempts(struct hs_store *store, struct hs_arena *arena, const char *lesson, const char *question,
                               struct hs_store_attempt **out, size_t *n, struct hs_error *err)
{
    struct memory_store *s = (struct memory_store *)store;

    *out = hs_arena_alloc(arena, s->attempts.len, sizeof **out);
    *n = 0;
    if (*out == NULL)
        return no_memory(err);
    for (size_t i = 0; i < s->attempts.len; i++) {
        struct hs_store_attempt row = s->attempts.items[i];

        if (strcmp(row.lesson, lesson) != 0 || strcmp(row.question, question) != 0)
            continue;
        if (!KEEP(arena, &row.lesson, &row.question, &row.raw, &row.verdict, &row.misconception))
            return no_memory(err);
        (*out)[(*n)++] = row;
    }
    return HS_OK;
}

static enum hs_status control_put(struct hs_store *store, const struct hs_store_control *row, struct hs_error *err)
{
    struct memory_store *s = (struct memory_store *)store;
    struct hs_store_control copy = *row;

    for (size_t i = 0; i < s->controls.len; i++) {
        struct hs_store_control *old = &s->controls.items[i];

        if (strcmp(old->lesson, row->lesson) == 0 && strcmp(old->cell, row->cell) == 0 &&
            strcmp(old->control, row->control) == 0) {
            old->value = row->value;
            return HS_OK;
        }
    }
    return KEEP(&s->arena, &copy.lesson, &copy.cell, &copy.control) && HS_VEC_PUSH(&s->controls, copy) ? HS_OK
                                                                                                        : no_memory(err);
}

static enum hs_status controls(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                               struct hs_store_control **out, size_t *n, struct hs_error *err)
{
    struct memory_store *s = (struct memory_store *)store;

    *out = hs_arena_alloc(arena, s->controls.len, sizeof **out);
    *n = 0;
    if (*out == NULL)
        return no_memory(err);
    for (size_t i = 0; i < s->controls.len; i++) {
        struct hs_store_control row = s->controls.items[i];

        if (strcmp(row.lesson, lesson) != 0)
            continue;
        if (!KEEP(arena, &row.lesson, &row.cell, &row.control))
            return no_memory(err);
        (*out)[(*n)++] = row;
    }
    return HS_OK;
}

#define FORGET(rows, name)                                                                         \
    do {                                                                                           \
        size_t left = 0;                                                                           \
        for (size_t i = 0; i < (rows)->len; i++)                                                   \
            if (strcmp((rows)->items[i].lesson, (name)) != 0)                                      \
                (rows)->items[left++] = (rows)->items[i];                                          \
        (rows)->len = left;                                                                        \
    } while (0)

static enum hs_status lesson_forget(struct hs_store *store, const char *lesson, struct hs_error *err)
{
    struct memory_store *s = (struct memory_store *)store;

    (void)err;
    FORGET(&s->lessons, lesson);
    FORGET(&s->questions, lesson);
    FORGET(&s->attempts, lesson);
    FORGET(&s->controls, lesson);
    return HS_OK;
}

static struct hs_store_grade *grade_of(struct memory_store *s, const struct hs_store_grade *key)
{
    for (size_t i = 0; i < s->grades.len; i++) {
        struct hs_store_grade *row = &s->grades.items[i];

        if (strcmp(row->assignment, key->assignment) == 0 && strcmp(row->submission, key->submission) == 0 &&
            strcmp(row->content_sha256, key->content_sha256) == 0 && strcmp(row->grader_sha256, key->grader_sha256) == 0)
            return row;
    }
    return NULL;
}

static enum hs_status grade_put(struct hs_store *store, const struct hs_store_grade *row, struct hs_error *err)
{
    struct memory_store *s = (struct memory_store *)store;
    struct hs_store_grade copy = *row, *old = grade_of(s, row);

    if (!KEEP(&s->arena, &copy.assignment, &copy.submission, &copy.content_sha256, &copy.grader_sha256, &copy.run,
              &copy.report))
        return no_memory(err);
    if (old != NULL)
        *old = copy;
    else if (!HS_VEC_PUSH(&s->grades, copy))
        return no_memory(err);
    return HS_OK;
}

static enum hs_status grade_find(struct hs_store *store, struct hs_arena *arena, const struct hs_store_grade *key,
                                 struct hs_store_grade *out, bool *found, struct hs_error *err)
{
    struct hs_store_grade *row = grade_of((struct memory_store *)store, key);

    *found = row != NULL;
    if (row == NULL)
        return HS_OK;
    *out = *row;
    return KEEP(arena, &out->assignment, &out->submission, &out->content_sha256, &out->grader_sha256, &out->run, &out->report)
               ? HS_OK
               : no_memory(err);
}

static const struct hs_store_ops memory_ops = {"memory", close_store, lesson_put, question_put, control_put, lesson_forget,
                                               lesson_find, question_find, attempts, controls, grade_put, grade_find};

enum hs_status hs_store_open_memory(struct hs_store **out, struct hs_error *err)
{
    struct memory_store *s = hs_alloc_zero(1, sizeof *s);

    if (s == NULL)
        return no_memory(err);
    s->store.ops = &memory_ops;
    *out = &s->store;
    return HS_OK;
}
