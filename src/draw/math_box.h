/* Boxes of a formula: every node of the tree is measured and placed once (math_size.c,
 * math_table.c), then drawn into one grid (math_draw.c). Internal to draw/math*.c. */
#ifndef HS_DRAW_MATH_BOX_H
#define HS_DRAW_MATH_BOX_H

#include "draw/grid.h"
#include "draw/math_tree.h"

struct hs_math_page {
    struct hs_arena *arena;
    struct hs_error *err;
    enum hs_status st;
    bool ascii;
};

/* Sets w, up and down of the node and all below it, and x and y of what is below it. */
void hs_math_size(struct hs_math_page *page, struct hs_math *m);
void hs_math_size_table(struct hs_math_page *page, struct hs_math *m);

/* A bracket (a symbol that stretches, with or without scripts) takes these rows. */
void hs_math_size_bracket(const struct hs_math_page *page, struct hs_math *m, int up, int down);

/* The bracket itself when the item is one that stretches, else NULL. */
struct hs_math *hs_math_bracket_of(struct hs_math *item);

/* Draws with the left end at column x and the baseline at row y. */
void hs_math_draw(const struct hs_math_page *page, struct hs_grid *g, const struct hs_math *m,
                  int x, int y);

/* A formula that is too wide, as lines of at most `width` columns where that is possible: a row of
 * placed lines, whose baseline is the first line's. NULL with page->st set when out of memory. */
struct hs_math *hs_math_broken(struct hs_math_page *page, struct hs_math *m, int width);

/* The root's leg is upright, because a slanted one would take too many columns. */
bool hs_math_root_is_steep(const struct hs_math *m);

/* How the root is written: a drawn one, √x, or sqrt(…). */
enum hs_math_root { HS_MATH_ROOT_DRAWN, HS_MATH_ROOT_SIGN, HS_MATH_ROOT_WORD };
enum hs_math_root hs_math_root_form(const struct hs_math_page *page, const struct hs_math *m);

/* The accent as a combining mark, when the letter takes one; else NULL. */
const char *hs_math_combining(const struct hs_math_page *page, const struct hs_math *m);

static inline int hs_math_larger(int a, int b)
{
    return a > b ? a : b;
}

static inline int hs_math_height(const struct hs_math *m)
{
    return m->up + 1 + m->down;
}

#endif
