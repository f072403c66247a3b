#include "oracle.h"

#include <math.h>

#include "quant/qparams.h"

static const struct {
    const char *name;
    enum hs_pow2_rounding mode;
} modes[] = {{"nearest", HS_POW2_NEAREST}, {"ceil", HS_POW2_CEIL}, {"floor", HS_POW2_FLOOR}};

/* expected[max_shift][mode], or expected[max_shift] for scale 0 */
static bool exponents(const struct hs_value *c)
{
    double scale = strtod(hs_value_text(hs_value_get(c, "params"), "scale_hex", "nan"), NULL);
    const struct hs_value *expected = hs_value_get(c, "expected");
    bool ok = hs_value_len(expected) > 0;

    for (size_t i = 0; i < hs_value_len(expected); i++) {
        const struct hs_member *row = &expected->as.map.items[i];
        int shift = atoi(row->key);

        for (size_t m = 0; m < 3; m++) {
            int got = hs_pow2_exponent(scale, modes[m].mode, -shift, shift);
            int64_t want = row->value.kind == HS_INTEGER
                               ? row->value.as.integer
                               : hs_value_integer(&row->value, modes[m].name, 9999);

            if (got != want) {
                print_error("%a, max_shift %d, %s: %d, the oracle says %d\n", scale, shift,
                            modes[m].name, got, (int)want);
                ok = false;
            }
        }
    }
    return ok;
}

/* The right powers; what is wrong in these cases is not a power, or comes from the value axis. */
static bool mistakes(const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    const struct hs_value *right = hs_value_get(hs_value_get(c, "expected"), "right");
    double scale = strtod(hs_value_text(p, "scale_hex", "nan"), NULL);
    int shift = (int)hs_value_integer(p, "max_shift", 0);

    for (size_t m = 0; m < 3; m++)
        if (ldexp(1, hs_pow2_exponent(scale, modes[m].mode, -shift, shift)) !=
            hs_value_number(right, modes[m].name, 0))
            return false;
    return true;
}

static struct hs_qparams qparams(struct hs_arena *arena, const struct hs_value *p,
                                 const struct hs_tensor *x)
{
    const char *mode = hs_value_text(p, "mode", "?");
    struct hs_qtarget target = {.dtype = hs_value_flag(p, "signed", true) ? HS_INT8 : HS_UINT8,
                                .bits = (int)hs_value_integer(p, "bits", 0)};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options options;
    struct hs_qparams qp;
    struct hs_range range;
    size_t m = 0;

    while (m < 2 && strcmp(modes[m].name, mode) != 0)
        m++;
    assert_string_equal(modes[m].name, mode);
    assert_ok(hs_quant_options_profile(&options, "lab-pow2", &err), &err);
    options.denominator = HS_DENOM_QMAX;
    options.pow2_rounding = modes[m].mode;
    options.max_shift = (int)hs_value_integer(p, "max_shift", 0);
    options.min_shift = -options.max_shift;
    assert_ok(hs_observe_minmax(&range, arena, x, -1, 0, &options, &err), &err);
    assert_ok(hs_qparams_from_range(&qp, arena, &range, &target, &options, &err), &err);
    return qp;
}

static bool same_integer(const char *what, int64_t got, const struct hs_value *map, const char *key)
{
    int64_t want = hs_value_integer(map, key, INT64_MIN);

    if (got != want)
        print_error("%s is %lld, the oracle says %lld\n", what, (long long)got, (long long)want);
    return got == want;
}

static bool quantize(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params"), *expected = hs_value_get(c, "expected");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x"), q, r;
    struct hs_tensor want_q = hs_oracle_tensor(o, arena, c, "outputs", "q");
    struct hs_tensor want_r = hs_oracle_tensor(o, arena, c, "outputs", "dq");
    struct hs_qparams qp = qparams(arena, p, &x);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quantize_count count;

    assert_ok(hs_quantize(&q, arena, &x, &qp, &count, &err), &err);
    assert_ok(hs_dequantize(&r, arena, &q, &qp, want_r.dtype, &err), &err);
    if (!same_integer("exponent", qp.exponent[0], expected, "exponent") ||
        qp.scale[0] != strtod(hs_value_text(expected, "po2_scale_hex", "nan"), NULL) ||
        !same_integer("zero point", qp.zero_point[0], p, "zero_point") ||
        !same_integer("qmin", qp.qmin, p, "quant_min") ||
        !same_integer("qmax", qp.qmax, p, "quant_max") ||
        !same_integer("clipped", (int64_t)(count.clipped_low + count.clipped_high), expected,
                      "clipped") ||
        !hs_oracle_matches(c, "q", &q, &want_q) || !hs_oracle_matches(c, "dq", &r, &want_r))
        return false;
    if (hs_oracle_has(c, "outputs", "wrong_q_zp127")) {
        struct hs_tensor wrong = hs_oracle_tensor(o, arena, c, "outputs", "wrong_q_zp127");

        qp.zero_point[0] = 127;
        assert_ok(hs_quantize(&q, arena, &x, &qp, NULL, &err), &err);
        return hs_oracle_matches(c, "wrong_q_zp127", &q, &wrong);
    }
    return true;
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const char *op = hs_value_text(c, "op", "?");

    if (strcmp(op, "po2_exponent") == 0)
        return exponents(c);
    if (strcmp(op, "po2_mistake") == 0)
        return mistakes(c);
    if (strcmp(op, "po2_quantize") == 0)
        return quantize(o, arena, c);
    return false;
}

static void every_power_of_two_is_the_one_of_the_definition(void **state)
{
    hs_oracle_run("po2", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_power_of_two_is_the_one_of_the_definition,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
