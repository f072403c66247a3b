/* What views that plot share: numbers of a spec without copying them, a canvas of dots finer than
 * cells, axes with round numbers, and lines of pieces that wrap. */
#ifndef HS_DRAW_VIEWS_PLOT_H
#define HS_DRAW_VIEWS_PLOT_H

#include <math.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "draw/grid.h"
#include "tensor/value.h"

/* The numbers of a list or of a tensor (in C order); borrowed from the spec. */
struct hs_numbers {
    const struct hs_value *list; /* one of the two, or neither when n is 0 */
    const struct hs_tensor *tensor;
    size_t n;
};

/* false, with n = 0, when v is neither a list nor a tensor. */
bool hs_numbers_of(struct hs_numbers *out, const struct hs_value *v);
double hs_numbers_at(const struct hs_numbers *v, size_t i); /* NaN for what is no number */
/* n of them from `from` on: the way to read many. */
void hs_numbers_load(double *out, const struct hs_numbers *v, size_t from, size_t n);

/* The same one by one, in order or nearly so, as fast as by loading: a block is kept. */
struct hs_reader {
    struct hs_numbers of;
    double block[256];
    size_t from, n;
};

static inline double hs_reader_at(struct hs_reader *r, size_t i)
{
    if (i < r->from || i - r->from >= r->n) {
        r->from = i - i % HS_COUNTOF(r->block);
        r->n = r->of.n - r->from < HS_COUNTOF(r->block) ? r->of.n - r->from : HS_COUNTOF(r->block);
        hs_numbers_load(r->block, &r->of, r->from, r->n);
    }
    return r->block[i - r->from];
}

/* One linear axis over [lo, hi], lo < hi; ticks are the multiples of step. With `base` 2 or 10 the
 * axis is logarithmic: lo, hi and step are exponents of it. */
struct hs_axis {
    double lo, hi, step, per; /* per: 1 / (hi - lo) */
    int base;                 /* 0: linear */
};

/* An axis for finite data from lo to hi (lo > hi: no data) with at most `most` ticks or so. `widen`
 * moves the ends out to ticks. */
struct hs_axis hs_axis_new(double lo, double hi, int base, int most, bool widen);

/* v on an axis's own scale. */
static inline double hs_axis_scaled(int base, double v)
{
    return base == 0 ? v : base == 2 ? log2(v) : log10(v);
}

/* The place of v from 0 (lo) to 1 (hi); NaN where the axis has none (log of 0, NaN). */
static inline double hs_axis_place(const struct hs_axis *a, double v)
{
    double at = (hs_axis_scaled(a->base, v) - a->lo) * a->per;

    return isfinite(at) ? at : (double)NAN;
}

/* Ticks, i from 0: false when there are no more. */
bool hs_axis_tick(const struct hs_axis *a, int i, double *place, char text[HS_FMT_SIZE]);

/* Columns of the widest number of an axis. */
int hs_axis_label_width(const struct hs_axis *a);

/* The numbers of an upright axis of `rows` rows from row `top` down to it, right-aligned before
 * column x or left-aligned from it. */
void hs_axis_draw_upright(struct hs_grid *g, const struct hs_axis *a, int x, int top, int rows,
                          bool before);

/* A level axis in row y, its numbers in the row below, and what it measures at their end. */
void hs_axis_draw(struct hs_grid *g, const struct hs_axis *a, int x, int y, int width,
                  const char *label);

/* Part of a grid as dots: 2 by 4 in a cell (braille), or one glyph a cell when the grid is ASCII.
 */
struct hs_canvas {
    struct hs_grid *grid;
    int x, y, width, height;  /* cells */
    int dots_wide, dots_high; /* of the whole canvas */
    enum hs_style style;
    const char *glyph; /* the dot in ASCII */
};

struct hs_canvas hs_canvas_new(struct hs_grid *g, int x, int y, int width, int height);
void hs_canvas_dot(struct hs_canvas *c, int x, int y); /* clipped */
void hs_canvas_line(struct hs_canvas *c, int x0, int y0, int x1, int y1);

/* Pieces one behind the other, on a new line where one does not fit. g NULL only counts. */
struct hs_flow {
    struct hs_grid *g;
    int width, x, y; /* y: the line of the last piece */
};

void hs_flow_add(struct hs_flow *f, enum hs_style style, const char *text);
void hs_flow_addf(struct hs_flow *f, enum hs_style style, const char *fmt, ...) HS_PRINTF(3, 4);
/* A sentence, broken between words over as many lines as it takes. */
void hs_flow_wrap(struct hs_flow *f, enum hs_style style, const char *text);
void hs_flow_break(struct hs_flow *f); /* the next piece begins a line, unless one just began */

/* A bar in each of n columns, its height in eighths of a cell, in `rows` rows from `top` down. */
void hs_bars_draw(struct hs_grid *g, int top, int rows, const int *eighths, int n);

/* The mark and the style of the i-th series (i below HS_SERIES_MAX). */
enum { HS_SERIES_MAX = 4 };
const char *hs_series_glyph(bool ascii, size_t i);
enum hs_style hs_series_style(size_t i);

#endif
