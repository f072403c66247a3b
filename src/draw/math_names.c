/* What a formula's words look like: symbols by command name or by their Unicode text, and plain
 * text made safe to show. Declared in draw/math_parser.h. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "draw/math_parser.h"

static const struct symbol {
    const char *name, *text, *ascii;
    unsigned char length; /* of the name */
    enum hs_math_class class;
} symbols[] = {
#define HS_SYMBOL(name, text, ascii, class) {name, text, ascii, sizeof name - 1, HS_MATH_##class},
#include "draw/math_symbols.def"
#undef HS_SYMBOL
};

static const char *const marks[][2] = {{"hat", "\xcc\x82"},   {"bar", "\xcc\x84"},
                                       {"tilde", "\xcc\x83"}, {"dot", "\xcc\x87"},
                                       {"ddot", "\xcc\x88"},  {"vec", "\xe2\x83\x97"},
                                       {"check", "\xcc\x8c"}};

const char *hs_math_mark(const char *accent)
{
    for (size_t i = 0; i < HS_COUNTOF(marks); i++)
        if (strcmp(marks[i][0], accent) == 0)
            return marks[i][1];
    return NULL;
}

const char *hs_math_accent(const char *mark, size_t n)
{
    for (size_t i = 0; i < HS_COUNTOF(marks); i++)
        if (strlen(marks[i][1]) == n && memcmp(marks[i][1], mark, n) == 0)
            return marks[i][0];
    return NULL;
}

static struct hs_math *made(struct hs_math_parser *p, const struct symbol *s)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_SYMBOL);

    if (m == NULL)
        return NULL;
    m->text = s->text;
    m->ascii = s->ascii;
    m->limits = s->class == HS_MATH_LIMITS;
    m->class = m->limits ? HS_MATH_OP : s->class;
    return m;
}

struct hs_math *hs_math_named(struct hs_math_parser *p, const char *name, size_t n)
{
    for (size_t i = 0; i < HS_COUNTOF(symbols); i++)
        if (symbols[i].length == n && symbols[i].name[0] == *name &&
            memcmp(symbols[i].name, name, n) == 0)
            return made(p, &symbols[i]);
    return NULL;
}

struct hs_math *hs_math_glyph(struct hs_math_parser *p, const char *text, size_t n)
{
    for (size_t i = 0; i < HS_COUNTOF(symbols); i++)
        if (memcmp(symbols[i].text, text, 1) == 0 && strlen(symbols[i].text) == n &&
            memcmp(symbols[i].text, text, n) == 0)
            return made(p, &symbols[i]);
    return NULL;
}

/* Appends a character of plain text to both forms; nothing for what has no width of its own unless
 * it combines with a letter. */
static size_t add_character(struct hs_str *text, struct hs_str *ascii, const char *s, size_t n)
{
    uint32_t c;
    bool ok;
    size_t bytes = hs_utf8_decode(s, n, &c, &ok);
    int width = ok ? hs_rune_width(c) : 1;

    if (!ok) {
        hs_str_add(text, "\xef\xbf\xbd");
        hs_str_add_char(ascii, '?');
    } else if (c < 0x80 && width == 1) {
        hs_str_add_char(text, *s);
        hs_str_add_char(ascii, *s);
    } else if (width > 0) {
        hs_str_add_bytes(text, s, bytes);
        hs_str_add_repeat(ascii, "?", (size_t)width);
    } else if ((c >= 0x300 && c < 0x370) || (c >= 0x20d0 && c < 0x2100)) {
        hs_str_add_bytes(text, s, bytes);
    }
    return bytes;
}

/* A command inside text: its symbol, or its name. */
static size_t add_command(struct hs_math_parser *p, struct hs_str *text, struct hs_str *ascii,
                          const char *s, size_t n)
{
    size_t used = 1;
    struct hs_math *m;

    while (used < n && ((s[used] >= 'a' && s[used] <= 'z') || (s[used] >= 'A' && s[used] <= 'Z')))
        used++;
    if (used == 1 && n > 1 && (unsigned char)s[1] < 0x80)
        used = 2;
    m = hs_math_named(p, s + 1, used - 1);
    if (used == 2 && (s[1] == ',' || s[1] == ';')) {
        hs_str_add_char(text, ' ');
        hs_str_add_char(ascii, ' ');
    } else if (m != NULL) {
        hs_str_add(text, m->text);
        hs_str_add(ascii, m->ascii);
    } else {
        for (size_t i = 1; i < used; i++)
            add_character(text, ascii, s + i, used - i);
    }
    return used;
}

static bool is_plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] >= 0x7f || text[i] == '\\' ||
            text[i] == '$' || text[i] == '{' || text[i] == '}' || text[i] == '~')
            return false;
    return true;
}

static bool clean(struct hs_math_parser *p, struct hs_math *m, const char *s, size_t n)
{
    struct hs_str text = HS_STR_INIT, ascii = HS_STR_INIT;

    for (size_t i = 0; i < n;) {
        if (s[i] == '\\')
            i += add_command(p, &text, &ascii, s + i, n - i);
        else if (s[i] == '$' || s[i] == '{' || s[i] == '}')
            i++;
        else if (s[i] == '~' || s[i] == '\n' || s[i] == '\t') {
            i += add_character(&text, &ascii, " ", 1);
        } else
            i += add_character(&text, &ascii, s + i, n - i);
    }
    m->text = hs_str_ok(&text) ? hs_arena_strdup(p->arena, text.buf) : NULL;
    m->ascii = hs_str_ok(&ascii) ? hs_arena_strdup(p->arena, ascii.buf) : NULL;
    hs_str_dispose(&text);
    hs_str_dispose(&ascii);
    return m->text != NULL && m->ascii != NULL;
}

struct hs_math *hs_math_text(struct hs_math_parser *p, const char *text, size_t n,
                             enum hs_math_class class)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_SYMBOL);
    bool ok = m != NULL;

    if (ok && is_plain(text, n)) {
        m->text = m->ascii = hs_arena_strndup(p->arena, text, n);
        ok = m->text != NULL;
    } else if (ok) {
        ok = clean(p, m, text, n);
    }
    if (!ok) {
        p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
        return NULL;
    }
    m->class = class;
    return m;
}
