/* Laws of the quantizer on random data (SEMANTICS 1: "Half a step, exactly", "STE"). The seed is
 * printed. */
#include "hs_test.h"

#include <math.h>

#include "num/ulp.h"
#include "quant/qparams.h"

enum { N = 500 };

static const uint64_t seed = 20240917;

/* Everything one round of a law needs: random qparams of `bits` bits, N elements inside the range
 * of the codes. */
struct round {
    struct hs_qparams qp;
    double scale, lo, hi; /* lo, hi: s (qmin - z), s (qmax - z) */
    int64_t zero_point;
    float x[N];
    struct hs_tensor tensor;
};

static void make_round(struct round *r, struct hs_rng *rng, int bits, bool is_signed,
                       const char *profile, enum hs_round mode)
{
    struct hs_error err = HS_ERROR_INIT;
    size_t n = N;

    r->qp =
        (struct hs_qparams){.scale = &r->scale, .zero_point = &r->zero_point, .n = 1, .axis = -1};
    assert_ok(hs_quant_options_profile(&r->qp.options, profile, &err), &err);
    r->qp.options.rounding = mode;
    r->qp.dtype = hs_dtype_for_bits(bits, is_signed);
    r->qp.qmin = is_signed ? -(INT64_C(1) << (bits - 1)) : 0;
    r->qp.qmax = r->qp.qmin + (INT64_C(1) << bits) - 1;
    r->scale = (double)(float)ldexp(0.5 + hs_rng_uniform(rng) / 2, (int)hs_rng_below(rng, 40) - 20);
    r->zero_point = r->qp.qmin + (int64_t)hs_rng_below(rng, (uint32_t)1 << bits);
    r->lo = r->scale * (double)(r->qp.qmin - r->zero_point);
    r->hi = r->scale * (double)(r->qp.qmax - r->zero_point);
    for (size_t i = 0; i < N; i++) {
        double v = r->lo + (r->hi - r->lo) * hs_rng_uniform(rng);

        if (i % 4 == 0) /* at a tie, or one float beside it */
            v = r->scale * (floor(v / r->scale) + 0.5);
        r->x[i] = (float)v;
        if (i % 8 == 0)
            r->x[i] = nextafterf(r->x[i], i % 16 == 0 ? INFINITY : -INFINITY);
        if ((double)r->x[i] < r->lo || (double)r->x[i] > r->hi)
            r->x[i] = 0;
    }
    r->tensor = hs_tensor_view(r->x, HS_FLOAT32, 1, &n);
}

static bool is_nearest(enum hs_round mode)
{
    return mode == HS_ROUND_HALF_EVEN || mode == HS_ROUND_HALF_AWAY || mode == HS_ROUND_HALF_UP;
}

/* Calls law(arena, round) for bits 2..16, both signs, both arithmetics and every deterministic
 * mode. */
static void for_all(struct hs_arena *arena,
                    void (*law)(struct hs_arena *arena, const struct round *r))
{
    static const char *const profiles[] = {"halfstep", "torch"};
    struct hs_rng rng = hs_rng_seed(seed, 1);
    struct round *r = malloc(sizeof *r);

    assert_non_null(r);
    for (int bits = 2; bits <= 16; bits++)
        for (int mode = 0; mode < HS_ROUND_STOCHASTIC; mode++)
            for (int i = 0; i < 4; i++) {
                struct hs_arena_mark mark = hs_arena_mark(arena);

                make_round(r, &rng, bits, i % 2 == 0, profiles[i / 2], (enum hs_round)mode);
                law(arena, r);
                hs_arena_reset(arena, mark);
            }
    free(r);
}

static void within_half_a_step(struct hs_arena *arena, const struct round *r)
{
    struct hs_error err = HS_ERROR_INIT;
    bool nearest = is_nearest(r->qp.options.rounding);
    struct hs_tensor y;

    assert_ok(hs_fake_quantize(&y, arena, &r->tensor, &r->qp, &err), &err);
    for (size_t i = 0; i < N; i++) {
        double distance = fabs((double)r->x[i] - hs_tensor_get(&y, i)),
               slack = 2 * (double)hs_ulpf(r->x[i]);

        if (nearest ? distance > r->scale / 2 + slack : distance >= r->scale + slack)
            fail_msg("%s, scale %a, zero point %d: |%a - xhat| is %a",
                     hs_round_name(r->qp.options.rounding), r->scale, (int)r->zero_point,
                     (double)r->x[i], distance);
    }
}

