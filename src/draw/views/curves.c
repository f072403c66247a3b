/* curves{series = {{name =, y =, x =, right =}, …}, x =, x_label =, title =, x_log2 =, log =, lo =,
 * hi =, right_lo =, right_hi =, mark =, rows =}: up to four series against a common axis.
 *
 *   series    y: numbers (a list or a tensor; NaN leaves a gap); name: of the legend; x: its own
 *             places (else the x of the view, else 1, 2, 3 …); right = true: it is measured on the
 *             right axis, as accuracy beside a loss
 *   x         places that all series share;  x_label: what they are ("epoch", "bits")
 *   x_log2    the x axis is in powers of two; log: the left axis in powers of ten
 *   lo, hi    ends of the left axis (right_lo, right_hi: of the right one); else those of the data
 *   mark      an x whose y values are said (those of the nearest point); a line stands there
 *   rows      lines of the plot, 3 to 40; default 8
 *
 * More than 4,096 points of a series: each column shows their least and greatest, and it is said.
 */
#include "draw/view.h"
#include "draw/views/plot.h"

enum { ROWS = 8, DENSE = 4096, MAX_DOTS = 1024 };

struct curve {
    const char *name;
    struct hs_reader x, y; /* x.of.n 0: 1, 2, 3 … */
    bool right;
};

struct span {
    double lo, hi; /* lo > hi: nothing */
};

struct curves {
    struct curve of[HS_SERIES_MAX];
    size_t n;
    const char *title, *x_label;
    bool x_log2, log, has_right, has_mark, whole; /* whole: every x is an integer */
    double mark;
    int rows;
    struct span x, left, right;
};

static double x_at(struct curve *c, size_t i)
{
    return c->x.of.n != 0 ? (i < c->x.of.n ? hs_reader_at(&c->x, i) : (double)NAN) : (double)i + 1;
}

/* False where a point cannot stand on the axes. */
static bool point(struct curves *s, struct curve *c, size_t i, double *x, double *y)
{
    *x = x_at(c, i);
    *y = hs_reader_at(&c->y, i);
    return isfinite(*x) && isfinite(*y) && (!s->x_log2 || *x > 0) &&
           (!s->log || c->right || *y > 0);
}

static void widen(struct span *s, double v)
{
    s->lo = v < s->lo ? v : s->lo;
    s->hi = v > s->hi ? v : s->hi;
}

static void measure(struct curves *s, const struct hs_value *spec)
{
    const struct span nothing = {(double)INFINITY, -(double)INFINITY};
    double x, y;

    s->x = s->left = s->right = nothing;
    s->whole = !s->x_log2;
    for (size_t k = 0; k < s->n; k++)
        for (size_t i = 0; i < s->of[k].y.of.n; i++)
            if (point(s, &s->of[k], i, &x, &y)) {
                widen(&s->x, x);
                s->whole = s->whole && x == floor(x);
                widen(s->of[k].right ? &s->right : &s->left, y);
            }
    s->left.lo = hs_value_number(spec, "lo", s->left.lo);
    s->left.hi = hs_value_number(spec, "hi", s->left.hi);
    s->right.lo = hs_value_number(spec, "right_lo", s->right.lo);
    s->right.hi = hs_value_number(spec, "right_hi", s->right.hi);
}

