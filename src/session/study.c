#include "session/study.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static const char *const status_names[] = {"open", "correct", "predicted", "skipped", "revealed"};

struct hs_slot *hs_study_slot(struct hs_study *study, size_t step, size_t part)
{
    for (size_t i = 0; i < study->slots.len; i++)
        if (study->slots.items[i].step == step && study->slots.items[i].part == part)
            return &study->slots.items[i];
    return NULL;
}

void hs_study_save_slot(struct hs_study *study, const struct hs_slot *slot, const struct hs_store_attempt *attempt)
{
    const struct hs_ask_state *state = &slot->state;
    struct hs_str draft = HS_STR_INIT;
    struct hs_store_question row = {
        .lesson = study->lesson->id, .question = slot->question->id, .status = status_names[state->status],
        .attempts = (int64_t)state->attempts, .hints = (int64_t)state->hints,
        .points = state->points, .verdict = hs_ask_verdict_name(state->verdict.kind),
        .misconception = state->verdict.misconception, .message = state->verdict.message,
        .understood = state->verdict.understood};
    struct hs_error why = HS_ERROR_INIT;

    hs_slot_stored_draft(&draft, slot);
    row.draft = draft.buf;
    if (study->session->store != NULL && hs_store_question_put(study->session->store, &row, attempt, &why) != HS_OK)
        hs_session_give_up(study->session, &why);
    hs_str_dispose(&draft);
}

void hs_study_save_place(struct hs_study *study)
{
    struct hs_score score;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_store_lesson row = {.lesson = study->lesson->id, .step = study->lesson->steps.items[study->step].id,
                                  .seed = (int64_t)study->seed, .updated = hs_clock_now()};

    if (study->session->store == NULL)
        return;
    hs_study_score(study, &score, NULL);
    row.points = score.points;
    row.maximum = score.maximum;
    row.done = (int64_t)score.settled;
    row.skipped = (int64_t)score.skipped;
    row.hints = (int64_t)score.hints;
    row.questions = (int64_t)score.questions;
    for (size_t i = 0; i < study->lesson->steps.len; i++)
        row.steps_done += hs_study_step_is_done(study, i);
    if (hs_store_lesson_put(study->session->store, &row, &why) != HS_OK)
        hs_session_give_up(study->session, &why);
}

/* A lesson may have lost hints since they were taken. How many a pending question has is not known
 * yet. */
static void clamp_hints(struct hs_slot *slot)
{
    if (!slot->question->pending && slot->state.hints > slot->question->nhints)
        slot->state.hints = slot->question->nhints;
}

/* What the store knows of a question. */
static void restore_slot(struct hs_study *study, struct hs_slot *slot)
{
    struct hs_session *session = study->session;
    struct hs_store_question row;
    struct hs_error why = HS_ERROR_INIT;
    bool found = false;

    if (session->store == NULL || slot->question == NULL)
        return;
    if (hs_store_question_find(session->store, &slot->texts, study->lesson->id, slot->question->id, &row, &found, &why) !=
        HS_OK) {
        hs_session_give_up(session, &why);
        return;
    }
    if (!found)
        return;
    for (size_t i = 0; i < HS_COUNTOF(status_names); i++)
        if (strcmp(status_names[i], row.status) == 0)
            slot->state.status = (enum hs_ask_status)i;
    slot->state.attempts = (size_t)row.attempts;
    slot->state.hints = (size_t)row.hints;
    clamp_hints(slot);
    slot->state.points = row.points < slot->question->points ? row.points : slot->question->points;
    slot->state.verdict = (struct hs_ask_verdict){hs_ask_verdict_of(row.verdict), row.misconception, row.message, row.understood};
    hs_slot_restore_draft(slot, row.draft);
}

static char *error_text(const struct hs_error *why)
{
    struct hs_str text = HS_STR_INIT;

    if (why->source[0] != '\0')
        hs_str_printf(&text, "%s:%d: ", why->source, why->line);
    hs_str_add(&text, why->text);
    return hs_str_take(&text);
}

