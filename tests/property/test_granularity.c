/* quantize, dequantize and fake-quantize in every float dtype, for tensors, channels and blocks
 * along any axis, against an evaluation element by element; and the laws of SEMANTICS 1 on the same
 * cases. A failure names its case: HALFSTEP_CASE=<number> runs that one alone. */
#include "hs_test.h"

#include <float.h>
#include <math.h>

#include "base/mem.h"
#include "num/minifloat.h"
#include "num/ulp.h"
#include "quant/qparams.h"

enum { CASES = 6000, MOST = 240, GROUPS = 240 };

static const uint64_t seed = 20241123;

static const enum hs_dtype dtypes[] = {HS_FLOAT16, HS_BFLOAT16, HS_FLOAT32, HS_FLOAT64};

/* One random tensor with its qparams, and for each element what the formulas give. */
struct sample {
    int number;
    enum hs_dtype dtype;
    struct hs_qparams qp;
    double scale[GROUPS];
    int64_t zero_point[GROUPS];
    size_t shape[3], n, group[MOST];
    double x[MOST], code[MOST], y[MOST]; /* code: clamped; y: xhat in the dtype */
    bool inside[MOST];                   /* the code was not clamped */
    struct hs_tensor tensor;
};

static const char *describe(const struct sample *c, size_t i)
{
    static char text[400];

    snprintf(text, sizeof text,
             "HALFSTEP_CASE=%d: %s (%zu,%zu,%zu), axis %d, block %zu, %s, codes %d..%d, element "
             "%zu of group %zu: x %a, scale %a, zero point %d",
             c->number, hs_dtype_name(c->dtype), c->shape[0], c->shape[1], c->shape[2], c->qp.axis,
             c->qp.block_size, hs_round_name(c->qp.options.rounding), (int)c->qp.qmin,
             (int)c->qp.qmax, i, c->group[i], c->x[i], c->scale[c->group[i]],
             (int)c->zero_point[c->group[i]]);
    return text;
}

/* The value as the dtype has it. */
static double in_dtype(enum hs_dtype dtype, double v)
{
    if (dtype == HS_FLOAT64)
        return v;
    if (dtype == HS_FLOAT32)
        return (double)(float)v;
    return hs_minifloat_decode(dtype == HS_FLOAT16 ? HS_F16 : HS_BF16,
                               hs_minifloat_encode(dtype == HS_FLOAT16 ? HS_F16 : HS_BF16, v,
                                                   false));
}

static double largest(enum hs_dtype dtype)
{
    if (dtype == HS_FLOAT64)
        return DBL_MAX;
    if (dtype == HS_FLOAT32)
        return (double)FLT_MAX;
    return hs_minifloat_max(dtype == HS_FLOAT16 ? HS_F16 : HS_BF16);
}

/* Rounding by comparing with the floor, not by the library's own functions. r is finite. */
static double rounded(double r, enum hs_round mode)
{
    double down = floor(r), rest = r - down;
    bool odd = fmod(down, 2) != 0;

    switch (mode) {
    case HS_ROUND_HALF_EVEN:
        return rest > 0.5 || (rest == 0.5 && odd) ? down + 1 : down;
    case HS_ROUND_HALF_AWAY:
        return rest > 0.5 || (rest == 0.5 && r > 0) ? down + 1 : down;
    case HS_ROUND_HALF_UP:
        return rest >= 0.5 ? down + 1 : down;
    case HS_ROUND_TOWARD_ZERO:
        return r < 0 && rest > 0 ? down + 1 : down;
    case HS_ROUND_CEIL:
        return rest > 0 ? down + 1 : down;
    default:
        return down;
    }
}

static bool is_nearest(const struct sample *c)
{
    return c->qp.options.rounding <= HS_ROUND_HALF_UP;
}

/* A group is found by its indices, and not by runs. */
static size_t group_of(const struct sample *c, size_t i)
{
    size_t index[3], axis = (size_t)c->qp.axis, blocks;

    if (c->qp.axis < 0)
        return 0;
    hs_shape_unravel(index, i, 3, c->shape);
    if (c->qp.block_size == 0)
        return index[axis];
    index[axis] /= c->qp.block_size;
    blocks = (c->shape[axis] + c->qp.block_size - 1) / c->qp.block_size;
    return (index[0] * (axis == 1 ? blocks : c->shape[1]) + index[1]) *
               (axis == 2 ? blocks : c->shape[2]) +
           index[2];
}