/* Everything but the spans; cheap enough for height(). */
static enum hs_status read_spec(struct curves *s, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_value *series = hs_value_get(spec, "series");
    int64_t rows = hs_value_integer(spec, "rows", ROWS);

    *s = (struct curves){.title = hs_value_text(spec, "title", NULL),
                         .x_label = hs_value_text(spec, "x_label", "x"),
                         .x_log2 = hs_value_flag(spec, "x_log2", false),
                         .log = hs_value_flag(spec, "log", false),
                         .mark = hs_value_number(spec, "mark", (double)NAN),
                         .rows = rows < 3    ? 3
                                 : rows > 40 ? 40
                                             : (int)rows};
    s->has_mark = isfinite(s->mark);
    if (series == NULL || series->kind != HS_LIST || hs_value_len(series) == 0 ||
        hs_value_len(series) > HS_SERIES_MAX)
        return hs_fail(err, HS_ESCRIPT,
                       "curves: the field \"series\" must be a list of 1 to %d {name, y}",
                       HS_SERIES_MAX);
    for (s->n = 0; s->n < hs_value_len(series); s->n++) {
        const struct hs_value *v = hs_value_at(series, s->n);
        struct curve *c = &s->of[s->n];

        c->name = hs_value_text(v, "name", "y");
        c->right = hs_value_flag(v, "right", false);
        s->has_right = s->has_right || c->right;
        if (!hs_numbers_of(&c->x.of, hs_value_get(v, "x")))
            hs_numbers_of(&c->x.of, hs_value_get(spec, "x"));
        if (!hs_numbers_of(&c->y.of, hs_value_get(v, "y")))
            return hs_fail(err, HS_ESCRIPT,
                           "curves: the field \"y\" of series %zu must be a list or a tensor",
                           s->n + 1);
    }
    return HS_OK;
}

/* The last point that can be shown; false when there is none. */
static bool last_point(struct curves *s, struct curve *c, double *x, double *y)
{
    for (size_t k = c->y.of.n; k-- > 0;)
        if (point(s, c, k, x, y))
            return true;
    return false;
}

/* The point nearest to the mark; false when there is none. Without places of its own the point of
 * the mark is known, and only its neighbours are asked when it is a gap. */
static bool marked_point(struct curves *s, struct curve *c, double *x, double *y)
{
    size_t n = c->y.of.n, at = 0;
    bool found = false;
    double px, py;

    if (c->x.of.n == 0 && n != 0) {
        at = s->mark < 1 ? 0 : s->mark >= (double)n ? n - 1 : (size_t)(s->mark - 0.5);
        for (size_t d = 0; d < n; d++)
            if ((d <= at && point(s, c, at - d, x, y)) || (at + d < n && point(s, c, at + d, x, y)))
                return true;
        return false;
    }
    for (size_t k = 0; k < n; k++)
        if (point(s, c, k, &px, &py) && (!found || fabs(px - s->mark) < fabs(*x - s->mark))) {
            found = true;
            *x = px;
            *y = py;
        }
    return found;
}

/* Draws the legend, or only counts its lines (g NULL). */
static int legend(struct hs_grid *g, struct curves *s, int width, int y, bool ascii)
{
    struct hs_flow f = {.g = g, .width = width, .y = y};
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];
    size_t most = 0;
    double px, py, said = (double)NAN;

    for (size_t k = 0; k < s->n; k++) {
        struct curve *c = &s->of[k];

        most = c->y.of.n > most ? c->y.of.n : most;
        hs_flow_addf(&f, hs_series_style(k), "%s %s %s%s", hs_series_glyph(ascii, k), c->name,
                     last_point(s, c, &px, &py) ? hs_fmt_short(a, py, 4) : "none yet",
                     c->right ? " (right)" : "");
    }
    hs_flow_break(&f);
    for (size_t k = 0; k < s->n && s->has_mark; k++) {
        if (!marked_point(s, &s->of[k], &px, &py))
            continue;
        if (px != said)
            hs_flow_addf(&f, HS_STYLE_ACCENT, "%s %s %s: %s %s", hs_glyph(ascii, "vdash"),
                         s->x_label, hs_fmt_short(a, px, 5), s->of[k].name, hs_fmt_short(b, py, 5));
        else
            hs_flow_addf(&f, HS_STYLE_ACCENT, "%s %s", s->of[k].name, hs_fmt_short(b, py, 5));
        said = px;
    }
    hs_flow_break(&f);
    if (most > DENSE)
        hs_flow_addf(&f, HS_STYLE_DIM, "%s points: least to greatest in a column",
                     hs_fmt_grouped(a, (int64_t)most));
    hs_flow_break(&f);
    return f.y - y;
}

static int height(const struct hs_value *spec, int width)
{
    struct curves s;

    if (read_spec(&s, spec, NULL) != HS_OK)
        return 1;
    return (s.title != NULL) + s.rows + 2 + legend(NULL, &s, width, 0, false);
}

struct axes {
    struct hs_axis x, left, right;
};

