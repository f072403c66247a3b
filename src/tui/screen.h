/* A screen of the app: one file screens/<id>.c and one line in screens.def. It draws into a grid,
 * handles requests and text, and never touches the terminal. */
#ifndef HS_TUI_SCREEN_H
#define HS_TUI_SCREEN_H

#include "draw/grid.h"
#include "lesson/sheet.h"
#include "session/play.h"
#include "session/session.h"
#include "tui/keymap.h"

struct hs_app;

/* What the loop does next. */
enum hs_reaction {
    HS_REACT_DRAW,
    HS_REACT_BACK,
    HS_REACT_LEAVE,
    HS_REACT_HELP,
    HS_REACT_LESSON,
    HS_REACT_PLAY,
    HS_REACT_SHEET,
    HS_REACT_SUSPEND
};

struct hs_screen {
    const char *id;
    char letter; /* of requests.def */
    void (*draw)(struct hs_app *app, struct hs_grid *g);
    enum hs_reaction (*request)(struct hs_app *app, enum hs_request r);
    /* A key as text while something is being typed: true when it was taken. */
    bool (*text)(struct hs_app *app, int key);
    bool arrows; /* Up and Down are for the screen, not for scrolling */
};

extern const struct hs_screen hs_screen_home, hs_screen_lesson, hs_screen_help, hs_screen_play,
    hs_screen_sheet;

struct hs_app {
    struct hs_session *session;
    struct hs_study *study; /* of the lesson screen, else NULL */
    struct hs_arena *frame; /* memory of this frame, given back behind it */
    struct hs_play *play;   /* of the playground, else NULL */
    enum hs_dial dial;      /* playground: the one in focus */
    size_t sheet;           /* which one is looked at */
    bool trace;             /* playground: the element's whole path is shown */
    struct hs_str said;     /* what `remark` points to when it was made up */
    const char *remark;     /* a sentence for the status line, once */
    size_t chosen;          /* home: the lesson under the cursor */
    int scroll, bottom;     /* rows scrolled; largest useful scroll of the last frame */
    int page;               /* rows of a page in the last frame */
    struct hs_str draft;    /* lesson: the answer line */
    size_t draft_part;      /* the ask it belongs to; (size_t)-1: none */
    size_t caret;           /* byte offset in the draft */
    bool editing;           /* keys are text of the answer line */
    bool formula, derivation; /* what the answer line takes */
    bool answered;          /* the draft was checked: the next character begins anew */
    size_t control;         /* lesson: which control has the focus, over all demos of the step */
    bool follow_answer, follow_control; /* scroll so that it is seen */
    char confirm;                       /* 'S' or 'R': the next y does it */
    char help_for;                      /* the screen that help was asked on */
    struct hs_error err;                /* of the last action, shown in the status line */
};

/* Title row, rule, the body's place, rule and key line, for every screen alike. Returns the body's
 * height (rows 2 …). */
int hs_screen_frame(struct hs_app *app, struct hs_grid *g, char letter, const char *left,
                    const char *right);

/* Too small to draw (below 40×12): says so. */
bool hs_screen_too_small(struct hs_grid *g);

#endif
