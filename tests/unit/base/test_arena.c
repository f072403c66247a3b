#include "hs_test.h"

#include "base/mem.h"
#include "base/vec.h"

static void memory_is_aligned_and_apart(void **state)
{
    struct hs_arena *arena = *state;
    unsigned char *last = NULL;

    for (size_t i = 1; i < 3000; i += 37) {
        unsigned char *p = hs_arena_alloc(arena, i, 3);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        memset(p, (int)i & 0xff, i * 3);
        if (last != NULL)
            assert_int_equal(*last, (i - 37) & 0xff);
        last = p;
    }
    assert_string_equal(hs_arena_printf(arena, "%s-%d", "x", 7), "x-7");
    assert_string_equal(hs_arena_strndup(arena, "abcdef", 3), "abc");
}

static void a_reset_gives_back_what_came_after_the_mark(void **state)
{
    struct hs_arena *arena = *state;
    char *kept = hs_arena_strdup(arena, "kept");
    struct hs_arena_mark mark = hs_arena_mark(arena);
    size_t used = arena->used;

    assert_non_null(hs_arena_alloc(arena, 1 << 20, 1));
    hs_arena_reset(arena, mark);
    assert_int_equal(arena->used, used);
    assert_string_equal(kept, "kept");
    assert_non_null(hs_arena_alloc(arena, 10, 1));
}

static void a_limit_and_an_overflow_give_null(void **state)
{
    struct hs_arena *arena = *state;

    arena->limit = 1000;
    assert_null(hs_arena_alloc(arena, 1001, 1));
    assert_non_null(hs_arena_alloc(arena, 900, 1));
    assert_null(hs_arena_alloc(arena, 101, 1));
    arena->limit = 0;
    assert_null(hs_arena_alloc(arena, SIZE_MAX / 2, 3));
    assert_null(hs_arena_alloc(arena, SIZE_MAX, 1));
}

static void a_string_grows_and_remembers_failure(void **state)
{
    struct hs_str s = HS_STR_INIT;

    (void)state;
    assert_string_equal(s.buf, "");
    for (int i = 0; i < 500; i++)
        hs_str_printf(&s, "%d,", i);
    assert_true(hs_str_ok(&s));
    assert_int_equal(s.len, strlen(s.buf));
    hs_mem_fail_from(1);
    hs_str_add_repeat(&s, "0123456789", 1000);
    hs_mem_fail_from(0);
    assert_false(hs_str_ok(&s));
    hs_str_dispose(&s);
    hs_str_dispose(&s);
    assert_string_equal(s.buf, "");
}

static void a_vector_keeps_its_items_when_growing_fails(void **state)
{
    HS_VEC(size_t) v = {0};

    (void)state;
    for (size_t i = 0; i < 8; i++)
        assert_true(HS_VEC_PUSH(&v, i));
    hs_mem_fail_from(1);
    assert_false(HS_VEC_PUSH(&v, (size_t)8));
    hs_mem_fail_from(0);
    assert_int_equal(v.len, 8);
    assert_true(HS_VEC_PUSH(&v, (size_t)8));
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(v.items[i], i);
    HS_VEC_DISPOSE(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_is_aligned_and_apart, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(a_reset_gives_back_what_came_after_the_mark, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(a_limit_and_an_overflow_give_null, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test(a_string_grows_and_remembers_failure),
        cmocka_unit_test(a_vector_keeps_its_items_when_growing_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
