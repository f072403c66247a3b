/* Units of the terms, and equations with their denominators cleared. */
#include "algebra/explanation.h"
#include "algebra/print.h"

const char *hs_explanation_keep(struct hs_explanation *x, const char *text)
{
    return hs_arena_strdup(x->p->arena, text);
}

void hs_explanation_add(struct hs_str *out, struct hs_explanation *x, const struct hs_expr *e)
{
    if (e != NULL)
        hs_expr_text(out, x->p->context.symbols, e);
}

/* The powers of scales in the terms of a poly, each once. */
static size_t units(struct hs_str *out, struct hs_explanation *x, struct hs_poly p)
{
    size_t n = 0;

    for (size_t i = 0; i < p.n; i++) {
        bool seen = false;

        for (size_t k = 0; k < i; k++) {
            bool same = true;

            for (size_t j = 0; j < x->atoms.n; j++)
                same = same && (!x->atoms.items[j].scale || p.terms[i].e[j] == p.terms[k].e[j]);
            seen = seen || same;
        }
        if (seen)
            continue;
        hs_str_add(out, n++ > 0 ? ", " : "");
        hs_explanation_add(out, x, hs_poly_monomial(&x->atoms, &p.terms[i], HS_POLY_SCALES));
    }
    return n;
}

void hs_explain_units(struct hs_explanation *x)
{
    size_t n[2] = {0, 0}, wanted = 0;

    for (size_t i = 0; i < x->sides && x->expanded; i++) {
        struct hs_str own = HS_STR_INIT, theirs = HS_STR_INIT;

        n[i] = units(&own, x, x->side[0][i]);
        wanted = units(&theirs, x, x->side[1][i]);
        x->p->answer->units[i] = hs_explanation_keep(x, own.buf);
        if (n[i] > 1 && wanted <= 1)
            hs_str_printf(&x->text,
                          "%sThe terms of your %s side count in different steps (%s); only what "
                          "counts in the same step "
                          "may be added.",
                          *x->text.buf != '\0' ? " " : "",
                          x->sides == 1 ? "only"
                          : i == 0      ? "left"
                                        : "right",
                          own.buf);
        hs_str_dispose(&own);
        hs_str_dispose(&theirs);
    }
}

/* Both sides times the same powers of scales, so that none stands below a bar and none is common.
 */
void hs_explain_cleared(struct hs_explanation *x)
{
    int16_t by[HS_POLY_ATOMS] = {0};
    struct hs_str text = HS_STR_INIT;
    struct hs_rational lcm = {1, 1};

    for (size_t j = 0; j < x->atoms.n; j++) {
        bool any = false;
        int least = 0;

        for (int i = 0; i < 2; i++)
            for (size_t k = 0; k < x->side[0][i].n; k++) {
                int e = x->side[0][i].terms[k].e[j];

                least = !any || e < least ? e : least;
                any = true;
            }
        by[j] = (int16_t)(x->atoms.items[j].scale || least < 0 ? -least : 0);
    }
    for (int i = 0; i < 2; i++) {
        hs_explanation_add(&text, x,
                           hs_poly_expr(&x->atoms,
                                        hs_poly_shift(&x->atoms, x->side[0][i], by, lcm)));
        hs_str_add(&text, i == 0 ? " = " : "");
    }
    if (!x->atoms.failed)
        x->p->answer->cleared = hs_explanation_keep(x, text.buf);
    hs_str_dispose(&text);
}
