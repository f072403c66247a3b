/* Fixed-point multiplication, requantization and shifts, each operator against its definition. */
#include "oracle.h"

#include "num/fixedpoint.h"
#include "quant/integer.h"
#include "quant/requantize.h"

static bool same(const struct hs_value *c, const char *output, size_t i, int64_t got, double want)
{
    if ((double)got == want)
        return true;
    print_error("%s: %s[%zu] is %lld, the oracle says %.0f\n", hs_value_text(c, "name", "?"),
                output, i, (long long)got, want);
    return false;
}

static bool high_mul(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_tensor a = hs_oracle_tensor(o, arena, c, "inputs", "a");
    struct hs_tensor b = hs_oracle_tensor(o, arena, c, "inputs", "b");
    struct hs_tensor y = hs_oracle_tensor(o, arena, c, "outputs", "y");
    bool ok = true;

    for (size_t i = 0; i < hs_tensor_count(&y); i++)
        ok &= same(c, "y", i, hs_srdhm(((const int32_t *)a.data)[i], ((const int32_t *)b.data)[i]),
                   hs_tensor_get(&y, i));
    return ok;
}

static bool divide(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    int n = (int)hs_value_integer(hs_value_get(c, "params"), "exponent", -1);
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x");
    struct hs_tensor y = hs_oracle_tensor(o, arena, c, "outputs", "y");
    bool ok = true;

    for (size_t i = 0; i < hs_tensor_count(&y); i++)
        ok &= same(c, "y", i, hs_rdbpot(((const int32_t *)x.data)[i], n), hs_tensor_get(&y, i));
    return ok;
}

static double real_multiplier(const struct hs_value *c)
{
    return strtod(hs_value_text(hs_value_get(c, "params"), "multiplier_hex", "nan"), NULL);
}

static bool multiplier(const struct hs_value *c)
{
    const struct hs_value *expected = hs_value_get(c, "expected");
    int32_t mantissa;
    int shift;

    hs_quantize_multiplier(real_multiplier(c), &mantissa, &shift);
    return same(c, "mantissa", 0, mantissa, hs_value_number(expected, "mantissa", -1)) &&
           same(c, "shift", 0, shift, hs_value_number(expected, "shift", -999));
}

static struct hs_requantizer codes_of(const struct hs_value *p)
{
    struct hs_requantizer r = {.n = 1, .rounding = HS_ROUND_HALF_EVEN};

    r.zero_point = hs_value_integer(p, "zero_point", 0);
    r.qmin = hs_value_integer(p, "quant_min", 0);
    r.qmax = hs_value_integer(p, "quant_max", 0);
    r.dtype = r.qmin < 0 ? HS_INT8 : HS_UINT8;
    return r;
}

static bool output(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c,
                   const char *name, const struct hs_tensor *acc, struct hs_requantizer r)
{
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", name), y;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_requantizer_prepare(&r, arena, &err), &err);
    assert_ok(hs_requantize(&y, arena, acc, &r, -1, NULL, &err), &err);
    return y.dtype == want.dtype && hs_oracle_matches(c, name, &y, &want);
}

static bool requantize(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    struct hs_tensor acc = hs_oracle_tensor(o, arena, c, "inputs", "acc");
    struct hs_requantizer r = codes_of(p), given;
    double m = real_multiplier(c);
    int32_t mantissa = (int32_t)hs_value_integer(p, "mantissa", -1);
    int shift = (int)hs_value_integer(p, "shift", -999);
    bool ok;

    r.multiplier = &m;
    ok = output(o, arena, c, "float_half_even", &acc, r);
    r.float32 = true;
    ok &= output(o, arena, c, "float32_half_even", &acc, r);
    given = r;
    given.multiplier = NULL;
    given.mantissa = &mantissa;
    given.shift = &shift;
    for (int i = 0; i < 2; i++) { /* from the multiplier, and from mantissa and shift */
        struct hs_requantizer f = i == 0 ? r : given;

        f.mode = HS_REQUANTIZE_GEMMLOWP;
        ok &= output(o, arena, c, "gemmlowp", &acc, f);
        f.mode = HS_REQUANTIZE_SINGLE_ROUNDING;
        ok &= output(o, arena, c, "single_rounding", &acc, f);
    }
    return ok;
}

static bool shifts(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x");
    int shift = (int)hs_value_integer(hs_value_get(c, "params"), "shift", -999);
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_SHIFT_FLOOR,
                               .n = 1,
                               .shift = &shift,
                               .qmin = INT32_MIN,
                               .qmax = INT32_MAX,
                               .dtype = HS_INT32};
    bool ok = output(o, arena, c, "floor", &x, r);

    r.mode = HS_REQUANTIZE_SHIFT_NEAREST;
    r.rounding = HS_ROUND_HALF_UP;
    ok &= output(o, arena, c, "half_up", &x, r);
    r.rounding = HS_ROUND_HALF_AWAY;
    ok &= output(o, arena, c, "half_away", &x, r);
    r.rounding = HS_ROUND_HALF_EVEN;
    return ok && output(o, arena, c, "half_even", &x, r);
}

/* y = clamp((ReLU(b + sum (x - 128) w) >> n) + 128), 128 being x_offset and y_offset. */
static bool linear(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x");
    struct hs_tensor w = hs_oracle_tensor(o, arena, c, "inputs", "w");
    struct hs_tensor b = hs_oracle_tensor(o, arena, c, "inputs", "b"), acc;
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", "acc");
    int shift = (int)hs_value_integer(p, "shift", -999);
    struct hs_requantizer r = {.n = 1,
                               .shift = &shift,
                               .zero_point = hs_value_integer(p, "y_offset", -1),
                               .qmax = 255,
                               .dtype = HS_UINT8,
                               .rounding = HS_ROUND_HALF_UP};
    struct hs_error err = HS_ERROR_INIT;
    bool ok;

    assert_ok(hs_integer_linear(&acc, arena, &x, hs_value_integer(p, "x_offset", -1), &w, 0, &b,
                                &err),
              &err);
    ok = hs_oracle_matches(c, "acc", &acc, &want);
    for (int relu = 0; relu < 2; relu++) {
        r.relu = relu != 0;
        r.mode = HS_REQUANTIZE_SHIFT_FLOOR;
        ok &= output(o, arena, c, relu ? "y_floor" : "y_floor_no_relu", &acc, r);
        r.mode = HS_REQUANTIZE_SHIFT_NEAREST;
        ok &= output(o, arena, c, relu ? "y_half_up" : "y_half_up_no_relu", &acc, r);
    }
    return ok;
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const char *op = hs_value_text(c, "op", "?");

    if (strcmp(op, "saturating_rounding_doubling_high_mul") == 0)
        return high_mul(o, arena, c);
    if (strcmp(op, "rounding_divide_by_pot") == 0)
        return divide(o, arena, c);
    if (strcmp(op, "quantize_multiplier") == 0)
        return multiplier(c);
    if (strcmp(op, "requantize") == 0)
        return requantize(o, arena, c);
    if (strcmp(op, "shift_right") == 0)
        return shifts(o, arena, c);
    return strcmp(op, "po2_linear") == 0 && linear(o, arena, c);
}

static void every_accumulator_becomes_the_code_of_the_definition(void **state)
{
    hs_oracle_run("requant", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_accumulator_becomes_the_code_of_the_definition,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
