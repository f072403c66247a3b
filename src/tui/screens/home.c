/* Home: the course map with progress, and what is next. */
#include <stdio.h>
#include <string.h>

#include "draw/wrap.h"
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

enum { LIST = 46 }; /* columns of the list when the pane stands beside it */

static void row(struct hs_app *app, struct hs_grid *g, int y, size_t i)
{
    struct hs_progress p;
    enum hs_style style;
    const char *glyph;
    char number[16] = "";
    int width = g->width >= 60 ? LIST : g->width;

    hs_session_progress(app->session, i, &p);
    glyph = mark(g, p.state, &style);
    hs_grid_text(g, 3, y, style, glyph);
    if (p.lesson->number >= 0)
        snprintf(number, sizeof number, "%d", p.lesson->number);
    hs_grid_textf(g, 5, y, i == app->chosen ? HS_STYLE_FOCUS : HS_STYLE_TEXT, "%-3s%s", number,
                  p.lesson->title);
    if (p.lesson->minutes > 0)
        hs_grid_textf(g, width - 8, y, HS_STYLE_DIM, " %d min", p.lesson->minutes);
    if (i == app->chosen) {
        g->cursor_x = 5;
        g->cursor_y = y;
    }
}

struct pane {
    struct hs_grid *g;
    int x, y, width;
};

static void put(void *payload, int line, int x, const char *text, size_t n, enum hs_style style)
{
    struct pane *p = payload;

    hs_grid_text_n(p->g, p->x + x, p->y + line, p->width - x, style, text, n);
}

static void say(struct pane *p, enum hs_style style, const char *text)
{
    struct hs_piece piece = {.text = text, .style = style};

    if (*text != '\0')
        p->y += hs_wrap(&piece, 1, p->width, 0, put, p);
}

/* What is known of the chosen lesson, in words. */
static void details(struct hs_app *app, struct pane *p)
{
    struct hs_progress now;
    char text[200];
    const char *dot = hs_glyph(p->g->ascii, "dot");
    bool next = app->chosen == hs_session_next_lesson(app->session);

    hs_session_progress(app->session, app->chosen, &now);
    snprintf(text, sizeof text, "%s %s%s", hs_glyph(p->g->ascii, "right"), next ? "next: " : "",
             now.lesson->title);
    say(p, HS_STYLE_ACCENT, text);
    say(p, HS_STYLE_TEXT, now.lesson->summary);
    p->y++;
    if (now.state == HS_PROGRESS_NEW)
        snprintf(text, sizeof text, "not begun %s %zu steps", dot, now.steps);
    else
        snprintf(text, sizeof text, "step %zu of %zu %s %.10g of %.10g points", now.step + 1,
                 now.steps, dot, (double)now.points / 1000, (double)now.maximum / 1000);
    say(p, HS_STYLE_DIM, text);
    if (now.hints + now.skipped > 0) {
        snprintf(text, sizeof text, "%zu hint%s used %s %zu skipped", now.hints,
                 now.hints == 1 ? "" : "s", dot, now.skipped);
        say(p, HS_STYLE_DIM, text);
    }
    if (*now.lesson->assignment != '\0') {
        snprintf(text, sizeof text, "prepares for %s", now.lesson->assignment);
        say(p, HS_STYLE_DIM, text);
    }
}

/* The section that lesson i begins; NULL when it goes on with the one before. */
static const char *begins(struct hs_app *app, size_t i)
{
    struct hs_progress now, before;

    hs_session_progress(app->session, i, &now);
    if (i > 0)
        hs_session_progress(app->session, i - 1, &before);
    return *now.lesson->section != '\0' &&
                   (i == 0 || strcmp(now.lesson->section, before.lesson->section) != 0)
               ? now.lesson->section
               : NULL;
}

/* Rows of the list up to lesson i (headings included), which is where it stands. */
static int place(struct hs_app *app, size_t i)
{
    int y = 0;

    for (size_t k = 0; k <= i; k++)
        y += begins(app, k) != NULL ? 2 : 1;
    return y - 1;
}

static void list(struct hs_app *app, struct hs_grid *g, int rows)
{
    size_t n = hs_session_count(app->session);
    int chosen = place(app, app->chosen), first = chosen >= rows ? chosen - rows + 1 : 0;

    for (size_t i = 0; i < n; i++) {
        int y = place(app, i) - first;
        const char *section = begins(app, i);

        if (section != NULL && y - 1 >= 0 && y - 1 < rows)
            hs_grid_text(g, 1, 2 + y - 1, HS_STYLE_STRONG, section);
        if (y >= 0 && y < rows)
            row(app, g, 2 + y, i);
    }
    if (place(app, n - 1) - first >= rows)
        hs_grid_textf(g, g->width - 8, g->height - 2, HS_STYLE_ACCENT, " %s more ",
                      hs_glyph(g->ascii, "down"));
}

static void status(struct hs_app *app, char *text, size_t size)
{
    size_t n = hs_session_count(app->session), done = 0;

    for (size_t i = 0; i < n; i++) {
        struct hs_progress p;

        hs_session_progress(app->session, i, &p);
        done += p.state == HS_PROGRESS_DONE;
    }
    snprintf(text, size, "%zu of %zu lessons  %s", done, n,
             hs_session_is_saving(app->session) ? "saved" : "not saved");
}

static void draw(struct hs_app *app, struct hs_grid *g)
{
    size_t n = hs_session_count(app->session);
    struct pane pane = {g, LIST + 3, 2, g->width - LIST - 4};
    char right[80];
    int rows;

    if (hs_screen_too_small(g))
        return;
    status(app, right, sizeof right);
    rows = hs_screen_frame(app, g, 'H', "halfstep", right);
    if (n == 0) {
        hs_grid_text(g, 3, 3, HS_STYLE_TEXT, "There are no lessons here.");
        hs_grid_text(g, 3, 4, HS_STYLE_DIM, "HALFSTEP_PATH may name a folder that has some.");
        g->cursor_x = g->cursor_y = 3;
        return;
    }
    app->chosen = app->chosen < n ? app->chosen : n - 1;
    app->bottom = 0;
    app->page = rows;
    if (g->width >= 72) {
        list(app, g, rows);
        details(app, &pane);
        return;
    }
    rows -= rows > 14 ? 7 : 0; /* below, where there is room */
    list(app, g, rows);
    pane = (struct pane){g, 1, 3 + rows, g->width - 2};
    if (rows < app->page)
        details(app, &pane);
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
    case HS_REQUEST_SHEET:
        return HS_REACT_SHEET;
    case HS_REQUEST_QUIT:
        return HS_REACT_LEAVE;
    default:
        return HS_REACT_DRAW;
    }
}

const struct hs_screen hs_screen_home = {
    .id = "home", .letter = 'H', .draw = draw, .request = request, .arrows = true};
