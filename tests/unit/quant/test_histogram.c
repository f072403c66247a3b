/* HistogramObserver on numbers that PyTorch 1.13.1 gave for the same data (CPU, AVX2). */
#include "hs_test.h"

#include <math.h>

#include "quant/histogram.h"

enum { MOST = 5000 };

/* x[i] = ((37 i mod 101) - 50) / 16 * factor + shift: exact in float32. */
static const float *wave(float *x, size_t n, float factor, float shift)
{
    for (size_t i = 0; i < n; i++)
        x[i] = ((float)(i * 37 % 101) - 50) / 16 * factor + shift;
    return x;
}

static void add(struct hs_arena *arena, struct hs_histogram *h, size_t n, float factor, float shift)
{
    float x[MOST];
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_histogram_add(h, arena, wave(x, n, factor, shift), n, &err), &err);
}

static struct hs_histogram start(struct hs_arena *arena, size_t bins)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_histogram h;

    assert_ok(hs_histogram_init(&h, arena, bins, &err), &err);
    return h;
}

static void assert_histogram(struct hs_arena *arena, const struct hs_histogram *h, double min,
                             double max, const double *counts, double low, double high)
{
    struct hs_error err = HS_ERROR_INIT;
    float a, b;

    assert_close((double)h->min, min, 0);
    assert_close((double)h->max, max, 0);
    for (size_t i = 0; i < h->bins; i++)
        assert_close((double)h->counts[i], counts[i], 0);
    assert_ok(hs_histogram_search(&a, &b, arena, h, 256, &err), &err);
    assert_close((double)a, low, 0);
    assert_close((double)b, high, 0);
}

/* histc counts from -3 to 3: the elements beyond are in no bin. */
static void one_batch_counts_between_whole_numbers(void **state)
{
    static const double counts[] = {5, 4, 6, 4, 5, 4, 5, 5};
    struct hs_histogram h = start(*state, 8);

    add(*state, &h, 40, 1, 0);
    assert_histogram(*state, &h, -3.125, 3.125, counts, -3.125, 2.34375);
}

static void a_wider_batch_spreads_the_counts_on_a_new_grid(void **state)
{
    static const double counts[] = {5, 4, 6, 23, 24, 4, 5, 5};
    struct hs_histogram h = start(*state, 8);

    add(*state, &h, 40, 1, 0);
    add(*state, &h, 40, 4, 0);
    assert_histogram(*state, &h, -12.5, 12.5, counts, -12.5, 9.375);
}

static void shifted_batches_leave_fractions(void **state)
{
    static const double counts[] = {8, 7, 23.46875, 42, 41.921875, 25.125, 11.484375, 8};
    struct hs_histogram h = start(*state, 8);

    add(*state, &h, 60, 1, 0.5f);
    add(*state, &h, 60, 0.5f, 0);
    add(*state, &h, 60, 2, 0);
    assert_histogram(*state, &h, -6.25, 6.25, counts, -6.25, 4.6875);
}

static void a_range_without_width_is_forgotten(void **state)
{
    static const double constant[] = {0, 0, 5, 0}, counts[] = {9, 10, 9, 10};
    struct hs_histogram h = start(*state, 4);

    add(*state, &h, 5, 0, 3);
    assert_histogram(*state, &h, 3, 3, constant, 3, 3);
    add(*state, &h, 0, 1, 0); /* an empty batch says nothing */
    assert_histogram(*state, &h, 3, 3, constant, 3, 3);
    add(*state, &h, 40, 1, 0);
    assert_histogram(*state, &h, -3.125, 3.125, counts, -3.125, 1.5625);
}

/* v[i] = (2654435761 i mod 1000003) / 1000 as float32; sums of torch.Tensor.sum. */
static void sums_are_ordered_as_torch_orders_them(void **state)
{
    static const struct {
        size_t n;
        double sum;
    } rows[] = {{7, 0x1.74f85cp+11},
                {8, 0x1.f14b22p+11},
                {100, 0x1.9aedb6p+15},
                {2048, 0x1.f4dde8p+19},
                {5000, 0x1.3189d6p+21}};
    float v[MOST];

    (void)state;
    for (uint64_t i = 0; i < MOST; i++)
        v[i] = (float)((double)(i * 2654435761u % 1000003) / 1000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_close((double)hs_torch_sum(v, rows[i].n), rows[i].sum, 0);
}

static void what_no_grid_holds_is_refused_and_changes_nothing(void **state)
{
    float narrow[] = {1, 1.0000001f}, wide[] = {-3e38f, 1e38f};
    struct hs_histogram h = start(*state, 2048);
    struct hs_error err = HS_ERROR_INIT;
    float before;

    assert_ok(hs_histogram_add(&h, *state, narrow, 2, &err), &err);
    before = h.counts[0];
    assert_fails(hs_histogram_add(&h, *state, wide, 2, &err), HS_ERANGE, &err,
                 "use the observer minmax");
    assert_close((double)h.min, 1, 0);
    assert_close((double)h.counts[0], (double)before, 0);
    hs_error_clear(&err);
    assert_fails(hs_histogram_init(&h, *state, 1, &err), HS_EINVAL, &err, "bins 1 must be 2 to");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(one_batch_counts_between_whole_numbers),
        T(a_wider_batch_spreads_the_counts_on_a_new_grid),
        T(shifted_batches_leave_fractions),
        T(a_range_without_width_is_forgotten),
        T(sums_are_ordered_as_torch_orders_them),
        T(what_no_grid_holds_is_refused_and_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
