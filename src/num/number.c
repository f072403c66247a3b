#include "num/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_DIGITS = 400 }; /* of one written number; a double has at most 309 before the point */

struct reader {
    const char *text, *p;
    struct hs_error *err;
};

static enum hs_status fail(const struct reader *r, const char *sentence)
{
    return hs_fail_at(r->err, HS_EINVAL, NULL, 0, (int)(r->p - r->text) + 1,
                      "\"%.60s\" cannot be read as a number at character %d: %s", r->text,
                      (int)(r->p - r->text) + 1, sentence);
}

static bool skip_text(struct reader *r, const char *s)
{
    if (strncmp(r->p, s, strlen(s)) != 0)
        return false;
    r->p += strlen(s);
    return true;
}

static void skip_space(struct reader *r)
{
    while (skip_text(r, " ") || skip_text(r, "\t") || skip_text(r, "\n") || skip_text(r, "\r") ||
           skip_text(r, "\u00a0") || skip_text(r, "\u2009") || skip_text(r, "\u202f"))
        ;
}

static bool skip_minus(struct reader *r)
{
    bool minus = skip_text(r, "-") || skip_text(r, "\u2212");

    if (!minus)
        skip_text(r, "+");
    return minus;
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static void reduce(struct hs_number *n)
{
    int64_t d;

    if (!n->exact || n->num == INT64_MIN || n->den == INT64_MIN) {
        n->exact = false;
        n->num = 0;
        n->den = 1;
        return;
    }
    d = gcd(n->num, n->den);
    n->num /= d;
    n->den /= d;
}

/* n *= base^exponent as a fraction, or inexact. */
static void scale_by(struct hs_number *n, int64_t base, long exponent)
{
    int64_t *side = exponent < 0 ? &n->den : &n->num;

    for (long i = labs(exponent); n->exact && i > 0 && n->num != 0; i--) {
        reduce(n);
        if (i > 64 || __builtin_mul_overflow(*side, base, side))
            n->exact = false;
    }
    reduce(n);
}

static int digit_of(char c, int base)
{
    int d = c >= '0' && c <= '9'        ? c - '0'
            : isalpha((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : 99;

    return d < base ? d : -1;
}

/* Digits of one base with '_' between them, into the fraction and the clean text. Returns how many.
 */
static int digits(struct reader *r, struct hs_number *n, int base, char *clean, size_t *len)
{
    int count = 0;

    for (;
         digit_of(*r->p, base) >= 0 || (*r->p == '_' && count > 0 && digit_of(r->p[1], base) >= 0);
         r->p++) {
        if (*r->p == '_')
            continue;
        if (*len < MOST_DIGITS)
            clean[(*len)++] = *r->p;
        if (n->exact && (__builtin_mul_overflow(n->num, (int64_t)base, &n->num) ||
                         __builtin_add_overflow(n->num, (int64_t)digit_of(*r->p, base), &n->num)))
            n->exact = false;
        if (n->significant > 0 || *r->p != '0')
            n->significant++;
        count++;
    }
    return count;
}

/* A signed exponent behind e, p or ^; huge ones are cut to what overflows any double. */
static bool exponent_of(struct reader *r, long *out)
{
    bool minus = skip_minus(r);
    long e = 0;

    if (!isdigit((unsigned char)*r->p))
        return false;
    for (; isdigit((unsigned char)*r->p); r->p++)
        e = e < 100000 ? e * 10 + (*r->p - '0') : e;
    *out = minus ? -e : e;
    return true;
}

/* The last digits that were written stood behind the point: 0.50 is 50/10^2. */
static enum hs_status mantissa(struct reader *r, struct hs_number *n, int base, char *clean,
                               size_t *len)
{
    int whole = digits(r, n, base, clean, len), behind = 0;

    if (*r->p == '.') {
        if (*len < MOST_DIGITS)
            clean[(*len)++] = '.';
        r->p++;
        behind = digits(r, n, base, clean, len);
    }
    if (whole + behind == 0)
        return fail(r, "a digit was expected");
    if (*len >= MOST_DIGITS)
        return fail(r, "it has too many digits");
    n->decimals = behind;
    return HS_OK;
}

static enum hs_status atom(struct reader *r, struct hs_number *n)
{
    char clean[MOST_DIGITS + 32] = "";
    size_t len = 0;
    bool hex = strncasecmp(r->p, "0x", 2) == 0, binary = strncasecmp(r->p, "0b", 2) == 0;
    int base = hex ? 16 : binary ? 2 : 10;
    long e = 0;
    enum hs_status st;

    *n = (struct hs_number){.exact = true, .num = 0, .den = 1};
    r->p += hex || binary ? 2 : 0;
    if ((st = mantissa(r, n, base, clean, &len)) != HS_OK)
        return st;
    if (binary && n->decimals > 0)
        return fail(r, "a binary number has no point");
    if (hex ? (*r->p == 'p' || *r->p == 'P') : !binary && (*r->p == 'e' || *r->p == 'E')) {
        r->p++;
        if (!exponent_of(r, &e))
            return fail(r, "an exponent was expected");
    }
    clean[len] = '\0';
    if (binary) {
        n->value = (double)strtoull(clean, NULL, 2);
    } else {
        char full[sizeof clean + 32];

        snprintf(full, sizeof full, "%s%s%c%ld", hex ? "0x" : "", clean, hex ? 'p' : 'e', e);
        n->value = strtod(full, NULL); /* LC_NUMERIC is never set: the point is a point */
    }
    if (hex) {
        n->significant = 0;
        scale_by(n, 2, e - 4L * n->decimals);
        n->decimals = 0;
    } else {
        scale_by(n, 10, e - n->decimals);
    }
    return HS_OK;
}

/* atom, or atom^k with a whole k. */
static enum hs_status term(struct reader *r, struct hs_number *n)
{
    struct hs_number base;
    long e;
    enum hs_status st = atom(r, n);

    if (st != HS_OK || !(skip_text(r, "**") || skip_text(r, "^")))
        return st;
    if (!exponent_of(r, &e))
        return fail(r, "a whole exponent was expected");
    base = *n;
    if (base.value == 0 && e < 0)
        return fail(r, "0 has no negative power");
    *n = (struct hs_number){.exact = base.exact, .num = 1, .den = 1};
    scale_by(n, base.num, e);
    if (base.exact && base.den != 1)
        scale_by(n, base.den, -e);
    if (base.value == 0)
        *n = (struct hs_number){.exact = true, .num = e == 0, .den = 1};
    n->value = pow(base.value, (double)e);
    if (n->exact && llabs(n->num) < (1LL << 53) && n->den < (1LL << 53))
        n->value = (double)n->num / (double)n->den;
    return HS_OK;
}

static enum hs_status divide(struct reader *r, struct hs_number *n, const struct hs_number *by)
{
    struct hs_number a = *n, b = *by;

    if (b.value == 0)
        return fail(r, "it divides by 0");
    *n = (struct hs_number){.exact = a.exact && b.exact, .value = a.value / b.value};
    n->exact = n->exact && !__builtin_mul_overflow(a.num, b.den, &n->num) &&
               !__builtin_mul_overflow(a.den, b.num, &n->den);
    if (n->exact && n->den < 0) {
        n->num = -n->num;
        n->den = -n->den;
    }
    reduce(n);
    if (n->exact && llabs(n->num) < (1LL << 53) && n->den < (1LL << 53))
        n->value = (double)n->num / (double)n->den; /* one rounding instead of three */
    return HS_OK;
}

static bool nonfinite(struct hs_number *out, const char *text)
{
    static const char *const names[] = {"nan", "inf", "infinity"};
    bool minus = *text == '-';

    for (size_t i = 0; i < 3; i++)
        if (strcasecmp(text + (minus || *text == '+'), names[i]) == 0) {
            *out = (struct hs_number){.den = 1, .value = i == 0 ? (double)NAN : (double)INFINITY};
            out->value = minus ? -out->value : out->value;
            return true;
        }
    return false;
}

static enum hs_status behind_number(struct reader *r)
{
    if (*r->p == '\0')
        return HS_OK;
    if (*r->p == ',' && isdigit((unsigned char)r->p[1])) {
        int n = (int)strspn(r->p + 1, "0123456789"), before = (int)(r->p - r->text);

        return hs_fail_at(
            r->err, HS_EINVAL, NULL, 0, before + 1,
            "\"%.60s\" has a comma at character %d; use a point: did you mean %.*s.%.*s?", r->text,
            before + 1, before > 40 ? 40 : before, r->text, n > 40 ? 40 : n, r->p + 1);
    }
    if (*r->p == '.')
        return fail(r, "it has a second point");
    if (*r->p == '%')
        return fail(r, "this answer is no percentage");
    return fail(r, "nothing was expected behind the number");
}

enum hs_status hs_number_read(struct hs_number *out, const char *text, unsigned flags,
                              struct hs_error *err)
{
    struct reader r = {text, text, err};
    struct hs_number n, by;
    enum hs_status st;
    bool minus;

    skip_space(&r);
    if (*r.p == '\0')
        return fail(&r, "there is nothing");
    if ((flags & HS_NUMBER_NONFINITE) != 0 && nonfinite(out, r.p))
        return HS_OK;
    minus = skip_minus(&r);
    if ((st = term(&r, &n)) != HS_OK)
        return st;
    skip_space(&r);
    if (skip_text(&r, "/")) {
        skip_space(&r);
        minus ^= skip_minus(&r);
        if ((st = term(&r, &by)) != HS_OK || (st = divide(&r, &n, &by)) != HS_OK)
            return st;
        skip_space(&r);
    }
    if ((flags & HS_NUMBER_PERCENT) != 0 && skip_text(&r, "%")) {
        by = (struct hs_number){.value = 100, .exact = true, .num = 100, .den = 1};
        if ((st = divide(&r, &n, &by)) != HS_OK)
            return st;
        n.percent = true;
        skip_space(&r);
    }
    if ((st = behind_number(&r)) != HS_OK)
        return st;
    if (!isfinite(n.value))
        return fail(&r, "it is too large");
    n.value = minus ? -n.value : n.value;
    n.num = minus ? -n.num : n.num;
    *out = n;
    return HS_OK;
}

bool hs_number_equal(const struct hs_number *a, const struct hs_number *b)
{
    if (a->exact && b->exact)
        return a->num == b->num && a->den == b->den;
    return !a->exact && !b->exact && a->value == b->value;
}
