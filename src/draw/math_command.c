/* Commands of a formula that take arguments, and brackets that grow. Declared in
 * draw/math_parser.h. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "draw/math_parser.h"

const char *hs_math_span(struct hs_math_parser *p, size_t *n)
{
    const char *from;
    int open = 1;

    hs_math_blanks(p);
    if (*p->at != '{')
        return hs_math_fail(p, "an opening brace is missing");
    from = ++p->at;
    for (; *p->at != '\0'; p->at++) {
        open += (*p->at == '{') - (*p->at == '}');
        if (open == 0) {
            *n = (size_t)(p->at++ - from);
            return from;
        }
    }
    return hs_math_fail(p, "a closing brace is missing");
}

static struct hs_math *ignored(struct hs_math_parser *p, const char *detail)
{
    size_t n;

    if (*detail != '\0' && hs_math_span(p, &n) == NULL)
        return NULL;
    return hs_math_nothing(p);
}

static struct hs_math *with_one(struct hs_math_parser *p, enum hs_math_kind kind, const char *text)
{
    struct hs_math *m = hs_math_node(p, kind);

    if (m != NULL) {
        m->text = text;
        m->a = hs_math_argument(p, false);
    }
    return p->st == HS_OK ? m : NULL;
}

static struct hs_math *accent(struct hs_math_parser *p, const char *detail)
{
    return with_one(p, HS_MATH_ACCENT, detail);
}

static struct hs_math *brace(struct hs_math_parser *p, const char *detail)
{
    return with_one(p, HS_MATH_BRACE, detail);
}

static struct hs_math *tag(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *m;

    p->at += *p->at == '*';
    m = with_one(p, HS_MATH_TAG, detail);
    if (m != NULL)
        m->class = HS_MATH_SPACE;
    return m;
}

static struct hs_math *boxed(struct hs_math_parser *p, const char *detail)
{
    return with_one(p, HS_MATH_BOXED, detail);
}

static struct hs_math *fraction(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_FRAC);

    (void)detail;
    if (m != NULL) {
        m->a = hs_math_argument(p, true);
        m->b = hs_math_argument(p, true);
    }
    return p->st == HS_OK ? m : NULL;
}

static struct hs_math *root(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_SQRT);

    (void)detail;
    hs_math_blanks(p);
    if (m != NULL && *p->at == '[') {
        p->at++;
        p->scripts++;
        m->c = hs_math_row(p, "]");
        p->scripts--;
        if (p->st == HS_OK && *p->at != ']')
            return hs_math_fail(p, "the bracket behind \\sqrt is not closed");
        p->at++;
    }
    if (m != NULL && p->st == HS_OK)
        m->a = hs_math_argument(p, true);
    return p->st == HS_OK ? m : NULL;
}

/* A bracket behind \left, \right, \middle or \big: a symbol that stretches; NULL with HS_OK for
 * '.'.
 */
static struct hs_math *bracket(struct hs_math_parser *p, enum hs_math_class class)
{
    struct hs_math *m = NULL;
    size_t n = 1;

    hs_math_blanks(p);
    if (*p->at == '.') {
        p->at++;
        return NULL;
    }
    if (*p->at == '\\') {
        n = hs_math_command_length(p);
        n = n == 0 && p->at[1] != '\0' ? 1 : n;
        m = hs_math_named(p, p->at + 1, n);
        n++;
    } else if (strchr("()[]|/", *p->at) != NULL && *p->at != '\0')
        m = hs_math_text(p, p->at, 1, HS_MATH_ORD);
    else if (*p->at == '<' || *p->at == '>')
        m = hs_math_named(p, *p->at == '<' ? "langle" : "rangle", 6);
    if (m == NULL || (m->class != HS_MATH_OPEN && m->class != HS_MATH_CLOSE &&
                      m->class != HS_MATH_BAR && (n != 1 || *p->at == '\\')))
        return hs_math_fail(p, "a bracket is missing behind \\left, \\right or \\big");
    p->at += n;
    m->stretch = true;
    m->class = class;
    return m;
}

