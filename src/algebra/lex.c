/* From characters to tokens. What is wrong with a single token is found here, so it is reported
 * before anything about how tokens go together. */
#include <stdio.h>
#include <string.h>

#include "algebra/letters.h"
#include "algebra/lexer.h"
#include "algebra/names.h"
#include "base/utf8.h"

enum { MOST_TOKENS = 4096 };

void hs_lex_fail(struct hs_lexer *l, enum hs_fault_kind kind, int column, const char *fmt, ...)
{
    va_list args;

    if (l->st != HS_OK)
        return;
    l->st = HS_EFORMAT;
    l->fault->kind = kind;
    l->fault->column = column;
    va_start(args, fmt);
    vsnprintf(l->fault->message, sizeof l->fault->message, fmt, args);
    va_end(args);
}

void hs_lex_no_memory(struct hs_lexer *l)
{
    if (l->st == HS_OK)
        l->st = hs_fail(l->err, HS_ENOMEM, "out of memory reading a formula");
}

void hs_lex_advance(struct hs_lexer *l, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        l->column += (l->at[i] & 0xC0) != 0x80;
    l->at += bytes;
}

struct hs_token *hs_lex_add(struct hs_lexer *l, enum hs_token_kind kind, int column)
{
    struct hs_tokens *t = l->out;

    if (l->st == HS_OK && t->n == MOST_TOKENS)
        hs_lex_fail(l, HS_FAULT_TOO_LARGE, column, "a formula of more than %d signs is not read",
                    MOST_TOKENS);
    if (l->st == HS_OK && t->n == t->cap) {
        size_t cap = t->cap != 0 ? t->cap * 2 : 64;
        struct hs_token *grown = hs_arena_alloc(l->symbols->arena, cap, sizeof *grown);

        if (grown == NULL)
            hs_lex_no_memory(l);
        else if (t->n != 0)
            memcpy(grown, t->items, t->n * sizeof *grown);
        if (grown != NULL) {
            t->items = grown;
            t->cap = cap;
        }
    }
    if (l->st != HS_OK)
        return NULL;
    t->items[t->n] = (struct hs_token){.kind = kind, .column = column};
    return &t->items[t->n++];
}

void hs_lex_add_text(struct hs_lexer *l, enum hs_token_kind kind, int column, const char *text)
{
    struct hs_token *t = hs_lex_add(l, kind, column);

    if (t != NULL && (t->text = hs_arena_strdup(l->symbols->arena, text)) == NULL)
        hs_lex_no_memory(l);
}

bool hs_lex_bracket_follows(const struct hs_lexer *l)
{
    const char *p = l->at + strspn(l->at, " \t\n");

    return *p == '(' || *p == '{' || hs_starts_with(p, "\\left(");
}

static void add_sign(struct hs_lexer *l, enum hs_token_kind kind, char sign, size_t bytes)
{
    struct hs_token *t = hs_lex_add(l, kind, l->column);

    if (t != NULL)
        t->sign = sign;
    hs_lex_advance(l, bytes);
}

static void number(struct hs_lexer *l)
{
    size_t n = 0, points = 0, digits = 0;
    int column = l->column;
    struct hs_token *t;

    for (; hs_lex_is_digit(l->at[n]) || l->at[n] == '.'; n++) {
        points += l->at[n] == '.';
        digits += l->at[n] != '.';
    }
    if (points > 1 || digits == 0)
        hs_lex_fail(l, HS_FAULT_NUMBER, column,
                    "column %d: \"%.*s\" is no number; decimals are written 0.5", column,
                    (int)(n < 40 ? n : 40), l->at);
    else if (digits > 40)
        hs_lex_fail(l, HS_FAULT_TOO_LARGE, column,
                    "column %d: a number of %zu digits; at most 40 are read", column, digits);
    t = hs_lex_add(l, HS_TOKEN_NUMBER, column);
    if (t != NULL && (t->text = hs_arena_strndup(l->symbols->arena, l->at, n)) == NULL)
        hs_lex_no_memory(l);
    hs_lex_advance(l, n);
}

/* Superscript characters: as ^{…} would read. */
static void superscripts(struct hs_lexer *l)
{
    char digits[24];
    size_t bytes = 0, n = 0;
    int column = l->column;
    struct hs_token *t;

    add_sign(l, HS_TOKEN_SIGN, '^', 0);
    add_sign(l, HS_TOKEN_OPEN, '{', 0);
    for (char c; (c = hs_superscript_at(l->at, &bytes)) != 0;) {
        if (!hs_lex_is_digit(c)) {
            add_sign(l, HS_TOKEN_SIGN, c, bytes);
            continue;
        }
        for (n = 0; hs_lex_is_digit(c) && n + 1 < sizeof digits;
             c = hs_superscript_at(l->at, &bytes)) {
            digits[n++] = c;
            hs_lex_advance(l, bytes);
        }
        t = hs_lex_add(l, HS_TOKEN_NUMBER, column);
        if (t != NULL && (t->text = hs_arena_strndup(l->symbols->arena, digits, n)) == NULL)
            hs_lex_no_memory(l);
    }
    add_sign(l, HS_TOKEN_CLOSE, '}', 0);
}

