#include "draw/views/plot.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/wrap.h"

bool hs_numbers_of(struct hs_numbers *out, const struct hs_value *v)
{
    struct hs_numbers r = {0};

    if (v != NULL && v->kind == HS_LIST)
        r = (struct hs_numbers){.list = v, .n = hs_value_len(v)};
    else if (v != NULL && v->kind == HS_TENSOR)
        r = (struct hs_numbers){.tensor = v->as.tensor, .n = hs_tensor_count(v->as.tensor)};
    *out = r;
    return r.list != NULL || r.tensor != NULL;
}

double hs_numbers_at(const struct hs_numbers *v, size_t i)
{
    double x;

    if (v->tensor != NULL)
        return hs_tensor_get(v->tensor, i);
    return hs_value_to_number(hs_value_at(v->list, i), &x) ? x : (double)NAN;
}

void hs_numbers_load(double *out, const struct hs_numbers *v, size_t from, size_t n)
{
    if (v->tensor != NULL)
        hs_tensor_load(out, v->tensor, from, n);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = hs_numbers_at(v, from + i);
}

/* The least of 1, 2, 5 times a power of ten that is not below x > 0. */
static double round_up(double x)
{
    double power = pow(10, floor(log10(x))), m = x / power;

    return power * (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10);
}

struct hs_axis hs_axis_new(double lo, double hi, int base, int most, bool widen)
{
    struct hs_axis a = {.lo = hs_axis_scaled(base, lo),
                        .hi = hs_axis_scaled(base, hi),
                        .base = base};

    if (!isfinite(a.lo) || !isfinite(a.hi) || a.lo > a.hi) {
        a.lo = 0;
        a.hi = 1;
    }
    if (a.hi - a.lo <= fabs(a.hi) * 1e-12) { /* one value: some room around it */
        double room = base != 0 || a.lo == 0 ? 1 : fabs(a.lo) / 2;

        a.lo -= room;
        a.hi += room;
    }
    if (!isfinite(a.hi - a.lo)) { /* ends of the doubles */
        a.lo /= 4;
        a.hi /= 4;
    }
    a.step = round_up((a.hi - a.lo) / (most > 1 ? most : 1));
    if (base != 0 && a.step < 1)
        a.step = 1;
    if (widen) {
        a.lo = floor(a.lo / a.step + 1e-9) * a.step;
        a.hi = ceil(a.hi / a.step - 1e-9) * a.step;
    }
    a.per = 1 / (a.hi - a.lo);
    return a;
}

bool hs_axis_tick(const struct hs_axis *a, int i, double *place, char text[HS_FMT_SIZE])
{
    double k = ceil(a->lo / a->step - 1e-9) + i, at = k * a->step;

    *place = (at - a->lo) / (a->hi - a->lo);
    hs_fmt_short(text, a->base != 0 ? pow(a->base, at) : k == 0 ? 0 : at, 4);
    return i < 1000 && *place <= 1 + 1e-9;
}

int hs_axis_label_width(const struct hs_axis *a)
{
    char text[HS_FMT_SIZE];
    double at;
    int most = 0;

    for (int i = 0; hs_axis_tick(a, i, &at, text); i++)
        most = (int)strlen(text) > most ? (int)strlen(text) : most;
    return most;
}

void hs_axis_draw_upright(struct hs_grid *g, const struct hs_axis *a, int x, int top, int rows,
                          bool before)
{
    char text[HS_FMT_SIZE];
    double at;
    int last = -1;

    for (int i = 0; hs_axis_tick(a, i, &at, text); i++) {
        int row = top + (int)lrint((1 - at) * (rows - 1));

        if (row != last)
            hs_grid_text(g, before ? x - (int)strlen(text) : x, row, HS_STYLE_AXIS, text);
        last = row;
    }
}

void hs_axis_draw(struct hs_grid *g, const struct hs_axis *a, int x, int y, int width,
                  const char *label)
{
    char text[HS_FMT_SIZE];
    int free = 0, end;
    double at;

    hs_grid_hline(g, x, y, width, HS_STYLE_AXIS);
    end = x + width - (int)hs_text_width(label, strlen(label));
    hs_grid_text(g, end, y + 1, HS_STYLE_AXIS, label);
    for (int i = 0; hs_axis_tick(a, i, &at, text); i++) {
        int w = (int)strlen(text), column = x + (int)lrint(at * (width - 1)), from = column - w / 2;

        hs_grid_text(g, column, y, HS_STYLE_AXIS, hs_glyph(g->ascii, "tick"));
        from = from < 0 ? 0 : from;
        if (from >= free && from + w < end) {
            hs_grid_text(g, from, y + 1, HS_STYLE_AXIS, text);
            free = from + w + 1;
        }
    }
}

