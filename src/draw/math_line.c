/* A formula on one line. Declared in draw/math.h. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/math.h"
#include "draw/math_tree.h"

struct line {
    struct hs_str *out;
    bool ascii;
};

static void write(struct line *l, const struct hs_math *m);

static const struct {
    char plain;
    const char *sub, *super;
} scripts[] = {{'0', "₀", "⁰"},  {'1', "₁", "¹"},  {'2', "₂", "²"}, {'3', "₃", "³"},
               {'4', "₄", "⁴"},  {'5', "₅", "⁵"},  {'6', "₆", "⁶"}, {'7', "₇", "⁷"},
               {'8', "₈", "⁸"},  {'9', "₉", "⁹"},  {'-', "₋", "⁻"}, {'+', "₊", "⁺"},
               {'(', "₍", "⁽"},  {')', "₎", "⁾"},  {'=', "₌", "⁼"}, {'a', "ₐ", "ᵃ"},
               {'b', NULL, "ᵇ"}, {'c', NULL, "ᶜ"}, {'e', "ₑ", "ᵉ"}, {'h', "ₕ", "ʰ"},
               {'i', "ᵢ", "ⁱ"},  {'j', "ⱼ", "ʲ"},  {'k', "ₖ", "ᵏ"}, {'l', "ₗ", "ˡ"},
               {'m', "ₘ", "ᵐ"},  {'n', "ₙ", "ⁿ"},  {'o', "ₒ", "ᵒ"}, {'p', "ₚ", "ᵖ"},
               {'r', "ᵣ", "ʳ"},  {'s', "ₛ", "ˢ"},  {'t', "ₜ", "ᵗ"}, {'u', "ᵤ", "ᵘ"},
               {'v', "ᵥ", "ᵛ"},  {'x', "ₓ", "ˣ"}};

/* Text as sub- or superscript characters; false when one has none. */
static bool small(struct hs_str *out, const char *text, bool super)
{
    size_t from = out->len;

    for (; *text != '\0'; text++) {
        const char *glyph = NULL;
        bool minus = hs_starts_with(text, "−");

        for (size_t i = 0; i < HS_COUNTOF(scripts); i++)
            if (scripts[i].plain == (minus ? '-' : *text))
                glyph = super ? scripts[i].super : scripts[i].sub;
        if (glyph == NULL && *text != ' ') {
            hs_str_truncate(out, from);
            return false;
        }
        if (glyph != NULL)
            hs_str_add(out, glyph);
        text += minus ? strlen("−") - 1 : 0;
    }
    return true;
}

static void script(struct line *l, const struct hs_math *m, bool super)
{
    struct hs_str text = HS_STR_INIT;
    struct line inner = {&text, l->ascii};

    if (m == NULL)
        return;
    write(&inner, m);
    if (l->ascii || !small(l->out, text.buf, super)) {
        bool plain = hs_text_width(text.buf, text.len) == 1 ||
                     (!super && strpbrk(text.buf, " +-*/=,(^_") == NULL);

        hs_str_printf(l->out, plain ? "%c%s" : "%c(%s)", super ? '^' : '_', text.buf);
    }
    hs_str_dispose(&text);
}

/* Numerator or denominator: parentheses where the line would be misread. */
static void operand(struct line *l, const struct hs_math *m, bool denominator)
{
    struct hs_str text = HS_STR_INIT;
    struct line inner = {&text, l->ascii};
    bool loose = false;

    write(&inner, m);
    for (size_t i = 0; m->kind == HS_MATH_ROW && m->n > 1 && i < m->n; i++) {
        const struct hs_math *item = m->items[i];

        loose = loose || denominator || item->class == HS_MATH_BIN || item->class == HS_MATH_REL;
    }
    hs_str_printf(l->out, loose ? "(%s)" : "%s", text.buf);
    hs_str_dispose(&text);
}

static void cases(struct line *l, const struct hs_math *m)
{
    for (size_t i = 0; i < m->n; i++) {
        if (i != 0)
            hs_str_add(l->out, i % 2 != 0 ? " " : "; ");
        write(l, m->items[i]);
    }
}

