/* Every variant of the reduce family against the scalar kernel, bit for bit. */
#include "hs_test.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kernels/kernels.h"

/* Every size up to four tiles and one, then 2000 shapes at random. */
enum { CAP = 9000, PAD = 8, EVERY = 4 * 64 + 1, SHAPES = EVERY + 1 + 2000 };

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

static size_t any_size(struct hs_rng *rng, size_t shape)
{
    static const size_t sizes[] = {1023, 1024, 1025, 2047, 2048, 2049};

    return shape < HS_COUNTOF(sizes) ? sizes[shape] : below(rng, CAP - PAD);
}

static void check(hs_minmax_f32_fn *f)
{
    struct hs_rng rng = hs_rng_seed(21, 1);

    for (size_t shape = 0; shape < SHAPES; shape++) {
        size_t n = shape <= EVERY ? shape : any_size(&rng, shape - EVERY - 1);
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
#define ROW(name)                                        \
    if (hs_isa_supported(HS_ISA_##name)) {               \
        check(hs_minmax_f32__##name);                    \
        printf("compared: minmax_f32 %s\n", #name);      \
    } else {                                             \
        printf("skipped: minmax_f32 needs %s\n", #name); \
    }
    ROW(scalar)
#if defined(__x86_64__)
    ROW(avx512)
#elif defined(__aarch64__)
    ROW(neon)
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_range_is_the_scalar_one_down_to_the_sign_of_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
