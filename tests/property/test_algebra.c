/* Random formulas: rewriting that keeps the value is recognized, what is printed reads as the same,
 * and a change is told apart unless exact fractions say that it is none. */
#include "algebra/decide.h"
#include "base/rng.h"
#include "hs_test.h"

enum { CASES = 300 };

static const char *const names[] = {"W", "x", "b", "beta", "s_w", "s_in", "s_out"};

/* A formula of some depth and another way to write it. */
struct pair {
    struct hs_str a, b;
};

static void grow(struct pair *p, struct hs_rng *rng, int depth);

static void leaf(struct pair *p, struct hs_rng *rng)
{
    static const char *const other[] = {"W", "x", "b", "\\beta", "s_{w}", "s_{in}", "s_{out}"};
    uint32_t k = hs_rng_below(rng, 9);

    if (k < 7) {
        hs_str_add(&p->a, names[k]);
        hs_str_add(&p->b, other[k]);
    } else {
        uint32_t n = 1 + hs_rng_below(rng, 9);

        hs_str_printf(&p->a, "%u", n);
        hs_str_printf(&p->b, "\\frac{%u}{10}", 10 * n);
    }
}

static struct pair part(struct hs_rng *rng, int depth)
{
    struct pair p = {HS_STR_INIT, HS_STR_INIT};

    grow(&p, rng, depth);
    return p;
}

static void dispose(struct pair *p)
{
    hs_str_dispose(&p->a);
    hs_str_dispose(&p->b);
}

/* Each rule writes the same thing in two ways. Divisors are squares plus 1: never zero. */
static void grow(struct pair *p, struct hs_rng *rng, int depth)
{
    struct pair u, v;

    if (depth == 0 || hs_rng_below(rng, 5) == 0) {
        leaf(p, rng);
        return;
    }
    u = part(rng, depth - 1);
    v = part(rng, depth - 1);
    switch (hs_rng_below(rng, 6)) {
    case 0:
        hs_str_printf(&p->a, "(%s + %s)", u.a.buf, v.a.buf);
        hs_str_printf(&p->b, "\\left(%s − -%s\\right)", v.b.buf, u.b.buf);
        break;
    case 1:
        hs_str_printf(&p->a, "(%s)*(%s)", u.a.buf, v.a.buf);
        hs_str_printf(&p->b, "(%s)(%s)", v.b.buf, u.b.buf);
        break;
    case 2:
        hs_str_printf(&p->a, "(%s + %s)*x", u.a.buf, v.a.buf);
        hs_str_printf(&p->b, "(x·(%s) + (%s)×x)", u.b.buf, v.b.buf);
        break;
    case 3:
        hs_str_printf(&p->a, "(%s)/((%s)^2+1)", u.a.buf, v.a.buf);
        hs_str_printf(&p->b, "\\frac{%s}{(%s)(%s)+1}", u.b.buf, v.b.buf, v.b.buf);
        break;
    case 4:
        hs_str_printf(&p->a, "(%s - (%s))^2", u.a.buf, v.a.buf);
        hs_str_printf(&p->b, "((%s)² - 2(%s)(%s) + (%s)²)", u.b.buf, u.b.buf, v.b.buf, v.b.buf);
        break;
    default:
        hs_str_printf(&p->b, "\\frac{(%s)s_{in} + (%s)s_w}{s_ws_{in}}", u.b.buf, v.b.buf);
        hs_str_printf(&p->a, "((%s)/s_w + (%s)/s_in)", u.a.buf, v.a.buf);
        break;
    }
    dispose(&u);
    dispose(&v);
}

static struct hs_algebra_answer ask(struct hs_arena *arena, const char *lhs, const char *rhs)
{
    struct hs_algebra_question q = {
        .lhs = lhs, .rhs = rhs, .relation = HS_RELATION_EXPR, .names = names, .nnames = 7};
    struct hs_algebra_answer a;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_algebra_ask(&a, arena, &q, &err), &err);
    return a;
}

static void rewriting_keeps_the_value_and_printing_the_meaning(void **state)
{
    struct hs_rng rng = hs_rng_seed(20261123, 5);
    int decided = 0;

    for (int i = 0; i < CASES; i++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        struct pair p = part(&rng, 3);
        struct hs_algebra_answer a = ask(*state, p.a.buf, p.b.buf);

        if (a.well_formed && !a.equivalent)
            fail_msg("%s is not %s", p.a.buf, p.b.buf);
        if (a.well_formed) {
            assert_true(ask(*state, a.understood[0], p.b.buf).equivalent);
            assert_true(ask(*state, a.tex[1], p.a.buf).equivalent);
            decided++;
        } else if (a.fault.kind != HS_FAULT_TOO_LARGE) {
            fail_msg("%s", a.fault.message);
        }
        dispose(&p);
        hs_arena_reset(*state, mark);
    }
    assert_true(decided > CASES * 3 / 4);
}

/* A scale, a sign or a term more: told apart, and the witness's values differ. */
static void a_change_is_told_apart(void **state)
{
    static const char *const changes[] = {"(%s)*s_out", "-(%s) + s_w - s_w", "(%s) + b/s_in",
                                          "(%s)/x", "(%s)^2 + W"};
    struct hs_rng rng = hs_rng_seed(20261123, 6);
    int witnessed = 0, told = 0;

    for (int i = 0; i < CASES; i++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        struct pair p = part(&rng, 2);
        struct hs_str changed = HS_STR_INIT;
        const char *form = changes[hs_rng_below(&rng, 5)], *hole = strstr(form, "%s");
        struct hs_algebra_answer a;

        hs_str_printf(&changed, "%.*s%s%s", (int)(hole - form), form, p.b.buf, hole + 2);
        a = ask(*state, p.a.buf, changed.buf);
        if (a.well_formed && a.equivalent && !ask(*state, p.a.buf, "0").equivalent)
            fail_msg("%s is taken for %s", p.a.buf, changed.buf);
        if (a.well_formed && !a.equivalent) {
            told++;
            witnessed += a.witness != NULL && strcmp(a.witness->lhs, a.witness->rhs) != 0;
        }
        dispose(&p);
        hs_str_dispose(&changed);
        hs_arena_reset(*state, mark);
    }
    assert_true(told > CASES / 2);
    assert_true(witnessed == told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
        TEST(rewriting_keeps_the_value_and_printing_the_meaning),
        TEST(a_change_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
