#include "algebra/derivation.h"

#include <string.h>

#include "algebra/evaluate.h"
#include "algebra/print.h"

static struct hs_algebra_question question(const struct hs_derivation *d, const char *lhs,
                                           const char *rhs, enum hs_relation relation, bool given)
{
    return (struct hs_algebra_question){.lhs = lhs,
                                        .rhs = rhs,
                                        .relation = relation,
                                        .names = d->names,
                                        .nnames = d->nnames,
                                        .given = d->given,
                                        .ngiven = given ? d->ngiven : 0};
}

/* A fault of the author's texts is no fault of the line. */
static enum hs_status sound(const struct hs_algebra_answer *a, struct hs_error *err)
{
    if (!a->well_formed && a->in != HS_IN_LHS)
        return hs_fail(err, HS_EINVAL, "the derivation's own texts: %s", a->fault.message);
    return HS_OK;
}

/* One equation against the last: at once, then under the given relations. */
static enum hs_status check_equation(struct hs_line *out, struct hs_arena *arena,
                                     const struct hs_derivation *d, const char *last,
                                     const char *text, struct hs_error *err)
{
    struct hs_algebra_question q = question(d, text, last, HS_RELATION_EQUATION, false);
    enum hs_status st = hs_algebra_ask(&out->answer, arena, &q, err);

    if (st == HS_OK)
        st = sound(&out->answer, err);
    if (st != HS_OK)
        return st;
    if (!out->answer.well_formed) {
        out->verdict = HS_LINE_FAULT;
    } else if (out->answer.equivalent) {
        out->verdict = HS_LINE_RIGHT;
    } else if (d->ngiven > 0) {
        struct hs_algebra_answer plain = out->answer;

        q = question(d, text, last, HS_RELATION_EQUATION, true);
        st = hs_algebra_ask(&out->answer, arena, &q, err);
        if (st == HS_OK)
            st = sound(&out->answer, err);
        out->verdict =
            out->answer.well_formed && out->answer.equivalent ? HS_LINE_GIVEN : HS_LINE_WRONG;
        if (out->verdict == HS_LINE_WRONG && out->answer.well_formed && plain.factor != NULL)
            out->answer = plain; /* what was written is explained before what it stands for */
    } else {
        out->verdict = HS_LINE_WRONG;
    }
    return st;
}

/* The links of a chain as equations; each holds by itself (under what is given) or says what the
 * last line says, and one does. */
static enum hs_status check_chain(struct hs_line *out, struct hs_arena *arena,
                                  const struct hs_derivation *d, const char *last,
                                  const struct hs_statement *chain,
                                  const struct hs_symbols *symbols, struct hs_error *err)
{
    enum hs_line_verdict verdict = HS_LINE_RIGHT;
    size_t saying = 0;
    enum hs_status st = HS_OK;

    for (size_t i = 0; i + 1 < chain->n && st == HS_OK; i++) {
        struct hs_str link = HS_STR_INIT;
        struct hs_algebra_question q;
        struct hs_algebra_answer same;

        hs_expr_text(&link, symbols, chain->sides[i]);
        hs_str_add(&link, " = ");
        hs_expr_text(&link, symbols, chain->sides[i + 1]);
        q = question(d, link.buf, "0 = 0", HS_RELATION_EQUATION, true);
        st = hs_algebra_ask(&same, arena, &q, err);
        if (st == HS_OK && !(same.well_formed && same.equivalent)) {
            st = check_equation(out, arena, d, last, link.buf, err);
            saying++;
            if (st == HS_OK && out->verdict > verdict)
                verdict = out->verdict;
        } else if (st == HS_OK && verdict == HS_LINE_RIGHT) {
            verdict = HS_LINE_GIVEN;
        }
        hs_str_dispose(&link);
        if (verdict >= HS_LINE_WRONG)
            break;
    }
    if (st == HS_OK && saying == 0) {
        struct hs_str whole = HS_STR_INIT;

        hs_expr_text(&whole, symbols, chain->sides[0]);
        hs_str_add(&whole, " = ");
        hs_expr_text(&whole, symbols, chain->sides[chain->n - 1]);
        st = check_equation(out, arena, d, last, whole.buf, err);
        verdict = out->verdict;
        hs_str_dispose(&whole);
    }
    out->verdict = verdict;
    return st;
}

