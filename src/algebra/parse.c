/* The grammar of formulas, by recursive descent; statements are in statement.c. */
#include <stdio.h>
#include <string.h>

#include "algebra/names.h"
#include "algebra/parser.h"

enum { MOST_DEPTH = 100, MOST_EXPONENT = 4096, MOST_FACTORS = 64 };

static struct hs_expr *power(struct hs_parser *p);

/* The bracket that closes `open`, and what its lack is called. */
static char closing(char open)
{
    return open == '(' ? ')' : open == '{' ? '}' : open == '[' ? ']' : '|';
}

static bool close_bracket(struct hs_parser *p, const struct hs_token *open)
{
    const struct hs_token *t = hs_parse_peek(p);
    char wanted = closing(open->sign), buffer[72];

    if (p->st != HS_OK)
        return false;
    if (t != NULL && t->kind == HS_TOKEN_CLOSE && t->sign == wanted) {
        p->at++;
        return true;
    }
    hs_parse_fail(p,
                  hs_parse_at_sign(p, ',') ? HS_FAULT_CHARACTER
                  : open->sign == '{'      ? HS_FAULT_BRACE
                                           : HS_FAULT_PARENTHESIS,
                  hs_parse_column(p),
                  "%s was seen, \"%c\" was expected to close the \"%c\" of column %d",
                  hs_parse_seen(p, buffer), wanted, open->sign, open->column);
    return false;
}

static bool at_open(const struct hs_parser *p, char sign)
{
    const struct hs_token *t = hs_parse_peek(p);

    return t != NULL && t->kind == HS_TOKEN_OPEN && (sign == 0 || t->sign == sign);
}

/* A bracket and what is in it. */
static struct hs_expr *group(struct hs_parser *p)
{
    const struct hs_token *open = hs_parse_peek(p);
    struct hs_expr *e;

    p->at++;
    if (hs_parse_peek(p) != NULL && hs_parse_peek(p)->kind == HS_TOKEN_CLOSE &&
        hs_parse_peek(p)->sign == closing(open->sign)) {
        hs_parse_expected(p, HS_FAULT_OPERAND, "something inside of the brackets");
        return NULL;
    }
    e = hs_parse_sum(p);
    if (e == NULL || !close_bracket(p, open))
        return NULL;
    if (open->sign == '|') { /* bars are the absolute value */
        struct hs_expr *call = hs_parse_leaf(p, HS_EXPR_CALL, open);

        if (call == NULL || (call->items = hs_parse_grab(p, 1, sizeof(struct hs_expr *))) == NULL)
            return NULL;
        call->text = "abs";
        call->items[0] = e;
        call->n = 1;
        return call;
    }
    return e;
}

static struct hs_expr *fraction(struct hs_parser *p)
{
    struct hs_parse_list l;
    struct hs_expr *e;
    int at = hs_parse_column(p);

    p->at++;
    hs_parse_begin(&l);
    for (int i = 0; i < 2; i++) {
        if (!at_open(p, '{')) {
            hs_parse_expected(p, HS_FAULT_OPERAND,
                              i == 0 ? "{numerator}{denominator} of \\frac"
                                     : "the {denominator} of \\frac");
            return NULL;
        }
        e = group(p);
        if (e == NULL)
            return NULL;
        hs_parse_push(p, &l, e, i == 1);
    }
    e = hs_parse_finish(p, &l, HS_EXPR_PRODUCT);
    if (e != NULL)
        e->column = at;
    return e;
}

/* f(a, b): the bracket is there, the lexer saw to it. */
static struct hs_expr *call(struct hs_parser *p)
{
    const struct hs_token *name = hs_parse_peek(p), *open = &p->t.items[p->at + 1];
    struct hs_expr *e = hs_parse_leaf(p, HS_EXPR_CALL, name);
    struct hs_parse_list l;

