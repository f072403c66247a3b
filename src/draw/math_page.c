/* A formula on a page: as wide as the page allows, its number at the right edge. Declared in
 * draw/math.h. */
#include "draw/math.h"

#include <string.h>

#include "draw/math_box.h"

enum { MOST_COLUMNS = 2048, MOST_ROWS = 256 }; /* of a picture; what is beyond is clipped */

/* The numbers of a formula's lines; NULL where a line has none. */
struct tags {
    struct hs_math **items; // (n)
    size_t n;
    int width; /* of the widest */
};

/* Takes the tags out of a row: the last one counts. */
static struct hs_math *take_tag(struct hs_math *m)
{
    struct hs_math *tag = NULL;
    size_t n = 0;

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

static void take_tags(struct hs_math_page *page, struct tags *tags, struct hs_math *m)
{
    bool lines = m->kind == HS_MATH_TABLE;

    *tags = (struct tags){.n = lines ? m->n : m->kind == HS_MATH_ROW};
    tags->items = hs_arena_alloc_zero(page->arena, tags->n, sizeof(struct hs_math *));
    if (tags->items == NULL) {
        page->st = hs_fail(page->err, HS_ENOMEM, "out of memory");
        return;
    }
    for (size_t i = 0; i < tags->n; i++) {
        struct hs_math *row = lines ? m->items[i]->items[m->items[i]->n - 1] : m;

        tags->items[i] = take_tag(row);
        if (tags->items[i] != NULL) {
            hs_math_size(page, tags->items[i]);
            tags->width = hs_math_larger(tags->width, tags->items[i]->w);
        }
    }
}

/* The last of the lines that a formula, or line i of a table, was broken into: its baseline, and
 * its right end in *w unless the whole is meant. */
static int last_line(const struct hs_math *body, size_t i, bool table, bool broken, int *w)
{
    const struct hs_math *line = body;
    int y = 0;

    if (table && !broken)
        return body->items[i]->items[0]->y;
    if (table) {
        line = body->items[i];
        y = line->y;
    }
    if (broken && line->n != 0) {
        line = line->items[line->n - 1];
        y += line->y;
        *w = line->w;
    }
    return y;
}

/* Where a tag stands: on its line when there is room, else below. Widens the body. */
static void place_tag(struct hs_math *body, struct hs_math *tag, int y, int w, int width)
{
    int x = width > 0 ? width - tag->w + 1 : w + 3;

    if (x < w + 1) {
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
                            const struct hs_math *body, const struct tags *tags, int width)
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
    for (size_t i = 0; i < tags->n; i++)
        if (tags->items[i] != NULL)
            hs_math_draw(page, &g, tags->items[i], tags->items[i]->x, body->up + tags->items[i]->y);
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
    struct hs_math *m, *body;
    struct tags tags;
    int room = max_width;
    enum hs_status st = hs_math_parse(&m, arena, tex, err);

    if (st != HS_OK)
        return st;
    if (m->kind == HS_MATH_ROW && m->n == 1 && m->items[0]->kind == HS_MATH_TABLE &&
        m->items[0]->table != HS_MATH_MATRIX && m->items[0]->table != HS_MATH_CASES)
        m = m->items[0];
    take_tags(&page, &tags, m);
    hs_math_size(&page, m);
    if (m->kind == HS_MATH_TABLE && tags.width > 0 && max_width > 2 * tags.width)
        room -= tags.width; /* the numbers of lines have a column of their own */
    body = m;
    if (page.st == HS_OK && max_width > 0 && m->w > room)
        body = hs_math_broken(&page, m, room);
    if (page.st != HS_OK || body == NULL)
        return page.st;
    for (size_t i = 0, whole = (size_t)body->w; i < tags.n; i++)
        if (tags.items[i] != NULL) {
            int w = (int)whole, y = last_line(body, i, m->kind == HS_MATH_TABLE, body != m, &w);

            place_tag(body, tags.items[i], y, w, max_width);
        }
    return drawn(out, baseline, &page, body, &tags, max_width);
}
