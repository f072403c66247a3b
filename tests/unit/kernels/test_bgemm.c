/* bgemm: the order of its sums by hand, what is flushed, and every variant against the scalar one,
 * bit for bit. */
#include "variants.h"

enum { CAP = 1 << 17, RANDOM = 400 };

static float a[CAP], b[CAP], got[CAP], want[CAP];
static _Alignas(64) unsigned char scratch[(5 << 19) + 64];

static float any_value(struct hs_rng *rng, bool wild)
{
    static const float powers[] = {0x1p-126f, -0x1p-126f, 0x1p-63f,  0x1p-75f, -0x1p-76f,
                                   -0x1p-74f, 1e-40f,     -1e-40f,   1e-20f,   -1e-22f,
                                   0.0f,      -0.0f,      -0x1p-63f, 0x1p-64f, 0x1p-87f};

    if (wild && below(rng, 200) == 0)
        return any_extreme(rng);
    if (wild && below(rng, 2) == 0)
        return powers[below(rng, HS_COUNTOF(powers))];
    return (float)((int32_t)hs_rng_u32(rng)) * 0x1p-31f;
}

/* Fills a, b and both results; rows of C are ldc apart and what lies between must stay. */
static struct hs_sgemm any_product(struct hs_rng *rng, size_t m, size_t n, size_t k, unsigned kind)
{
    struct hs_sgemm g = {.m = m, .n = n, .k = k, .a = a + below(rng, 4), .b = b + below(rng, 4)};
    bool wild = below(rng, 3) == 0;

    g.a_transposed = kind & 1;
    g.b_transposed = kind & 2;
    g.accumulate = kind & 4;
    g.lda = (g.a_transposed ? m : k) + below(rng, 4);
    g.ldb = (g.b_transposed ? k : n) + below(rng, 4);
    g.ldc = n + below(rng, 4);
    assert_true((g.a_transposed ? k : m) * g.lda + 4 < CAP && m * g.ldc < CAP &&
                (g.b_transposed ? n : k) * g.ldb + 4 < CAP);
    for (size_t i = 0; i < (g.a_transposed ? k : m) * g.lda + 4; i++)
        a[i] = any_value(rng, wild);
    for (size_t i = 0; i < (g.b_transposed ? n : k) * g.ldb + 4; i++)
        b[i] = any_value(rng, wild);
    for (size_t i = 0; i < m * g.ldc + 64; i++)
        got[i] = want[i] = any_value(rng, wild);
    return g;
}

/* A NaN is a NaN: which one, processors choose. */
static void same_product(const struct hs_sgemm *g, const char *isa)
{
    for (size_t i = 0; i < g->m * g->ldc + 64; i++)
        if (memcmp(&got[i], &want[i], sizeof *got) != 0 && !(isnan(got[i]) && isnan(want[i])))
            fail_msg("bgemm %s %zu x %zu x %zu%s%s%s: element %zu (ldc %zu) is %a, not %a", isa,
                     g->m, g->n, g->k, g->a_transposed ? ", A transposed" : "",
                     g->b_transposed ? ", B transposed" : "", g->accumulate ? ", +=" : "", i,
                     g->ldc, (double)got[i], (double)want[i]);
}

static void compare(hs_bgemm_fn *f, const char *isa, struct hs_sgemm g)
{
    size_t bytes = hs_bgemm_scratch(g.m, g.n, g.k);

    assert_true(bytes + 64 <= sizeof scratch);
    memset(scratch + bytes, CANARY, 64);
    g.c = want;
    hs_bgemm__scalar(&g, NULL);
    g.c = got;
    f(&g, scratch);
    same_product(&g, isa);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(scratch[bytes + i], CANARY);
}

static void check_bgemm(hs_bgemm_fn *f, const char *isa)
{
    /* around tiles, steps, blocks (512 steps, 256 columns) and parts (16384 steps, 64 rows then) */
    static const size_t shapes[][3] = {{0, 5, 7},     {5, 0, 7},      {5, 7, 0},     {16, 16, 32},
                                       {17, 17, 33},  {32, 32, 64},   {33, 31, 65},  {15, 48, 31},
                                       {2, 3, 511},   {3, 2, 512},    {2, 17, 513},  {5, 33, 1025},
                                       {3, 255, 2},   {33, 256, 3},   {10, 257, 34}, {1, 513, 2},
                                       {192, 64, 70}, {3, 2, 16384},  {2, 3, 16417}, {67, 1, 1500},
                                       {64, 64, 576}, {100, 10, 128}, {1, 1, 32769}};
    struct hs_rng rng = hs_rng_seed(33, 1);

    for (size_t i = 0; i < HS_COUNTOF(shapes); i++)
        for (unsigned kind = 0; kind < 8; kind++)
            compare(f, isa, any_product(&rng, shapes[i][0], shapes[i][1], shapes[i][2], kind));
    for (unsigned i = 0; i < RANDOM; i++) {
        size_t most = i % 20 == 0 ? 150 : 50;

        compare(f, isa,
                any_product(&rng, below(&rng, most), below(&rng, most), below(&rng, most), i));
    }
}

