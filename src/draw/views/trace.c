/* trace{steps = {{name =, value =, over = {a, b}, note =}, …}, title =}: one element's path, step
 * by step, each value in decimals that read back as the same number and as an exact fraction.
 *
 *   steps   at most 32, of quant.trace(x, qparams).steps or made by hand; over = {a, b}: the value
 * is a / b rounded, and the fraction of a / b is shown beside it; note: a remark */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/view.h"
#include "draw/views/plot.h"

enum { MAX_STEPS = 32, FRACTION = 64, MARK = 2, GAP = 2 };

/* v = m 2^e with m odd (or 0). v finite. */
static int64_t odd_part(double v, int *e)
{
    int64_t m = (int64_t)ldexp(frexp(v, e), 53);

    *e -= 53;
    while (m != 0 && m % 2 == 0) {
        m /= 2;
        (*e)++;
    }
    return m;
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t r = a % b;

        a = b;
        b = r;
    }
    return a < 0 ? -a : a;
}

/* True when n 2^e is below 2^53. */
static bool fits(int64_t n, int e)
{
    return e <= 52 && (double)(n < 0 ? -n : n) * ldexp(1, e) < 0x1p53;
}

/* a / b as a fraction in lowest terms, powers of two apart where they do not fit; "" for a whole
 * number or what is no fraction. b 1 for a number by itself. */
static void fraction(char out[FRACTION], double a, double b)
{
    int ea, eb, e;
    int64_t m, n, common;

    out[0] = '\0';
    if (!isfinite(a) || !isfinite(b) || b == 0 || a == 0)
        return;
    m = odd_part(a, &ea);
    n = odd_part(b, &eb);
    common = gcd(m, n);
    m = n < 0 ? -m / common : m / common;
    n = n < 0 ? -n / common : n / common;
    e = ea - eb;
    if (n == 1 && e >= 0)
        return;
    if (e >= 0 && fits(m, e))
        snprintf(out, FRACTION, "%" PRId64 "/%" PRId64, m * ((int64_t)1 << e), n);
    else if (e >= 0)
        snprintf(out, FRACTION, "%" PRId64 "*2^%d/%" PRId64, m, e, n);
    else if (n == 1 && -e > 20)
        snprintf(out, FRACTION, "%" PRId64 "/2^%d", m, -e);
    else if (fits(n, -e))
        snprintf(out, FRACTION, "%" PRId64 "/%" PRId64, m, n * ((int64_t)1 << -e));
    else
        snprintf(out, FRACTION, "%" PRId64 "/(%" PRId64 "*2^%d)", m, n, -e);
}

struct step {
    const char *name, *note;
    char value[HS_FMT_SIZE], exact[FRACTION];
};

static const struct hs_value *steps_of(const struct hs_value *spec)
{
    const struct hs_value *steps = hs_value_get(spec, "steps");

    return steps != NULL && steps->kind == HS_LIST && hs_value_len(steps) >= 1 &&
                   hs_value_len(steps) <= MAX_STEPS
               ? steps
               : NULL;
}

static struct step step_at(const struct hs_value *steps, size_t i)
{
    const struct hs_value *v = hs_value_at(steps, i), *over = hs_value_get(v, "over");
    struct step s = {.name = hs_value_text(v, "name", ""), .note = hs_value_text(v, "note", "")};
    double value = hs_value_number(v, "value", (double)NAN), a = value, b = 1;

    if ((double)(float)value == value && value != trunc(value))
        hs_fmt_float(s.value, (float)value);
    else
        hs_fmt_double(s.value, value);
    if (over != NULL && (!hs_value_to_number(hs_value_at(over, 0), &a) ||
                         !hs_value_to_number(hs_value_at(over, 1), &b)))
        a = (double)NAN;
    fraction(s.exact, a, b);
    return s;
}

/* Columns of names and of values. */
static void widths_of(const struct hs_value *steps, int *names, int *values)
{
    *names = *values = 0;
    for (size_t i = 0; i < hs_value_len(steps); i++) {
        struct step s = step_at(steps, i);
        int n = (int)hs_text_width(s.name, strlen(s.name)), v = (int)strlen(s.value);

        *names = n > *names ? n : *names;
        *values = v > *values ? v : *values;
    }
}

/* Draws the steps, or only counts lines (g NULL). Fraction and note go to a line of their own
 * where they do not fit. */
static int lay(struct hs_grid *g, const struct hs_value *steps, int width, int y)
{
    int names, values, from = y;

    widths_of(steps, &names, &values);
    for (size_t i = 0; i < hs_value_len(steps); i++) {
        struct step s = step_at(steps, i);
        int x = MARK + names + GAP + values + GAP,
            e = (int)strlen(s.exact) + (s.exact[0] != '\0' ? 2 : 0),
            n = (int)hs_text_width(s.note, strlen(s.note));

        if (g != NULL && i != 0)
            hs_grid_text(g, 0, y, HS_STYLE_ACCENT, hs_glyph(g->ascii, "down"));
        if (g != NULL) {
            hs_grid_text(g, MARK, y, HS_STYLE_TEXT, s.name);
            hs_grid_text(g, MARK + names + GAP, y, HS_STYLE_MATH, s.value);
        }
        if (x + e + (n != 0 && e != 0 ? GAP : 0) + n > width && e + n != 0) {
            y++;
            x = MARK + GAP;
        }
        if (g != NULL && e != 0)
            hs_grid_textf(g, x, y, HS_STYLE_DIM, "= %s", s.exact);
        if (g != NULL && n != 0)
            hs_grid_text(g, x + (e != 0 ? e + GAP : 0), y, HS_STYLE_HINT, s.note);
        y++;
    }
    return y - from;
}

static int height(const struct hs_value *spec, int width)
{
    const struct hs_value *steps = steps_of(spec);

    return steps == NULL
               ? 1
               : lay(NULL, steps, width, 0) + (hs_value_text(spec, "title", NULL) != NULL);
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_value *steps = steps_of(spec);
    const char *title = hs_value_text(spec, "title", NULL);

    if (steps == NULL)
        return hs_fail(err, HS_ESCRIPT,
                       "trace: the field \"steps\" must be a list of 1 to %d {name, value}",
                       MAX_STEPS);
    if (title != NULL)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, title);
    lay(g, steps, g->width, title != NULL);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    const struct hs_value *steps = steps_of(spec);

    if (steps == NULL)
        return;
    hs_str_printf(out, "%s: ", hs_value_text(spec, "title", "Path"));
    for (size_t i = 0; i < hs_value_len(steps); i++) {
        struct step s = step_at(steps, i);

        hs_str_printf(out, "%s%s %s", i != 0 ? "; " : "", s.name, s.value);
        if (s.exact[0] != '\0')
            hs_str_printf(out, " = %s", s.exact);
        if (s.note[0] != '\0')
            hs_str_printf(out, " (%s)", s.note);
    }
    hs_str_add(out, ".\n");
}

const struct hs_view hs_view_trace = {.id = "trace",
                                      .help = "one element's path, step by step",
                                      .height = height,
                                      .draw = draw,
                                      .words = words};
