/* A formula that is too wide becomes lines: broken at relations, then at sums and commas, then
 * wherever it must be, the cheapest way in all. Brackets are no obstacle: a break inside one costs
 * more. Declared in draw/math_box.h. */
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "draw/math_box.h"

enum {
    NEVER = 5000,     /* before a comma or a closing bracket */
    OVERFULL = 50000, /* a line that is still too wide */
    LINE = 8,         /* each further line */
    SHORT = 20,       /* a line that a third would hold */
    DEPTH = 40        /* times the square of the brackets around the break */
};

struct piece {
    struct hs_math *m;
    int depth;
};

struct breaker {
    struct hs_math_page *page;
    struct piece *pieces;
    size_t n, cap;
    int width, depth;
    int relation; /* column of the first relation, where the others are put, too */
};

static bool no_memory(struct breaker *b)
{
    if (b->page->st == HS_OK)
        b->page->st = hs_fail(b->page->err, HS_ENOMEM, "out of memory");
    return false;
}

static void add(struct breaker *b, struct hs_math *m)
{
    if (m->w == 0 || b->page->st != HS_OK)
        return;
    if (b->n == b->cap) {
        size_t cap = b->cap != 0 ? b->cap * 2 : 64;
        struct piece *grown = hs_arena_alloc(b->page->arena, cap, sizeof *grown);

        if (grown == NULL) {
            no_memory(b);
            return;
        }
        if (b->n != 0)
            memcpy(grown, b->pieces, b->n * sizeof *grown);
        b->pieces = grown;
        b->cap = cap;
    }
    b->depth -= m->class == HS_MATH_CLOSE && b->depth > 0;
    b->pieces[b->n++] = (struct piece){m, b->depth};
    b->depth += m->class == HS_MATH_OPEN;
}