static void codes_come_back(struct hs_arena *arena, const struct round *r)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor q, y, again;

    if (!is_nearest(r->qp.options.rounding))
        return; /* floor may step down again when the product rounded down */
    assert_ok(hs_quantize(&q, arena, &r->tensor, &r->qp, NULL, &err), &err);
    assert_ok(hs_dequantize(&y, arena, &q, &r->qp, HS_FLOAT32, &err), &err);
    assert_ok(hs_quantize(&again, arena, &y, &r->qp, NULL, &err), &err);
    for (size_t i = 0; i < N; i++)
        assert_true(hs_tensor_get(&q, i) == hs_tensor_get(&again, i));
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static void larger_elements_have_no_smaller_codes(struct hs_arena *arena, const struct round *r)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor sorted, q;

    assert_ok(hs_tensor_copy(&sorted, arena, &r->tensor, &err), &err);
    for (size_t i = 0; i < N; i++) /* beyond both ends, too */
        ((float *)sorted.data)[i] *= 1.5f;
    qsort(sorted.data, N, sizeof(float), by_value);
    assert_ok(hs_quantize(&q, arena, &sorted, &r->qp, NULL, &err), &err);
    for (size_t i = 1; i < N; i++)
        assert_true(hs_tensor_get(&q, i - 1) <= hs_tensor_get(&q, i));
    assert_true(hs_tensor_get(&q, 0) >= (double)r->qp.qmin &&
                hs_tensor_get(&q, N - 1) <= (double)r->qp.qmax);
}

/* The gradient is the slope of clip(x, s(qmin - 1/2 - z), s(qmax + 1/2 - z)), but for a
 * neighbourhood of its two corners that float32 blurs. */
static void gradient_is_the_slope_of_the_clip(struct hs_arena *arena, const struct round *r)
{
    double lo = r->lo - r->scale / 2, hi = r->hi + r->scale / 2, h = r->scale / 1024;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor wide, ones, dx;

    if (!is_nearest(r->qp.options.rounding))
        return;
    assert_ok(hs_tensor_copy(&wide, arena, &r->tensor, &err), &err);
    assert_ok(hs_tensor_copy(&ones, arena, &r->tensor, &err), &err);
    for (size_t i = 0; i < N; i++) {
        ((float *)wide.data)[i] *= 2;
        ((float *)ones.data)[i] = 1;
    }
    assert_ok(hs_fake_quantize_grad(&dx, arena, &wide, &r->qp, &ones, &err), &err);
    for (size_t i = 0; i < N; i++) {
        double x = hs_tensor_get(&wide, i), blur = h + 4 * (double)hs_ulpf((float)x);
        double slope = (fmin(fmax(x + h, lo), hi) - fmin(fmax(x - h, lo), hi)) / (2 * h);

        if (fabs(x - lo) > blur && fabs(x - hi) > blur)
            assert_close(hs_tensor_get(&dx, i), slope, 1e-6);
    }
}

static void the_error_is_half_a_step_and_two_ulps_at_most(void **state)
{
    print_message("seed %llu\n", (unsigned long long)seed);
    for_all(*state, within_half_a_step);
}

static void quantizing_twice_is_quantizing_once(void **state)
{
    for_all(*state, codes_come_back);
}

static void the_map_is_monotonic(void **state)
{
    for_all(*state, larger_elements_have_no_smaller_codes);
}

static void the_straight_through_gradient_is_the_slope_of_a_clip(void **state)
{
    for_all(*state, gradient_is_the_slope_of_the_clip);
}

/* Unclamped exponent of a positive double by integers alone: scale = m 2^e with a 53-bit m, sqrt 2
 * decided by comparing m^2 with 2^105. */
