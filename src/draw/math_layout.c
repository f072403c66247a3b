/* A formula in two dimensions: the tree becomes boxes that share a baseline. Declared in
 * draw/math.h. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/math.h"
#include "draw/math_tree.h"

struct box {
    struct hs_grid g;
    int base;
};

struct layout {
    struct hs_arena *arena;
    bool ascii;
    int depth;
    struct hs_error *err;
    enum hs_status st;
};

static struct box build(struct layout *l, const struct hs_math *m);

static struct box make(struct layout *l, int width, int height, int base)
{
    struct box b = {.base = base};

    if (l->st == HS_OK)
        l->st = hs_grid_new(&b.g, l->arena, width, height, l->ascii, l->err);
    return b;
}

static struct box text_box(struct layout *l, const char *text)
{
    struct box b = make(l, (int)hs_text_width(text, strlen(text)), 1, 0);

    if (l->st == HS_OK)
        hs_grid_text(&b.g, 0, 0, HS_STYLE_MATH, text);
    return b;
}

static int below(const struct box *b)
{
    return b->g.height - b->base - 1;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Boxes side by side on one baseline. */
static struct box beside(struct layout *l, const struct box *items, size_t n)
{
    int width = 0, up = 0, down = 0, x = 0;
    struct box b;

    for (size_t i = 0; i < n; i++) {
        width += items[i].g.width;
        up = larger(up, items[i].base);
        down = larger(down, below(&items[i]));
    }
    b = make(l, width, up + 1 + down, up);
    for (size_t i = 0; l->st == HS_OK && i < n; i++) {
        hs_grid_blit(&b.g, x, up - items[i].base, &items[i].g);
        x += items[i].g.width;
    }
    return b;
}

static struct box symbol(struct layout *l, const struct hs_math *m, bool sign)
{
    struct hs_str text = HS_STR_INIT;
    const char *glyph = l->ascii ? m->ascii : m->text;
    bool tight = sign || strcmp(m->ascii, "/") == 0;
    struct box b;

    hs_str_printf(&text,
                  (m->class == HS_MATH_BIN && !tight) || m->class == HS_MATH_REL ? " %s "
                  : m->class == HS_MATH_PUNCT                                    ? "%s "
                                                                                 : "%s",
                  glyph);
    b = text_box(l, text.buf);
    hs_str_dispose(&text);
    return b;
}

static struct box row(struct layout *l, const struct hs_math *m)
{
    struct box *items = hs_arena_alloc(l->arena, m->n * 3 + 1, sizeof *items);
    size_t n = 0;

    if (items == NULL) {
        l->st = hs_fail(l->err, HS_ENOMEM, "out of memory");
        return (struct box){0};
    }
    for (size_t i = 0; i < m->n && l->st == HS_OK; i++) {
        const struct hs_math *item = m->items[i], *last = i > 0 ? m->items[i - 1] : NULL;
        bool sign = item->class == HS_MATH_BIN &&
                    (last == NULL || last->class == HS_MATH_REL || last->class == HS_MATH_BIN);

        if (hs_math_is_function(item) && last != NULL && hs_math_is_operand(last))
            items[n++] = text_box(l, " ");
        items[n++] = item->kind == HS_MATH_SYMBOL ? symbol(l, item, sign) : build(l, item);
        if (hs_math_is_function(item) && i + 1 < m->n &&
            hs_math_keeps_distance(item, m->items[i + 1]))
            items[n++] = text_box(l, " ");
    }
    return beside(l, items, n);
}

static struct box fraction(struct layout *l, const struct hs_math *m)
{
    struct box top = build(l, m->a), bottom = build(l, m->b), b;
    int width = larger(top.g.width, bottom.g.width) + 2;

    b = make(l, width, top.g.height + 1 + bottom.g.height, top.g.height);
    if (l->st == HS_OK) {
        hs_grid_blit(&b.g, (width - top.g.width) / 2, 0, &top.g);
        hs_grid_fill(&b.g, 0, b.base, width, 1, HS_STYLE_MATH, hs_glyph(l->ascii, "hline"));
        hs_grid_blit(&b.g, (width - bottom.g.width) / 2, b.base + 1, &bottom.g);
    }
    return b;
}

