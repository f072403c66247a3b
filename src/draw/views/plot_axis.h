/* What plots along a real axis share: the place of a value, and an axis with numbers under its
 * ticks. */
#ifndef HS_DRAW_VIEWS_PLOT_AXIS_H
#define HS_DRAW_VIEWS_PLOT_AXIS_H

#include <math.h>
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "draw/grid.h"

/* Column of v on an axis of `width` columns over [lo, hi]; may lie outside. */
static inline int hs_axis_column(double v, double lo, double hi, int width)
{
    double at = (v - lo) / (hi - lo) * (width - 1);

    return !(at >= -1e6) ? -1000000 : at > 1e6 ? 1000000 : (int)lrint(at);
}

/* A number centred under column x, kept inside the row. */
static inline void hs_axis_label(struct hs_grid *g, int x, int y, enum hs_style style,
                                 const char *text)
{
    int w = (int)hs_text_width(text, strlen(text));

    x -= w / 2;
    x = x + w > g->width ? g->width - w : x;
    hs_grid_text(g, x < 0 ? 0 : x, y, style, text);
}

static inline void hs_axis_number(struct hs_grid *g, double v, double lo, double hi, int y,
                                  enum hs_style style)
{
    char text[HS_FMT_SIZE];

    hs_axis_label(g, hs_axis_column(v, lo, hi, g->width), y, style, hs_fmt_short(text, v, 3));
}

#endif
