/* A formula on a page: as wide as the page allows, its number at the right edge. Declared in
 * draw/math.h. */
#include "draw/math.h"

#include <string.h>

#include "draw/math_box.h"

enum { MOST_COLUMNS = 2048, MOST_ROWS = 256 }; /* of a picture; what is beyond is clipped */

/* Takes the tags out of a row: the last one counts. */
static struct hs_math *take_tag(struct hs_math *m)
{
    struct hs_math *tag = NULL;
    size_t n = 0;

    if (m->kind != HS_MATH_ROW)
        return NULL;
    for (size_t i = 0; i < m->n; i++)
        if (m->items[i]->kind == HS_MATH_TAG)
            tag = m->items[i];
        else
            m->items[n++] = m->items[i];
    while (tag != NULL && n > 0 && m->items[n - 1]->class == HS_MATH_SPACE)
        n--;
    m->n = n;
    return tag;
}

static const struct hs_math *last_line(const struct hs_math *body)
{
    return body->n != 0 && body->kind == HS_MATH_ROW ? body->items[body->n - 1] : body;
}

/* Where the tag stands: on the last line when there is room, else below. Widens the body. */
static void place_tag(struct hs_math *body, struct hs_math *tag, bool lines, int width)
{
    const struct hs_math *last = lines ? last_line(body) : body;
    int y = lines ? last->y : 0, x = width > 0 ? width - tag->w + 1 : last->w + 3;

    if (x < last->w + 1) {
        y = body->down + 1 + tag->up;
        x = hs_math_larger(0, x);
    }
    tag->x = x;
    tag->y = y;
    body->w = hs_math_larger(body->w, x + tag->w - 1); /* its last column is blank */
    body->up = hs_math_larger(body->up, tag->up - y);
    body->down = hs_math_larger(body->down, y + tag->down);
}

/* The first `width` columns and MOST_ROWS rows; a mark where more was. */
static enum hs_status clip(struct hs_grid *out, struct hs_arena *arena, const struct hs_grid *g,
                           int width, int height, struct hs_error *err)
{
    const char *mark = hs_glyph(g->ascii, "ellipsis");
    enum hs_status st =
        hs_grid_new(out, arena, width < g->width ? width : g->width, height, g->ascii, err);

    if (st != HS_OK)
        return st;
    hs_grid_blit(out, 0, 0, g);
    for (int y = 0; y < out->height; y++) {
        bool more = y + 1 == out->height && out->height < g->height;

        for (int x = out->width; x < g->width && out->width != g->width && !more; x++)
            more = strcmp(g->cells[y * g->width + x].text, " ") != 0;
        if (more)
            hs_grid_text(out, out->width - 1, y, HS_STYLE_DIM, mark);
    }
    return HS_OK;
}

static enum hs_status drawn(struct hs_grid *out, int *baseline, struct hs_math_page *page,
                            const struct hs_math *body, const struct hs_math *tag, int width)
{
    int most = width > 0 && width < MOST_COLUMNS ? width : MOST_COLUMNS;
    int height = hs_math_height(body) < MOST_ROWS ? hs_math_height(body) : MOST_ROWS;
    struct hs_grid g;
    enum hs_status st =
        hs_grid_new(&g, page->arena, body->w < MOST_COLUMNS ? body->w : MOST_COLUMNS + 1,
                    hs_math_height(body) < MOST_ROWS ? hs_math_height(body) : MOST_ROWS + 1,
                    page->ascii, page->err);

    if (st != HS_OK)
        return st;
    hs_math_draw(page, &g, body, 0, body->up);
    if (tag != NULL)
        hs_math_draw(page, &g, tag, tag->x, body->up + tag->y);
    *baseline = body->up < height ? body->up : height - 1;
    if (g.width > most || g.height > height)
        return clip(out, page->arena, &g, most, height, page->err);
    *out = g;
    return HS_OK;
}

enum hs_status hs_math_typeset(struct hs_grid *out, int *baseline, struct hs_arena *arena,
                               const char *tex, int max_width, bool ascii, struct hs_error *err)
{
    struct hs_math_page page = {.arena = arena, .ascii = ascii, .err = err, .st = HS_OK};
    struct hs_math *m, *body, *tag;
    enum hs_status st = hs_math_parse(&m, arena, tex, err);

    if (st != HS_OK)
        return st;
    tag = take_tag(m);
    hs_math_size(&page, m);
    if (tag != NULL)
        hs_math_size(&page, tag);
    body = m;
    if (page.st == HS_OK && max_width > 0 && m->w > max_width)
        body = hs_math_broken(&page, m, max_width);
    if (page.st != HS_OK || body == NULL)
        return page.st;
    if (tag != NULL)
        place_tag(body, tag, body != m, max_width);
    return drawn(out, baseline, &page, body, tag, max_width);
}
