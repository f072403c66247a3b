/* A witness: small numbers for which two formulas differ, to be checked by hand. */
#include <string.h>

#include "algebra/problem.h"
#include "algebra/rational.h"

enum { MOST_TRIES = 400, MOST_EFFORT = 200000 };

struct search {
    struct hs_problem *p;
    bool *occurs;               // (symbols->n) names of the two formulas
    struct hs_rational *values; // (symbols->n)
    size_t n;
    int64_t effort; /* parts that may still be evaluated: who waits for a witness waits for
                       milliseconds */
    struct hs_rational sides[2]; /* found: the values that differ */
    enum hs_algebra_place of;
};

/* Small numbers of try t: all 1, then one name 2, then one 3, then others in an order without a
 * pattern. */
static void choose(struct search *s, size_t t, bool zeros)
{
    uint32_t h = (uint32_t)t * 2654435761u;

    for (size_t i = 0; i < s->n; i++) {
        int64_t v = 1;

        if (t > 2 * s->n) {
            h = h * 1664525u + 1013904223u;
            v = (int64_t)(h >> 24) % 5 + 1;
        } else if (t > 0 && (t - 1) % s->n == i) {
            v = 2 + (int64_t)((t - 1) / s->n);
        }
        if (zeros && (h >> 13) % 3 == 0 && !hs_symbols_is_scale(s->p->context.symbols, i))
            v = 0;
        s->values[i] = (struct hs_rational){v, 1};
    }
}

/* Values of defined names from those of the free ones; they may stand in each other. */
static bool complete(struct search *s)
{
    const struct hs_context *c = &s->p->context;
    bool again = true;

    for (size_t i = 0; i < s->n; i++)
        if (c->definitions[i] != NULL)
            s->values[i].den = 0;
    for (size_t round = 0; again && round <= s->n; round++) {
        again = false;
        for (size_t i = 0; i < s->n; i++)
            if (c->definitions[i] != NULL && s->values[i].den == 0) {
                s->values[i] = hs_rational_value(s->values, c->definitions[i]);
                again = again || s->values[i].den == 0;
            }
    }
    return !again;
}

static int64_t parts(const struct hs_expr *e)
{
    int64_t n = 1;

    for (size_t i = 0; i < e->n; i++)
        n += parts(e->items[i]);
    return n;
}

static struct hs_rational side(struct search *s, const struct hs_expr *e)
{
    s->effort -= parts(e);
    return hs_rational_value(s->values, e);
}

static struct hs_rational gap(struct search *s, const struct hs_statement *e)
{
    return hs_rational_sub(side(s, e->sides[0]), side(s, e->sides[1]));
}

/* Both have a value, and not the same. */
static bool differ(struct search *s, const struct hs_expr *a, const struct hs_expr *b)
{
    s->sides[0] = side(s, a);
    s->sides[1] = side(s, b);
    return s->sides[0].den != 0 && s->sides[1].den != 0 &&
           !hs_rational_equal(s->sides[0], s->sides[1]);
}

/* Gives one name, from the last on, the value for which the equation holds, where it is linear in
 * that name. */
static bool make_hold(struct search *s, const struct hs_statement *e)
{
    const struct hs_context *c = &s->p->context;

    for (size_t k = s->n; k-- > 0 && s->effort > 0;) {
        struct hs_rational kept = s->values[k], at[3], slope;

        if (!s->occurs[k] || c->definitions[k] != NULL || hs_symbols_is_scale(c->symbols, k))
            continue;
        for (int i = 0; i < 3; i++) {
            s->values[k] = (struct hs_rational){i, 1};
            at[i] = complete(s) ? gap(s, e) : (struct hs_rational){0, 0};
        }
        slope = hs_rational_sub(at[1], at[0]);
        if (at[0].den != 0 && slope.den != 0 && slope.num != 0 &&
            hs_rational_equal(hs_rational_sub(at[2], at[1]), slope)) {
            s->values[k] = hs_rational_div((struct hs_rational){-at[0].num, at[0].den}, slope);
            if (s->values[k].den != 0 && complete(s) && gap(s, e).num == 0 && gap(s, e).den != 0)
                return true;
        }
        s->values[k] = kept;
    }
    return complete(s) && gap(s, e).num == 0 && gap(s, e).den != 0;
}

/* A point where `holds` does and `fails` does not. */
static bool separate(struct search *s, const struct hs_statement *holds,
                     const struct hs_statement *fails, enum hs_algebra_place of)
{
    s->of = of;
    for (size_t t = 0; t < MOST_TRIES && s->effort > 0; t++) {
        choose(s, t, t % 2 != 0 && t > s->n);
        if (complete(s) && make_hold(s, holds) && differ(s, fails->sides[0], fails->sides[1]))
            return true;
    }
    return false;
}

static bool find(struct search *s)
{
    const struct hs_statement *a = &s->p->answer->statement[0], *b = &s->p->answer->statement[1];

    if (s->p->question->relation == HS_RELATION_EQUATION)
        return separate(s, b, a, HS_IN_LHS) || separate(s, a, b, HS_IN_RHS);
    s->of = HS_IN_NONE;
    for (size_t t = 0; t < MOST_TRIES && s->effort > 0; t++) {
        choose(s, t, false);
        if (!complete(s))
            continue;
        for (size_t i = 0; i < a->n; i++)
            if (differ(s, a->sides[i], b->sides[i]))
                return true;
    }
    return false;
}

static const char *text(struct hs_arena *arena, struct hs_rational v)
{
    struct hs_str out = HS_STR_INIT;
    const char *copy;

    hs_rational_text(&out, v);
    copy = hs_arena_strdup(arena, out.buf);
    hs_str_dispose(&out);
    return copy;
}

static enum hs_status tell(struct search *s)
{
    struct hs_arena *arena = s->p->arena;
    struct hs_witness *w = hs_arena_alloc_zero(arena, 1, sizeof *w);
    struct hs_witness_value *at = hs_arena_alloc_zero(arena, s->n + 1, sizeof *at);
    bool ok = w != NULL && at != NULL;

    for (size_t i = 0; ok && i < s->n; i++)
        if (s->occurs[i] && strchr(s->p->context.symbols->names[i], '#') == NULL) {
            at[w->n] = (struct hs_witness_value){s->p->context.symbols->names[i],
                                                 text(arena, s->values[i])};
            ok = at[w->n++].value != NULL;
        }
    if (ok) {
        w->at = at;
        w->of = s->of;
        w->lhs = text(arena, s->sides[0]);
        w->rhs = text(arena, s->sides[1]);
        ok = w->lhs != NULL && w->rhs != NULL;
    }
    s->p->answer->witness = w;
    return ok ? HS_OK : hs_fail(s->p->err, HS_ENOMEM, "out of memory looking for a witness");
}

enum hs_status hs_problem_witness(struct hs_problem *p)
{
    struct search s = {.p = p, .n = p->context.symbols->n, .effort = MOST_EFFORT};

    p->answer->witness = NULL;
    s.occurs = hs_arena_alloc_zero(p->arena, s.n + 1, sizeof *s.occurs);
    s.values = hs_arena_alloc_zero(p->arena, s.n + 1, sizeof *s.values);
    if (s.occurs == NULL || s.values == NULL)
        return hs_fail(p->err, HS_ENOMEM, "out of memory looking for a witness");
    for (int which = 0; which < 2; which++)
        for (size_t i = 0; i < p->answer->statement[which].n; i++)
            hs_context_mark(&p->context, p->answer->statement[which].sides[i], s.occurs);
    return find(&s) ? tell(&s) : HS_OK;
}
