/* Session: the only place where lessons and the store meet. The curses app and the linear mode are two faces of it.
 *
 * A session holds the course and the learner's store; a study is one lesson being worked on. Whatever a learner does
 * (place, draft, answer, hint, control) is saved before the call returns and is there again on the next
 * hs_study_open. A store that cannot be opened or written does not stop the lesson: hs_session_remark() says so. */
#ifndef HS_SESSION_SESSION_H
#define HS_SESSION_SESSION_H

#include "lesson/board.h"
#include "lesson/course.h"
#include "lesson/run.h"

struct hs_session;
struct hs_store;

/* Opens the course and the store in the XDG state folder ("progress.db"). HS_ENOMEM only. */
HS_MUST_USE enum hs_status hs_session_open(struct hs_session **out, struct hs_error *err);

/* For tests: this course and store are used and owned. */
HS_MUST_USE enum hs_status hs_session_open_with(struct hs_session **out, struct hs_course *course, struct hs_store *store,
                                                struct hs_error *err);
void hs_session_free(struct hs_session *session);

/* A sentence to show once: why progress is not kept, a store that was corrupt, a lesson that cannot be read. NULL when all is
 * well or when it was asked for already. Borrowed. */
const char *hs_session_remark(struct hs_session *session);
bool hs_session_is_saving(const struct hs_session *session);

enum hs_progress_state { HS_PROGRESS_NEW, HS_PROGRESS_STARTED, HS_PROGRESS_DONE };

/* A line of the course map. Figures other than `steps` are 0 for a lesson never opened. */
struct hs_progress {
    const struct hs_lesson *lesson; /* borrowed from the session */
    enum hs_progress_state state;
    size_t step, steps, steps_done; /* current step, 0-based */
    int64_t points, maximum;        /* thousandths */
    size_t questions, done, skipped, hints;
};

size_t hs_session_count(const struct hs_session *session);

/* The i-th lesson in course order; reads the store each time, so that it is true after a study. */
void hs_session_progress(struct hs_session *session, size_t i, struct hs_progress *out);

/* The lesson to go on with: the one worked on last when it is not done, else the first that is not done, else 0. */
size_t hs_session_next_lesson(struct hs_session *session);

struct hs_study;

/* Opens "LESSON", "LESSON/STEP" or NULL (the next lesson) at the step where the learner left. seed 0: the one it was begun
 * with. HS_ENOTFOUND names what there is; HS_ESCRIPT for a fault of the lesson. */
HS_MUST_USE enum hs_status hs_study_open(struct hs_study **out, struct hs_session *session, const char *lesson_and_step,
                                         uint64_t seed, struct hs_error *err);
void hs_study_free(struct hs_study *study);

const struct hs_lesson *hs_study_lesson(const struct hs_study *study);
size_t hs_study_step(const struct hs_study *study); /* 0-based */

enum hs_ask_status { HS_ASK_OPEN, HS_ASK_CORRECT, HS_ASK_PREDICTED, HS_ASK_SKIPPED, HS_ASK_REVEALED };

/* What the learner has done with a question. Text is borrowed until the next call that changes the item. */
struct hs_ask_state {
    enum hs_ask_status status;
    int64_t points;          /* earned, thousandths */
    size_t attempts;         /* valid answers, also the right one */
    size_t hints;            /* taken so far: question->hints[0 … hints-1] may be shown */
    const char *draft;       /* the answer line as last seen; "" */
    struct hs_ask_verdict verdict; /* of the last answer; kind HS_ANSWER_NONE before */
    const char *lines;       /* of a derivation: the right lines so far, '\n' between them; "" else */
    const char *move;        /* of a derivation: the next move, once it was asked for; "" else */
};

enum hs_item_kind { HS_ITEM_PROSE, HS_ITEM_DEMO, HS_ITEM_ASK };

