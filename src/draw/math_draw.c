/* The boxes of a formula, drawn. Declared in draw/math_box.h. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "draw/math_box.h"

struct pen {
    const struct hs_math_page *page;
    struct hs_grid *g;
};

static void put(const struct pen *p, int x, int y, const char *text)
{
    hs_grid_text(p->g, x, y, HS_STYLE_MATH, text);
}

static void fill(const struct pen *p, int x, int y, int width, const char *glyph)
{
    hs_grid_fill(p->g, x, y, width, 1, HS_STYLE_MATH, glyph);
}

/* The parts of a tall bracket: top, middle, bottom, and the middle piece of braces; in ASCII the
 * column of the bar comes first for those of two columns. */
static const struct bracket {
    const char *one, *top, *middle, *bottom, *centre;
    const char *ascii_top, *ascii, *ascii_bottom, *ascii_centre;
} brackets[] = {{"(", "⎛", "⎜", "⎝", NULL, "(", "(", "(", NULL},
                {")", "⎞", "⎟", "⎠", NULL, ")", ")", ")", NULL},
                {"[", "⎡", "⎢", "⎣", NULL, "[", "[", "[", NULL},
                {"]", "⎤", "⎥", "⎦", NULL, "]", "]", "]", NULL},
                {"{", "⎧", "⎪", "⎩", "⎨", "/", "|", "\\", "<"},
                {"}", "⎫", "⎪", "⎭", "⎬", "\\", "|", "/", ">"},
                {"⌊", "⎢", "⎢", "⎣", NULL, "|", "|", "|_", NULL},
                {"⌋", "⎥", "⎥", "⎦", NULL, " |", " |", "_|", NULL},
                {"⌈", "⎡", "⎢", "⎢", NULL, " _", "|", "|", NULL},
                {"⌉", "⎤", "⎥", "⎥", NULL, "_", " |", " |", NULL},
                {"|", "│", "│", "│", NULL, "|", "|", "|", NULL},
                {"‖", "║", "║", "║", NULL, "||", "||", "||", NULL},
                {"⟨", "╱", "│", "╲", "⟨", "/", "<", "\\", "<"},
                {"⟩", "╲", "│", "╱", "⟩", "\\", ">", "/", ">"},
                {"/", "╱", "╱", "╱", NULL, "/", "/", "/", NULL}};

static void bracket(const struct pen *p, const struct hs_math *m, int x, int y)
{
    for (size_t i = 0; i < HS_COUNTOF(brackets); i++) {
        const struct bracket *k = &brackets[i];
        bool ascii = p->page->ascii;

        if (strcmp(k->one, m->text) != 0)
            continue;
        for (int row = -m->up; row <= m->down; row++) {
            const char *piece = ascii ? k->ascii : k->middle;

            if (row == -m->up)
                piece = ascii ? k->ascii_top : k->top;
            else if (row == m->down)
                piece = ascii ? k->ascii_bottom : k->bottom;
            else if (k->centre != NULL && row == (m->down - m->up) / 2)
                piece = ascii ? k->ascii_centre : k->centre;
            put(p, x, y + row, piece);
        }
        return;
    }
    put(p, x, y, p->page->ascii ? m->ascii : m->text);
}

static void symbol(const struct pen *p, const struct hs_math *m, int x, int y)
{
    if (m->stretch && m->up + m->down > 0)
        bracket(p, m, x, y);
    else
        put(p, x, y, p->page->ascii ? m->ascii : m->text);
}

/* The slanted leg goes up with its rows; a steep one stands at the left edge of its column, where
 * the slanted stroke ends. */
static void drawn_root(const struct pen *p, const struct hs_math *m, int x, int y)
{
    bool ascii = p->page->ascii, steep = hs_math_root_is_steep(m);
    int rows = hs_math_height(m->a), bottom = y + m->a->down, left = x + m->a->x;
    int leg = steep ? 2 : rows;

    put(p, left - leg - 1, bottom, ascii ? "\\" : "╲");
    for (int i = 0; i < (steep ? 1 : leg); i++)
        put(p, left - leg + i, bottom - i, ascii ? "/" : "╱");
    for (int i = 1; steep && i < rows; i++)
        put(p, left - 1, bottom - i, ascii ? "|" : "▏");
    fill(p, left - steep, y - m->a->up - 1, m->a->w + steep, "_");
}

static void root(const struct pen *p, const struct hs_math *m, int x, int y)
{
    enum hs_math_root form = hs_math_root_form(p->page, m);

    if (form == HS_MATH_ROOT_DRAWN) {
        drawn_root(p, m, x, y);
    } else {
        put(p, x, y, form == HS_MATH_ROOT_WORD ? "sqrt(" : "√");
        put(p, x + m->w - 1, y, form == HS_MATH_ROOT_WORD ? ")" : "");
    }
}

