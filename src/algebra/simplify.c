#include "algebra/simplify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algebra/poly.h"

const struct hs_expr *hs_expr_simplify(struct hs_arena *arena, const struct hs_symbols *symbols,
                                       const struct hs_expr *e)
{
    struct hs_context context = {.symbols = symbols};
    struct hs_atoms atoms = {.context = &context, .arena = arena};
    struct hs_poly p;
    const struct hs_expr *simple;

    context.definitions = hs_arena_alloc_zero(arena, symbols->n + 1, sizeof(struct hs_expr *));
    if (context.definitions == NULL)
        return NULL;
    p = hs_poly_expand(&atoms, e);
    simple = atoms.failed ? NULL : hs_poly_expr(&atoms, p);
    return simple != NULL && !atoms.failed ? simple : e;
}

static double call(const struct hs_expr *e, const double *values)
{
    double a = hs_expr_number(e->items[0], values),
           b = e->n > 1 ? hs_expr_number(e->items[1], values) : 0.0;
    const char *f = e->text;

    if (strcmp(f, "max") == 0 || strcmp(f, "min") == 0) {
        for (size_t i = 1; i < e->n; i++) {
            b = hs_expr_number(e->items[i], values);
            a = f[1] == 'a' ? fmax(a, b) : fmin(a, b);
        }
        return a;
    }
    if (e->n == 3 && (strcmp(f, "clamp") == 0 || strcmp(f, "clip") == 0))
        return fmin(fmax(a, b), hs_expr_number(e->items[2], values));
    if (e->n != 1)
        return (double)NAN;
    return strcmp(f, "abs") == 0                              ? fabs(a)
           : strcmp(f, "round") == 0                          ? rint(a)
           : strcmp(f, "floor") == 0                          ? floor(a)
           : strcmp(f, "ceil") == 0                           ? ceil(a)
           : strcmp(f, "sign") == 0                           ? (double)((a > 0) - (a < 0))
           : strcmp(f, "relu") == 0 || strcmp(f, "ReLU") == 0 ? fmax(a, 0.0)
                                                              : (double)NAN;
}

double hs_expr_number(const struct hs_expr *e, const double *values)
{
    double r = e->kind == HS_EXPR_SUM ? 0.0 : 1.0;

    switch (e->kind) {
    case HS_EXPR_NUMBER:
        return strtod(e->text, NULL);
    case HS_EXPR_NAME:
        return values[e->symbol];
    case HS_EXPR_SUM:
        for (size_t i = 0; i < e->n; i++)
            r += (e->flags[i] ? -1.0 : 1.0) * hs_expr_number(e->items[i], values);
        return r;
    case HS_EXPR_PRODUCT:
        for (size_t i = 0; i < e->n; i++) {
            double v = hs_expr_number(e->items[i], values);

            r = e->flags[i] ? r / v : r * v;
        }
        return r;
    case HS_EXPR_POWER:
        return pow(hs_expr_number(e->items[0], values), e->exponent);
    case HS_EXPR_CALL:
        return call(e, values);
    case HS_EXPR_PROD:
        return (double)NAN;
    }
    return (double)NAN;
}
