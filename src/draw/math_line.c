/* A formula on one line, with brackets wherever the line would be misread. Declared in
 * draw/math.h. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/math.h"
#include "draw/math_line.h"

/* A byte of a letter or a digit: ASCII or Greek, which are what names are made of. */
static bool is_alnum(const char *s, size_t at)
{
    char c = s[at], lead = at > 0 ? s[at - 1] : '\0';

    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '\xce' || c == '\xcf' || lead == '\xce' || lead == '\xcf';
}

static void insert(struct hs_str *out, size_t at, const char *text)
{
    size_t n = strlen(text), old = out->len;

    hs_str_add(out, text);
    if (!hs_str_ok(out))
        return;
    memmove(out->buf + at + n, out->buf + at, old - at);
    memcpy(out->buf + at, text, n);
}

static void bracketed(struct hs_math_words *l, size_t from)
{
    insert(l->out, from, "(");
    hs_str_add_char(l->out, ')');
}

/* A name, and not a number or a single letter. */
static bool is_name(const char *s, size_t n)
{
    size_t characters = 0;
    bool digits = true;

    for (size_t i = 0; i < n; i++) {
        characters += ((unsigned char)s[i] & 0xc0) != 0x80;
        digits = digits && s[i] >= '0' && s[i] <= '9';
    }
    return characters > 1 && !digits;
}

static bool in_name(const char *s, size_t at)
{
    return is_alnum(s, at) || s[at] == '_' || s[at] == '^';
}

/* Between the item that ends at `at` (it begins at `least`) and the one that begins there a blank
 * is missing: "s_ws", "gammaw", "sfloor(". */
static bool runs_together(const struct hs_str *out, size_t least, size_t at)
{
    const char *s = out->buf;
    size_t from = at, end = at;

    if (at == 0 || at >= out->len || !is_alnum(s, at - 1) || !is_alnum(s, at))
        return false;
    while (from > least && in_name(s, from - 1))
        from--;
    while (end < out->len && in_name(s, end))
        end++;
    return is_name(s + from, at - from) || is_name(s + at, end - at) ||
           (s[at - 1] >= '0' && s[at - 1] <= '9' && s[at] >= '0' && s[at] <= '9');
}

static bool is_sum(const struct hs_math *m)
{
    return m->class == HS_MATH_BIN && (strcmp(m->ascii, "+") == 0 || strcmp(m->ascii, "-") == 0 ||
                                       strcmp(m->ascii, "+-") == 0 || strcmp(m->ascii, "-+") == 0);
}

static bool is_sign(const struct hs_math *m)
{
    return m != NULL && m->kind == HS_MATH_SYMBOL && m->class == HS_MATH_ORD &&
           (strcmp(m->ascii, "+") == 0 || strcmp(m->ascii, "-") == 0);
}

static const struct hs_math *neighbour(const struct hs_math *row, size_t i, int direction)
{
    do
        i += (size_t)direction;
    while (i < row->n && row->items[i]->class == HS_MATH_SPACE);
    return i < row->n ? row->items[i] : NULL;
}

/* a/b at this place of a row needs brackets: something is multiplied with it or divides it. */
static bool is_factor(const struct hs_math *row, size_t i)
{
    const struct hs_math *last = neighbour(row, i, -1), *next = neighbour(row, i, 1);

    if (next != NULL && next->class != HS_MATH_REL && next->class != HS_MATH_PUNCT &&
        next->class != HS_MATH_CLOSE && !is_sum(next))
        return true;
    if (last == NULL || is_sign(last) || last->class == HS_MATH_OPEN)
        return false;
    if (last->class == HS_MATH_OP)
        return !hs_math_is_large(last);
    return last->class == HS_MATH_ORD || last->class == HS_MATH_CLOSE ||
           last->class == HS_MATH_INNER || strcmp(last->ascii, "/") == 0;
}

/* The items [from, n) stand in one pair of brackets. */
static bool is_enclosed(const struct hs_math *row, size_t from)
{
    int depth = 0;

    if (from + 1 == row->n && row->items[from]->kind == HS_MATH_FENCE)
        return true;
    for (size_t i = from; i < row->n; i++) {
        depth += row->items[i]->class == HS_MATH_OPEN;
        depth -= row->items[i]->class == HS_MATH_CLOSE;
        if (depth <= 0)
            return i + 1 == row->n && i > from;
    }
    return false;
}

static bool has_blank(const struct hs_math *m)
{
    return m->kind == HS_MATH_SYMBOL && strchr(m->text, ' ') != NULL;
}

