#include "tui/screen.h"

#include <string.h>

#include "base/utf8.h"

bool hs_screen_too_small(struct hs_grid *g)
{
    if (g->width >= 40 && g->height >= 12)
        return false;
    hs_grid_textf(g, 0, 0, HS_STYLE_STRONG, "needs 40x12");
    hs_grid_textf(g, 0, 1, HS_STYLE_TEXT, "now %dx%d", g->width, g->height);
    hs_grid_text(g, 0, 2, HS_STYLE_DIM, "q leaves");
    g->cursor_x = g->cursor_y = 0;
    return true;
}

/* "Enter open  H hint …": as many as fit; help and back always. */
static void key_line(struct hs_grid *g, int y, char letter)
{
    static const char tail[] = "? help  q back";
    int x = 1, room = g->width - 1 - (int)sizeof tail;

    for (size_t i = 0; hs_request_row(i) != NULL; i++) {
        const struct hs_request_row *row = hs_request_row(i);
        size_t n = strcspn(row->keys, " ");
        int width = (int)(n + 1 + strlen(row->name));

        if (row->name[0] == '\0' || !hs_request_is_on(row, letter) ||
            row->request == HS_REQUEST_HELP || row->request == HS_REQUEST_QUIT)
            continue;
        if (x + width > room)
            break;
        hs_grid_text_n(g, x, y, (int)n, HS_STYLE_KEY, row->keys, n);
        hs_grid_text(g, x + (int)n + 1, y, HS_STYLE_DIM, row->name);
        x += width + 2;
    }
    hs_grid_text(g, x, y, HS_STYLE_KEY, "?");
    hs_grid_text(g, x + 2, y, HS_STYLE_DIM, "help");
    hs_grid_text(g, x + 8, y, HS_STYLE_KEY, "q");
    hs_grid_text(g, x + 10, y, HS_STYLE_DIM, letter == 'H' ? "quit" : "back");
}

int hs_screen_frame(struct hs_app *app, struct hs_grid *g, char letter, const char *left,
                    const char *right)
{
    int width = (int)hs_text_width(right, strlen(right));

    hs_grid_text(g, 1, 0, HS_STYLE_TITLE, left);
    if (width + 2 < g->width) {
        hs_grid_fill(g, g->width - width - 2, 0, width + 2, 1, HS_STYLE_DIM, " ");
        hs_grid_text(g, g->width - width - 1, 0, HS_STYLE_DIM, right);
    }
    hs_grid_hline(g, 0, 1, g->width, HS_STYLE_RULE);
    hs_grid_hline(g, 0, g->height - 2, g->width, HS_STYLE_RULE);
    key_line(g, g->height - 1, letter);
    if (app->confirm != 0)
        hs_grid_text(g, 1, g->height - 2, HS_STYLE_HINT,
                     app->confirm == 'S'
                         ? " Show the solution? It earns no points.  y yes, any other key no "
                         : " Forget the answers of this step?  y yes, any other key no ");
    else if (app->err.code != HS_OK)
        hs_grid_textf(g, 1, g->height - 2, HS_STYLE_BAD, " %s ", app->err.text);
    else if (app->remark != NULL)
        hs_grid_textf(g, 1, g->height - 2, HS_STYLE_HINT, " %s ", app->remark);
    return g->height - 4;
}