static void every_variant_has_the_bits_of_the_scalar_one(void **state)
{
    size_t compared = 0;

    (void)state;
    check_bgemm(hs_bgemm__scalar, "scalar");
#define HS_KERNEL HS_VARIANT_ROW
#include "kernels/bgemm/bgemm.def"
#undef HS_KERNEL
    printf("%zu vector variants compared\n", compared);
}

/* More rows than are converted at once when there are that many steps: A has 70 x 16384. */
static void a_product_in_parts_is_the_sum_of_its_parts(void **state)
{
    enum { M = 70, K = 16384 + 96, N = 2 };
    static float large[M * K];
    struct hs_rng rng = hs_rng_seed(34, 1);
    struct hs_sgemm g = {.m = M, .n = N, .k = K, .a = large, .b = b, .c = got};

    (void)state;
    g.lda = K;
    g.ldb = g.ldc = N;
    for (size_t i = 0; i < HS_COUNTOF(large); i++)
        large[i] = any_value(&rng, false);
    for (size_t i = 0; i < (size_t)K * N; i++)
        b[i] = any_value(&rng, false);
    memset(got, 0, sizeof got);
    hs_kernels()->bgemm(&g, scratch);
    memcpy(want, got, sizeof want);
    memset(got, 0, sizeof got);
    g.accumulate = true;
    for (size_t p = 0; p < K; p += g.k) { /* parts that begin at multiples of 32 */
        g.k = K - p < 4096 ? K - p : 4096;
        g.a = large + p;
        g.b = b + p * N;
        g.m = M / 2;
        g.c = got;
        hs_kernels()->bgemm(&g, scratch);
        g.a += g.m * K;
        g.c += g.m * N;
        hs_kernels()->bgemm(&g, scratch);
    }
    assert_memory_equal(got, want, sizeof got);
}

/* One element of C from k values each. */
static float dot(const float *x, const float *y, size_t k, float c)
{
    struct hs_sgemm g = {.m = 1, .n = 1, .k = k, .a = x, .b = y, .c = &c};

    g.lda = k;
    g.ldb = g.ldc = 1;
    g.accumulate = true;
    hs_kernels()->bgemm(&g, scratch);
    return c;
}

static void pairs_are_summed_apart_and_rounded_as_documented(void **state)
{
    float ones[64], x[64] = {0x1p24f, 1, -0x1p24f, 1};

    (void)state;
    for (size_t i = 0; i < 64; i++)
        ones[i] = 1;
    assert_true(dot(x, ones, 4, 0) == 2); /* one after the other would lose the first 1 */
    x[2] = 0;
    x[32] = -0x1p24f; /* the next group of 32: 2^24 + 2, then - 2^24 */
    assert_true(dot(x, ones, 64, 0) == 2);
    assert_true(dot((float[]){0x1.01p0f}, ones, 1, 0) == 1); /* half to even */
    assert_true(dot((float[]){0x1.03p0f}, ones, 1, 0) == 0x1.04p0f);
    assert_true(dot((float[]){0x1.010002p0f}, ones, 1, 0) == 0x1.02p0f);
    assert_true(isinf(dot((float[]){3.4028235e38f}, ones, 1, 0)));
    assert_true(isnan(dot((float[]){NAN}, ones, 1, 0)));
}

static void what_underflows_is_zero(void **state)
{
    static const float x[] = {0x1p-63f, 0, 0x1p-75f, 0};

    (void)state;
    assert_true(dot((float[]){0x1p-127f}, (float[]){0x1p100f}, 1, 0) == 0);
    assert_true(dot((float[]){0x1p-64f}, (float[]){0x1p-63f}, 1, 0) == 0);
    assert_true(dot((float[]){1}, (float[]){1}, 1, 0x1p-127f) == 1);
    /* 2^-126 less 2^-150 is less than 2^-126 in 24 bits; less 2^-151 it rounds to 2^-126 */
    assert_true(dot(x, (float[]){0x1p-63f, 0, -0x1p-75f, 0}, 4, 0) == 0);
    assert_true(dot(x, (float[]){0x1p-63f, 0, -0x1p-76f, 0}, 4, 0) == 0x1p-126f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_summed_apart_and_rounded_as_documented),
        cmocka_unit_test(what_underflows_is_zero),
        cmocka_unit_test(every_variant_has_the_bits_of_the_scalar_one),
        cmocka_unit_test(a_product_in_parts_is_the_sum_of_its_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
