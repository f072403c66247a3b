#include "algebra/parser.h"

#include <stdio.h>
#include <string.h>

enum { MOST_NODES = 20000 };

void hs_parse_fail(struct hs_parser *p, enum hs_fault_kind kind, int column, const char *fmt, ...)
{
    size_t used;
    va_list args;

    if (p->st != HS_OK)
        return;
    p->st = HS_EFORMAT;
    p->fault->kind = kind;
    p->fault->column = column;
    snprintf(p->fault->message, sizeof p->fault->message, "column %d: ", column);
    used = strlen(p->fault->message);
    va_start(args, fmt);
    vsnprintf(p->fault->message + used, sizeof p->fault->message - used, fmt, args);
    va_end(args);
}

void *hs_parse_grab(struct hs_parser *p, size_t count, size_t size)
{
    void *m = hs_arena_alloc_zero(p->symbols->arena, count > 0 ? count : 1, size);

    if (m == NULL && p->st == HS_OK)
        p->st = hs_fail(p->err, HS_ENOMEM, "out of memory reading a formula");
    return m;
}

const struct hs_token *hs_parse_peek(const struct hs_parser *p)
{
    return p->at < p->t.n ? &p->t.items[p->at] : NULL;
}

bool hs_parse_at_sign(const struct hs_parser *p, char sign)
{
    const struct hs_token *t = hs_parse_peek(p);

    return t != NULL && t->kind == HS_TOKEN_SIGN && t->sign == sign;
}

int hs_parse_column(const struct hs_parser *p)
{
    const struct hs_token *t = hs_parse_peek(p);

    return t != NULL ? t->column : p->t.end;
}

/* What stands at the place, for sentences. */
const char *hs_parse_seen(const struct hs_parser *p, char buffer[72])
{
    const struct hs_token *t = hs_parse_peek(p);

    if (t == NULL)
        return "the end";
    switch (t->kind) {
    case HS_TOKEN_SIGN:
    case HS_TOKEN_OPEN:
    case HS_TOKEN_CLOSE:
        snprintf(buffer, 72, "\"%c\"", t->sign);
        break;
    case HS_TOKEN_NAME:
        snprintf(buffer, 72, "\"%.60s\"", p->symbols->names[t->symbol]);
        break;
    case HS_TOKEN_FRACTION:
        return "\\frac";
    case HS_TOKEN_PRODUCT:
        return "\\prod";
    default:
        snprintf(buffer, 72, "\"%.60s\"", t->text);
    }
    return buffer;
}

void hs_parse_expected(struct hs_parser *p, enum hs_fault_kind kind, const char *what)
{
    char buffer[72];

    hs_parse_fail(p, hs_parse_at_sign(p, ',') ? HS_FAULT_CHARACTER : kind, hs_parse_column(p),
                  "%s was seen, %s was expected", hs_parse_seen(p, buffer), what);
}

struct hs_expr *hs_parse_node(struct hs_parser *p, enum hs_expr_kind kind, int at)
{
    struct hs_expr *e = hs_parse_grab(p, 1, sizeof *e);

    if (++p->nodes > MOST_NODES)
        hs_parse_fail(p, HS_FAULT_TOO_LARGE, at, "a formula of more than %d parts is not read",
                      MOST_NODES);
    if (e == NULL || p->st != HS_OK)
        return NULL;
    e->kind = kind;
    e->column = at;
    return e;
}

void hs_parse_push(struct hs_parser *p, struct hs_parse_list *l, struct hs_expr *e, bool flag)
{
    if (l->n == l->cap) {
        size_t cap = l->cap * 2;
        struct hs_expr **items = hs_parse_grab(p, cap, sizeof(struct hs_expr *));
        bool *flags = hs_parse_grab(p, cap, sizeof *flags);

        if (items == NULL || flags == NULL)
            return;
        memcpy(items, l->items, l->n * sizeof *items);
        memcpy(flags, l->flags, l->n * sizeof *flags);
        l->items = items;
        l->flags = flags;
        l->cap = cap;
    }
    l->items[l->n] = e;
    l->flags[l->n++] = flag;
}

void hs_parse_begin(struct hs_parse_list *l)
{
    l->items = l->first;
    l->flags = l->first_flags;
    l->n = 0;
    l->cap = 8;
}

/* The list as a node; a single item that is not flagged is itself. */
struct hs_expr *hs_parse_finish(struct hs_parser *p, const struct hs_parse_list *l,
                                enum hs_expr_kind kind)
{
    struct hs_expr *e;

    if (p->st != HS_OK)
        return NULL;
    if (l->n == 1 && !l->flags[0])
        return l->items[0];
    e = hs_parse_node(p, kind, l->items[0]->column);
    if (e == NULL)
        return NULL;
    e->n = l->n;
    e->items = hs_parse_grab(p, l->n, sizeof(struct hs_expr *));
    e->flags = hs_parse_grab(p, l->n, sizeof *e->flags);
    if (e->items == NULL || e->flags == NULL)
        return NULL;
    memcpy(e->items, l->items, l->n * sizeof(struct hs_expr *));
    memcpy(e->flags, l->flags, l->n * sizeof *e->flags);
    return e;
}

struct hs_expr *hs_parse_leaf(struct hs_parser *p, enum hs_expr_kind kind, const struct hs_token *t)
{
    struct hs_expr *e = hs_parse_node(p, kind, t->column);

    if (e == NULL)
        return NULL;
    e->text = t->text;
    e->symbol = t->symbol;
    return e;
}
