/* rounding{values =, scale =, modes =, columns =, title =}: what rounding modes make of the same
 * values, those that part from the first column marked, above a line of the integers with the ties
 * between them.
 *
 *   values    numbers (a list or a tensor); the first 40 are shown
 *   scale     values are divided by it first; default 1
 *   modes     names such as "half_even" (num/round.h); default the six that need no generator
 *   columns   {{name =, codes = …}, …}: further columns, codes that were made elsewhere. modes = {}
 *             shows these alone. At most 8 columns in all */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/view.h"
#include "draw/views/plot.h"
#include "num/round.h"

enum { MAX_VALUES = 40, MAX_COLUMNS = 8, LINE_ROWS = 3 };

struct column {
    char name[32];
    int mode; /* -1: codes */
    struct hs_numbers codes;
};

struct table {
    struct hs_numbers values;
    size_t shown, n;
    double scale;
    struct column of[MAX_COLUMNS];
    const char *title;
};

static enum hs_status add_column(struct table *t, const char *name, int mode,
                                 const struct hs_value *codes, struct hs_error *err)
{
    struct column *c = &t->of[t->n];

    if (t->n == MAX_COLUMNS)
        return hs_fail(err, HS_ESCRIPT, "rounding: more than %d columns", MAX_COLUMNS);
    *c = (struct column){.mode = mode};
    snprintf(c->name, sizeof c->name, "%.*s", (int)hs_text_fit(name, strlen(name), 16, NULL), name);
    if (mode < 0 && !hs_numbers_of(&c->codes, codes))
        return hs_fail(err, HS_ESCRIPT,
                       "rounding: the field \"columns\" must be a list of {name, codes}");
    t->n++;
    return HS_OK;
}

static enum hs_status read_modes(struct table *t, const struct hs_value *modes,
                                 struct hs_error *err)
{
    enum hs_status st = HS_OK;

    if (modes == NULL) {
        for (int mode = 0; mode < HS_ROUND_COUNT && st == HS_OK; mode++)
            if (mode != HS_ROUND_STOCHASTIC)
                st = add_column(t, hs_round_name((enum hs_round)mode), mode, NULL, err);
        return st;
    }
    for (size_t i = 0; i < hs_value_len(modes) && st == HS_OK; i++) {
        const struct hs_value *v = hs_value_at(modes, i);
        int mode = v->kind == HS_STRING ? hs_round_find(v->as.string.text) : -1;

        if (mode < 0 || mode == HS_ROUND_STOCHASTIC)
            return hs_fail(err, HS_ESCRIPT,
                           "rounding: the field \"modes\" has \"%s\"; it takes half_even, "
                           "half_away, half_up, toward_zero, floor and ceil",
                           v->kind == HS_STRING ? v->as.string.text : "?");
        st = add_column(t, v->as.string.text, mode, NULL, err);
    }
    return st;
}

static enum hs_status read_spec(struct table *t, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_value *columns = hs_value_get(spec, "columns");
    enum hs_status st;

    *t = (struct table){.scale = hs_value_number(spec, "scale", 1),
                        .title = hs_value_text(spec, "title", NULL)};
    if (!hs_numbers_of(&t->values, hs_value_get(spec, "values")))
        return hs_fail(err, HS_ESCRIPT,
                       "rounding: the field \"values\" must be a list or a tensor");
    if (!(t->scale > 0))
        return hs_fail(err, HS_ESCRIPT, "rounding: the field \"scale\" must be a positive number");
    t->shown = t->values.n < MAX_VALUES ? t->values.n : MAX_VALUES;
    st = read_modes(t, hs_value_get(spec, "modes"), err);
    for (size_t i = 0; i < hs_value_len(columns) && st == HS_OK; i++) {
        const struct hs_value *v = hs_value_at(columns, i);

        st = add_column(t, hs_value_text(v, "name", "codes"), -1, hs_value_get(v, "codes"), err);
    }
    if (st == HS_OK && t->n == 0)
        return hs_fail(err, HS_ESCRIPT, "rounding: the field \"modes\" is empty");
    return st;
}

static double value_at(const struct table *t, size_t i)
{
    return hs_numbers_at(&t->values, i) / t->scale;
}

static double code_at(const struct table *t, size_t c, size_t i)
{
    const struct column *k = &t->of[c];

    if (k->mode >= 0)
        return hs_round(value_at(t, i), (enum hs_round)k->mode) + 0.0; /* no -0 */
    return i < k->codes.n ? hs_numbers_at(&k->codes, i) : (double)NAN;
}

