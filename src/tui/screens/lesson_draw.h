/* The lesson screen in two halves: laying a step out (lesson_draw.c) and acting on it (lesson.c).
 */
#ifndef HS_TUI_SCREENS_LESSON_DRAW_H
#define HS_TUI_SCREENS_LESSON_DRAW_H

#include "tui/screen.h"

/* A control of a demo of the present step. */
struct hs_control_place {
    size_t part;
    const struct hs_control *control;
};

/* The n-th control over all demos of the step; false past the end. */
bool hs_lesson_control(struct hs_app *app, size_t n, struct hs_control_place *out);

/* Draws the whole screen. */
void hs_lesson_screen_draw(struct hs_app *app, struct hs_grid *g);

#endif