/* The first and the last side of the line are those of the goal. */
static enum hs_status arrived(bool *out, struct hs_arena *arena, const struct hs_derivation *d,
                              const char *text, struct hs_error *err)
{
    struct hs_algebra_question q = question(d, text, d->goal, HS_RELATION_SIDES, true);
    struct hs_algebra_answer a;
    enum hs_status st = hs_algebra_ask(&a, arena, &q, err);

    *out = st == HS_OK && a.well_formed && a.equivalent;
    return st;
}

/* "first = last" of a chain; NULL when out of memory. */
static const char *ends_text(struct hs_arena *arena, const struct hs_symbols *symbols,
                             const struct hs_statement *s)
{
    struct hs_str out = HS_STR_INIT;
    const char *copy;

    hs_expr_text(&out, symbols, s->sides[0]);
    hs_str_add(&out, " = ");
    hs_expr_text(&out, symbols, s->sides[s->n - 1]);
    copy = hs_arena_strdup(arena, out.buf);
    hs_str_dispose(&out);
    return copy;
}

static enum hs_status echo(struct hs_line *out, struct hs_arena *arena,
                           const struct hs_symbols *symbols, const struct hs_statement *s,
                           struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT, tex = HS_STR_INIT;

    for (size_t i = 0; i < s->n; i++) {
        hs_str_add(&text, i > 0 ? " = " : "");
        hs_str_add(&tex, i > 0 ? " = " : "");
        hs_expr_text(&text, symbols, s->sides[i]);
        hs_expr_tex(&tex, symbols, s->sides[i]);
    }
    out->understood = hs_arena_strdup(arena, text.buf);
    out->tex = hs_arena_strdup(arena, tex.buf);
    hs_str_dispose(&text);
    hs_str_dispose(&tex);
    return out->understood != NULL && out->tex != NULL
               ? HS_OK
               : hs_fail(err, HS_ENOMEM, "out of memory checking a line");
}