/* The mark of an accent: a combining character, or a word behind the letter. */
static const char *accent_mark(const char *accent, bool ascii)
{
    if (accent[0] == '^')
        return ascii ? "hat" : "\xcc\x82";
    if (accent[0] == '~')
        return ascii ? "tilde" : "\xcc\x83";
    return ascii ? "bar" : "\xcc\x84";
}

static void symbol(struct line *l, const struct hs_math *m)
{
    const char *text = l->ascii ? m->ascii : m->text;

    if (m->class == HS_MATH_BIN && strcmp(m->ascii, "/") != 0)
        hs_str_printf(l->out, " %s ", text);
    else if (m->class == HS_MATH_REL)
        hs_str_printf(l->out, " %s ", text);
    else if (m->class == HS_MATH_PUNCT)
        hs_str_printf(l->out, "%s ", text);
    else
        hs_str_add(l->out, text);
}

static void write(struct line *l, const struct hs_math *m)
{
    if (m == NULL)
        return;
    switch (m->kind) {
    case HS_MATH_ROW:
        for (size_t i = 0; i < m->n; i++) {
            bool sign = m->items[i]->class == HS_MATH_BIN &&
                        (i == 0 || m->items[i - 1]->class == HS_MATH_REL ||
                         m->items[i - 1]->class == HS_MATH_BIN);

            if (i > 0 && !hs_ends_with(l->out->buf, " ") && hs_math_is_operand(m->items[i - 1]) &&
                (hs_math_is_function(m->items[i]) ||
                 (l->ascii && hs_math_is_word(m->items[i - 1], m->items[i]))))
                hs_str_add_char(l->out, ' ');
            if (sign && m->items[i]->kind == HS_MATH_SYMBOL)
                hs_str_add(l->out, l->ascii ? m->items[i]->ascii : m->items[i]->text);
            else
                write(l, m->items[i]);
            if (hs_math_is_function(m->items[i]) && i + 1 < m->n &&
                hs_math_keeps_distance(m->items[i], m->items[i + 1]))
                hs_str_add_char(l->out, ' ');
        }
        break;
    case HS_MATH_SYMBOL:
        symbol(l, m);
        break;
    case HS_MATH_FRAC:
        operand(l, m->a, false);
        hs_str_add_char(l->out, '/');
        operand(l, m->b, true);
        break;
    case HS_MATH_SCRIPTS:
        write(l, m->a);
        script(l, m->b, false);
        script(l, m->c, true);
        break;
    case HS_MATH_SQRT:
        hs_str_add(l->out, l->ascii ? "sqrt(" : "√(");
        write(l, m->a);
        hs_str_add_char(l->out, ')');
        break;
    case HS_MATH_FENCE:
        hs_str_add(l->out, l->ascii && strcmp(m->open, "⌊") == 0   ? "floor("
                           : l->ascii && strcmp(m->open, "⌈") == 0 ? "ceil("
                                                                   : m->open);
        write(l, m->a);
        hs_str_add(l->out, l->ascii && m->close[0] & 0x80 ? ")" : m->close);
        break;
    case HS_MATH_ACCENT:
        write(l, m->a);
        hs_str_add(l->out, accent_mark(m->text, l->ascii));
        break;
    case HS_MATH_BRACE:
        write(l, m->a);
        break;
    case HS_MATH_CASES:
        cases(l, m);
        break;
    case HS_MATH_TAG:
        hs_str_add(l->out, "   (");
        write(l, m->a);
        hs_str_add_char(l->out, ')');
        break;
    }
}

void hs_math_line(struct hs_str *out, const char *tex, bool ascii)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct line l = {out, ascii};
    struct hs_math *m;

    if (hs_math_parse(&m, &arena, tex, NULL) == HS_OK)
        write(&l, m);
    else
        hs_str_add(out, tex); /* what cannot be typeset is shown as it was written */
    hs_arena_dispose(&arena);
}
