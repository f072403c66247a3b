#include "algebra/evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const double most_degree = 1 << 20, most_bits = 1 << 24;

/* ---- how large it can get ---- */

struct bound {
    double degree,
        bits; /* of numerator and denominator: total degree, log2 of the sum of |coefficients| */
};

/* Definitions are looked into once: they may stand in each other. */
struct bounds {
    const struct hs_context *context;
    struct bound *of; // (symbols->n)
    bool *known;      // (symbols->n)
};

static struct bound bound(struct bounds *m, const struct hs_expr *e);

static struct bound bound_of_name(struct bounds *m, size_t symbol)
{
    const struct hs_expr *definition = m->context->definitions[symbol];

    if (!m->known[symbol]) {
        m->of[symbol] = definition != NULL ? bound(m, definition) : (struct bound){1, 0};
        m->known[symbol] = true;
    }
    return m->of[symbol];
}

static struct bound bound(struct bounds *m, const struct hs_expr *e)
{
    struct bound b = {0, 0};

    switch (e->kind) {
    case HS_EXPR_NUMBER:
        b.bits = 3.33 * (double)strlen(e->text);
        break;
    case HS_EXPR_NAME:
        return bound_of_name(m, e->symbol);
    case HS_EXPR_SUM:
    case HS_EXPR_PRODUCT:
        for (size_t i = 0; i < e->n; i++) {
            struct bound item = bound(m, e->items[i]);

            b.degree += item.degree;
            b.bits += item.bits + (e->kind == HS_EXPR_SUM ? 1 : 0);
        }
        break;
    case HS_EXPR_POWER:
        b = bound(m, e->items[0]);
        b.degree *= abs(e->exponent);
        b.bits *= abs(e->exponent);
        break;
    case HS_EXPR_CALL:
    case HS_EXPR_PROD:
        for (size_t i = 0; i < e->n; i++) {
            struct bound item = bound(m, e->items[i]);

            b.degree += item.degree;
            b.bits += item.bits;
        }
        b.degree += 1;
        break;
    }
    return b;
}

/* ---- values ---- */

/* Sebastiano Vigna's splitmix64 finalizer: a random function of 64 bits for our purpose. */
static uint64_t mix(uint64_t h, uint64_t v)
{
    h += v + 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    for (; *text != '\0'; text++)
        h = mix(h, (unsigned char)*text);
    return h;
}

