/* image{tensor =, captions =, marks =, dots =, invert =, title =}: pictures in shades, side by
 * side.
 *
 *   tensor     rows x columns; 1 or 3 x rows x columns; or several: N x rows x columns, N x 1 or 3
 * x rows x columns (of three axes the first is colours when it is 1 or 3 and the last two are
 * larger). The first 16 are shown as far as they fit in 64 lines, of at most 256 x 256 each. Bytes
 * are 0 to 255, other values from the least to the greatest of the tensor captions   a text for
 * each, below it marks      a flag for each: true is right, false wrong; a check mark or a cross
 * before the caption invert     dark on light
 *
 * A cell is two rows of the picture; colours are added to grey (0.299 R + 0.587 G + 0.114 B). A
 * picture wider than the window is reduced by averaging. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/view.h"
#include "draw/views/plot.h"
#include "tensor/stats.h"

enum { MAX_IMAGES = 16, MAX_SIDE = 256, MAX_ROWS = 64, GAP = 2, LEVELS = 5 };

struct images {
    const struct hs_tensor *t;
    size_t n, channels, rows, columns;
    const struct hs_value *captions, *marks;
    const char *title;
    bool invert, dots;
    double lo, hi;       /* of the tensor */
    double dark, bright; /* of the picture that is drawn, 0 to 1 */
};

static bool choose_axes(struct images *m)
{
    const struct hs_tensor *t = m->t;
    int d = t->ndim;

    if (d < 2 || d > 4)
        return false;
    m->rows = t->shape[d - 2];
    m->columns = t->shape[d - 1];
    m->channels = d == 4 ? t->shape[1] : 1;
    m->n = d >= 3 ? t->shape[0] : 1;
    if (d == 3 && (m->n == 1 || m->n == 3) && m->rows > 3 && m->columns > 3) {
        m->channels = m->n;
        m->n = 1;
    }
    return (m->channels == 1 || m->channels == 3) && m->rows >= 1 && m->columns >= 1 &&
           m->rows <= MAX_SIDE && m->columns <= MAX_SIDE && m->n >= 1;
}

/* The levels are left open; draw and words ask for them. */
static enum hs_status read_spec(struct images *m, const struct hs_value *spec, struct hs_error *err)
{
    *m = (struct images){.t = hs_value_tensor_of(spec, "tensor"),
                         .captions = hs_value_get(spec, "captions"),
                         .marks = hs_value_get(spec, "marks"),
                         .title = hs_value_text(spec, "title", NULL),
                         .invert = hs_value_flag(spec, "invert", false)};
    if (m->t == NULL || !choose_axes(m))
        return hs_fail(err, HS_ESCRIPT,
                       "image: the field \"tensor\" must be pictures of at most %d x %d in 1 or 3 "
                       "colours",
                       MAX_SIDE, MAX_SIDE);
    m->dots = hs_value_flag(spec, "dots", m->channels == 3);
    return HS_OK;
}

static void find_levels(struct images *m)
{
    struct hs_stats s;

    m->lo = 0;
    m->hi = 255;
    if (m->t->dtype == HS_UINT8)
        return;
    hs_tensor_extremes(&s, m->t);
    m->lo = s.min;
    m->hi = s.max > s.min ? s.max : s.min + 1;
}

/* Grey of a pixel, 0 to 1; not finite is 0. */
static double pixel(const struct images *m, size_t i, size_t r, size_t c)
{
    static const double weight[3] = {0.299, 0.587, 0.114};
    size_t plane = m->rows * m->columns, at = i * m->channels * plane + r * m->columns + c;
    double v = hs_tensor_get(m->t, at);

    if (m->channels == 3)
        v = weight[0] * v + weight[1] * hs_tensor_get(m->t, at + plane) +
            weight[2] * hs_tensor_get(m->t, at + 2 * plane);
    v = (v - m->lo) / (m->hi - m->lo);
    return isfinite(v) ? fmin(fmax(v, 0), 1) : 0;
}

/* Mean grey of rows r0 … r1 - 1 and columns c0 … c1 - 1, cut to the picture. */
static double mean(const struct images *m, size_t i, size_t r0, size_t r1, size_t c0, size_t c1)
{
    double sum = 0;
    size_t n = 0;

    for (size_t r = r0; r < r1 && r < m->rows; r++)
        for (size_t c = c0; c < c1 && c < m->columns; c++, n++)
            sum += pixel(m, i, r, c);
    return n != 0 ? sum / (double)n : 0;
}

struct tiling {
    size_t step, shown;      /* pixels of the picture in half a cell, across and down; pictures */
    int wide, high, per_row; /* cells of a picture; pictures side by side */
    int caption;             /* lines below each: 0 or 1 */
};

