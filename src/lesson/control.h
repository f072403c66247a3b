/* Controls of a demo: read from the cell's table, brought onto their grid, and written for the view function. */
#ifndef HS_LESSON_CONTROL_H
#define HS_LESSON_CONTROL_H

#include "lesson/run.h"

/* Reads the list `controls` (NULL: none) of a demo. Text goes into the arena. HS_ESCRIPT names the control and field. */
HS_MUST_USE enum hs_status hs_controls_read(struct hs_control **out, size_t *n, struct hs_arena *arena,
                                            const struct hs_value *list, struct hs_error *err);

/* The nearest value that the control can take. */
double hs_control_snap(const struct hs_control *control, double value);

/* The argument of view(c): integer sliders give integers, toggles booleans, choices their text. False when out of memory. */
bool hs_controls_value(struct hs_value *out, struct hs_arena *arena, const struct hs_control *controls, size_t n);

#endif