enum hs_status hs_derivation_check(struct hs_line *out, struct hs_arena *arena,
                                   const struct hs_derivation *d, const char *last,
                                   const char *text, struct hs_error *err)
{
    struct hs_line line = {.message = "", .understood = "", .tex = "", .says = ""};
    struct hs_symbols symbols;
    struct hs_statement s;
    struct hs_fault fault = {.kind = HS_FAULT_NONE};
    enum hs_status st = hs_symbols_init(&symbols, arena, d->names, d->nnames, err);

    if (st != HS_OK)
        return st;
    st = hs_statement_parse(&s, &symbols, text, HS_STATEMENT_CHAIN, &fault, err);
    if (st == HS_EFORMAT) {
        line.verdict = HS_LINE_FAULT;
        line.answer.fault = fault;
        line.message = hs_arena_strdup(arena, fault.message);
        *out = line;
        return line.message != NULL ? HS_OK
                                    : hs_fail(err, HS_ENOMEM, "out of memory checking a line");
    }
    if (st == HS_OK)
        st = echo(&line, arena, &symbols, &s, err);
    if (st == HS_OK)
        st = s.n == 2 ? check_equation(&line, arena, d, last, text, err)
                      : check_chain(&line, arena, d, last, &s, &symbols, err);
    if (st != HS_OK)
        return st;
    if (line.verdict >= HS_LINE_WRONG)
        line.message = line.answer.message;
    line.says = ends_text(arena, &symbols, &s);
    if (line.says == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory checking a line");
    if (line.verdict < HS_LINE_WRONG && d->goal != NULL)
        st = arrived(&line.arrived, arena, d, line.says, err);
    if (st == HS_OK)
        *out = line;
    return st;
}

/* ---- hints ---- */

struct advice {
    struct hs_arena arena;
    const struct hs_derivation *d;
    struct hs_algebra_answer a; /* last line against the goal, nothing given */
};

static void marks(const struct advice *h, int which, bool *out)
{
    struct hs_context c = {.symbols = &h->a.symbols};
    struct hs_arena scratch = HS_ARENA_INIT;

    c.definitions = hs_arena_alloc_zero(&scratch, c.symbols->n + 1, sizeof(struct hs_expr *));
    for (size_t i = 0; c.definitions != NULL && i < h->a.statement[which].n; i++)
        hs_context_mark(&c, h->a.statement[which].sides[i], out);
    hs_arena_dispose(&scratch);
}

/* A name of the line that the goal does not have, and that a relation gives. */
static bool advise_substitution(struct hs_str *out, struct advice *h)
{
    bool *mine = hs_arena_alloc_zero(&h->arena, h->a.symbols.n + 1, sizeof *mine);
    bool *theirs = hs_arena_alloc_zero(&h->arena, h->a.symbols.n + 1, sizeof *theirs);

    if (mine == NULL || theirs == NULL)
        return false;
    marks(h, 0, mine);
    marks(h, 1, theirs);
    for (size_t g = 0; g < h->d->ngiven; g++) {
        size_t n = strcspn(h->d->given[g], " =");
        size_t symbol = hs_symbols_find(&h->a.symbols, h->d->given[g], n);

        if (symbol != (size_t)-1 && mine[symbol] && !theirs[symbol]) {
            hs_str_printf(out, "Put in what is given: %s.", h->d->given[g]);
            return true;
        }
    }
    return false;
}

/* Scales that the goal has and the line has not: both sides are divided by, or multiplied with
 * them. */
static enum hs_status advise_scale(bool *told, struct hs_str *out, struct advice *h,
                                   const char *last, struct hs_error *err)
{
    struct hs_algebra_question q = question(h->d, last, h->d->goal, HS_RELATION_EQUATION, true);
    struct hs_algebra_answer a;
    enum hs_status st = hs_algebra_ask(&a, &h->arena, &q, err);

    *told = st == HS_OK && a.well_formed && a.powers != NULL;
    if (!*told)
        return st;
    for (size_t i = 0; i < a.symbols.n; i++)
        if (a.powers[i] != 0) {
            hs_str_printf(out, "%s both sides by %s.", a.powers[i] > 0 ? "Divide" : "Multiply",
                          a.symbols.names[i]);
            return st;
        }
    hs_str_add(out, "The line says what is asked; bring its sides into the form that is asked for: "
                    "each tensor over its "
                    "own scale.");
    return st;
}

enum hs_status hs_derivation_hint(struct hs_str *out, const struct hs_derivation *d,
                                  const char *last, struct hs_error *err)
{
    struct advice h = {.arena = HS_ARENA_INIT, .d = d};
    struct hs_algebra_question q = question(d, last, d->goal, HS_RELATION_SIDES, false);
    enum hs_status st = HS_OK;
    bool there = false, told;

    if (d->goal == NULL)
        return HS_OK;
    st = arrived(&there, &h.arena, d, last, err);
    if (st == HS_OK && !there)
        st = hs_algebra_ask(&h.a, &h.arena, &q, err);
    told = there || st != HS_OK || !h.a.well_formed || advise_substitution(out, &h);
    if (!told)
        st = advise_scale(&told, out, &h, last, err);
    if (st == HS_OK && !told)
        hs_str_add(out, "Compare the terms of your line with those of the goal, one by one: which "
                        "scale stands below each?");
    hs_arena_dispose(&h.arena);
    return st;
}
