/* log2_axis{scale =, exponent =, rounding =, lo =, hi =}: the exponents as ticks, log2 of the ideal
 * scale between them, and the exponent that was chosen. */
#include <stdio.h>

#include "draw/view.h"
#include "draw/views/plot_axis.h"

enum { FARTHEST = 1100 }; /* no double has an exponent beyond */

static int exponent_of(const struct hs_value *spec, const char *name, int otherwise)
{
    int64_t e = hs_value_integer(spec, name, otherwise);

    return (int)(e < -FARTHEST ? -FARTHEST : e > FARTHEST ? FARTHEST : e);
}

static int height(const struct hs_value *spec, int width)
{
    (void)spec, (void)width;
    return 4;
}

/* The ends of the axis: those given, pulled in around what is shown when they are far away. */
static void ends(const struct hs_value *spec, int *lo, int *hi)
{
    double scale = hs_value_number(spec, "scale", 1);
    int e = exponent_of(spec, "exponent", 0),
        near = scale > 0 && !isinf(scale) ? (int)floor(log2(scale)) : e;
    int least = (e < near ? e : near) - 4, most = (e > near ? e : near + 1) + 4;

    *lo = exponent_of(spec, "lo", least);
    *hi = exponent_of(spec, "hi", most);
    *lo = *lo < least ? least : *lo;
    *hi = *hi > most ? most : *hi;
    *lo = *lo > e ? e : *lo;
    *hi = *hi < e ? e : *hi;
    if (*hi <= *lo)
        *hi = *lo + 1;
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    double scale = hs_value_number(spec, "scale", -1), at;
    int e = exponent_of(spec, "exponent", 0), lo, hi, step = 1;
    char text[HS_FMT_SIZE];

    if (!(scale >= 0) || isinf(scale))
        return hs_fail(err, HS_ESCRIPT,
                       "log2_axis: the field \"scale\" must be a finite number of 0 or more");
    if (hs_value_get(spec, "exponent") == NULL)
        return hs_fail(err, HS_ESCRIPT, "log2_axis: the field \"exponent\" is missing");
    if (g->width < 2)
        return HS_OK;
    ends(spec, &lo, &hi);
    while ((hi - lo) / step * 5 > g->width)
        step *= 2;
    hs_grid_hline(g, 0, 1, g->width, HS_STYLE_AXIS);
    for (int i = lo; i <= hi; i++) {
        char number[24];

        if ((i - lo) % step != 0 && i != e)
            continue;
        snprintf(number, sizeof number, "%d", i);
        hs_grid_text(g, hs_axis_column(i, lo, hi, g->width), 1, HS_STYLE_AXIS,
                     hs_glyph(g->ascii, "tick"));
        hs_axis_label(g, hs_axis_column(i, lo, hi, g->width), 2,
                      i == e ? HS_STYLE_ACCENT : HS_STYLE_AXIS, number);
    }
    hs_axis_label(g, hs_axis_column(e, lo, hi, g->width), 1, HS_STYLE_ACCENT,
                  hs_glyph(g->ascii, "marker"));
    at = scale > 0 ? log2(scale) : lo;
    hs_axis_label(g, hs_axis_column(at, lo, hi, g->width), 0, HS_STYLE_PLOT2,
                  hs_glyph(g->ascii, "down"));
    hs_grid_textf(g, 0, 3, HS_STYLE_DIM, "%s log2 s = %s   %s %s: exponent %d",
                  hs_glyph(g->ascii, "down"),
                  scale > 0 ? hs_fmt_short(text, log2(scale), 5) : "none",
                  hs_glyph(g->ascii, "marker"), hs_value_text(spec, "rounding", "chosen"), e);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    double scale = hs_value_number(spec, "scale", 0);
    int e = exponent_of(spec, "exponent", 0);
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], c[HS_FMT_SIZE];

    hs_str_printf(out, "log2 of the scale %s is %s; %s gives the exponent %d, the step %s.\n",
                  hs_fmt_short(a, scale, 6),
                  scale > 0 ? hs_fmt_short(b, log2(scale), 5) : "not defined",
                  hs_value_text(spec, "rounding", "the rule"), e, hs_fmt_short(c, ldexp(1, e), 6));
}

const struct hs_view hs_view_log2_axis = {.id = "log2_axis",
                                          .help = "a scale among the powers of two",
                                          .height = height,
                                          .draw = draw,
                                          .words = words};
