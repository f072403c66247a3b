#include "draw/grid.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static const char *const style_names[HS_STYLE_COUNT] = {
#define HS_STYLE(id, name, help) [HS_STYLE_##id] = name,
#include "draw/styles.def"
#undef HS_STYLE
};

const char *hs_style_name(enum hs_style s)
{
    return style_names[s];
}

const char *hs_glyph(bool ascii, const char *name)
{
    static const struct {
        const char *name, *unicode, *ascii;
    } glyphs[] = {
#define HS_GLYPH(name, unicode, ascii) {name, unicode, ascii},
#include "draw/glyphs.def"
#undef HS_GLYPH
    };

    for (size_t i = 0; i < HS_COUNTOF(glyphs); i++)
        if (strcmp(glyphs[i].name, name) == 0)
            return ascii ? glyphs[i].ascii : glyphs[i].unicode;
    return "?";
}

static const struct hs_cell blank = {.text = " ", .width = 1, .style = HS_STYLE_TEXT};

enum hs_status hs_grid_new(struct hs_grid *out, struct hs_arena *arena, int width, int height,
                           bool ascii, struct hs_error *err)
{
    struct hs_grid g = {.width = width > 0 ? width : 0,
                        .height = height > 0 ? height : 0,
                        .ascii = ascii,
                        .cursor_x = -1,
                        .cursor_y = -1};
    size_t cells;

    if (!hs_mul_checked(&cells, (size_t)g.width, (size_t)g.height))
        return hs_fail(err, HS_ELIMIT, "a screen of %d by %d cells is too large", width, height);
    g.cells = hs_arena_alloc(arena, cells, sizeof *g.cells);
    if (g.cells == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    hs_grid_clear(&g);
    *out = g;
    return HS_OK;
}

void hs_grid_clear(struct hs_grid *g)
{
    for (int i = 0; i < g->width * g->height; i++)
        g->cells[i] = blank;
    g->cursor_x = g->cursor_y = -1;
}

static struct hs_cell *cell(struct hs_grid *g, int x, int y)
{
    return x >= 0 && y >= 0 && x < g->width && y < g->height ? &g->cells[y * g->width + x] : NULL;
}

/* Replaces one cell; a wide character that loses a half becomes blank. */
static void put(struct hs_grid *g, int x, int y, const char *text, size_t n, int width,
                enum hs_style style)
{
    struct hs_cell *c = cell(g, x, y), *next = cell(g, x + 1, y), *before = cell(g, x - 1, y);

    if (c == NULL)
        return;
    if (c->width == 0 && before != NULL)
        *before = blank;
    if (c->width == 2 && next != NULL)
        *next = blank;
    if (width == 2 && next != NULL && next->width == 2 && cell(g, x + 2, y) != NULL)
        *cell(g, x + 2, y) = blank;
    if (width == 2 && next == NULL) { /* no room for the second half */
        *c = blank;
        return;
    }
    n = n < sizeof c->text ? n : sizeof c->text - 1;
    memcpy(c->text, text, n);
    c->text[n] = '\0';
    c->width = (uint8_t)width;
    c->style = (uint8_t)style;
    if (width == 2)
        *next = (struct hs_cell){.text = "", .width = 0, .style = (uint8_t)style};
}

/* Combines with a letter; C1 controls and the marks that turn the direction of text have no width,
 * too, but act on a terminal and are left out. */
static bool combines(uint32_t c)
{
    return c >= 0xa0 && c != 0x61c && c != 0x200b && !(c >= 0x200e && c <= 0x200f) &&
           !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff;
}

/* A mark of width 0 joins the character before it. */
static void join(struct hs_grid *g, int x, int y, const char *text, size_t n)
{
    struct hs_cell *c = cell(g, x - 1, y);
    size_t have;

    if (c != NULL && c->width == 0)
        c = cell(g, x - 2, y);
    if (c == NULL)
        return;
    have = strlen(c->text);
    if (have + n < sizeof c->text) {
        memcpy(c->text + have, text, n);
        c->text[have + n] = '\0';
    }
}

/* The nearest ASCII character of one that formulas and prose use; '?' for any other. */
static char plain(uint32_t c)
{
    static const struct {
        uint32_t c;
        char ascii;
    } table[] = {{0xb7, '*'},    {0xd7, 'x'},    {0xf7, '/'},   {0xb2, '2'},   {0xb3, '3'},
                 {0xb9, '1'},    {0x2212, '-'},  {0x2013, '-'}, {0x2014, '-'}, {0x2019, '\''},
                 {0x2018, '\''}, {0x201c, '"'},  {0x201d, '"'}, {0x2026, '.'}, {0x2192, '>'},
                 {0x2190, '<'},  {0x2264, '<'},  {0x2265, '>'}, {0x2248, '~'}, {0x3b1, 'a'},
                 {0x3b2, 'b'},   {0x3b3, 'g'},   {0x3b4, 'd'},  {0x3b5, 'e'},  {0x3bb, 'l'},
                 {0x3bc, 'm'},   {0x3c3, 's'},   {0x230a, '['}, {0x230b, ']'}, {0x2308, '['},
                 {0x2309, ']'},  {0x2032, '\''}, {0x207b, '-'}, {0x208b, '-'}, {0xa0, ' '},
                 {0x2009, ' '}};

    if (c >= 0x2080 && c <= 0x2089)
        return (char)('0' + (c - 0x2080));
    if (c >= 0x2074 && c <= 0x2079)
        return (char)('0' + (c - 0x2070));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].c == c)
            return table[i].ascii;
    return '?';
}

