/* Observers of torch (all but HistogramObserver, which quant has no observer for) and the clipping
 * rules of topic `schemes` that are observers here: percentile, n-std, MSE. */
#include <math.h>

#include "oracle.h"
#include "quant/observer.h"

enum { MOST_BATCHES = 16 };

struct setup {
    struct hs_observer_config config;
    const char *observer;
    struct hs_tensor tensors[MOST_BATCHES];
    const struct hs_tensor *batches[MOST_BATCHES];
    size_t n;
};

static void read_case(struct setup *s, const struct hs_oracle *o, struct hs_arena *arena,
                      const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params"), *min = hs_value_get(p, "quant_min");
    struct hs_error err = HS_ERROR_INIT;
    char name[16];

    *s = (struct setup){.config = hs_observer_config_default(), .observer = "minmax"};
    assert_ok(hs_quant_options_profile(&s->config.options, "torch", &err), &err);
    if (hs_starts_with(hs_value_text(c, "op", "?"), "Moving"))
        s->observer = "moving_average";
    s->config.axis = (int)hs_value_integer(p, "ch_axis", -1);
    s->config.averaging_constant = hs_value_number(p, "averaging_constant", 0.01);
    s->config.options.eps = hs_value_number(p, "eps", s->config.options.eps);
    s->config.options.reduce_range = hs_value_flag(p, "reduce_range", false);
    if (strcmp(hs_value_text(p, "qscheme", "?"), "symmetric") == 0)
        s->config.options.scheme = HS_SYMMETRIC;
    s->config.target.dtype = (enum hs_dtype)hs_dtype_find(hs_value_text(p, "dtype", "?"));
    s->config.target.has_range = min != NULL && min->kind == HS_INTEGER;
    s->config.target.quant_min = hs_value_integer(p, "quant_min", 0);
    s->config.target.quant_max = hs_value_integer(p, "quant_max", 0);
    for (; s->n < MOST_BATCHES; s->n++) {
        snprintf(name, sizeof name, "batch%zu", s->n);
        if (!hs_oracle_has(c, "inputs", name))
            break;
        s->tensors[s->n] = hs_oracle_tensor(o, arena, c, "inputs", name);
        s->batches[s->n] = &s->tensors[s->n];
    }
}

static bool same(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c,
                 const char *output, const double *got, size_t n)
{
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", output);
    struct hs_tensor view =
        hs_tensor_view((double *)(uintptr_t)got, HS_FLOAT64, want.ndim, want.shape);

    if (hs_tensor_count(&want) != n) {
        print_error("%s: %zu values, the oracle has %zu\n", output, n, hs_tensor_count(&want));
        return false;
    }
    return hs_oracle_matches(c, output, &view, &want);
}

/* No data: an error here, and scale 1, zero point 0 in torch. Infinities and a range too wide for
 * float32 are records of the machine; here they are left out and counted, or refused. */
static bool by_our_rules(const struct hs_value *c, const struct setup *s, enum hs_status st,
                         const struct hs_error *err, const struct hs_range *range)
{
    if (s->n == 0)
        return st == HS_EINVAL;
    if (strstr(hs_value_text(c, "name", ""), "overflow") != NULL)
        return st == HS_ERANGE && strstr(err->text, "too wide") != NULL;
    if (st == HS_OK)
        return range->excluded > 0 && isfinite(range->min[0]) && isfinite(range->max[0]);
    return st == HS_ERANGE;
}

static bool observe(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range range = {.n = 0};
    struct hs_qparams qp = {.n = 0};
    enum hs_status st;
    struct setup s;
    double *zero;

    read_case(&s, o, arena, c);
    st = hs_observe(&range, arena, s.observer, s.batches, s.n, &s.config, &err);
    if (st == HS_OK)
        st = hs_qparams_from_range(&qp, arena, &range, &s.config.target, &s.config.options, &err);
    if (s.n == 0 || hs_oracle_tagged(c, "platform"))
        return by_our_rules(c, &s, st, &err, &range);
    if (hs_oracle_tagged(c, "error"))
        return st != HS_OK;
    assert_ok(st, &err);
    zero = hs_arena_alloc(arena, qp.n, sizeof *zero);
    assert_non_null(zero);
    for (size_t i = 0; i < qp.n; i++)
        zero[i] = (double)qp.zero_point[i];
    return same(o, arena, c, "min_val", range.min, range.n) &&
           same(o, arena, c, "max_val", range.max, range.n) &&
           same(o, arena, c, "scale", qp.scale, qp.n) &&
           same(o, arena, c, "zero_point", zero, qp.n);
}

static bool near(const struct hs_value *c, const char *key, double got)
{
    const struct hs_value *tolerance = hs_value_get(c, "tolerance");
    double want = hs_value_number(hs_value_get(c, "expected"), key, (double)NAN);
    double limit =
        hs_value_number(tolerance, "atol", 0) + hs_value_number(tolerance, "rtol", 0) * fabs(want);

    if (fabs(got - want) <= limit)
        return true;
    print_error("%s is %.17g, the oracle says %.17g\n", key, got, want);
    return false;
}

static bool clip(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x");
    const struct hs_tensor *batch = &x;
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range range;
    const char *op = hs_value_text(c, "op", "?"), *id = "percentile";

    config.percentile = hs_value_number(p, "percentile", 99);
    config.n_std = hs_value_number(p, "n", 3);
    config.clip_to_data = true;
    config.target.dtype = HS_INT16;
    config.target.bits = (int)hs_value_integer(p, "bits", 0);
    config.grid = (size_t)hs_value_integer(p, "grid", 100);
    if (strcmp(op, "n_std_clip") == 0)
        id = "sigma";
    if (strcmp(op, "mse_optimal_clip") == 0)
        id = "mse";
    assert_ok(hs_observe(&range, arena, id, &batch, 1, &config, &err), &err);
    if (strcmp(id, "mse") == 0)
        return near(c, "threshold", fmax(-range.min[0], range.max[0]));
    return near(c, "low", range.min[0]) && near(c, "high", range.max[0]);
}

static void every_minmax_observer_of_torch_agrees_to_the_last_bit(void **state)
{
    static const char *const ops[] = {"MinMax", "MovingAverage", "PerChannel", NULL};

    hs_oracle_run_ops("observers", ops, *state, observe); /* asserts that all passed */
}

static void clipping_rules_agree_with_their_formulas(void **state)
{
    static const char *const ops[] = {"percentile_clip", "n_std_clip", "mse_optimal_clip", NULL};

    hs_oracle_run_ops("schemes", ops, *state, clip); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_minmax_observer_of_torch_agrees_to_the_last_bit,
                                        hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(clipping_rules_agree_with_their_formulas, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
