/* A grid as plain text, ANSI text or SVG. Declared in draw/grid.h. */
#include <string.h>

#include "draw/theme.h"

/* Columns of a row without the blanks at its end. */
static int used_columns(const struct hs_grid *g, int y)
{
    int n = g->width;

    while (n > 0 && strcmp(g->cells[y * g->width + n - 1].text, " ") == 0)
        n--;
    return n;
}

void hs_grid_to_text(struct hs_str *out, const struct hs_grid *g)
{
    for (int y = 0; y < g->height; y++) {
        for (int x = 0; x < used_columns(g, y); x++)
            hs_str_add(out, g->cells[y * g->width + x].text);
        hs_str_add_char(out, '\n');
    }
}

static void select_look(struct hs_str *out, struct hs_look look)
{
    static const int codes[] = {1, 2, 4, 7};

    hs_str_add(out, "\033[0");
    for (unsigned i = 0; i < 4; i++)
        if (look.attributes & 1u << i)
            hs_str_printf(out, ";%d", codes[i]);
    if (look.colour >= 0)
        hs_str_printf(out, ";%d", look.colour < 8 ? 30 + look.colour : 82 + look.colour);
    hs_str_add_char(out, 'm');
}

void hs_grid_to_ansi(struct hs_str *out, const struct hs_grid *g, const char *theme)
{
    for (int y = 0; y < g->height; y++) {
        int style = -1;

        for (int x = 0; x < used_columns(g, y); x++) {
            const struct hs_cell *c = &g->cells[y * g->width + x];

            if (c->style != style) {
                style = c->style;
                select_look(out, hs_theme_look(theme, (enum hs_style)style));
            }
            hs_str_add(out, c->text);
        }
        hs_str_add(out, style >= 0 ? "\033[0m\n" : "\n");
    }
}

static const char *const palette[] = {"#24292e", "#c0392b", "#1e8449", "#b7950b",
                                      "#2471a3", "#8e44ad", "#148f77", "#aab7b8",
                                      "#707b7c", "#e74c3c", "#27ae60", "#f1c40f",
                                      "#3498db", "#af7ac5", "#1abc9c", "#fdfefe"};

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

/* One run of cells of one style. */
static void svg_run(struct hs_str *out, const struct hs_grid *g, int x, int y, int n,
                    struct hs_look look, const char *ink)
{
    const char *colour = look.colour >= 0 ? palette[look.colour] : ink;

    if (look.attributes & HS_REVERSE)
        hs_str_printf(
            out,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\" fill=\"%s\" opacity=\"0.35\"/>\n",
            8 + x * 9, 8 + y * 20, n * 9, colour);
    hs_str_printf(out,
                  "<text x=\"%d\" y=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\" "
                  "fill=\"%s\"%s%s%s>",
                  8 + x * 9, 23 + y * 20, n * 9, colour,
                  look.attributes & HS_BOLD ? " font-weight=\"bold\"" : "",
                  look.attributes & HS_UNDERLINE ? " text-decoration=\"underline\"" : "",
                  look.attributes & HS_DIM ? " opacity=\"0.7\"" : "");
    for (int i = 0; i < n; i++)
        add_escaped(out, g->cells[y * g->width + x + i].text);
    hs_str_add(out, "</text>\n");
}

void hs_grid_to_svg(struct hs_str *out, const struct hs_grid *g, const char *theme)
{
    bool light = theme != NULL && strcmp(theme, "light") == 0;
    const char *paper = light ? "#ffffff" : "#1c2128", *ink = light ? "#24292e" : "#d0d7de";

    hs_str_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                  "font-family=\"DejaVu Sans Mono, monospace\" "
                  "font-size=\"15\" xml:space=\"preserve\">\n<rect width=\"100%%\" "
                  "height=\"100%%\" fill=\"%s\"/>\n",
                  16 + g->width * 9, 16 + g->height * 20, paper);
    for (int y = 0; y < g->height; y++) {
        int end = used_columns(g, y);

        for (int x = 0; x < end;) {
            int n = 1, style = g->cells[y * g->width + x].style;

            while (x + n < end && g->cells[y * g->width + x + n].style == style)
                n++;
            svg_run(out, g, x, y, n, hs_theme_look(theme, (enum hs_style)style), ink);
            x += n;
        }
    }
    hs_str_add(out, "</svg>\n");
}