static bool is_tie(double v)
{
    return isfinite(v) && fabs(v) < 0x1p52 && fabs(v - trunc(v)) == 0.5;
}

/* True when column c does not have what the first one has. */
static bool parts(const struct table *t, size_t c, size_t i)
{
    double a = code_at(t, 0, i), b = code_at(t, c, i);

    return !(a == b || (isnan(a) && isnan(b)));
}

/* The integers around all values when there is room to tell ties from them. */
static bool line_range(const struct table *t, int width, double *lo, double *hi)
{
    *lo = (double)INFINITY;
    *hi = -(double)INFINITY;
    for (size_t i = 0; i < t->shown; i++) {
        double v = value_at(t, i);

        if (!isfinite(v) || fabs(v) > 1e6)
            return false;
        *lo = fmin(*lo, floor(v));
        *hi = fmax(*hi, ceil(v));
    }
    *hi += *hi == *lo; /* one integer: its neighbour, too */
    return t->shown != 0 && (*hi - *lo) * 6 < width;
}

static int height(const struct hs_value *spec, int width)
{
    struct table t;
    double lo, hi;

    if (read_spec(&t, spec, NULL) != HS_OK)
        return 1;
    return (t.title != NULL) + 2 + (int)t.shown + 1 +
           (line_range(&t, width, &lo, &hi) ? LINE_ROWS + 1 : 0);
}

/* A name in two lines, cut at its '_': "half_even" is "half" above "even"; a short one stands in
 * the second. Returns the columns it takes. */
static int draw_head(struct hs_grid *g, int right, int y, const char *name)
{
    const char *cut = strchr(name, '_'), *low = cut != NULL ? cut + 1 : name;
    int upper = cut != NULL ? (int)(cut - name) : 0, lower = (int)hs_text_width(low, strlen(low));

    if (g != NULL) {
        hs_grid_text_n(g, right - upper, y, g->width, HS_STYLE_DIM, name, (size_t)upper);
        hs_grid_text(g, right - lower, y + 1, HS_STYLE_DIM, low);
    }
    return upper > lower ? upper : lower;
}

static int column_width(const struct table *t, size_t c)
{
    char text[HS_FMT_SIZE];
    int most = draw_head(NULL, 0, 0, t->of[c].name);

    for (size_t i = 0; i < t->shown; i++) {
        int w = (int)strlen(hs_fmt_double(text, code_at(t, c, i)));

        most = w > most ? w : most;
    }
    return most;
}

static int value_width(const struct table *t)
{
    char text[HS_FMT_SIZE];
    int most = 5;

    for (size_t i = 0; i < t->shown; i++) {
        int w = (int)strlen(hs_fmt_short(text, value_at(t, i), 9));

        most = w > most ? w : most;
    }
    return most;
}

/* One column, its codes ending before `right`, where the marks stand. */
static void draw_column(struct hs_grid *g, const struct table *t, size_t c, int right, int top)
{
    char text[HS_FMT_SIZE];

    draw_head(g, right, top, t->of[c].name);
    for (size_t i = 0; i < t->shown; i++) {
        bool other = parts(t, c, i);
        enum hs_style style = other ? HS_STYLE_PLOT2 : HS_STYLE_TEXT;
        int y = top + 2 + (int)i;

        hs_fmt_double(text, code_at(t, c, i));
        hs_grid_text(g, right - (int)strlen(text), y, style, text);
        if (other)
            hs_grid_text(g, right, y, style, "*");
    }
}

/* Returns how many columns did not fit. */
static size_t draw_table(struct hs_grid *g, const struct table *t, int top)
{
    char text[HS_FMT_SIZE];
    int right = 1 + value_width(t), total = right + 1, gap = 2;

    draw_head(g, right, top, t->scale == 1 ? "x" : "x/s");
    for (size_t i = 0; i < t->shown; i++) {
        double v = value_at(t, i);
        int y = top + 2 + (int)i;

        hs_fmt_short(text, v, 9);
        hs_grid_text(g, right - (int)strlen(text), y, is_tie(v) ? HS_STYLE_STRONG : HS_STYLE_TEXT,
                     text);
        if (is_tie(v))
            hs_grid_text(g, 0, y, HS_STYLE_ACCENT, hs_glyph(g->ascii, "tie"));
    }
    for (size_t c = 0; c < t->n; c++)
        total += column_width(t, c) + gap;
    right++;
    if (total > g->width)
        gap = 1; /* the mark alone is between columns */
    for (size_t c = 0; c < t->n; c++) {
        right += column_width(t, c) + gap - 1;
        if (right >= g->width) /* the mark, too */
            return t->n - c;
        draw_column(g, t, c, right, top);
        right++;
    }
    return 0;
}

