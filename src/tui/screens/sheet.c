/* Formulas and glossary, to look things up: a page that scrolls, Tab turns to the other one. */
#include "tui/screen.h"

enum { SHEET_ROWS = 400 };

static void draw(struct hs_app *app, struct hs_grid *g)
{
    struct hs_sheet sheet = HS_SHEET_INIT;
    struct hs_grid page;
    int rows, body, width = g->width - 3 < 90 ? g->width - 3 : 90;

    if (hs_screen_too_small(g))
        return;
    body = hs_screen_frame(app, g, 'F', hs_sheet_name(app->sheet), "");
    g->cursor_x = 1;
    g->cursor_y = 2;
    if (hs_sheet_load(&sheet, hs_sheet_name(app->sheet), &app->err) == HS_OK &&
        hs_grid_new(&page, app->frame, width, SHEET_ROWS, g->ascii, &app->err) == HS_OK) {
        rows = hs_doc_draw(&page, 0, width, g->ascii, sheet.blocks, sheet.n);
        app->bottom = rows > body ? rows - body : 0;
        app->page = body - 1;
        app->scroll = app->scroll > app->bottom ? app->bottom : app->scroll;
        page.cells += app->scroll * page.width;
        page.height = body < SHEET_ROWS - app->scroll ? body : SHEET_ROWS - app->scroll;
        hs_grid_blit(g, 1, 2, &page);
        if (app->scroll < app->bottom)
            hs_grid_textf(g, g->width - 8, g->height - 2, HS_STYLE_ACCENT, " %s more ",
                          hs_glyph(g->ascii, "down"));
    }
    hs_sheet_dispose(&sheet);
}

static enum hs_reaction request(struct hs_app *app, enum hs_request r)
{
    if (r == HS_REQUEST_OTHER_SHEET) {
        app->sheet = hs_sheet_name(app->sheet + 1) != NULL ? app->sheet + 1 : 0;
        app->scroll = 0;
    }
    return r == HS_REQUEST_QUIT ? HS_REACT_BACK : HS_REACT_DRAW;
}

const struct hs_screen hs_screen_sheet = {.id = "sheet",
                                          .letter = 'F',
                                          .draw = draw,
                                          .request = request};