struct hs_canvas hs_canvas_new(struct hs_grid *g, int x, int y, int width, int height)
{
    return (struct hs_canvas){.grid = g,
                              .x = x,
                              .y = y,
                              .width = width,
                              .height = height,
                              .dots_wide = g->ascii ? width : width * 2,
                              .dots_high = g->ascii ? height : height * 4,
                              .glyph = "."};
}

/* The dots that a cell shows already: 0 when it is not braille. */
static uint32_t dots_of(const struct hs_grid *g, int x, int y)
{
    const char *text = g->cells[y * g->width + x].text;
    uint32_t c = 0;

    if (text[0] != '\0')
        hs_utf8_decode(text, strlen(text), &c, NULL);
    return c >= 0x2800 && c <= 0x28ff ? c - 0x2800 : 0;
}

void hs_canvas_dot(struct hs_canvas *c, int x, int y)
{
    static const unsigned char bits[4][2] = {{0x01, 0x08},
                                             {0x02, 0x10},
                                             {0x04, 0x20},
                                             {0x40, 0x80}};
    char text[5] = "";
    int cx, cy;

    if (x < 0 || y < 0 || x >= c->dots_wide || y >= c->dots_high)
        return;
    cx = c->x + (c->grid->ascii ? x : x / 2);
    cy = c->y + (c->grid->ascii ? y : y / 4);
    if (cx < 0 || cy < 0 || cx >= c->grid->width || cy >= c->grid->height)
        return;
    if (c->grid->ascii) {
        hs_grid_text(c->grid, cx, cy, c->style, c->glyph);
        return;
    }
    hs_utf8_encode(0x2800 | dots_of(c->grid, cx, cy) | bits[y % 4][x % 2], text);
    hs_grid_text(c->grid, cx, cy, c->style, text);
}

void hs_canvas_line(struct hs_canvas *c, int x0, int y0, int x1, int y1)
{
    int dx = abs(x1 - x0), dy = abs(y1 - y0), n = dx > dy ? dx : dy;

    for (int i = 0; i <= n; i++)
        hs_canvas_dot(c, x0 + (n != 0 ? (int)lrint((double)(x1 - x0) * i / n) : 0),
                      y0 + (n != 0 ? (int)lrint((double)(y1 - y0) * i / n) : 0));
}

void hs_flow_add(struct hs_flow *f, enum hs_style style, const char *text)
{
    enum { GAP = 3 };
    int width = (int)hs_text_width(text, strlen(text));

    if (f->x > 0 && f->x + GAP + width > f->width)
        hs_flow_break(f);
    f->x += f->x > 0 ? GAP : 0;
    if (f->g != NULL)
        hs_grid_text(f->g, f->x, f->y, style, text);
    f->x += width > 0 ? width : 1;
}

void hs_flow_addf(struct hs_flow *f, enum hs_style style, const char *fmt, ...)
{
    struct hs_str text = HS_STR_INIT;
    va_list args;

    va_start(args, fmt);
    hs_str_vprintf(&text, fmt, args);
    va_end(args);
    hs_flow_add(f, style, text.buf);
    hs_str_dispose(&text);
}

struct wrapped {
    struct hs_grid *g;
    int y;
};

static void put_wrapped(void *payload, int line, int x, const char *text, size_t len,
                        enum hs_style style)
{
    struct wrapped *w = payload;

    if (w->g != NULL)
        hs_grid_text_n(w->g, x, w->y + line, w->g->width, style, text, len);
}

void hs_flow_wrap(struct hs_flow *f, enum hs_style style, const char *text)
{
    struct hs_piece piece = {.text = text, .style = style};
    struct wrapped w = {.g = f->g};

    hs_flow_break(f);
    w.y = f->y;
    f->y += hs_wrap(&piece, 1, f->width, 0, put_wrapped, &w);
}

void hs_flow_break(struct hs_flow *f)
{
    if (f->x > 0)
        f->y++;
    f->x = 0;
}

void hs_bars_draw(struct hs_grid *g, int top, int rows, const int *eighths, int n)
{
    static const char *const names[] = {"block1", "block2", "block3", "block4",
                                        "block5", "block6", "block7", "block8"};

    for (int i = 0; i < n; i++)
        for (int row = 0, left = eighths[i]; row < rows && left > 0; row++, left -= 8)
            hs_grid_text(g, i, top + rows - 1 - row, HS_STYLE_PLOT1,
                         hs_glyph(g->ascii, names[(left > 8 ? 8 : left) - 1]));
}

const char *hs_series_glyph(bool ascii, size_t i)
{
    static const char *const names[HS_SERIES_MAX] = {"series1", "series2", "series3", "series4"};

    return hs_glyph(ascii, names[i % HS_SERIES_MAX]);
}

enum hs_style hs_series_style(size_t i)
{
    static const enum hs_style styles[HS_SERIES_MAX] = {HS_STYLE_PLOT1, HS_STYLE_PLOT2,
                                                        HS_STYLE_PLOT3, HS_STYLE_PLOT4};

    return styles[i % HS_SERIES_MAX];
}
