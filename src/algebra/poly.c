#include "algebra/poly.h"

#include <stdlib.h>
#include <string.h>

#include "algebra/print.h"

enum { MOST_POWER = 4096, MOST_WORK = 20000 };

static const struct hs_rational one = {1, 1};

static struct hs_poly fail(struct hs_atoms *a)
{
    a->failed = true;
    return (struct hs_poly){NULL, 0};
}

static struct hs_poly grab(struct hs_atoms *a, size_t n)
{
    struct hs_poly p = {NULL, 0};

    if (n > HS_POLY_TERMS || a->failed)
        return fail(a);
    p.terms = hs_arena_alloc_zero(a->arena, n + 1, sizeof *p.terms);
    return p.terms != NULL ? p : fail(a);
}

static struct hs_poly constant(struct hs_atoms *a, struct hs_rational c)
{
    struct hs_poly p = grab(a, 1);

    if (p.terms != NULL && c.num != 0) {
        p.terms[0].c = c;
        p.n = 1;
    }
    if (c.den == 0)
        a->failed = true;
    return p;
}

/* Names of the atoms come in the order in which they were met; a larger exponent of an earlier one
 * is first. */
static int order(const void *x, const void *y)
{
    const struct hs_term *a = x, *b = y;

    for (size_t i = 0; i < HS_POLY_ATOMS; i++)
        if (a->e[i] != b->e[i])
            return a->e[i] > b->e[i] ? -1 : 1;
    return 0;
}

/* Sorts, adds up equal monomials, drops zeros. */
static struct hs_poly collect(struct hs_atoms *a, struct hs_poly p)
{
    size_t n = 0;

    if (a->failed)
        return p;
    qsort(p.terms, p.n, sizeof *p.terms, order);
    for (size_t i = 0; i < p.n; i++) {
        if (n > 0 && order(&p.terms[n - 1], &p.terms[i]) == 0)
            p.terms[n - 1].c = hs_rational_add(p.terms[n - 1].c, p.terms[i].c);
        else
            p.terms[n++] = p.terms[i];
        if (p.terms[n - 1].c.den == 0)
            return fail(a);
        if (p.terms[n - 1].c.num == 0 &&
            (i + 1 == p.n || order(&p.terms[n - 1], &p.terms[i + 1]) != 0))
            n--;
    }
    p.n = n;
    return p;
}

static struct hs_poly add(struct hs_atoms *a, struct hs_poly x, struct hs_poly y, bool subtract)
{
    struct hs_poly p = grab(a, x.n + y.n);

    if (a->failed)
        return p;
    for (size_t i = 0; i < x.n; i++)
        p.terms[p.n++] = x.terms[i];
    for (size_t i = 0; i < y.n; i++) {
        p.terms[p.n] = y.terms[i];
        if (subtract)
            p.terms[p.n].c.num = -p.terms[p.n].c.num;
        p.n++;
    }
    return collect(a, p);
}

struct hs_poly hs_poly_sub(struct hs_atoms *a, struct hs_poly x, struct hs_poly y)
{
    return add(a, x, y, true);
}

static bool multiply(struct hs_term *out, const struct hs_term *x, const struct hs_term *y)
{
    out->c = hs_rational_mul(x->c, y->c);
    for (size_t i = 0; i < HS_POLY_ATOMS; i++) {
        int e = x->e[i] + y->e[i];

        if (abs(e) > MOST_POWER)
            return false;
        out->e[i] = (int16_t)e;
    }
    return out->c.den != 0;
}

static struct hs_poly mul(struct hs_atoms *a, struct hs_poly x, struct hs_poly y)
{
    struct hs_poly p = grab(a, x.n * y.n);

    for (size_t i = 0; i < x.n && !a->failed; i++)
        for (size_t j = 0; j < y.n; j++)
            if (!multiply(&p.terms[p.n++], &x.terms[i], &y.terms[j]))
                return fail(a);
    return collect(a, p);
}

struct hs_poly hs_poly_shift(struct hs_atoms *a, struct hs_poly x, const int16_t e[HS_POLY_ATOMS],
                             struct hs_rational c)
{
    struct hs_poly by = constant(a, c);

