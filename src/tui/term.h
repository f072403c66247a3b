/* The terminal as the app sees it: a size, a place to put a grid, a source of keys. Two
 * implementations: curses on a real terminal (term_curses.c, the only file that knows curses) and a
 * script of keys that saves screens (term_script.c), for tests and demos. */
#ifndef HS_TUI_TERM_H
#define HS_TUI_TERM_H

#include "draw/grid.h"

/* Keys are Unicode code points, and these above them. */
enum hs_key {
    HS_KEY_NONE = 0, /* nothing happened (a signal, a time-out) */
    HS_KEY_CTRL_C = 3,
    HS_KEY_TAB = 9,
    HS_KEY_ENTER = 10,
    HS_KEY_CTRL_L = 12,
    HS_KEY_CTRL_Z = 26,
    HS_KEY_ESCAPE = 27,
    HS_KEY_BACKSPACE = 127,
    HS_KEY_FIRST = 0x110000,
    HS_KEY_UP = HS_KEY_FIRST,
    HS_KEY_DOWN,
    HS_KEY_LEFT,
    HS_KEY_RIGHT,
    HS_KEY_PAGE_UP,
    HS_KEY_PAGE_DOWN,
    HS_KEY_HOME,
    HS_KEY_END,
    HS_KEY_DELETE,
    HS_KEY_SHIFT_TAB,
    HS_KEY_F1,
    HS_KEY_RESIZE, /* the size has changed: ask for it again */
    HS_KEY_HANGUP, /* the terminal is gone or a signal asks to stop: leave at once */
    HS_KEY_END_OF_INPUT
};

struct hs_term {
    void (*size)(struct hs_term *t, int *width, int *height);
    void (*show)(struct hs_term *t,
                 const struct hs_grid *g); /* the whole screen; only what changed is written */
    int (*key)(struct hs_term *t);         /* waits for one */
    void (*suspend)(struct hs_term *t);    /* Ctrl-Z: gives the terminal back until it continues */
    void (*close)(struct hs_term *t);      /* restores the terminal; safe twice */
    bool ascii;                            /* draw with ASCII glyphs */
};

/* The real terminal. HS_ETERMINAL with what is wrong (TERM unset or unknown, no terminal on stdin
 * or stdout). Signals restore the terminal; after HS_KEY_HANGUP hs_term_curses_signal() is the one
 * to die of (0: end normally). */
HS_MUST_USE enum hs_status hs_term_curses_open(struct hs_term **out, struct hs_error *err);
int hs_term_curses_signal(void);

/* Keys from a file, one instruction a line: a key name ("Enter", "Left", "Ctrl-C", "a"), `type
 * TEXT`, `resize W H`, `save NAME` (writes the screen as NAME.screen in `folder`), `ascii on|off`,
 * # comments. */
HS_MUST_USE enum hs_status hs_term_script_open(struct hs_term **out, const char *path,
                                               const char *folder, struct hs_error *err);

#endif