static struct tiling tiling_of(const struct images *m, int width)
{
    struct tiling t = {.step = 1, .caption = m->captions != NULL || m->marks != NULL};
    size_t room = width > 1 ? (size_t)width : 1, tall = 2 * MAX_ROWS, rows;

    t.step = (m->columns + room - 1) / room;
    if ((m->rows + tall - 1) / tall > t.step)
        t.step = (m->rows + tall - 1) / tall;
    t.wide = (int)((m->columns + t.step - 1) / t.step);
    t.high = (int)((m->rows + 2 * t.step - 1) / (2 * t.step));
    t.per_row = (width + GAP) / (t.wide + GAP);
    t.per_row = t.per_row < 1 ? 1 : t.per_row;
    rows = (size_t)(MAX_ROWS / (t.high + t.caption));
    t.shown = (rows > 1 ? rows : 1) * (size_t)t.per_row;
    t.shown = t.shown < m->n ? t.shown : m->n;
    t.shown = t.shown < MAX_IMAGES ? t.shown : MAX_IMAGES;
    return t;
}

static int height(const struct hs_value *spec, int width)
{
    struct images m;
    struct tiling t;
    int rows;

    if (read_spec(&m, spec, NULL) != HS_OK)
        return 1;
    t = tiling_of(&m, width);
    rows = ((int)t.shown + t.per_row - 1) / t.per_row;
    return (m.title != NULL) + rows * (t.high + t.caption) + 1;
}

/* One cell from the grey of its upper and lower half. */
static const char *cell_glyph(bool ascii, double upper, double lower)
{
    static const char *const shades[LEVELS] = {" ", "shade1", "shade2", "shade3", "shade4"};
    static const char ramp[][2] = {" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"};
    int a = (int)lrint(upper * (LEVELS - 1)), b = (int)lrint(lower * (LEVELS - 1)), level;

    if (ascii)
        return ramp[(int)lrint((upper + lower) / 2 * 9)];
    if (a - b >= 3)
        return hs_glyph(false, "upper");
    if (b - a >= 3)
        return hs_glyph(false, "block4");
    level = (int)lrint((upper + lower) / 2 * (LEVELS - 1));
    return level == 0 ? shades[0] : hs_glyph(false, shades[level]);
}

/* The mean as it is drawn. */
static double ink(const struct images *m, size_t i, size_t r0, size_t r1, size_t c0, size_t c1)
{
    double v = (mean(m, i, r0, r1, c0, c1) - m->dark) / (m->bright - m->dark);

    return m->invert ? 1 - v : v;
}

static void draw_shades(struct hs_grid *g, const struct images *m, const struct tiling *t, size_t i,
                        int x, int y)
{
    size_t s = t->step;

    for (int row = 0; row < t->high; row++)
        for (int col = 0; col < t->wide; col++) {
            size_t r = (size_t)row * 2 * s, c = (size_t)col * s;
            double upper = ink(m, i, r, r + s, c, c + s),
                   lower = r + s < m->rows ? ink(m, i, r + s, r + 2 * s, c, c + s) : 0;

            hs_grid_text(g, x + col, y + row, HS_STYLE_TEXT, cell_glyph(g->ascii, upper, lower));
        }
}

/* Error diffusion (Floyd and Steinberg): what a dot shows too much or too little goes to its
 * neighbours that are not drawn yet, 7/16 to the right, 3, 5 and 1 below. */
static void draw_dots(struct hs_grid *g, const struct images *m, const struct tiling *t, size_t i,
                      int x, int y)
{
    double errors[2][2 * MAX_SIDE + 2] = {{0}}, *here = errors[0], *below = errors[1], *swap;
    struct hs_canvas c = hs_canvas_new(g, x, y, t->wide, t->high);
    size_t s = t->step, across = s > 1 ? s / 2 : 1;

    for (int row = 0; row < c.dots_high; row++) {
        size_t r = (size_t)row * s / 2;

        for (int col = 0; col < c.dots_wide && r < m->rows; col++) {
            size_t at = (size_t)col * s / 2;
            double v, e;

            if (at >= m->columns)
                break;
            v = ink(m, i, r, r + across, at, at + across) + here[col + 1];
            e = v - (v > 0.5);
            if (v > 0.5)
                hs_canvas_dot(&c, col, row);
            here[col + 2] += e * 7 / 16;
            below[col] += e * 3 / 16;
            below[col + 1] += e * 5 / 16;
            below[col + 2] += e / 16;
        }
        swap = here;
        here = below;
        below = swap;
        for (size_t k = 0; k < HS_COUNTOF(errors[0]); k++)
            below[k] = 0;
    }
}

