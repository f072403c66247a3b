/* Formulas: any bytes are read, asked about, simplified and printed; what is printed reads as the
 * same. */
#include <stdlib.h>
#include <string.h>

#include "algebra/derivation.h"
#include "algebra/simplify.h"
#include "fuzz.h"

static void abort_unless(bool ok)
{
    if (!ok)
        abort();
}

/* The echo means what was written: it is well-formed, and equivalent to the text. */
static void echo_is_the_same(struct hs_arena *arena, const struct hs_algebra_answer *a,
                             const char *text, const char *const *names, size_t n)
{
    struct hs_algebra_question q = {.lhs = text,
                                    .rhs = a->understood[0],
                                    .names = names,
                                    .nnames = n};
    struct hs_algebra_answer again;
    struct hs_error err = HS_ERROR_INIT;

    if (a->statement[0].n > 2)
        return;
    q.relation = a->statement[0].n == 1 ? HS_RELATION_EXPR : HS_RELATION_SIDES;
    if (strlen(q.rhs) < 8000 && hs_algebra_ask(&again, arena, &q, &err) == HS_OK)
        abort_unless(again.well_formed ? again.equivalent : again.fault.kind == HS_FAULT_TOO_LARGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"W",   "x",    "y",     "b",   "beta",
                                        "s_w", "s_in", "s_out", "a_0", "a_1"};
    struct hs_arena arena = HS_ARENA_INIT;
    size_t n = size > 0 && data[0] % 2 != 0 ? sizeof names / sizeof *names : 0, left = size / 2;
    char *text = hs_arena_strndup(&arena, (const char *)data, size),
         *half = hs_arena_strndup(&arena, (const char *)data, left);
    struct hs_algebra_question q = {.lhs = text, .names = names, .nnames = n};
    struct hs_derivation d = {.names = names,
                              .nnames = n,
                              .start = "W*x/(s_w*s_in) = y/(s_w*s_in)",
                              .goal = "W*x = y"};
    struct hs_algebra_answer a;
    struct hs_line line;
    struct hs_error err = HS_ERROR_INIT;

    if (text == NULL || half == NULL)
        return 0;
    if (hs_algebra_ask(&a, &arena, &q, &err) == HS_OK && a.well_formed) {
        echo_is_the_same(&arena, &a, text, names, n);
        for (size_t i = 0; i < a.statement[0].n; i++)
            abort_unless(hs_expr_simplify(&arena, &a.symbols, a.statement[0].sides[i]) != NULL);
    }
    q.lhs = half;
    q.rhs = text + strlen(half) <= text + strlen(text) ? text + strlen(half) : text;
    for (int r = 0; r < 3; r++) {
        q.relation = (enum hs_relation)r;
        (void)!hs_algebra_ask(&a, &arena, &q, &err);
    }
    (void)!hs_derivation_check(&line, &arena, &d, d.start, text, &err);
    hs_arena_dispose(&arena);
    return 0;
}