struct hs_math *hs_math_enclosed(struct hs_math_parser *p, struct hs_math *open, struct hs_math *a,
                                 struct hs_math *close)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_FENCE);

    if (m == NULL || p->st != HS_OK)
        return NULL;
    m->a = a;
    m->b = open;
    m->c = close;
    if (open != NULL && close != NULL && strcmp(open->text, "⌊") == 0 &&
        strcmp(close->text, "⌉") == 0)
        open->ascii = "round(";
    return m;
}

static struct hs_math *fence(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *open = bracket(p, HS_MATH_OPEN), *inner, *close;

    (void)detail;
    if (p->st != HS_OK)
        return NULL;
    inner = hs_math_row(p, "\\right");
    if (p->st == HS_OK && !hs_math_at(p, "right"))
        return hs_math_fail(p, "\\right is missing");
    if (p->st != HS_OK)
        return NULL;
    p->at += strlen("\\right");
    close = bracket(p, HS_MATH_CLOSE);
    return p->st == HS_OK ? hs_math_enclosed(p, open, inner, close) : NULL;
}

/* \big and its relatives: `detail` is 'l' to open, 'r' to close, else the bracket decides. */
static struct hs_math *big(struct hs_math_parser *p, const char *detail)
{
    char c;
    struct hs_math *m = bracket(p, HS_MATH_ORD);

    if (m == NULL)
        return p->st == HS_OK ? hs_math_nothing(p) : NULL;
    c = m->ascii[0];
    m->class = *detail == 'l'                                 ? HS_MATH_OPEN
               : *detail == 'r'                               ? HS_MATH_CLOSE
               : *detail == 'm'                               ? HS_MATH_ORD
               : c == '|'                                     ? HS_MATH_BAR
               : c == ')' || c == ']' || c == '}' || c == '>' ? HS_MATH_CLOSE
                                                              : HS_MATH_OPEN;
    return m;
}

static struct hs_math *binomial(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *m = fraction(p, detail), *open, *close;

    if (m == NULL)
        return NULL;
    m->bare = true;
    open = hs_math_text(p, "(", 1, HS_MATH_OPEN);
    close = hs_math_text(p, ")", 1, HS_MATH_CLOSE);
    if (open == NULL || close == NULL)
        return NULL;
    open->stretch = close->stretch = true;
    return hs_math_enclosed(p, open, m, close);
}

/* \operatorname{…} and \operatorname*{…}. */
static struct hs_math *operator_name(struct hs_math_parser *p, const char *detail)
{
    bool limits = *p->at == '*';
    struct hs_math *m;
    const char *s;
    size_t n;

    (void)detail;
    p->at += limits;
    s = hs_math_span(p, &n);
    m = s != NULL ? hs_math_text(p, s, n, HS_MATH_OP) : NULL;
    if (m != NULL)
        m->limits = limits;
    return m;
}

static struct hs_math *text(struct hs_math_parser *p, const char *detail)
{
    const char *s;
    size_t n;

    (void)detail;
    s = hs_math_span(p, &n);
    return s != NULL ? hs_math_text(p, s, n, HS_MATH_ORD) : NULL;
}

/* \mathrm{clip} is a word, \mathbf{\hat W} a formula. */
static struct hs_math *upright(struct hs_math_parser *p, const char *detail)
{
    size_t n;

    hs_math_blanks(p);
    n = *p->at == '{' ? strcspn(p->at, "}\\_^") : 0;
    if (n != 0 && p->at[n] == '}')
        return text(p, detail);
    return hs_math_argument(p, false);
}

/* \mathbb{R}: one letter of an alphabet that most fonts have (`detail`: letter, UTF-8 …); any other
 * stays as it is. */
static struct hs_math *alphabet(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *m;

    hs_math_blanks(p);
    if (!(p->at[0] == '{' && p->at[1] > ' ' && p->at[1] < 0x7f && p->at[2] == '}'))
        return upright(p, detail);
    m = text(p, detail);
    for (const char *s = detail; m != NULL && *s != '\0';) {
        size_t n = strcspn(s, " ");

        if (*s == m->text[0]) {
            m->text = hs_arena_strndup(p->arena, s + 1, n - 1);
            if (m->text == NULL)
                p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
            break;
        }
        s += n + (s[n] == ' ');
    }
    return p->st == HS_OK ? m : NULL;
}

