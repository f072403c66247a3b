/* Help: every key of the screen it was asked on, from the key table. */
#include "tui/screen.h"

static void draw(struct hs_app *app, struct hs_grid *g)
{
    int y = 2, rows;

    if (hs_screen_too_small(g))
        return;
    rows = hs_screen_frame(app, g, '?', "help", "");
    y -= app->scroll;
    for (size_t i = 0; hs_request_row(i) != NULL; i++) {
        const struct hs_request_row *row = hs_request_row(i);

        if (!hs_request_is_on(row, app->help_for))
            continue;
        if (y >= 2 && y < 2 + rows) {
            hs_grid_text_n(g, 2, y, 14, HS_STYLE_KEY, row->keys, __builtin_strlen(row->keys));
            hs_grid_text(g, 17, y, HS_STYLE_TEXT, row->help);
        }
        y++;
    }
    if (app->help_for == 'L') {
        y++;
        if (y >= 2 && y < 2 + rows)
            hs_grid_text(g, 2, y, HS_STYLE_DIM,
                         "Just type to answer; Enter checks it. Numbers may be");
        if (y + 1 >= 2 && y + 1 < 2 + rows)
            hs_grid_text(g, 2, y + 1, HS_STYLE_DIM, "written as 0.125, 1/8, 2^-3 or 0x1p-3.");
        y += 2;
    }
    app->bottom = y + app->scroll - 2 - rows;
    app->page = rows - 1;
    g->cursor_x = 2;
    g->cursor_y = 2;
}

static enum hs_reaction request(struct hs_app *app, enum hs_request r)
{
    (void)app;
    return r == HS_REQUEST_QUIT || r == HS_REQUEST_HELP ? HS_REACT_BACK : HS_REACT_DRAW;
}

const struct hs_screen hs_screen_help = {.id = "help",
                                         .letter = '?',
                                         .draw = draw,
                                         .request = request};
