/* Every vector variant of the quantize family against the scalar kernel, bit for bit, and the proof
 * that lets them multiply. */
#include "variants.h"

#include "kernels/quantize/code.h"
#include "kernels/quantize/plan.h"

static struct hs_quantize_args any_args(struct hs_rng *rng, bool is_signed)
{
    static const double scales[] = {0.1, 1, 0.0078125, 3e-39, 1e-45, 3e38, 0x1p-100, 0x1p101, 0.75};
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

/* For values, codes may have more bits than 8. */
static struct hs_quantize_args any_value_args(struct hs_rng *rng, size_t shape)
{
    struct hs_quantize_args a = any_args(rng, shape % 2 == 0);

    if (shape % 5 == 0) {
        int32_t half = 1 << (8 + below(rng, 16));

        a.qmin = -half;
        a.qmax = half - 1;
        a.zero_point = below(rng, 2) == 0 ? 0 : (int32_t)below(rng, (size_t)half) - half / 2;
    }
    return a;
}

/* Ties and their neighbours within 3 ulp, ordinary values, and what breaks conversions. */
static void fill(struct hs_rng *rng, float *x, size_t n, const struct hs_quantize_args *a)
{
    float span = (float)(a->qmax - a->qmin) * 2 + 90, middle = (float)(a->qmax / 2 + a->qmin / 2);
    size_t kind = below(rng, 3);

    for (size_t i = 0; i < n; i++) {
        float code = floorf((float)(hs_rng_uniform(rng) - 0.5) * span) + middle + 0.5f;
        float t = (code - (float)a->zero_point) * (float)a->scale;

        for (size_t step = below(rng, 4); step > 0; step--)
            t = nextafterf(t, below(rng, 2) == 0 ? INFINITY : -INFINITY);
        if (kind == 0 || below(rng, 3) == 0) /* few clip, or none */
            t = (float)(hs_rng_normal(rng) * (kind == 0 ? 20 : 60) * a->scale);
        x[i] = kind == 2 && below(rng, 9) == 0 ? any_extreme(rng) : t;
    }
}

/* Buffers of one check: inputs, and results of the variant and of the scalar kernel. */
struct bench {
    struct guarded x, dy, got, want, got2, want2;
};

static struct bench begin(void)
{
    size_t bytes = MOST * sizeof(float);

