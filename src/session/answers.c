/* Answers, hints, solutions and points of a study. */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "session/study.h"

static struct hs_slot *slot_of(struct hs_study *study, size_t part)
{
    struct hs_slot *slot = hs_study_slot(study, study->step, part);

    assert(slot != NULL && slot->question != NULL);
    return slot;
}

bool hs_study_open_question(struct hs_study *study, size_t *part)
{
    size_t n;
    const struct hs_item *items = hs_study_items(study, &n, NULL);

    for (size_t i = 0; i < n; i++)
        if (items[i].kind == HS_ITEM_ASK && items[i].question != NULL && items[i].state->status == HS_ASK_OPEN) {
            *part = items[i].part;
            return true;
        }
    return false;
}

/* `text` may be the draft itself. */
static enum hs_status keep_draft(struct hs_slot *slot, const char *text, struct hs_error *err)
{
    struct hs_str fresh = HS_STR_INIT;

    hs_str_add(&fresh, text);
    if (!hs_str_ok(&fresh)) {
        hs_str_dispose(&fresh);
        return hs_fail(err, HS_ENOMEM, "out of memory keeping an answer");
    }
    hs_str_dispose(&slot->draft);
    slot->draft = fresh;
    slot->state.draft = slot->draft.buf;
    return HS_OK;
}

enum hs_status hs_study_draft(struct hs_study *study, size_t part, const char *text, struct hs_error *err)
{
    struct hs_slot *slot = slot_of(study, part);
    enum hs_status st = keep_draft(slot, text, err);

    if (st == HS_OK)
        hs_study_save_slot(study, slot, NULL);
    return st;
}

const char *hs_study_understood(struct hs_study *study, size_t part, const char *text)
{
    const struct hs_slot *slot = slot_of(study, part);
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_ask_verdict verdict;
    struct hs_str whole = HS_STR_INIT;

    hs_slot_whole(&whole, slot, text);
    hs_str_clear(&study->text);
    if (hs_question_check(&verdict, &scratch, slot->question, whole.buf, NULL) == HS_OK)
        hs_str_add(&study->text, verdict.understood);
    hs_str_dispose(&whole);
    hs_arena_dispose(&scratch);
    return study->text.buf;
}

/* Points of a right answer or a prediction; a hint may cost, never below 0, and points once earned do not fall. */
static void earn(struct hs_slot *slot)
{
    int64_t points = slot->question->points - (int64_t)slot->state.hints * slot->question->hint_cost;

    if (points > slot->state.points)
        slot->state.points = points;
}

static void settle(struct hs_slot *slot)
{
    enum hs_ask_verdict_kind kind = slot->state.verdict.kind;
    bool closed = slot->state.status != HS_ASK_OPEN && slot->state.status != HS_ASK_SKIPPED;

    if (closed || (kind != HS_ANSWER_CORRECT && kind != HS_ANSWER_PREDICTED))
        return;
    slot->state.status = kind == HS_ANSWER_CORRECT ? HS_ASK_CORRECT : HS_ASK_PREDICTED;
    earn(slot);
}

/* Answers that leave nothing in the line: right ones, and a right line of a derivation, which joins the others. */
static enum hs_status keep_answer(struct hs_slot *slot, enum hs_ask_verdict_kind kind, const char *text, struct hs_error *err)
{
    bool right = kind == HS_ANSWER_CORRECT || kind == HS_ANSWER_PREDICTED || kind == HS_ANSWER_PROGRESS;

    if (right && slot->question->kind == HS_ASK_DERIVATION && slot->state.status != HS_ASK_CORRECT) {
        hs_str_printf(&slot->lines, "%s%s", slot->lines.len > 0 ? "\n" : "", text);
        if (!hs_str_ok(&slot->lines))
            return hs_fail(err, HS_ENOMEM, "out of memory keeping a line");
        slot->state.lines = slot->lines.buf;
        slot->state.move = "";
    }
    return keep_draft(slot, right ? "" : text, err);
}

enum hs_status hs_study_submit(struct hs_study *study, size_t part, const char *text, struct hs_error *err)
{
    struct hs_slot *slot = slot_of(study, part);
    struct hs_arena texts = HS_ARENA_INIT;
    struct hs_ask_verdict verdict;
    struct hs_store_attempt attempt = {.lesson = study->lesson->id, .question = slot->question->id, .at = hs_clock_now()};
    struct hs_str whole = HS_STR_INIT;
    enum hs_status st;
    bool counts;