static struct hs_math *coloured(struct hs_math_parser *p, const char *detail)
{
    size_t n;

    (void)detail;
    return hs_math_span(p, &n) != NULL ? hs_math_argument(p, false) : NULL;
}

/* \overset{a}{b}, \underset{a}{b}, \stackrel{a}{b}: a over or under b. */
static struct hs_math *stacked(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_SCRIPTS), *label, *base;

    p->scripts++;
    label = hs_math_argument(p, false);
    p->scripts--;
    base = p->st == HS_OK ? hs_math_argument(p, false) : NULL;
    if (m == NULL || base == NULL)
        return NULL;
    m->a = base;
    m->class = base->kind == HS_MATH_ROW && base->n == 1 ? base->items[0]->class : base->class;
    m->limits = m->bare = true;
    *(*detail == 'o' ? &m->c : &m->b) = label;
    return m;
}

/* \not= and \not\in have signs of their own; any other is struck out. */
static struct hs_math *negated(struct hs_math_parser *p, const char *detail)
{
    static const char *const known[][2] = {{"=", "ne"}, {"∈", "notin"}, {"≡", "nequiv"}};
    struct hs_math *m = hs_math_argument(p, false), *copy;

    (void)detail;
    for (size_t i = 0; m != NULL && i < HS_COUNTOF(known); i++)
        if (strcmp(m->text, known[i][0]) == 0)
            return hs_math_named(p, known[i][1], strlen(known[i][1]));
    if (m == NULL || m->kind != HS_MATH_SYMBOL)
        return m;
    copy = hs_math_node(p, HS_MATH_SYMBOL);
    if (copy == NULL)
        return NULL;
    copy->text = hs_arena_printf(p->arena, "%s\xcc\xb8", m->text);
    copy->ascii = hs_arena_printf(p->arena, "!%s", m->ascii);
    copy->class = m->class;
    if (copy->text == NULL || copy->ascii == NULL)
        p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
    return p->st == HS_OK ? copy : NULL;
}

static struct hs_math *modulus(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *row = hs_math_node(p, HS_MATH_ROW), *inner;

    (void)detail;
    if (!hs_math_push(p, row, hs_math_text(p, " (mod ", 6, HS_MATH_ORD)))
        return NULL;
    inner = hs_math_argument(p, false);
    if (!hs_math_push(p, row, inner) || !hs_math_push(p, row, hs_math_text(p, ")", 1, HS_MATH_ORD)))
        return NULL;
    return row;
}

static const struct {
    const char *name;
    hs_math_reader *read;
    const char *detail;
} commands[] = {
#define HS_COMMAND(name, read, detail) {name, read, detail},
#include "draw/math_commands.def"
#undef HS_COMMAND
};

struct hs_math *hs_math_command(struct hs_math_parser *p)
{
    size_t n = hs_math_command_length(p);
    const char *name = p->at + 1;
    struct hs_math *m;

    if (*name == '\0' || *name == '\\') { /* a line's end where there are no lines */
        p->at += *name == '\0' ? 1 : 2;
        return hs_math_nothing(p);
    }
    if (n == 0 && (unsigned char)*name >= 0x80) {
        p->at++;
        return hs_math_nothing(p);
    }
    n = n == 0 ? 1 : n;
    p->at += n + 1;
    for (size_t i = 0; i < HS_COUNTOF(commands); i++)
        if (commands[i].name[0] == *name && strlen(commands[i].name) == n &&
            memcmp(commands[i].name, name, n) == 0)
            return commands[i].read(p, commands[i].detail);
    m = hs_math_named(p, name, n);
    return m != NULL ? m : hs_math_text(p, name, n, n == 1 ? HS_MATH_ORD : HS_MATH_OP);
}
