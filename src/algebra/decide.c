#include "algebra/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algebra/print.h"
#include "algebra/problem.h"
#include "base/mem.h"
#include "base/sha256.h"

enum { MOST_GIVEN = 128 };

static const char *const relations[] = {"expr", "equation", "sides"};

bool hs_relation_find(enum hs_relation *out, const char *word)
{
    for (size_t i = 0; i < HS_COUNTOF(relations); i++)
        if (strcmp(relations[i], word) == 0) {
            *out = (enum hs_relation)i;
            return true;
        }
    return false;
}

const char *hs_relation_name(enum hs_relation relation)
{
    return relations[relation];
}

void hs_algebra_place_text(struct hs_str *out, const struct hs_algebra_answer *a)
{
    if (a->in == HS_IN_GIVEN)
        hs_str_printf(out, "given[%zu]", a->given);
    else
        hs_str_add(out, a->in == HS_IN_LHS ? "lhs" : a->in == HS_IN_RHS ? "rhs" : "");
}

struct hs_difference hs_problem_difference(const struct hs_problem *p, int which)
{
    const struct hs_statement *s = &p->answer->statement[which];

    return (struct hs_difference){s->sides[0], s->n > 1 ? s->sides[1] : NULL};
}

/* Notes where the fault is; the texts are in order, so the first is told. */
static enum hs_status faulty(struct hs_problem *p, enum hs_status st, enum hs_algebra_place in,
                             size_t given)
{
    if (st == HS_EFORMAT) {
        p->answer->well_formed = false;
        p->answer->in = in;
        p->answer->given = given;
        p->answer->message = p->answer->fault.message;
    }
    return st;
}

static enum hs_status refuse(struct hs_problem *p, enum hs_fault_kind kind, const char *fmt, ...)
    HS_PRINTF(3, 4);
static enum hs_status refuse(struct hs_problem *p, enum hs_fault_kind kind, const char *fmt, ...)
{
    va_list args;

    p->answer->fault = (struct hs_fault){.kind = kind};
    va_start(args, fmt);
    vsnprintf(p->answer->fault.message, sizeof p->answer->fault.message, fmt, args);
    va_end(args);
    return HS_EFORMAT;
}

static bool uses(const struct hs_expr *e, size_t symbol)
{
    if (e->kind == HS_EXPR_NAME)
        return e->symbol == symbol;
    for (size_t i = 0; i < e->n; i++)
        if (uses(e->items[i], symbol))
            return true;
    return false;
}

/* "N = E" or "E = N". */
static enum hs_status define(struct hs_problem *p, const struct hs_statement *s)
{
    const char *const *names = p->answer->symbols.names;
    bool *marks = hs_arena_alloc(p->arena, p->context.symbols->n, sizeof *marks);

    if (marks == NULL)
        return hs_fail(p->err, HS_ENOMEM, "out of memory deciding a formula");
    for (int i = 0; i < 2; i++) {
        const struct hs_expr *name = s->sides[i], *value = s->sides[1 - i];

        if (name->kind != HS_EXPR_NAME || uses(value, name->symbol))
            continue;
        if (p->context.definitions[name->symbol] != NULL && s->sides[1 - i]->kind != HS_EXPR_NAME)
            return refuse(p, HS_FAULT_DEFINITION, "%s is given twice; give each name once",
                          names[name->symbol]);
        if (p->context.definitions[name->symbol] != NULL)
            continue;
        memset(marks, 0, p->context.symbols->n * sizeof *marks);
        hs_context_mark(&p->context, value, marks);
        if (marks[name->symbol])
            return refuse(p, HS_FAULT_DEFINITION, "%s is given by way of itself",
                          names[name->symbol]);
        p->context.definitions[name->symbol] = value;
        return HS_OK;
    }
    return refuse(p, HS_FAULT_DEFINITION,
                  "a relation gives a name: one of its sides must be a single name that the other "
                  "does not hold");
}

/* The given relations, once every text is read and no name joins the list any more. */
static enum hs_status define_all(struct hs_problem *p)
{
    enum hs_status st = HS_OK;

    p->context.symbols = &p->answer->symbols;
    p->context.definitions =
        hs_arena_alloc_zero(p->arena, p->answer->symbols.n + 1, sizeof(struct hs_expr *));
    if (p->context.definitions == NULL)
        return hs_fail(p->err, HS_ENOMEM, "out of memory deciding a formula");
    for (size_t i = 0; i < p->question->ngiven && st == HS_OK; i++)
        st = faulty(p, define(p, &p->given[i]), HS_IN_GIVEN, i);
    return st;
}

