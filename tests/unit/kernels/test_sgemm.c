/* Every variant of sgemm against the chain of fmaf that sgemm.h promises, bit for bit. */
#include "variants.h"

/* The largest tile is 9 x 48; blocks are 168 rows, 384 columns and 512 steps (128 when A is low). */
enum { ROWS = 9, WIDTH = 48, KC = 512, MC = 168, NC = 384, RANDOM = 2000, CAP = 1 << 18 };

static const float canary = 12345.5f;
static float a[CAP], b[CAP], got[CAP], want[CAP];
static _Alignas(64) unsigned char scratch[5 << 18];

struct shape {
    size_t m, n, k, lda, ldb, ldc, off;
    bool a_transposed, b_transposed, accumulate, wild;
};

static float any_value(struct hs_rng *rng, bool wild)
{
    static const float extremes[] = {0.0f,     -0.0f,    3e38f,  -3e38f,   1e-45f,
                                     -1e-45f,  1e-38f,   1e-20f, INFINITY, -INFINITY,
                                     16777216, -1.5e19f, 1.5e19f};

    if (wild && below(rng, 40) == 0)
        return extremes[below(rng, HS_COUNTOF(extremes))];
    return (float)((int32_t)hs_rng_u32(rng)) * 0x1p-31f;
}

static void prepare(const struct shape *s, struct hs_rng *rng)
{
    size_t a_size = (s->a_transposed ? s->k : s->m) * s->lda + s->off;
    size_t b_size = (s->b_transposed ? s->n : s->k) * s->ldb + s->off;
    size_t c_size = s->m * s->ldc + s->off + WIDTH;

    if (a_size > CAP || b_size > CAP || c_size > CAP)
        fail_msg("%zu x %zu x %zu does not fit the test's buffers", s->m, s->n, s->k);
    for (size_t i = 0; i < a_size; i++)
        a[i] = any_value(rng, s->wild);
    for (size_t i = 0; i < b_size; i++)
        b[i] = any_value(rng, s->wild);
    for (size_t i = 0; i < c_size; i++)
        got[i] = want[i] = canary;
    for (size_t i = 0; s->accumulate && i < s->m; i++)
        for (size_t j = 0; j < s->n; j++)
            got[s->off + i * s->ldc + j] = want[s->off + i * s->ldc + j] = any_value(rng, s->wild);
}

/* The formula of sgemm.h, written down once more. */
static void reference(const struct shape *s)
{
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->n; j++) {
            float c = s->accumulate ? want[s->off + i * s->ldc + j] : 0;

            for (size_t p = 0; p < s->k; p++)
                c = fmaf(a[s->off + (s->a_transposed ? p * s->lda + i : i * s->lda + p)],
                         b[s->off + (s->b_transposed ? j * s->ldb + p : p * s->ldb + j)], c);
            want[s->off + i * s->ldc + j] = c;
        }
}

/* A NaN is a NaN: which one, processors choose. */
static void same_product(const struct shape *s, const char *isa)
{
    for (size_t i = 0; i < s->off + s->m * s->ldc + WIDTH; i++)
        if (memcmp(&got[i], &want[i], sizeof *got) != 0 && !(isnan(got[i]) && isnan(want[i])))
            fail_msg("sgemm %s %zu x %zu x %zu%s%s%s: element %zu (ldc %zu, off %zu) is %a, not %a",
                     isa, s->m, s->n, s->k, s->a_transposed ? ", A transposed" : "",
                     s->b_transposed ? ", B transposed" : "", s->accumulate ? ", +=" : "", i,
                     s->ldc, s->off, (double)got[i], (double)want[i]);
}