/* Copies the text of {…} at `at` without spaces and backslashes; false when there is none. */
static bool braced(struct hs_lexer *l, char *out, size_t size)
{
    size_t n = 0;
    int depth = 1;

    if (*l->at != '{')
        return false;
    for (hs_lex_advance(l, 1); l->at < l->end && depth > 0; hs_lex_advance(l, 1)) {
        depth += (*l->at == '{') - (*l->at == '}');
        if (depth > 0 && strchr(" \\{}", *l->at) == NULL && n + 1 < size)
            out[n++] = *l->at;
    }
    out[n] = '\0';
    return depth == 0 && n + 1 < size;
}

/* \prod_{i=0}^{n-1}, the braces of the upper bound may be left out. */
static void product(struct hs_lexer *l)
{
    struct hs_token_prod *prod = hs_arena_alloc_zero(l->symbols->arena, 1, sizeof *prod);
    struct hs_token *t = hs_lex_add(l, HS_TOKEN_PRODUCT, l->column);
    char low[32] = "", high[64] = "", sign;
    int column = l->column;

    hs_lex_advance(l, strlen("\\prod"));
    for (size_t n; *l->at == '\\' &&
                   hs_command_meaning(l->at + 1, n = hs_lex_command_length(l->at + 1), &sign) ==
                       HS_COMMAND_SIGN &&
                   sign == ' ';)
        hs_lex_advance(l, 1 + n);
    if (prod == NULL || t == NULL) {
        hs_lex_no_memory(l);
        return;
    }
    t->prod = prod;
    if (*l->at == '_') {
        hs_lex_advance(l, 1);
        if (!braced(l, low, sizeof low))
            low[0] = '\0';
    }
    if (*l->at == '^') {
        hs_lex_advance(l, 1);
        if (*l->at != '{' && l->at < l->end) {
            high[0] = *l->at;
            hs_lex_advance(l, 1);
        } else if (!braced(l, high, sizeof high)) {
            high[0] = '\0';
        }
    }
    if (l->nindices == HS_LEX_INDICES ||
        !hs_product_bounds(prod, l->indices[l->nindices], HS_LEX_INDEX_SIZE, low, high,
                           l->symbols->arena))
        hs_lex_fail(
            l, HS_FAULT_OPERAND, column,
            "column %d: a product needs its bounds: \\prod_{i=0}^{n} (at most four, one letter "
            "for the index)",
            column);
    else
        l->nindices++;
}

static void operator_name(struct hs_lexer *l, size_t n)
{
    char text[64];
    int column = l->column;

    hs_lex_advance(l, 1 + n);
    if (*l->at == '*')
        hs_lex_advance(l, 1);
    if (!braced(l, text, sizeof text) || text[0] == '\0')
        hs_lex_fail(l, HS_FAULT_BRACE, column, "column %d: \\operatorname{name} was expected",
                    column);
    else if (!hs_lex_bracket_follows(l))
        hs_lex_fail(l, HS_FAULT_OPERAND, column,
                    "column %d: a bracket was expected behind the function %s", column, text);
    else
        hs_lex_add_text(l, HS_TOKEN_FUNCTION, column, text);
}

/* \left and its like, with the bracket behind: [ and | count as brackets there. */
static void sized_bracket(struct hs_lexer *l, const char *word, size_t n)
{
    bool closes = n > 0 && (word[n - 1] == 'r' || (n == 5 && memcmp(word, "right", 5) == 0));
    char c;

    hs_lex_advance(l, 1 + n);
    for (size_t bytes; l->at < l->end && (*l->at == ' ' || hs_sign_at(l->at, &bytes) == ' ');)
        hs_lex_advance(l, *l->at == ' ' ? 1 : bytes);
    c = *l->at;
    if (l->at < l->end && (c == '[' || c == ']' || c == '|'))
        add_sign(l, c == ']' || (c == '|' && (closes || n == 5)) ? HS_TOKEN_CLOSE : HS_TOKEN_OPEN,
                 c, 1);
}

