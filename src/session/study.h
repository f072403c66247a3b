/* What session.c and the study files share; front ends include session.h only. */
#ifndef HS_SESSION_STUDY_H
#define HS_SESSION_STUDY_H

#include "session/session.h"
#include "store/store.h"

struct hs_session {
    struct hs_course course;
    struct hs_store *store; /* NULL: progress is not kept */
    struct hs_arena arena;
    struct hs_str pending, shown; /* remarks not yet said, and the last one said */
};

/* One question of the lesson and what became of it. */
struct hs_slot {
    size_t step, part;
    const struct hs_question *question; /* NULL: the cell failed, see fault */
    char *fault;
    struct hs_ask_state state;
    struct hs_str draft;
    struct hs_str lines, move; /* of a derivation */
    struct hs_arena rows;      /* of hs_study_board */
    struct hs_arena texts; /* of the last verdict */
};

struct hs_study {
    struct hs_session *session; /* borrowed */
    const struct hs_lesson *lesson;
    struct hs_lesson_run *run;
    uint64_t seed;
    size_t step;
    HS_VEC(struct hs_slot) slots;
    HS_VEC(struct hs_item) items;
    struct hs_str text; /* what the last call handed out */
    struct hs_arena arena;
};

/* Stops saving after a store failed, and says so once. */
void hs_session_give_up(struct hs_session *session, const struct hs_error *why);

/* Writes the place and figures, or one question; a failure becomes a remark. */
void hs_study_save_place(struct hs_study *study);
void hs_study_save_slot(struct hs_study *study, const struct hs_slot *slot, const struct hs_store_attempt *attempt);

/* Of a derivation the right lines are stored before the draft, each ended by '\n' (board.c of this layer). */
void hs_slot_stored_draft(struct hs_str *out, const struct hs_slot *slot);
void hs_slot_restore_draft(struct hs_slot *slot, const char *stored);

/* The text that is judged: of a derivation the right lines and the new one. */
void hs_slot_whole(struct hs_str *out, const struct hs_slot *slot, const char *text);

struct hs_slot *hs_study_slot(struct hs_study *study, size_t step, size_t part);

#endif