/* What the formula gives. x/s and s k are rounded once, to float32 but for float64: a quotient or
 * product of floats that is rounded to double first comes out the same. */
static void evaluate(struct sample *c, size_t i)
{
    bool wide = c->dtype == HS_FLOAT64;
    double s = c->scale[c->group[i]], z = (double)c->zero_point[c->group[i]], r = c->x[i] / s, code;

    if (!wide)
        r = (double)(float)r;
    code = isinf(r) ? r : rounded(r, c->qp.options.rounding) + z;
    c->inside[i] = code >= (double)c->qp.qmin && code <= (double)c->qp.qmax;
    code = fmin(fmax(code, (double)c->qp.qmin), (double)c->qp.qmax);
    c->code[i] = code;
    c->y[i] = (code - z) * s;
    c->y[i] = wide ? c->y[i] : in_dtype(c->dtype, (double)(float)c->y[i]);
}

static double draw_scale(const struct sample *c, struct hs_rng *rng, int centre)
{
    double s = ldexp(0.5 + hs_rng_uniform(rng) / 2, centre + (int)hs_rng_below(rng, 8));

    if (hs_rng_below(rng, 4) == 0)
        s = ldexp(1, centre + (int)hs_rng_below(rng, 8));
    return c->dtype == HS_FLOAT64 ? s : (double)(float)s;
}

/* Where the scales lie: from the subnormals up to where the codes still fit the dtype. */
static int draw_centre(const struct sample *c, struct hs_rng *rng)
{
    static const int low[] = {-26, -140, -148, -1072}, high[] = {-2, 100, 100, 990};
    size_t d = 0;

    while (dtypes[d] != c->dtype)
        d++;
    if (hs_rng_below(rng, 4) == 0)
        return low[d] + (int)hs_rng_below(rng, 12);
    if (hs_rng_below(rng, 2) == 0)
        return -12 + (int)hs_rng_below(rng, 8);
    return low[d] + (int)hs_rng_below(rng, (uint32_t)(high[d] - low[d]));
}

/* An element in range, at or beside a tie, beyond the range, tiny or huge. */
static double draw_element(const struct sample *c, struct hs_rng *rng, size_t i)
{
    double s = c->scale[c->group[i]], z = (double)c->zero_point[c->group[i]];
    double codes = (double)(c->qp.qmax - c->qp.qmin);
    double k = (double)c->qp.qmin - z + codes * (1.2 * hs_rng_uniform(rng) - 0.1), v;

    switch (hs_rng_below(rng, 8)) {
    case 0:
        return in_dtype(c->dtype, s * (floor(k) + 0.5));
    case 1: /* one place beside the tie, as float64 or float32 have it */
        v = s * (floor(k) + 0.5);
        v = c->dtype == HS_FLOAT64 ? nextafter(v, -(double)INFINITY)
                                   : (double)nextafterf((float)v, INFINITY);
        return in_dtype(c->dtype, v);
    case 2:
        return in_dtype(c->dtype, s * floor(k));
    case 3:
        v = ldexp(hs_rng_uniform(rng), -(int)hs_rng_below(rng, 1070));
        return in_dtype(c->dtype, hs_rng_below(rng, 2) != 0 ? v : -v);
    case 4:
        v = largest(c->dtype) * (hs_rng_below(rng, 2) != 0 ? 1 : -1);
        return hs_rng_below(rng, 4) == 0 ? v : 0 * v;
    default:
        return in_dtype(c->dtype, s * k);
    }
}