    hs_parse_begin(&l);
    p->at += 2;
    if (hs_parse_peek(p) != NULL && hs_parse_peek(p)->kind == HS_TOKEN_CLOSE) {
        hs_parse_expected(p, HS_FAULT_OPERAND, "an argument");
        return NULL;
    }
    for (;;) {
        struct hs_expr *argument = hs_parse_sum(p);

        if (argument == NULL || e == NULL)
            return NULL;
        hs_parse_push(p, &l, argument, false);
        if (!hs_parse_at_sign(p, ','))
            break;
        p->at++;
    }
    if (!close_bracket(p, open) ||
        (e->items = hs_parse_grab(p, l.n, sizeof(struct hs_expr *))) == NULL)
        return NULL;
    memcpy(e->items, l.items, l.n * sizeof(struct hs_expr *));
    e->n = l.n;
    return e;
}

/* Whether the index of a name is one that products around it bind to no number. */
static bool is_bound(const struct hs_parser *p, const char *name)
{
    for (const struct hs_parse_binding *b = p->bindings; b != NULL; b = b->outer)
        if (b->value == NULL && hs_name_with_index(NULL, name, b->index, ""))
            return true;
    return false;
}

/* A bound name a_i is accepted when the question has a, a_i, or a with a number. */
static bool may_be_bound(const struct hs_parser *p, const char *name)
{
    size_t n = strcspn(name, "_");

    for (const char *last = name + n; *last == '_'; last += 1 + strcspn(last + 1, "_"))
        n = (size_t)(last - name);
    for (size_t i = 0; i < p->symbols->n && p->symbols->closed; i++)
        if (strncmp(p->symbols->names[i], name, n) == 0 &&
            p->symbols->names[i][n + strspn(p->symbols->names[i] + n, "_0123456789")] == '\0')
            return true;
    return !p->symbols->closed;
}

/* The name with numbers for indices that have one; where `bound`, "#1" for the innermost that has
 * none, "#2" for the next: products over i and over j are the same. */
static void with_indices(struct hs_str *out, const struct hs_parser *p, const char *name,
                         bool bound)
{
    struct hs_str next = HS_STR_INIT;
    int level = 0;

    hs_str_add(out, name);
    for (const struct hs_parse_binding *b = p->bindings; b != NULL; b = b->outer) {
        char number[16];

        snprintf(number, sizeof number, "#%d", ++level);
        if (b->value == NULL && !bound)
            continue;
        hs_str_clear(&next);
        hs_name_with_index(&next, out->buf, b->index, b->value != NULL ? b->value : number);
        hs_str_clear(out);
        hs_str_add(out, next.buf);
    }
    hs_str_dispose(&next);
}

/* a_i inside of a product: a_3, or a name of its own where i is no number. */
static struct hs_expr *indexed(struct hs_parser *p)
{
    const struct hs_token *t = &p->t.items[p->at++];
    struct hs_expr *e = hs_parse_leaf(p, HS_EXPR_NAME, t);
    struct hs_str name = HS_STR_INIT, own = HS_STR_INIT, sentence = HS_STR_INIT;
    size_t found[HS_NAMES_TOGETHER];

    with_indices(&name, p, t->text, false);
    with_indices(&own, p, t->text, true);
    if (e != NULL && hs_names_split(found, p->symbols, name.buf) == 1) {
        e->symbol = found[0];
        e->text = NULL;
    } else if (p->symbols->closed && !(is_bound(p, name.buf) && may_be_bound(p, name.buf))) {
        hs_name_unknown(&sentence, p->symbols, name.buf);
        hs_parse_fail(p, HS_FAULT_SYMBOL, t->column, "%s", sentence.buf);
    } else if (e != NULL) {
        e->text = hs_arena_strdup(p->symbols->arena, name.buf);
        e->symbol = hs_symbols_add(p->symbols, own.buf);
        if (e->text == NULL || e->symbol == (size_t)-1)
            p->st = hs_fail(p->err, HS_ENOMEM, "out of memory reading a formula");
    }
    hs_str_dispose(&name);
    hs_str_dispose(&own);
    hs_str_dispose(&sentence);
    return p->st == HS_OK ? e : NULL;
}

static bool begins_factor(const struct hs_token *t)
{
    return t != NULL && t->kind != HS_TOKEN_SIGN && t->kind != HS_TOKEN_CLOSE;
}

/* What a \prod multiplies: factors side by side, up to a sign or the next \prod. */
static struct hs_expr *side_by_side(struct hs_parser *p)
{
    struct hs_parse_list l;

