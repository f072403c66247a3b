#include "draw/math_tree.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

enum { MAX_DEPTH = 120 }; /* {…} takes two: the argument and the row in it */

struct parser {
    const char *tex, *at;
    struct hs_arena *arena;
    struct hs_error *err;
    int depth;
    enum hs_status st;
};

static const struct symbol {
    const char *name, *text, *ascii;
    enum hs_math_class class;
} symbols[] = {
#define HS_SYMBOL(name, text, ascii, class) {name, text, ascii, HS_MATH_##class},
#include "draw/math_symbols.def"
#undef HS_SYMBOL
};

static struct hs_math *node(struct parser *p, enum hs_math_kind kind)
{
    struct hs_math *m = hs_arena_alloc_zero(p->arena, 1, sizeof *m);

    if (m == NULL)
        p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
    else
        m->kind = kind;
    return m;
}

static void fail(struct parser *p, const char *what)
{
    if (p->st == HS_OK)
        p->st = hs_fail_at(p->err, HS_EFORMAT, "formula", 1, (int)(p->at - p->tex) + 1,
                           "formula, column %d: %s", (int)(p->at - p->tex) + 1, what);
}

static bool push(struct parser *p, struct hs_math *row, struct hs_math *item)
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

static struct hs_math *symbol(struct parser *p, const char *text, size_t n,
                              enum hs_math_class class)
{
    struct hs_math *m = node(p, HS_MATH_SYMBOL);

    if (m != NULL) {
        m->text = m->ascii = hs_arena_strndup(p->arena, text, n);
        m->class = class;
        if (m->text == NULL)
            p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
    }
    return p->st == HS_OK ? m : NULL;
}

static struct hs_math *row(struct parser *p, const char *stop);
static struct hs_math *atom(struct parser *p);
static bool at_right(const struct parser *p);

static void blanks(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\n' || *p->at == '\t')
        p->at++;
}

/* Behind every way back into the grammar, \sqrt\sqrt\sqrt… without a brace, too. */
static bool enter(struct parser *p)
{
    if (++p->depth > MAX_DEPTH)
        fail(p, "nested too deeply");
    return p->st == HS_OK;
}

/* {…} or one atom. */
static struct hs_math *argument(struct parser *p)
{
    struct hs_math *m = NULL;

    blanks(p);
    if (!enter(p))
        return NULL;
    if (*p->at == '\0')
        fail(p, "something is missing here");
    else if (*p->at != '{')
        m = atom(p);
    else {
        p->at++;
        m = row(p, "}");
        if (p->st == HS_OK && *p->at != '}')
            fail(p, "a closing brace is missing");
        else if (p->st == HS_OK)
            p->at++;
    }
    p->depth--;
    return p->st == HS_OK ? m : NULL;
}

/* The text of {…}, taken as it is. */
static struct hs_math *raw_argument(struct parser *p, enum hs_math_class class)
{
    const char *from;
    int open = 1;

    blanks(p);
    if (*p->at != '{') {
        fail(p, "an opening brace is missing");
        return NULL;
    }
    from = ++p->at;
    for (; *p->at != '\0'; p->at++) {
        open += (*p->at == '{') - (*p->at == '}');
        if (open == 0)
            return symbol(p, from, (size_t)(p->at++ - from), class);
    }
    fail(p, "a closing brace is missing");
    return NULL;
}

/* A bracket behind \left or \right: its text, "" for '.'. */
static const char *bracket(struct parser *p)
{
    static const char *const commands[][2] = {{"\\lfloor", "⌊"}, {"\\rfloor", "⌋"},
                                              {"\\lceil", "⌈"},  {"\\rceil", "⌉"},
                                              {"\\{", "{"},      {"\\}", "}"},
                                              {"\\|", "|"},      {"\\lbrace", "{"},
                                              {"\\rbrace", "}"}, {"\\vert", "|"}};
    static const char *const single[] = {"(", ")", "[", "]", "|", "."};

    blanks(p);
    for (size_t i = 0; i < HS_COUNTOF(commands); i++)
        if (hs_starts_with(p->at, commands[i][0])) {
            p->at += strlen(commands[i][0]);
            return commands[i][1];
        }
    for (size_t i = 0; i < HS_COUNTOF(single); i++)
        if (*p->at == single[i][0]) {
            p->at++;
            return single[i][0] == '.' ? "" : single[i];
        }
    fail(p, "a bracket is missing behind \\left or \\right");
    return "";
}