    return (struct bench){guarded_new(bytes), guarded_new(bytes), guarded_new(bytes),
                          guarded_new(bytes), guarded_new(bytes), guarded_new(bytes)};
}

static void end(struct bench *b)
{
    guarded_free(&b->x);
    guarded_free(&b->dy);
    guarded_free(&b->got);
    guarded_free(&b->want);
    guarded_free(&b->got2);
    guarded_free(&b->want2);
}

#define QUANTIZE(NAME, T, SIGNED)                                                            \
    static void check_##NAME(hs_##NAME##_fn *f, const char *isa)                             \
    {                                                                                        \
        struct hs_rng rng = hs_rng_seed(11, 1);                                              \
        struct bench b = begin();                                                            \
        for (size_t shape = 0; shape < SHAPES; shape++) {                                    \
            struct hs_quantize_args a = any_args(&rng, SIGNED);                              \
            struct hs_clip_count c = {3, 5}, d = {3, 5};                                     \
            size_t n = any_size(&rng, shape);                                                \
            float *x = place(&b.x, n, sizeof *x, shape);                                     \
            fill(&rng, x, n, &a);                                                            \
            f((T *)place(&b.got, n, sizeof(T), shape / 2), x, n, &a, &c);                    \
            hs_##NAME##__scalar((T *)place(&b.want, n, sizeof(T), shape / 2), x, n, &a, &d); \
            same(#NAME, isa, n, &b.got, &b.want);                                            \
            assert_int_equal(c.low, d.low);                                                  \
            assert_int_equal(c.high, d.high);                                                \
        }                                                                                    \
        end(&b);                                                                             \
    }

#define DEQUANTIZE(NAME, T, CODES)                                                        \
    static void check_##NAME(hs_##NAME##_fn *f, const char *isa)                          \
    {                                                                                     \
        static const int32_t zeros[] = {0, 7, -128, 255, INT32_MAX, INT32_MIN, 1 << 30};  \
        struct hs_rng rng = hs_rng_seed(12, 1);                                           \
        struct bench b = begin();                                                         \
        for (size_t shape = 0; shape < SHAPES; shape++) {                                 \
            size_t n = any_size(&rng, shape);                                             \
            int32_t z = zeros[shape % HS_COUNTOF(zeros)];                                 \
            float s = (float)exp(hs_rng_uniform(&rng) * 180 - 95);                        \
            T *q = place(&b.x, n, sizeof *q, shape);                                      \
            for (size_t i = 0; i < n; i++)                                                \
                q[i] = (T)(int64_t)(hs_rng_uniform(&rng) * (CODES));                      \
            f(place(&b.got, n, sizeof(float), shape / 2), q, n, s, z);                    \
            hs_##NAME##__scalar(place(&b.want, n, sizeof(float), shape / 2), q, n, s, z); \
            same(#NAME, isa, n, &b.got, &b.want);                                         \
        }                                                                                 \
        end(&b);                                                                          \
    }

#define QUANTIZE_ROWS(NAME, T, SIGNED)                                                         \
    static void check_##NAME(hs_##NAME##_fn *f, const char *isa)                               \
    {                                                                                          \
        struct hs_rng rng = hs_rng_seed(18, 1);                                                \
        struct bench b = begin();                                                              \
        for (size_t shape = 0; shape < SHAPES; shape++) {                                      \
            struct hs_quantize_args a[7];                                                      \
            struct hs_clip_count c = {3, 5}, d = {3, 5};                                       \
            size_t len = any_size(&rng, shape), rows, n = 1 + below(&rng, 7);                  \
            float *x;                                                                          \
            for (size_t i = 0; i < n; i++)                                                     \
                a[i] = any_args(&rng, SIGNED);                                                 \
            rows = below(&rng, len < 100 ? 20 : len < 1500 ? 3000 / len : 2);                  \
            x = place(&b.x, rows * len, sizeof *x, shape);                                     \
            for (size_t i = 0; i < rows; i++)                                                  \
                fill(&rng, x + i * len, len, &a[i % n]);                                       \
            f((T *)place(&b.got, rows *len, sizeof(T), shape / 2), x, rows, len, a, n, &c);    \
            hs_##NAME##__scalar((T *)place(&b.want, rows *len, sizeof(T), shape / 2), x, rows, \
                                len, a, n, &d);                                                \
            same(#NAME, isa, len, &b.got, &b.want);                                            \
            assert_int_equal(c.low, d.low);                                                    \
            assert_int_equal(c.high, d.high);                                                  \
        }                                                                                      \
        end(&b);                                                                               \
    }

QUANTIZE(quantize_f32_s8, int8_t, true)
QUANTIZE_ROWS(quantize_rows_f32_s8, int8_t, true)
QUANTIZE_ROWS(quantize_rows_f32_u8, uint8_t, false)
QUANTIZE(quantize_f32_u8, uint8_t, false)

static void check_quantize_f32_s32(hs_quantize_f32_s32_fn *f, const char *isa)
{
    struct hs_rng rng = hs_rng_seed(20, 1);
    struct bench b = begin();

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct hs_quantize_args a = any_value_args(&rng, shape);
        struct hs_clip_count c = {3, 5}, d = {3, 5};
        size_t n = any_size(&rng, shape);
        float *x = place(&b.x, n, sizeof *x, shape);

        fill(&rng, x, n, &a);
        f(place(&b.got, n, sizeof(int32_t), shape / 2), x, n, &a, &c);
        hs_quantize_f32_s32__scalar(place(&b.want, n, sizeof(int32_t), shape / 2), x, n, &a, &d);
        same("quantize_f32_s32", isa, n, &b.got, &b.want);
        assert_int_equal(c.low, d.low);
        assert_int_equal(c.high, d.high);
    }
    end(&b);
}

DEQUANTIZE(dequantize_s8_f32, int8_t, 256)
DEQUANTIZE(dequantize_s32_f32, int32_t, shape % 4 == 0 ? 4294967296.0 : 65536.0)
DEQUANTIZE(dequantize_u8_f32, uint8_t, 256)

static void check_fake_quantize_f32(hs_fake_quantize_f32_fn *f, const char *isa)
{
    struct hs_rng rng = hs_rng_seed(13, 1);
    struct bench b = begin();

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct hs_quantize_args a = any_value_args(&rng, shape);
        size_t n = any_size(&rng, shape);
        float *x = place(&b.x, n, sizeof *x, shape), *y;

        fill(&rng, x, n, &a);
        f(place(&b.got, n, sizeof *y, shape / 2), x, n, &a);
        y = place(&b.want, n, sizeof *y, shape / 2);
        hs_fake_quantize_f32__scalar(y, x, n, &a);
        same("fake_quantize_f32", isa, n, &b.got, &b.want);
        f(x, x, n, &a); /* in place */
        assert_memory_equal(x, y, n * sizeof *x);
    }
    end(&b);
}

static void check_fake_quantize_grad_f32(hs_fake_quantize_grad_f32_fn *f, const char *isa)
{
    struct hs_rng rng = hs_rng_seed(14, 1);
    struct bench b = begin();

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct hs_quantize_args a = any_value_args(&rng, shape);
        size_t n = any_size(&rng, shape);
        float *x = place(&b.x, n, sizeof *x, shape), *dy = place(&b.dy, n, sizeof *x, shape / 4);

        fill(&rng, x, n, &a);
        fill(&rng, dy, n, &a);
        f(place(&b.got, n, sizeof *x, shape / 2), x, dy, n, &a);
        hs_fake_quantize_grad_f32__scalar(place(&b.want, n, sizeof *x, shape / 2), x, dy, n, &a);
        same("fake_quantize_grad_f32", isa, n, &b.got, &b.want);
    }
    end(&b);
}

