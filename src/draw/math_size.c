/* How large every part of a formula is and where it stands in its whole. Declared in
 * draw/math_box.h. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/math_box.h"

enum { LONGEST_LEG = 4 };

static void place(struct hs_math *m, int x, int y)
{
    m->x = x;
    m->y = y;
}

static int columns(const char *text)
{
    int n = 0;

    for (const char *s = text; *s != '\0'; s++, n++)
        if ((unsigned char)*s >= 0x80)
            return (int)hs_text_width(text, strlen(text));
    return n;
}

static void size_symbol(const struct hs_math_page *page, struct hs_math *m)
{
    m->w = columns(page->ascii ? m->ascii : m->text);
}

struct hs_math *hs_math_bracket_of(struct hs_math *item)
{
    struct hs_math *base = item->kind == HS_MATH_SCRIPTS ? item->a : item;

    return base->kind == HS_MATH_SYMBOL && base->stretch ? base : NULL;
}

static void place_scripts(struct hs_math *m)
{
    struct hs_math *a = m->a, *low = m->b, *high = m->c;
    bool bracket = a->kind == HS_MATH_FENCE || hs_math_bracket_of(a) != NULL;
    int w = 0;

    m->w = a->w;
    m->up = a->up;
    m->down = a->down;
    place(a, 0, 0);
    if (high != NULL) { /* beside a bracket's end, above anything else */
        int y = bracket && a->up > 0 ? a->up + high->down : a->up + 1 + high->down;

        place(high, a->w, -y);
        m->up = y + high->up;
        w = high->w;
    }
    if (low != NULL) {
        int y = bracket && a->down > 0 ? a->down + low->up : a->down + 1 + low->up;

        place(low, a->w, y);
        m->down = y + low->down;
        w = hs_math_larger(w, low->w);
    }
    m->w += w;
}

/* Above and below, centred: limits of sums, labels of braces. */
static void place_limits(struct hs_math *m)
{
    struct hs_math *a = m->a, *low = m->b, *high = m->c;

    m->w = a->w;
    m->up = a->up;
    m->down = a->down;
    if (low != NULL) {
        m->w = hs_math_larger(m->w, low->w);
        m->down = a->down + hs_math_height(low);
    }
    if (high != NULL) {
        m->w = hs_math_larger(m->w, high->w);
        m->up = a->up + hs_math_height(high);
    }
    place(a, (m->w - a->w) / 2, 0);
    if (low != NULL)
        place(low, (m->w - low->w) / 2, a->down + 1 + low->up);
    if (high != NULL)
        place(high, (m->w - high->w) / 2, -(a->up + 1 + high->down));
}

static void size_scripts(struct hs_math *m)
{
    if (m->limits)
        place_limits(m);
    else
        place_scripts(m);
    m->tall = m->a->tall || (m->b != NULL && m->b->tall) || (m->c != NULL && m->c->tall) ||
              (m->limits && m->b != NULL && m->c != NULL);
}

void hs_math_size_bracket(const struct hs_math_page *page, struct hs_math *m, int up, int down)
{
    struct hs_math *k = m->kind == HS_MATH_SCRIPTS ? m->a : m;

    size_symbol(page, k);
    k->up = up;
    k->down = down;
    k->tall = up + down > 0;
    if (k->tall && k->w > 0)
        k->w = page->ascii && (strstr("⌊⌋⌈⌉‖", k->text) != NULL) ? 2 : 1;
    if (k->tall && page->ascii && strstr("⌈⌉", k->text) != NULL)
        k->up++; /* the bar of a ceiling stands above it */
    if (m != k)
        size_scripts(m);
}

/* The rows that a bracket at `from` encloses, or all of the row's when it has no partner. */
static void extent(const struct hs_math *row, size_t from, int *up, int *down)
{
    size_t first = 0, end = row->n;
    int open = 0;

    if (row->items[from]->class == HS_MATH_OPEN || row->items[from]->class == HS_MATH_CLOSE) {
        bool forward = row->items[from]->class == HS_MATH_OPEN;
        size_t i = from;

        for (; i < row->n; i += forward ? 1 : (size_t)-1) { /* -1 ends past row->n, too */
            if (hs_math_bracket_of(row->items[i]) == NULL)
                continue;
            open += row->items[i]->class == HS_MATH_OPEN;
            open -= row->items[i]->class == HS_MATH_CLOSE;
            if (open == 0)
                break;
        }
        first = forward ? from : i < row->n ? i : 0;
        end = !forward ? from : i;
    }
    *up = *down = 0;
    for (size_t i = first; i < end; i++)
        if (hs_math_bracket_of(row->items[i]) == NULL && row->items[i]->tall) {
            *up = hs_math_larger(*up, row->items[i]->up);
            *down = hs_math_larger(*down, row->items[i]->down);
        }
}

static void size_row(struct hs_math_page *page, struct hs_math *m)
{
    const struct hs_math *last = NULL;
    int blanks = 0;
    bool stretch = false;

    for (size_t i = 0; i < m->n; i++) {
        hs_math_size(page, m->items[i]);
        stretch = stretch || hs_math_bracket_of(m->items[i]) != NULL;
        m->tall = m->tall || m->items[i]->tall;
    }
    for (size_t i = 0; stretch && i < m->n; i++)
        if (hs_math_bracket_of(m->items[i]) != NULL) {
            int up, down;

            extent(m, i, &up, &down);
            hs_math_size_bracket(page, m->items[i], up, down);
        }
    for (size_t i = 0; i < m->n; i++) {
        struct hs_math *item = m->items[i];

        if (item->class == HS_MATH_SPACE) {
            blanks += item->w;
        } else {
            m->w += hs_math_larger(0, hs_math_gap(last, item, page->ascii) - blanks);
            blanks = 0;
            last = item;
        }
        place(item, m->w, 0);
        m->w += item->w;
        m->up = hs_math_larger(m->up, item->up);
        m->down = hs_math_larger(m->down, item->down);
    }
}

