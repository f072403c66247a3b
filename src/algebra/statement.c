/* Statements: expressions, equations and chains. Declared in algebra/parse.h. */
#include <stdio.h>
#include <string.h>

#include "algebra/parse.h"
#include "algebra/parser.h"
#include "base/str.h"
#include "base/utf8.h"

enum { MOST_BYTES = 8192, MOST_SIDES = 16 };

/* Bytes of an equals sign at p, ASCII or fullwidth; 0 when there is none. */
static size_t equals_at(const char *p)
{
    return *p == '=' ? 1 : hs_starts_with(p, "\xef\xbc\x9d") ? 3 : 0;
}

/* Behind "\prod_{i=0}", whose equals sign relates nothing. */
static const char *behind_index(const char *p)
{
    size_t n = strcspn(p, "{}=");

    return p[n] == '{' ? p + n + strcspn(p + n, "}") : p;
}

/* Where the sides begin and end, in bytes; how many there are (at most MOST_SIDES + 1). */
static size_t split(size_t from[MOST_SIDES + 1], size_t to[MOST_SIDES + 1], const char *text)
{
    size_t n = 0, bytes;
    const char *p = text;

    from[0] = 0;
    for (; *p != '\0'; p++) {
        if (hs_starts_with(p, "\\prod"))
            p = behind_index(p + strlen("\\prod"));
        bytes = equals_at(p);
        if (bytes > 0 && n < MOST_SIDES) {
            to[n++] = (size_t)(p - text);
            from[n] = (size_t)(p - text) + bytes;
            p += bytes - 1;
        }
        if (*p == '\0')
            break;
    }
    to[n] = (size_t)(p - text);
    return n + 1;
}

size_t hs_statement_sides(const char *text)
{
    size_t from[MOST_SIDES + 1], to[MOST_SIDES + 1];

    return split(from, to, text);
}

static bool is_blank(const char *text, size_t from, size_t to)
{
    while (from < to) {
        if (strchr(" \t\r\n", text[from]) != NULL)
            from++;
        else if (hs_starts_with(text + from, "\xc2\xa0"))
            from += 2;
        else
            return false;
    }
    return true;
}

static enum hs_status parse_side(struct hs_expr **out, struct hs_symbols *symbols, const char *text,
                                 size_t from, size_t to, struct hs_fault *fault,
                                 struct hs_error *err)
{
    struct hs_parser p = {.symbols = symbols, .fault = fault, .err = err, .st = HS_OK};
    const struct hs_token *t;
    enum hs_status st;

    p.t.end = (int)hs_text_width(text, from) + 1;
    if (is_blank(text, from, to)) {
        hs_parse_fail(&p, HS_FAULT_EMPTY, p.t.end, "nothing was seen, an expression was expected");
        return p.st;
    }
    st = hs_algebra_lex(&p.t, symbols, text, from, to, fault, err);
    if (st != HS_OK)
        return st;
    *out = hs_parse_sum(&p);
    t = hs_parse_peek(&p);
    if (p.st != HS_OK || t == NULL)
        return p.st;
    if (t->kind == HS_TOKEN_CLOSE)
        hs_parse_expected(&p, t->sign == '}' ? HS_FAULT_BRACE : HS_FAULT_PARENTHESIS,
                          "no closing bracket, as none is open");
    else
        hs_parse_expected(&p, HS_FAULT_OPERAND, "a sign or the end");
    return p.st;
}

static enum hs_status wrong_count(enum hs_statement_kind kind, size_t sides, const char *text,
                                  const size_t *to, struct hs_fault *fault)
{
    *fault = (struct hs_fault){.kind = HS_FAULT_NONE};
    if ((kind == HS_STATEMENT_EQUATION || kind == HS_STATEMENT_CHAIN) && sides == 1) {
        fault->kind = HS_FAULT_NO_EQUALS;
        snprintf(fault->message, sizeof fault->message, "no = was seen, an equation was expected");
    } else if ((kind == HS_STATEMENT_EXPRESSION && sides > 1) ||
               (kind == HS_STATEMENT_EQUATION && sides > 2) || sides > MOST_SIDES) {
        size_t extra = kind == HS_STATEMENT_EXPRESSION ? 0
                       : sides > MOST_SIDES            ? MOST_SIDES - 1
                                                       : 1;

        fault->kind = HS_FAULT_EXTRA_EQUALS;
        fault->column = (int)hs_text_width(text, to[extra]) + 1;
        snprintf(fault->message, sizeof fault->message,
                 "column %d: \"=\" was seen, %s was expected", fault->column,
                 kind == HS_STATEMENT_EXPRESSION ? "an expression without an equals sign"
                 : sides > MOST_SIDES            ? "a chain of at most 16 sides"
                                                 : "one equation with one equals sign");
    }
    return fault->kind != HS_FAULT_NONE ? HS_EFORMAT : HS_OK;
}

static enum hs_status refuse(struct hs_fault *fault, enum hs_fault_kind kind, const char *sentence)
{
    *fault = (struct hs_fault){.kind = kind};
    snprintf(fault->message, sizeof fault->message, "%s", sentence);
    return HS_EFORMAT;
}

enum hs_status hs_statement_parse(struct hs_statement *out, struct hs_symbols *symbols,
                                  const char *text, enum hs_statement_kind kind,
                                  struct hs_fault *fault, struct hs_error *err)
{
    size_t from[MOST_SIDES + 1], to[MOST_SIDES + 1], n, length = strlen(text);
    struct hs_expr **sides;
    enum hs_status st = HS_OK;

    if (length > MOST_BYTES)
        return refuse(fault, HS_FAULT_TOO_LARGE,
                      "a formula of more than 8192 bytes is not read; write it in steps");
    if (!hs_utf8_valid(text, length))
        return refuse(fault, HS_FAULT_ENCODING, "the text is no UTF-8; save it as UTF-8");
    if (is_blank(text, 0, length))
        return refuse(fault, HS_FAULT_EMPTY, "nothing was seen, a formula was expected");
    n = split(from, to, text);
    if (wrong_count(kind, n, text, to, fault) != HS_OK)
        return HS_EFORMAT;
    sides = hs_arena_alloc_zero(symbols->arena, n, sizeof(struct hs_expr *));
    if (sides == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory reading a formula");
    for (size_t i = 0; i < n && st == HS_OK; i++)
        st = parse_side(&sides[i], symbols, text, from[i], to[i], fault, err);
    if (st == HS_OK)
        *out = (struct hs_statement){sides, n};
    return st;
}

static void mark_names(const struct hs_expr *e, bool *marks)
{
    if (e->kind == HS_EXPR_NAME)
        marks[e->symbol] = true;
    for (size_t i = 0; i < e->n; i++)
        mark_names(e->items[i], marks);
}

void hs_statement_names(const struct hs_statement *s, bool *marks)
{
    for (size_t i = 0; i < s->n; i++)
        mark_names(s->sides[i], marks);
}
