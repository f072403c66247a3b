/* The quotient of two rational functions, when it is a monomial. Declared in algebra/evaluate.h. */
#include <stdlib.h>
#include <string.h>

#include "algebra/evaluate.h"

enum { MOST_POWER = 512 };

/* a/b at the point as one element; false when b is 0 there. */
static bool ratio(struct hs_point *p, struct hs_difference a, struct hs_difference b, uint64_t *out)
{
    struct hs_fraction x = hs_point_difference(p, a), y = hs_point_difference(p, b);

    if (x.n == 0 || y.n == 0)
        return false;
    *out = hs_field_mul(&p->f, hs_field_mul(&p->f, x.n, y.d),
                        hs_field_inverse(&p->f, hs_field_mul(&p->f, x.d, y.n)));
    return true;
}

/* k with base^k = v and |k| at most MOST_POWER. */
static bool logarithm(const struct hs_field *f, uint64_t base, uint64_t v, int *k)
{
    uint64_t up = f->one, down = v;

    for (*k = 0; *k <= MOST_POWER; ++*k) {
        if (up == v)
            return true;
        if (down == f->one) { /* v base^k = 1 */
            *k = -*k;
            return true;
        }
        up = hs_field_mul(f, up, base);
        down = hs_field_mul(f, down, base);
    }
    return false;
}

/* a/b without the powers of the names. */
static bool constant(struct hs_point *p, struct hs_difference a, struct hs_difference b,
                     const int *exponents, uint64_t *out)
{
    struct hs_fraction powers = {p->f.one, p->f.one};

    if (!ratio(p, a, b, out))
        return false;
    for (size_t i = 0; i < p->context->symbols->n; i++) {
        uint64_t v = exponents[i] != 0
                         ? hs_field_power(&p->f, p->values[i].n, (uint64_t)abs(exponents[i]))
                         : 0;

        if (exponents[i] > 0)
            powers.d = hs_field_mul(&p->f, powers.d, v);
        else if (exponents[i] < 0)
            powers.n = hs_field_mul(&p->f, powers.n, v);
    }
    *out =
        hs_field_mul(&p->f, *out, hs_field_mul(&p->f, powers.n, hs_field_inverse(&p->f, powers.d)));
    return true;
}

/* Wang's rational reconstruction (1981): num/den = v mod p with both below 2^30; den 0 if none. */
static void reconstruct(const struct hs_field *f, uint64_t v, int64_t *num, int64_t *den)
{
    int64_t r0 = (int64_t)f->p, r1 = (int64_t)hs_field_mul(f, v, 1), t0 = 0, t1 = 1;

    while (r1 >= (int64_t)1 << 30) {
        int64_t q = r0 / r1, r = r0 - q * r1, t = t0 - q * t1;

        r0 = r1;
        r1 = r;
        t0 = t1;
        t1 = t;
    }
    *num = t1 < 0 ? -r1 : r1;
    *den = llabs(t1) < (int64_t)1 << 30 && *num != 0 ? llabs(t1) : 0;
}

struct names {
    const bool *marks; // (symbols->n) those that occur
    bool scales_only;
    int *exponents; // (symbols->n)
};

static bool is_free(const struct hs_point *p, const struct names *names, size_t i)
{
    return names->marks[i] && p->context->definitions[i] == NULL;
}

/* The exponent of one name, by scaling it; `before` is the ratio now, and becomes that behind. */
static bool find_exponent(struct hs_point *p, struct hs_difference a, struct hs_difference b,
                          const struct names *names, size_t i, uint64_t *before, struct hs_rng *rng)
{
    uint64_t by = hs_field_random_element(&p->f, rng), after;

    hs_point_scale(p, i, by);
    if (!ratio(p, a, b, &after) ||
        !logarithm(&p->f, by, hs_field_mul(&p->f, after, hs_field_inverse(&p->f, *before)),
                   &names->exponents[i]))
        return false;
    *before = after;
    return true;
}

/* Exponents from the first point. Names that are no scales are all moved at once: most often the
 * ratio does not see that, and none of them is looked at alone. */
static bool find_exponents(struct hs_point *p, struct hs_difference a, struct hs_difference b,
                           const struct names *names, struct hs_rng *rng)
{
    const struct hs_symbols *symbols = p->context->symbols;
    uint64_t before, after;
    bool all;

    if (!ratio(p, a, b, &before))
        return false;
    for (size_t i = 0; i < symbols->n; i++)
        if (is_free(p, names, i) && !hs_symbols_is_scale(symbols, i))
            hs_point_scale(p, i, hs_field_random_element(&p->f, rng));
    if (!ratio(p, a, b, &after) || (after != before && names->scales_only))
        return false;
    all = after != before;
    before = after;
    for (size_t i = 0; i < symbols->n; i++) {
        bool wanted = hs_symbols_is_scale(symbols, i) || all;

        if (is_free(p, names, i) && wanted && !find_exponent(p, a, b, names, i, &before, rng))
            return false;
    }
    return true;
}

enum hs_status hs_points_ratio(bool *is, struct hs_monomial *out, struct hs_arena *arena,
                               struct hs_points *points, struct hs_difference a,
                               struct hs_difference b, bool scales_only, struct hs_error *err)
{
    const struct hs_context *c = points->items[0].context;
    size_t n = c->symbols->n > 0 ? c->symbols->n : 1;
    bool *marks = hs_arena_alloc_zero(arena, n, sizeof *marks);
    int *exponents = hs_arena_alloc_zero(arena, n, sizeof *exponents);
    struct hs_rng rng = hs_rng_seed(points->items[0].key, 0xfac702);
    const struct hs_expr *const all[] = {a.plus, a.minus, b.plus, b.minus};

    *is = false;
    if (marks == NULL || exponents == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory comparing formulas");
    for (size_t i = 0; i < 4; i++)
        if (all[i] != NULL)
            hs_context_mark(c, all[i], marks);
    if (!find_exponents(&points->items[0], a, b, &(struct names){marks, scales_only, exponents},
                        &rng))
        return HS_OK;
    *out = (struct hs_monomial){.exponents = exponents};
    for (size_t i = 0; i < points->n;
         i++) { /* the rest is the same constant at two places of each field */
        struct hs_point *p = &points->items[i];
        uint64_t here, there;
        int64_t num, den;

        if (!constant(p, a, b, exponents, &here))
            return HS_OK;
        hs_point_move(p, &rng);
        if (!constant(p, a, b, exponents, &there) || here != there)
            return HS_OK;
        reconstruct(&p->f, here, &num, &den);
        if (i > 0 && (num != out->num || den != out->den))
            den = num = 0;
        out->num = num;
        out->den = den;
    }
    *is = true;
    return HS_OK;
}
