/* How long a hundred-term equation takes: equal, and not (with witness and reason). The limit for a
 * decision is 1 ms. */
#include <stdlib.h>

#include "algebra/decide.h"
#include "base/clock.h"
#include "hs_test.h"

enum { TERMS = 100, RUNS = 51 };

/* W0*x0/(s_w*s_in) + … = y/(s_w*s_in), in another order on each side of the question; term `odd`
 * has a scale too many. */
static void equation(struct hs_str *out, int step, int odd)
{
    for (int i = 0; i < TERMS; i++) {
        int k = i * step % TERMS;

        hs_str_printf(out, "%sW%d*x%d/(s_w*s_in%s)", i > 0 ? " + " : "", k, k % 7,
                      k == odd ? "*s_in" : "");
    }
    hs_str_add(out, " = y/(s_w*s_in)");
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median_us(const struct hs_algebra_question *q, bool equivalent)
{
    uint64_t times[RUNS];

    for (int i = 0; i < RUNS; i++) {
        struct hs_arena arena = HS_ARENA_INIT;
        struct hs_algebra_answer a;
        struct hs_error err = HS_ERROR_INIT;
        uint64_t begin = hs_clock_monotonic_ns();

        assert_ok(hs_algebra_ask(&a, &arena, q, &err), &err);
        times[i] = hs_clock_monotonic_ns() - begin;
        assert_true(a.well_formed && a.equivalent == equivalent);
        hs_arena_dispose(&arena);
    }
    qsort(times, RUNS, sizeof *times, compare);
    return (double)times[RUNS / 2] / 1000;
}

static void a_hundred_terms(void **state)
{
    struct hs_str lhs = HS_STR_INIT, rhs = HS_STR_INIT, wrong = HS_STR_INIT;
    struct hs_algebra_question q = {.relation = HS_RELATION_EQUATION};
    double equal, different;

    (void)state;
    equation(&lhs, 1, -1);
    equation(&rhs, 37, -1);
    equation(&wrong, 1, 50);
    q.lhs = lhs.buf;
    q.rhs = rhs.buf;
    equal = median_us(&q, true);
    q.lhs = wrong.buf;
    different = median_us(&q, false);
    print_message("100 terms: equal %.0f us, different %.0f us with its reason\n", equal,
                  different);
    assert_true(equal < 1000);
    hs_str_dispose(&lhs);
    hs_str_dispose(&rhs);
    hs_str_dispose(&wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_hundred_terms)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
