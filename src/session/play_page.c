/* The playground as a page. Declared in session/play.h. */
#include <stdio.h>
#include <string.h>

#include "draw/view.h"
#include "draw/wrap.h"
#include "session/play.h"

enum { DIALS = 27, WIDE = 70 };

struct page {
    struct hs_grid *g;
    struct hs_arena *arena;
    struct hs_play *play;
    enum hs_dial focus;
    int focus_x, focus_y;
    struct hs_error *err;
};

/* A view at (x, y), `width` columns; returns its rows. */
static int view(struct page *p, int x, int y, int width, enum hs_play_picture picture)
{
    struct hs_value spec;
    struct hs_grid own;
    struct hs_error why = HS_ERROR_INIT;
    int rows;

    if (hs_play_view(&spec, p->arena, p->play, picture, p->err) != HS_OK)
        return 0;
    rows = hs_view_height(&spec, width);
    if (hs_grid_new(&own, p->arena, width, rows, p->g->ascii, p->err) != HS_OK)
        return 0;
    if (hs_view_draw(&own, &spec, &why) != HS_OK)
        hs_grid_text(&own, 0, 0, HS_STYLE_BAD, why.text);
    hs_grid_blit(p->g, x, y, &own);
    return rows;
}

/* The chosen side's dials, one a row. */
static int dials(struct page *p, int x, int y)
{
    int side = hs_play_side(p->play);

    for (int s = 0; s < 2; s++)
        hs_grid_textf(p->g, x + 5 * s, y, s == side ? HS_STYLE_FOCUS : HS_STYLE_DIM, " %c ",
                      s == 0 ? 'A' : 'B');
    hs_grid_text(p->g, x + 11, y, HS_STYLE_DIM, side == 0 ? "Tab: turn B" : "Tab: turn A");
    for (int d = 0; d < HS_DIAL_COUNT; d++) {
        const char *word =
            hs_dial_word((enum hs_dial)d, hs_play_position(p->play, side, (enum hs_dial)d));
        const char *other =
            hs_dial_word((enum hs_dial)d, hs_play_position(p->play, 1 - side, (enum hs_dial)d));
        bool focused = (enum hs_dial)d == p->focus;

        y++;
        hs_grid_text(p->g, x, y, focused ? HS_STYLE_ACCENT : HS_STYLE_DIM,
                     hs_dial_name((enum hs_dial)d));
        if (focused) {
            hs_grid_textf(p->g, x + 9, y, HS_STYLE_FOCUS, "%s %s %s", hs_glyph(p->g->ascii, "left"),
                          word, hs_glyph(p->g->ascii, "right"));
            p->focus_x = x + 9;
            p->focus_y = y;
        } else {
            hs_grid_text(p->g, x + 11, y,
                         strcmp(word, other) != 0 ? HS_STYLE_STRONG : HS_STYLE_TEXT, word);
        }
    }
    return HS_DIAL_COUNT + 1;
}

static void put(void *payload, int line, int x, const char *text, size_t n, enum hs_style style)
{
    struct page *p = payload;

    hs_grid_text_n(p->g, x, p->focus_y + line, p->g->width - x, style, text, n);
}

/* Why the quantizer refuses the chosen side. */
static int refusal(struct page *p, int y)
{
    const struct hs_play_result *r;
    struct hs_piece piece = {.style = HS_STYLE_BAD};
    struct page here = *p;

    if (hs_play_result(&r, p->play, hs_play_side(p->play), p->err) != HS_OK || r->refusal == NULL)
        return 0;
    piece.text = r->refusal;
    here.focus_y = y;
    return hs_wrap(&piece, 1, p->g->width, 0, put, &here) + 1;
}

enum hs_status hs_play_draw(struct hs_grid *g, int *rows, int *focus_x, int *focus_y,
                            struct hs_arena *arena, struct hs_play *play, enum hs_dial focus,
                            bool trace, struct hs_error *err)
{
    struct page p = {.g = g, .arena = arena, .play = play, .focus = focus, .err = err};
    int y = 0, left, right;

    if (g->width >= WIDE) {
        left = view(&p, 0, 0, g->width - DIALS - 2, HS_PLAY_HISTOGRAM);
        right = dials(&p, g->width - DIALS, 0);
        y = left > right ? left : right;
    } else {
        y = dials(&p, 0, 0) + 1;
        y += view(&p, 0, y, g->width, HS_PLAY_HISTOGRAM);
    }
    y += refusal(&p, y);
    y += view(&p, 0, y, g->width, HS_PLAY_TABLE) + 1;
    y += view(&p, 0, y, g->width, trace ? HS_PLAY_TRACE : HS_PLAY_ELEMENT);
    *rows = y;
    *focus_x = p.focus_x;
    *focus_y = p.focus_y;
    return err != NULL ? err->code : HS_OK;
}