/* A numerator that would lose a part: (a + b)/c, (∑ x)/n, (a/b)/c. */
static bool is_loose(const struct hs_math *m)
{
    int depth = 0;

    m = hs_math_only(m);
    if (m->kind != HS_MATH_ROW)
        return m->kind == HS_MATH_FRAC || m->kind == HS_MATH_TABLE || has_blank(m);
    for (size_t i = 0; i < m->n; i++) {
        const struct hs_math *item = m->items[i], *next = neighbour(m, i, 1);

        depth += item->class == HS_MATH_OPEN;
        depth -= item->class == HS_MATH_CLOSE;
        if (depth != 0 || item->class == HS_MATH_SPACE)
            continue;
        if (is_sum(item) || item->class == HS_MATH_REL || item->class == HS_MATH_PUNCT ||
            item->kind == HS_MATH_FRAC || strcmp(item->ascii, "/") == 0 || has_blank(item))
            return true;
        if (item->class == HS_MATH_OP &&
            (hs_math_is_large(item) ||
             (next != NULL && next->class != HS_MATH_OPEN && next->kind != HS_MATH_FENCE)))
            return true;
    }
    return false;
}

/* A denominator, a radicand or an exponent is one thing, or in brackets. */
static bool is_single(const struct hs_math *m)
{
    m = hs_math_only(m);
    if (m->kind != HS_MATH_ROW)
        return m->kind != HS_MATH_FRAC && m->kind != HS_MATH_TABLE && !has_blank(m);
    return m->n == 0 || is_enclosed(m, 0) ||
           (m->items[0]->class == HS_MATH_OP && m->n > 1 && is_enclosed(m, 1));
}

static void fraction(struct hs_math_words *l, const struct hs_math *m)
{
    size_t from = l->out->len;

    hs_math_write(l, m->a);
    if (is_loose(m->a))
        bracketed(l, from);
    hs_str_add_char(l->out, '/');
    from = l->out->len;
    hs_math_write(l, m->b);
    if (!is_single(m->b))
        bracketed(l, from);
}

static void root(struct hs_math_words *l, const struct hs_math *m)
{
    size_t from;

    if (m->c == NULL) {
        hs_str_add(l->out, l->ascii ? "sqrt(" : "√(");
    } else {
        hs_str_add(l->out, "root_");
        from = l->out->len;
        hs_math_write(l, m->c);
        if (!l->ascii && strcmp(l->out->buf + from, "3") == 0) {
            hs_str_truncate(l->out, from - strlen("root_"));
            hs_str_add(l->out, "∛(");
        } else {
            if (!is_single(m->c))
                bracketed(l, from);
            hs_str_add_char(l->out, '(');
        }
    }
    hs_math_write(l, m->a);
    hs_str_add_char(l->out, ')');
}

/* "if" before a condition that does not say so in words. */
static bool says_when(const struct hs_math *cell)
{
    const struct hs_math *first = cell->n != 0 ? cell->items[0] : NULL;

    return first == NULL || (first->kind == HS_MATH_SYMBOL && first->class == HS_MATH_ORD &&
                             hs_text_width(first->text, strlen(first->text)) > 1 &&
                             (first->text[0] < '0' || first->text[0] > '9'));
}

static void table(struct hs_math_words *l, const struct hs_math *m)
{
    for (size_t r = 0; r < m->n; r++) {
        const struct hs_math *row = m->items[r];

        if (r != 0 && !(m->table == HS_MATH_ALIGNED && row->items[0]->n == 0))
            hs_str_add(l->out, "; ");
        for (size_t c = 0; c < row->n; c++) {
            if (c != 0 && m->table == HS_MATH_CASES)
                hs_str_add(l->out, c > 1 || says_when(row->items[c]) ? " " : " if ");
            else if (c != 0 && m->table == HS_MATH_MATRIX)
                hs_str_add(l->out, ", ");
            else if (c != 0 && c % 2 == 0 && row->items[c]->n != 0)
                hs_str_add(l->out, "  ");
            hs_math_write(l, row->items[c]);
        }
    }
}

static void fence(struct hs_math_words *l, const struct hs_math *m)
{
    const struct hs_math *inner = hs_math_only(m->a);
    size_t from = l->out->len;

    if (inner->kind == HS_MATH_TABLE && inner->table == HS_MATH_CASES) {
        hs_str_add_char(l->out, '{');
        table(l, inner);
        hs_str_add_char(l->out, '}');
    } else if (inner->kind == HS_MATH_TABLE && inner->table == HS_MATH_MATRIX && m->b != NULL &&
               (m->b->text[0] == '(' || m->b->text[0] == '[')) {
        hs_math_write(l, inner);
    } else if (inner->kind == HS_MATH_FRAC && inner->bare) {
        hs_str_add(l->out, "binom(");
        hs_math_write(l, inner->a);
        hs_str_add(l->out, ", ");
        hs_math_write(l, inner->b);
        hs_str_add_char(l->out, ')');
    } else {
        if (m->b != NULL)
            hs_math_write(l, m->b);
        hs_math_write(l, m->a);
        if (m->b == NULL && !is_single(m->a))
            bracketed(l, from);
        if (m->c != NULL)
            hs_math_write(l, m->c);
    }
}

