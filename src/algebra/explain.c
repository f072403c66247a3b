/* Why two formulas are not the same: by which factor, in which term, in which units. */
#include <string.h>

#include "algebra/explanation.h"

static const char *const side_names[] = {"lhs", "rhs"};

/* ---- the factor ---- */

/* A monomial of names as a term over the atoms. */
static bool as_term(struct hs_explanation *x, const struct hs_monomial *m, struct hs_term *out)
{
    *out = (struct hs_term){.c = {m->num, m->den}};
    for (size_t i = 0; i < x->p->context.symbols->n; i++) {
        struct hs_expr *name;
        struct hs_poly one;

        if (m->exponents[i] == 0)
            continue;
        name = hs_arena_alloc_zero(x->p->arena, 1, sizeof *name);
        if (name == NULL)
            return false;
        name->kind = HS_EXPR_NAME;
        name->symbol = i;
        one = hs_poly_expand(&x->atoms, name);
        for (size_t k = 0; k < HS_POLY_ATOMS && one.n == 1; k++)
            if (one.terms[0].e[k] == 1)
                out->e[k] = (int16_t)m->exponents[i];
    }
    return !x->atoms.failed && m->den != 0;
}

static bool is_one(const struct hs_term *t)
{
    for (size_t i = 0; i < HS_POLY_ATOMS; i++)
        if (t->e[i] != 0)
            return false;
    return t->c.num == 1 && t->c.den == 1;
}

/* The exponent of atom i in all terms of the poly; false when they differ or there are none. */
static bool common_exponent(struct hs_poly p, size_t i, int *out)
{
    for (size_t k = 0; k < p.n; k++)
        if (p.terms[k].e[i] != p.terms[0].e[i])
            return false;
    *out = p.n > 0 ? p.terms[0].e[i] : 0;
    return p.n > 0;
}

/* What went wrong with one name whose exponent should be `wanted` and is `got`. */
static void add_reason(struct hs_str *out, const char *name, int wanted, int got)
{
    if (wanted == -got)
        hs_str_printf(out,
                      wanted < 0 ? " You multiply by %s where you should divide."
                                 : " You divide by %s where you should multiply.",
                      name);
    else if (got == 0)
        hs_str_printf(out, wanted < 0 ? " It is not divided by %s." : " %s is missing.", name);
    else if (wanted == 0)
        hs_str_printf(out,
                      got < 0 ? " It should not be divided by %s." : " %s does not belong here.",
                      name);
    else if (got == 2 * wanted)
        hs_str_printf(out, wanted < 0 ? " It is divided by %s twice." : " %s is counted twice.",
                      name);
    else
        hs_str_printf(out, " The power of %s should be %d and is %d.", name, wanted, got);
}

/* Reasons for each scale in the factor t, by which got differs from `wanted`. */
static void add_reasons(struct hs_explanation *x, const struct hs_term *t, struct hs_poly wanted)
{
    int w;

    for (size_t i = 0; i < x->atoms.n; i++)
        if (t->e[i] != 0 && x->expanded && common_exponent(wanted, i, &w))
            add_reason(&x->text, x->atoms.items[i].text, w, w + t->e[i]);
    if (t->c.num == -1 && t->c.den == 1)
        hs_str_add(&x->text, " The sign is wrong.");
}

static void tell_factor(struct hs_explanation *x, const struct hs_term *t, const char *what)
{
    struct hs_str factor = HS_STR_INIT;

    hs_explanation_add(&factor, x, hs_poly_monomial(&x->atoms, t, HS_POLY_ALL));
    x->p->answer->factor = hs_explanation_keep(x, factor.buf);
    hs_str_printf(&x->text, "%s is the expected one times %s.", what, factor.buf);
    hs_str_dispose(&factor);
}

