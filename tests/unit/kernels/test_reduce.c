/* Every variant of the reduce family against the scalar kernel, bit for bit. */
#include "hs_test.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kernels/kernels.h"

enum { CAP = 9000, PAD = 8, SHAPES = 2000 };

static float x[CAP];

static size_t below(struct hs_rng *rng, size_t n)
{
    return (size_t)(hs_rng_uniform(rng) * (double)n);
}

/* Zeros of both signs (whose sign the first decides) and what is not finite, in some runs only. */
static void fill(struct hs_rng *rng, size_t n, size_t shape)
{
    static const float extremes[] = {NAN,  INFINITY, -INFINITY, -0.0f,
                                     0.0f, 3.4e38f,  -3.4e38f,  1e-45f};

    for (size_t i = 0; i < n; i++) {
        float v = (float)hs_rng_normal(rng);

        if (shape % 4 == 1)
            v = v > 0 ? v : copysignf(0, (float)hs_rng_normal(rng));
        if (shape % 4 == 2)
            v = v < 0 ? v : copysignf(0, (float)hs_rng_normal(rng));
        if (shape % 4 == 3 && below(rng, 700) == 0)
            v = extremes[below(rng, HS_COUNTOF(extremes))];
        x[i] = v;
    }
}

static void check(hs_minmax_f32_fn *f)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 1023, 1024, 1025, 2047, 2048, 2049};
    struct hs_rng rng = hs_rng_seed(21, 1);

    for (size_t shape = 0; shape < SHAPES; shape++) {
        size_t n = shape < HS_COUNTOF(sizes) ? sizes[shape] : below(&rng, CAP - PAD);
        size_t off = shape % PAD, bad;
        float lo = shape % 5 == 0 ? 0.0f : INFINITY, hi = shape % 7 == 0 ? -0.0f : -INFINITY;
        float lo2 = lo, hi2 = hi;

        fill(&rng, n + PAD, shape);
        bad = f(&lo, &hi, x + off, n);
        assert_int_equal(bad, hs_minmax_f32__scalar(&lo2, &hi2, x + off, n));
        assert_memory_equal(&lo, &lo2, sizeof lo);
        assert_memory_equal(&hi, &hi2, sizeof hi);
    }
}

static void the_range_is_the_scalar_one_down_to_the_sign_of_zero(void **state)
{
    (void)state;
    check(hs_minmax_f32__scalar);
#if defined(__x86_64__)
    if (hs_isa_supported(HS_ISA_avx512))
        check(hs_minmax_f32__avx512);
    else
        printf("skipped: minmax_f32 needs avx512\n");
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_range_is_the_scalar_one_down_to_the_sign_of_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
