#include "hs_test.h"

#include "base/mem.h"
#include "tensor/value.h"

static struct hs_value sample(struct hs_arena *arena)
{
    struct hs_value map = hs_value_map(), list = hs_value_list();

    for (int i = 0; i < 20; i++)
        assert_true(hs_value_push(&list, arena, hs_value_int(i)));
    assert_true(hs_value_set(&map, arena, "list", list));
    assert_true(hs_value_set(&map, arena, "scale", hs_value_num(0.5)));
    assert_true(hs_value_set(&map, arena, "name", hs_value_string(arena, "w1")));
    assert_true(hs_value_set(&map, arena, "flag", hs_value_bool(true)));
    return map;
}

static void lookups_never_fail(void **state)
{
    struct hs_value map = sample(*state);

    assert_int_equal(hs_value_len(hs_value_get(&map, "list")), 20);
    assert_close(hs_value_number(&map, "scale", 0), 0.5, 0);
    assert_int_equal(hs_value_integer(&map, "scale", -1), -1); /* 0.5 is no integer */
    assert_string_equal(hs_value_text(&map, "name", "?"), "w1");
    assert_string_equal(hs_value_text(&map, "scale", "?"), "?");
    assert_null(hs_value_get(NULL, "x"));
    assert_null(hs_value_at(&map, 0));
    assert_true(hs_value_flag(&map, "flag", false));
}

static void setting_a_key_twice_replaces_it_in_place(void **state)
{
    struct hs_value map = sample(*state);

    assert_true(hs_value_set(&map, *state, "list", hs_value_nil()));
    assert_int_equal(hs_value_len(&map), 4);
    assert_string_equal(map.as.map.items[0].key, "list");
}

static void copies_are_equal_and_out_of_memory_is_reported(void **state)
{
    struct hs_arena other = HS_ARENA_INIT;
    struct hs_value map = sample(*state), copy;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_value_copy(&copy, &other, &map, true, &err), &err);
    assert_true(hs_value_equal(&map, &copy));
    assert_true(hs_value_set(&copy, &other, "scale", hs_value_num(0.25)));
    assert_false(hs_value_equal(&map, &copy));
    hs_arena_dispose(&other);
    hs_mem_fail_from(1);
    assert_int_equal(hs_value_copy(&copy, &other, &map, true, &err), HS_ENOMEM);
    hs_mem_fail_from(0);
    hs_arena_dispose(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lookups_never_fail, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(setting_a_key_twice_replaces_it_in_place, hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(copies_are_equal_and_out_of_memory_is_reported, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