static enum hs_status read_text(struct hs_problem *p, struct hs_statement *out, const char *text,
                                enum hs_algebra_place in, size_t given)
{
    enum hs_statement_kind kind = in == HS_IN_GIVEN          ? HS_STATEMENT_EQUATION
                                  : p->question->rhs == NULL ? HS_STATEMENT_ANY
                                  : p->question->relation == HS_RELATION_EXPR
                                      ? HS_STATEMENT_EXPRESSION
                                      : HS_STATEMENT_EQUATION;

    return faulty(p,
                  hs_statement_parse(out, &p->answer->symbols, text, kind, &p->answer->fault,
                                     p->err),
                  in, given);
}

static enum hs_status read_given(struct hs_problem *p)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < p->question->ngiven && st == HS_OK; i++)
        st = read_text(p, &p->given[i], p->question->given[i], HS_IN_GIVEN, i);
    return st;
}

/* A divisor that is zero at every point: an error of the text, or of what is given. */
static enum hs_status look_for_zero(struct hs_problem *p, const struct hs_expr *e,
                                    enum hs_algebra_place in, size_t given)
{
    const struct hs_expr *zero = hs_points_zero(&p->points, e);
    struct hs_str text = HS_STR_INIT;

    if (zero == NULL)
        return HS_OK;
    hs_expr_text(&text, &p->answer->symbols, zero);
    refuse(p, HS_FAULT_ZERO,
           "column %d: divided by %.80s, which is zero whatever the names stand for%s",
           zero->column, text.buf,
           p->question->ngiven > 0 && in != HS_IN_GIVEN ? " under the given relations" : "");
    p->answer->fault.column = zero->column;
    hs_str_dispose(&text);
    return faulty(p, HS_EFORMAT, in, given);
}

static enum hs_status look_in(struct hs_problem *p, const struct hs_statement *s,
                              enum hs_algebra_place in, size_t given)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < s->n && st == HS_OK; i++)
        st = look_for_zero(p, s->sides[i], in, given);
    return st;
}

static enum hs_status look_for_zeros(struct hs_problem *p)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < p->question->ngiven && st == HS_OK; i++)
        st = look_in(p, &p->given[i], HS_IN_GIVEN, i);
    if (st == HS_OK)
        st = look_in(p, &p->answer->statement[0], HS_IN_LHS, 0);
    return st == HS_OK ? look_in(p, &p->answer->statement[1], HS_IN_RHS, 0) : st;
}

/* The points are a function of the texts, and cannot be aimed at by who writes them. */
static uint64_t seed_of(const struct hs_algebra_question *q)
{
    struct hs_sha256 hash;
    char hex[HS_SHA256_HEX];

    hs_sha256_init(&hash);
    hs_sha256_add(&hash, q->lhs, strlen(q->lhs) + 1);
    if (q->rhs != NULL)
        hs_sha256_add(&hash, q->rhs, strlen(q->rhs) + 1);
    for (size_t i = 0; i < q->ngiven; i++)
        hs_sha256_add(&hash, q->given[i], strlen(q->given[i]) + 1);
    hs_sha256_hex(&hash, hex);
    hex[16] = '\0';
    return strtoull(hex, NULL, 16);
}

static enum hs_status make_points(struct hs_problem *p)
{
    struct hs_difference all[18 + MOST_GIVEN];
    size_t n = 0;

    for (int which = 0; which < 2; which++)
        for (size_t i = 0; i < p->answer->statement[which].n && n < 18; i++)
            all[n++] = (struct hs_difference){p->answer->statement[which].sides[i], NULL};
    for (size_t i = 0; i < p->question->ngiven; i++)
        all[n++] = (struct hs_difference){p->given[i].sides[0], p->given[i].sides[1]};
    return faulty(p,
                  hs_points_new(&p->points, p->arena, &p->context, all, n, seed_of(p->question),
                                &p->answer->fault, p->err),
                  HS_IN_LHS, 0);
}

/* Reads all; of several faults that of the first text is told. */
static enum hs_status read_all(struct hs_problem *p)
{
    struct hs_algebra_answer *a = p->answer;
    enum hs_status st = read_text(p, &a->statement[0], p->question->lhs, HS_IN_LHS, 0),
                   right = HS_OK;
    struct hs_fault fault;

