/* A grid as plain or ANSI text. Declared in draw/grid.h. */
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