static bool place(struct curves *s, const struct axes *a, const struct hs_canvas *c,
                  struct curve *k, size_t i, int *dx, int *dy)
{
    const struct hs_axis *axis = k->right ? &a->right : &a->left;
    double x, y, px, py;

    if (!point(s, k, i, &x, &y))
        return false;
    px = hs_axis_place(&a->x, x);
    py = hs_axis_place(axis, y);
    if (isnan(px) || isnan(py))
        return false;
    px = px < -1 ? -1 : px > 2 ? 2 : px;
    py = py < -1 ? -1 : py > 2 ? 2 : py;
    *dx = (int)lrint(px * (c->dots_wide - 1));
    *dy = (int)lrint((1 - py) * (c->dots_high - 1));
    return true;
}

/* A line through few points. */
static void draw_line(struct curves *s, const struct axes *a, struct hs_canvas *c, struct curve *k)
{
    bool joined = false;
    int x0 = 0, y0 = 0, x, y;

    for (size_t i = 0; i < k->y.of.n; i++) {
        if (place(s, a, c, k, i, &x, &y)) {
            hs_canvas_line(c, joined ? x0 : x, joined ? y0 : y, x, y);
            x0 = x;
            y0 = y;
            joined = true;
        } else {
            joined = false;
        }
    }
}

/* Very many points: from the least to the greatest in each column of dots. */
static void draw_dense(struct curves *s, const struct axes *a, struct hs_canvas *c, struct curve *k)
{
    int low[MAX_DOTS], high[MAX_DOTS], n = c->dots_wide < MAX_DOTS ? c->dots_wide : MAX_DOTS, x, y;

    for (int i = 0; i < n; i++) {
        low[i] = -1;
        high[i] = c->dots_high;
    }
    for (size_t i = 0; i < k->y.of.n; i++)
        if (place(s, a, c, k, i, &x, &y) && x >= 0 && x < n) {
            low[x] = y > low[x] ? y : low[x];
            high[x] = y < high[x] ? y : high[x];
        }
    for (int i = 0; i < n; i++)
        if (low[i] >= high[i])
            hs_canvas_line(c, i, high[i], i, low[i]);
}

/* The series' glyph at a point; false when it cannot be placed. */
static bool draw_point(struct curves *s, const struct axes *a, const struct hs_canvas *c,
                       size_t index, size_t i)
{
    int x, y, sx = c->dots_wide / c->width, sy = c->dots_high / c->height;

    if (!place(s, a, c, &s->of[index], i, &x, &y))
        return false;
    if (x >= 0 && y >= 0 && x < c->dots_wide && y < c->dots_high)
        hs_grid_text(c->grid, c->x + x / sx, c->y + y / sy, hs_series_style(index),
                     hs_series_glyph(c->grid->ascii, index));
    return true;
}

/* Each point when there is room, else the last one and, so that colour is not all that tells
 * several series apart, one on the way. */
static void draw_points(struct curves *s, const struct axes *a, const struct hs_canvas *c,
                        size_t index)
{
    size_t n = s->of[index].y.of.n;
    bool all = n <= (size_t)c->width / 3;

    for (size_t i = n; i-- > 0;)
        if (draw_point(s, a, c, index, i) && !all)
            break;
    if (!all && s->n > 1)
        draw_point(s, a, c, index, n * (index + 1) / (s->n + 2));
}

