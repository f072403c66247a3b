/* A grid as an SVG document. Lines, brackets and bars are drawn as shapes, so that they join across
 * cells whatever font the reader has; text is set phrase by phrase, so that columns stay in line.
 * Declared in draw/grid.h. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/theme.h"

enum { WIDTH = 9, HEIGHT = 20, MARGIN = 8, BASELINE = 15 };

static const char *const palette[] = {"#24292e", "#c0392b", "#1e8449", "#b7950b",
                                      "#2471a3", "#8e44ad", "#148f77", "#aab7b8",
                                      "#707b7c", "#e74c3c", "#27ae60", "#f1c40f",
                                      "#3498db", "#af7ac5", "#1abc9c", "#fdfefe"};

/* Strokes in a cell of 9 by 20 from its upper left corner. */
static const struct shape {
    const char *glyph, *path;
} shapes[] = {
    {"─", "m0 10h9"},
    {"│", "m4.5 0v20"},
    {"▏", "m0 0v20"},
    {"║", "m3 0v20m3-20v20"},
    {"┌", "m4.5 20v-10h4.5"},
    {"┐", "m0 10h4.5v10"},
    {"└", "m4.5 0v10h4.5"},
    {"┘", "m0 10h4.5v-10"},
    {"├", "m4.5 0v20m0-10h4.5"},
    {"┤", "m4.5 0v20m0-10h-4.5"},
    {"┬", "m0 10h9m-4.5 0v10"},
    {"┴", "m0 10h9m-4.5 0v-10"},
    {"┼", "m0 10h9m-4.5-10v20"},
    {"╭", "m4.5 20v-5q0-5 4.5-5"},
    {"╮", "m0 10q4.5 0 4.5 5v5"},
    {"╰", "m4.5 0v5q0 5 4.5 5"},
    {"╯", "m4.5 0v5q0 5-4.5 5"},
    {"╱", "m0 20l9-20"},
    {"╲", "m0 0l9 20"},
    {"⎛", "m7 2q-4 4-4 10v8"},
    {"⎜", "m3 0v20"},
    {"⎝", "m3 0v8q0 6 4 10"},
    {"⎞", "m2 2q4 4 4 10v8"},
    {"⎟", "m6 0v20"},
    {"⎠", "m6 0v8q0 6-4 10"},
    {"⎡", "m8 2h-5v18"},
    {"⎢", "m3 0v20"},
    {"⎣", "m3 0v18h5"},
    {"⎤", "m1 2h5v18"},
    {"⎥", "m6 0v20"},
    {"⎦", "m6 0v18h-5"},
    {"⎧", "m8 2q-3.5 0-3.5 4v14"},
    {"⎨", "m4.5 0v6q0 4-3.5 4q3.5 0 3.5 4v6"},
    {"⎩", "m4.5 0v14q0 4 3.5 4"},
    {"⎪", "m4.5 0v20"},
    {"⎫", "m1 2q3.5 0 3.5 4v14"},
    {"⎬", "m4.5 0v6q0 4 3.5 4q-3.5 0-3.5 4v6"},
    {"⎭", "m4.5 0v14q0 4-3.5 4"},
};

/* Strokes of a cell; NULL when it is text. A low line in a formula is a bar over what is below. */
static const char *strokes(const struct hs_cell *c)
{
    if (c->style == HS_STYLE_MATH && strcmp(c->text, "_") == 0)
        return "m0 20h9";
    if ((unsigned char)c->text[0] != 0xe2)
        return NULL;
    for (size_t i = 0; i < HS_COUNTOF(shapes); i++)
        if (strcmp(shapes[i].glyph, c->text) == 0)
            return shapes[i].path;
    return NULL;
}

/* Height of a block ▁ … █ from the bottom; 0 when it is none. */
static double block(const struct hs_cell *c)
{
    static const char first[] = "▁";
    int k = strncmp(c->text, first, 2) == 0 ? (unsigned char)c->text[2] - 0x80 : 0;

    return k >= 1 && k <= 8 ? HEIGHT * k / 8.0 : 0.0;
}

static void add_escaped(struct hs_str *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '<')
            hs_str_add(out, "&lt;");
        else if (*text == '&')
            hs_str_add(out, "&amp;");
        else if (*text == '>')
            hs_str_add(out, "&gt;");
        else
            hs_str_add_char(out, *text);
}

struct pen {
    struct hs_str *out;
    const struct hs_grid *g;
    struct hs_look look;
    const char *colour;
};

static const struct hs_cell *at(const struct pen *p, int x, int y)
{
    return &p->g->cells[y * p->g->width + x];
}

static bool is_plain(const struct hs_cell *c)
{
    return c->text[1] == '\0' && c->text[0] > ' ' && strokes(c) == NULL;
}

static const char *dim(const struct pen *p)
{
    return p->look.attributes & HS_DIM ? " opacity=\"0.7\"" : "";
}