static void draw_qparams(struct sample *c, struct hs_rng *rng)
{
    struct hs_error err = HS_ERROR_INIT;
    int bits = 2 + (int)hs_rng_below(rng, 15), centre = draw_centre(c, rng);
    bool is_signed = hs_rng_below(rng, 2) != 0;

    c->qp = (struct hs_qparams){.scale = c->scale, .zero_point = c->zero_point, .n = 1, .axis = -1};
    assert_ok(hs_quant_options_profile(&c->qp.options, "halfstep", &err), &err);
    c->qp.options.rounding = (enum hs_round)hs_rng_below(rng, HS_ROUND_STOCHASTIC);
    c->qp.dtype = hs_dtype_for_bits(bits, is_signed);
    c->qp.qmin = is_signed ? -(INT64_C(1) << (bits - 1)) : 0;
    c->qp.qmax = c->qp.qmin + (INT64_C(1) << bits) - 1;
    if (hs_rng_below(rng, 3) != 0)
        c->qp.axis = (int)hs_rng_below(rng, 3);
    if (c->qp.axis >= 0 && hs_rng_below(rng, 2) != 0)
        c->qp.block_size = 1 + hs_rng_below(rng, 5);
    for (size_t i = 0; i < c->n; i++) {
        c->group[i] = group_of(c, i);
        if (c->group[i] >= c->qp.n)
            c->qp.n = c->group[i] + 1;
    }
    for (size_t g = 0; g < c->qp.n; g++) {
        c->scale[g] = draw_scale(c, rng, centre);
        c->zero_point[g] = c->qp.qmin + (int64_t)hs_rng_below(rng, UINT32_C(1) << bits);
    }
}

static void make_sample(struct sample *c, struct hs_arena *arena, int number)
{
    struct hs_rng rng = hs_rng_seed(seed, (uint64_t)number);
    struct hs_error err = HS_ERROR_INIT;

    memset(c, 0, sizeof *c);
    c->number = number;
    c->dtype = dtypes[hs_rng_below(&rng, HS_COUNTOF(dtypes))];
    for (int i = 0; i < 3; i++)
        c->shape[i] = 1 + hs_rng_below(&rng, 6);
    c->n = c->shape[0] * c->shape[1] * c->shape[2];
    draw_qparams(c, &rng);
    assert_ok(hs_tensor_new(&c->tensor, arena, c->dtype, 3, c->shape, &err), &err);
    for (size_t i = 0; i < c->n; i++) {
        c->x[i] = draw_element(c, &rng, i);
        if (!isfinite(c->x[i]))
            c->x[i] = 0;
        assert_true(hs_tensor_set(&c->tensor, i, c->x[i]));
        assert_true(hs_tensor_get(&c->tensor, i) == c->x[i]);
        evaluate(c, i);
    }
}

static void for_all(struct hs_arena *arena, void (*law)(struct hs_arena *, const struct sample *))
{
    const char *only = getenv("HALFSTEP_CASE");
    struct sample *c = malloc(sizeof *c);

    assert_non_null(c);
    for (int i = only != NULL ? atoi(only) : 0; i < CASES; i++) {
        struct hs_arena_mark mark = hs_arena_mark(arena);

        make_sample(c, arena, i);
        law(arena, c);
        hs_arena_reset(arena, mark);
        if (only != NULL)
            break;
    }
    free(c);
}

static void codes_and_counts(struct hs_arena *arena, const struct sample *c)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quantize_count count;
    struct hs_tensor q;
    size_t clipped = 0;

    assert_ok(hs_quantize(&q, arena, &c->tensor, &c->qp, &count, &err), &err);
    assert_int_equal(q.dtype, c->qp.dtype);
    for (size_t i = 0; i < c->n; i++) {
        clipped += !c->inside[i];
        if (hs_tensor_get(&q, i) != c->code[i])
            fail_msg("%s: code %g, not %g", describe(c, i), hs_tensor_get(&q, i), c->code[i]);
    }
    if (count.clipped_low + count.clipped_high != clipped)
        fail_msg("%s: %zu clipped, not %zu", describe(c, 0), count.clipped_low + count.clipped_high,
                 clipped);
}

static void values_and_back(struct hs_arena *arena, const struct sample *c)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor q, y, fake;

    assert_ok(hs_quantize(&q, arena, &c->tensor, &c->qp, NULL, &err), &err);
    assert_ok(hs_dequantize(&y, arena, &q, &c->qp, c->dtype, &err), &err);
    assert_ok(hs_fake_quantize(&fake, arena, &c->tensor, &c->qp, &err), &err);
    assert_int_equal(y.dtype, c->dtype);
    assert_int_equal(fake.dtype, c->dtype);
    for (size_t i = 0; i < c->n; i++) {
        if (hs_tensor_get(&y, i) != c->y[i])
            fail_msg("%s: dequantized %a, not %a", describe(c, i), hs_tensor_get(&y, i), c->y[i]);
        if (hs_tensor_get(&fake, i) != c->y[i])
            fail_msg("%s: fake-quantized %a, not %a", describe(c, i), hs_tensor_get(&fake, i),
                     c->y[i]);
    }
}

