/* Sub- and superscripts of a formula on one line. Declared in draw/math_line.h. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/math_line.h"

static const struct {
    const char *plain, *sub, *super;
} characters[] = {{"0", "₀", "⁰"},  {"1", "₁", "¹"},  {"2", "₂", "²"},  {"3", "₃", "³"},
                  {"4", "₄", "⁴"},  {"5", "₅", "⁵"},  {"6", "₆", "⁶"},  {"7", "₇", "⁷"},
                  {"8", "₈", "⁸"},  {"9", "₉", "⁹"},  {"−", "₋", "⁻"},  {"+", "₊", "⁺"},
                  {"(", "₍", "⁽"},  {")", "₎", "⁾"},  {"=", "₌", "⁼"},  {"a", "ₐ", "ᵃ"},
                  {"b", NULL, "ᵇ"}, {"c", NULL, "ᶜ"}, {"d", NULL, "ᵈ"}, {"e", "ₑ", "ᵉ"},
                  {"f", NULL, "ᶠ"}, {"g", NULL, "ᵍ"}, {"h", "ₕ", "ʰ"},  {"i", "ᵢ", "ⁱ"},
                  {"j", "ⱼ", "ʲ"},  {"k", "ₖ", "ᵏ"},  {"l", "ₗ", "ˡ"},  {"m", "ₘ", "ᵐ"},
                  {"n", "ₙ", "ⁿ"},  {"o", "ₒ", "ᵒ"},  {"p", "ₚ", "ᵖ"},  {"r", "ᵣ", "ʳ"},
                  {"s", "ₛ", "ˢ"},  {"t", "ₜ", "ᵗ"},  {"u", "ᵤ", "ᵘ"},  {"v", "ᵥ", "ᵛ"},
                  {"w", NULL, "ʷ"}, {"x", "ₓ", "ˣ"},  {"y", NULL, "ʸ"}, {"z", NULL, "ᶻ"},
                  {"T", NULL, "ᵀ"}, {"′", NULL, "′"}};

/* Text as sub- or superscript characters; false, with nothing appended, when one has none. */
static bool small(struct hs_str *out, const char *text, bool super)
{
    size_t from = out->len;

    while (*text != '\0') {
        const char *glyph = NULL;
        size_t used = 1;

        for (size_t i = 0; i < HS_COUNTOF(characters) && glyph == NULL; i++)
            if (hs_starts_with(text, characters[i].plain)) {
                glyph = super ? characters[i].super : characters[i].sub;
                used = strlen(characters[i].plain);
            }
        if (glyph == NULL) {
            hs_str_truncate(out, from);
            return false;
        }
        hs_str_add(out, glyph);
        text += used;
    }
    return true;
}

const char *hs_math_plain(const char *text, bool *super, size_t *bytes)
{
    for (size_t i = 0; (unsigned char)*text >= 0x80 && i < HS_COUNTOF(characters); i++)
        for (int k = 0; k < 2; k++) {
            const char *glyph = k == 0 ? characters[i].sub : characters[i].super;

            if (glyph != NULL && (unsigned char)glyph[0] >= 0x80 && hs_starts_with(text, glyph) &&
                strcmp(glyph, characters[i].plain) != 0) {
                *super = k == 1;
                *bytes = strlen(glyph);
                return characters[i].plain;
            }
        }
    return NULL;
}

/* One word or number: no bracket is needed behind _ or ^. */
static bool is_word(const char *text)
{
    for (const char *s = text; *s != '\0'; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9')))
            return hs_text_width(text, strlen(text)) == 1;
    return *text != '\0';
}

/* ⌈…⌉ and the like are brackets already. */
static bool is_fenced(const struct hs_math *m)
{
    m = hs_math_only(m);
    return m->kind == HS_MATH_FENCE && m->b != NULL && m->c != NULL;
}

static void script(struct hs_math_words *l, const struct hs_math *m, bool super)
{
    struct hs_str text = HS_STR_INIT;
    struct hs_math_words inner = {&text, l->ascii};

    if (m == NULL)
        return;
    hs_math_write(&inner, m);
    if (super && text.len != 0 && text.buf[strspn(text.buf, "'")] == '\0')
        hs_str_add(l->out, text.buf); /* a_i' */
    else if (text.len != 0 && (l->ascii || !small(l->out, text.buf, super))) {
        bool bare = is_word(text.buf) || (super && is_fenced(m));

        hs_str_add_char(l->out, super ? '^' : '_');
        hs_str_printf(l->out, bare ? "%s" : super ? "(%s)" : "{%s}", text.buf);
    }
    hs_str_dispose(&text);
}

static void write_or_nothing(struct hs_math_words *l, const struct hs_math *m)
{
    if (m != NULL)
        hs_math_write(l, m);
}

/* ∑_{i=0..n−1}, min_{x∈X}; a label over or under something else: [label]. */
static void limits(struct hs_math_words *l, const struct hs_math *m)
{
    bool label = m->a->kind == HS_MATH_BRACE;

    if (m->class != HS_MATH_OP && (m->b != NULL || m->c != NULL)) {
        hs_str_add(l->out, label ? " [= " : "[");
        write_or_nothing(l, m->b);
        hs_str_add(l->out, m->b != NULL && m->c != NULL ? ".." : "");
        write_or_nothing(l, m->c);
        hs_str_add_char(l->out, ']');
    } else if (m->b != NULL && m->c != NULL) {
        hs_str_add(l->out, "_{");
        hs_math_write(l, m->b);
        hs_str_add(l->out, "..");
        hs_math_write(l, m->c);
        hs_str_add_char(l->out, '}');
    } else {
        script(l, m->b, false);
        script(l, m->c, true);
    }
}

void hs_math_write_scripts(struct hs_math_words *l, const struct hs_math *m, bool loose)
{
    if (loose)
        hs_str_add_char(l->out, '(');
    hs_math_write(l, m->a);
    if (loose)
        hs_str_add_char(l->out, ')');
    if (m->limits) {
        limits(l, m);
        return;
    }
    script(l, m->b, false);
    script(l, m->c, true);
}
