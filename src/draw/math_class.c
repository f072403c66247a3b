/* Classes of a formula's symbols by their neighbours, and the blanks that follow from them, as TeX
 * has them. Declared in draw/math_tree.h. */
#include <string.h>

#include "base/mem.h"
#include "draw/math_tree.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool hs_math_is_large(const struct hs_math *m)
{
    const struct hs_math *base = hs_math_base(m);

    return base->kind == HS_MATH_SYMBOL && base->class == HS_MATH_OP && !is_letter(base->text[0]) &&
           strcmp(base->text, "√") != 0;
}

/* Nothing that could be added to or multiplied stands before. */
static bool begins(const struct hs_math *last)
{
    return last == NULL || last->class == HS_MATH_BIN || last->class == HS_MATH_REL ||
           last->class == HS_MATH_OPEN || last->class == HS_MATH_PUNCT || last->class == HS_MATH_OP;
}

static void set_class(struct hs_math *m, enum hs_math_class class)
{
    m->class = class;
    if (m->kind == HS_MATH_SCRIPTS && m->a->kind == HS_MATH_SYMBOL)
        m->a->class = class;
}

enum { FARTHEST = 200 }; /* items between the brackets of one row that are looked for */

/* ⌊x⌉ rounds: its one-row form in ASCII must not say floor. */
static void settle_rounding(struct hs_math *row, size_t close)
{
    int open = 1;

    for (size_t i = close; i-- > 0 && close - i < FARTHEST;) {
        const struct hs_math *m = hs_math_base(row->items[i]);

        if (m->kind != HS_MATH_SYMBOL || m->stretch)
            continue;
        open += strcmp(m->text, "⌉") == 0 || strcmp(m->text, "⌋") == 0;
        open -= strcmp(m->text, "⌈") == 0 || strcmp(m->text, "⌊") == 0;
        if (open == 0) {
            if (strcmp(m->text, "⌊") == 0)
                row->items[i]->ascii = "round(";
            return;
        }
    }
}

/* Bars that are open, bracket by bracket: P(a|b) leaves one behind, which is no bracket. */
struct bars {
    struct {
        struct hs_math *open;
        int n;
    } levels[16];
    size_t depth;
};

static void settle_bar(struct bars *b, struct hs_math *m, const struct hs_math *last)
{
    bool open = begins(last) || b->levels[b->depth].n == 0;

    b->levels[b->depth].n += open ? 1 : -1;
    b->levels[b->depth].open = open ? m : NULL;
    set_class(m, open ? HS_MATH_OPEN : HS_MATH_CLOSE);
}

static void leave(struct bars *b)
{
    if (b->levels[b->depth].n > 0 && b->levels[b->depth].open != NULL)
        set_class(b->levels[b->depth].open, HS_MATH_ORD);
    b->levels[b->depth].n = 0;
    b->levels[b->depth].open = NULL;
    b->depth -= b->depth > 0;
}

static void settle_sign(struct hs_math *m, struct hs_math *last)
{
    if (m->class == HS_MATH_BIN && begins(last))
        set_class(m, HS_MATH_ORD);
    if (last != NULL && last->class == HS_MATH_BIN &&
        (m->class == HS_MATH_REL || m->class == HS_MATH_CLOSE || m->class == HS_MATH_PUNCT))
        set_class(last, HS_MATH_ORD);
}

void hs_math_settle(struct hs_math *row, bool tight)
{
    struct hs_math *last = NULL;
    struct bars bars = {0};

    for (size_t i = 0; i < row->n; i++) {
        struct hs_math *m = row->items[i];
        const struct hs_math *base = hs_math_base(m);

        m->tight = tight;
        if (m->class == HS_MATH_SPACE)
            continue;
        if (m->class == HS_MATH_BAR)
            settle_bar(&bars, m, last);
        else if (m->class == HS_MATH_OPEN && bars.depth + 1 < HS_COUNTOF(bars.levels))
            bars.depth++;
        else if (m->class == HS_MATH_CLOSE)
            leave(&bars);
        settle_sign(m, last);
        if (base->kind == HS_MATH_SYMBOL && strcmp(base->text, "⌉") == 0)
            settle_rounding(row, i);
        last = m;
    }
    while (bars.depth > 0)
        leave(&bars);
    leave(&bars);
}

static enum hs_math_class left_class(const struct hs_math *m)
{
    const struct hs_math *base = hs_math_base(m);

    if (base->kind != HS_MATH_FENCE)
        return m->class;
    return base->b != NULL ? HS_MATH_OPEN : HS_MATH_INNER;
}

static enum hs_math_class right_class(const struct hs_math *m)
{
    const struct hs_math *base = hs_math_base(m);

    if (base->kind != HS_MATH_FENCE)
        return m->class;
    return base->c != NULL ? HS_MATH_CLOSE : HS_MATH_INNER;
}

/* Written side by side the two would read as one word: "gammaw", "2clip". */
static bool run_together(const struct hs_math *a, const struct hs_math *b, bool ascii)
{
    const struct hs_math *next = hs_math_base(b);
    const char *first = ascii ? a->ascii : a->text, *second = ascii ? next->ascii : next->text;
    size_t n = strlen(first);
    bool word = n > 1 && is_letter(first[0]), other = is_letter(second[0]) && is_letter(second[1]);

    if (a->kind != HS_MATH_SYMBOL || next->kind != HS_MATH_SYMBOL || n == 0)
        return false;
    if (word && ascii && (unsigned char)a->text[0] >= 0x80 && next->class == HS_MATH_OPEN)
        return true; /* gamma (b - mu): a factor, no function */
    if (!is_letter(first[n - 1]) && !is_digit(first[n - 1]))
        return false;
    if (is_digit(second[0]) && (is_digit(first[n - 1]) || !a->tight))
        return true;
    return (word || other) && (is_letter(second[0]) || is_digit(second[0]));
}

/* A relation or an operator that is a word keeps its blanks in a script, too. */
static bool is_word(const struct hs_math *m, bool ascii)
{
    const struct hs_math *base = hs_math_base(m);

    return base->kind == HS_MATH_SYMBOL && is_letter((ascii ? base->ascii : base->text)[0]);
}

static bool is_spaced(enum hs_math_class class)
{
    return class == HS_MATH_REL || class == HS_MATH_BIN;
}

int hs_math_gap(const struct hs_math *last, const struct hs_math *item, bool ascii)
{
    enum hs_math_class a, b;

    if (last == NULL || item == NULL)
        return 0;
    a = right_class(last);
    b = left_class(item);
    if (a == HS_MATH_REL && b == HS_MATH_REL)
        return 0;
    if (is_spaced(a) || is_spaced(b))
        return !last->tight || (is_spaced(a) && is_word(last, ascii)) ||
               (is_spaced(b) && is_word(item, ascii));
    if (a == HS_MATH_OPEN || b == HS_MATH_CLOSE || b == HS_MATH_PUNCT)
        return 0;
    if (a == HS_MATH_PUNCT)
        return !last->tight;
    if (a == HS_MATH_OP)
        return b != HS_MATH_OPEN || hs_math_is_large(last) ||
               (last->kind == HS_MATH_SCRIPTS && last->limits);
    if (b == HS_MATH_OP || a == HS_MATH_INNER || b == HS_MATH_INNER)
        return 1;
    if (hs_math_base(last)->kind == HS_MATH_SQRT)
        return 1;
    return run_together(last, item, ascii);
}
