/* Why two paths part, in words. Each step has its own sentence; what it may blame are the options
 * in which the two paths differ at that step. */
#include "quant/explain.h"

#include <inttypes.h>
#include <math.h>

#include "base/fmt.h"

typedef const struct hs_explain_path *path_ref;

/* A value as short as its precision allows: it reads back as the same number. */
static const char *text_of(char out[HS_FMT_SIZE], path_ref p, enum hs_explain_step step)
{
    double v = p->e.step[step];

    return p->e.f32 ? hs_fmt_float(out, (float)v) : hs_fmt_double(out, v);
}

static const char *precision(path_ref p)
{
    return p->e.f32 ? "float32" : "float64";
}

static bool rounded_differ(path_ref a, path_ref b)
{
    return a->e.step[HS_STEP_ROUNDED] < b->e.step[HS_STEP_ROUNDED] ||
           a->e.step[HS_STEP_ROUNDED] > b->e.step[HS_STEP_ROUNDED];
}

static const char *plural(double n)
{
    return n == 1 ? "" : "s";
}

/* " = 127.49999, 1 ulp below the tie 127.5" */
static void say_quotient(struct hs_str *out, path_ref p)
{
    double v = p->e.step[HS_STEP_QUOTIENT], tie = floor(v) + 0.5;
    char text[HS_FMT_SIZE], ulps[HS_FMT_SIZE], middle[HS_FMT_SIZE];

    hs_str_printf(out, "%s", text_of(text, p, HS_STEP_QUOTIENT));
    if (p->e.tie)
        hs_str_add(out, ", exactly a tie");
    else if (p->e.tie_ulps <= 4)
        hs_str_printf(out, ", %s ulp%s %s the tie %s", hs_fmt_short(ulps, p->e.tie_ulps, 3),
                      plural(p->e.tie_ulps), v < tie ? "below" : "above",
                      hs_fmt_double(middle, tie));
}

static const char *quotient_rule(path_ref p)
{
    return p->options.division == HS_RECIPROCAL ? "multiplies x by the rounded 1/s"
                                                : "divides x by s";
}

/* The rest of the story of a quotient: what the rounding makes of it. */
static void say_rounded(struct hs_str *out, path_ref p)
{
    char text[HS_FMT_SIZE];

    hs_str_printf(out, ", which %s takes to %s", hs_round_name(p->options.rounding),
                  text_of(text, p, HS_STEP_ROUNDED));
}

static void say_division(struct hs_str *out, path_ref a, path_ref b)
{
    bool codes_part = rounded_differ(a, b);
    char text[HS_FMT_SIZE];
    const path_ref both[2] = {a, b};

    for (int i = 0; i < 2; i++) {
        hs_str_printf(out, "%s%s %s in %s: ", i == 0 ? "" : "; ", both[i]->name,
                      quotient_rule(both[i]), precision(both[i]));
        say_quotient(out, both[i]);
        if (codes_part)
            say_rounded(out, both[i]);
    }
    hs_str_add_char(out, '.');
    if (a->e.f32 && b->e.f32 && isfinite(a->e.step[HS_STEP_QUOTIENT]))
        hs_str_printf(
            out, " Without any rounding x/s is %s: dividing rounds once, the reciprocal twice.",
            hs_fmt_short(text, a->e.step[HS_STEP_X] / a->e.step[HS_STEP_SCALE], 12));
}

/* x or s itself is another number; and when that ends in another code, through which quotient. */
static void say_input(struct hs_str *out, path_ref a, path_ref b, enum hs_explain_step step)
{
    char ta[HS_FMT_SIZE], tb[HS_FMT_SIZE];

    hs_str_printf(out, "%s reads %s as %s, %s; %s as %s, %s.", a->name,
                  step == HS_STEP_X ? "x" : "s", precision(a), hs_fmt_double(ta, a->e.step[step]),
                  b->name, precision(b), hs_fmt_double(tb, b->e.step[step]));
    if (!rounded_differ(a, b))
        return;
    hs_str_add(out, " So x/s is ");
    say_quotient(out, a);
    say_rounded(out, a);
    hs_str_printf(out, ", in %s, and ", a->name);
    say_quotient(out, b);
    say_rounded(out, b);
    hs_str_printf(out, ", in %s.", b->name);
}