static struct hs_math *made(struct breaker *b, enum hs_math_kind kind, const char *text,
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

static void flatten(struct breaker *b, struct hs_math *m);

/* A part in brackets of its own, as a fraction needs it on a line. */
static void in_brackets(struct breaker *b, const char *open, struct hs_math *m)
{
    struct hs_math *left = made(b, HS_MATH_SYMBOL, open, HS_MATH_OPEN);
    struct hs_math *right = made(b, HS_MATH_SYMBOL, ")", HS_MATH_CLOSE);

    if (left == NULL || right == NULL)
        return;
    add(b, left);
    flatten(b, m);
    add(b, right);
}

/* \left( … \right) as its brackets, which keep their height, and what they enclose; `scripts`
 * stands behind the closing one. */
static void flatten_fence(struct breaker *b, struct hs_math *m, struct hs_math *scripts)
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
    flatten(b, m->a);
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

static void flatten(struct breaker *b, struct hs_math *m)
{
    if (m->kind == HS_MATH_ROW) {
        for (size_t i = 0; i < m->n; i++)
            flatten(b, m->items[i]);
    } else if (m->kind == HS_MATH_TABLE && (m->n == 1 || m->table == HS_MATH_ALIGNED)) {
        for (size_t i = 0; m->n == 1 && i < m->items[0]->n; i++)
            flatten(b, m->items[0]->items[i]);
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

static bool is_implication(const struct hs_math *m)
{
    static const char *const arrows[] = {"⇒", "⟹", "⇔", "⟺", "⟸", "⇐"};

    for (size_t i = 0; i < HS_COUNTOF(arrows); i++)
        if (strcmp(m->text, arrows[i]) == 0)
            return true;
    return false;
}

/* What a break before piece i costs. */
static int cost(const struct breaker *b, size_t i)
{
    const struct hs_math *item = b->pieces[i].m, *last = b->pieces[i - 1].m;
    int brackets = b->pieces[i].depth < 8 ? b->pieces[i].depth : 8;
    int depth = DEPTH * brackets * brackets;
    bool apart = last->class == HS_MATH_SPACE && last->w >= 2;

    if (item->class == HS_MATH_SPACE || item->class == HS_MATH_CLOSE ||
        item->class == HS_MATH_PUNCT || last->class == HS_MATH_OPEN)
        return NEVER;
    if (apart && b->pieces[i].depth == 0)
        return 0;
    for (size_t j = i; last->class == HS_MATH_SPACE && j-- > 0;)
        last = b->pieces[j].m;
    if (last->class == HS_MATH_REL || last->class == HS_MATH_OP || last->class == HS_MATH_BIN)
        return last->class == HS_MATH_REL && item->class == HS_MATH_REL ? NEVER : 1000 + depth;
    if (item->class == HS_MATH_REL)
        return (is_implication(item) ? 2 : 10) + depth;
    if (last->class == HS_MATH_PUNCT)
        return (b->pieces[i].depth != 0 ? 40 : 4) + depth;
    if (item->class == HS_MATH_BIN)
        return (strcmp(item->ascii, "+") == 0 || strcmp(item->ascii, "-") == 0 ? 50 : 60) + depth;
    return 250 + depth;
}

/* What follows a comma or begins a new formula stands at the left, a relation below the first one,
 * anything else behind it. */
static int indent(const struct breaker *b, size_t i)
{
    if (i == 0)
        return 0;
    for (size_t j = i; j-- > 0 && b->pieces[i].depth == 0;) {
        const struct hs_math *last = b->pieces[j].m;

        if (last->class == HS_MATH_PUNCT || (last->class == HS_MATH_SPACE && last->w >= 2))
            return 0;
        if (last->class != HS_MATH_SPACE)
            break;
    }
    return b->pieces[i].m->class == HS_MATH_REL && b->pieces[i].depth == 0 ? b->relation
                                                                           : b->relation + 2;
}

/* The pen's place while a line is measured or set. */
struct track {
    const struct hs_math *last;
    int x, blanks;
};

/* Where the next item of a line begins; moves behind it. */
static int step(const struct breaker *b, struct track *t, const struct hs_math *item)
{
    int x;

    if (item->class == HS_MATH_SPACE) {
        t->blanks += t->last != NULL ? item->w : 0;
        t->x += t->last != NULL ? item->w : 0;
        return t->x - item->w;
    }
    t->x += hs_math_larger(0, hs_math_gap(t->last, item, b->page->ascii) - t->blanks);
    t->blanks = 0;
    t->last = item;
    x = t->x;
    t->x += item->w;
    return x;
}

/* Without a relation there is nothing to stand below. */
static void find_relation(struct breaker *b)
{
    struct track t = {0};

    b->relation = 0;
    for (size_t i = 0; i < b->n; i++) {
        int x = step(b, &t, b->pieces[i].m);

        if (i > 0 && b->pieces[i].m->class == HS_MATH_REL && b->pieces[i].depth == 0) {
            b->relation = x <= b->width / 4 ? x : 2;
            return;
        }
    }
}

/* from[j]: where the line that ends before piece j begins. Returns what it costs in all. */
static int choose(const struct breaker *b, int *best, size_t *from)
{
    for (size_t j = 0; j <= b->n; j++)
        best[j] = j == 0 ? 0 : INT_MAX;
    for (size_t i = 0; i < b->n; i++) {
        struct track t = {.x = indent(b, i)};

        for (size_t j = i; j < b->n && best[i] != INT_MAX; j++) {
            const struct hs_math *item = b->pieces[j].m;
            bool over;
            int total;

            step(b, &t, item);
            over = t.x - (item->class == HS_MATH_SPACE ? item->w : 0) > b->width;
            if (over && j > i)
                break;
            total = best[i] / 2 < OVERFULL * 1000 ? best[i] : OVERFULL * 1000;
            total += LINE + (over ? OVERFULL : 0);
            if (j + 1 < b->n)
                total += cost(b, j + 1) + (t.x < b->width / 3 ? SHORT : 0);
            if (total <= best[j + 1]) {
                best[j + 1] = total;
                from[j + 1] = i;
            }
        }
    }
    return best[b->n];
}

/* The bracket at piece i has its partner on the line [first, end). */
static bool is_paired(const struct breaker *b, size_t i, size_t first, size_t end)
{
    bool open = b->pieces[i].m->class == HS_MATH_OPEN;

    for (size_t j = open ? i + 1 : first; j < (open ? end : i); j++)
        if (b->pieces[j].depth == b->pieces[i].depth &&
            b->pieces[j].m->class == (open ? HS_MATH_CLOSE : HS_MATH_OPEN))
            return true;
    return false;
}

/* A bracket without its partner is as tall as what is on its line; one that would become a word in
 * ASCII stays. */
static void fit_brackets(const struct breaker *b, size_t first, size_t end)
{
    int up = 0, down = 0;

    for (size_t i = first; i < end; i++)
        if (hs_math_bracket_of(b->pieces[i].m) == NULL && b->pieces[i].m->tall) {
            up = hs_math_larger(up, b->pieces[i].m->up);
            down = hs_math_larger(down, b->pieces[i].m->down);
        }
    for (size_t i = first; i < end; i++) {
        struct hs_math *m = b->pieces[i].m, *k = hs_math_bracket_of(m);

        if (k != NULL && k->tall && (!b->page->ascii || strchr("()[]{}|", k->ascii[0]) != NULL) &&
            (m->class == HS_MATH_OPEN || m->class == HS_MATH_CLOSE) && !is_paired(b, i, first, end))
            hs_math_size_bracket(b->page, m, up, down);
    }
}

/* The pieces [first, end) as a row of their own. */
static struct hs_math *set_line(struct breaker *b, size_t first, size_t end)
{
    struct hs_math *line = made(b, HS_MATH_ROW, "", HS_MATH_ORD);
    struct track t = {.x = indent(b, first)};

    if (line == NULL)
        return NULL;
    fit_brackets(b, first, end);
    line->items = hs_arena_alloc(b->page->arena, end - first, sizeof *line->items);
    if (line->items == NULL) {
        no_memory(b);
        return NULL;
    }
    for (size_t i = first; i < end; i++) {
        struct hs_math *item = b->pieces[i].m;

        item->x = step(b, &t, item);
        item->y = 0;
        line->up = hs_math_larger(line->up, item->up);
        line->down = hs_math_larger(line->down, item->down);
        line->items[line->n++] = item;
        if (item->class != HS_MATH_SPACE)
            line->w = t.x;
    }
    return line;
}

/* Puts a line below those of `out`; a subscript and the superscript below it are kept apart. */
static void stack(struct hs_math *out, struct hs_math *line)
{
    const struct hs_math *last = out->n != 0 ? out->items[out->n - 1] : NULL;

    line->x = 0;
    line->y = last == NULL ? 0 : out->down + 1 + line->up + (last->down > 0 && line->up > 0);
    out->up = last == NULL ? line->up : out->up;
    out->down = line->y + line->down;
    out->w = hs_math_larger(out->w, line->w);
    out->items[out->n++] = line;
}

static struct hs_math *lines_of(struct breaker *b)
{
    size_t n = 0, *from = hs_arena_alloc_zero(b->page->arena, b->n + 1, sizeof *from), *ends;
    int *best = hs_arena_alloc(b->page->arena, b->n + 1, sizeof *best);
    struct hs_math *out = made(b, HS_MATH_ROW, "", HS_MATH_ORD);

    ends = hs_arena_alloc(b->page->arena, b->n + 1, sizeof *ends);
    if (from == NULL || best == NULL || out == NULL || ends == NULL) {
        no_memory(b);
        return NULL;
    }
    for (int at = b->relation; choose(b, best, from) >= NEVER && at > 0; b->relation = at)
        at = at > 2 ? 2 : 0; /* no room to stand below the relation */
    for (size_t j = b->n; j > 0; j = from[j])
        ends[n++] = j;
    out->items = hs_arena_alloc(b->page->arena, n, sizeof *out->items);
    if (out->items == NULL) {
        no_memory(b);
        return NULL;
    }
    while (n > 0 && b->page->st == HS_OK) {
        size_t end = ends[--n];
        struct hs_math *line = set_line(b, from[end], end);

        if (line != NULL)
            stack(out, line);
    }
    return b->page->st == HS_OK ? out : NULL;
}

static struct hs_math *broken_row(struct hs_math_page *page, struct hs_math *m, int width)
{
    struct breaker b = {.page = page, .width = width};

    flatten(&b, m);
    if (page->st != HS_OK)
        return NULL;
    find_relation(&b);
    return lines_of(&b);
}

/* Rows of an aligned table, each a formula of its own. */
static struct hs_math *broken_table(struct hs_math_page *page, struct hs_math *m, int width)
{
    struct hs_math *out = hs_arena_alloc_zero(page->arena, 1, sizeof *out);

    if (out != NULL)
        out->items = hs_arena_alloc(page->arena, m->n, sizeof *out->items);
    if (out == NULL || out->items == NULL) {
        page->st = hs_fail(page->err, HS_ENOMEM, "out of memory");
        return NULL;
    }
    out->text = out->ascii = "";
    for (size_t r = 0; r < m->n; r++) {
        struct hs_math *line = broken_row(page, m->items[r], width);

        if (line == NULL)
            return NULL;
        stack(out, line);
    }
    return out;
}

struct hs_math *hs_math_broken(struct hs_math_page *page, struct hs_math *m, int width)
{
    while (m->kind == HS_MATH_ROW && m->n == 1)
        m = m->items[0];
    if (m->kind == HS_MATH_TABLE && (m->table == HS_MATH_ALIGNED || m->table == HS_MATH_GATHERED))
        return broken_table(page, m, width);
    return broken_row(page, m, width);
}
