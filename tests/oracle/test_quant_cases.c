/* Runs the files of tests/cases/quant: the small set of our own making that is there without
 * ../shared. */
#include "oracle.h"

#include <math.h>

#include "num/number.h"
#include "quant/qparams.h"

/* A list of numbers, "nan", "inf" and "-inf" as a float32 tensor. */
static struct hs_tensor tensor_of(struct hs_arena *arena, const struct hs_value *list)
{
    size_t n = hs_value_len(list);
    float *x = hs_arena_alloc(arena, n, sizeof *x);

    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        const struct hs_value *v = hs_value_at(list, i);
        double number;

        x[i] = hs_value_to_number(v, &number) ? (float)number : strtof(v->as.string.text, NULL);
    }
    return hs_tensor_view(x, HS_FLOAT32, 1, &n);
}

static bool same(const struct hs_value *c, const char *key, const struct hs_tensor *got)
{
    const struct hs_value *want = hs_value_get(c, key);
    double number = 0;

    if (want == NULL)
        return true;
    assert_int_equal(hs_tensor_count(got), hs_value_len(want));
    for (size_t i = 0; i < hs_value_len(want); i++) {
        assert_true(hs_value_to_number(hs_value_at(want, i), &number));
        if (hs_tensor_get(got, i) != number) {
            print_error("%s: %s[%zu] is %g, wanted %g\n", hs_value_text(c, "name", "?"), key, i,
                        hs_tensor_get(got, i), number);
            return false;
        }
    }
    return true;
}

static bool refused_as_told(const struct hs_value *c, enum hs_status st, const struct hs_error *err)
{
    const char *part = hs_value_text(c, "error", NULL);

    if (part == NULL && st == HS_OK)
        return true;
    if (part != NULL && st != HS_OK && strstr(err->text, part) != NULL)
        return true;
    print_error("%s: \"%s\", wanted \"%s\"\n", hs_value_text(c, "name", "?"),
                st == HS_OK ? "no error" : err->text, part != NULL ? part : "no error");
    return false;
}

static bool quantize(struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_tensor x = tensor_of(arena, hs_value_get(c, "x")), ones, q, r;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;
    enum hs_status st = hs_qparams_from_value(&qp, arena, hs_value_get(c, "qparams"), &err);

    if (st == HS_OK)
        st = hs_quantize(&q, arena, &x, &qp, NULL, &err);
    if (st != HS_OK || hs_value_get(c, "error") != NULL)
        return refused_as_told(c, st, &err);
    assert_ok(hs_dequantize(&r, arena, &q, &qp, HS_FLOAT32, &err), &err);
    if (!same(c, "q", &q) || !same(c, "xhat", &r))
        return false;
    assert_ok(hs_fake_quantize(&r, arena, &x, &qp, &err), &err);
    if (!same(c, "xhat", &r))
        return false;
    assert_ok(hs_tensor_copy(&ones, arena, &x, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&ones); i++)
        assert_true(hs_tensor_set(&ones, i, 1));
    assert_ok(hs_fake_quantize_grad(&r, arena, &x, &qp, &ones, &err), &err);
    return same(c, "gradient", &r);
}

static bool qparams(struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *options = hs_value_get(c, "options");
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options o;
    struct hs_number scale;
    struct hs_qtarget target = {.bits = (int)hs_value_integer(c, "bits", 0)};
    struct hs_qparams qp;
    struct hs_range range;
    enum hs_status st;

    target.dtype = (enum hs_dtype)hs_dtype_find(hs_value_text(c, "dtype", "?"));
    assert_ok(hs_quant_options_profile(&o, hs_value_text(c, "profile", NULL), &err), &err);
    if (options != NULL)
        assert_ok(hs_quant_options_from_value(&o, options, &err), &err);
    assert_ok(hs_range_from_value(&range, arena, hs_value_get(c, "range"), &err), &err);
    st = hs_qparams_from_range(&qp, arena, &range, &target, &o, &err);
    if (st != HS_OK || hs_value_get(c, "error") != NULL)
        return refused_as_told(c, st, &err);
    assert_ok(hs_number_read(&scale, hs_value_text(c, "scale", "?"), 0, &err), &err);
    if (qp.scale[0] != scale.value || qp.zero_point[0] != hs_value_integer(c, "zero_point", 9999)) {
        print_error("%s: scale %a, zero point %d\n", hs_value_text(c, "name", "?"), qp.scale[0],
                    (int)qp.zero_point[0]);
        return false;
    }
    return qp.exponent == NULL || qp.exponent[0] == hs_value_integer(c, "exponent", 9999);
}

static void run_file(struct hs_arena *arena, const char *name,
                     bool (*run_case)(struct hs_arena *, const struct hs_value *))
{
    struct hs_value cases = hs_test_json(arena, hs_test_source(name));
    size_t passed = 0;

    assert_true(hs_value_len(&cases) > 10);
    for (size_t i = 0; i < hs_value_len(&cases); i++)
        passed += run_case(arena, hs_value_at(&cases, i));
    assert_int_equal(passed, hs_value_len(&cases));
}

static void quantize_does_what_paper_says(void **state)
{
    run_file(*state, "tests/cases/quant/quantize.json", quantize);
}

static void qparams_are_what_paper_says(void **state)
{
    run_file(*state, "tests/cases/quant/qparams.json", qparams);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(quantize_does_what_paper_says, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(qparams_are_what_paper_says, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
