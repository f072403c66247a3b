#include "algebra/print.h"

#include <string.h>

#include "algebra/letters.h"

/* How tightly the parts of an expression hold together. */
enum strength { IN_SUM, IN_PRODUCT, IN_POWER };

struct printer {
    struct hs_str *out;
    const struct hs_symbols *symbols;
    bool tex;
};

static void write(const struct printer *p, const struct hs_expr *e, enum strength around);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters in one face: \beta, x, \mathrm{In}. */
static void letters(struct hs_str *out, const char *part, size_t n)
{
    if (hs_greek_command(part, n) != NULL)
        hs_str_printf(out, "\\%.*s", (int)n, part);
    else if (n > 1)
        hs_str_printf(out, "\\mathrm{%.*s}", (int)n, part);
    else
        hs_str_add_bytes(out, part, n);
}

/* Digits at the end of a name without subscript are one: W1 is W_{1}; within a subscript they are
 * not: conv1 stays whole. */
static void name_tex(struct hs_str *out, const char *name, bool top)
{
    size_t n = strcspn(name, "_"), digits = 0;
    bool nested = name[n] == '_' && name[n + 1] != '\0';

    while (top && !nested && digits + 1 < n && is_digit(name[n - digits - 1]))
        digits++;
    if (n > 0)
        letters(out, name, n - digits);
    if (digits > 0)
        hs_str_printf(out, "_{%s}", name + n - digits);
    if (!nested)
        return;
    hs_str_add(out, "_{");
    name_tex(out, name + n + 1, false);
    hs_str_add_char(out, '}');
}

void hs_name_tex(struct hs_str *out, const char *name)
{
    name_tex(out, name, true);
}

static void name(const struct printer *p, const struct hs_expr *e)
{
    const char *text = e->text != NULL ? e->text : p->symbols->names[e->symbol];

    if (p->tex)
        hs_name_tex(p->out, text);
    else
        hs_str_add(p->out, text);
}

static void bracketed(const struct printer *p, const struct hs_expr *e, bool brackets,
                      enum strength inside)
{
    if (brackets)
        hs_str_add(p->out, p->tex ? "\\left(" : "(");
    write(p, e, inside);
    if (brackets)
        hs_str_add(p->out, p->tex ? "\\right)" : ")");
}

static void sum(const struct printer *p, const struct hs_expr *e)
{
    for (size_t i = 0; i < e->n; i++) {
        hs_str_add(p->out, i == 0 ? (e->flags[i] ? "-" : "") : e->flags[i] ? " - " : " + ");
        bracketed(p, e->items[i], e->items[i]->kind == HS_EXPR_SUM, IN_SUM);
    }
}

static bool is_number(const struct hs_expr *e)
{
    return e->kind == HS_EXPR_NUMBER ||
           (e->kind == HS_EXPR_POWER && e->items[0]->kind == HS_EXPR_NUMBER);
}

static bool is_scale(const struct printer *p, const struct hs_expr *e)
{
    return e->kind == HS_EXPR_NAME && e->text == NULL && hs_symbols_is_scale(p->symbols, e->symbol);
}

/* The sign between two factors: scales stand side by side, a number before what it multiplies. */
static const char *times(const struct printer *p, const struct hs_expr *a, const struct hs_expr *b)
{
    if (!p->tex)
        return "*";
    if (is_scale(p, a) && is_scale(p, b))
        return " \\; ";
    return is_number(a) && (b->kind == HS_EXPR_NAME || b->kind == HS_EXPR_SUM) ? " \\, "
                                                                               : " \\cdot ";
}

/* Items that are multiplied (`below` false) or divided by; "1" where there are none. */
static void factors(const struct printer *p, const struct hs_expr *e, bool below, bool alone)
{
    const struct hs_expr *last = NULL;

    for (size_t i = 0; i < e->n; i++) {
        const struct hs_expr *item = e->items[i];

        if (e->flags[i] != below)
            continue;
        if (last != NULL)
            hs_str_add(p->out, times(p, last, item));
        bracketed(p, item, item->kind == HS_EXPR_SUM && !(p->tex && alone), IN_PRODUCT);
        last = item;
    }
    if (last == NULL)
        hs_str_add_char(p->out, '1');
}