    hs_parse_begin(&l);
    do {
        struct hs_expr *e = power(p);

        if (e == NULL)
            return NULL;
        hs_parse_push(p, &l, e, false);
    } while (begins_factor(hs_parse_peek(p)) && hs_parse_peek(p)->kind != HS_TOKEN_PRODUCT);
    return hs_parse_finish(p, &l, HS_EXPR_PRODUCT);
}

/* The factors behind a numeric \prod, once for each index. */
static struct hs_expr *multiplied_out(struct hs_parser *p, const struct hs_token *t)
{
    const struct hs_token_prod *prod = t->prod;
    size_t body = p->at;
    struct hs_parse_list l;
    struct hs_expr *one;

    hs_parse_begin(&l);
    if (prod->offset - prod->from >= MOST_FACTORS) {
        hs_parse_fail(p, HS_FAULT_TOO_LARGE, t->column,
                      "a product of %lld factors; at most %d are multiplied out",
                      (long long)(prod->offset - prod->from + 1), MOST_FACTORS);
        return NULL;
    }
    one = hs_parse_leaf(p, HS_EXPR_NUMBER, t);
    if (one == NULL)
        return NULL;
    one->text = "1"; /* an empty product is 1 */
    for (int64_t i = prod->from; i <= prod->offset; i++) {
        char value[24];
        struct hs_parse_binding b = {prod->index, value, p->bindings};
        struct hs_expr *e;

        snprintf(value, sizeof value, "%lld", (long long)i);
        p->at = body;
        p->bindings = &b;
        e = side_by_side(p);
        p->bindings = b.outer;
        if (e == NULL)
            return NULL;
        hs_parse_push(p, &l, e, false);
    }
    if (l.n == 0) { /* read past the body all the same */
        struct hs_parse_binding b = {prod->index, NULL, p->bindings};

        p->bindings = &b;
        (void)side_by_side(p);
        p->bindings = b.outer;
        hs_parse_push(p, &l, one, false);
    }
    return hs_parse_finish(p, &l, HS_EXPR_PRODUCT);
}

static struct hs_expr *product(struct hs_parser *p)
{
    const struct hs_token *t = &p->t.items[p->at++];
    struct hs_parse_binding b = {t->prod->index, NULL, p->bindings};
    struct hs_expr *e, *body;

    if (!begins_factor(hs_parse_peek(p))) {
        hs_parse_expected(p, HS_FAULT_OPERAND, "what is multiplied");
        return NULL;
    }
    if (t->prod->upto == NULL)
        return multiplied_out(p, t);
    p->bindings = &b;
    body = side_by_side(p);
    p->bindings = b.outer;
    e = hs_parse_leaf(p, HS_EXPR_PROD, t);
    if (body == NULL || e == NULL ||
        (e->items = hs_parse_grab(p, 1, sizeof(struct hs_expr *))) == NULL)
        return NULL;
    e->items[0] = body;
    e->n = 1;
    e->text = t->prod->index;
    e->from = t->prod->from;
    e->upto = t->prod->upto;
    e->offset = t->prod->offset;
    return e;
}

static struct hs_expr *atom(struct hs_parser *p)
{
    const struct hs_token *t = hs_parse_peek(p);

    switch (t != NULL ? t->kind : HS_TOKEN_SIGN) {
    case HS_TOKEN_NUMBER:
        p->at++;
        return hs_parse_leaf(p, HS_EXPR_NUMBER, t);
    case HS_TOKEN_NAME:
        p->at++;
        return hs_parse_leaf(p, HS_EXPR_NAME, t);
    case HS_TOKEN_INDEXED:
        return indexed(p);
    case HS_TOKEN_FUNCTION:
        return call(p);
    case HS_TOKEN_FRACTION:
        return fraction(p);
    case HS_TOKEN_PRODUCT:
        return product(p);
    case HS_TOKEN_OPEN:
        return group(p);
    default:
        hs_parse_expected(p, HS_FAULT_OPERAND, "a name, a number or a bracket");
        return NULL;
    }
}

