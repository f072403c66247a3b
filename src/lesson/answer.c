#include "lesson/answer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/vec.h"

bool hs_tolerance_accepts(const struct hs_tolerance *tolerance, double s, double t)
{
    double distance = fabs(s - t), a = tolerance->amount;

    if (isnan(s) || isnan(t))
        return false;
    if (s == t) /* also infinities, where the distance is NaN */
        return true;
    switch (tolerance->kind) {
    case HS_TOL_EXACT:
        return false;
    case HS_TOL_REL:
        return distance <= a * fabs(t);
    case HS_TOL_ABS:
        return distance <= a;
    case HS_TOL_SIGFIG:
        return distance < 0.51 * pow(10.0, (t == 0.0 ? 0.0 : floor(log10(fabs(t)))) - a + 1.0);
    case HS_TOL_LSB:
        return distance <= a && s == floor(s) && t == floor(t);
    }
    return false;
}

void hs_tolerance_describe(struct hs_str *out, const struct hs_tolerance *tolerance)
{
    char n[HS_FMT_SIZE];

    switch (tolerance->kind) {
    case HS_TOL_EXACT:
        hs_str_add(out, "exactly");
        return;
    case HS_TOL_REL:
        hs_str_printf(out, "within %s %% of the value", hs_fmt_short(n, tolerance->amount * 100.0, 3));
        return;
    case HS_TOL_ABS:
        hs_str_printf(out, "within %s", hs_fmt_double(n, tolerance->amount));
        return;
    case HS_TOL_SIGFIG:
        hs_str_printf(out, "to %s significant digits", hs_fmt_double(n, tolerance->amount));
        return;
    case HS_TOL_LSB:
        hs_str_printf(out, "within %s code%s", hs_fmt_double(n, tolerance->amount), tolerance->amount == 1.0 ? "" : "s");
        return;
    }
}

/* Spellings of one character brought to one: minus signs to '-', unusual spaces to ' ', middle dots and powers stay. */
static const struct {
    const char *from;
    char to;
} spellings[] = {
    {"\xe2\x88\x92", '-'}, /* U+2212 minus */
    {"\xe2\x80\x93", '-'}, /* U+2013 en dash */
    {"\xe2\x80\x89", ' '}, /* U+2009 thin space */
    {"\xe2\x80\xaf", ' '}, /* U+202F narrow no-break space */
    {"\xc2\xa0", ' '},     /* U+00A0 no-break space */
    {"\xe2\x88\x95", '/'}, /* U+2215 division slash */
};

static void normalize(struct hs_str *out, const char *text)
{
    while (*text != '\0') {
        size_t i;

        for (i = 0; i < HS_COUNTOF(spellings); i++)
            if (hs_starts_with(text, spellings[i].from))
                break;
        if (i < HS_COUNTOF(spellings)) {
            hs_str_add_char(out, spellings[i].to);
            text += strlen(spellings[i].from);
        } else {
            hs_str_add_char(out, *text == '\t' ? ' ' : *text);
            text++;
        }
    }
}

struct cursor {
    const char *start, *at;
    struct hs_error *err;
};

static bool refuse(struct cursor *c, const char *sentence)
{
    hs_fail_at(c->err, HS_EFORMAT, NULL, 0, (int)(c->at - c->start) + 1, "%s", sentence);
    return false;
}

