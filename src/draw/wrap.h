/* Breaking styled text into lines by column width. */
#ifndef HS_DRAW_WRAP_H
#define HS_DRAW_WRAP_H

#include "base/vec.h"
#include "draw/grid.h"

/* A piece of text in one style; pieces follow each other without a gap. */
struct hs_piece {
    const char *text;
    enum hs_style style;
    bool keep; /* never broken inside: a formula */
};

/* Breaks at spaces (and between wide characters) so that no line is wider than `width`; calls back
 * for each part of each line. `indent` columns are left free on every line but the first. Returns
 * the number of lines (at least 1). */
int hs_wrap(const struct hs_piece *pieces, size_t n, int width, int indent,
            void (*emit)(void *payload, int line, int x, const char *text, size_t len,
                         enum hs_style style),
            void *payload);

#endif
