/* From sums of monomials back to expressions, with one fraction bar. Declared in algebra/poly.h. */
#include <stdio.h>
#include <string.h>

#include "algebra/poly.h"

static struct hs_expr *node(struct hs_atoms *a, enum hs_expr_kind kind, size_t room)
{
    struct hs_expr *e = hs_arena_alloc_zero(a->arena, 1, sizeof *e);

    if (e != NULL) {
        e->kind = kind;
        e->items = hs_arena_alloc_zero(a->arena, room + 1, sizeof(struct hs_expr *));
        e->flags = hs_arena_alloc_zero(a->arena, room + 1, sizeof *e->flags);
    }
    if (e == NULL || e->items == NULL || e->flags == NULL) {
        a->failed = true;
        return NULL;
    }
    return e;
}

static void push(struct hs_expr *list, struct hs_expr *item, bool flag)
{
    if (list != NULL && item != NULL) {
        list->items[list->n] = item;
        list->flags[list->n++] = flag;
    }
}

/* A list of one item that is not flagged is the item, an empty product is 1, an empty sum 0. */
static struct hs_expr *integer(struct hs_atoms *a, int64_t v)
{
    struct hs_expr *e = node(a, HS_EXPR_NUMBER, 0);

    if (e != NULL && (e->text = hs_arena_printf(a->arena, "%lld", (long long)v)) == NULL)
        a->failed = true;
    return a->failed ? NULL : e;
}

static struct hs_expr *finish(struct hs_atoms *a, struct hs_expr *list)
{
    if (list == NULL || a->failed)
        return NULL;
    if (list->n == 0)
        return integer(a, list->kind == HS_EXPR_SUM ? 0 : 1);
    return list->n == 1 && !list->flags[0] ? list->items[0] : list;
}

static struct hs_expr *atom_power(struct hs_atoms *a, size_t i, int exponent)
{
    struct hs_expr *e;

    if (exponent == 1)
        return (struct hs_expr *)(uintptr_t)a->items[i].expr; /* shared; trees are never changed */
    e = node(a, HS_EXPR_POWER, 1);
    if (e != NULL) {
        push(e, (struct hs_expr *)(uintptr_t)a->items[i].expr, false);
        e->exponent = exponent;
    }
    return e;
}

/* Powers of e above (sign 1) or below (sign -1) the bar, scales behind the rest, or the one before
 * the other. */
static void powers(struct hs_atoms *a, struct hs_expr *list, const int16_t *e, int sign,
                   enum hs_poly_part part, bool below)
{
    for (int scales = 0; scales < 2; scales++)
        for (size_t i = 0; i < a->n; i++) {
            bool wanted = part == HS_POLY_ALL || (part == HS_POLY_SCALES) == a->items[i].scale;

            if (wanted && a->items[i].scale == (scales == 1) && e[i] * sign > 0)
                push(list, atom_power(a, i, e[i] * sign), below);
        }
}

struct hs_expr *hs_poly_monomial(struct hs_atoms *a, const struct hs_term *t,
                                 enum hs_poly_part part)
{
    struct hs_expr *list = node(a, HS_EXPR_PRODUCT, 2 * HS_POLY_ATOMS + 2), *sum;
    bool all = part == HS_POLY_ALL, negative = all && t->c.num < 0;
    int64_t num = negative ? -t->c.num : t->c.num;

    if (list == NULL)
        return NULL;
    if (all && num != 1)
        push(list, integer(a, num), false);
    powers(a, list, t->e, 1, part, false);
    if (all && t->c.den != 1)
        push(list, integer(a, t->c.den), true);
    powers(a, list, t->e, -1, part, true);
    if (!negative)
        return finish(a, list);
    sum = node(a, HS_EXPR_SUM, 1);
    push(sum, finish(a, list), true);
    return finish(a, sum);
}

/* The largest powers below the bar, and the least common multiple of the denominators (1 when it is
 * too long). */
static void denominator(const struct hs_atoms *a, struct hs_poly p, struct hs_term *below)
{
    *below = (struct hs_term){.c = {1, 1}};
    for (size_t k = 0; k < p.n; k++) {
        struct hs_rational lcm =
            hs_rational_div((struct hs_rational){p.terms[k].c.den, 1}, below->c);

        lcm = hs_rational_mul((struct hs_rational){lcm.num, 1}, below->c);
        if (lcm.den != 0 && lcm.num < (int64_t)1 << 40)
            below->c = lcm;
        for (size_t i = 0; i < a->n; i++)
            if (p.terms[k].e[i] < -below->e[i])
                below->e[i] = (int16_t)-p.terms[k].e[i];
    }
}

struct hs_expr *hs_poly_expr(struct hs_atoms *a, struct hs_poly p)
{
    struct hs_expr *sum = node(a, HS_EXPR_SUM, p.n),
                   *list = node(a, HS_EXPR_PRODUCT, HS_POLY_ATOMS + 2);
    struct hs_term below;

    if (sum == NULL || list == NULL || a->failed)
        return NULL;
    if (p.n == 1)
        return hs_poly_monomial(a, &p.terms[0], HS_POLY_ALL);
    denominator(a, p, &below);
    p = hs_poly_shift(a, p, below.e, below.c);
    for (size_t k = 0; k < p.n && !a->failed; k++) {
        struct hs_term t = p.terms[k];
        bool negative = t.c.num < 0;

        t.c.num = negative ? -t.c.num : t.c.num;
        push(sum, hs_poly_monomial(a, &t, HS_POLY_ALL), negative);
    }
    push(list, finish(a, sum), false);
    if (below.c.num != 1)
        push(list, integer(a, below.c.num), true);
    powers(a, list, below.e, 1, HS_POLY_ALL, true);
    return finish(a, list);
}