static bool is_digit(char c, int base)
{
    return (c >= '0' && c <= '9') || (base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
}

/* Copies an unsigned literal without '_' between digits; the syntax is checked here so that strtod's extras ("inf", "nan",
 * a locale's comma) never get in. */
static bool copy_literal(struct cursor *c, char *out, size_t size)
{
    const char *p = c->at;
    size_t n = 0, digits = 0;
    int base = p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? 16 : 10;
    bool point = false;

    if (base == 16) {
        out[n++] = *p++;
        out[n++] = *p++;
    }
    for (;; p++) {
        if (n + 8 > size)
            return refuse(c, "a number of more than 100 characters is not read");
        if (is_digit(*p, base))
            digits++;
        else if (*p == '.' && !point)
            point = true;
        else if (*p == '_' && digits > 0 && is_digit(p[1], base))
            continue;
        else
            break;
        out[n++] = *p;
    }
    if (digits == 0)
        return refuse(c, "there should be a number here, such as 0.125, 1/8 or 2^-3");
    if ((base == 10 && (*p == 'e' || *p == 'E')) || (base == 16 && (*p == 'p' || *p == 'P'))) {
        const char *q = p + 1 + (p[1] == '+' || p[1] == '-');

        c->at = q;
        if (!is_digit(*q, 10))
            return refuse(c, "digits are missing behind the exponent's sign");
        while (p < q || is_digit(*p, 10)) {
            if (n + 2 > size)
                return refuse(c, "a number of more than 100 characters is not read");
            out[n++] = *p++;
        }
    }
    out[n] = '\0';
    c->at = p;
    return true;
}

static void skip_spaces(struct cursor *c)
{
    c->at += strspn(c->at, " ");
}

static bool read_literal(double *out, struct cursor *c)
{
    char text[128];

    if (!copy_literal(c, text, sizeof text))
        return false;
    *out = strtod(text, NULL); /* LC_NUMERIC is "C" in this program */
    return isfinite(*out) || refuse(c, "the number is too large");
}

static bool read_sign(struct cursor *c)
{
    bool negative = false;

    skip_spaces(c);
    if (*c->at == '-' || *c->at == '+')
        negative = *c->at++ == '-';
    skip_spaces(c);
    return negative;
}

/* [sign] literal [^ [sign] literal]: the sign stands outside of the power. */
static bool read_power(double *out, struct cursor *c)
{
    bool negative = read_sign(c);

    if (!read_literal(out, c))
        return false;
    skip_spaces(c);
    if (*c->at == '^' || (c->at[0] == '*' && c->at[1] == '*')) {
        bool inner, bracket;
        double exponent;

        c->at += *c->at == '^' ? 1 : 2;
        skip_spaces(c);
        bracket = *c->at == '(' || *c->at == '{';
        c->at += bracket;
        inner = read_sign(c);
        if (!read_literal(&exponent, c))
            return false;
        skip_spaces(c);
        if (bracket && *c->at != ')' && *c->at != '}')
            return refuse(c, "the bracket of the exponent is not closed");
        c->at += bracket;
        *out = pow(*out, inner ? -exponent : exponent);
        if (!isfinite(*out))
            return refuse(c, "the power is too large");
    }
    if (negative)
        *out = -*out;
    return true;
}

static bool read_ratio(double *out, struct cursor *c)
{
    if (!read_power(out, c))
        return false;
    skip_spaces(c);
    if (*c->at == '/') {
        double below;

        c->at++;
        if (!read_power(&below, c))
            return false;
        if (below == 0.0)
            return refuse(c, "the denominator is zero");
        *out /= below;
        if (!isfinite(*out))
            return refuse(c, "the ratio is too large");
    }
    return true;
}

/* What stands behind a complete number, in words. */
static bool refuse_rest(struct cursor *c)
{
    char sentence[160];
    const char *from = c->at;

    if (*c->at == ',' && c->at > c->start && is_digit(c->at[-1], 10) && is_digit(c->at[1], 10)) {
        while (from > c->start && (is_digit(from[-1], 10) || from[-1] == '-'))
            from--;
        snprintf(sentence, sizeof sentence, "use a point, not a comma; did you mean %.*s.%.*s?",
                 (int)(c->at - from > 20 ? 20 : c->at - from), from, (int)strspn(c->at + 1, "0123456789") % 20, c->at + 1);
        return refuse(c, sentence);
    }
    if (*c->at == '%')
        return refuse(c, "write a share as a number, 0.05 for 5 %");
    return refuse(c, "what stands from here on is no part of a number");
}

enum hs_status hs_answer_number(double *out, const char *text, struct hs_error *err)
{
    struct hs_str plain = HS_STR_INIT;
    struct cursor c = {.err = err};
    double v = 0.0;
    bool ok;

    normalize(&plain, text);
    c.start = c.at = plain.buf;
    ok = read_ratio(&v, &c);
    if (ok) {
        skip_spaces(&c);
        ok = *c.at == '\0' || refuse_rest(&c);
    }
    hs_str_dispose(&plain);
    if (!ok)
        return HS_EFORMAT;
    *out = v;
    return HS_OK;
}

/* Numbers of a list until the end; brackets around all of it are left out by the caller. */
static bool read_items(double *items, size_t *n, size_t most, struct cursor *c)
{
    for (*n = 0;;) {
        c->at += strspn(c->at, " ;[](){}");
        if (*c->at == ',' && c->at[1] == ' ')
            c->at += 2;
        else if (*c->at == '\0')
            return true;
        else if (*n == most)
            return refuse(c, "these are more numbers than are asked for");
        else if (!read_power(&items[*n], c))
            return false;
        else if (*c->at == '/') {
            double below;

            c->at++;
            if (!read_power(&below, c))
                return false;
            if (below == 0.0)
                return refuse(c, "the denominator is zero");
            items[(*n)++] /= below;
        } else if (strchr(";,])}", *c->at) == NULL && c->at[-1] != ' ') {
            return refuse_rest(c);
        } else if (*c->at == ',' && c->at[1] != ' ' && c->at[1] != '\0') {
            return refuse(c, "put a space behind the comma, or spaces alone between the numbers");
        } else {
            ++*n;
        }
    }
}

enum hs_status hs_answer_list(double **out, size_t *n, struct hs_arena *arena, const char *text, size_t most,
                              struct hs_error *err)
{
    struct hs_str plain = HS_STR_INIT;
    struct cursor c = {.err = err};
    double *items = hs_arena_alloc(arena, most > 0 ? most : 1, sizeof *items);
    bool ok;

    if (items == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory reading an answer");
    normalize(&plain, text);
    c.start = c.at = plain.buf;
    ok = read_items(items, n, most, &c);
    if (ok && *n == 0)
        ok = refuse(&c, "there should be numbers here, with spaces between them");
    hs_str_dispose(&plain);
    if (!ok)
        return HS_EFORMAT;
    *out = items;
    return HS_OK;
}
