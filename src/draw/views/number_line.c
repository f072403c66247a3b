/* number_line{scale =, zero_point =, qmin =, qmax =, levels =, range = {min =, max =}, values =,
 * marker =, marker_name =, code =}: the values that codes stand for as ticks on the real line, the
 * range that was observed, and values beyond the codes marked.
 *
 *   scale, zero_point, qmin, qmax   the codes; defaults 0, -128, 127 but for the scale
 *   levels    instead of those: the numbers that codes stand for (a list or a tensor), in any order
 *   range     what was observed, drawn above
 *   values    numbers to stand on the line (a list or a tensor of any size); beyond the codes they
 *             are marked and counted
 *   marker    the number that the learner moves, with its neighbours in words; marker_name: "x"
 *   code      of the marker, from the quantizer: its level is marked on the line, too */
#include <stdio.h>

#include "draw/view.h"
#include "draw/views/plot.h"
#include "draw/views/plot_axis.h"

enum { BLOCK = 1024, MAX_COLUMNS = 512 };

struct line {
    double s, first, last, lo, hi; /* real values of the first and last code; ends of the axis */
    double qmin, qmax, z, min, max, marker, code;
    struct hs_numbers levels, values; /* levels.n 0: those of scale and zero point */
    bool has_range, has_marker;
    const char *name;
};

static void measure_levels(struct line *l)
{
    l->first = (double)INFINITY;
    l->last = -(double)INFINITY;
    for (size_t i = 0; i < l->levels.n; i++) {
        l->first = fmin(l->first, hs_numbers_at(&l->levels, i));
        l->last = fmax(l->last, hs_numbers_at(&l->levels, i));
    }
}

static struct line line_of(const struct hs_value *spec)
{
    const struct hs_value *range = hs_value_get(spec, "range");
    struct line l = {.s = hs_value_number(spec, "scale", -1),
                     .z = hs_value_number(spec, "zero_point", 0),
                     .qmin = hs_value_number(spec, "qmin", -128),
                     .qmax = hs_value_number(spec, "qmax", 127),
                     .marker = hs_value_number(spec, "marker", (double)NAN),
                     .code = hs_value_number(spec, "code", (double)NAN),
                     .name = hs_value_text(spec, "marker_name", "x"),
                     .has_range = range != NULL};
    double margin;

    l.first = l.s * (l.qmin - l.z);
    l.last = l.s * (l.qmax - l.z);
    l.has_marker = isfinite(l.marker);
    hs_numbers_of(&l.values, hs_value_get(spec, "values"));
    if (hs_numbers_of(&l.levels, hs_value_get(spec, "levels")))
        measure_levels(&l);
    l.min = hs_value_number(range, "min", l.first);
    l.max = hs_value_number(range, "max", l.last);
    l.lo = fmin(l.first, l.min);
    l.hi = fmax(l.last, l.max);
    margin = (l.hi - l.lo) * 0.04;
    if (!(margin > 0))
        margin = 1; /* a single level */
    l.lo -= margin;
    l.hi += margin;
    return l;
}

/* How far beyond the outermost codes a value still rounds to them. */
static double slack(const struct line *l)
{
    return l->levels.n != 0 ? 0 : l->s / 2;
}

struct counts {
    size_t n, low, high; /* finite or infinite; of them beyond the codes */
};

/* Columns in which values stand, and whether one there is beyond the codes (2) or not (1). `cells`
 * may be NULL. */
static struct counts count_values(const struct line *l, unsigned char *cells, int width)
{
    double v[BLOCK], low = l->first - slack(l), high = l->last + slack(l),
                     per = (width - 1) / (l->hi - l->lo);
    struct counts c = {0};

    for (size_t from = 0; from < l->values.n; from += BLOCK) {
        size_t n = l->values.n - from < BLOCK ? l->values.n - from : BLOCK;

        hs_numbers_load(v, &l->values, from, n);
        for (size_t i = 0; i < n; i++) {
            bool below = v[i]<low, above = v[i]> high;

            c.n += isnan(v[i]) ? 0 : 1;
            c.low += below;
            c.high += above;
            if (cells != NULL && !isnan(v[i])) { /* what lies beyond the axis stands at its edge */
                double shown = v[i] < l->lo ? l->lo : v[i] > l->hi ? l->hi : v[i];

                cells[(int)((shown - l->lo) * per + 0.5)] |= below || above ? 2 : 1;
            }
        }
    }
    return c;
}

/* The levels around x and their codes; a level that is not there is NaN. */
static void neighbours(const struct line *l, double x, double *below, double *above, double *code)
{
    *below = *above = *code = (double)NAN;
    if (l->levels.n == 0) {
        double k = floor(x / l->s) + l->z;

        k = fmin(fmax(k, l->qmin - 1), l->qmax);
        *code = k; /* of the lower one */
        *below = k >= l->qmin ? l->s * (k - l->z) : (double)NAN;
        *above = k + 1 <= l->qmax ? l->s * (k + 1 - l->z) : (double)NAN;
        return;
    }
    for (size_t i = 0; i < l->levels.n; i++) {
        double v = hs_numbers_at(&l->levels, i);

        if (v <= x && !(v <= *below))
            *below = v;
        if (v > x && !(v >= *above))
            *above = v;
    }
}

