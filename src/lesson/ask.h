/* Questions: what a `lua ask` cell returns, and the judgement of an answer text (which needs no Lua any more).
 *
 * The right answer and the value of every misconception were computed by the quantizer when the cell ran. A wrong answer is
 * compared with each misconception; the first that matches is named and explained, never with the number. */
#ifndef HS_LESSON_ASK_H
#define HS_LESSON_ASK_H

#include "algebra/decide.h"
#include "lesson/answer.h"
#include "tensor/value.h"

enum hs_ask_kind {
    HS_ASK_NUMBER,
    HS_ASK_INTEGER,
    HS_ASK_LIST,
    HS_ASK_CHOICE,
    HS_ASK_PREDICT,
    HS_ASK_EXPRESSION, /* formulas: judged by src/algebra */
    HS_ASK_EQUATION,
    HS_ASK_DERIVATION /* line after line (lesson/board.h) */
};

/* What a question about a formula has more. */
struct hs_ask_formula {
    enum hs_relation relation; /* of an equation: equation (default) or sides */
    const char *const *names;  // (nnames) the only ones that may occur
    size_t nnames;
    const char *const *given;  // (ngiven) "N = E"
    size_t ngiven;
    const char *answer;        /* of a derivation: its goal */
    const char *start;         /* of a derivation: the equation that it begins with */
    const char *const *lines;  // (nlines) of a derivation: the author's way from start to goal
    size_t nlines;
    const char *const *number_names; // (nnumbers) names with a value from the lesson's tensors
    const double *numbers;           // (nnumbers)
    size_t nnumbers;
};

struct hs_ask_misconception {
    const char *id, *message;
    const char *formula;  /* the formula that the idea leads to; NULL where numbers are asked for */
    const double *values; // (n) the answer that the idea leads to; for a choice its number
    size_t n;             /* may differ from the question's: another length is a mistake too */
    struct hs_tolerance tolerance;
    bool right; /* no mistake but another convention: it counts as right, and its message says which
                   it is */
};

struct hs_question {
    enum hs_ask_kind kind; /* ask.tensor is a list too */
    const char *id, *prompt;
    const char *unit;      /* "" when it has none */
    int64_t points;        /* thousandths of a point */
    int64_t hint_cost;     /* thousandths that each hint taken costs; shown before it is taken */
    bool transfer;         /* the transfer question of the lesson */
    const double *answer;  // (n)
    size_t n;              /* numbers wanted: 1 but for a list */
    struct hs_tolerance tolerance;
    const char **choices;  // (nchoices) of a choice or prediction; 0 when numbers are typed
    size_t nchoices;
    const char **hints;    // (nhints) from a nudge to nearly everything
    size_t nhints;
    struct hs_ask_misconception *misconceptions; // (nmisconceptions)
    size_t nmisconceptions;
    const char *solution; /* shown on request and after success; "" when there is none */
    const char *reveal;   /* of a prediction: what is said once a guess stands */
    const struct hs_ask_formula *formula; /* of the last three kinds, else NULL; then n is 0 */
    bool pending; /* the cell has a function `later` that was not yet called: only id, kind, points,
                     hint_cost and transfer are known, all else is empty */
};

/* Reads the value that ask.* built. Text and arrays go into the arena. HS_ESCRIPT names the field. */
HS_MUST_USE enum hs_status hs_question_read(struct hs_question *out, struct hs_arena *arena, const struct hs_value *spec,
                                            struct hs_error *err);

enum hs_ask_verdict_kind {
    HS_ANSWER_NONE,          /* nothing was answered */
    HS_ANSWER_INVALID,       /* not readable as an answer; uses no attempt */
    HS_ANSWER_CORRECT,
    HS_ANSWER_PREDICTED,     /* a prediction that was off: it counts as made */
    HS_ANSWER_MISCONCEPTION, /* wrong in a way that has a name */
    HS_ANSWER_WRONG,
    HS_ANSWER_PROGRESS       /* a right line of a derivation that is not yet at its goal */
};

struct hs_ask_verdict {
    enum hs_ask_verdict_kind kind;
    const char *misconception; /* id, or of a general note ("sign", "inverse", "power-of-two" …), or "" */
    const char *message;       /* for the learner; never the number that is wanted */
    const char *understood;    /* how the answer was read ("-0.125", "choice 2"); "" when invalid */
};

/* "correct", "misconception" …, as stored. */
const char *hs_ask_verdict_name(enum hs_ask_verdict_kind kind);
enum hs_ask_verdict_kind hs_ask_verdict_of(const char *name);

/* True when answers are formulas. */
static inline bool hs_question_is_formula(const struct hs_question *q)
{
    return q->formula != NULL;
}

/* The answer that misconception i leads to, as a learner would type it. Appends. */
void hs_question_misconception_text(struct hs_str *out, const struct hs_question *q, size_t i);

/* Judges the text; of a derivation the right lines so far and behind them the new one, a line each.
 * HS_ENOMEM is the only failure: an unreadable answer is a verdict. Text goes into the arena. */
HS_MUST_USE enum hs_status hs_question_check(struct hs_ask_verdict *out, struct hs_arena *arena, const struct hs_question *q,
                                             const char *text, struct hs_error *err);

/* The right answer as text that hs_question_check accepts. Appends. */
void hs_question_answer_text(struct hs_str *out, const struct hs_question *q);

#endif