static enum hs_status ratio(bool *is, struct hs_term *out, struct hs_explanation *x,
                            const struct hs_expr *a, const struct hs_expr *b)
{
    struct hs_difference top = {a, NULL}, bottom = {b, NULL};
    struct hs_monomial m;
    enum hs_status st;

    *is = false;
    if (hs_points_vanish(&x->p->points, top) || hs_points_vanish(&x->p->points, bottom))
        return HS_OK;
    st = hs_points_ratio(is, &m, x->p->arena, &x->p->points, top, bottom, false, x->p->err);
    *is = st == HS_OK && *is && as_term(x, &m, out);
    return st;
}

/* ---- equations: side by side ---- */

static void divide(struct hs_term *out, const struct hs_term *a, const struct hs_term *b)
{
    out->c = hs_rational_div(a->c, b->c);
    for (size_t i = 0; i < HS_POLY_ATOMS; i++)
        out->e[i] = (int16_t)(a->e[i] - b->e[i]);
}

static void add_monomial(struct hs_explanation *x, const struct hs_term *t)
{
    hs_explanation_add(&x->text, x, hs_poly_monomial(&x->atoms, t, HS_POLY_ALL));
}

/* Scales that multiply one side and divide the other. */
static void add_opposites(struct hs_explanation *x, const struct hs_term t[2])
{
    for (size_t i = 0; i < x->atoms.n; i++)
        if (t[0].e[i] != 0 && t[0].e[i] == -t[1].e[i])
            hs_str_printf(&x->text, " %s multiplies your %s side and divides your %s side.",
                          x->atoms.items[i].text, t[0].e[i] > 0 ? "left" : "right",
                          t[0].e[i] > 0 ? "right" : "left");
}

/* What was done to one side was not done to the other. */
static void tell_sides(struct hs_explanation *x, const struct hs_term t[2],
                       const struct hs_term *off, int which)
{
    static const char *const names[] = {"left", "right"};

    if (is_one(&t[1 - which])) {
        tell_factor(x, off, which == 0 ? "Your left side" : "Your right side");
        if (x->p->question->relation == HS_RELATION_EQUATION)
            hs_str_printf(
                &x->text,
                " Your %s side is unchanged; what is done to one side must be done to both.",
                names[1 - which]);
        return;
    }
    tell_factor(x, off, which == 0 ? "Your left side" : "Your right side");
    hs_str_printf(&x->text, " Your %s side is the given one times ", names[1 - which]);
    add_monomial(x, &t[1 - which]);
    hs_str_printf(&x->text, "; the %s one must be, too, and is the given one times ", names[which]);
    add_monomial(x, &t[which]);
    hs_str_add(&x->text, ".");
    add_opposites(x, t);
}

/* Both sides are monomials times the expected ones, and not the same. */
static enum hs_status explain_sides(struct hs_explanation *x, bool swapped)
{
    const struct hs_algebra_answer *a = x->p->answer;
    struct hs_expr **got = a->statement[0].sides, **want = a->statement[1].sides;
    struct hs_term t[2], off;
    bool is[2] = {false, false};
    enum hs_status st = HS_OK;
    int which;

    for (int i = 0; i < 2 && st == HS_OK; i++)
        st = ratio(&is[i], &t[i], x, got[i], want[swapped ? 1 - i : i]);
    if (st != HS_OK || !is[0] || !is[1])
        return st;
    which = is_one(&t[1]) ? 0 : 1; /* a side that is as expected is not the one at fault */
    divide(&off, &t[which], &t[1 - which]);
    if (off.c.den == 0)
        return st;
    x->p->answer->side = side_names[which];
    tell_sides(x, t, &off, which);
    if (x->p->question->relation == HS_RELATION_SIDES && is_one(&t[1 - which]))
        add_reasons(x, &off, x->side[1][swapped ? 1 - which : which]);
    return st;
}

/* ---- equations: term by term ---- */

/* Same names that are no scales. */
static bool same_tensors(const struct hs_explanation *x, const struct hs_term *a,
                         const struct hs_term *b)
{
    for (size_t i = 0; i < x->atoms.n; i++)
        if (!x->atoms.items[i].scale && a->e[i] != b->e[i])
            return false;
    return true;
}

static bool equal_terms(const struct hs_term *a, const struct hs_term *b)
{
    return memcmp(a->e, b->e, sizeof a->e) == 0 && hs_rational_equal(a->c, b->c);
}

