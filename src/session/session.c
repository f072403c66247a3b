#include "session/session.h"

#include <string.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/path.h"
#include "session/study.h"

static void remark(struct hs_session *s, const char *sentence)
{
    hs_str_printf(&s->pending, "%s%s.", s->pending.len > 0 ? "\n" : "", sentence);
}

static enum hs_status open_store(struct hs_session *s, struct hs_error *err)
{
    struct hs_str path = HS_STR_INIT, dir = HS_STR_INIT;
    const char *said = NULL;
    enum hs_status st = hs_env_dir(&dir, HS_XDG_STATE, true, err);

    hs_path_join(&path, dir.buf, "progress.db");
    if (st == HS_OK)
        st = hs_store_open(&s->store, path.buf, &s->arena, &said, err);
    if (st == HS_OK && said != NULL)
        remark(s, said);
    hs_str_dispose(&path);
    hs_str_dispose(&dir);
    return st;
}

void hs_session_give_up(struct hs_session *session, const struct hs_error *why)
{
    struct hs_str sentence = HS_STR_INIT;

    hs_str_printf(&sentence, "progress is not saved from here on: %s", why->text);
    remark(session, sentence.buf);
    hs_str_dispose(&sentence);
    hs_store_close(session->store);
    session->store = NULL;
}

enum hs_status hs_session_open(struct hs_session **out, struct hs_error *err)
{
    struct hs_session *s = hs_alloc_zero(1, sizeof *s);
    struct hs_error why = HS_ERROR_INIT;
    enum hs_status st;

    if (s == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory opening a session");
    s->pending = s->shown = HS_STR_INIT;
    st = hs_course_load(&s->course, err);
    if (st != HS_OK) {
        hs_session_free(s);
        return st;
    }
    for (size_t i = 0; i < s->course.faults.len; i++)
        remark(s, s->course.faults.items[i]);
    if (open_store(s, &why) != HS_OK)
        hs_session_give_up(s, &why);
    *out = s;
    return HS_OK;
}

enum hs_status hs_session_open_with(struct hs_session **out, struct hs_course *course, struct hs_store *store,
                                    struct hs_error *err)
{
    struct hs_session *s = hs_alloc_zero(1, sizeof *s);

    if (s == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory opening a session");
    s->pending = s->shown = HS_STR_INIT;
    s->course = *course;
    *course = HS_COURSE_INIT;
    s->store = store;
    *out = s;
    return HS_OK;
}

void hs_session_free(struct hs_session *session)
{
    if (session == NULL)
        return;
    hs_store_close(session->store);
    hs_course_dispose(&session->course);
    hs_str_dispose(&session->pending);
    hs_str_dispose(&session->shown);
    hs_arena_dispose(&session->arena);
    hs_free(session);
}

const char *hs_session_remark(struct hs_session *session)
{
    if (session->pending.len == 0)
        return NULL;
    hs_str_dispose(&session->shown);
    session->shown = session->pending;
    session->pending = HS_STR_INIT;
    return session->shown.buf;
}

bool hs_session_is_saving(const struct hs_session *session)
{
    return session->store != NULL;
}

size_t hs_session_count(const struct hs_session *session)
{
    return session->course.lessons.len;
}

/* The stored row of a lesson; false when there is none. Text lives in the arena. */
static bool find_row(struct hs_session *s, const struct hs_lesson *lesson, struct hs_arena *arena,
                     struct hs_store_lesson *row)
{
    struct hs_error why = HS_ERROR_INIT;
    bool found = false;

    if (s->store != NULL && hs_store_lesson_find(s->store, arena, lesson->id, row, &found, &why) != HS_OK)
        hs_session_give_up(s, &why);
    return found;
}

void hs_session_progress(struct hs_session *session, size_t i, struct hs_progress *out)
{
    const struct hs_lesson *lesson = &session->course.lessons.items[i];
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_store_lesson row;

    *out = (struct hs_progress){.lesson = lesson, .steps = lesson->steps.len};
    if (find_row(session, lesson, &scratch, &row)) {
        size_t step = hs_lesson_find_step(lesson, row.step);

        out->step = step < lesson->steps.len ? step : 0;
        out->steps_done = (size_t)row.steps_done < out->steps ? (size_t)row.steps_done : out->steps;
        out->points = row.points;
        out->maximum = row.maximum;
        out->questions = (size_t)row.questions;
        out->done = (size_t)row.done;
        out->skipped = (size_t)row.skipped;
        out->hints = (size_t)row.hints;
        out->state = out->steps_done == out->steps ? HS_PROGRESS_DONE : HS_PROGRESS_STARTED;
    }
    hs_arena_dispose(&scratch);
}

size_t hs_session_next_lesson(struct hs_session *session)
{
    size_t count = session->course.lessons.len, latest = count, first = count;
    int64_t when = -1;

    for (size_t i = 0; i < count; i++) {
        struct hs_arena scratch = HS_ARENA_INIT;
        struct hs_store_lesson row;
        const struct hs_lesson *lesson = &session->course.lessons.items[i];
        bool found = find_row(session, lesson, &scratch, &row);
        bool done = found && (size_t)row.steps_done >= lesson->steps.len;

        if (found && !done && row.updated > when) {
            latest = i;
            when = row.updated;
        }
        if (!done && first == count)
            first = i;
        hs_arena_dispose(&scratch);
    }
    return latest < count ? latest : first < count ? first : 0;
}