/* What a question left for later is computed when it is first shown. */
static void complete_slot(struct hs_study *study, struct hs_slot *slot)
{
    struct hs_error why = HS_ERROR_INIT;

    if (slot->question == NULL || !slot->question->pending)
        return;
    if (hs_lesson_run_question(&slot->question, study->run, slot->step, slot->part, &why) ==
        HS_OK) {
        clamp_hints(slot);
    } else {
        slot->question = NULL;
        slot->fault = error_text(&why);
    }
}

/* All questions are asked of the script at once: the score needs their points. A cell that fails is a fault of its item. */
static enum hs_status make_slots(struct hs_study *study, struct hs_error *err)
{
    for (size_t i = 0; i < study->lesson->steps.len; i++)
        for (size_t j = 0; j < study->lesson->steps.items[i].parts.len; j++) {
            struct hs_slot slot = {.step = i, .part = j, .draft = HS_STR_INIT, .lines = HS_STR_INIT, .move = HS_STR_INIT};
            struct hs_error why = HS_ERROR_INIT;

            if (study->lesson->steps.items[i].parts.items[j].kind != HS_PART_ASK)
                continue;
            slot.state.draft = slot.state.lines = slot.state.move = slot.state.verdict.misconception = "";
            slot.state.verdict.message = slot.state.verdict.understood = "";
            if (hs_lesson_run_question_head(&slot.question, study->run, i, j, &why) != HS_OK)
                slot.fault = error_text(&why);
            if (!HS_VEC_PUSH(&study->slots, slot)) {
                hs_free(slot.fault);
                return hs_fail(err, HS_ENOMEM, "out of memory opening a lesson");
            }
            restore_slot(study, &study->slots.items[study->slots.len - 1]);
        }
    return HS_OK;
}

static void cell_key(struct hs_str *out, const struct hs_study *study, size_t step, size_t part)
{
    hs_str_clear(out);
    hs_str_printf(out, "%s/%zu", study->lesson->steps.items[step].id, part);
}

/* Controls as the learner left them; one that the lesson no longer has is passed over. */
static void restore_controls(struct hs_study *study)
{
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_str key = HS_STR_INIT;
    struct hs_store_control *rows = NULL;
    struct hs_error why = HS_ERROR_INIT;
    size_t n = 0;

    if (study->session->store != NULL &&
        hs_store_controls(study->session->store, &scratch, study->lesson->id, &rows, &n, &why) != HS_OK) {
        hs_session_give_up(study->session, &why);
        n = 0;
    }
    for (size_t i = 0; n > 0 && i < study->lesson->steps.len; i++)
        for (size_t j = 0; j < study->lesson->steps.items[i].parts.len; j++) {
            if (study->lesson->steps.items[i].parts.items[j].kind != HS_PART_DEMO)
                continue;
            cell_key(&key, study, i, j);
            for (size_t k = 0; k < n; k++)
                if (strcmp(rows[k].cell, key.buf) == 0 &&
                    hs_lesson_run_set(study->run, i, j, rows[k].control, rows[k].value, NULL) != HS_OK)
                    continue;
        }
    hs_str_dispose(&key);
    hs_arena_dispose(&scratch);
}

static enum hs_status find_lesson(struct hs_study *study, const char *name, const char **step, struct hs_error *err)
{
    const struct hs_course *course = &study->session->course;
    const char *slash = name != NULL ? strchr(name, '/') : NULL;

    *step = NULL;
    if (course->lessons.len == 0)
        return hs_fail(err, HS_ENOTFOUND, "no lesson was found; HALFSTEP_PATH may name folders that hold lessons/");
    if (name == NULL) {
        study->lesson = &course->lessons.items[hs_session_next_lesson(study->session)];
        return HS_OK;
    }
    hs_str_clear(&study->text);
    hs_str_add_bytes(&study->text, name, slash != NULL ? (size_t)(slash - name) : strlen(name));
    study->lesson = hs_course_find(course, study->text.buf);
    if (study->lesson == NULL) {
        struct hs_str known = HS_STR_INIT;

        for (size_t i = 0; i < course->lessons.len; i++)
            hs_str_printf(&known, "%s%s", i > 0 ? ", " : "", course->lessons.items[i].id);
        hs_fail(err, HS_ENOTFOUND, "there is no lesson \"%.60s\"; there are %.600s", study->text.buf, known.buf);
        hs_str_dispose(&known);
        return HS_ENOTFOUND;
    }
    *step = slash != NULL && slash[1] != '\0' ? slash + 1 : NULL;
    return HS_OK;
}

