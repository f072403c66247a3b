/* What tests/unit/kernels needs of cmocka, for a static program on another processor: the same
 * sources run there unchanged. A failed assertion leaves the test by a long jump, as in cmocka. */
#ifndef HS_TEST_H
#define HS_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
    int (*setup)(void **state), (*teardown)(void **state);
};

extern jmp_buf hs_world_leave;
int hs_arena_setup(void **state);
int hs_arena_teardown(void **state);
int hs_world_run(const struct CMUnitTest *tests, size_t n);

#define cmocka_unit_test(f) cmocka_unit_test_setup_teardown(f, NULL, NULL)
#define cmocka_unit_test_setup_teardown(f, setup, teardown) \
    {                                                       \
#f, f, setup, teardown                              \
    }
#define cmocka_run_group_tests(tests, setup, teardown) \
    ((void)(setup), (void)(teardown), hs_world_run((tests), sizeof(tests) / sizeof *(tests)))

#define fail_msg(...)                          \
    do {                                       \
        printf("%s:%d: ", __FILE__, __LINE__); \
        printf(__VA_ARGS__);                   \
        printf("\n");                          \
        longjmp(hs_world_leave, 1);            \
    } while (0)

#define assert_true(c)                   \
    do {                                 \
        if (!(c))                        \
            fail_msg("%s is false", #c); \
    } while (0)
#define assert_false(c) assert_true(!(c))
#define assert_null(p) assert_true((p) == NULL)
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_ptr_equal(a, b) assert_true((a) == (b))
#define assert_string_equal(a, b) assert_true(strcmp((a), (b)) == 0)
#define assert_memory_equal(a, b, n) assert_true(memcmp((a), (b), (n)) == 0)
#define assert_close(got, want, tolerance) \
    assert_true((got) - (want) <= (tolerance) && (want) - (got) <= (tolerance))
#define assert_int_equal(a, b)                                      \
    do {                                                            \
        long long hs_a = (long long)(a), hs_b = (long long)(b);     \
        if (hs_a != hs_b)                                           \
            fail_msg("%s is %lld, %s is %lld", #a, hs_a, #b, hs_b); \
    } while (0)
#define assert_int_not_equal(a, b) assert_true((a) != (b))

/* Each test program keeps its main under a name of its own; the build defines the name. */
#ifdef HS_WORLD_MAIN
int HS_WORLD_MAIN(void);
#define main HS_WORLD_MAIN
#endif

#endif
