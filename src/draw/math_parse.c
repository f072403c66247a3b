/* A formula's text becomes a tree: rows and atoms. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "draw/math_parser.h"

enum {
    MAX_DEPTH = 120, /* {…} takes two: the argument and the row in it */
    MAX_BYTES = 32768
};

void *hs_math_fail(struct hs_math_parser *p, const char *what)
{
    if (p->st == HS_OK)
        p->st = hs_fail_at(p->err, HS_EFORMAT, "formula", 1, (int)(p->at - p->tex) + 1,
                           "formula, column %d: %s", (int)(p->at - p->tex) + 1, what);
    return NULL;
}

struct hs_math *hs_math_node(struct hs_math_parser *p, enum hs_math_kind kind)
{
    struct hs_math *m = hs_arena_alloc_zero(p->arena, 1, sizeof *m);

    if (m == NULL)
        p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
    else {
        m->kind = kind;
        m->class = kind == HS_MATH_FRAC || kind == HS_MATH_BOXED ? HS_MATH_INNER : HS_MATH_ORD;
        m->text = m->ascii = "";
    }
    return m;
}

struct hs_math *hs_math_nothing(struct hs_math_parser *p)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_SYMBOL);

    if (m != NULL)
        m->class = HS_MATH_SPACE;
    return m;
}

bool hs_math_push(struct hs_math_parser *p, struct hs_math *row, struct hs_math *item)
{
    if (row == NULL || item == NULL)
        return false;
    if (row->n == row->cap) {
        size_t cap = row->cap != 0 ? row->cap * 2 : 4;
        struct hs_math **grown = hs_arena_alloc(p->arena, cap, sizeof(struct hs_math *));

        if (grown == NULL) {
            p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
            return false;
        }
        if (row->n != 0)
            memcpy(grown, row->items, row->n * sizeof *grown);
        row->items = grown;
        row->cap = cap;
    }
    row->items[row->n++] = item;
    return true;
}

void hs_math_blanks(struct hs_math_parser *p)
{
    while (*p->at != '\0' && ((unsigned char)*p->at <= ' ' || *p->at == '$' || *p->at == 0x7f))
        p->at++;
}

size_t hs_math_command_length(const struct hs_math_parser *p)
{
    const char *name = p->at + 1;
    size_t n = 0;

    while ((name[n] >= 'a' && name[n] <= 'z') || (name[n] >= 'A' && name[n] <= 'Z'))
        n++;
    return n;
}

bool hs_math_at(const struct hs_math_parser *p, const char *command)
{
    size_t n = strlen(command);

    return *p->at == '\\' && hs_math_command_length(p) == n && memcmp(p->at + 1, command, n) == 0;
}

/* Behind every way back into the grammar, \sqrt\sqrt\sqrt… without a brace, too. */
static bool enter(struct hs_math_parser *p)
{
    if (++p->depth > MAX_DEPTH)
        hs_math_fail(p, "nested too deeply");
    return p->st == HS_OK;
}

/* A character with the marks that combine with it: bytes. */
static size_t character(const struct hs_math_parser *p)
{
    uint32_t c;
    size_t n = hs_utf8_decode(p->at, (size_t)(p->end - p->at), &c, NULL);

    while (p->at + n < p->end) {
        size_t more = hs_utf8_decode(p->at + n, (size_t)(p->end - p->at) - n, &c, NULL);

        if (!((c >= 0x300 && c < 0x370) || (c >= 0x20d0 && c < 0x2100)))
            break;
        n += more;
    }
    return n;
}

enum hs_math_class hs_math_class_of(char c)
{
    switch (c) {
    case '+':
    case '-':
    case '*':
        return HS_MATH_BIN;
    case '=':
    case '<':
    case '>':
    case ':':
        return HS_MATH_REL;
    case '(':
    case '[':
        return HS_MATH_OPEN;
    case ')':
    case ']':
        return HS_MATH_CLOSE;
    case ',':
    case ';':
        return HS_MATH_PUNCT;
    case '|':
        return HS_MATH_BAR;
    default:
        return HS_MATH_ORD;
    }
}

static size_t number_length(const char *s)
{
    size_t n = 0;

    while (s[n] >= '0' && s[n] <= '9') /* a number is one atom, with its point */
        n += s[n + 1] == '.' && s[n + 2] >= '0' && s[n + 2] <= '9' ? 2 : 1;
    return n;
}

/* x̂ as it is typed with a combining mark; NULL (and p does not move) when it is none. */
static struct hs_math *marked(struct hs_math_parser *p, size_t n)
{
    uint32_t c;
    size_t first = hs_utf8_decode(p->at, n, &c, NULL);
    const char *accent = first < n ? hs_math_accent(p->at + first, n - first) : NULL;
    struct hs_math *m;

