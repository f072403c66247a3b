/* Formulas: a subset of TeX typeset into a grid of its own, in Unicode or ASCII, aligned on the
 * baseline; as one line of text; as SVG.
 *
 * The subset: letters, numbers, signs and Unicode as they are; {…}; _ ^ ' (and the characters ₁ ²
 * x̂); \frac \binom \sqrt[n]{}; \left \middle \right and \big … \Bigg with ( [ | / . \{ \| \lfloor
 * \lceil \langle \lvert \lVert and their partners; \hat \bar \overline \underline \tilde \dot \ddot
 * \vec \check \overbrace \underbrace \overset \underset \stackrel \boxed; \sum \prod \min \max \lim
 * … with limits, \operatorname \operatorname* \limits \nolimits \substack; \text and its relatives,
 * \mathrm \mathbf \mathcal \mathbb …; \color and \displaystyle, which change nothing; \tag; \not,
 * \pmod; \quad \, \; and the like; environments cases, (p b B v V)matrix, array, aligned, align,
 * gather, split, and & and \\ without one; the symbols of math_symbols.def. */
#ifndef HS_DRAW_MATH_H
#define HS_DRAW_MATH_H

#include "draw/grid.h"

/* A typeset formula; `baseline` is the row of the main line. An unknown command is shown as its
 * name, so nothing is lost. Never wider than `max_width` (0 = any): a formula that is too wide is
 * broken at relations, then at sums and commas, and what has no place to break is clipped with a
 * mark, as are pictures beyond 2048 columns or 256 rows. A \tag stands at the right edge.
 * HS_EFORMAT with the column for unbalanced braces or too deep a nesting, HS_ELIMIT past 32768
 * bytes. */
HS_MUST_USE enum hs_status hs_math_typeset(struct hs_grid *out, int *baseline,
                                           struct hs_arena *arena, const char *tex, int max_width,
                                           bool ascii, struct hs_error *err);

/* One line: \frac{a}{b} as a/b or (a + b)/c, sub- and superscripts as characters where Unicode has
 * them and else behind _ and ^, sums as ∑_{i=0..n−1}, cases as {a if …; b otherwise}, matrices as
 * [a, b; c, d]. What cannot be read is shown as it was written. Appends. */
void hs_math_line(struct hs_str *out, const char *tex, bool ascii);

/* The formula, as wide as it is, as a complete SVG document in the colours of a theme
 * (draw/theme.h; "light" has a white ground). Appends; errors as hs_math_typeset. */
HS_MUST_USE enum hs_status hs_math_svg(struct hs_str *out, const char *tex, const char *theme,
                                       struct hs_error *err);

#endif