static int exponent_by_integers(double scale, enum hs_pow2_rounding mode)
{
    __extension__ typedef unsigned __int128 u128;
    uint64_t bits, m;
    int e;

    memcpy(&bits, &scale, sizeof bits);
    m = bits & ((UINT64_C(1) << 52) - 1);
    e = (int)(bits >> 52);
    if (e != 0)
        m |= UINT64_C(1) << 52;
    else
        e = 1;
    for (; m < UINT64_C(1) << 52; m <<= 1)
        e--;
    e -= 1023; /* scale = (m / 2^52) 2^e */
    if (mode == HS_POW2_FLOOR)
        return e;
    if (mode == HS_POW2_CEIL)
        return e + (m > UINT64_C(1) << 52);
    return e + ((u128)m * m > (u128)1 << 105);
}

static void check_exponents(double scale)
{
    static const enum hs_pow2_rounding modes[] = {HS_POW2_NEAREST, HS_POW2_CEIL, HS_POW2_FLOOR};

    for (size_t m = 0; m < 3; m++) {
        int want = exponent_by_integers(scale, modes[m]), clamped = want < -8  ? -8
                                                                    : want > 8 ? 8
                                                                               : want;

        assert_int_equal(hs_pow2_exponent(scale, modes[m], -2000, 2000), want);
        assert_int_equal(hs_pow2_exponent(scale, modes[m], -8, 8), clamped);
        assert_int_equal(hs_pow2_exponent(scale, modes[m], 0, 8), clamped > 0 ? 0 : clamped);
    }
}

static void exponents_agree_with_integer_arithmetic_everywhere(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 2);

    (void)state;
    for (int e = -1074; e < 1024; e++) { /* exact powers, roots of two, and their neighbours */
        double power = ldexp(1, e), root = ldexp(sqrt(2), e);

        check_exponents(power);
        check_exponents(nextafter(power, (double)INFINITY));
        if (e > -1074)
            check_exponents(nextafter(power, 0));
        check_exponents(root);
        check_exponents(nextafter(root, (double)INFINITY));
        check_exponents(nextafter(root, 0) > 0 ? nextafter(root, 0) : root);
    }
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = ((uint64_t)hs_rng_u32(&rng) << 32 | hs_rng_u32(&rng)) & INT64_MAX;
        double v;

        if (i % 4 == 0)
            bits &= (UINT64_C(1) << 52) - 1; /* subnormal */
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v) && v > 0)
            check_exponents(v);
    }
}

/* A range becomes qparams whose codes reach both ends of it: never more than half a step (and the
 * zero point's rounding, another half) is cut off. */
static void affine_qparams_cover_their_range(void **state)
{
    struct hs_rng rng = hs_rng_seed(seed, 3);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options options;

    assert_ok(hs_quant_options_profile(&options, NULL, &err), &err);
    for (int i = 0; i < 2000; i++) {
        double min = -ldexp(hs_rng_uniform(&rng), (int)hs_rng_below(&rng, 20) - 10);
        double max = ldexp(hs_rng_uniform(&rng), (int)hs_rng_below(&rng, 20) - 10);
        struct hs_range range = {.min = &min, .max = &max, .n = 1, .axis = -1};
        struct hs_qtarget target = {.dtype = i % 2 == 0 ? HS_INT16 : HS_UINT16, .bits = 2 + i % 15};
        struct hs_qparams qp;

        assert_ok(hs_qparams_from_range(&qp, *state, &range, &target, &options, &err), &err);
        assert_in_range(qp.zero_point[0] + 65536, qp.qmin + 65536, qp.qmax + 65536);
        assert_true(qp.scale[0] * ((double)(qp.qmin - qp.zero_point[0]) - 0.51) <= min);
        assert_true(qp.scale[0] * ((double)(qp.qmax - qp.zero_point[0]) + 0.51) >= max);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(the_error_is_half_a_step_and_two_ulps_at_most),
        T(quantizing_twice_is_quantizing_once),
        T(the_map_is_monotonic),
        T(the_straight_through_gradient_is_the_slope_of_a_clip),
        T(exponents_agree_with_integer_arithmetic_everywhere),
        T(affine_qparams_cover_their_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
