#include "algebra/rational.h"

#include <string.h>

__extension__ typedef __int128 s128;

static const struct hs_rational none = {0, 0};

static struct hs_rational lowest(s128 num, s128 den)
{
    s128 a = num < 0 ? -num : num, b = den < 0 ? -den : den;

    if (den == 0)
        return none;
    while (b != 0) {
        s128 rest = a % b;

        a = b;
        b = rest;
    }
    num /= den < 0 ? -a : a;
    den /= den < 0 ? -a : a;
    if (num > INT64_MAX || num < -INT64_MAX || den > INT64_MAX)
        return none;
    return (struct hs_rational){(int64_t)num, (int64_t)den};
}

struct hs_rational hs_rational_of(int64_t num, int64_t den)
{
    return lowest(num, den);
}

struct hs_rational hs_rational_add(struct hs_rational a, struct hs_rational b)
{
    s128 x = (s128)a.num * b.den, y = (s128)b.num * a.den; /* each below 2^126: the sum fits */

    return lowest(x + y, (s128)a.den * b.den);
}

struct hs_rational hs_rational_sub(struct hs_rational a, struct hs_rational b)
{
    return hs_rational_add(a, (struct hs_rational){-b.num, b.den});
}

struct hs_rational hs_rational_mul(struct hs_rational a, struct hs_rational b)
{
    return lowest((s128)a.num * b.num, (s128)a.den * b.den);
}

struct hs_rational hs_rational_div(struct hs_rational a, struct hs_rational b)
{
    return b.num == 0 ? none : lowest((s128)a.num * b.den, (s128)a.den * b.num);
}

bool hs_rational_equal(struct hs_rational a, struct hs_rational b)
{
    return a.den != 0 && a.num == b.num && a.den == b.den;
}

void hs_rational_text(struct hs_str *out, struct hs_rational v)
{
    hs_str_printf(out, "%lld", (long long)v.num);
    if (v.den != 1)
        hs_str_printf(out, "/%lld", (long long)v.den);
}

static struct hs_rational number(const char *digits)
{
    struct hs_rational v = {0, 1}, ten = {10, 1};
    int64_t below = 1;
    bool behind = false;

    for (; *digits != '\0' && v.den != 0; digits++) {
        if (*digits == '.') {
            behind = true;
            continue;
        }
        v = hs_rational_add(hs_rational_mul(v, ten), (struct hs_rational){*digits - '0', 1});
        if (behind && below > INT64_MAX / 10)
            return none;
        below *= behind ? 10 : 1;
    }
    return hs_rational_div(v, (struct hs_rational){below, 1});
}

static bool less(struct hs_rational a, struct hs_rational b)
{
    return (s128)a.num * b.den < (s128)b.num * a.den;
}

static struct hs_rational floor_of(struct hs_rational v)
{
    int64_t q = v.num / v.den;

    return (struct hs_rational){q - (v.num % v.den < 0), 1};
}

static struct hs_rational round_of(struct hs_rational v)
{
    struct hs_rational down = floor_of(v), rest = hs_rational_sub(v, down), half = {1, 2};
    bool up = less(half, rest) || (hs_rational_equal(rest, half) && down.num % 2 != 0);

    return (struct hs_rational){down.num + up, 1};
}

static struct hs_rational one_argument(const char *f, struct hs_rational v)
{
    struct hs_rational zero = {0, 1}, minus = {-v.num, v.den}, down;

    if (strcmp(f, "abs") == 0)
        return v.num < 0 ? minus : v;
    if (strcmp(f, "relu") == 0 || strcmp(f, "ReLU") == 0)
        return v.num < 0 ? zero : v;
    if (strcmp(f, "sign") == 0)
        return (struct hs_rational){(v.num > 0) - (v.num < 0), 1};
    if (strcmp(f, "floor") == 0)
        return floor_of(v);
    if (strcmp(f, "round") == 0)
        return round_of(v);
    if (strcmp(f, "ceil") == 0) {
        down = floor_of(minus);
        return (struct hs_rational){-down.num, 1};
    }
    return none;
}

static struct hs_rational call(const struct hs_rational *values, const struct hs_expr *e)
{
    struct hs_rational a = hs_rational_value(values, e->items[0]), b;
    bool max = strcmp(e->text, "max") == 0, min = strcmp(e->text, "min") == 0;

    if (a.den == 0)
        return none;
    if (e->n == 3 && (strcmp(e->text, "clamp") == 0 || strcmp(e->text, "clip") == 0)) {
        struct hs_rational low = hs_rational_value(values, e->items[1]);
        struct hs_rational high = hs_rational_value(values, e->items[2]);

        return low.den == 0 || high.den == 0 ? none : less(a, low) ? low : less(high, a) ? high : a;
    }
    for (size_t i = 1; (max || min) && i < e->n && a.den != 0; i++) {
        b = hs_rational_value(values, e->items[i]);
        a = b.den == 0 || less(a, b) == max ? b : a;
    }
    if (max || min)
        return a; /* of one argument: the argument, as if it were a number and not a tensor */
    return e->n == 1 ? one_argument(e->text, a) : none;
}

static struct hs_rational power(struct hs_rational v, int exponent)
{
    struct hs_rational r = {1, 1};

    if (exponent < 0)
        v = hs_rational_div(r, v);
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent) && r.den != 0; i++)
        r = hs_rational_mul(r, v);
    return v.den == 0 ? none : r;
}

struct hs_rational hs_rational_value(const struct hs_rational *values, const struct hs_expr *e)
{
    struct hs_rational r = {e->kind == HS_EXPR_SUM ? 0 : 1, 1};

    switch (e->kind) {
    case HS_EXPR_NUMBER:
        return number(e->text);
    case HS_EXPR_NAME:
        return values[e->symbol];
    case HS_EXPR_SUM:
    case HS_EXPR_PRODUCT:
        for (size_t i = 0; i < e->n && r.den != 0; i++) {
            struct hs_rational v = hs_rational_value(values, e->items[i]);

            if (v.den == 0)
                return none;
            if (e->kind == HS_EXPR_SUM)
                r = e->flags[i] ? hs_rational_sub(r, v) : hs_rational_add(r, v);
            else
                r = e->flags[i] ? hs_rational_div(r, v) : hs_rational_mul(r, v);
        }
        return r;
    case HS_EXPR_POWER:
        return power(hs_rational_value(values, e->items[0]), e->exponent);
    case HS_EXPR_CALL:
        return call(values, e);
    case HS_EXPR_PROD:
        return none;
    }
    return none;
}
