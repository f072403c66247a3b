/* scale_flow{layers = {{name =, s_in =, s_w =, s_out =, M =, shift =, lit = {…}}, …}, follow =
 * {layer =, scale =}, title =}: a network as boxes from left to right (in rows, as many as it
 * takes), its scales on the edges and in the boxes, and the path that one scale takes marked.
 *
 *   layers   1 to 64. A box has name, s_w, M and shift, as far as they are given; the edge behind
 * it s_out (else the next layer's s_in), the first edge s_in. Values are numbers, or text
 *            ("64 of them")
 *   follow   the chosen scale: of layers[layer] (1 is the first) "s_in", "s_w" or "s_out". Marked
 *            is where it goes in the modern convention, M = s_in s_w / s_out: its own place, M of
 * its layer, and of s_out (the next layer's s_in) also M of the next lit      of a layer: the names
 * of what is marked there, instead of follow (the lab's cumulative scales, say) */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/view.h"
#include "draw/views/plot.h"

enum { MAX_LAYERS = 64, EDGE = 10, BOX = 16, INNER = BOX - 2, UNIT = EDGE + BOX };

enum part { S_IN, S_W, S_OUT, M, SHIFT, PARTS };
static const char *const part_names[PARTS] = {"s_in", "s_w", "s_out", "M", "shift"};

struct flow {
    const struct hs_value *layers;
    size_t n, layer; /* layer, 0-based: the one that is followed */
    int scale;       /* which of its parts; -1: none */
    bool own;        /* layers say themselves what is lit */
    int rows;        /* lines inside a box */
    bool has[PARTS]; /* some layer has it */
    const char *title;
};

static const struct hs_value *part_of(const struct flow *f, size_t k, enum part p)
{
    const struct hs_value *v = hs_value_get(hs_value_at(f->layers, k), part_names[p]);

    if (v == NULL && p == S_OUT && k + 1 < f->n)
        return hs_value_get(hs_value_at(f->layers, k + 1), "s_in");
    if (v == NULL && p == S_IN && k > 0)
        return hs_value_get(hs_value_at(f->layers, k - 1), "s_out");
    return v;
}

/* "" when it is not there. */
static const char *text_of(char out[HS_FMT_SIZE], const struct hs_value *v)
{
    double number;

    if (v != NULL && v->kind == HS_STRING)
        return v->as.string.text;
    return hs_value_to_number(v, &number) ? hs_fmt_short(out, number, 4) : "";
}

static int part_named(const char *name)
{
    for (int p = 0; p < PARTS; p++)
        if (strcmp(part_names[p], name) == 0)
            return p;
    return -1;
}

static enum hs_status read_follow(struct flow *f, const struct hs_value *follow,
                                  struct hs_error *err)
{
    int64_t layer = hs_value_integer(follow, "layer", 0);
    const char *scale = hs_value_text(follow, "scale", "");

    if (follow == NULL)
        return HS_OK;
    f->scale = part_named(scale);
    if (layer < 1 || (uint64_t)layer > f->n || f->scale < 0 || f->scale > S_OUT)
        return hs_fail(err, HS_ESCRIPT,
                       "scale_flow: the field \"follow\" must be {layer = 1 to %zu, scale = "
                       "\"s_in\", \"s_w\" or \"s_out\"}",
                       f->n);
    f->layer = (size_t)layer - 1;
    if (f->scale == S_IN && f->layer > 0) { /* it is the s_out of the layer before */
        f->scale = S_OUT;
        f->layer--;
    }
    return HS_OK;
}

static enum hs_status read_spec(struct flow *f, const struct hs_value *spec, struct hs_error *err)
{
    *f = (struct flow){.layers = hs_value_get(spec, "layers"),
                       .scale = -1,
                       .title = hs_value_text(spec, "title", NULL)};
    f->n = hs_value_len(f->layers);
    if (f->layers == NULL || f->layers->kind != HS_LIST || f->n == 0 || f->n > MAX_LAYERS)
        return hs_fail(err, HS_ESCRIPT,
                       "scale_flow: the field \"layers\" must be a list of 1 to %d {name, s_w, "
                       "s_out}",
                       MAX_LAYERS);
    for (size_t k = 0; k < f->n; k++) {
        f->own = f->own || hs_value_get(hs_value_at(f->layers, k), "lit") != NULL;
        for (int p = 0; p < PARTS; p++)
            f->has[p] = f->has[p] || part_of(f, k, (enum part)p) != NULL;
    }
    f->rows = 1 + f->has[S_W] + f->has[M] + f->has[SHIFT];
    return read_follow(f, hs_value_get(spec, "follow"), err);
}