/* The step to begin at: the one named, else where the learner left. The stored seed comes with it. */
static enum hs_status find_place(struct hs_study *study, const char *step, struct hs_error *err)
{
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_store_lesson row;
    struct hs_error why = HS_ERROR_INIT;
    bool found = false;

    if (study->session->store != NULL &&
        hs_store_lesson_find(study->session->store, &scratch, study->lesson->id, &row, &found, &why) != HS_OK)
        hs_session_give_up(study->session, &why);
    if (found) {
        size_t at = hs_lesson_find_step(study->lesson, row.step);

        study->step = at < study->lesson->steps.len ? at : 0;
        if (study->seed == 0)
            study->seed = (uint64_t)row.seed;
    }
    hs_arena_dispose(&scratch);
    if (study->seed == 0)
        study->seed = 1;
    if (step == NULL)
        return HS_OK;
    study->step = hs_lesson_find_step(study->lesson, step);
    if (study->step < study->lesson->steps.len)
        return HS_OK;
    return hs_fail(err, HS_ENOTFOUND, "lesson %s has no step \"%.60s\"; it has 1 to %zu, the first is %s", study->lesson->id,
                   step, study->lesson->steps.len, study->lesson->steps.items[0].id);
}

enum hs_status hs_study_open(struct hs_study **out, struct hs_session *session, const char *lesson_and_step, uint64_t seed,
                             struct hs_error *err)
{
    struct hs_study *study = hs_alloc_zero(1, sizeof *study);
    const char *step;
    enum hs_status st;

    if (study == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory opening a lesson");
    study->session = session;
    study->seed = seed & INT64_MAX;
    study->text = HS_STR_INIT;
    st = find_lesson(study, lesson_and_step, &step, err);
    if (st == HS_OK)
        st = find_place(study, step, err);
    if (st == HS_OK)
        st = hs_lesson_run_open(&study->run, study->lesson, study->seed, err);
    if (st == HS_OK)
        st = make_slots(study, err);
    if (st != HS_OK) {
        hs_study_free(study);
        return st;
    }
    restore_controls(study);
    hs_study_save_place(study);
    *out = study;
    return HS_OK;
}

void hs_study_free(struct hs_study *study)
{
    if (study == NULL)
        return;
    for (size_t i = 0; i < study->slots.len; i++) {
        struct hs_slot *slot = &study->slots.items[i];

        hs_free(slot->fault);
        hs_str_dispose(&slot->draft);
        hs_str_dispose(&slot->lines);
        hs_str_dispose(&slot->move);
        hs_arena_dispose(&slot->texts);
        hs_arena_dispose(&slot->rows);
    }
    HS_VEC_DISPOSE(&study->slots);
    HS_VEC_DISPOSE(&study->items);
    hs_lesson_run_free(study->run);
    hs_str_dispose(&study->text);
    hs_arena_dispose(&study->arena);
    hs_free(study);
}

const struct hs_lesson *hs_study_lesson(const struct hs_study *study)
{
    return study->lesson;
}

size_t hs_study_step(const struct hs_study *study)
{
    return study->step;
}

const struct hs_item *hs_study_items(struct hs_study *study, size_t *count, bool *hidden)
{
    const struct hs_step *step = &study->lesson->steps.items[study->step];
    bool closed = false, more = false;

    study->items.len = 0;
    for (size_t i = 0; i < step->parts.len; i++) {
        const struct hs_part *part = &step->parts.items[i];
        struct hs_slot *slot = part->kind == HS_PART_ASK ? hs_study_slot(study, study->step, i) : NULL;
        struct hs_item item = {.part = i};

        if (part->kind == HS_PART_SETUP || part->kind == HS_PART_NOTES)
            continue;
        if (closed) {
            more = true;
            break;
        }
        item.kind = part->kind == HS_PART_PROSE ? HS_ITEM_PROSE : part->kind == HS_PART_DEMO ? HS_ITEM_DEMO : HS_ITEM_ASK;
        item.blocks = part->blocks;
        item.nblocks = part->nblocks;
        if (slot != NULL) {
            complete_slot(study, slot);
            item.question = slot->question;
            item.state = &slot->state;
            item.fault = slot->fault;
            closed = slot->question != NULL && slot->question->kind == HS_ASK_PREDICT && slot->state.status == HS_ASK_OPEN;
        }
        if (!HS_VEC_PUSH(&study->items, item))
            break; /* out of memory: what fits is shown */
    }
    if (hidden != NULL)
        *hidden = more;
    *count = study->items.len;
    return study->items.items;
}

enum hs_status hs_study_demo(struct hs_demo **out, struct hs_study *study, size_t part, struct hs_error *err)
{
    return hs_lesson_run_demo(out, study->run, study->step, part, err);
}

/* The control as it is now, from the demo. */
static enum hs_status find_control(const struct hs_control **out, struct hs_study *study, size_t part, const char *id,
                                   struct hs_error *err)
{
    struct hs_demo *demo;
    enum hs_status st = hs_lesson_run_demo(&demo, study->run, study->step, part, err);

