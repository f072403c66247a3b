/* Observers of torch. HistogramObserver's state (its own min, max and counts) is compared through
 * quant/histogram.h, for the range of an observer is what its search leaves. */
#include <math.h>

#include "oracle.h"
#include "quant/histogram.h"
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
    if (hs_starts_with(hs_value_text(c, "op", "?"), "Histogram"))
        s->observer = "histogram";
    s->config.bins = (size_t)hs_value_integer(p, "bins", 2048);
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

/* The state behind the batches. */
static bool same_histogram(const struct hs_oracle *o, struct hs_arena *arena,
                           const struct hs_value *c, const struct setup *s)
{
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", "histogram"), counts;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_histogram h;
    double min, max;

    assert_ok(hs_histogram_init(&h, arena, s->config.bins, &err), &err);
    for (size_t i = 0; i < s->n; i++) {
        assert_int_equal(s->tensors[i].dtype, HS_FLOAT32);
        assert_ok(hs_histogram_add(&h, arena, s->tensors[i].data, hs_tensor_count(&s->tensors[i]),
                                   &err),
                  &err);
    }
    min = (double)h.min;
    max = (double)h.max;
    counts = hs_tensor_view(h.counts, HS_FLOAT32, 1, &h.bins);
    return same(o, arena, c, "min_val", &min, 1) && same(o, arena, c, "max_val", &max, 1) &&
           hs_oracle_matches(c, "histogram", &counts, &want);
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
    if (!same(o, arena, c, "scale", qp.scale, qp.n) || !same(o, arena, c, "zero_point", zero, qp.n))
        return false;
    if (strcmp(s.observer, "histogram") == 0)
        return same_histogram(o, arena, c, &s);
    return same(o, arena, c, "min_val", range.min, range.n) &&
           same(o, arena, c, "max_val", range.max, range.n);
}

static void every_observer_of_torch_agrees_at_its_tolerance(void **state)
{
    hs_oracle_run("observers", *state, observe); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_observer_of_torch_agrees_at_its_tolerance,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
