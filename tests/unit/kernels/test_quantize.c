/* Every variant of the quantize family against the scalar kernel, bit for bit. */
#include "hs_test.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kernels/kernels.h"

/* Every size up to four tiles and one, then 2000 shapes at random. */
enum { CAP = 9000, PAD = 8, EVERY = 4 * 64 + 1, SHAPES = EVERY + 1 + 2000, CANARY = 0x5a };

static float x[CAP], dy[CAP];
static unsigned char got[CAP * 4 + 2 * PAD], want[CAP * 4 + 2 * PAD];

static size_t below(struct hs_rng *rng, size_t n)
{
    return (size_t)(hs_rng_uniform(rng) * (double)n);
}

/* Whatever is small, the neighbours of blocks, and now and then a run long enough for a proof. */
static size_t any_size(struct hs_rng *rng, size_t shape)
{
    static const size_t sizes[] = {1023, 1024, 1025, 4095, 4096, 4097};

    if (shape <= EVERY)
        return shape;
    if (shape - EVERY <= HS_COUNTOF(sizes))
        return sizes[shape - EVERY - 1];
    return shape % 8 == 0 ? 4096 + below(rng, CAP - 4096 - PAD) : below(rng, 300);
}

static struct hs_quantize_args any_args(struct hs_rng *rng, bool is_signed)
{
    static const double scales[] = {0.1, 1, 0.0078125, 3e-39, 1e-45, 3e38, 0x1p-100, 0x1p101};
    bool narrow = below(rng, 4) == 0;
    struct hs_quantize_args a = {.qmin = is_signed ? -128 : 0, .qmax = is_signed ? 127 : 255};
    size_t span;

    if (narrow) {
        a.qmax = a.qmin + 1 + (int32_t)below(rng, 254);
        a.qmin += (int32_t)below(rng, (size_t)(a.qmax - a.qmin));
    }
    span = (size_t)(a.qmax - a.qmin) + 1;
    a.zero_point = a.qmin + (int32_t)below(rng, span);
    a.nan_code = a.qmin + (int32_t)below(rng, span);
    a.scale = below(rng, 6) == 0 ? scales[below(rng, HS_COUNTOF(scales))]
                                 : exp(hs_rng_uniform(rng) * 20 - 14);
    a.rounding = below(rng, 8) == 0 ? HS_ROUND_HALF_AWAY : HS_ROUND_HALF_EVEN;
    a.reciprocal = below(rng, 3) == 0;
    a.zero_point_first = below(rng, 3) == 0;
    return a;
}

/* Ties and their neighbours within 3 ulp, ordinary values, and what breaks conversions. */
static void fill(struct hs_rng *rng, size_t n, const struct hs_quantize_args *a)
{
    static const float extremes[] = {NAN,      INFINITY, -INFINITY, 0.0f,   -0.0f, 3.4e38f,
                                     -3.4e38f, 1e-45f,   -1e-45f,   1e-38f, -2e9f, 2147483648.0f};
    bool wild = below(rng, 2) == 0;

    for (size_t i = 0; i < n; i++) {
        float t = ((float)below(rng, 600) - 299.5f) * (float)a->scale;

        for (size_t step = below(rng, 4); step > 0; step--)
            t = nextafterf(t, below(rng, 2) == 0 ? INFINITY : -INFINITY);
        if (below(rng, 3) == 0)
            t = (float)(hs_rng_normal(rng) * 60 * a->scale);
        x[i] = wild && below(rng, 9) == 0 ? extremes[below(rng, HS_COUNTOF(extremes))] : t;
        dy[i] = (float)hs_rng_normal(rng);
    }
}

static void wipe(void)
{
    memset(got, CANARY, sizeof got);
    memset(want, CANARY, sizeof want);
}

/* The whole buffers, canaries on both sides included. */
static void same(const char *op, const char *isa, size_t n)
{
    if (memcmp(got, want, sizeof got) == 0)
        return;
    for (size_t i = 0; i < sizeof got; i++)
        if (got[i] != want[i])
            fail_msg("%s %s, n = %zu: byte %zu is %d, scalar has %d", op, isa, n, i, got[i],
                     want[i]);
}

static bool present(const char *op, enum hs_isa isa)
{
    bool found = hs_isa_supported(isa);

    printf(found ? "compared: %s %s\n" : "skipped: %s needs %s\n", op, hs_isa_name(isa));
    return found;
}