static void check_fake_quantize_with_grad_f32(hs_fake_quantize_with_grad_f32_fn *f, const char *isa)
{
    struct hs_rng rng = hs_rng_seed(15, 1);
    struct bench b = begin();

    for (size_t shape = 0; shape < SHAPES; shape++) {
        struct hs_quantize_args a = any_value_args(&rng, shape);
        size_t n = any_size(&rng, shape);
        float *x = place(&b.x, n, sizeof *x, shape), *dy = place(&b.dy, n, sizeof *x, shape / 4);
        float *y, *dx;

        fill(&rng, x, n, &a);
        fill(&rng, dy, n, &a);
        y = place(&b.got, n, sizeof *x, shape / 2);
        f(y, place(&b.got2, n, sizeof *x, shape / 8), x, dy, n, &a);
        y = place(&b.want, n, sizeof *x, shape / 2);
        dx = place(&b.want2, n, sizeof *x, shape / 8);
        hs_fake_quantize_f32__scalar(y, x, n, &a);
        hs_fake_quantize_grad_f32__scalar(dx, x, dy, n, &a);
        same("fake_quantize_with_grad_f32, y", isa, n, &b.got, &b.want);
        same("fake_quantize_with_grad_f32, dx", isa, n, &b.got2, &b.want2);
        f(x, dy, x, dy, n, &a); /* in place */
        assert_memory_equal(x, y, n * sizeof *x);
        assert_memory_equal(dy, dx, n * sizeof *x);
    }
    end(&b);
}

static void each_vector_variant_has_the_bits_of_the_scalar_one(void **state)
{
    size_t compared = 0;

    (void)state;
#define HS_KERNEL HS_VARIANT_ROW
#include "kernels/quantize/quantize.def"
#undef HS_KERNEL
    printf("%zu variants\n", compared);
}