/* The layer that takes in what layer k puts out: ReLU, pooling and the like pass a scale on. */
static size_t taker(const struct flow *f, size_t k)
{
    size_t next = k + 1;

    while (next < f->n && hs_value_get(hs_value_at(f->layers, next), "s_w") == NULL &&
           hs_value_get(hs_value_at(f->layers, next), "M") == NULL)
        next++;
    return next;
}

/* Whether the path of the chosen scale goes through this part. */
static bool is_lit(const struct flow *f, size_t k, enum part p)
{
    const struct hs_value *lit = hs_value_get(hs_value_at(f->layers, k), "lit");

    for (size_t i = 0; f->own && i < hs_value_len(lit); i++) {
        const struct hs_value *v = hs_value_at(lit, i);

        if (v->kind == HS_STRING && strcmp(v->as.string.text, part_names[p]) == 0)
            return true;
    }
    if (f->own || f->scale < 0)
        return false;
    if (p == M || p == SHIFT)
        return k == f->layer || (f->scale == S_OUT && k == taker(f, f->layer));
    if (p == S_IN && k > 0)
        return f->scale == S_OUT && k > f->layer && k <= taker(f, f->layer);
    return k == f->layer && (int)p == f->scale;
}

static int per_row(int width)
{
    return width / UNIT > 1 ? width / UNIT : 1;
}

/* Lines of the diagram: a box and a blank line for each row; the last edge may need one, too. */
static int diagram_rows(const struct flow *f, int width)
{
    int each = per_row(width), rows = ((int)f->n + each - 1) / each,
        last = (int)f->n - (rows - 1) * each;
    bool below = last * UNIT + EDGE > width && f->has[S_OUT];

    return rows * (f->rows + 3) - 1 + (below ? 4 : 0);
}

/* Three lines: the name of the scale, the scale, the arrow; a lit one has a diamond. */
static void draw_edge(struct hs_grid *g, const struct flow *f, int x, int y, size_t k, enum part p)
{
    bool lit = is_lit(f, k, p) || (p == S_OUT && k + 1 < f->n && is_lit(f, k + 1, S_IN));
    enum hs_style style = lit ? HS_STYLE_ACCENT : HS_STYLE_AXIS;
    const char *text;
    char number[HS_FMT_SIZE];

    text = text_of(number, part_of(f, k, p));
    if (text[0] != '\0') {
        hs_grid_text(g, x + 1, y, lit ? HS_STYLE_ACCENT : HS_STYLE_DIM, part_names[p]);
        hs_grid_text_n(g, x + 1, y + 1, EDGE - 1, lit ? HS_STYLE_ACCENT : HS_STYLE_TEXT, text,
                       strlen(text));
    }
    hs_grid_fill(g, x, y + 2, EDGE - 1, 1, style, hs_glyph(g->ascii, lit ? "bold" : "hline"));
    hs_grid_text(g, x + EDGE - 1, y + 2, style, hs_glyph(g->ascii, "right"));
    if (lit)
        hs_grid_text(g, x, y + (text[0] != '\0'), HS_STYLE_ACCENT, hs_glyph(g->ascii, "series3"));
}

static void draw_frame(struct hs_grid *g, int x, int y, int inside)
{
    hs_grid_hline(g, x, y, BOX, HS_STYLE_RULE);
    hs_grid_hline(g, x, y + inside + 1, BOX, HS_STYLE_RULE);
    for (int row = 1; row <= inside; row++) {
        hs_grid_text(g, x, y + row, HS_STYLE_RULE, hs_glyph(g->ascii, "vline"));
        hs_grid_text(g, x + BOX - 1, y + row, HS_STYLE_RULE, hs_glyph(g->ascii, "vline"));
    }
    hs_grid_text(g, x, y, HS_STYLE_RULE, hs_glyph(g->ascii, "corner1"));
    hs_grid_text(g, x + BOX - 1, y, HS_STYLE_RULE, hs_glyph(g->ascii, "corner2"));
    hs_grid_text(g, x, y + inside + 1, HS_STYLE_RULE, hs_glyph(g->ascii, "corner3"));
    hs_grid_text(g, x + BOX - 1, y + inside + 1, HS_STYLE_RULE, hs_glyph(g->ascii, "corner4"));
}