    for (size_t i = 0; st == HS_OK && i < demo->ncontrols; i++)
        if (strcmp(demo->controls[i].id, id) == 0) {
            *out = &demo->controls[i];
            return HS_OK;
        }
    return st != HS_OK ? st : hs_lesson_run_set(study->run, study->step, part, id, 0.0, err); /* names what there is */
}

enum hs_status hs_study_set(struct hs_study *study, size_t part, const char *control, double value, struct hs_error *err)
{
    struct hs_error why = HS_ERROR_INIT;
    struct hs_str key = HS_STR_INIT;
    const struct hs_control *now;
    enum hs_status st = hs_lesson_run_set(study->run, study->step, part, control, value, err);

    if (st == HS_OK)
        st = find_control(&now, study, part, control, err);
    if (st != HS_OK)
        return st;
    cell_key(&key, study, study->step, part);
    if (study->session->store != NULL) {
        const struct hs_store_control row = {study->lesson->id, key.buf, control, now->value};

        if (hs_store_control_put(study->session->store, &row, &why) != HS_OK)
            hs_session_give_up(study->session, &why);
    }
    hs_str_dispose(&key);
    return HS_OK;
}

enum hs_status hs_study_set_text(struct hs_study *study, size_t part, const char *control, const char *text,
                                 struct hs_error *err)
{
    const struct hs_control *now = NULL;
    double value;
    enum hs_status st = find_control(&now, study, part, control, err);

    if (st == HS_OK)
        st = hs_control_parse(&value, now, text, err);
    return st == HS_OK ? hs_study_set(study, part, control, value, err) : st;
}

enum hs_status hs_study_nudge(struct hs_study *study, size_t part, const char *control, int steps, struct hs_error *err)
{
    const struct hs_control *now = NULL;
    double value;
    enum hs_status st = find_control(&now, study, part, control, err);

    if (st != HS_OK)
        return st;
    value = now->value + steps * now->step;
    if (now->kind != HS_CONTROL_SLIDER) {
        int n = now->kind == HS_CONTROL_TOGGLE ? 2 : (int)now->nchoices;

        value = (((int)now->value + steps) % n + n) % n;
    }
    return hs_study_set(study, part, control, value, err);
}

enum hs_status hs_study_go(struct hs_study *study, size_t step, struct hs_error *err)
{
    if (step >= study->lesson->steps.len)
        return hs_fail(err, HS_ERANGE, "there is no step %zu; the lesson has %zu", step + 1, study->lesson->steps.len);
    study->step = step;
    hs_study_save_place(study);
    return HS_OK;
}

bool hs_study_next(struct hs_study *study)
{
    return study->step + 1 < study->lesson->steps.len && hs_study_go(study, study->step + 1, NULL) == HS_OK;
}

bool hs_study_back(struct hs_study *study)
{
    return study->step > 0 && hs_study_go(study, study->step - 1, NULL) == HS_OK;
}

const char *hs_study_notes(struct hs_study *study)
{
    const struct hs_step *step = &study->lesson->steps.items[study->step];

    hs_str_clear(&study->text);
    for (size_t i = 0; i < step->parts.len; i++)
        if (step->parts.items[i].kind == HS_PART_NOTES)
            hs_str_add(&study->text, step->parts.items[i].code);
    return study->text.buf;
}