/* "x = 0.4 between 0.25 (code 1) and 0.5 (code 2)" and, when the code is known, where it goes. */
static void say_marker(struct hs_str *out, const struct line *l)
{
    char a[HS_FMT_SIZE];
    double below, above, code;
    bool codes = l->levels.n == 0;

    neighbours(l, l->marker, &below, &above, &code);
    hs_str_printf(out, "%s = %s", l->name, hs_fmt_short(a, l->marker, 6));
    if (below == l->marker)
        hs_str_add(out, " is a level");
    else if (isnan(below))
        hs_str_printf(out, " is below %s", hs_fmt_short(a, above, 6));
    else if (isnan(above))
        hs_str_printf(out, " is above %s", hs_fmt_short(a, below, 6));
    else
        hs_str_printf(out, " is between %s", hs_fmt_short(a, below, 6));
    if (codes && !isnan(below) && !isnan(above))
        hs_str_printf(out, " (code %.0f)", code);
    else if (codes)
        hs_str_printf(out, " (code %.0f)", isnan(below) ? l->qmin : l->qmax);
    if (!isnan(below) && !isnan(above) && below != l->marker) {
        hs_str_printf(out, " and %s", hs_fmt_short(a, above, 6));
        if (codes)
            hs_str_printf(out, " (code %.0f)", code + 1);
    }
    if (isfinite(l->code)) {
        hs_str_printf(out, "; it goes to code %.0f", l->code);
        if (codes)
            hs_str_printf(out, " = %s", hs_fmt_short(a, l->s * (l->code - l->z), 6));
    }
}

/* Counts and marker below the line; only counted when f->g is NULL. */
static void lay_remarks(struct hs_flow *f, const struct line *l, const struct counts *c)
{
    struct hs_str text = HS_STR_INIT;

    if (l->values.n != 0) {
        hs_flow_addf(f, HS_STYLE_DIM, "%zu values", c->n);
        hs_flow_addf(f, c->low + c->high != 0 ? HS_STYLE_CLIP : HS_STYLE_DIM,
                     "beyond: %zu below, %zu above", c->low, c->high);
        hs_flow_break(f);
    }
    if (l->has_marker) {
        say_marker(&text, l);
        hs_flow_wrap(f, HS_STYLE_ACCENT, text.buf);
        hs_str_dispose(&text);
    }
}

static int height(const struct hs_value *spec, int width)
{
    struct line l = line_of(spec);
    struct hs_flow f = {.width = width};
    struct counts none = {.n = l.values.n, .low = l.values.n, .high = l.values.n}; /* the widest */

    lay_remarks(&f, &l, &none);
    return 5 + f.y;
}

/* Ticks where there is room for each code; else a band from the first to the last. */
static void draw_codes(struct hs_grid *g, const struct line *l)
{
    int from = hs_axis_column(l->first, l->lo, l->hi, g->width),
        to = hs_axis_column(l->last, l->lo, l->hi, g->width);
    double codes = l->levels.n != 0 ? (double)l->levels.n - 1 : l->qmax - l->qmin;

    hs_grid_hline(g, 0, 2, g->width, HS_STYLE_AXIS);
    if (l->levels.n != 0 && codes <= to - from) {
        for (size_t i = 0; i < l->levels.n; i++)
            hs_grid_text(g, hs_axis_column(hs_numbers_at(&l->levels, i), l->lo, l->hi, g->width), 2,
                         HS_STYLE_PLOT1, hs_glyph(g->ascii, "tick"));
    } else if (!(codes > 0 && codes * 2 <= to - from)) {
        hs_grid_fill(g, from, 2, to - from + 1, 1, HS_STYLE_PLOT1, hs_glyph(g->ascii, "block4"));
    } else {
        for (int i = 0; i <= (int)codes; i++)
            hs_grid_text(g, hs_axis_column(l->s * (l->qmin + i - l->z), l->lo, l->hi, g->width), 2,
                         HS_STYLE_PLOT1, hs_glyph(g->ascii, "tick"));
    }
    hs_grid_text(g, hs_axis_column(0, l->lo, l->hi, g->width), 2, HS_STYLE_ACCENT,
                 hs_glyph(g->ascii, "vbold"));
}

static struct counts draw_values(struct hs_grid *g, const struct line *l)
{
    unsigned char cells[MAX_COLUMNS] = {0};
    int width = g->width < MAX_COLUMNS ? g->width : MAX_COLUMNS;
    struct counts c = count_values(l, cells, width);

