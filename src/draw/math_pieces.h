/* The pieces of a formula that is to be broken into lines: what stands between two places where a
 * break is possible. Internal to draw/math_break.c and draw/math_pieces.c. */
#ifndef HS_DRAW_MATH_PIECES_H
#define HS_DRAW_MATH_PIECES_H

#include "draw/math_box.h"

struct hs_math_piece {
    struct hs_math *m;
    int depth; /* brackets around it */
};

struct hs_math_pieces {
    struct hs_math_page *page;
    struct hs_math_piece *items; // (n) borrowed from the page's arena
    size_t n, cap;
    int width;    /* of the lines */
    int depth;    /* brackets that are open behind the last piece */
    int relation; /* column of the first relation, where the others are put, too */
};

/* Appends the pieces of a measured node. Brackets are opened, and what is too wide for any line as
 * a picture becomes (a)/(b) or sqrt(a). Failure is page->st. */
void hs_math_flatten(struct hs_math_pieces *b, struct hs_math *m);

#endif