    if (accent == NULL)
        return NULL;
    m = hs_math_node(p, HS_MATH_ACCENT);
    if (m == NULL)
        return NULL;
    m->text = accent;
    m->a = first > 1 ? hs_math_glyph(p, p->at, first) : NULL;
    if (m->a == NULL)
        m->a = hs_math_text(p, p->at, first, HS_MATH_ORD);
    return m->a != NULL ? m : NULL;
}

static struct hs_math *atom(struct hs_math_parser *p, bool digit)
{
    struct hs_math *m = NULL;
    size_t n = number_length(p->at);

    if (*p->at == '\\')
        return hs_math_command(p);
    if (*p->at == '{')
        return hs_math_argument(p, false);
    if (n != 0)
        n = digit ? 1 : n;
    else if ((unsigned char)*p->at >= 0x80) {
        n = character(p);
        m = hs_math_glyph(p, p->at, n);
        m = m != NULL ? m : marked(p, n);
    } else {
        n = character(p);
        m = marked(p, n);
        if (m == NULL && *p->at == '~')
            m = hs_math_named(p, " ", 1);
        else if (*p->at == '-' && n == 1)
            m = hs_math_named(p, "-", 1);
        else if (*p->at == '\'' && n == 1)
            m = hs_math_named(p, "prime", 5);
    }
    if (m == NULL)
        m = hs_math_text(p, p->at, n, hs_math_class_of(*p->at));
    p->at += n;
    return m;
}

struct hs_math *hs_math_argument(struct hs_math_parser *p, bool digit)
{
    struct hs_math *m = NULL;

    hs_math_blanks(p);
    if (!enter(p))
        return NULL;
    if (*p->at == '\0')
        hs_math_fail(p, "something is missing here");
    else if (*p->at != '{')
        m = atom(p, digit);
    else {
        p->at++;
        m = hs_math_row(p, "}");
        if (p->st == HS_OK && *p->at != '}')
            hs_math_fail(p, "a closing brace is missing");
        else if (p->st == HS_OK)
            p->at++;
    }
    p->depth--;
    return p->st == HS_OK ? m : NULL;
}

static bool at_stop(const struct hs_math_parser *p, const char *stop)
{
    return *p->at == '\0' || *p->at == '}' || *p->at == *stop || hs_math_at(p, "end") ||
           hs_math_at(p, "right") || (*stop == '&' && hs_starts_with(p->at, "\\\\"));
}

struct hs_math *hs_math_row(struct hs_math_parser *p, const char *stop)
{
    struct hs_math *r = hs_math_node(p, HS_MATH_ROW), *item;
    bool apart;

    if (p->lead)
        hs_math_push(p, r, hs_math_node(p, HS_MATH_ROW));
    p->lead = false;
    enter(p);
    while (p->st == HS_OK && r != NULL) {
        hs_math_blanks(p);
        if (at_stop(p, *stop == '\\' ? "" : stop))
            break;
        if (*p->at == '&') { /* means nothing outside of a table */
            p->at++;
            continue;
        }
        apart = p->at > p->tex && p->at[-1] == ' ';
        item = hs_math_scripts(p, *p->at == '_' || *p->at == '^' ? hs_math_node(p, HS_MATH_ROW)
                                                                 : atom(p, false));
        if (!hs_math_push(p, r, item))
            break;
        item->apart = apart;
    }
    p->depth--;
    if (p->st != HS_OK || r == NULL)
        return NULL;
    hs_math_settle(r, p->scripts > 0);
    return r;
}

enum hs_status hs_math_parse(struct hs_math **out, struct hs_arena *arena, const char *tex,
                             struct hs_error *err)
{
    size_t n = strlen(tex);
    struct hs_math_parser p = {
        .tex = tex, .at = tex, .end = tex + n, .arena = arena, .err = err, .st = HS_OK};
    struct hs_math *m;

    if (n > MAX_BYTES)
        return hs_fail(err, HS_ELIMIT, "a formula of %zu bytes: the limit is %d", n, MAX_BYTES);
    m = hs_math_table(&p, HS_MATH_ALIGNED);
    if (p.st == HS_OK && *p.at != '\0')
        hs_math_fail(&p, *p.at == '}' ? "a closing brace without an opening one"
                                      : "an end without a beginning");
    if (p.st == HS_OK)
        *out = m->n == 1 && m->items[0]->n == 1 ? m->items[0]->items[0] : m;
    return p.st;
}
