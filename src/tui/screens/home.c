/* Home: the course map with progress, and what is next. */
#include <stdio.h>

#include "tui/screen.h"

static const char *mark(const struct hs_grid *g, enum hs_progress_state state, enum hs_style *style)
{
    *style = state == HS_PROGRESS_DONE      ? HS_STYLE_OK
             : state == HS_PROGRESS_STARTED ? HS_STYLE_HINT
                                            : HS_STYLE_DIM;
    return hs_glyph(g->ascii, state == HS_PROGRESS_DONE      ? "ok"
                              : state == HS_PROGRESS_STARTED ? "half"
                                                             : "dot");
}

static void row(struct hs_app *app, struct hs_grid *g, int y, size_t i)
{
    struct hs_progress p;
    enum hs_style style;
    const char *glyph;
    char number[16] = "";

    hs_session_progress(app->session, i, &p);
    glyph = mark(g, p.state, &style);
    hs_grid_text(g, 3, y, style, glyph);
    if (p.lesson->number >= 0)
        snprintf(number, sizeof number, "%d", p.lesson->number);
    hs_grid_textf(g, 5, y, i == app->chosen ? HS_STYLE_FOCUS : HS_STYLE_TEXT, "%-3s%s", number,
                  p.lesson->title);
    if (g->width >= 60 && p.lesson->minutes > 0)
        hs_grid_textf(g, 44, y, HS_STYLE_DIM, "%d min", p.lesson->minutes);
    if (g->width >= 72)
        hs_grid_textf(g, 54, y, HS_STYLE_DIM, "%zu of %zu steps", p.steps_done, p.steps);
    if (i == app->chosen) {
        g->cursor_x = 5;
        g->cursor_y = y;
    }
}

/* What is known of the chosen lesson, in words. */
static void details(struct hs_app *app, struct hs_grid *g, int y)
{
    struct hs_progress p;

    hs_session_progress(app->session, app->chosen, &p);
    if (p.state == HS_PROGRESS_NEW)
        hs_grid_textf(g, 3, y, HS_STYLE_DIM, "not begun; %zu steps", p.steps);
    else
        hs_grid_textf(g, 3, y, HS_STYLE_DIM,
                      "step %zu of %zu %s %.10g of %.10g points %s %zu hints, %zu skipped",
                      p.step + 1, p.steps, hs_glyph(g->ascii, "dot"), (double)p.points / 1000,
                      (double)p.maximum / 1000, hs_glyph(g->ascii, "dot"), p.hints, p.skipped);
    if (app->chosen == hs_session_next_lesson(app->session))
        hs_grid_textf(g, 3, y + 1, HS_STYLE_ACCENT, "%s next: Enter goes on where you left",
                      hs_glyph(g->ascii, "right"));
}

static void draw(struct hs_app *app, struct hs_grid *g)
{
    size_t n = hs_session_count(app->session);
    int rows, first;

    if (hs_screen_too_small(g))
        return;
    rows = hs_screen_frame(app, g, 'H', "halfstep",
                           hs_session_is_saving(app->session) ? "saved" : "not saved");
    if (n == 0) {
        hs_grid_text(g, 3, 3, HS_STYLE_TEXT, "There are no lessons here.");
        hs_grid_text(g, 3, 4, HS_STYLE_DIM, "HALFSTEP_PATH may name a folder that has some.");
        g->cursor_x = g->cursor_y = 3;
        return;
    }
    app->chosen = app->chosen < n ? app->chosen : n - 1;
    hs_grid_text(g, 2, 2, HS_STYLE_STRONG, "LESSONS");
    first = (int)app->chosen > rows - 7 ? (int)app->chosen - (rows - 7) : 0;
    for (int i = first; i < (int)n && i - first < rows - 5; i++)
        row(app, g, 4 + i - first, (size_t)i);
    details(app, g, g->height - 5);
    app->bottom = 0;
    app->page = rows;
}

static enum hs_reaction request(struct hs_app *app, enum hs_request r)
{
    size_t n = hs_session_count(app->session);

    switch (r) {
    case HS_REQUEST_UP:
        app->chosen -= app->chosen > 0;
        return HS_REACT_DRAW;
    case HS_REQUEST_DOWN:
        app->chosen += app->chosen + 1 < n;
        return HS_REACT_DRAW;
    case HS_REQUEST_TOP:
        app->chosen = 0;
        return HS_REACT_DRAW;
    case HS_REQUEST_BOTTOM:
        app->chosen = n > 0 ? n - 1 : 0;
        return HS_REACT_DRAW;
    case HS_REQUEST_OPEN:
        return n > 0 ? HS_REACT_LESSON : HS_REACT_DRAW;
    case HS_REQUEST_PLAY:
        return HS_REACT_PLAY;
    case HS_REQUEST_QUIT:
        return HS_REACT_LEAVE;
    default:
        return HS_REACT_DRAW;
    }
}

const struct hs_screen hs_screen_home = {.id = "home",
                                         .letter = 'H',
                                         .draw = draw,
                                         .request = request,
                                         .arrows = true};
