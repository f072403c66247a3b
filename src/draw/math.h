/* Formulas: a subset of TeX typeset into a grid of its own, in Unicode or ASCII, aligned on the
 * baseline. */
#ifndef HS_DRAW_MATH_H
#define HS_DRAW_MATH_H

#include "draw/grid.h"

/* A typeset formula; `baseline` is the row of the main line. An unknown command is shown as its
 * name, so nothing is lost; unbalanced braces are HS_EFORMAT with the column. Wider than
 * `max_width` (0 = any): broken at relations. */
HS_MUST_USE enum hs_status hs_math_typeset(struct hs_grid *out, int *baseline,
                                           struct hs_arena *arena, const char *tex, int max_width,
                                           bool ascii, struct hs_error *err);

/* One line: \frac{a}{b} as a/b or (a+b)/c, sub- and superscripts as characters where Unicode has
 * them. Appends. */
void hs_math_line(struct hs_str *out, const char *tex, bool ascii);

#endif