/* R(x/s) + z beside R(x/s + z). */
static void say_order(struct hs_str *out, path_ref late, path_ref early)
{
    char q[HS_FMT_SIZE], tl[HS_FMT_SIZE], te[HS_FMT_SIZE];
    int64_t z = early->z < 0 ? -early->z : early->z;

    hs_str_printf(out,
                  "%s rounds first, R(%s) = %s; %s adds the zero point first, R(%s %s %" PRId64
                  ") %s %" PRId64 " = %s.",
                  late->name, text_of(q, late, HS_STEP_QUOTIENT),
                  text_of(tl, late, HS_STEP_ROUNDED), early->name, q, early->z < 0 ? "-" : "+", z,
                  early->z < 0 ? "+" : "-", z, text_of(te, early, HS_STEP_ROUNDED));
    if (late->e.tie && early->options.rounding == HS_ROUND_HALF_EVEN && z % 2 == 1)
        hs_str_add(out, " A tie goes to the even code, and adding an odd zero point changes which "
                        "one is even.");
}

static void say_rounding(struct hs_str *out, path_ref a, path_ref b)
{
    char q[HS_FMT_SIZE], ta[HS_FMT_SIZE], tb[HS_FMT_SIZE];

    if (a->options.zero_point_order != b->options.zero_point_order) {
        bool a_is_late = a->options.zero_point_order == HS_AFTER_ROUNDING;

        say_order(out, a_is_late ? a : b, a_is_late ? b : a);
        return;
    }
    hs_str_printf(out, "%s%s: %s takes it to %s in %s, %s to %s in %s.",
                  text_of(q, a, HS_STEP_QUOTIENT),
                  a->e.tie ? " is a tie" : " lies between two codes",
                  hs_round_name(a->options.rounding), text_of(ta, a, HS_STEP_ROUNDED), a->name,
                  hs_round_name(b->options.rounding), text_of(tb, b, HS_STEP_ROUNDED), b->name);
}

static void say_clamp(struct hs_str *out, path_ref a, path_ref b)
{
    char text[HS_FMT_SIZE];

    hs_str_printf(out,
                  "%s allows the codes %" PRId64 " to %" PRId64 ", %s %" PRId64 " to %" PRId64
                  ", and the code would be %s.",
                  a->name, a->qmin, a->qmax, b->name, b->qmin, b->qmax,
                  text_of(text, a, HS_STEP_SHIFTED));
}

static void say_back(struct hs_str *out, path_ref a, path_ref b)
{
    char ta[HS_FMT_SIZE], tb[HS_FMT_SIZE];

    hs_str_printf(out, "s (q - z) is %s in the %s of %s, %s in the %s of %s.",
                  text_of(ta, a, HS_STEP_BACK), precision(a), a->name, text_of(tb, b, HS_STEP_BACK),
                  precision(b), b->name);
}

void hs_explain_why(struct hs_str *out, const struct hs_explain_path *a,
                    const struct hs_explain_path *b)
{
    const struct hs_explained both[2] = {a->e, b->e};
    enum hs_explain_step step = hs_explain_parting(both, 2);

    if (step == HS_STEP_COUNT)
        return;
    hs_str_printf(out, "%s parts from %s at %s. ", b->name, a->name, hs_explain_step_name(step));
    if (step <= HS_STEP_SCALE)
        say_input(out, a, b, step);
    else if (step == HS_STEP_QUOTIENT)
        say_division(out, a, b);
    else if (step == HS_STEP_ROUNDED)
        say_rounding(out, a, b);
    else if (step == HS_STEP_SHIFTED)
        hs_str_printf(out, "The zero point of %s is %" PRId64 ", that of %s %" PRId64 ".", a->name,
                      a->z, b->name, b->z);
    else if (step == HS_STEP_CODE)
        say_clamp(out, a, b);
    else
        say_back(out, a, b);
}