/* The only term of p with the tensors of t; NULL when there is none or there are several. */
static const struct hs_term *partner(const struct hs_explanation *x, struct hs_poly p,
                                     const struct hs_term *t, size_t *count)
{
    const struct hs_term *found = NULL;

    *count = 0;
    for (size_t i = 0; i < p.n; i++)
        if (same_tensors(x, &p.terms[i], t)) {
            found = &p.terms[i];
            ++*count;
        }
    return *count == 1 ? found : NULL;
}

static void add_tensors(struct hs_explanation *x, const struct hs_term *t)
{
    hs_explanation_add(&x->text, x, hs_poly_monomial(&x->atoms, t, HS_POLY_OTHERS));
}

/* A term that is missing, or that does not belong; false when there is none such. */
static bool tell_missing(struct hs_explanation *x, struct hs_poly got, struct hs_poly want)
{
    size_t n;

    for (size_t i = 0; i < want.n; i++)
        if (partner(x, got, &want.terms[i], &n) == NULL && n == 0) {
            hs_str_add(&x->text, "There is no term with ");
            add_tensors(x, &want.terms[i]);
            hs_str_add(&x->text, " in yours.");
            return true;
        }
    for (size_t i = 0; i < got.n; i++)
        if (partner(x, want, &got.terms[i], &n) == NULL && n == 0) {
            hs_str_add(&x->text, "The term with ");
            add_tensors(x, &got.terms[i]);
            hs_str_add(&x->text, " does not belong here.");
            return true;
        }
    return false;
}

/* The ratio on which most terms agree; of an expression it is 1, as nothing may be multiplied. */
static bool reference(struct hs_term *out, const struct hs_explanation *x,
                      const struct hs_term *ratios, size_t n)
{
    size_t votes = 0;

    *out = (struct hs_term){.c = {1, 1}};
    if (x->sides == 1)
        return true;
    for (size_t i = 0; i < n; i++) {
        size_t agree = 0;

        for (size_t k = 0; k < n; k++)
            agree += equal_terms(&ratios[i], &ratios[k]);
        if (agree > votes) {
            votes = agree;
            *out = ratios[i];
        }
    }
    return votes * 2 > n;
}

static void tell_term(struct hs_explanation *x, const struct hs_term *term,
                      const struct hs_term *off)
{
    struct hs_str factor = HS_STR_INIT;

    hs_explanation_add(&factor, x, hs_poly_monomial(&x->atoms, off, HS_POLY_ALL));
    hs_str_add(&x->text, *x->text.buf != '\0' ? " The term with " : "Your term with ");
    add_tensors(x, term);
    if (strcmp(factor.buf, "-1") == 0)
        hs_str_add(&x->text, " has the wrong sign.");
    else
        hs_str_printf(&x->text, " is the expected one times %s.", factor.buf);
    if (x->p->answer->factor == NULL)
        x->p->answer->factor = hs_explanation_keep(x, factor.buf);
    hs_str_dispose(&factor);
}

/* The ratios got/wanted of the terms: those that are not as the others are told, at most two. */
static void explain_terms(struct hs_explanation *x)
{
    struct hs_poly got = hs_poly_sub(&x->atoms, x->side[0][0], x->side[0][1]);
    struct hs_poly want = hs_poly_sub(&x->atoms, x->side[1][0], x->side[1][1]);
    struct hs_term ratios[16], normal, off;
    size_t n = 0, odd = 0, count;

    if (x->atoms.failed || tell_missing(x, got, want) || want.n > 16)
        return;
    for (; n < want.n; n++) {
        const struct hs_term *mine = partner(x, got, &want.terms[n], &count);

        if (mine == NULL || partner(x, want, &want.terms[n], &count) == NULL)
            return; /* several terms of the same tensors: no single one to blame */
        divide(&ratios[n], mine, &want.terms[n]);
    }
    if (!reference(&normal, x, ratios, n))
        return;
    for (size_t i = 0; i < n && odd < 2; i++) {
        if (equal_terms(&ratios[i], &normal))
            continue;
        divide(&off, &ratios[i], &normal);
        if (off.c.den != 0)
            tell_term(x, &want.terms[i], &off);
        odd++;
    }
}

