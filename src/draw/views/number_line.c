/* number_line{scale =, zero_point =, qmin =, qmax =, range = {min =, max =}, values = {…}}: the
 * values that codes stand for as ticks on the real line, the range that was observed, and values
 * beyond the codes marked. */
#include "draw/view.h"
#include "draw/views/plot_axis.h"

struct line {
    double s, first, last, lo, hi; /* real values of the first and last code; ends of the axis */
    double qmin, qmax, z, min, max;
    bool has_range;
};

static struct line line_of(const struct hs_value *spec)
{
    const struct hs_value *range = hs_value_get(spec, "range");
    struct line l = {.s = hs_value_number(spec, "scale", -1),
                     .z = hs_value_number(spec, "zero_point", 0),
                     .qmin = hs_value_number(spec, "qmin", -128),
                     .qmax = hs_value_number(spec, "qmax", 127),
                     .has_range = range != NULL};
    double margin;

    l.first = l.s * (l.qmin - l.z);
    l.last = l.s * (l.qmax - l.z);
    l.min = hs_value_number(range, "min", l.first);
    l.max = hs_value_number(range, "max", l.last);
    l.lo = fmin(l.first, l.min);
    l.hi = fmax(l.last, l.max);
    margin = (l.hi - l.lo) * 0.04;
    l.lo -= margin;
    l.hi += margin;
    return l;
}

static int height(const struct hs_value *spec, int width)
{
    (void)spec, (void)width;
    return 5;
}

/* Ticks where there is room for each code; else a band from the first to the last. */
static void draw_codes(struct hs_grid *g, const struct line *l)
{
    int from = hs_axis_column(l->first, l->lo, l->hi, g->width),
        to = hs_axis_column(l->last, l->lo, l->hi, g->width);
    double codes = l->qmax - l->qmin;

    hs_grid_hline(g, 0, 2, g->width, HS_STYLE_AXIS);
    if (codes <= 0 || codes * 2 > to - from) {
        hs_grid_fill(g, from, 2, to - from + 1, 1, HS_STYLE_PLOT1, hs_glyph(g->ascii, "block4"));
    } else {
        for (double q = l->qmin; q <= l->qmax; q++)
            hs_grid_text(g, hs_axis_column(l->s * (q - l->z), l->lo, l->hi, g->width), 2,
                         HS_STYLE_PLOT1, hs_glyph(g->ascii, "tick"));
    }
    hs_grid_text(g, hs_axis_column(0, l->lo, l->hi, g->width), 2, HS_STYLE_ACCENT,
                 hs_glyph(g->ascii, "vbold"));
}

static void draw_values(struct hs_grid *g, const struct line *l, const struct hs_value *values)
{
    for (size_t i = 0; i < hs_value_len(values); i++) {
        double v;

        if (hs_value_to_number(hs_value_at(values, i), &v)) {
            bool out = v > l->last + l->s / 2 || v < l->first - l->s / 2;
            double shown = fmin(fmax(v, l->lo), l->hi); /* what lies beyond stands at the edge */

            hs_grid_text(g, hs_axis_column(shown, l->lo, l->hi, g->width), 1,
                         out ? HS_STYLE_CLIP : HS_STYLE_PLOT2,
                         hs_glyph(g->ascii, out ? "bad" : "marker"));
        }
    }
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct line l = line_of(spec);
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];

    if (!(l.s > 0) || !isfinite(l.hi - l.lo))
        return hs_fail(err, HS_ESCRIPT,
                       "number_line: the field \"scale\" must be a positive number");
    if (g->width < 2)
        return HS_OK;
    draw_codes(g, &l);
    if (l.has_range) {
        int from = hs_axis_column(l.min, l.lo, l.hi, g->width),
            to = hs_axis_column(l.max, l.lo, l.hi, g->width);

        hs_grid_hline(g, from, 0, to - from + 1, HS_STYLE_PLOT2);
        hs_grid_text(g, from, 0, HS_STYLE_PLOT2, hs_glyph(g->ascii, "left"));
        hs_grid_text(g, to, 0, HS_STYLE_PLOT2, hs_glyph(g->ascii, "right"));
    }
    draw_values(g, &l, hs_value_get(spec, "values"));
    hs_axis_number(g, 0, l.lo, l.hi, 3, HS_STYLE_ACCENT);
    hs_axis_number(g, l.first, l.lo, l.hi, 3, HS_STYLE_AXIS);
    hs_axis_number(g, l.last, l.lo, l.hi, 3, HS_STYLE_AXIS);
    if (l.has_range)
        hs_grid_textf(g, 0, 4, HS_STYLE_DIM, "data %s to %s; codes %.0f to %.0f",
                      hs_fmt_short(a, l.min, 5), hs_fmt_short(b, l.max, 5), l.qmin, l.qmax);
    else
        hs_grid_textf(g, 0, 4, HS_STYLE_DIM, "codes %.0f to %.0f", l.qmin, l.qmax);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct line l = line_of(spec);
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], c[HS_FMT_SIZE];

    hs_str_printf(out, "Codes %.0f to %.0f stand for %s to %s in steps of %s; zero is code %.0f.",
                  l.qmin, l.qmax, hs_fmt_short(a, l.first, 5), hs_fmt_short(b, l.last, 5),
                  hs_fmt_short(c, l.s, 5), l.z);
    if (l.has_range)
        hs_str_printf(out, " The data reach from %s to %s.", hs_fmt_short(a, l.min, 5),
                      hs_fmt_short(b, l.max, 5));
    hs_str_add(out, "\n");
}

const struct hs_view hs_view_number_line = {.id = "number_line",
                                            .help = "the real line with its quantization levels",
                                            .height = height,
                                            .draw = draw,
                                            .words = words};