static void size_fraction(struct hs_math *m)
{
    int inside = hs_math_larger(m->a->w, m->b->w);

    m->w = inside + (m->bare ? 0 : 2);
    m->up = hs_math_height(m->a);
    m->down = hs_math_height(m->b);
    place(m->a, (m->w - m->a->w) / 2, -(1 + m->a->down));
    place(m->b, (m->w - m->b->w) / 2, 1 + m->b->up);
    m->tall = true;
}

enum hs_math_root hs_math_root_form(const struct hs_math_page *page, const struct hs_math *m)
{
    if (m->c != NULL || m->a->up + m->a->down != 0)
        return HS_MATH_ROOT_DRAWN;
    if (page->ascii)
        return HS_MATH_ROOT_WORD;
    return m->a->w <= 1 ? HS_MATH_ROOT_SIGN : HS_MATH_ROOT_DRAWN;
}

bool hs_math_root_is_steep(const struct hs_math *m)
{
    return hs_math_height(m->a) > LONGEST_LEG;
}

static void size_root(const struct hs_math_page *page, struct hs_math *m)
{
    struct hs_math *a = m->a, *index = m->c;
    enum hs_math_root form = hs_math_root_form(page, m);
    int shift = index != NULL ? hs_math_larger(0, index->w - 2) : 0;
    int x = form == HS_MATH_ROOT_WORD ? 5
            : form == HS_MATH_ROOT_SIGN
                ? 1
                : shift + 1 + (hs_math_root_is_steep(m) ? 2 : hs_math_height(a));

    place(a, x, 0);
    m->w = x + a->w + (form == HS_MATH_ROOT_WORD);
    m->down = a->down;
    m->up = a->up + (form == HS_MATH_ROOT_DRAWN);
    m->tall = a->tall;
    if (index != NULL) { /* in the arm of the sign */
        place(index, shift + 2 - index->w, a->down - 1 - index->down);
        m->up = hs_math_larger(m->up, index->up - index->y);
    }
}

static void size_fence(struct hs_math_page *page, struct hs_math *m)
{
    struct hs_math *a = m->a, *sides[] = {m->b, m->c};
    int x = 0;

    m->tall = a->tall;
    m->up = a->up;
    m->down = a->down;
    for (int i = 0; i < 2; i++) {
        if (i == 1) {
            place(a, x, 0);
            x += a->w;
        }
        if (sides[i] == NULL)
            continue;
        hs_math_size_bracket(page, sides[i], a->tall ? a->up : 0, a->tall ? a->down : 0);
        place(sides[i], x, 0);
        x += sides[i]->w;
        m->up = hs_math_larger(m->up, sides[i]->up);
    }
    m->w = x;
}

const char *hs_math_combining(const struct hs_math_page *page, const struct hs_math *m)
{
    const struct hs_math *a = hs_math_only(m->a);

    if (page->ascii || a->kind != HS_MATH_SYMBOL || a->w != 1)
        return NULL;
    return hs_math_mark(m->text);
}

static void size_accent(const struct hs_math_page *page, struct hs_math *m)
{
    const struct hs_math *a = m->a;
    bool over = strcmp(m->text, "under") != 0, joined = hs_math_combining(page, m) != NULL;
    int least =
        page->ascii && (strcmp(m->text, "vec") == 0 || strcmp(m->text, "ddot") == 0) ? 2 : 1;

    m->w = hs_math_larger(a->w, least);
    m->up = a->up + (over && !joined);
    m->down = a->down + !over;
    m->tall = a->tall;
    place(m->a, (m->w - a->w) / 2, 0);
}

static void size_brace(struct hs_math *m)
{
    bool over = strcmp(m->text, "over") == 0;

    place(m->a, 0, 0);
    m->w = m->a->w;
    m->up = m->a->up + over;
    m->down = m->a->down + !over;
    m->tall = m->a->tall;
}

/* A frame, or the parentheses of a tag: two columns at each side. */
static void size_around(struct hs_math *m, int rows)
{
    place(m->a, 2, 0);
    m->w = m->a->w + 4;
    m->up = m->a->up + rows;
    m->down = m->a->down + rows;
    m->tall = rows != 0 || m->a->tall;
}

void hs_math_size(struct hs_math_page *page, struct hs_math *m)
{
    m->w = m->up = m->down = 0;
    m->tall = false;
    if (m->kind == HS_MATH_TABLE)
        hs_math_size_table(page, m);
    if (m->kind == HS_MATH_ROW)
        size_row(page, m);
    if (m->kind == HS_MATH_TABLE || m->kind == HS_MATH_ROW)
        return;
    if (m->a != NULL)
        hs_math_size(page, m->a);
    if (m->b != NULL)
        hs_math_size(page, m->b);
    if (m->c != NULL)
        hs_math_size(page, m->c);
    if (m->kind == HS_MATH_SYMBOL)
        size_symbol(page, m);
    else if (m->kind == HS_MATH_FRAC)
        size_fraction(m);
    else if (m->kind == HS_MATH_SCRIPTS)
        size_scripts(m);
    else if (m->kind == HS_MATH_SQRT)
        size_root(page, m);
    else if (m->kind == HS_MATH_FENCE)
        size_fence(page, m);
    else if (m->kind == HS_MATH_ACCENT)
        size_accent(page, m);
    else if (m->kind == HS_MATH_BRACE)
        size_brace(m);
    else
        size_around(m, m->kind == HS_MATH_BOXED);
}
