/* What the two halves of the one-line form share: math_line.c and math_line_scripts.c. */
#ifndef HS_DRAW_MATH_LINE_H
#define HS_DRAW_MATH_LINE_H

#include "base/str.h"
#include "draw/math_tree.h"

struct hs_math_words {
    struct hs_str *out;
    bool ascii;
};

/* Appends the node. */
void hs_math_write(struct hs_math_words *l, const struct hs_math *m);

/* Appends a base (in brackets when `loose`) with its scripts: as characters where Unicode has them,
 * else behind _ and ^; limits of a sum as ∑_{i=0..n}. */
void hs_math_write_scripts(struct hs_math_words *l, const struct hs_math *m, bool loose);

#endif