static size_t count(const struct hs_expr *e, bool below)
{
    size_t n = 0;

    for (size_t i = 0; i < e->n; i++)
        n += e->flags[i] == below;
    return n;
}

static void product(const struct printer *p, const struct hs_expr *e, enum strength around)
{
    size_t below = count(e, true);
    bool brackets = !p->tex && around == IN_POWER, whole = below == 1;

    for (size_t i = 0; i < e->n && whole; i++) /* a/(b/c) and a/(b+c) need their brackets */
        whole = !e->flags[i] || e->items[i]->kind == HS_EXPR_NAME ||
                e->items[i]->kind == HS_EXPR_NUMBER || e->items[i]->kind == HS_EXPR_POWER ||
                e->items[i]->kind == HS_EXPR_CALL || e->items[i]->kind == HS_EXPR_SUM;
    if (brackets)
        hs_str_add_char(p->out, '(');
    if (p->tex && below > 0) {
        hs_str_add(p->out, "\\frac{");
        factors(p, e, false, e->n - below == 1);
        hs_str_add(p->out, "}{");
        factors(p, e, true, below == 1);
        hs_str_add_char(p->out, '}');
    } else {
        factors(p, e, false, e->n - below == 1 && below == 0);
        if (below > 0) {
            hs_str_add(p->out, whole ? "/" : "/(");
            factors(p, e, true, false);
            hs_str_add(p->out, whole ? "" : ")");
        }
    }
    if (brackets)
        hs_str_add_char(p->out, ')');
}

static void call(const struct printer *p, const struct hs_expr *e)
{
    if (p->tex && (strcmp(e->text, "max") == 0 || strcmp(e->text, "min") == 0))
        hs_str_printf(p->out, "\\%s\\left(", e->text);
    else
        hs_str_printf(p->out, p->tex ? "\\operatorname{%s}\\left(" : "%s(", e->text);
    for (size_t i = 0; i < e->n; i++) {
        hs_str_add(p->out, i > 0 ? ", " : "");
        write(p, e->items[i], IN_SUM);
    }
    hs_str_add(p->out, p->tex ? "\\right)" : ")");
}

static void product_over(const struct printer *p, const struct hs_expr *e)
{
    bool brackets = e->items[0]->kind == HS_EXPR_SUM;

    hs_str_printf(p->out, "\\prod_{%s=%lld}^{%s", e->text, (long long)e->from, e->upto);
    if (e->offset != 0)
        hs_str_printf(p->out, "%+lld", (long long)e->offset);
    hs_str_add(p->out, "} ");
    bracketed(p, e->items[0], brackets || e->items[0]->kind == HS_EXPR_PRODUCT, IN_PRODUCT);
}

static void write(const struct printer *p, const struct hs_expr *e, enum strength around)
{
    bool brackets;

    switch (e->kind) {
    case HS_EXPR_NUMBER:
        hs_str_add(p->out, e->text);
        break;
    case HS_EXPR_NAME:
        name(p, e);
        break;
    case HS_EXPR_SUM:
        sum(p, e);
        break;
    case HS_EXPR_PRODUCT:
        product(p, e, around);
        break;
    case HS_EXPR_POWER:
        brackets = e->items[0]->kind != HS_EXPR_NAME && e->items[0]->kind != HS_EXPR_NUMBER &&
                   e->items[0]->kind != HS_EXPR_CALL;
        bracketed(p, e->items[0], brackets, IN_SUM);
        hs_str_printf(p->out, p->tex ? "^{%d}" : "^%d", e->exponent);
        break;
    case HS_EXPR_CALL:
        call(p, e);
        break;
    case HS_EXPR_PROD:
        product_over(p, e);
        break;
    }
}

void hs_expr_text(struct hs_str *out, const struct hs_symbols *symbols, const struct hs_expr *e)
{
    write(&(struct printer){out, symbols, false}, e, IN_SUM);
}

void hs_expr_tex(struct hs_str *out, const struct hs_symbols *symbols, const struct hs_expr *e)
{
    write(&(struct printer){out, symbols, true}, e, IN_SUM);
}