/* The value as one element: equal functions give equal elements. */
static uint64_t element(const struct hs_point *p, struct hs_fraction v)
{
    return hs_field_mul(&p->f, v.n, hs_field_inverse(&p->f, v.d));
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static struct hs_fraction from_hash(const struct hs_point *p, uint64_t h)
{
    uint64_t v = hs_field_of(&p->f, h);

    return (struct hs_fraction){v != 0 ? v : p->f.one, p->f.one};
}

/* max and min do not mind the order of their arguments, |x| not the sign of x. */
static struct hs_fraction call(struct hs_point *p, const struct hs_expr *e)
{
    uint64_t h = mix_text(p->key, e->text), values[32];
    size_t n = e->n < HS_COUNTOF(values) ? e->n : HS_COUNTOF(values);
    bool even = strcmp(e->text, "abs") == 0;

    for (size_t i = 0; i < e->n; i++) {
        struct hs_fraction v = hs_point_value(p, e->items[i]);
        uint64_t one = element(p, v);

        one = even ? hs_field_mul(&p->f, one, one) : one;
        if (i < n)
            values[i] = one;
        else
            h = mix(h, one);
    }
    if (strcmp(e->text, "max") == 0 || strcmp(e->text, "min") == 0)
        qsort(values, n, sizeof *values, compare);
    for (size_t i = 0; i < n; i++)
        h = mix(h, values[i]);
    return from_hash(p, h);
}

static struct hs_fraction power(const struct hs_field *f, struct hs_fraction v, int exponent)
{
    uint64_t k = (uint64_t)abs(exponent);
    struct hs_fraction r = {hs_field_power(f, v.n, k), hs_field_power(f, v.d, k)};

    return exponent < 0 ? (struct hs_fraction){r.d, r.n} : r;
}

/* A product over an index turns each factor into an unknown of its own: the product of a_i b_i is
 * that of a_i times that of b_i. */
static struct hs_fraction product_over(struct hs_point *p, const struct hs_expr *prod,
                                       const struct hs_expr *e)
{
    struct hs_fraction r = {p->f.one, p->f.one};
    uint64_t h;

    if (e->kind == HS_EXPR_POWER)
        return power(&p->f, product_over(p, prod, e->items[0]), e->exponent);
    if (e->kind == HS_EXPR_PRODUCT) {
        for (size_t i = 0; i < e->n; i++) {
            struct hs_fraction v = product_over(p, prod, e->items[i]);

            r.n = hs_field_mul(&p->f, r.n, e->flags[i] ? v.d : v.n);
            r.d = hs_field_mul(&p->f, r.d, e->flags[i] ? v.n : v.d);
        }
        return r;
    }
    h = mix(mix(mix_text(p->key, prod->upto), (uint64_t)prod->offset), (uint64_t)prod->from);
    h = mix(h, element(p, hs_point_value(p, e)));
    return from_hash(p, h);
}

static struct hs_fraction number(const struct hs_field *f, const char *digits)
{
    uint64_t ten = hs_field_of(f, 10);
    struct hs_fraction v = {0, f->one};
    bool behind = false;

    for (; *digits != '\0'; digits++) {
        if (*digits == '.') {
            behind = true;
            continue;
        }
        v.n = hs_field_add(f, hs_field_mul(f, v.n, ten), hs_field_of(f, (uint64_t)(*digits - '0')));
        if (behind)
            v.d = hs_field_mul(f, v.d, ten);
    }
    return v;
}

static struct hs_fraction name(struct hs_point *p, size_t symbol)
{
    if (!p->known[symbol]) {
        p->values[symbol] = hs_point_value(p, p->context->definitions[symbol]);
        p->known[symbol] = true;
    }
    return p->values[symbol];
}

static void divide(struct hs_point *p, struct hs_fraction *r, struct hs_fraction v,
                   const struct hs_expr *divisor)
{
    if (v.n == 0 && p->zero == NULL)
        p->zero = divisor;
    r->n = hs_field_mul(&p->f, r->n, v.d);
    r->d = hs_field_mul(&p->f, r->d, v.n);
}

static struct hs_fraction sum(struct hs_point *p, const struct hs_expr *e)
{
    struct hs_fraction r = {0, p->f.one};

    for (size_t i = 0; i < e->n; i++) {
        struct hs_fraction v = hs_point_value(p, e->items[i]);
        uint64_t a = hs_field_mul(&p->f, r.n, v.d), b = hs_field_mul(&p->f, v.n, r.d);

        r.n = e->flags[i] ? hs_field_sub(&p->f, a, b) : hs_field_add(&p->f, a, b);
        r.d = hs_field_mul(&p->f, r.d, v.d);
    }
    return r;
}

struct hs_fraction hs_point_value(struct hs_point *p, const struct hs_expr *e)
{
    struct hs_fraction r = {p->f.one, p->f.one};

    switch (e->kind) {
    case HS_EXPR_NUMBER:
        return number(&p->f, e->text);
    case HS_EXPR_NAME:
        return name(p, e->symbol);
    case HS_EXPR_SUM:
        return sum(p, e);
    case HS_EXPR_PRODUCT:
        for (size_t i = 0; i < e->n; i++) {
            struct hs_fraction v = hs_point_value(p, e->items[i]);

            if (e->flags[i]) {
                divide(p, &r, v, e->items[i]);
            } else {
                r.n = hs_field_mul(&p->f, r.n, v.n);
                r.d = hs_field_mul(&p->f, r.d, v.d);
            }
        }
        return r;
    case HS_EXPR_POWER:
        r = hs_point_value(p, e->items[0]);
        if (e->exponent < 0 && r.n == 0 && p->zero == NULL)
            p->zero = e->items[0];
        return power(&p->f, r, e->exponent);
    case HS_EXPR_CALL:
        return call(p, e);
    case HS_EXPR_PROD:
        return product_over(p, e, e->items[0]);
    }
    return r;
}

struct hs_fraction hs_point_difference(struct hs_point *p, struct hs_difference difference)
{
    struct hs_fraction a = hs_point_value(p, difference.plus), b;

    if (difference.minus == NULL)
        return a;
    b = hs_point_value(p, difference.minus);
    return (struct hs_fraction){hs_field_sub(&p->f, hs_field_mul(&p->f, a.n, b.d),
                                             hs_field_mul(&p->f, b.n, a.d)),
                                hs_field_mul(&p->f, a.d, b.d)};
}

/* ---- points ---- */

static void forget(struct hs_point *p)
{
    p->zero = NULL;
    for (size_t i = 0; i < p->context->symbols->n; i++)
        p->known[i] = p->context->definitions[i] == NULL;
}

void hs_point_scale(struct hs_point *p, size_t symbol, uint64_t by)
{
    p->values[symbol].n = hs_field_mul(&p->f, p->values[symbol].n, by);
    forget(p);
}

void hs_point_move(struct hs_point *p, struct hs_rng *rng)
{
    for (size_t i = 0; i < p->context->symbols->n; i++)
        p->values[i] = (struct hs_fraction){hs_field_random_element(&p->f, rng), p->f.one};
    forget(p);
}

/* How many points bring 2^-100; 0 when the bounds are too large. */
static size_t needed(const struct bound *b)
{
    /* degree/2^61 for the point, and bits/61 primes of 2^55.4 for the field */
    double miss = log2((b->degree + 1) * 0x1p-61 + (b->bits + 1) / 61 * 0x1p-55);

    return b->degree > most_degree || b->bits > most_bits ? 0 : (size_t)ceil(-100 / miss);
}

static enum hs_status point(struct hs_point *p, struct hs_arena *arena,
                            const struct hs_context *context, struct hs_rng *rng,
                            struct hs_error *err)
{
    size_t n = context->symbols->n > 0 ? context->symbols->n : 1;

    *p = (struct hs_point){.context = context, .f = hs_field_random(rng)};
    p->values = hs_arena_alloc(arena, n, sizeof *p->values);
    p->known = hs_arena_alloc(arena, n, sizeof *p->known);
    if (p->values == NULL || p->known == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory deciding a formula");
    p->key = hs_field_random_element(&p->f, rng);
    hs_point_move(p, rng);
    return HS_OK;
}

enum hs_status hs_points_new(struct hs_points *out, struct hs_arena *arena,
                             const struct hs_context *context,
                             const struct hs_difference *differences, size_t n, uint64_t seed,
                             struct hs_fault *fault, struct hs_error *err)
{
    struct hs_rng rng = hs_rng_seed(seed, 0x5ca1ab1e);
    struct bound total = {0, 0};
    enum hs_status st = HS_OK;
    struct bounds m = {.context = context};

    m.of = hs_arena_alloc(arena, context->symbols->n + 1, sizeof *m.of);
    m.known = hs_arena_alloc_zero(arena, context->symbols->n + 1, sizeof *m.known);
    if (m.of == NULL || m.known == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory deciding a formula");
    for (size_t i = 0; i < n; i++) {
        struct bound a = bound(&m, differences[i].plus);
        struct bound b =
            differences[i].minus != NULL ? bound(&m, differences[i].minus) : (struct bound){0, 0};

        total.degree += a.degree + b.degree;
        total.bits += a.bits + b.bits + 2;
    }
    out->n = needed(&total);
    if (out->n == 0 || out->n > HS_COUNTOF(out->items)) {
        *fault = (struct hs_fault){.kind = HS_FAULT_TOO_LARGE};
        snprintf(fault->message, sizeof fault->message,
                 "multiplied out, this has degree up to %.0f and coefficients of up to %.0f bits; "
                 "at most %.0f and "
                 "%.0f are decided: use smaller exponents",
                 total.degree, total.bits, most_degree, most_bits);
        return HS_EFORMAT;
    }
    for (size_t i = 0; i < out->n && st == HS_OK; i++)
        st = point(&out->items[i], arena, context, &rng, err);
    return st;
}

bool hs_points_vanish(struct hs_points *points, struct hs_difference difference)
{
    for (size_t i = 0; i < points->n; i++)
        if (hs_point_difference(&points->items[i], difference).n != 0)
            return false;
    return true;
}

const struct hs_expr *hs_points_zero(struct hs_points *points, const struct hs_expr *e)
{
    const struct hs_expr *zero = NULL;

    for (size_t i = 0; i < points->n; i++) {
        struct hs_point *p = &points->items[i];

        forget(p);
        (void)hs_point_value(p, e);
        if (p->zero == NULL)
            return NULL;
        zero = p->zero;
        forget(p);
    }
    return zero;
}

void hs_context_mark(const struct hs_context *c, const struct hs_expr *e, bool *marks)
{
    for (size_t i = 0; i < e->n; i++)
        hs_context_mark(c, e->items[i], marks);
    if (e->kind != HS_EXPR_NAME || marks[e->symbol])
        return;
    marks[e->symbol] = true;
    if (c->definitions[e->symbol] != NULL)
        hs_context_mark(c, c->definitions[e->symbol], marks);
}