/* Two units of the arithmetic at |x|, and what rounding to 16 bits adds to xhat. */
static double slack_of(const struct sample *c, size_t i, double y)
{
    double arithmetic =
        c->dtype == HS_FLOAT64 ? 2 * hs_ulp(c->x[i]) : 2 * (double)hs_ulpf((float)c->x[i]);

    if (c->dtype == HS_BFLOAT16)
        return arithmetic + fmax(fabs(y) * 0x1p-8, 0x1p-134);
    return c->dtype == HS_FLOAT16 ? arithmetic + fmax(fabs(y) * 0x1p-11, 0x1p-25) : arithmetic;
}

static void within_half_a_step(struct hs_arena *arena, const struct sample *c)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor y;

    assert_ok(hs_fake_quantize(&y, arena, &c->tensor, &c->qp, &err), &err);
    for (size_t i = 0; i < c->n; i++) {
        double s = c->scale[c->group[i]], z = (double)c->zero_point[c->group[i]];
        double v = hs_tensor_get(&y, i), slack = slack_of(c, i, v);
        long double distance = fabsl((long double)c->x[i] - (long double)v);
        long double over = distance - (long double)(is_nearest(c) ? s / 2 : s);

        if (c->x[i] < s * ((double)c->qp.qmin - z) || c->x[i] > s * ((double)c->qp.qmax - z) ||
            (isinf(v) && fabs(c->x[i]) > largest(c->dtype) / 2))
            continue;
        /* compared by differences: s + slack would round a small slack away */
        if (is_nearest(c) ? over > (long double)slack : over >= (long double)slack)
            fail_msg("%s: xhat %a is %La away", describe(c, i), v, distance);
    }
}

/* Codes that 16 bits of float keep apart: below 2^8 (2^11), above the subnormals, finite. */
static bool is_kept(const struct sample *c, size_t i)
{
    double k = fabs(c->code[i] - (double)c->zero_point[c->group[i]]), s = c->scale[c->group[i]];

    if (!isfinite(c->y[i]))
        return false;
    if (c->dtype == HS_BFLOAT16)
        return k < 256 && s > 0x1p-132;
    return c->dtype != HS_FLOAT16 || (k < 2048 && s > 0x1p-24);
}

static void twice_is_once(struct hs_arena *arena, const struct sample *c)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor y, again;

    if (!is_nearest(c))
        return; /* floor may step down again when the product rounded down */
    assert_ok(hs_fake_quantize(&y, arena, &c->tensor, &c->qp, &err), &err);
    for (size_t i = 0; i < c->n; i++)
        if (!isfinite(hs_tensor_get(&y, i)))
            assert_true(hs_tensor_set(&y, i, 0)); /* is_kept() leaves it out */
    assert_ok(hs_fake_quantize(&again, arena, &y, &c->qp, &err), &err);
    for (size_t i = 0; i < c->n; i++)
        if (is_kept(c, i) && hs_tensor_get(&again, i) != hs_tensor_get(&y, i))
            fail_msg("%s: %a, then %a", describe(c, i), hs_tensor_get(&y, i),
                     hs_tensor_get(&again, i));
}

static void order_is_kept(struct hs_arena *arena, const struct sample *c)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor q, y;

    assert_ok(hs_quantize(&q, arena, &c->tensor, &c->qp, NULL, &err), &err);
    assert_ok(hs_fake_quantize(&y, arena, &c->tensor, &c->qp, &err), &err);
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < c->n; j++)
            if (c->group[i] == c->group[j] && c->x[i] <= c->x[j] &&
                (hs_tensor_get(&q, i) > hs_tensor_get(&q, j) ||
                 hs_tensor_get(&y, i) > hs_tensor_get(&y, j)))
                fail_msg("%s: more than that of element %zu, %a", describe(c, i), j, c->x[j]);
}

/* The upstream gradient where the code was not clamped, else 0; and that is the slope of the clip,
 * but for a neighbourhood of its corners. */