#define QUANTIZE(NAME, T, SIGNED)                                               \
    static void check_##NAME(hs_##NAME##_fn *f, const char *isa)                \
    {                                                                           \
        struct hs_rng rng = hs_rng_seed(11, 1);                                 \
        for (size_t shape = 0; shape < SHAPES; shape++) {                       \
            struct hs_quantize_args a = any_args(&rng, SIGNED);                 \
            struct hs_clip_count c = {3, 5}, d = {3, 5};                        \
            size_t n = any_size(&rng, shape), off = shape % PAD;                \
            fill(&rng, n + PAD, &a);                                            \
            wipe();                                                             \
            f((T *)(void *)(got + off), x + off, n, &a, &c);                    \
            hs_##NAME##__scalar((T *)(void *)(want + off), x + off, n, &a, &d); \
            same(#NAME, isa, n);                                                \
            assert_int_equal(c.low, d.low);                                     \
            assert_int_equal(c.high, d.high);                                   \
        }                                                                       \
    }

#define DEQUANTIZE(NAME, T)                                                              \
    static void check_##NAME(hs_##NAME##_fn *f, const char *isa)                         \
    {                                                                                    \
        static const int32_t zeros[] = {0, 7, -128, 255, INT32_MAX, INT32_MIN, 1 << 30}; \
        struct hs_rng rng = hs_rng_seed(12, 1);                                          \
        T q[CAP];                                                                        \
        for (size_t shape = 0; shape < SHAPES; shape++) {                                \
            size_t n = any_size(&rng, shape), off = shape % PAD;                         \
            int32_t z = zeros[shape % HS_COUNTOF(zeros)];                                \
            float s = (float)exp(hs_rng_uniform(&rng) * 180 - 95);                       \
            for (size_t i = 0; i < n + PAD; i++)                                         \
                q[i] = (T)below(&rng, 256);                                              \
            wipe();                                                                      \
            f((float *)(void *)got + off, q + off, n, s, z);                             \
            hs_##NAME##__scalar((float *)(void *)want + off, q + off, n, s, z);          \
            same(#NAME, isa, n);                                                         \
        }                                                                                \
    }

QUANTIZE(quantize_f32_s8, int8_t, true)
QUANTIZE(quantize_f32_u8, uint8_t, false)
DEQUANTIZE(dequantize_s8_f32, int8_t)
DEQUANTIZE(dequantize_u8_f32, uint8_t)

static void check_fake_quantize_f32(hs_fake_quantize_f32_fn *f, const char *isa)
{
    struct hs_rng rng = hs_rng_seed(13, 1);

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct hs_quantize_args a = any_args(&rng, shape % 2 == 0);
        size_t n = any_size(&rng, shape), off = shape % PAD;

        fill(&rng, n + PAD, &a);
        wipe();
        f((float *)(void *)got + off, x + off, n, &a);
        hs_fake_quantize_f32__scalar((float *)(void *)want + off, x + off, n, &a);
        same("fake_quantize_f32", isa, n);
        f(x + off, x + off, n, &a); /* in place */
        assert_memory_equal(x + off, (float *)(void *)want + off, n * sizeof *x);
    }
}

static void check_fake_quantize_grad_f32(hs_fake_quantize_grad_f32_fn *f, const char *isa)
{
    struct hs_rng rng = hs_rng_seed(14, 1);

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct hs_quantize_args a = any_args(&rng, shape % 2 == 0);
        size_t n = any_size(&rng, shape), off = shape % PAD;

        fill(&rng, n + PAD, &a);
        wipe();
        f((float *)(void *)got + off, x + off, dy + off, n, &a);
        hs_fake_quantize_grad_f32__scalar((float *)(void *)want + off, x + off, dy + off, n, &a);
        same("fake_quantize_grad_f32", isa, n);
    }
}

static void each_vector_variant_has_the_bits_of_the_scalar_one(void **state)
{
    size_t compared = 0;

    (void)state;
#define ROW(op, name)                         \
    if (present(#op, HS_ISA_##name)) {        \
        check_##op(hs_##op##__##name, #name); \
        compared++;                           \
    }
#define ROWS(op) ROW(op, scalar) VECTOR_ROWS(op)
#if defined(__x86_64__)
#define VECTOR_ROWS(op) ROW(op, avx512)
#elif defined(__aarch64__)
#define VECTOR_ROWS(op) ROW(op, neon)
#else
#define VECTOR_ROWS(op)
#endif
    ROWS(quantize_f32_s8)
    ROWS(quantize_f32_u8)
    ROWS(dequantize_s8_f32)
    ROWS(dequantize_u8_f32)
    ROWS(fake_quantize_f32)
    ROWS(fake_quantize_grad_f32)
    assert_true(compared >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vector_variant_has_the_bits_of_the_scalar_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