/* Long results go around the caches, from an unaligned beginning. */
static void what_is_written_around_the_caches_is_the_same(void **state)
{
    enum { LONG = (16 << 20) + 77 };
    struct guarded gx = guarded_new(LONG * sizeof(float)), gq = guarded_new(LONG + 3);
    struct guarded gy = guarded_new(LONG), gdx = guarded_new(LONG);
    struct hs_quantize_args a = {.scale = 0.02, .zero_point = 3, .qmin = -128, .qmax = 127};
    struct hs_clip_count c = {0, 0}, d = {0, 0};
    float *x = (void *)gx.bytes, *y = (void *)(gy.bytes + 4), *dx = (void *)(gdx.bytes + 4);
    const struct hs_kernels *k = hs_kernels();
    struct hs_rng rng = hs_rng_seed(19, 1);
    size_t n = LONG, floats = LONG / 4 - 3;
    int8_t *q = (int8_t *)gq.bytes + 3, *want = (int8_t *)gy.bytes;

    (void)state;
    for (size_t i = 0; i < n; i++)
        x[i] = i < 1 << 16 ? (float)hs_rng_normal(&rng) : x[i - 65521];
    k->quantize_f32_s8(q, x, n, &a, &c);
    hs_quantize_f32_s8__scalar(want, x, n, &a, &d);
    assert_memory_equal(q, want, n);
    assert_true(c.low == d.low && c.high == d.high && c.low > 0);
    k->fake_quantize_with_grad_f32(y, dx, x, x + 1, floats, &a);
    for (size_t i = 0; i < floats; i += 1021) {
        float v, g;
        hs_fake_quantize_with_grad_f32__scalar(&v, &g, x + i, x + 1 + i, 1, &a);
        assert_true(memcmp(&y[i], &v, sizeof v) == 0 && memcmp(&dx[i], &g, sizeof g) == 0);
    }
    k->dequantize_s8_f32(y, q, floats, 0.5f, 3);
    for (size_t i = 0; i < floats; i += 1021)
        assert_close((double)y[i], (q[i] - 3) * 0.5, 0);
    guarded_free(&gx);
    guarded_free(&gq);
    guarded_free(&gy);
    guarded_free(&gdx);
}

/* Around every tie of scales that the proof accepts: the pair has the codes of the quotient. */
static void where_the_proof_holds_a_product_of_two_parts_has_the_codes_of_the_quotient(void **state)
{
    struct hs_rng rng = hs_rng_seed(16, 1);
    size_t proved = 0, scales = 3000;

    (void)state;
    for (size_t i = 0; i < scales; i++) {
        int32_t reach = 1 << below(&rng, 12);
        float s = (float)exp(hs_rng_normal(&rng) * 4), h = 1 / s;
        float l = (float)(1.0 / (double)s - (double)h);

        if (i % 3 == 0) /* near what the proof looks for: low bits of the significand */
            s = ldexpf(0x1p23f + (float)(below(&rng, 256) << 15) + (float)below(&rng, 80) - 40,
                       -30),
            h = 1 / s, l = (float)(1.0 / (double)s - (double)h);
        if (!hs_divide_proof(s, reach))
            continue;
        proved++;
        for (int32_t k = 0; k <= reach; k++) {
            float x = ((float)k + 0.5f) * s;

            x = nextafterf(nextafterf(x, 0), 0);
            for (int step = 0; step < 5; step++, x = nextafterf(x, INFINITY))
                if (rintf(fmaf(x, h, x * l)) != rintf(x / s))
                    fail_msg("%a / %a", (double)x, (double)s);
        }
    }
    assert_true(proved > scales / 2); /* it declines about one random scale in 500 */
    assert_true(proved < scales);
}

static void the_inside_ends_where_the_code_leaves_the_range(void **state)
{
    struct hs_rng rng = hs_rng_seed(17, 1);

    (void)state;
    for (size_t i = 0; i < 4000; i++) {
        struct hs_quantize_args a = any_value_args(&rng, i);
        struct hs_divide_plan p;
        float least, most;

        a.rounding = (enum hs_round)below(&rng, HS_ROUND_STOCHASTIC);
        p = hs_divide_plan_make(&a, i);
        assert_true(hs_inside_range(&least, &most, &a, &p));
        assert_true(hs_code_inside(hs_code_f32(least, &a), &a));
        assert_true(hs_code_inside(hs_code_f32(most, &a), &a));
        assert_false(hs_code_inside(hs_code_f32(nextafterf(least, -INFINITY), &a), &a));
        assert_false(hs_code_inside(hs_code_f32(nextafterf(most, INFINITY), &a), &a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vector_variant_has_the_bits_of_the_scalar_one),
        cmocka_unit_test(what_is_written_around_the_caches_is_the_same),
        cmocka_unit_test(
            where_the_proof_holds_a_product_of_two_parts_has_the_codes_of_the_quotient),
        cmocka_unit_test(the_inside_ends_where_the_code_leaves_the_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