static void accent(const struct pen *p, const struct hs_math *m, int x, int y)
{
    const char *mark = hs_math_combining(p->page, m);
    bool ascii = p->page->ascii;
    int row = y - m->up, middle = x + (m->w - 1) / 2;

    if (mark != NULL) {
        char text[16];
        const char *letter = hs_math_only(m->a)->text;
        size_t n = strlen(letter), more = strlen(mark);

        if (n + more < sizeof text) {
            memcpy(text, letter, n);
            memcpy(text + n, mark, more + 1);
            put(p, x, y, text);
        }
    } else if (strcmp(m->text, "bar") == 0)
        fill(p, x, row, m->w, "_");
    else if (strcmp(m->text, "under") == 0)
        fill(p, x, y + m->down, m->w, ascii ? "-" : "‾");
    else if (strcmp(m->text, "tilde") == 0)
        fill(p, x, row, m->w, "~");
    else if (strcmp(m->text, "vec") == 0) {
        fill(p, x, row, m->w - 1, hs_glyph(ascii, "hline"));
        put(p, x + m->w - 1, row, ascii ? ">" : "→");
    } else
        put(p, middle, row,
            strcmp(m->text, "hat") == 0     ? "^"
            : strcmp(m->text, "check") == 0 ? "v"
            : strcmp(m->text, "dot") == 0   ? (ascii ? "." : "˙")
                                            : (ascii ? ".." : "¨"));
}

static void brace(const struct pen *p, const struct hs_math *m, int x, int y)
{
    bool over = strcmp(m->text, "over") == 0, ascii = p->page->ascii;
    int row = over ? y - m->up : y + m->down;

    fill(p, x, row, m->w, hs_glyph(ascii, "hline"));
    if (m->w < 3)
        return;
    put(p, x, row, ascii ? (over ? "/" : "\\") : over ? "╭" : "╰");
    put(p, x + m->w - 1, row, ascii ? (over ? "\\" : "/") : over ? "╮" : "╯");
    put(p, x + (m->w - 1) / 2, row, ascii ? "+" : over ? "┴" : "┬");
}

static void frame(const struct pen *p, const struct hs_math *m, int x, int y)
{
    int top = y - m->up, bottom = y + m->down, right = x + m->w - 1;
    bool ascii = p->page->ascii;

    fill(p, x, top, m->w, hs_glyph(ascii, "hline"));
    fill(p, x, bottom, m->w, hs_glyph(ascii, "hline"));
    for (int row = top + 1; row < bottom; row++) {
        put(p, x, row, hs_glyph(ascii, "vline"));
        put(p, right, row, hs_glyph(ascii, "vline"));
    }
    put(p, x, top, hs_glyph(ascii, "corner1"));
    put(p, right, top, hs_glyph(ascii, "corner2"));
    put(p, x, bottom, hs_glyph(ascii, "corner3"));
    put(p, right, bottom, hs_glyph(ascii, "corner4"));
}

/* What the node adds to its parts. */
static void own(const struct pen *p, const struct hs_math *m, int x, int y)
{
    switch (m->kind) {
    case HS_MATH_SYMBOL:
        symbol(p, m, x, y);
        break;
    case HS_MATH_FRAC:
        if (!m->bare)
            fill(p, x, y, m->w, hs_glyph(p->page->ascii, "hline"));
        break;
    case HS_MATH_SQRT:
        root(p, m, x, y);
        break;
    case HS_MATH_ACCENT:
        accent(p, m, x, y);
        break;
    case HS_MATH_BRACE:
        brace(p, m, x, y);
        break;
    case HS_MATH_BOXED:
        frame(p, m, x, y);
        break;
    case HS_MATH_TAG:
        put(p, x + 1, y, "(");
        put(p, x + m->w - 2, y, ")");
        break;
    default:
        break;
    }
}

static void draw(const struct pen *p, const struct hs_math *m, int x, int y)
{
    const struct hs_math *parts[] = {m->a, m->b, m->c};

    own(p, m, x, y);
    if (m->kind == HS_MATH_ACCENT && hs_math_combining(p->page, m) != NULL)
        return;
    for (int i = 0; i < 3; i++)
        if (parts[i] != NULL)
            draw(p, parts[i], x + parts[i]->x, y + parts[i]->y);
    for (size_t i = 0; i < m->n; i++) {
        const struct hs_math *item = m->items[i];

        if (m->kind == HS_MATH_TABLE)
            for (size_t c = 0; c < item->n; c++)
                draw(p, item->items[c], x + item->items[c]->x, y + item->items[c]->y);
        else
            draw(p, item, x + item->x, y + item->y);
    }
}

void hs_math_draw(const struct hs_math_page *page, struct hs_grid *g, const struct hs_math *m,
                  int x, int y)
{
    struct pen p = {page, g};

    draw(&p, m, x, y);
}