static void draw_mark(struct hs_grid *g, struct curves *s, const struct axes *a,
                      const struct hs_canvas *c)
{
    double at = hs_axis_place(&a->x, s->mark);
    int x = c->x + (int)lrint(at * (c->width - 1));

    if (!s->has_mark || !(at >= 0 && at <= 1))
        return;
    for (int row = 0; row < c->height && c->y + row < g->height; row++)
        hs_grid_text(g, x, c->y + row, HS_STYLE_ACCENT, hs_glyph(g->ascii, "vdash"));
    hs_grid_text(g, x, c->y + c->height, HS_STYLE_ACCENT, hs_glyph(g->ascii, "up"));
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct curves s;
    struct axes a;
    struct hs_canvas c;
    int top, left, right;

    if (read_spec(&s, spec, err) != HS_OK)
        return HS_ESCRIPT;
    measure(&s, spec);
    a.x = hs_axis_new(s.x.lo, s.x.hi, s.x_log2 ? 2 : 0, g->width / 8, false);
    a.x.step = s.whole && a.x.step < 1 ? 1 : a.x.step;
    a.left = hs_axis_new(s.left.lo, s.left.hi, s.log ? 10 : 0, s.rows / 2,
                         hs_value_get(spec, "lo") == NULL);
    a.right =
        hs_axis_new(s.right.lo, s.right.hi, 0, s.rows / 2, hs_value_get(spec, "right_lo") == NULL);
    top = s.title != NULL;
    left = hs_axis_label_width(&a.left) + 1;
    right = s.has_right ? hs_axis_label_width(&a.right) + 1 : 0;
    if (g->width < left + right + 4)
        return HS_OK; /* no room for a plot: the words say it */
    if (top)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, s.title);
    c = hs_canvas_new(g, left, top, g->width - left - right, s.rows);
    hs_axis_draw_upright(g, &a.left, left - 1, top, s.rows, true);
    if (s.has_right)
        hs_axis_draw_upright(g, &a.right, g->width - right + 1, top, s.rows, false);
    hs_axis_draw(g, &a.x, c.x, top + s.rows, c.width, s.x_label);
    draw_mark(g, &s, &a, &c);
    for (size_t k = 0; k < s.n; k++) {
        c.style = hs_series_style(k);
        c.glyph = hs_series_glyph(true, k);
        (s.of[k].y.of.n > DENSE ? draw_dense : draw_line)(&s, &a, &c, &s.of[k]);
    }
    for (size_t k = 0; k < s.n; k++)
        draw_points(&s, &a, &c, k);
    legend(g, &s, g->width, top + s.rows + 2, g->ascii);
    return HS_OK;
}

/* "loss: 10 points, 2.303 at 1 to 0.04 at 10; least 0.04 at 10, greatest 2.303 at 1." */
static void say_series(struct hs_str *out, struct curves *s, struct curve *c)
{
    char text[8][HS_FMT_SIZE];
    double x, y, first[2] = {0}, last[2] = {0}, least[2] = {0, (double)INFINITY},
                 most[2] = {0, -(double)INFINITY};
    size_t n = 0;

    for (size_t i = 0; i < c->y.of.n; i++) {
        if (!point(s, c, i, &x, &y))
            continue;
        last[0] = x;
        last[1] = y;
        if (n++ == 0)
            first[0] = x, first[1] = y;
        if (y < least[1])
            least[0] = x, least[1] = y;
        if (y > most[1])
            most[0] = x, most[1] = y;
    }
    hs_str_printf(out, "%s: ", c->name);
    if (n == 0) {
        hs_str_add(out, "no points.\n");
        return;
    }
    hs_str_printf(out, "%zu points, %s at %s to %s at %s; least %s at %s, greatest %s at %s", n,
                  hs_fmt_short(text[0], first[1], 5), hs_fmt_short(text[1], first[0], 5),
                  hs_fmt_short(text[2], last[1], 5), hs_fmt_short(text[3], last[0], 5),
                  hs_fmt_short(text[4], least[1], 5), hs_fmt_short(text[5], least[0], 5),
                  hs_fmt_short(text[6], most[1], 5), hs_fmt_short(text[7], most[0], 5));
    if (n < c->y.of.n)
        hs_str_printf(out, "; %zu that cannot be shown", c->y.of.n - n);
    if (s->has_mark && marked_point(s, c, &x, &y))
        hs_str_printf(out, "; at %s %s: %s", s->x_label, hs_fmt_short(text[0], x, 5),
                      hs_fmt_short(text[1], y, 6));
    hs_str_add(out, ".\n");
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct curves s;

    if (read_spec(&s, spec, NULL) != HS_OK)
        return;
    hs_str_printf(out, "%s against %s.\n", s.title != NULL ? s.title : "Curves", s.x_label);
    for (size_t k = 0; k < s.n; k++)
        say_series(out, &s, &s.of[k]);
}

const struct hs_view hs_view_curves = {.id = "curves",
                                       .help = "series against a common axis",
                                       .height = height,
                                       .draw = draw,
                                       .words = words};
