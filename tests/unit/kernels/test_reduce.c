/* Ranges and histograms: every vector variant against the scalar kernel, bit for bit, and the
 * scalar ones against what they are defined by. */
#include "variants.h"

/* Zeros of both signs (whose sign the first decides) and what is not finite, in some runs only. */
static void fill(struct hs_rng *rng, float *x, size_t n, size_t shape)
{
    for (size_t i = 0; i < n; i++) {
        float v = (float)hs_rng_normal(rng);

        if (shape % 4 == 1)
            v = v > 0 ? v : copysignf(0, (float)hs_rng_normal(rng));
        if (shape % 4 == 2)
            v = v < 0 ? v : copysignf(0, (float)hs_rng_normal(rng));
        if (shape % 4 == 3 && below(rng, shape % 8 == 3 ? 700 : 5) == 0)
            v = any_extreme(rng);
        x[i] = v;
    }
}

static void check_minmax_f32(hs_minmax_f32_fn *f, const char *isa)
{
    struct guarded g = guarded_new(MOST * sizeof(float));
    struct hs_rng rng = hs_rng_seed(21, 1);

    (void)isa;
    for (size_t shape = 0; shape < SHAPES; shape++) {
        size_t n = any_size(&rng, shape), bad;
        float lo = shape % 5 == 0 ? 0.0f : INFINITY, hi = shape % 7 == 0 ? -0.0f : -INFINITY;
        float lo2 = lo, hi2 = hi, *x = place(&g, n, sizeof *x, shape);

        fill(&rng, x, n, shape);
        bad = f(&lo, &hi, x, n);
        assert_int_equal(bad, hs_minmax_f32__scalar(&lo2, &hi2, x, n));
        assert_memory_equal(&lo, &lo2, sizeof lo);
        assert_memory_equal(&hi, &hi2, sizeof hi);
    }
    guarded_free(&g);
}

static void check_absmax_f32(hs_absmax_f32_fn *f, const char *isa)
{
    struct guarded g = guarded_new(MOST * sizeof(float));
    struct hs_rng rng = hs_rng_seed(22, 1);

    (void)isa;
    for (size_t shape = 0; shape < SHAPES; shape++) {
        size_t n = any_size(&rng, shape), bad;
        float got = shape % 5 == 0 ? 2.5f : 0.0f, want = got, *x = place(&g, n, sizeof *x, shape);

        fill(&rng, x, n, shape);
        bad = f(&got, x, n);
        assert_int_equal(bad, hs_absmax_f32__scalar(&want, x, n));
        assert_memory_equal(&got, &want, sizeof got);
    }
    guarded_free(&g);
}

static void check_histogram_f32(hs_histogram_f32_fn *f, const char *isa)
{
    static const size_t many[] = {1, 2, 3, 10, 128, 2047, 2048, 2049, 5000};
    struct guarded g = guarded_new(MOST * sizeof(float));
    struct guarded got = guarded_new(5000 * sizeof(uint64_t)), want = got;
    struct hs_rng rng = hs_rng_seed(23, 1);

    want = guarded_new(5000 * sizeof(uint64_t));
    for (size_t shape = 0; shape < SHAPES; shape++) {
        size_t n = any_size(&rng, shape), bins = many[below(&rng, HS_COUNTOF(many))];
        float lo = (float)hs_rng_normal(&rng), hi = lo + (float)exp(hs_rng_normal(&rng) * 3);
        float *x = place(&g, n, sizeof *x, shape);

        if (shape % 50 == 0)
            lo = -1.7e38f, hi = 1.7e38f; /* (x - lo) bins overflows */
        fill(&rng, x, n, shape);
        for (size_t i = 0; i < n; i++) /* edges of bins and their neighbours */
            if (below(&rng, 2) == 0)
                x[i] = nextafterf(lo + (hi - lo) * (float)below(&rng, bins + 1) / (float)bins,
                                  below(&rng, 2) == 0 ? lo : hi);
        assert_int_equal(f(place(&got, bins, 8, shape), bins, lo, hi, x, n),
                         hs_histogram_f32__scalar(place(&want, bins, 8, shape), bins, lo, hi, x,
                                                  n));
        same("histogram_f32", isa, n, &got, &want);
    }
    guarded_free(&g);
    guarded_free(&got);
    guarded_free(&want);
}

static void each_vector_variant_has_the_bits_of_the_scalar_one(void **state)
{
    size_t compared = 0;

    (void)state;
#define HS_KERNEL HS_VARIANT_ROW
#include "kernels/reduce/reduce.def"
#undef HS_KERNEL
    printf("%zu variants\n", compared);
}

static void a_histogram_counts_as_torch_histc_does(void **state)
{
    static const float x[] = {0, 0.5f, 1, 1.0000001f, 2.999f, 3, 4, -0.001f, 4.001f, NAN, INFINITY};
    static const uint64_t want[] = {2, 2, 1, 2}; /* 4 falls into the last bin */
    uint64_t counts[4] = {0}, more[2] = {5, 7}, many[100] = {0};

    (void)state;
    assert_int_equal(hs_kernels()->histogram_f32(counts, 4, 0, 4, x, HS_COUNTOF(x)), 4);
    assert_memory_equal(counts, want, sizeof want);
    assert_int_equal(hs_kernels()->histogram_f32(more, 2, -1, 1, x, 3), 0);
    assert_int_equal(more[0], 5); /* counts are added to */
    assert_int_equal(more[1], 10);
    /* where (x - lo) bins / (hi - lo) would round up to 53: PyTorch 1.13.1 has it in bin 52 */
    assert_int_equal(hs_kernels()->histogram_f32(many, 100, -0x1.62545ap-5f, 0x1.24da3p-5f,
                                                 &(float){-0x1.6a57780p-10f}, 1),
                     0);
    assert_int_equal(many[52], 1);
}

static void a_bin_holds_more_than_its_counters_of_a_chunk(void **state)
{
    enum { MANY = 700001 };
    struct guarded g = guarded_new(MANY * sizeof(float));
    uint64_t counts[3] = {0};
    float *x = (void *)g.bytes;

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        x[i] = 1.5f;
    assert_int_equal(hs_kernels()->histogram_f32(counts, 3, 0, 3, x, MANY), 0);
    assert_true(counts[0] == 0 && counts[1] == MANY && counts[2] == 0);
    for (size_t i = 0; i < MANY; i++)
        x[i] = NAN;
    assert_int_equal(hs_kernels()->histogram_f32(counts, 3, 0, 3, x, MANY), MANY);
    guarded_free(&g);
}

static void the_largest_magnitude_is_that_of_the_finite(void **state)
{
    static const float x[] = {1, -3, NAN, 2.5f, -INFINITY};
    float most = 0;

    (void)state;
    assert_int_equal(hs_kernels()->absmax_f32(&most, x, HS_COUNTOF(x)), 2);
    assert_close((double)most, 3, 0);
    assert_int_equal(hs_kernels()->absmax_f32(&most, x, 1), 0);
    assert_close((double)most, 3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vector_variant_has_the_bits_of_the_scalar_one),
        cmocka_unit_test(a_histogram_counts_as_torch_histc_does),
        cmocka_unit_test(a_bin_holds_more_than_its_counters_of_a_chunk),
        cmocka_unit_test(the_largest_magnitude_is_that_of_the_finite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
