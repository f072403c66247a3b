#include "hs_test.h"

#include <math.h>

#include "base/rng.h"
#include "quant/kmeans.h"

static struct hs_kmeans book(struct hs_arena *arena, double *x, size_t n,
                             const struct hs_kmeans_config *config)
{
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &n);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_kmeans k;

    assert_ok(hs_kmeans(&k, arena, &t, config, &err), &err);
    return k;
}

static double centroid(const struct hs_kmeans *k, size_t i)
{
    return ((double *)k->centroids.data)[i];
}

/* Two clouds: {0, 1, 2} and {10, 12}; from 0 and 12 the means are 1 and 11, and stay. */
static void two_clouds_have_their_means(void **state)
{
    double x[] = {10, 0, 2, 12, 1};
    static const double codes[] = {1, 0, 0, 1, 0};
    struct hs_kmeans_config config = hs_kmeans_config_default();
    struct hs_kmeans k;

    config.bits = 1;
    k = book(*state, x, 5, &config);
    assert_close(centroid(&k, 0), 1, 0);
    assert_close(centroid(&k, 1), 11, 0);
    for (size_t i = 0; i < 5; i++) {
        assert_close(hs_tensor_get(&k.codes, i), codes[i], 0);
        assert_close(hs_tensor_get(&k.values, i), codes[i] > 0 ? 11 : 1, 0);
    }
    assert_close(k.inertia, 1 + 0 + 1 + 1 + 1, 0);
    assert_true(k.converged);
    assert_int_equal(k.iterations, 1);
    assert_int_equal(k.empty, 0);
    assert_int_equal(k.codes.dtype, HS_UINT2);
}

/* No iteration: linear is 0, 4, 8, 12; density the quantiles 1/8, 3/8, 5/8, 7/8 of 0..9 with 12. */
static void initial_centroids_are_those_of_the_paper(void **state)
{
    double x[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12};
    struct hs_kmeans_config config = {.bits = 2, .init = HS_KMEANS_LINEAR};
    struct hs_kmeans k = book(*state, x, 11, &config);
    static const double quantiles[] = {1.25, 3.75, 6.25, 8.75};

    for (size_t j = 0; j < 4; j++)
        assert_close(centroid(&k, j), 4 * (double)j, 1e-12);
    assert_false(k.converged);
    config.init = HS_KMEANS_DENSITY;
    k = book(*state, x, 11, &config);
    for (size_t j = 0; j < 4; j++)
        assert_close(centroid(&k, j), quantiles[j], 1e-12);
}

/* 0, 0, 0, 1, 100: linear begins at 0, 33.3, 66.7, 100; the two in the middle own nothing, the
 * first one moves to 1, and then every element has a centroid of its own value. */
static void centroids_without_elements_move_to_the_farthest_one(void **state)
{
    double x[] = {0, 0, 0, 1, 100};
    struct hs_kmeans_config config = hs_kmeans_config_default();
    struct hs_kmeans k;

    config.bits = 2;
    k = book(*state, x, 5, &config);
    assert_close(k.inertia, 0, 0);
    assert_close(hs_tensor_get(&k.values, 3), 1, 0);
    assert_true(k.converged);
    assert_int_equal(k.empty, 1); /* three distinct values, four codes */
}

static void a_constant_is_kept_exactly(void **state)
{
    double x[] = {0.1, 0.1, 0.1};
    struct hs_kmeans_config config = hs_kmeans_config_default();

    for (int init = 0; init < 3; init++) {
        struct hs_kmeans k;

        config.init = (enum hs_kmeans_init)init;
        k = book(*state, x, 3, &config);
        assert_close(k.inertia, 0, 0);
        assert_close(hs_tensor_get(&k.values, 2), 0.1, 0);
        assert_int_equal(k.empty, 15);
    }
}

/* The definition, element by element: nearest centroid, lower of two; sum of squares. */
static void codes_and_inertia_agree_with_a_plain_search(void **state)
{
    enum { N = 500 };
    double x[N], before = (double)INFINITY;
    struct hs_rng rng = hs_rng_seed(3, 0);
    struct hs_kmeans_config config = {.bits = 4, .init = HS_KMEANS_RANDOM, .seed = 5};

    for (size_t i = 0; i < N; i++)
        x[i] = i % 7 == 0 ? 0 : hs_rng_normal(&rng);
    for (config.iterations = 0; config.iterations < 12; config.iterations++) {
        struct hs_kmeans k = book(*state, x, N, &config);
        double inertia = 0;

        for (size_t i = 0; i < N; i++) {
            size_t best = 0;

            for (size_t j = 1; j < 16; j++)
                if (fabs(x[i] - centroid(&k, j)) < fabs(x[i] - centroid(&k, best)))
                    best = j;
            assert_close(hs_tensor_get(&k.values, i), centroid(&k, best), 0);
            inertia += pow(x[i] - centroid(&k, best), 2);
        }
        assert_close(k.inertia, inertia, 1e-12 * inertia);
        assert_true(k.inertia <= before * (1 + 1e-12)); /* it never grows */
        before = k.inertia;
    }
}

static void a_seed_gives_the_same_codebook_again(void **state)
{
    double x[64];
    struct hs_kmeans_config config = {.bits = 3, .init = HS_KMEANS_RANDOM, .seed = 1};
    struct hs_kmeans a, b;

    for (size_t i = 0; i < 64; i++)
        x[i] = sin((double)i);
    a = book(*state, x, 64, &config);
    b = book(*state, x, 64, &config);
    assert_memory_equal(a.centroids.data, b.centroids.data, 8 * sizeof(double));
    config.seed = 2;
    b = book(*state, x, 64, &config);
    assert_memory_not_equal(a.centroids.data, b.centroids.data, 8 * sizeof(double));
}

static void what_has_no_codebook_is_refused(void **state)
{
    double x[] = {1, (double)NAN, (double)INFINITY};
    size_t none = 0, two = 2, one = 1;
    struct hs_tensor t = hs_tensor_view(x, HS_FLOAT64, 1, &none);
    struct hs_kmeans_config config = hs_kmeans_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_kmeans k;

    assert_fails(hs_kmeans(&k, *state, &t, &config, &err), HS_ERANGE, &err, "empty");
    hs_error_clear(&err);
    t = hs_tensor_view(x, HS_FLOAT64, 1, &two);
    assert_fails(hs_kmeans(&k, *state, &t, &config, &err), HS_ERANGE, &err, "[1] is NaN");
    hs_error_clear(&err);
    t = hs_tensor_view(x + 2, HS_FLOAT64, 1, &one);
    assert_fails(hs_kmeans(&k, *state, &t, &config, &err), HS_ERANGE, &err, "[0] is infinite");
    hs_error_clear(&err);
    config.bits = 13;
    assert_fails(hs_kmeans(&k, *state, &t, &config, &err), HS_EINVAL, &err, "1 to 12 bits, not 13");
    assert_int_equal(hs_kmeans_init_find("density"), HS_KMEANS_DENSITY);
    assert_int_equal(hs_kmeans_init_find("forgy"), -1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(two_clouds_have_their_means),
        T(initial_centroids_are_those_of_the_paper),
        T(centroids_without_elements_move_to_the_farthest_one),
        T(a_constant_is_kept_exactly),
        T(codes_and_inertia_agree_with_a_plain_search),
        T(a_seed_gives_the_same_codebook_again),
        T(what_has_no_codebook_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