    if (!a->failed)
        memcpy(by.terms[0].e, e, sizeof by.terms[0].e);
    return mul(a, x, by);
}

/* The poly that is this atom. */
static struct hs_poly atom(struct hs_atoms *a, const struct hs_expr *e, bool scale)
{
    struct hs_str text = HS_STR_INIT;
    struct hs_poly p = constant(a, one);
    size_t i = 0;

    hs_expr_text(&text, a->context->symbols, e);
    while (i < a->n && strcmp(a->items[i].text, text.buf) != 0)
        i++;
    if (i == HS_POLY_ATOMS || a->failed) {
        hs_str_dispose(&text);
        return fail(a);
    }
    if (i == a->n) {
        a->items[i] = (struct hs_atom){e, hs_arena_strdup(a->arena, text.buf), scale};
        if (a->items[i].text == NULL)
            a->failed = true;
        else
            a->n++;
    }
    hs_str_dispose(&text);
    if (!a->failed)
        p.terms[0].e[i] = 1;
    return p;
}

static struct hs_poly invert(struct hs_atoms *a, struct hs_poly p)
{
    struct hs_poly r;

    if (a->failed || p.n == 0)
        return fail(a);
    if (p.n > 1) { /* a sum below the fraction bar stays one */
        struct hs_expr *e = hs_poly_expr(a, p);

        r = e != NULL ? atom(a, e, false) : fail(a);
    } else {
        r = constant(a, one);
        if (!a->failed)
            r.terms[0] = p.terms[0];
    }
    for (size_t i = 0; i < HS_POLY_ATOMS && !a->failed; i++)
        r.terms[0].e[i] = (int16_t)-r.terms[0].e[i];
    if (!a->failed)
        r.terms[0].c = hs_rational_div(one, r.terms[0].c);
    return r;
}

static struct hs_poly power(struct hs_atoms *a, struct hs_poly base, int exponent)
{
    struct hs_poly r = constant(a, one);

    if (abs(exponent) > 64)
        return fail(a);
    if (exponent < 0)
        base = invert(a, base);
    for (int i = 0; i < abs(exponent) && !a->failed; i++)
        r = mul(a, r, base);
    return r;
}

/* A function with its arguments written simply, so that |a+b| and |b+a| are one atom. */
static struct hs_poly call(struct hs_atoms *a, const struct hs_expr *e)
{
    struct hs_expr *own = hs_arena_alloc_zero(a->arena, 1, sizeof *own);
    struct hs_expr **items = hs_arena_alloc_zero(a->arena, e->n, sizeof(struct hs_expr *));

    if (own == NULL || items == NULL)
        return fail(a);
    *own = *e;
    own->items = items;
    for (size_t i = 0; i < e->n && !a->failed; i++)
        items[i] = hs_poly_expr(a, hs_poly_expand(a, e->items[i]));
    return a->failed ? fail(a) : atom(a, own, false);
}

struct hs_poly hs_poly_expand(struct hs_atoms *a, const struct hs_expr *e)
{
    struct hs_poly r = constant(a, e->kind == HS_EXPR_SUM ? (struct hs_rational){0, 1} : one);

    if (++a->work > MOST_WORK)
        return fail(a);
    switch (e->kind) {
    case HS_EXPR_NUMBER:
        return constant(a, hs_rational_value(NULL, e));
    case HS_EXPR_NAME:
        if (a->context->definitions[e->symbol] != NULL && !a->failed)
            return hs_poly_expand(a, a->context->definitions[e->symbol]);
        return atom(a, e, hs_symbols_is_scale(a->context->symbols, e->symbol));
    case HS_EXPR_SUM:
    case HS_EXPR_PRODUCT:
        for (size_t i = 0; i < e->n && !a->failed; i++) {
            struct hs_poly item = hs_poly_expand(a, e->items[i]);

            r = e->kind == HS_EXPR_SUM ? add(a, r, item, e->flags[i])
                                       : mul(a, r, e->flags[i] ? invert(a, item) : item);
        }
        return r;
    case HS_EXPR_POWER:
        return power(a, hs_poly_expand(a, e->items[0]), e->exponent);
    case HS_EXPR_CALL:
        return call(a, e);
    case HS_EXPR_PROD:
        return atom(a, e, false);
    }
    return r;
}