static enum hs_status explain_expression(struct hs_explanation *x)
{
    const struct hs_algebra_answer *a = x->p->answer;
    struct hs_term t;
    bool is;
    enum hs_status st = ratio(&is, &t, x, a->statement[0].sides[0], a->statement[1].sides[0]);

    if (st == HS_OK && is) {
        tell_factor(x, &t, "Your expression");
        add_reasons(x, &t, x->side[1][0]);
    } else if (st == HS_OK && x->expanded) {
        explain_terms(x);
    }
    return st;
}

static void expand_all(struct hs_explanation *x)
{
    for (int which = 0; which < 2; which++)
        for (size_t i = 0; i < x->sides; i++)
            x->side[which][i] = hs_poly_expand(&x->atoms, x->p->answer->statement[which].sides[i]);
    x->expanded = !x->atoms.failed;
}

/* Ways to go wrong that have nothing to do with a term. True when one was told. */
static enum hs_status explain_whole(bool *told, struct hs_explanation *x)
{
    struct hs_difference a = hs_problem_difference(x->p, 0), b = hs_problem_difference(x->p, 1);
    bool a_holds = hs_points_vanish(&x->p->points, a), b_holds = hs_points_vanish(&x->p->points, b),
         is = false;
    struct hs_monomial m;
    struct hs_term t;
    enum hs_status st = HS_OK;

    if (a_holds)
        hs_str_add(
            &x->text,
            "Your equation holds whatever the names stand for, so it says nothing about them.");
    else if (b_holds)
        hs_str_add(&x->text,
                   "The expected line holds whatever the names stand for; yours does not.");
    else
        st = hs_points_ratio(&is, &m, x->p->arena, &x->p->points, a, b, false, x->p->err);
    if (st == HS_OK && is && as_term(x, &m, &t)) {
        hs_str_add(&x->text, "Both sides were multiplied by ");
        hs_explanation_add(&x->text, x, hs_poly_monomial(&x->atoms, &t, HS_POLY_ALL));
        hs_str_add(&x->text, ", which may be zero; only numbers and scales never are.");
    }
    *told = *x->text.buf != '\0';
    return st;
}

static enum hs_status explain_equation(struct hs_explanation *x)
{
    bool told = false;
    enum hs_status st = HS_OK;

    if (x->expanded)
        hs_explain_cleared(x);
    if (x->p->question->relation == HS_RELATION_EQUATION)
        st = explain_whole(&told, x);
    if (st == HS_OK && !told)
        st = explain_sides(x, false);
    if (st == HS_OK && *x->text.buf == '\0')
        st = explain_sides(x, true);
    if (st == HS_OK && *x->text.buf == '\0' && x->expanded)
        explain_terms(x);
    return st;
}

enum hs_status hs_problem_explain(struct hs_problem *p)
{
    struct hs_explanation x = {.p = p,
                               .atoms = {.context = &p->context, .arena = p->arena},
                               .text = HS_STR_INIT};
    enum hs_status st;

    x.sides = p->question->relation == HS_RELATION_EXPR ? 1 : 2;
    expand_all(&x);
    st = x.sides == 1 ? explain_expression(&x) : explain_equation(&x);
    hs_explain_units(&x);
    if (*x.text.buf == '\0')
        hs_str_add(&x.text, x.sides == 1 ? "The two expressions are not the same."
                                         : "The two equations do not say the same.");
    if (p->answer->cleared != NULL && p->question->relation == HS_RELATION_EQUATION)
        hs_str_printf(&x.text, " With the denominators cleared, yours says %s.",
                      p->answer->cleared);
    p->answer->message = hs_explanation_keep(&x, x.text.buf);
    hs_str_dispose(&x.text);
    if (st == HS_OK && p->answer->message == NULL)
        st = hs_fail(p->err, HS_ENOMEM, "out of memory explaining a formula");
    return st;
}