static void command(struct hs_lexer *l)
{
    const char *word = l->at + 1;
    size_t n = hs_lex_command_length(word);
    char sign = 0;
    int column = l->column;

    if (n == 0) {
        hs_lex_fail(l, HS_FAULT_CHARACTER, column, "column %d: \"\\%.*s\" means nothing here",
                    column, (int)hs_text_fit(word, (size_t)(l->end - word), 1, NULL), word);
        return;
    }
    if (hs_greek_command(word, n) != NULL) {
        hs_lex_name(l);
        return;
    }
    switch (hs_command_meaning(word, n, &sign)) {
    case HS_COMMAND_SIGN:
        if (sign == ' ')
            hs_lex_advance(l, 1 + n);
        else
            add_sign(l, HS_TOKEN_SIGN, sign, 1 + n);
        break;
    case HS_COMMAND_SIZE:
        sized_bracket(l, word, n);
        break;
    case HS_COMMAND_UPRIGHT:
        if (word[n] == '{')
            hs_lex_name(l);
        else
            hs_lex_fail(l, HS_FAULT_BRACE, column,
                        "column %d: a brace { was expected behind \\%.*s", column, (int)n, word);
        break;
    case HS_COMMAND_FUNCTION:
        hs_lex_advance(l, 1 + n);
        if (hs_lex_bracket_follows(l))
            hs_lex_add_text(l, HS_TOKEN_FUNCTION, column, n == 3 && word[1] == 'a' ? "max" : "min");
        else
            hs_lex_fail(l, HS_FAULT_OPERAND, column,
                        "column %d: a bracket was expected behind \\%.*s", column, (int)n, word);
        break;
    case HS_COMMAND_OPERATOR:
        operator_name(l, n);
        break;
    case HS_COMMAND_FRAC:
        hs_lex_add(l, HS_TOKEN_FRACTION, column);
        hs_lex_advance(l, 1 + n);
        break;
    case HS_COMMAND_PROD:
        product(l);
        break;
    case HS_COMMAND_UNKNOWN:
        hs_lex_fail(l, HS_FAULT_COMMAND, column, "column %d: the command \\%.*s is not read here",
                    column, (int)(n < 40 ? n : 40), word);
    }
}

static void token(struct hs_lexer *l)
{
    size_t bytes = 1;
    char c = *l->at, sign;

    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        hs_lex_advance(l, 1);
    else if (hs_lex_is_digit(c) || c == '.')
        number(l);
    else if (c == '*' && l->at[1] == '*')
        add_sign(l, HS_TOKEN_SIGN, '^', 2);
    else if (c != '\0' && strchr("+-*/^=,", c) != NULL)
        add_sign(l, HS_TOKEN_SIGN, c, 1);
    else if (c == '(' || c == '{')
        add_sign(l, HS_TOKEN_OPEN, c, 1);
    else if (c == ')' || c == '}')
        add_sign(l, HS_TOKEN_CLOSE, c, 1);
    else if ((sign = hs_sign_at(l->at, &bytes)) == ' ')
        hs_lex_advance(l, bytes);
    else if (sign == '(' || sign == ')')
        add_sign(l, sign == '(' ? HS_TOKEN_OPEN : HS_TOKEN_CLOSE, sign, bytes);
    else if (sign != 0)
        add_sign(l, HS_TOKEN_SIGN, sign, bytes);
    else if (c == '\\')
        command(l);
    else if (hs_superscript_at(l->at, &bytes) != 0)
        superscripts(l);
    else if (hs_lex_is_letter(c) || hs_greek_letter(l->at, &bytes) != NULL)
        hs_lex_name(l);
    else
        hs_lex_fail(l, HS_FAULT_CHARACTER, l->column,
                    "column %d: the character \"%.*s\" means nothing here", l->column,
                    (int)hs_text_fit(l->at, (size_t)(l->end - l->at), 1, NULL), l->at);
}

enum hs_status hs_algebra_lex(struct hs_tokens *out, struct hs_symbols *symbols, const char *text,
                              size_t from, size_t to, struct hs_fault *fault, struct hs_error *err)
{
    struct hs_tokens tokens = {.n = 0};
    struct hs_lexer l = {
        .out = &tokens, .symbols = symbols, .fault = fault, .err = err, .column = 1};
    char *own = hs_arena_strndup(symbols->arena, text,
                                 to); /* ended where the part ends: no look beyond it */

    if (own == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory reading a formula");
    l.text = l.at = own;
    l.end = own + to;
    hs_lex_advance(&l, from);
    while (l.st == HS_OK && l.at < l.end)
        token(&l);
    tokens.end = l.column;
    if (l.st == HS_OK)
        *out = tokens;
    return l.st;
}
