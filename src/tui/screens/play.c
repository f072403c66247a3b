/* The playground: what keys do; the page is drawn by session/play_page.c. */
#include <stdio.h>
#include <string.h>

#include "draw/wrap.h"
#include "tui/screen.h"

enum { PAGE_ROWS = 80 };

static void put(void *payload, int line, int x, const char *text, size_t n, enum hs_style style)
{
    struct hs_grid *g = payload;

    hs_grid_fill(g, 0, 2 + line, g->width, 1, style, " ");
    hs_grid_text_n(g, x + 1, 2 + line, g->width - 2 - x, style, text, n);
}

/* The token is longer than a line: all of it, over the page, to be selected. */
static void draw_token(struct hs_app *app, struct hs_grid *g)
{
    struct hs_piece piece = {.text = app->said.buf, .style = HS_STYLE_HINT};

    if (app->remark == app->said.buf && hs_starts_with(app->said.buf, "hs1;"))
        (void)hs_wrap(&piece, 1, g->width - 2, 0, put, g);
}

static void draw(struct hs_app *app, struct hs_grid *g)
{
    struct hs_grid page, shown;
    char element[64];
    int rows = 0, x = 0, y = 0, body;

    if (hs_screen_too_small(g))
        return;
    snprintf(element, sizeof element, "element %zu", hs_play_element(app->play));
    body = hs_screen_frame(app, g, 'P', hs_play_title(app->play), element);
    if (hs_grid_new(&page, app->frame, g->width - 2, PAGE_ROWS, g->ascii, &app->err) != HS_OK ||
        hs_play_draw(&page, &rows, &x, &y, app->frame, app->play, app->dial, app->trace,
                     &app->err) != HS_OK)
        return;
    if (app->follow_control)
        app->scroll = y < app->scroll ? y : y >= app->scroll + body ? y - body + 1 : app->scroll;
    app->follow_control = false;
    app->bottom = rows > body ? rows - body : 0;
    app->page = body - 1;
    app->scroll = app->scroll > app->bottom ? app->bottom : app->scroll;
    shown = page;
    shown.cells += app->scroll * page.width;
    shown.height = body < PAGE_ROWS - app->scroll ? body : PAGE_ROWS - app->scroll;
    hs_grid_blit(g, 1, 2, &shown);
    if (app->scroll < app->bottom)
        hs_grid_textf(g, g->width - 8, g->height - 2, HS_STYLE_ACCENT, " %s more ",
                      hs_glyph(g->ascii, "down"));
    draw_token(app, g);
    y -= app->scroll;
    g->cursor_x = x + 1 < g->width ? x + 1 : g->width - 1;
    g->cursor_y = 2 + (y < 0 ? 0 : y < body ? y : body - 1);
}

static void say(struct hs_app *app, const char *before, const char *what, const char *behind)
{
    hs_str_clear(&app->said);
    hs_str_printf(&app->said, "%s%s%s", before, what, behind);
    app->remark = app->said.buf;
}

static void save(struct hs_app *app)
{
    struct hs_str name = HS_STR_INIT;

    if (hs_play_save(&name, app->play, &app->err) == HS_OK)
        say(app, "Saved as ", name.buf, ".svg, .txt and .lua");
    hs_str_dispose(&name);
}

static void choose_dial(struct hs_app *app, int by)
{
    app->dial = (enum hs_dial)(((int)app->dial + by + HS_DIAL_COUNT) % HS_DIAL_COUNT);
    app->follow_control = true;
}

static void tell_token(struct hs_app *app)
{
    struct hs_str token = HS_STR_INIT;

    hs_play_token(&token, app->play);
    say(app, "", token.buf, "");
    hs_str_dispose(&token);
}

static enum hs_reaction request(struct hs_app *app, enum hs_request r)
{
    switch (r) {
    case HS_REQUEST_UP:
    case HS_REQUEST_DOWN:
        choose_dial(app, r == HS_REQUEST_UP ? -1 : 1);
        break;
    case HS_REQUEST_LESS:
    case HS_REQUEST_MORE:
        hs_play_turn(app->play, app->dial, r == HS_REQUEST_LESS ? -1 : 1);
        break;
    case HS_REQUEST_SIDE:
        hs_play_choose_side(app->play, 1 - hs_play_side(app->play));
        break;
    case HS_REQUEST_ELEMENT:
    case HS_REQUEST_ELEMENT_BACK:
        hs_play_move(app->play, r == HS_REQUEST_ELEMENT ? 1 : -1);
        break;
    case HS_REQUEST_WORST:
        hs_play_move_to_worst(app->play);
        break;
    case HS_REQUEST_TENSOR:
    case HS_REQUEST_TENSOR_BACK:
        if (!hs_play_turn_page(app->play, r == HS_REQUEST_TENSOR ? 1 : -1))
            app->remark = "The file holds no other float tensor.";
        break;
    case HS_REQUEST_UNDO:
        if (!hs_play_undo(app->play))
            app->remark = "Nothing to take back.";
        break;
    case HS_REQUEST_TRACE:
        app->trace = !app->trace;
        app->scroll = app->trace ? 1000 : 0; /* the path stands at the end of the page */
        break;
    case HS_REQUEST_TOKEN:
        tell_token(app);
        break;
    case HS_REQUEST_SAVE:
        save(app);
        break;
    case HS_REQUEST_PAGE_UP:
        app->scroll = app->scroll > app->page ? app->scroll - app->page : 0;
        break;
    case HS_REQUEST_PAGE_DOWN:
        app->scroll += app->page;
        break;
    case HS_REQUEST_TOP:
    case HS_REQUEST_BOTTOM:
        app->scroll = r == HS_REQUEST_TOP ? 0 : app->bottom;
        break;
    case HS_REQUEST_SHEET:
        return HS_REACT_SHEET;
    case HS_REQUEST_QUIT:
        return HS_REACT_BACK;
    default:
        break;
    }
    return HS_REACT_DRAW;
}

const struct hs_screen hs_screen_play = {
    .id = "play", .letter = 'P', .draw = draw, .request = request, .arrows = true};