/* Cells [x, x + n): a phrase, or one character that a font may draw wider or narrower. */
static void phrase(const struct pen *p, int x, int y, int n)
{
    hs_str_printf(p->out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"%s\"%s%s>",
                  MARGIN + x * WIDTH, MARGIN + BASELINE + y * HEIGHT,
                  (n + (n == 1 && at(p, x, y)->width == 2)) * WIDTH, p->colour,
                  p->look.attributes & HS_BOLD ? " font-weight=\"bold\"" : "", dim(p));
    for (int i = 0; i < n; i++)
        add_escaped(p->out, at(p, x + i, y)->text);
    hs_str_add(p->out, "</text>\n");
}

static void text(const struct pen *p, int x, int y, int n)
{
    for (int i = 0; i < n; i++) {
        const struct hs_cell *c = at(p, x + i, y);
        int from = i;

        if (strcmp(c->text, " ") == 0 || c->width == 0 || strokes(c) != NULL || block(c) > 0.0)
            continue;
        while (is_plain(c) && i + 1 < n) { /* a phrase with single blanks stays whole */
            bool blank = i + 2 < n && strcmp(at(p, x + i + 1, y)->text, " ") == 0;

            if (!is_plain(at(p, x + i + 1 + blank, y)))
                break;
            i += 1 + blank;
        }
        phrase(p, x + from, y, i + 1 - from);
    }
}

static void lines(const struct pen *p, int x, int y, int n)
{
    struct hs_str path = HS_STR_INIT;

    for (int i = 0; i < n; i++) {
        const struct hs_cell *c = at(p, x + i, y);
        const char *shape = strokes(c);
        double high = block(c);

        if (shape != NULL)
            hs_str_printf(&path, "M%d %d%s", MARGIN + (x + i) * WIDTH, MARGIN + y * HEIGHT, shape);
        if (high > 0.0)
            hs_str_printf(
                p->out, "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"%s/>\n",
                MARGIN + (x + i) * WIDTH, MARGIN + (y + 1) * HEIGHT - high, WIDTH, high, p->colour,
                dim(p));
    }
    if (path.len != 0)
        hs_str_printf(p->out,
                      "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s/>\n",
                      path.buf, p->colour, p->look.attributes & HS_BOLD ? "2" : "1.2", dim(p));
    hs_str_dispose(&path);
}

/* One run of cells of one style. */
static void run(const struct pen *p, int x, int y, int n)
{
    if (p->look.attributes & HS_REVERSE)
        hs_str_printf(
            p->out,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" opacity=\"0.35\"/>\n",
            MARGIN + x * WIDTH, MARGIN + y * HEIGHT, n * WIDTH, HEIGHT, p->colour);
    if (p->look.attributes & HS_UNDERLINE)
        hs_str_printf(p->out, "<path d=\"M%d %dh%d\" stroke=\"%s\"/>\n", MARGIN + x * WIDTH,
                      MARGIN + BASELINE + 2 + y * HEIGHT, n * WIDTH, p->colour);
    lines(p, x, y, n);
    text(p, x, y, n);
}

/* Columns of a row without the blanks at its end that show nothing. */
static int used_columns(const struct hs_grid *g, int y, const char *theme)
{
    int n = g->width;

    while (n > 0) {
        const struct hs_cell *c = &g->cells[y * g->width + n - 1];

        if (strcmp(c->text, " ") != 0 ||
            (hs_theme_look(theme, (enum hs_style)c->style).attributes & HS_REVERSE) != 0)
            break;
        n--;
    }
    return n;
}

/* The run goes on over cell x of row y: it has the same style, or shows nothing of its own. */
static bool goes_on(const struct pen *p, enum hs_style style, int x, int y, const char *theme)
{
    const struct hs_cell *c = at(p, x, y);
    unsigned shown = p->look.attributes | hs_theme_look(theme, (enum hs_style)c->style).attributes;

    return c->style == style ||
           (strcmp(c->text, " ") == 0 && (shown & (HS_REVERSE | HS_UNDERLINE)) == 0);
}

void hs_grid_to_svg(struct hs_str *out, const struct hs_grid *g, const char *theme)
{
    bool light = theme != NULL && strcmp(theme, "light") == 0;
    const char *paper = light ? "#ffffff" : "#1c2128", *ink = light ? "#24292e" : "#d0d7de";

    hs_str_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                  "font-family=\"DejaVu Sans Mono, monospace\" "
                  "font-size=\"15\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n",
                  2 * MARGIN + g->width * WIDTH, 2 * MARGIN + g->height * HEIGHT, paper);
    for (int y = 0; y < g->height; y++) {
        int end = used_columns(g, y, theme);

        for (int x = 0; x < end;) {
            int n = 1, style = g->cells[y * g->width + x].style;
            struct pen p = {out, g, hs_theme_look(theme, (enum hs_style)style), ink};

            p.colour = p.look.colour >= 0 ? palette[p.look.colour] : ink;
            while (x + n < end && goes_on(&p, (enum hs_style)style, x + n, y, theme))
                n++;
            run(&p, x, y, n);
            x += n;
        }
    }
    hs_str_add(out, "</svg>\n");
}