/* What the current step shows, in order. Items behind an unanswered ask.predict are not listed. */
struct hs_item {
    enum hs_item_kind kind;
    size_t part;                        /* its index in the step: stable, the key of the calls below */
    const struct hs_block *blocks;      // (nblocks) of prose
    size_t nblocks;
    const struct hs_question *question; /* of an ask */
    const struct hs_ask_state *state;   /* of an ask */
    const char *fault;                  /* a cell that failed: "file:line: sentence", else NULL */
};

/* Borrowed until the next call on the study. *hidden (may be NULL) is true when a prediction hides more. */
const struct hs_item *hs_study_items(struct hs_study *study, size_t *count, bool *hidden);

/* A demo item with its view for the present controls; computed when a control moved, else kept. Borrowed until the next call
 * for the same item. HS_ESCRIPT for a fault of the cell. */
HS_MUST_USE enum hs_status hs_study_demo(struct hs_demo **out, struct hs_study *study, size_t part, struct hs_error *err);

/* Moves a control: to a value, to text as typed ("floor", "0.25"), or by steps of its grid (a choice goes round). */
HS_MUST_USE enum hs_status hs_study_set(struct hs_study *study, size_t part, const char *control, double value,
                                        struct hs_error *err);
HS_MUST_USE enum hs_status hs_study_set_text(struct hs_study *study, size_t part, const char *control, const char *text,
                                             struct hs_error *err);
HS_MUST_USE enum hs_status hs_study_nudge(struct hs_study *study, size_t part, const char *control, int steps,
                                          struct hs_error *err);

/* Moves to a step (HS_ERANGE past the ends). hs_study_next and _back return false when there is no further step. */
HS_MUST_USE enum hs_status hs_study_go(struct hs_study *study, size_t step, struct hs_error *err);
bool hs_study_next(struct hs_study *study);
bool hs_study_back(struct hs_study *study);

/* The ask item that wants an answer: the first open one of the step; false when there is none. */
bool hs_study_open_question(struct hs_study *study, size_t *part);

/* Keeps a half-typed answer. */
HS_MUST_USE enum hs_status hs_study_draft(struct hs_study *study, size_t part, const char *text, struct hs_error *err);

/* How the text would be read ("understood as"), without using an attempt. Borrowed; "" when it cannot be read. */
const char *hs_study_understood(struct hs_study *study, size_t part, const char *text);

/* Answers. The verdict is in the item's state. A settled question may be answered again; its points do not fall. */
HS_MUST_USE enum hs_status hs_study_submit(struct hs_study *study, size_t part, const char *text, struct hs_error *err);

/* The rows of a derivation: what it begins with, then the right lines. Borrowed until the next call that changes the item.
 * 
 * hs_study_board_back() takes the last right line back into the draft; false when there is none. */
HS_MUST_USE enum hs_status hs_study_board(const struct hs_board_row **out, size_t *n, struct hs_study *study, size_t part,
                                          struct hs_error *err);
bool hs_study_board_back(struct hs_study *study, size_t part);

/* Takes the next hint: false when there is none left. Of a derivation, once the author's hints are through, state->move
 * names the next move. */
bool hs_study_hint(struct hs_study *study, size_t part);

/* Settles the question without points: shows its solution, or passes it over (it may be answered later). */
HS_MUST_USE enum hs_status hs_study_solution(struct hs_study *study, size_t part, struct hs_error *err);
HS_MUST_USE enum hs_status hs_study_skip(struct hs_study *study, size_t part, struct hs_error *err);

/* The model solution with the right answer, as shown after success or on request. Borrowed until the next call. */
const char *hs_study_solution_text(struct hs_study *study, size_t part);

/* Forgets answers, hints and controls of the current step; the log of attempts stays. */
HS_MUST_USE enum hs_status hs_study_reset_step(struct hs_study *study, struct hs_error *err);

struct hs_score {
    int64_t points, maximum; /* thousandths */
    size_t questions, settled, skipped, hints;
};

void hs_study_score(struct hs_study *study, struct hs_score *lesson, struct hs_score *step);

/* True when no question of the step is open. */
bool hs_study_step_is_done(struct hs_study *study, size_t step);

/* The presenter's notes of the current step; "" when there are none. */
const char *hs_study_notes(struct hs_study *study);

#endif
