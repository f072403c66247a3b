#include <stdatomic.h>

#include "base/pool.h"
#include "hs_test.h"

struct counts {
    atomic_int seen[1000];
    atomic_int strange; /* workers that are none, or at two tasks at once */
    atomic_int busy[HS_POOL_MOST];
    int threads;
};

static void count(void *payload, size_t i, int worker)
{
    struct counts *c = payload;

    if (worker < 0 || worker >= c->threads || atomic_fetch_add(&c->busy[worker], 1) != 0)
        atomic_fetch_add(&c->strange, 1);
    atomic_fetch_add(&c->seen[i], 1);
    atomic_fetch_sub(&c->busy[worker], 1);
}

static void every_task_is_done_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 5; threads++) {
        struct hs_pool *pool;

        assert_int_equal(hs_pool_new(&pool, threads, NULL), HS_OK);
        assert_int_equal(hs_pool_threads(pool), threads);
        for (size_t n = 0; n <= 1000; n = n * 3 + 1) {
            static struct counts c;

            c = (struct counts){.threads = threads};
            hs_pool_run(pool, n, count, &c);
            for (size_t i = 0; i < 1000; i++)
                assert_int_equal(c.seen[i], i < n);
            assert_int_equal(c.strange, 0);
        }
        hs_pool_free(pool);
    }
}

static void without_a_pool_the_caller_does_all_in_order(void **state)
{
    static struct counts c;

    (void)state;
    c = (struct counts){.threads = 1};
    hs_pool_run(NULL, 7, count, &c);
    assert_int_equal(c.seen[6], 1);
    assert_int_equal(c.strange, 0);
    assert_int_equal(hs_pool_threads(NULL), 1);
    hs_pool_free(NULL);
}

static void too_many_threads_are_refused_with_the_bounds(void **state)
{
    struct hs_pool *pool = NULL;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    assert_int_equal(hs_pool_new(&pool, 65, &err), HS_EINVAL);
    assert_contains(err.text, "1 to 64");
    assert_null(pool);
    assert_int_equal(hs_pool_new(&pool, 0, NULL), HS_OK);
    assert_true(hs_pool_threads(pool) >= 1);
    hs_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_is_done_once),
        cmocka_unit_test(without_a_pool_the_caller_does_all_in_order),
        cmocka_unit_test(too_many_threads_are_refused_with_the_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