/* The integer behind ^, signs and one pair of brackets included. */
static bool exponent(struct hs_parser *p, int32_t *out)
{
    const struct hs_token *open = at_open(p, '(') || at_open(p, '{') ? hs_parse_peek(p) : NULL, *t;
    struct hs_expr digits = {.kind = HS_EXPR_NUMBER};
    int64_t v = 0;
    bool negative = false;

    p->at += open != NULL;
    for (; hs_parse_at_sign(p, '-') || hs_parse_at_sign(p, '+'); p->at++)
        negative ^= hs_parse_at_sign(p, '-');
    t = hs_parse_peek(p);
    if (t == NULL) {
        hs_parse_expected(p, HS_FAULT_OPERAND, "an integer exponent");
        return false;
    }
    digits.text = t->text;
    if (t->kind != HS_TOKEN_NUMBER || !hs_expr_is_integer(&digits, &v)) {
        hs_parse_expected(p, HS_FAULT_EXPONENT, "an integer exponent");
        return false;
    }
    if (v > MOST_EXPONENT)
        hs_parse_fail(p, HS_FAULT_TOO_LARGE, t->column, "the exponent %s; at most %d is read",
                      t->text, MOST_EXPONENT);
    p->at++;
    t = hs_parse_peek(p);
    if (open != NULL && t != NULL &&
        !(t->kind == HS_TOKEN_CLOSE && t->sign == closing(open->sign))) {
        hs_parse_expected(p, HS_FAULT_EXPONENT, "a single integer as exponent");
        return false;
    }
    *out = (int32_t)(negative ? -v : v);
    return open == NULL || close_bracket(p, open);
}

static struct hs_expr *power(struct hs_parser *p)
{
    struct hs_expr *base, *e;

    if (++p->depth > MOST_DEPTH)
        hs_parse_fail(p, HS_FAULT_TOO_LARGE, hs_parse_column(p),
                      "brackets nested more than %d deep are not read", MOST_DEPTH);
    base = p->st == HS_OK ? atom(p) : NULL;
    p->depth--;
    if (base == NULL || !hs_parse_at_sign(p, '^'))
        return base;
    p->at++;
    e = hs_parse_node(p, HS_EXPR_POWER, base->column);
    if (e == NULL || !exponent(p, &e->exponent) ||
        (e->items = hs_parse_grab(p, 1, sizeof(struct hs_expr *))) == NULL)
        return NULL;
    e->items[0] = base;
    e->n = 1;
    if (hs_parse_at_sign(p, '^')) {
        hs_parse_expected(p, HS_FAULT_OPERAND, "one exponent (write (x^2)^3)");
        return NULL;
    }
    return e;
}

/* Signs bind behind the power: -x^2 is -(x^2). */
static struct hs_expr *signed_power(struct hs_parser *p)
{
    struct hs_parse_list l;
    bool negative = false;
    int at = hs_parse_column(p);
    struct hs_expr *e;

    for (; hs_parse_at_sign(p, '-') || hs_parse_at_sign(p, '+'); p->at++)
        negative ^= hs_parse_at_sign(p, '-');
    e = power(p);
    if (e == NULL || !negative)
        return e;
    hs_parse_begin(&l);
    hs_parse_push(p, &l, e, true);
    e = hs_parse_finish(p, &l, HS_EXPR_SUM);
    if (e != NULL)
        e->column = at;
    return e;
}

static struct hs_expr *term(struct hs_parser *p)
{
    struct hs_parse_list l;
    struct hs_expr *e = signed_power(p);
    bool divide = false;

    hs_parse_begin(&l);
    for (;;) {
        if (e == NULL)
            return NULL;
        hs_parse_push(p, &l, e, divide);
        divide = hs_parse_at_sign(p, '/');
        if (divide || hs_parse_at_sign(p, '*')) {
            p->at++;
            e = signed_power(p);
        } else if (begins_factor(hs_parse_peek(p))) {
            e = power(p);
        } else {
            return hs_parse_finish(p, &l, HS_EXPR_PRODUCT);
        }
    }
}

struct hs_expr *hs_parse_sum(struct hs_parser *p)
{
    struct hs_parse_list l;
    bool minus = false;

    hs_parse_begin(&l);
    for (;;) {
        struct hs_expr *e = term(p);

        if (e == NULL)
            return NULL;
        hs_parse_push(p, &l, e, minus);
        minus = hs_parse_at_sign(p, '-');
        if (!minus && !hs_parse_at_sign(p, '+'))
            return hs_parse_finish(p, &l, HS_EXPR_SUM);
        p->at++;
    }
}