static void gradients(struct hs_arena *arena, const struct sample *c)
{
    struct hs_rng rng = hs_rng_seed(seed, (uint64_t)c->number + CASES);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor dy, dx;

    assert_ok(hs_tensor_new(&dy, arena, c->dtype, 3, c->shape, &err), &err);
    for (size_t i = 0; i < c->n; i++)
        assert_true(hs_tensor_set(&dy, i, 0.125 * (1 + hs_rng_below(&rng, 15))));
    assert_ok(hs_fake_quantize_grad(&dx, arena, &c->tensor, &c->qp, &dy, &err), &err);
    for (size_t i = 0; i < c->n; i++) {
        double s = c->scale[c->group[i]], z = (double)c->zero_point[c->group[i]], x = c->x[i];
        double lo = s * ((double)c->qp.qmin - 0.5 - z), hi = s * ((double)c->qp.qmax + 0.5 - z);
        double h = s / 1024, blur = 2 * h + slack_of(c, i, x), up = hs_tensor_get(&dy, i);
        double slope = (fmin(fmax(x + h, lo), hi) - fmin(fmax(x - h, lo), hi)) / (2 * h);

        if (hs_tensor_get(&dx, i) != (c->inside[i] ? up : 0))
            fail_msg("%s: gradient %g of %g", describe(c, i), hs_tensor_get(&dx, i), up);
        if (!is_nearest(c) || fabs(x - lo) < blur || fabs(x - hi) < blur)
            continue;
        if (h > 4 * hs_ulp(x) && fabs(hs_tensor_get(&dx, i) - up * slope) > 0.25 * up)
            fail_msg("%s: gradient %g, slope %g of %g", describe(c, i), hs_tensor_get(&dx, i),
                     slope, up);
    }
}

/* The draw reaches what it is there for; else the laws would hold of nothing. */
static int seen[HS_DTYPE_COUNT][3], ties, clipped, tiny_scales, saturated;

static void tally(struct hs_arena *arena, const struct sample *c)
{
    (void)arena;
    seen[c->dtype][c->qp.axis < 0 ? 0 : c->qp.block_size == 0 ? 1 : 2]++;
    for (size_t i = 0; i < c->n; i++) {
        double r = fabs(c->x[i] / c->scale[c->group[i]]);

        ties += r - floor(r) == 0.5;
        clipped += !c->inside[i];
        saturated += fabs(c->x[i]) >= largest(c->dtype);
    }
    tiny_scales += c->scale[0] < (c->dtype == HS_FLOAT64 ? DBL_MIN : (double)FLT_MIN);
}

static void the_cases_are_of_every_kind(void **state)
{
    if (getenv("HALFSTEP_CASE") != NULL)
        return;
    for_all(*state, tally);
    for (size_t d = 0; d < HS_COUNTOF(dtypes); d++)
        for (int g = 0; g < 3; g++)
            assert_true(seen[dtypes[d]][g] > 200);
    print_message("seed %llu: %d ties, %d clipped, %d largest, %d subnormal scales\n",
                  (unsigned long long)seed, ties, clipped, saturated, tiny_scales);
    assert_true(ties > 10000 && clipped > 10000 && saturated > 1000 && tiny_scales > 200);
}

static void codes_are_those_of_the_formula(void **state)
{
    for_all(*state, codes_and_counts);
}

static void values_are_those_of_the_formula(void **state)
{
    for_all(*state, values_and_back);
}

static void the_error_is_half_a_step_at_most(void **state)
{
    for_all(*state, within_half_a_step);
}

static void quantizing_twice_is_quantizing_once(void **state)
{
    for_all(*state, twice_is_once);
}

static void the_map_is_monotonic_in_each_group(void **state)
{
    for_all(*state, order_is_kept);
}

static void gradients_pass_where_no_code_was_clamped(void **state)
{
    for_all(*state, gradients);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(the_cases_are_of_every_kind),
        T(codes_are_those_of_the_formula),
        T(values_are_those_of_the_formula),
        T(the_error_is_half_a_step_at_most),
        T(quantizing_twice_is_quantizing_once),
        T(the_map_is_monotonic_in_each_group),
        T(gradients_pass_where_no_code_was_clamped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