static struct hs_math *fence(struct parser *p)
{
    struct hs_math *m = node(p, HS_MATH_FENCE);

    if (m == NULL)
        return NULL;
    m->open = bracket(p);
    m->a = row(p, "\\right");
    if (p->st == HS_OK && !at_right(p))
        fail(p, "\\right is missing");
    if (p->st != HS_OK)
        return NULL;
    p->at += strlen("\\right");
    m->close = bracket(p);
    return m;
}

/* \begin{cases} a & b \\ c & d \end{cases}, aligned and align likewise. */
static struct hs_math *environment(struct parser *p)
{
    struct hs_math *name = raw_argument(p, HS_MATH_ORD), *m = node(p, HS_MATH_CASES);
    size_t column = 0;

    if (name == NULL || m == NULL)
        return NULL;
    m->text = name->text;
    m->columns = 1;
    while (p->st == HS_OK && *p->at != '\0') {
        if (!push(p, m, row(p, "&")))
            return NULL;
        column++;
        if (*p->at == '&') {
            p->at++;
            m->columns = column + 1 > m->columns ? column + 1 : m->columns;
            continue;
        }
        for (; column < 2 && p->st == HS_OK; column++) /* rows of the tree are two cells wide */
            push(p, m, node(p, HS_MATH_ROW));
        column = 0;
        if (hs_starts_with(p->at, "\\\\")) {
            p->at += 2;
            continue;
        }
        break;
    }
    if (!hs_starts_with(p->at, "\\end")) {
        fail(p, "\\end is missing");
        return NULL;
    }
    p->at += 4;
    raw_argument(p, HS_MATH_ORD);
    m->columns = 2;
    return p->st == HS_OK ? m : NULL;
}

static struct hs_math *with_one(struct parser *p, enum hs_math_kind kind, const char *text)
{
    struct hs_math *m = node(p, kind);

    if (m != NULL) {
        m->text = text;
        m->a = argument(p);
    }
    return p->st == HS_OK ? m : NULL;
}

static struct hs_math *fraction(struct parser *p)
{
    struct hs_math *m = node(p, HS_MATH_FRAC);

    if (m != NULL) {
        m->a = argument(p);
        m->b = argument(p);
    }
    return p->st == HS_OK ? m : NULL;
}

static struct hs_math *named(struct parser *p, const char *name, size_t n)
{
    static const char *const accents[][2] = {{"hat", "^"},   {"bar", "¯"},     {"overline", "¯"},
                                             {"tilde", "~"}, {"widehat", "^"}, {"vec", "→"}};
    struct hs_math *m;

    for (size_t i = 0; i < HS_COUNTOF(accents); i++)
        if (strlen(accents[i][0]) == n && memcmp(accents[i][0], name, n) == 0)
            return with_one(p, HS_MATH_ACCENT, accents[i][1]);
    for (size_t i = 0; i < HS_COUNTOF(symbols); i++)
        if (strlen(symbols[i].name) == n && memcmp(symbols[i].name, name, n) == 0) {
            m = node(p, HS_MATH_SYMBOL);
            if (m == NULL)
                return NULL;
            m->text = symbols[i].text;
            m->ascii = symbols[i].ascii;
            m->class = symbols[i].class;
            m->limits = n == 3 && memcmp(name, "sum", 3) == 0;
            m->limits = m->limits || (n == 4 && memcmp(name, "prod", 4) == 0);
            return m;
        }
    return symbol(p, name, n, HS_MATH_OP); /* an unknown command shows as its name */
}

static bool is_command(const char *name, size_t n, const char *wanted)
{
    return strlen(wanted) == n && memcmp(name, wanted, n) == 0;
}

static struct hs_math *command(struct parser *p)
{
    const char *name = ++p->at;
    size_t n = 0;

    while ((name[n] >= 'a' && name[n] <= 'z') || (name[n] >= 'A' && name[n] <= 'Z'))
        n++;
    if (n == 0 && (name[0] == '{' || name[0] == '}' || name[0] == '|')) {
        p->at++;
        return symbol(p, name, 1, HS_MATH_ORD);
    }
    n = n == 0 ? (name[0] != '\0') : n;
    p->at += n;
    if (is_command(name, n, "frac") || is_command(name, n, "dfrac") || is_command(name, n, "tfrac"))
        return fraction(p);
    if (is_command(name, n, "sqrt"))
        return with_one(p, HS_MATH_SQRT, NULL);
    if (is_command(name, n, "left"))
        return fence(p);
    if (is_command(name, n, "begin"))
        return environment(p);
    if (is_command(name, n, "overbrace") || is_command(name, n, "underbrace"))
        return with_one(p, HS_MATH_BRACE, name[0] == 'o' ? "over" : "under");
    if (is_command(name, n, "operatorname"))
        return raw_argument(p, HS_MATH_OP);
    if (is_command(name, n, "text") || is_command(name, n, "mathrm") ||
        is_command(name, n, "mathit") || is_command(name, n, "textrm") ||
        is_command(name, n, "mathbf"))
        return raw_argument(p, HS_MATH_ORD);
    if (is_command(name, n, "tag"))
        return with_one(p, HS_MATH_TAG, NULL);
    return named(p, name, n);
}