static void draw_picture(struct hs_grid *g, struct images *m, const struct tiling *t, size_t i,
                         int x, int y)
{
    m->dark = 1;
    m->bright = 0;
    for (size_t r = 0; r < m->rows; r++)
        for (size_t c = 0; c < m->columns; c++) {
            double v = pixel(m, i, r, c);

            m->dark = v < m->dark ? v : m->dark;
            m->bright = v > m->bright ? v : m->bright;
        }
    if (!(m->dark < m->bright)) { /* one grey: as it is */
        m->dark = 0;
        m->bright = 1;
    }
    (m->dots && !g->ascii ? draw_dots : draw_shades)(g, m, t, i, x, y);
}

static const char *caption_of(const struct images *m, size_t i)
{
    const struct hs_value *v = hs_value_at(m->captions, i);

    return v != NULL && v->kind == HS_STRING ? v->as.string.text : "";
}

/* -1 when there is none. */
static int mark_of(const struct images *m, size_t i)
{
    const struct hs_value *v = hs_value_at(m->marks, i);

    return v != NULL && v->kind == HS_BOOLEAN ? v->as.boolean : -1;
}

static void draw_caption(struct hs_grid *g, const struct images *m, size_t i, int x, int y,
                         int width)
{
    const char *text = caption_of(m, i);
    int mark = mark_of(m, i), shift = 0;

    if (mark >= 0)
        shift = 1 + hs_grid_text(g, x, y, mark ? HS_STYLE_OK : HS_STYLE_BAD,
                                 hs_glyph(g->ascii, mark ? "ok" : "bad"));
    hs_grid_text_n(g, x + shift, y, width - shift, HS_STYLE_DIM, text, strlen(text));
}

/* "28 x 28, 4 of 100 pictures, 0 to 255" */
static void say_size(struct hs_str *out, const struct images *m, size_t shown)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];

    hs_str_printf(out, "%zu x %zu", m->rows, m->columns);
    if (m->channels == 3)
        hs_str_add(out, " in colours");
    if (m->n > 1)
        hs_str_printf(out, ", %zu of %zu pictures", shown, m->n);
    hs_str_printf(out, ", from %s to %s", hs_fmt_short(a, m->lo, 4), hs_fmt_short(b, m->hi, 4));
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct images m;
    struct tiling t;
    struct hs_str text = HS_STR_INIT;
    int top, y = 0;

    if (read_spec(&m, spec, err) != HS_OK)
        return HS_ESCRIPT;
    find_levels(&m);
    t = tiling_of(&m, g->width);
    top = m.title != NULL;
    if (top)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, m.title);
    for (size_t i = 0; i < t.shown; i++) {
        int x = (int)(i % (size_t)t.per_row) * (t.wide + GAP);

        y = top + (int)(i / (size_t)t.per_row) * (t.high + t.caption);
        if (y < g->height)
            draw_picture(g, &m, &t, i, x, y);
        if (t.caption)
            draw_caption(g, &m, i, x, y + t.high, t.wide);
    }
    say_size(&text, &m, t.shown);
    hs_grid_text(g, 0, y + t.high + t.caption, HS_STYLE_DIM, text.buf);
    hs_str_dispose(&text);
    return HS_OK;
}

/* Where the brightest and the darkest pixel of a picture are. */
static void say_picture(struct hs_str *out, const struct images *m, size_t i)
{
    size_t most[2] = {0}, least[2] = {0};
    double bright = -1, dark = 2, v;
    int mark = mark_of(m, i);
    const char *caption = caption_of(m, i);

    for (size_t r = 0; r < m->rows; r++)
        for (size_t c = 0; c < m->columns; c++) {
            v = pixel(m, i, r, c);
            if (v > bright) {
                bright = v;
                most[0] = r;
                most[1] = c;
            }
            if (v < dark) {
                dark = v;
                least[0] = r;
                least[1] = c;
            }
        }
    hs_str_printf(out,
                  "Picture %zu%s%s%s: mean %.0f %%, brightest %.0f %% at row %zu, column %zu, ", i,
                  caption[0] != '\0' ? ", " : "", caption,
                  mark > 0    ? ", right"
                  : mark == 0 ? ", wrong"
                              : "",
                  100 * mean(m, i, 0, m->rows, 0, m->columns), 100 * bright, most[0], most[1]);
    hs_str_printf(out, "darkest %.0f %% at row %zu, column %zu.\n", 100 * dark, least[0], least[1]);
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    enum { WORDS_WIDTH = 132 }; /* as many as a wide window shows */
    struct images m;
    struct tiling t;

    if (read_spec(&m, spec, NULL) != HS_OK)
        return;
    find_levels(&m);
    hs_str_printf(out, "%s: ", m.title != NULL ? m.title : "Pictures");
    t = tiling_of(&m, WORDS_WIDTH);
    say_size(out, &m, t.shown);
    hs_str_add(out, ".\n");
    for (size_t i = 0; i < t.shown; i++)
        say_picture(out, &m, i);
}

const struct hs_view hs_view_image = {
    .id = "image", .help = "pictures side by side", .height = height, .draw = draw, .words = words};