/* A combining character on a letter, a word behind it in ASCII, hat(…) for more than one letter. */
static void accent(struct hs_math_words *l, const struct hs_math *m)
{
    const struct hs_math *a = hs_math_only(m->a);
    const char *mark = hs_math_mark(m->text);
    bool letter = a->kind == HS_MATH_SYMBOL && a->text[0] != '\0' &&
                  (a->text[1] == '\0' || ((a->text[0] & 0xe0) == 0xc0 && a->text[2] == '\0'));

    if (!letter)
        hs_str_printf(l->out, "%s(", m->text);
    hs_math_write(l, a);
    hs_str_add(l->out, !letter ? ")" : l->ascii || mark == NULL ? m->text : mark);
}

/* "Out_i" is a word whose last letter has the script, "K z_x" a product. */
static bool is_word_end(const struct hs_math *last, const struct hs_math *item)
{
    const struct hs_math *base = hs_math_base(item);

    return last->kind == HS_MATH_SYMBOL && base->kind == HS_MATH_SYMBOL && !item->apart &&
           last->text[0] != '\0' && last->text[1] == '\0' && base->text[0] != '\0' &&
           base->text[1] == '\0';
}

/* A blank where the class of the neighbours asks for one, unless there is one. */
static void gap(struct hs_math_words *l, const struct hs_math *last, const struct hs_math *item,
                int blanks)
{
    if (blanks < hs_math_gap(last, item, l->ascii) && !is_sign(last) &&
        !hs_ends_with(l->out->buf, " "))
        hs_str_add_char(l->out, ' ');
}

static void item_of(struct hs_math_words *l, const struct hs_math *m, size_t i)
{
    size_t at = l->out->len;

    hs_math_write(l, m->items[i]);
    if (m->items[i]->kind == HS_MATH_FRAC && is_factor(m, i))
        bracketed(l, at);
}

static void row(struct hs_math_words *l, const struct hs_math *m)
{
    const struct hs_math *last = NULL;
    size_t least = 0, at;
    int blanks = 0;
    bool space = false;

    for (size_t i = 0; i < m->n; i++) {
        const struct hs_math *item = m->items[i];

        if (item->class == HS_MATH_SPACE) { /* a tag, too: it comes last */
            space = true;
            if (item->kind == HS_MATH_SYMBOL) {
                blanks += (int)strlen(item->text);
                hs_str_add(l->out, item->text);
            }
            continue;
        }
        gap(l, last, item, blanks);
        at = l->out->len;
        item_of(l, m, i);
        if (last != NULL && (space || !is_word_end(last, item)) && runs_together(l->out, least, at))
            insert(l->out, at++, " ");
        least = at;
        blanks = 0;
        space = false;
        last = item;
    }
    for (size_t i = 0; i < m->n; i++)
        if (m->items[i]->kind == HS_MATH_TAG)
            hs_math_write(l, m->items[i]);
}

void hs_math_write(struct hs_math_words *l, const struct hs_math *m)
{
    switch (m->kind) {
    case HS_MATH_ROW:
        row(l, m);
        break;
    case HS_MATH_SYMBOL:
        hs_str_add(l->out, l->ascii ? m->ascii : m->text);
        break;
    case HS_MATH_FRAC:
        fraction(l, m);
        break;
    case HS_MATH_SCRIPTS:
        hs_math_write_scripts(l, m, hs_math_only(m->a)->class != HS_MATH_OP && !is_single(m->a));
        break;
    case HS_MATH_SQRT:
        root(l, m);
        break;
    case HS_MATH_FENCE:
        fence(l, m);
        break;
    case HS_MATH_ACCENT:
        accent(l, m);
        break;
    case HS_MATH_TABLE:
        hs_str_add(l->out, m->table == HS_MATH_MATRIX ? "[" : "");
        table(l, m);
        hs_str_add(l->out, m->table == HS_MATH_MATRIX ? "]" : "");
        break;
    case HS_MATH_TAG:
        hs_str_add(l->out, "   (");
        hs_math_write(l, m->a);
        hs_str_add_char(l->out, ')');
        break;
    default: /* a frame, or a brace whose label its script writes */
        hs_math_write(l, m->a);
        break;
    }
}

void hs_math_line(struct hs_str *out, const char *tex, bool ascii)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_math_words l = {out, ascii};
    struct hs_math *m;

    if (hs_math_parse(&m, &arena, tex, NULL) == HS_OK)
        hs_math_write(&l, m);
    else
        hs_text_sanitize(out, tex, strlen(tex), 0, false); /* shown as it was written */
    hs_arena_dispose(&arena);
}