    for (int x = 0; x < width; x++)
        if (cells[x] != 0)
            hs_grid_text(g, x, 1, cells[x] & 2 ? HS_STYLE_CLIP : HS_STYLE_PLOT2,
                         hs_glyph(g->ascii, cells[x] & 2 ? "bad" : "marker"));
    return c;
}

static void draw_marker(struct hs_grid *g, const struct line *l)
{
    double shown = fmin(fmax(l->marker, l->lo), l->hi);

    if (!l->has_marker)
        return;
    hs_grid_text(g, hs_axis_column(shown, l->lo, l->hi, g->width), 1, HS_STYLE_ACCENT,
                 hs_glyph(g->ascii, "down"));
    if (isfinite(l->code) && l->levels.n == 0)
        hs_grid_text(g, hs_axis_column(l->s * (l->code - l->z), l->lo, l->hi, g->width), 2,
                     HS_STYLE_ACCENT, hs_glyph(g->ascii, "marker"));
}

static void draw_range(struct hs_grid *g, const struct line *l)
{
    int from = hs_axis_column(l->min, l->lo, l->hi, g->width),
        to = hs_axis_column(l->max, l->lo, l->hi, g->width);

    hs_grid_hline(g, from, 0, to - from + 1, HS_STYLE_PLOT2);
    hs_grid_text(g, from, 0, HS_STYLE_PLOT2, hs_glyph(g->ascii, "left"));
    hs_grid_text(g, to, 0, HS_STYLE_PLOT2, hs_glyph(g->ascii, "right"));
}

/* "data -3 to 2; codes -4 to 3" */
static void say_codes(struct hs_str *out, const struct line *l)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];

    if (l->has_range)
        hs_str_printf(out, "data %s to %s; ", hs_fmt_short(a, l->min, 5),
                      hs_fmt_short(b, l->max, 5));
    if (l->levels.n != 0)
        hs_str_printf(out, "%zu levels", l->levels.n);
    else
        hs_str_printf(out, "codes %.0f to %.0f", l->qmin, l->qmax);
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct line l = line_of(spec);
    struct hs_str text = HS_STR_INIT;
    struct hs_flow f = {.g = g, .width = g->width, .y = 5};
    struct counts c;

    if (l.levels.n == 0 && (!(l.s > 0) || !isfinite(l.hi - l.lo)))
        return hs_fail(err, HS_ESCRIPT,
                       "number_line: the field \"scale\" must be a positive number");
    if (!isfinite(l.hi - l.lo) || !isfinite(l.first) || !isfinite(l.last))
        return hs_fail(
            err, HS_ESCRIPT,
            "number_line: the field \"%s\" must be finite numbers of a width that a double "
            "holds",
            l.levels.n != 0 ? "levels" : "qmin or qmax");
    if (g->width < 2)
        return HS_OK;
    draw_codes(g, &l);
    if (l.has_range)
        draw_range(g, &l);
    c = draw_values(g, &l);
    draw_marker(g, &l);
    if (l.levels.n == 0 || (l.lo < 0 && l.hi > 0))
        hs_axis_number(g, 0, l.lo, l.hi, 3, HS_STYLE_ACCENT);
    hs_axis_number(g, l.first, l.lo, l.hi, 3, HS_STYLE_AXIS);
    hs_axis_number(g, l.last, l.lo, l.hi, 3, HS_STYLE_AXIS);
    say_codes(&text, &l);
    hs_grid_text(g, 0, 4, HS_STYLE_DIM, text.buf);
    hs_str_dispose(&text);
    lay_remarks(&f, &l, &c);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct line l = line_of(spec);
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], c[HS_FMT_SIZE];
    struct counts n = count_values(&l, NULL, 0);

    if (l.levels.n != 0)
        hs_str_printf(out, "%zu levels from %s to %s.", l.levels.n, hs_fmt_short(a, l.first, 5),
                      hs_fmt_short(b, l.last, 5));
    else
        hs_str_printf(out,
                      "Codes %.0f to %.0f stand for %s to %s in steps of %s; zero is code %.0f.",
                      l.qmin, l.qmax, hs_fmt_short(a, l.first, 5), hs_fmt_short(b, l.last, 5),
                      hs_fmt_short(c, l.s, 5), l.z);
    if (l.has_range)
        hs_str_printf(out, " The data reach from %s to %s.", hs_fmt_short(a, l.min, 5),
                      hs_fmt_short(b, l.max, 5));
    if (l.values.n != 0)
        hs_str_printf(out, " Of %zu values %zu lie below the codes and %zu above.", n.n, n.low,
                      n.high);
    if (l.has_marker) {
        hs_str_add(out, " ");
        say_marker(out, &l);
        hs_str_add(out, ".");
    }
    hs_str_add(out, "\n");
}

const struct hs_view hs_view_number_line = {.id = "number_line",
                                            .help = "the real line with its quantization levels",
                                            .height = height,
                                            .draw = draw,
                                            .words = words};