    attempt.raw = hs_arena_strdup(&texts, text); /* a copy: the text may be the draft, which changes below */
    if (attempt.raw == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory judging an answer");
    hs_slot_whole(&whole, slot, attempt.raw);
    st = hs_question_check(&verdict, &texts, slot->question, whole.buf, err);
    hs_str_dispose(&whole);
    if (st == HS_OK)
        st = keep_answer(slot, verdict.kind, attempt.raw, err);
    if (st != HS_OK) {
        hs_arena_dispose(&texts);
        return st;
    }
    hs_arena_dispose(&slot->texts);
    slot->texts = texts;
    slot->state.verdict = verdict;
    counts = verdict.kind != HS_ANSWER_INVALID && verdict.kind != HS_ANSWER_PROGRESS;
    slot->state.attempts += counts;
    settle(slot);
    attempt.number = (int64_t)slot->state.attempts;
    attempt.verdict = hs_ask_verdict_name(verdict.kind);
    attempt.misconception = verdict.misconception;
    hs_study_save_slot(study, slot, counts ? &attempt : NULL);
    hs_study_save_place(study);
    return HS_OK;
}

/* The next move of a derivation, when the author's hints are through. */
static bool next_move(struct hs_slot *slot)
{
    hs_str_clear(&slot->move);
    if (slot->question->kind != HS_ASK_DERIVATION || slot->state.status == HS_ASK_CORRECT ||
        hs_board_hint(&slot->move, slot->question, slot->lines.buf, NULL) != HS_OK)
        return false;
    slot->state.move = slot->move.buf;
    return slot->move.len > 0;
}

bool hs_study_hint(struct hs_study *study, size_t part)
{
    struct hs_slot *slot = slot_of(study, part);

    if (slot->state.hints == slot->question->nhints)
        return next_move(slot);
    slot->state.hints++;
    hs_study_save_slot(study, slot, NULL);
    hs_study_save_place(study);
    return true;
}

static enum hs_status close_as(struct hs_study *study, size_t part, enum hs_ask_status status)
{
    struct hs_slot *slot = slot_of(study, part);

    if (slot->state.status == HS_ASK_OPEN || slot->state.status == HS_ASK_SKIPPED)
        slot->state.status = status;
    hs_study_save_slot(study, slot, NULL);
    hs_study_save_place(study);
    return HS_OK;
}

enum hs_status hs_study_solution(struct hs_study *study, size_t part, struct hs_error *err)
{
    (void)err;
    return close_as(study, part, HS_ASK_REVEALED);
}

enum hs_status hs_study_skip(struct hs_study *study, size_t part, struct hs_error *err)
{
    (void)err;
    return close_as(study, part, HS_ASK_SKIPPED);
}

const char *hs_study_solution_text(struct hs_study *study, size_t part)
{
    const struct hs_question *q = slot_of(study, part)->question;
    size_t choice = q->nchoices > 0 ? (size_t)q->answer[0] : 0;

    hs_str_clear(&study->text);
    hs_str_printf(&study->text, "%s%sAnswer: ", q->solution, *q->solution != '\0' ? " " : "");
    hs_question_answer_text(&study->text, q);
    if (choice > 0)
        hs_str_printf(&study->text, ", %s", q->choices[choice - 1]);
    if (*q->unit != '\0')
        hs_str_printf(&study->text, " %s", q->unit);
    return study->text.buf;
}

/* Every demo of the step back to what the lesson begins with. */
static enum hs_status reset_controls(struct hs_study *study, struct hs_error *err)
{
    const struct hs_step *step = &study->lesson->steps.items[study->step];
    struct hs_demo *demo;
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < step->parts.len && st == HS_OK; i++) {
        if (step->parts.items[i].kind != HS_PART_DEMO)
            continue;
        st = hs_study_demo(&demo, study, i, err);
        for (size_t j = 0; st == HS_OK && j < demo->ncontrols; j++)
            st = hs_study_set(study, i, demo->controls[j].id, demo->controls[j].initial, err);
    }
    return st;
}

enum hs_status hs_study_reset_step(struct hs_study *study, struct hs_error *err)
{
    enum hs_status st;

    for (size_t i = 0; i < study->slots.len; i++) {
        struct hs_slot *slot = &study->slots.items[i];

        if (slot->step != study->step || slot->question == NULL)
            continue;
        slot->state = (struct hs_ask_state){.draft = "", .lines = "", .move = "", .verdict = {HS_ANSWER_NONE, "", "", ""}};
        hs_str_clear(&slot->draft);
        hs_str_clear(&slot->lines);
        hs_arena_dispose(&slot->texts);
        hs_study_save_slot(study, slot, NULL);
    }
    st = reset_controls(study, err);
    hs_study_save_place(study);
    return st;
}

void hs_study_score(struct hs_study *study, struct hs_score *lesson, struct hs_score *step)
{
    struct hs_score sums[2] = {{0}, {0}};

    for (size_t i = 0; i < study->slots.len; i++) {
        const struct hs_slot *slot = &study->slots.items[i];

        for (int k = 0; k < 2; k++) {
            struct hs_score *sum = &sums[k];

            if (slot->question == NULL || (k == 1 && slot->step != study->step))
                continue;
            sum->points += slot->state.points;
            sum->maximum += slot->question->points;
            sum->questions++;
            sum->settled += slot->state.status != HS_ASK_OPEN && slot->state.status != HS_ASK_SKIPPED;
            sum->skipped += slot->state.status == HS_ASK_SKIPPED;
            sum->hints += slot->state.hints;
        }
    }
    if (lesson != NULL)
        *lesson = sums[0];
    if (step != NULL)
        *step = sums[1];
}

bool hs_study_step_is_done(struct hs_study *study, size_t step)
{
    bool asks = false;

    for (size_t i = 0; i < study->slots.len; i++) {
        const struct hs_slot *slot = &study->slots.items[i];

        if (slot->step != step || slot->question == NULL)
            continue;
        asks = true;
        if (slot->state.status == HS_ASK_OPEN)
            return false;
    }
    return asks || step <= study->step;
}