/* Above and below, centred: limits of sums, labels of braces. */
static struct box stack(struct layout *l, struct box middle, const struct hs_math *under,
                        const struct hs_math *over)
{
    struct box low = {0}, high = {0}, b;
    int width = middle.g.width;

    if (under != NULL)
        low = build(l, under);
    if (over != NULL)
        high = build(l, over);
    width = larger(width, larger(low.g.width, high.g.width));
    b = make(l, width, high.g.height + middle.g.height + low.g.height, high.g.height + middle.base);
    if (l->st == HS_OK) {
        if (over != NULL)
            hs_grid_blit(&b.g, (width - high.g.width) / 2, 0, &high.g);
        hs_grid_blit(&b.g, (width - middle.g.width) / 2, high.g.height, &middle.g);
        if (under != NULL)
            hs_grid_blit(&b.g, (width - low.g.width) / 2, high.g.height + middle.g.height, &low.g);
    }
    return b;
}

static struct box scripts(struct layout *l, const struct hs_math *m)
{
    struct box a = build(l, m->a), low = {0}, high = {0}, b;
    int up = 0, down = 0, width;

    if (m->limits && !(m->a->kind == HS_MATH_SYMBOL && m->b == NULL && m->c == NULL))
        return stack(l, a, m->b, m->c);
    if (m->b != NULL)
        low = build(l, m->b);
    if (m->c != NULL)
        high = build(l, m->c);
    up = m->c != NULL ? high.g.height : 0;
    down = m->b != NULL ? low.g.height : 0;
    width = a.g.width + larger(low.g.width, high.g.width);
    b = make(l, width, up + a.g.height + down, up + a.base);
    if (l->st == HS_OK) {
        hs_grid_blit(&b.g, 0, up, &a.g);
        if (m->c != NULL)
            hs_grid_blit(&b.g, a.g.width, 0, &high.g);
        if (m->b != NULL)
            hs_grid_blit(&b.g, a.g.width, up + a.g.height, &low.g);
    }
    return b;
}

/* The parts of a tall bracket: one row, then top, middle, bottom, and the middle piece of braces.
 */
static const struct bracket {
    const char *one, *top, *middle, *bottom, *centre, *ascii;
} brackets[] = {{"(", "⎛", "⎜", "⎝", NULL, "("}, {")", "⎞", "⎟", "⎠", NULL, ")"},
                {"[", "⎡", "⎢", "⎣", NULL, "["}, {"]", "⎤", "⎥", "⎦", NULL, "]"},
                {"{", "⎧", "⎪", "⎩", "⎨", "{"},  {"}", "⎫", "⎪", "⎭", "⎬", "}"},
                {"⌊", "⎢", "⎢", "⎣", NULL, "["}, {"⌋", "⎥", "⎥", "⎦", NULL, "]"},
                {"⌈", "⎡", "⎢", "⎢", NULL, "["}, {"⌉", "⎤", "⎥", "⎥", NULL, "]"},
                {"|", "│", "│", "│", NULL, "|"}};

static struct box bracket(struct layout *l, const char *which, int height, int base)
{
    struct box b = make(l, which[0] != '\0', height, base);

    for (size_t i = 0; l->st == HS_OK && b.g.width == 1 && i < HS_COUNTOF(brackets); i++) {
        const struct bracket *k = &brackets[i];

        if (strcmp(k->one, which) != 0)
            continue;
        for (int y = 0; y < height; y++)
            hs_grid_text(&b.g, 0, y, HS_STYLE_MATH,
                         l->ascii                               ? k->ascii
                         : height == 1                          ? k->one
                         : y == 0                               ? k->top
                         : y == height - 1                      ? k->bottom
                         : k->centre != NULL && y == height / 2 ? k->centre
                                                                : k->middle);
    }
    return b;
}

static struct box fence(struct layout *l, const struct hs_math *m)
{
    struct box inner = build(l, m->a), items[3];

    if (l->st != HS_OK)
        return inner;
    items[0] = bracket(l, m->open, inner.g.height, inner.base);
    items[1] = inner;
    items[2] = bracket(l, m->close, inner.g.height, inner.base);
    return beside(l, items, 3);
}