/* Values above the integers (ticks) and the ties (dots) between them. */
static void draw_line(struct hs_grid *g, const struct table *t, int top, double lo, double hi)
{
    char text[HS_FMT_SIZE];
    double span = hi - lo;
    int halves = (int)span * 2, most = (g->width - 6) / halves, left = 3,
        wide = halves * (most > 6 ? 6 : most);

    hs_grid_hline(g, left, top + 1, wide + 1, HS_STYLE_AXIS);
    for (double k = 0; k <= span * 2; k++) {
        int x = left + (int)lrint(k / 2 / span * wide);
        bool whole = fmod(k, 2) == 0;

        hs_grid_text(g, x, top + 1, whole ? HS_STYLE_AXIS : HS_STYLE_ACCENT,
                     hs_glyph(g->ascii, whole ? "tick" : "vdash"));
        hs_fmt_double(text, lo + k / 2);
        if (whole)
            hs_grid_text(g, x - (int)strlen(text) / 2, top + 2, HS_STYLE_AXIS, text);
    }
    for (size_t i = 0; i < t->shown; i++) {
        double v = value_at(t, i);

        hs_grid_text(g, left + (int)lrint((v - lo) / span * wide), top,
                     is_tie(v) ? HS_STYLE_ACCENT : HS_STYLE_PLOT1,
                     hs_glyph(g->ascii, is_tie(v) ? "tie" : "marker"));
    }
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct table t;
    double lo, hi;
    size_t left;
    int y;

    if (read_spec(&t, spec, err) != HS_OK)
        return HS_ESCRIPT;
    y = t.title != NULL;
    if (y != 0)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, t.title);
    left = draw_table(g, &t, y);
    y += 2 + (int)t.shown;
    if (left != 0)
        hs_grid_textf(g, 0, y, HS_STYLE_HINT, "%zu more columns in a wider window", left);
    else
        hs_grid_textf(g, 0, y, HS_STYLE_DIM, "%s a tie  * not as %s%s", hs_glyph(g->ascii, "tie"),
                      t.of[0].name, t.shown < t.values.n ? "; the first 40 values" : "");
    if (line_range(&t, g->width, &lo, &hi))
        draw_line(g, &t, y + 2, lo, hi);
    return HS_OK;
}

/* "2.5, a tie: half_even 2, half_away, half_up, ceil 3 …": columns with the same code together. */
static void say_value(struct hs_str *out, const struct table *t, size_t i)
{
    bool said[MAX_COLUMNS] = {false}, first = true;
    char text[HS_FMT_SIZE];

    hs_str_printf(out, "%s%s:", hs_fmt_short(text, value_at(t, i), 9),
                  is_tie(value_at(t, i)) ? ", a tie" : "");
    for (size_t c = 0; c < t->n; c++) {
        double code = code_at(t, c, i);
        size_t same = 0;

        if (said[c])
            continue;
        hs_str_add(out, first ? " " : "; ");
        first = false;
        for (size_t k = c; k < t->n; k++) {
            double other = code_at(t, k, i);

            if (!(other == code || (isnan(other) && isnan(code))))
                continue;
            said[k] = true;
            hs_str_printf(out, "%s%s", same++ != 0 ? ", " : "", t->of[k].name);
        }
        hs_str_printf(out, " %s", hs_fmt_double(text, code));
    }
    hs_str_add(out, ".\n");
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct table t;

    if (read_spec(&t, spec, NULL) != HS_OK)
        return;
    hs_str_printf(out, "%s: %zu values, %zu ways.\n", t.title != NULL ? t.title : "Rounding",
                  t.values.n, t.n);
    for (size_t i = 0; i < t.shown; i++)
        say_value(out, &t, i);
}

const struct hs_view hs_view_rounding = {.id = "rounding",
                                         .help = "rounding modes side by side",
                                         .height = height,
                                         .draw = draw,
                                         .words = words};