int hs_grid_text_n(struct hs_grid *g, int x, int y, int columns, enum hs_style style,
                   const char *text, size_t n)
{
    int at = x, end = columns > g->width - x ? g->width : x + columns;

    for (size_t i = 0; i < n;) {
        uint32_t c;
        bool ok;
        size_t bytes = hs_utf8_decode(text + i, n - i, &c, &ok);
        int width = ok ? hs_rune_width(c) : 1;
        char near[2] = {ok ? plain(c) : '?', '\0'};
        const char *shown = g->ascii && (!ok || c > 0x7e) ? near : ok ? text + i : "\xef\xbf\xbd";
        size_t shown_n = shown == text + i ? bytes : strlen(shown);

        i += bytes;
        if (c < 0x20 || c == 0x7f)
            continue;
        if (width == 0) {
            if (!g->ascii && at <= end && combines(c))
                join(g, at, y, shown, shown_n);
            continue;
        }
        if (g->ascii && shown_n == 1 && width == 2) { /* keep the columns of a wide character */
            if (at + 1 < end) {
                put(g, at, y, "?", 1, 1, style);
                put(g, at + 1, y, "?", 1, 1, style);
            }
        } else if (at + width <= end) {
            put(g, at, y, shown, shown_n, width, style);
        }
        at += width;
    }
    return at - x;
}

int hs_grid_text(struct hs_grid *g, int x, int y, enum hs_style style, const char *text)
{
    return hs_grid_text_n(g, x, y, g->width, style, text, strlen(text));
}

int hs_grid_textf(struct hs_grid *g, int x, int y, enum hs_style style, const char *fmt, ...)
{
    struct hs_str text = HS_STR_INIT;
    va_list args;
    int used;

    va_start(args, fmt);
    hs_str_vprintf(&text, fmt, args);
    va_end(args);
    used = hs_grid_text(g, x, y, style, text.buf);
    hs_str_dispose(&text);
    return used;
}

void hs_grid_fill(struct hs_grid *g, int x, int y, int width, int height, enum hs_style style,
                  const char *glyph)
{
    for (int row = y < 0 ? 0 : y; row < y + height && row < g->height; row++)
        for (int column = x < 0 ? 0 : x; column < x + width && column < g->width; column++)
            put(g, column, row, glyph, strlen(glyph), 1, style);
}

void hs_grid_hline(struct hs_grid *g, int x, int y, int width, enum hs_style style)
{
    hs_grid_fill(g, x, y, width, 1, style, hs_glyph(g->ascii, "hline"));
}

void hs_grid_restyle(struct hs_grid *g, int x, int y, int width, int height, enum hs_style style)
{
    for (int row = y < 0 ? 0 : y; row < y + height && row < g->height; row++)
        for (int column = x < 0 ? 0 : x; column < x + width && column < g->width; column++)
            g->cells[row * g->width + column].style = (uint8_t)style;
}

void hs_grid_blit(struct hs_grid *dst, int x, int y, const struct hs_grid *src)
{
    for (int row = 0; row < src->height; row++)
        for (int column = 0; column < src->width; column++) {
            const struct hs_cell *from = &src->cells[row * src->width + column];

            if (from->width != 0)
                put(dst, x + column, y + row, from->text, strlen(from->text), from->width,
                    from->style);
        }
    if (src->cursor_x >= 0 && cell(dst, x + src->cursor_x, y + src->cursor_y) != NULL) {
        dst->cursor_x = x + src->cursor_x;
        dst->cursor_y = y + src->cursor_y;
    }
}