static struct box root(struct layout *l, const struct hs_math *m)
{
    struct box a = build(l, m->a), b;

    if (l->ascii) {
        struct box items[3] = {text_box(l, "sqrt("), a, text_box(l, ")")};

        return beside(l, items, 3);
    }
    b = make(l, a.g.width + 2, a.g.height + 1, a.base + 1);
    if (l->st == HS_OK) {
        hs_grid_fill(&b.g, 2, 0, a.g.width, 1, HS_STYLE_MATH, "_");
        hs_grid_text(&b.g, 0, b.g.height - 1, HS_STYLE_MATH, "╲╱");
        for (int y = 1; y + 1 < b.g.height; y++)
            hs_grid_text(&b.g, 1, y, HS_STYLE_MATH, "│");
        hs_grid_blit(&b.g, 2, 1, &a.g);
    }
    return b;
}

static struct box accent(struct layout *l, const struct hs_math *m)
{
    struct box a = build(l, m->a), b;
    const char *mark = m->text[0] == '^' ? "^" : m->text[0] == '~' ? "~" : l->ascii ? "_" : m->text;

    if (l->st == HS_OK && a.g.width == 1 && a.g.height == 1 &&
        !l->ascii) { /* a combining mark on the letter itself */
        struct hs_str text = HS_STR_INIT;

        hs_str_printf(&text, "%s%s", a.g.cells[0].text,
                      m->text[0] == '^'   ? "\xcc\x82"
                      : m->text[0] == '~' ? "\xcc\x83"
                                          : "\xcc\x84");
        b = text_box(l, text.buf);
        hs_str_dispose(&text);
        return b;
    }
    b = make(l, a.g.width, a.g.height + 1, a.base + 1);
    if (l->st == HS_OK) {
        if (m->text[0] == '^' || m->text[0] == '~')
            hs_grid_text(&b.g, a.g.width / 2, 0, HS_STYLE_MATH, mark);
        else
            hs_grid_fill(&b.g, 0, 0, a.g.width, 1, HS_STYLE_MATH, mark);
        hs_grid_blit(&b.g, 0, 1, &a.g);
    }
    return b;
}

static struct box brace(struct layout *l, const struct hs_math *m)
{
    struct box a = build(l, m->a), b;
    bool over = strcmp(m->text, "over") == 0;
    int y = over ? 0 : a.g.height;

    b = make(l, a.g.width, a.g.height + 1, over ? a.base + 1 : a.base);
    if (l->st == HS_OK) {
        hs_grid_blit(&b.g, 0, over ? 1 : 0, &a.g);
        hs_grid_fill(&b.g, 0, y, a.g.width, 1, HS_STYLE_MATH, hs_glyph(l->ascii, "hline"));
        if (!l->ascii && a.g.width > 2) {
            hs_grid_text(&b.g, 0, y, HS_STYLE_MATH, over ? "╭" : "╰");
            hs_grid_text(&b.g, a.g.width - 1, y, HS_STYLE_MATH, over ? "╮" : "╯");
            hs_grid_text(&b.g, a.g.width / 2, y, HS_STYLE_MATH, over ? "┴" : "┬");
        }
    }
    return b;
}

/* Two columns: the second begins where the widest first one ends. */
static struct box cases(struct layout *l, const struct hs_math *m)
{
    size_t rows = m->n / 2;
    struct box *cells = hs_arena_alloc(l->arena, m->n + 1, sizeof *cells), b, both[2];
    int left = 0, right = 0, height = 0, y = 0;
    bool braces = m->text != NULL && strcmp(m->text, "cases") == 0;

