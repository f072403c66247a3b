/* The app: a stack of screens over one terminal. */
#ifndef HS_TUI_APP_H
#define HS_TUI_APP_H

#include "session/play.h"
#include "tui/term.h"

/* Runs from home (lesson_and_step NULL) or straight in a lesson ("" is the next one), until the
 * learner leaves. Closes the terminal. Returns an exit code; *err says why when it is not 0. */
int hs_app_run(struct hs_term *term, const char *lesson_and_step, struct hs_error *err);

/* The playground alone; takes `play`. */
int hs_app_play(struct hs_term *term, struct hs_play *play, struct hs_error *err);

/* The app on the real terminal, or on a script of keys (screens are saved in the working
 * directory). For cli's screens. */
int hs_tui_home(void);
int hs_tui_learn(const char *lesson_and_step, const char *key_script);
int hs_tui_play(struct hs_play *play, const char *key_script); /* takes `play` */

#endif
