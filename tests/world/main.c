/* The programs of tests/unit/kernels as one, for another processor. Its argument is the strongest
 * instruction set that this processor must be found to have: choosing a stronger one would stop
 * the program with an illegal instruction on a student's machine. */
#include "hs_test.h"

#include "kernels/kernels.h"

jmp_buf hs_world_leave;

int hs_arena_setup(void **state)
{
    static struct hs_arena arena;

    arena = HS_ARENA_INIT;
    *state = &arena;
    return 0;
}

int hs_arena_teardown(void **state)
{
    hs_arena_dispose(*state);
    return 0;
}

/* False when the test was left by a long jump. */
static bool run_one(const struct CMUnitTest *test)
{
    void *state = NULL;

    if (test->setup != NULL && test->setup(&state) != 0)
        return false;
    if (setjmp(hs_world_leave) != 0)
        return false;
    test->run(&state);
    return test->teardown == NULL || test->teardown(&state) == 0;
}

int hs_world_run(const struct CMUnitTest *tests, size_t n)
{
    int failed = 0;

    for (size_t i = 0; i < n; i++) {
        bool ok = run_one(&tests[i]);

        printf("%s: %s\n", ok ? "ok" : "FAILED", tests[i].name);
        fflush(stdout);
        failed += !ok;
    }
    return failed;
}

#define HS_WORLD_PROGRAM(name) int name(void);
#include "programs.def"
#undef HS_WORLD_PROGRAM

/* The choice is the last line of the op that this processor can run. */
static void the_best_variant_that_the_processor_has_is_chosen(void **state)
{
    const char *op, *isa;
    size_t vector = 0;

    (void)state;
    for (size_t i = 0; hs_kernel_row(i, &op, &isa); i++) {
        const char *next_op, *next_isa, *chosen = hs_kernel_variant(op);
        bool can = hs_isa_supported((enum hs_isa)hs_isa_find(isa));
        bool last = !hs_kernel_row(i + 1, &next_op, &next_isa) || strcmp(next_op, op) != 0 ||
                    !hs_isa_supported((enum hs_isa)hs_isa_find(next_isa));

        if (!can && strcmp(chosen, isa) == 0)
            fail_msg("%s: %s is chosen, which this processor does not have", op, isa);
        if (can && last && strcmp(chosen, isa) != 0)
            fail_msg("%s: %s is chosen, %s is there", op, chosen, isa);
        vector += can && strcmp(isa, "scalar") != 0;
    }
    assert_true(vector > 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest own[] = {
        cmocka_unit_test(the_best_variant_that_the_processor_has_is_chosen),
    };
    const char *best = hs_isa_name(hs_isa_detect());
    int failed = 0;

    if (argc != 2 || strcmp(argv[1], best) != 0) {
        printf("the strongest set found is %s, not %s\n", best, argc == 2 ? argv[1] : "named");
        return 1;
    }
    failed += hs_world_run(own, 1);
#define HS_WORLD_PROGRAM(name) failed += name();
#include "programs.def"
#undef HS_WORLD_PROGRAM
    printf("%d failed on a processor with %s\n", failed, best);
    return failed != 0;
}