    if (cells == NULL) {
        l->st = hs_fail(l->err, HS_ENOMEM, "out of memory");
        return (struct box){0};
    }
    for (size_t i = 0; i < rows * 2; i++) {
        cells[i] = build(l, m->items[i]);
        if (i % 2 == 0)
            left = larger(left, cells[i].g.width);
        else
            right = larger(right, cells[i].g.width);
    }
    for (size_t r = 0; r < rows; r++)
        height += larger(cells[2 * r].base, cells[2 * r + 1].base) + 1 +
                  larger(below(&cells[2 * r]), below(&cells[2 * r + 1]));
    b = make(l, left + (right > 0 && braces ? 2 : 0) + right, larger(height, 1),
             larger(height, 1) / 2);
    for (size_t r = 0; l->st == HS_OK && r < rows; r++) {
        int up = larger(cells[2 * r].base, cells[2 * r + 1].base);

        hs_grid_blit(&b.g, braces ? 0 : left - cells[2 * r].g.width, y + up - cells[2 * r].base,
                     &cells[2 * r].g);
        hs_grid_blit(&b.g, left + (braces ? 2 : 0), y + up - cells[2 * r + 1].base,
                     &cells[2 * r + 1].g);
        y += up + 1 + larger(below(&cells[2 * r]), below(&cells[2 * r + 1]));
    }
    if (!braces || l->st != HS_OK)
        return b;
    both[0] = bracket(l, "{", b.g.height, b.base);
    both[1] = b;
    return beside(l, both, 2);
}

static struct box build(struct layout *l, const struct hs_math *m)
{
    struct box items[3];

    if (m == NULL || l->st != HS_OK)
        return text_box(l, "");
    switch (m->kind) {
    case HS_MATH_ROW:
        return row(l, m);
    case HS_MATH_SYMBOL:
        return symbol(l, m, false);
    case HS_MATH_FRAC:
        return fraction(l, m);
    case HS_MATH_SCRIPTS:
        return scripts(l, m);
    case HS_MATH_SQRT:
        return root(l, m);
    case HS_MATH_FENCE:
        return fence(l, m);
    case HS_MATH_ACCENT:
        return accent(l, m);
    case HS_MATH_BRACE:
        return brace(l, m);
    case HS_MATH_CASES:
        return cases(l, m);
    default:
        items[0] = text_box(l, "    (");
        items[1] = build(l, m->a);
        items[2] = text_box(l, ")");
        return beside(l, items, 3);
    }
}

/* Lines of a row that is too wide: broken before relations, then before spaced operators. */
static struct box broken(struct layout *l, const struct hs_math *m, int max_width)
{
    struct box lines[32], b;
    size_t n = 0, from = 0;
    int width = 0, height = 0, y = 0;

    while (from < m->n && n < HS_COUNTOF(lines) && l->st == HS_OK) {
        struct hs_math part = *m;
        size_t end = m->n;

        part.items = m->items + from;
        part.n = m->n - from;
        lines[n] = row(l, &part);
        while (l->st == HS_OK && lines[n].g.width + (n != 0 ? 2 : 0) > max_width) {
            size_t at = end - 1;

            while (at > from &&
                   !(m->items[at]->kind == HS_MATH_SYMBOL &&
                     (m->items[at]->class == HS_MATH_REL || m->items[at]->class == HS_MATH_BIN)))
                at--;
            if (at == from)
                break;
            end = at;
            part.n = end - from;
            lines[n] = row(l, &part);
        }
        width = larger(width, lines[n].g.width + (n != 0 ? 2 : 0));
        height += lines[n].g.height;
        from = end;
        n++;
    }
    b = make(l, width, height, n != 0 ? lines[0].base : 0);
    for (size_t i = 0; i < n && l->st == HS_OK; i++) {
        hs_grid_blit(&b.g, i != 0 ? 2 : 0, y, &lines[i].g);
        y += lines[i].g.height;
    }
    return b;
}

enum hs_status hs_math_typeset(struct hs_grid *out, int *baseline, struct hs_arena *arena,
                               const char *tex, int max_width, bool ascii, struct hs_error *err)
{
    struct layout l = {.arena = arena, .ascii = ascii, .err = err, .st = HS_OK};
    struct hs_math *m;
    struct box b;
    enum hs_status st = hs_math_parse(&m, arena, tex, err);

    if (st != HS_OK)
        return st;
    b = build(&l, m);
    if (l.st == HS_OK && max_width > 0 && b.g.width > max_width && m->kind == HS_MATH_ROW)
        b = broken(&l, m, max_width);
    if (l.st != HS_OK)
        return l.st;
    *out = b.g;
    *baseline = b.base;
    return HS_OK;
}