static void compare(hs_sgemm_fn *f, const char *isa, const struct shape *s, struct hs_rng *rng)
{
    struct hs_sgemm g = {.m = s->m,
                         .n = s->n,
                         .k = s->k,
                         .a = a + s->off,
                         .b = b + s->off,
                         .c = got + s->off,
                         .lda = s->lda,
                         .ldb = s->ldb,
                         .ldc = s->ldc,
                         .a_transposed = s->a_transposed,
                         .b_transposed = s->b_transposed,
                         .accumulate = s->accumulate};
    size_t bytes = hs_sgemm_scratch(s->m, s->n, s->k);

    assert_true(bytes < sizeof scratch);
    memset(scratch + bytes, 0x5a, 64);
    prepare(s, rng);
    reference(s);
    f(&g, scratch);
    same_product(s, isa);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(scratch[bytes + i], 0x5a);
}

static struct shape any_layout(struct hs_rng *rng, size_t m, size_t n, size_t k)
{
    struct shape s = {.m = m, .n = n, .k = k, .off = below(rng, 8)};

    s.a_transposed = below(rng, 2) == 0;
    s.b_transposed = below(rng, 2) == 0;
    s.accumulate = below(rng, 2) == 0;
    s.wild = below(rng, 4) == 0;
    s.lda = (s.a_transposed ? m : k) + below(rng, 4);
    s.ldb = (s.b_transposed ? k : n) + below(rng, 4);
    s.ldc = n + below(rng, 4);
    return s;
}

static void every_size(hs_sgemm_fn *f, const char *isa, struct hs_rng *rng)
{
    static const size_t rows[] = {1, ROWS - 1, ROWS, ROWS + 1};
    static const size_t cols[] = {1, WIDTH - 1, WIDTH, WIDTH + 1};
    static const size_t steps[] = {1, 16, 17};

    for (size_t i = 0; i < 4; i++)
        for (size_t p = 0; p < HS_COUNTOF(steps); p++) {
            struct shape s;

            for (size_t n = 0; n <= 4 * WIDTH + 1; n++) {
                s = any_layout(rng, rows[i], n, steps[p]);
                compare(f, isa, &s, rng);
            }
            for (size_t m = 0; m <= 4 * ROWS + 1; m++) {
                s = any_layout(rng, m, cols[i], steps[p]);
                compare(f, isa, &s, rng);
            }
        }
    for (size_t k = 0; k <= 4 * 16 + 1; k++)
        for (size_t i = 0; i < 16; i++) {
            struct shape s = any_layout(rng, rows[i % 4], cols[i / 4], k);

            compare(f, isa, &s, rng);
        }
}

/* Around the blocks, and layouts that are read without a copy, or are not for their stride. */
static void every_block(hs_sgemm_fn *f, const char *isa, struct hs_rng *rng)
{
    static const size_t shapes[][3] = {{2, 3, KC - 1},     {2, 17, KC},         {3, 2, KC + 1},
                                       {1, 1, 2 * KC},     {5, 50, 2 * KC + 1}, {3, NC - 1, 2},
                                       {2, NC, 3},         {10, NC + 1, 2},     {1, 2 * NC + 1, 3},
                                       {MC - 1, 49, 2},    {MC, 49, 3},         {MC + 1, 50, 2},
                                       {2 * MC + 1, 3, 5}, {20, 64, 33},        {20, 112, 40}};

    for (size_t i = 0; i < HS_COUNTOF(shapes); i++)
        for (int layout = 0; layout < 8; layout++) {
            struct shape s = any_layout(rng, shapes[i][0], shapes[i][1], shapes[i][2]);

            s.a_transposed = layout & 1;
            s.b_transposed = layout & 2;
            s.lda = s.a_transposed ? s.m : s.k;
            s.ldb = s.b_transposed ? s.k : s.n;
            if (layout & 4 && s.a_transposed && s.k * 512 < CAP / 2)
                s.lda = (s.lda + 511) / 512 * 512;
            if (layout & 4 && !s.b_transposed && s.k * 1024 < CAP / 2)
                s.ldb = (s.ldb + 511) / 512 * 512;
            s.off = layout & 4 ? 0 : s.off;
            compare(f, isa, &s, rng);
        }
}