static void draw_box(struct hs_grid *g, const struct flow *f, int x, int y, size_t k)
{
    static const enum part inside[] = {S_W, M, SHIFT};
    const char *name = hs_value_text(hs_value_at(f->layers, k), "name", "");
    int row = y + 2;

    draw_frame(g, x, y, f->rows);
    hs_grid_text_n(g, x + 2, y + 1, INNER - 1, HS_STYLE_STRONG, name, strlen(name));
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        char number[HS_FMT_SIZE], line[64];
        const char *text = text_of(number, part_of(f, k, inside[i]));
        bool lit = text[0] != '\0' && is_lit(f, k, inside[i]);

        if (!f->has[inside[i]])
            continue;
        if (text[0] != '\0') {
            snprintf(line, sizeof line, "%s %s", part_names[inside[i]], text);
            hs_grid_text_n(g, x + 2, row, INNER - 1, lit ? HS_STYLE_ACCENT : HS_STYLE_TEXT, line,
                           strlen(line));
        }
        if (lit)
            hs_grid_text(g, x + 1, row, HS_STYLE_ACCENT, hs_glyph(g->ascii, "series3"));
        row++;
    }
}

/* "s_w of conv1 goes into M of conv1" */
static void say_path(struct hs_str *out, const struct flow *f)
{
    const char *name = hs_value_text(hs_value_at(f->layers, f->layer), "name", "this layer"),
               *next = hs_value_text(hs_value_at(f->layers, taker(f, f->layer)), "name", NULL);

    if (f->own) {
        hs_str_add(out, "marked: what the chosen scale depends on");
        return;
    }
    hs_str_printf(out, "%s of %s goes into M of %s", part_names[f->scale], name, name);
    if (f->scale == S_OUT && next != NULL)
        hs_str_printf(out, " and, as its s_in, of %s", next);
}

/* Draws it below the diagram, or only counts its lines (g NULL). */
static int lay_path(struct hs_grid *g, const struct flow *f, int width, int y, bool ascii)
{
    struct hs_flow flow = {.g = g, .width = width, .y = y};
    struct hs_str path = HS_STR_INIT;

    if (f->own || f->scale >= 0) {
        hs_str_printf(&path, "%s ", hs_glyph(ascii, "series3"));
        say_path(&path, f);
        hs_flow_wrap(&flow, HS_STYLE_ACCENT, path.buf);
    }
    hs_str_dispose(&path);
    return flow.y - y;
}

static int height(const struct hs_value *spec, int width)
{
    struct flow f;

    if (read_spec(&f, spec, NULL) != HS_OK)
        return 1;
    return (f.title != NULL) + diagram_rows(&f, width) + lay_path(NULL, &f, width, 0, false);
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct flow f;
    int each = per_row(g->width), top, x = 0, y = 0;

    if (read_spec(&f, spec, err) != HS_OK)
        return HS_ESCRIPT;
    top = f.title != NULL;
    if (top)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, f.title);
    for (size_t k = 0; k < f.n; k++) {
        x = (int)(k % (size_t)each) * UNIT;
        y = top + (int)(k / (size_t)each) * (f.rows + 3);
        draw_edge(g, &f, x, y, k == 0 ? 0 : k - 1, k == 0 ? S_IN : S_OUT);
        draw_box(g, &f, x + EDGE, y, k);
    }
    x += UNIT;
    if (f.has[S_OUT] && x + EDGE > g->width) {
        x = 0;
        y += f.rows + 3;
    }
    if (f.has[S_OUT])
        draw_edge(g, &f, x, y, f.n - 1, S_OUT);
    lay_path(g, &f, g->width, top + diagram_rows(&f, g->width), g->ascii);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct flow f;
    char number[HS_FMT_SIZE];

    if (read_spec(&f, spec, NULL) != HS_OK)
        return;
    hs_str_printf(out, "%s: %zu layers.\n", f.title != NULL ? f.title : "Scales", f.n);
    for (size_t k = 0; k < f.n; k++) {
        const char *between = ": ";

        hs_str_add(out, hs_value_text(hs_value_at(f.layers, k), "name", "layer"));
        for (int p = 0; p < PARTS; p++) {
            const char *text = text_of(number, part_of(&f, k, (enum part)p));

            if (text[0] == '\0')
                continue;
            hs_str_printf(out, "%s%s %s%s", between, part_names[p], text,
                          is_lit(&f, k, (enum part)p) ? " (marked)" : "");
            between = ", ";
        }
        hs_str_add(out, ".\n");
    }
    if (f.scale >= 0 && !f.own) {
        say_path(out, &f);
        hs_str_add(out, ".\n");
    }
}

const struct hs_view hs_view_scale_flow = {.id = "scale_flow",
                                           .help = "a network with its scales",
                                           .height = height,
                                           .draw = draw,
                                           .words = words};