static struct hs_math *atom(struct parser *p)
{
    uint32_t c;
    size_t bytes, n = 0;
    struct hs_math *m;

    if (*p->at == '\\')
        return command(p);
    if (*p->at == '{')
        return argument(p);
    while (p->at[n] >= '0' && p->at[n] <= '9') /* a number is one atom, with its point */
        n += p->at[n + 1] == '.' && p->at[n + 2] >= '0' && p->at[n + 2] <= '9' ? 2 : 1;
    if (n == 0) {
        n = bytes = hs_utf8_decode(p->at, strlen(p->at), &c, NULL);
        if (*p->at == '\'') {
            p->at++;
            return named(p, "prime", 5);
        }
    }
    m = symbol(p, p->at, n,
               strchr("+-*/", *p->at) != NULL  ? HS_MATH_BIN
               : strchr("=<>", *p->at) != NULL ? HS_MATH_REL
               : *p->at == ','                 ? HS_MATH_PUNCT
                                               : HS_MATH_ORD);
    if (m != NULL && *p->at == '-')
        m->text = "−";
    p->at += n;
    return m;
}

/* Sub- and superscripts behind an atom, in any order. */
static struct hs_math *scripts(struct parser *p, struct hs_math *base)
{
    for (;;) {
        struct hs_math *m, **slot;
        char which;

        blanks(p);
        which = *p->at;
        if (p->st != HS_OK || base == NULL || (which != '_' && which != '^'))
            return base;
        p->at++;
        m = base->kind == HS_MATH_SCRIPTS ? base : node(p, HS_MATH_SCRIPTS);
        if (m == NULL)
            return NULL;
        if (m != base) {
            m->a = base;
            m->limits =
                (base->kind == HS_MATH_SYMBOL && base->limits) || base->kind == HS_MATH_BRACE;
        }
        slot = which == '_' ? &m->b : &m->c;
        if (*slot != NULL) {
            fail(p, "two scripts in the same place");
            return NULL;
        }
        *slot = argument(p);
        base = m;
    }
}

/* \\right as a command of its own, not \\rightarrow. */
static bool at_right(const struct parser *p)
{
    char next = hs_starts_with(p->at, "\\right") ? p->at[6] : 'x';

    return !((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'));
}

/* Items up to `stop` ("}", "&" with \\ and \end, "\right") or the end. */
static struct hs_math *row(struct parser *p, const char *stop)
{
    struct hs_math *r = node(p, HS_MATH_ROW);

    enter(p);
    while (p->st == HS_OK && r != NULL) {
        blanks(p);
        if (*p->at == '\0' || (*stop != '\\' && hs_starts_with(p->at, stop)) || *p->at == '}' ||
            hs_starts_with(p->at, "\\end") || at_right(p) ||
            (*stop == '&' && hs_starts_with(p->at, "\\\\")))
            break;
        if (*p->at == '&') {
            p->at++;
            continue;
        }
        if (hs_starts_with(p->at, "\\\\")) {
            p->at += 2;
            continue;
        }
        if (!push(p, r,
                  scripts(p, *p->at == '_' || *p->at == '^' ? node(p, HS_MATH_ROW) : atom(p))))
            break;
    }
    p->depth--;
    return p->st == HS_OK ? r : NULL;
}

enum hs_status hs_math_parse(struct hs_math **out, struct hs_arena *arena, const char *tex,
                             struct hs_error *err)
{
    struct parser p = {.tex = tex, .at = tex, .arena = arena, .err = err, .st = HS_OK};
    struct hs_math *m = row(&p, "\001");

    if (p.st == HS_OK && *p.at != '\0')
        fail(&p, *p.at == '}' ? "a closing brace without an opening one"
                              : "an end without a beginning");
    if (p.st == HS_OK)
        *out = m;
    return p.st;
}