static void check_sgemm(hs_sgemm_fn *f, const char *isa)
{
    struct hs_rng rng = hs_rng_seed(31, 1);

    every_size(f, isa, &rng);
    every_block(f, isa, &rng);
    for (size_t shape = 0; shape < RANDOM; shape++) {
        size_t most = shape % 50 == 0 ? 150 : 40;
        struct shape s = any_layout(&rng, below(&rng, most), below(&rng, most), below(&rng, most));

        compare(f, isa, &s, &rng);
    }
}

static void every_variant_has_the_bits_of_one_chain_of_fmaf(void **state)
{
    size_t compared = 0;

    (void)state;
    check_sgemm(hs_sgemm__scalar, "scalar");
#define HS_KERNEL HS_VARIANT_ROW
#include "kernels/sgemm/sgemm.def"
#undef HS_KERNEL
    printf("%zu vector variants compared\n", compared);
}

static struct hs_sgemm product(size_t m, size_t n, size_t k)
{
    return (struct hs_sgemm){
        .m = m, .n = n, .k = k, .a = a, .b = b, .c = got, .lda = k, .ldb = n, .ldc = n};
}

/* What lets threads share out a product and still give the same weights. */
static void parts_of_a_product_have_the_bits_of_the_whole(void **state)
{
    enum { M = 101, N = 130, K = 70, CUT = 37 };
    struct shape s = {.m = M, .n = N, .k = K, .lda = K, .ldb = N, .ldc = N};
    struct hs_rng rng = hs_rng_seed(32, 1);
    struct hs_sgemm g = product(M, N, K);

    (void)state;
    prepare(&s, &rng);
    hs_kernels()->sgemm(&g, scratch);
    memcpy(want, got, sizeof want);
    for (size_t i = 0; i < M * N; i++)
        got[i] = canary;
    g.m = CUT;
    hs_kernels()->sgemm(&g, scratch);
    g.m = M - CUT;
    g.a += CUT * K;
    g.c += CUT * N;
    hs_kernels()->sgemm(&g, scratch);
    assert_memory_equal(got, want, M * N * sizeof *got);
    g = product(M, CUT, K);
    g.ldb = g.ldc = N;
    hs_kernels()->sgemm(&g, scratch);
    g.b += CUT;
    g.c += CUT;
    g.n = N - CUT;
    hs_kernels()->sgemm(&g, scratch);
    assert_memory_equal(got, want, M * N * sizeof *got);
    g = product(M, N, CUT); /* and in steps of k, going on in C */
    g.lda = K;
    hs_kernels()->sgemm(&g, scratch);
    g.a += CUT;
    g.b += CUT * N;
    g.k = K - CUT;
    g.accumulate = true;
    hs_kernels()->sgemm(&g, scratch);
    assert_memory_equal(got, want, M * N * sizeof *got);
}

static void a_product_by_hand(void **state)
{
    static const float x[] = {1, 2, 3, 4, 5, 6}, w[] = {1, 0, -1, 2, 1, 0};
    float y[4] = {10, 20, 30, 40};
    struct hs_sgemm g = {.m = 2,
                         .n = 2,
                         .k = 3,
                         .a = x,
                         .b = w,
                         .c = y,
                         .lda = 3,
                         .ldb = 3,
                         .ldc = 2,
                         .b_transposed = true,
                         .accumulate = true};

    (void)state;
    hs_kernels()->sgemm(&g, scratch); /* x w^T: [[1 - 3, 2 + 2], [4 - 6, 8 + 5]] */
    assert_memory_equal(y, ((float[]){8, 24, 28, 53}), sizeof y);
    g.accumulate = false;
    g.k = 0;
    hs_kernels()->sgemm(&g, scratch);
    assert_memory_equal(y, ((float[]){0, 0, 0, 0}), sizeof y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_by_hand),
        cmocka_unit_test(every_variant_has_the_bits_of_one_chain_of_fmaf),
        cmocka_unit_test(parts_of_a_product_have_the_bits_of_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