    if (st != HS_OK)
        return st;
    if (p->question->rhs != NULL)
        right = read_text(p, &a->statement[1], p->question->rhs, HS_IN_RHS, 0);
    if (right != HS_OK && right != HS_EFORMAT)
        return right;
    fault = a->fault;
    if (right == HS_EFORMAT)
        a->statement[1].n = 0;
    st = read_given(p);
    if (st == HS_OK)
        st = define_all(p);
    if (st == HS_OK)
        st = make_points(p);
    if (st == HS_OK)
        st = look_for_zeros(p);
    if (st == HS_OK && right == HS_EFORMAT) {
        a->fault = fault;
        st = faulty(p, right, HS_IN_RHS, 0);
    }
    return st;
}

static bool same(struct hs_problem *p, const struct hs_expr *a, const struct hs_expr *b)
{
    return hs_points_vanish(&p->points, (struct hs_difference){a, b});
}

static enum hs_status same_equation(bool *equal, struct hs_problem *p)
{
    struct hs_difference a = hs_problem_difference(p, 0), b = hs_problem_difference(p, 1);
    bool a_holds = hs_points_vanish(&p->points, a), b_holds = hs_points_vanish(&p->points, b);
    struct hs_monomial ratio;
    enum hs_status st;

    *equal = a_holds && b_holds;
    if (a_holds || b_holds)
        return HS_OK;
    st = hs_points_ratio(equal, &ratio, p->arena, &p->points, a, b, true, p->err);
    if (st == HS_OK && *equal)
        p->answer->powers = ratio.exponents;
    return st;
}

static enum hs_status compare(struct hs_problem *p)
{
    struct hs_expr **a = p->answer->statement[0].sides, **b = p->answer->statement[1].sides;
    enum hs_status st = HS_OK;

    switch (p->question->relation) {
    case HS_RELATION_EXPR:
        p->answer->equivalent = same(p, a[0], b[0]);
        break;
    case HS_RELATION_EQUATION:
        st = same_equation(&p->answer->equivalent, p);
        break;
    case HS_RELATION_SIDES:
        p->answer->equivalent = (same(p, a[0], b[0]) && same(p, a[1], b[1])) ||
                                (same(p, a[0], b[1]) && same(p, a[1], b[0]));
        break;
    }
    if (st != HS_OK || p->answer->equivalent)
        return st;
    st = hs_problem_witness(p);
    return st == HS_OK ? hs_problem_explain(p) : st;
}

/* What was read, as one line and as TeX. */
static enum hs_status echo(struct hs_problem *p)
{
    struct hs_algebra_answer *a = p->answer;

    for (int which = 0; which < 2; which++) {
        struct hs_str text = HS_STR_INIT;

        for (size_t i = 0; i < a->statement[which].n; i++) {
            hs_str_add(&text, i > 0 ? " = " : "");
            hs_expr_text(&text, &a->symbols, a->statement[which].sides[i]);
        }
        a->understood[which] = hs_arena_strdup(p->arena, text.buf);
        hs_str_clear(&text);
        for (size_t i = 0; i < a->statement[which].n; i++) {
            hs_str_add(&text, i > 0 ? " = " : "");
            hs_expr_tex(&text, &a->symbols, a->statement[which].sides[i]);
        }
        a->tex[which] = hs_arena_strdup(p->arena, text.buf);
        hs_str_dispose(&text);
        if (a->understood[which] == NULL || a->tex[which] == NULL)
            return hs_fail(p->err, HS_ENOMEM, "out of memory deciding a formula");
    }
    return HS_OK;
}

enum hs_status hs_algebra_ask(struct hs_algebra_answer *out, struct hs_arena *arena,
                              const struct hs_algebra_question *q, struct hs_error *err)
{
    struct hs_algebra_answer a = {.well_formed = true,
                                  .message = "",
                                  .understood = {"", ""},
                                  .tex = {"", ""}};
    struct hs_problem p = {.arena = arena, .question = q, .answer = out, .err = err};
    enum hs_status st;

    if (q->ngiven > MOST_GIVEN)
        return hs_fail(err, HS_ELIMIT, "%zu given relations; at most %d are read", q->ngiven,
                       MOST_GIVEN);
    p.given = hs_arena_alloc_zero(arena, q->ngiven + 1, sizeof *p.given);
    st = p.given == NULL ? hs_fail(err, HS_ENOMEM, "out of memory deciding a formula")
                         : hs_symbols_init(&a.symbols, arena, q->names, q->nnames, err);
    if (st != HS_OK)
        return st;
    *out = a;
    st = read_all(&p);
    if (st == HS_OK && q->rhs != NULL)
        st = compare(&p);
    if (st == HS_OK || st == HS_EFORMAT)
        st = echo(&p);
    return st;
}
