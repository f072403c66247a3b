/* A formula that is too wide becomes lines: broken at relations, then at sums and commas, then
 * wherever it must be, the cheapest way in all. Brackets are no obstacle: a break inside one costs
 * more. Declared in draw/math_box.h. */
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "draw/math_pieces.h"

enum {
    NEVER = 5000,     /* before a comma or a closing bracket */
    OVERFULL = 50000, /* a line that is still too wide */
    LINE = 8,         /* each further line */
    SHORT = 20,       /* a line that a third would hold */
    MIXED = 20,       /* the rest of a formula and the beginning of the next on one line */
    DEPTH = 40        /* times the square of the brackets around the break */
};

static bool no_memory(const struct hs_math_pieces *b)
{
    if (b->page->st == HS_OK)
        b->page->st = hs_fail(b->page->err, HS_ENOMEM, "out of memory");
    return false;
}

static struct hs_math *made(const struct hs_math_pieces *b)
{
    struct hs_math *m = hs_arena_alloc_zero(b->page->arena, 1, sizeof *m);

    if (m == NULL)
        no_memory(b);
    else
        m->text = m->ascii = "";
    return m;
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
static int cost(const struct hs_math_pieces *b, size_t i)
{
    const struct hs_math *item = b->items[i].m, *last = b->items[i - 1].m;
    int brackets = b->items[i].depth < 8 ? b->items[i].depth : 8;
    int depth = DEPTH * brackets * brackets;
    bool apart = last->class == HS_MATH_SPACE && last->w >= 2;

    if (item->class == HS_MATH_SPACE || item->class == HS_MATH_CLOSE ||
        item->class == HS_MATH_PUNCT || last->class == HS_MATH_OPEN)
        return NEVER;
    if (apart && b->items[i].depth == 0)
        return 0;
    for (size_t j = i; last->class == HS_MATH_SPACE && j-- > 0;)
        last = b->items[j].m;
    if (last->class == HS_MATH_REL || last->class == HS_MATH_OP || last->class == HS_MATH_BIN)
        return last->class == HS_MATH_REL && item->class == HS_MATH_REL ? NEVER : 1000 + depth;
    if (item->class == HS_MATH_REL)
        return (is_implication(item) ? 2 : 10) + depth;
    if (last->class == HS_MATH_PUNCT)
        return (b->items[i].depth != 0 ? 40 : 4) + depth;
    if (item->class == HS_MATH_BIN)
        return (strcmp(item->ascii, "+") == 0 || strcmp(item->ascii, "-") == 0 ? 50 : 60) + depth;
    if (last->class == HS_MATH_CLOSE && strcmp(item->ascii, "/") == 0)
        return 40 + depth; /* a fraction that was opened */
    return 250 + depth;
}

/* What follows a comma or begins a new formula stands at the left, a relation below the first one,
 * anything else behind it. */
static int indent(const struct hs_math_pieces *b, size_t i)
{
    if (i == 0)
        return 0;
    for (size_t j = i; j-- > 0 && b->items[i].depth == 0;) {
        const struct hs_math *last = b->items[j].m;

        if (last->class == HS_MATH_PUNCT || (last->class == HS_MATH_SPACE && last->w >= 2))
            return 0;
        if (last->class != HS_MATH_SPACE)
            break;
    }
    return b->items[i].m->class == HS_MATH_REL && b->items[i].depth == 0 ? b->relation
                                                                         : b->relation + 2;
}

/* The pen's place while a line is measured or set. */
struct track {
    const struct hs_math *last;
    int x, blanks;
};

/* Where the next item of a line begins; moves behind it. */
static int step(const struct hs_math_pieces *b, struct track *t, const struct hs_math *item)
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
static void find_relation(struct hs_math_pieces *b)
{
    struct track t = {0};

    b->relation = 0;
    for (size_t i = 0; i < b->n; i++) {
        int x = step(b, &t, b->items[i].m);

        if (i > 0 && b->items[i].m->class == HS_MATH_REL && b->items[i].depth == 0) {
            b->relation = x <= b->width / 4 ? x : 2;
            return;
        }
    }
}

/* from[j]: where the line that ends before piece j begins. Returns what it costs in all. */
static int choose(const struct hs_math_pieces *b, int *best, size_t *from)
{
    for (size_t j = 0; j <= b->n; j++)
        best[j] = j == 0 ? 0 : INT_MAX;
    for (size_t i = 0; i < b->n; i++) {
        struct track t = {.x = indent(b, i)};
        bool inside = t.x != 0, mixed = false;

        for (size_t j = i; j < b->n && best[i] != INT_MAX; j++) {
            const struct hs_math *item = b->items[j].m;
            bool over;
            int total;

            step(b, &t, item);
            over = t.x - (item->class == HS_MATH_SPACE ? item->w : 0) > b->width;
            if (over && j > i)
                break;
            total = best[i] / 2 < OVERFULL * 1000 ? best[i] : OVERFULL * 1000;
            mixed = mixed || (inside && j > i && cost(b, j) == 0);
            total += LINE + (over ? OVERFULL : 0) + (mixed ? MIXED : 0);
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
static bool is_paired(const struct hs_math_pieces *b, size_t i, size_t first, size_t end)
{
    bool open = b->items[i].m->class == HS_MATH_OPEN;

    for (size_t j = open ? i + 1 : first; j < (open ? end : i); j++)
        if (b->items[j].depth == b->items[i].depth &&
            b->items[j].m->class == (open ? HS_MATH_CLOSE : HS_MATH_OPEN))
            return true;
    return false;
}

/* A bracket without its partner is as tall as what is on its line; one that would become a word in
 * ASCII stays. */
static void fit_brackets(const struct hs_math_pieces *b, size_t first, size_t end)
{
    int up = 0, down = 0;

    for (size_t i = first; i < end; i++)
        if (hs_math_bracket_of(b->items[i].m) == NULL && b->items[i].m->tall) {
            up = hs_math_larger(up, b->items[i].m->up);
            down = hs_math_larger(down, b->items[i].m->down);
        }
    for (size_t i = first; i < end; i++) {
        struct hs_math *m = b->items[i].m, *k = hs_math_bracket_of(m);

        if (k != NULL && k->tall && (!b->page->ascii || strchr("()[]{}|", k->ascii[0]) != NULL) &&
            (m->class == HS_MATH_OPEN || m->class == HS_MATH_CLOSE) && !is_paired(b, i, first, end))
            hs_math_size_bracket(b->page, m, up, down);
    }
}

/* The pieces [first, end) as a row of their own. */
static struct hs_math *set_line(struct hs_math_pieces *b, size_t first, size_t end)
{
    struct hs_math *line = made(b);
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
        struct hs_math *item = b->items[i].m;

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

static struct hs_math *lines_of(struct hs_math_pieces *b)
{
    size_t n = 0, *from = hs_arena_alloc_zero(b->page->arena, b->n + 1, sizeof *from), *ends;
    int *best = hs_arena_alloc(b->page->arena, b->n + 1, sizeof *best);
    struct hs_math *out = made(b);

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
    struct hs_math_pieces b = {.page = page, .width = width};

    hs_math_flatten(&b, m);
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
