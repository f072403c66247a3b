/* What a formula that is too wide can be broken between. Declared in draw/math_pieces.h. */
#include "draw/math_pieces.h"

#include <string.h>

static void no_memory(struct hs_math_pieces *b)
{
    if (b->page->st == HS_OK)
        b->page->st = hs_fail(b->page->err, HS_ENOMEM, "out of memory");
}

static void add(struct hs_math_pieces *b, struct hs_math *m)
{
    if (m->w == 0 || b->page->st != HS_OK)
        return;
    if (b->n == b->cap) {
        size_t cap = b->cap != 0 ? b->cap * 2 : 64;
        struct hs_math_piece *grown = hs_arena_alloc(b->page->arena, cap, sizeof *grown);

        if (grown == NULL) {
            no_memory(b);
            return;
        }
        if (b->n != 0)
            memcpy(grown, b->items, b->n * sizeof *grown);
        b->items = grown;
        b->cap = cap;
    }
    b->depth -= m->class == HS_MATH_CLOSE && b->depth > 0;
    b->items[b->n++] = (struct hs_math_piece){m, b->depth};
    b->depth += m->class == HS_MATH_OPEN;
}

static struct hs_math *made(struct hs_math_pieces *b, enum hs_math_kind kind, const char *text,
                            enum hs_math_class class)
{
    struct hs_math *m = hs_arena_alloc_zero(b->page->arena, 1, sizeof *m);

    if (m == NULL) {
        no_memory(b);
        return NULL;
    }
    m->kind = kind;
    m->class = class;
    m->text = m->ascii = text;
    if (kind == HS_MATH_SYMBOL)
        hs_math_size(b->page, m);
    return m;
}

/* A part in brackets of its own, as a fraction needs it on a line. */
static void in_brackets(struct hs_math_pieces *b, const char *open, struct hs_math *m)
{
    struct hs_math *left = made(b, HS_MATH_SYMBOL, open, HS_MATH_OPEN);
    struct hs_math *right = made(b, HS_MATH_SYMBOL, ")", HS_MATH_CLOSE);

    if (left == NULL || right == NULL)
        return;
    add(b, left);
    hs_math_flatten(b, m);
    add(b, right);
}

/* \left( … \right) as its brackets, which keep their height, and what they enclose; `scripts`
 * stands behind the closing one. */
static void flatten_fence(struct hs_math_pieces *b, struct hs_math *m, struct hs_math *scripts)
{
    struct hs_math *close = m->c;

    if (scripts != NULL && close != NULL) {
        close = made(b, HS_MATH_SCRIPTS, "", HS_MATH_CLOSE);
        if (close == NULL)
            return;
        close->a = m->c;
        close->b = scripts->b;
        close->c = scripts->c;
        hs_math_size_bracket(b->page, close, m->c->up, m->c->down);
    }
    if (m->b != NULL) {
        m->b->class = HS_MATH_OPEN;
        add(b, m->b);
    }
    hs_math_flatten(b, m->a);
    if (close != NULL) {
        close->class = HS_MATH_CLOSE;
        add(b, close);
    }
}

/* A table and a binomial keep their brackets. */
static bool opens(const struct hs_math *m)
{
    return m->kind == HS_MATH_FENCE && hs_math_only(m->a)->kind != HS_MATH_TABLE && !m->a->bare;
}

/* Cases that fit on no line: their conditions go below. */
static void narrow(const struct hs_math_pieces *b, struct hs_math *m)
{
    struct hs_math *table = m->kind == HS_MATH_FENCE && m->a->kind == HS_MATH_TABLE ? m->a : NULL;

    if (table == NULL || table->table != HS_MATH_CASES || m->w <= b->width - 4)
        return;
    table->bare = true;
    hs_math_size(b->page, m);
}

void hs_math_flatten(struct hs_math_pieces *b, struct hs_math *m)
{
    narrow(b, m);
    if (m->kind == HS_MATH_ROW) {
        for (size_t i = 0; i < m->n; i++)
            hs_math_flatten(b, m->items[i]);
    } else if (m->kind == HS_MATH_TABLE && (m->n == 1 || m->table == HS_MATH_ALIGNED)) {
        for (size_t i = 0; m->n == 1 && i < m->items[0]->n; i++)
            hs_math_flatten(b, m->items[0]->items[i]);
        if (m->n != 1)
            add(b, m);
    } else if (opens(m)) {
        flatten_fence(b, m, NULL);
    } else if (m->kind == HS_MATH_SCRIPTS && opens(m->a) && !m->limits && m->a->c != NULL) {
        flatten_fence(b, m->a, m);
    } else if (m->kind == HS_MATH_FRAC && m->w > b->width - 4 && m->w > b->width / 2) {
        struct hs_math *slash = made(b, HS_MATH_SYMBOL, "/", HS_MATH_ORD);

        in_brackets(b, "(", m->a);
        if (slash != NULL)
            add(b, slash);
        in_brackets(b, "(", m->b);
    } else if (m->kind == HS_MATH_SQRT && m->c == NULL && m->w > b->width - 4 &&
               m->w > b->width / 2) {
        in_brackets(b, b->page->ascii ? "sqrt(" : "√(", m->a);
    } else {
        add(b, m);
    }
}
