/* Topic `schemes`: DoReFa, PACT, WRPN, Distiller's range linear, and the rules that cut a range. */
#include "oracle.h"

#include <math.h>

#include "quant/clip.h"
#include "quant/observer.h"
#include "quant/schemes.h"

struct job {
    const struct hs_oracle *o;
    struct hs_arena *arena;
    const struct hs_value *c, *p; /* the case and its parameters */
    int bits;
};

static struct hs_tensor input(const struct job *j, const char *name)
{
    return hs_oracle_tensor(j->o, j->arena, j->c, "inputs", name);
}

static bool matches(const struct job *j, const char *output, const struct hs_tensor *got)
{
    struct hs_tensor want = hs_oracle_tensor(j->o, j->arena, j->c, "outputs", output);

    return hs_oracle_matches(j->c, output, got, &want);
}

static bool near(const struct job *j, const char *key, double got)
{
    const struct hs_value *tolerance = hs_value_get(j->c, "tolerance");
    double want = hs_value_number(hs_value_get(j->c, "expected"), key, (double)NAN);
    double limit =
        hs_value_number(tolerance, "atol", 0) + hs_value_number(tolerance, "rtol", 0) * fabs(want);

    if (fabs(got - want) <= limit)
        return true;
    print_error("%s is %.17g, the oracle says %.17g\n", key, got, want);
    return false;
}

static bool dorefa_weights(const struct job *j)
{
    struct hs_tensor w = input(j, "w"), out;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = hs_dorefa_weights(&out, j->arena, &w, j->bits, &err);

    if (hs_value_get(hs_value_get(j->c, "expected"), "w_q") != NULL) /* "undefined" */
        return st == HS_ERANGE && strstr(err.text, "0/0") != NULL;
    assert_ok(st, &err);
    if (!matches(j, "w_q", &out))
        return false;
    if (!hs_oracle_has(j->c, "outputs", "w_q_binary"))
        return true;
    assert_ok(hs_dorefa_binary_weights(&out, j->arena, &w, &err), &err);
    return matches(j, "w_q_binary", &out);
}

static bool dorefa_activations(const struct job *j)
{
    struct hs_tensor a = input(j, "a"), dy = input(j, "dy"), out, codes, away, da;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_dorefa_activations(&out, &codes, j->arena, &a, j->bits, &err), &err);
    assert_ok(hs_unit_quantize(&away, NULL, j->arena, &a, j->bits, HS_ROUND_HALF_AWAY, &err), &err);
    assert_ok(hs_unit_clip_grad(&da, j->arena, &a, &dy, &err), &err);
    return matches(j, "a_q", &out) && matches(j, "a_int", &codes) &&
           matches(j, "a_q_half_away", &away) && matches(j, "da", &da);
}

static bool wrpn_activations(const struct job *j)
{
    struct hs_tensor a = input(j, "a"), out;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_dorefa_activations(&out, NULL, j->arena, &a, j->bits, &err), &err);
    return matches(j, "a_q", &out);
}

static bool wrpn_weights(const struct job *j)
{
    struct hs_tensor w = input(j, "w"), out, codes;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_wrpn_weights(&out, &codes, j->arena, &w, j->bits, &err), &err);
    return matches(j, "w_q", &out) && matches(j, "w_int", &codes);
}

static bool pact(const struct job *j)
{
    struct hs_tensor x = input(j, "x"), dy = input(j, "dy"), out, clipped, codes, dx, scalar;
    double alpha = hs_value_number(j->p, "alpha", 0), dalpha;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_pact(&out, &clipped, &codes, j->arena, &x, alpha, j->bits, &err), &err);
    assert_ok(hs_pact_grad(&dx, &dalpha, j->arena, &x, alpha, &dy, &err), &err);
    scalar = hs_tensor_view(&dalpha, HS_FLOAT64, 0, NULL);
    return matches(j, "y", &clipped) && matches(j, "y_q", &out) && matches(j, "y_int", &codes) &&
           matches(j, "dx", &dx) && matches(j, "dalpha", &scalar);
}

static bool asymmetric_linear(const struct job *j)
{
    struct hs_tensor x = input(j, "x"), q, back;
    double factor, zero_point;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_range_linear(&q, &back, &factor, &zero_point, j->arena, &x, j->bits,
                              hs_value_flag(j->p, "signed", false), &err),
              &err);
    return matches(j, "q", &q) && matches(j, "dq", &back) && near(j, "scale_factor", factor) &&
           near(j, "zero_point", zero_point);
}

/* The sheet's factor is twice the right one: its codes leave the range. */
static bool symmetric_linear(const struct job *j)
{
    struct hs_tensor x = input(j, "x"), restricted, full, printed;
    double narrow, wide;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_symmetric_linear(&restricted, &narrow, j->arena, &x, j->bits, false, &err), &err);
    assert_ok(hs_symmetric_linear(&full, &wide, j->arena, &x, j->bits, true, &err), &err);
    assert_ok(hs_tensor_new(&printed, j->arena, HS_FLOAT64, x.ndim, x.shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&x); i++)
        ((double *)printed.data)[i] = rint(hs_tensor_get(&x, i) * (2 * wide));
    return matches(j, "q_restricted", &restricted) && matches(j, "q_full", &full) &&
           matches(j, "wrong_q_as_printed", &printed) &&
           near(j, "scale_factor_restricted", narrow) && near(j, "scale_factor_full", wide);
}

static struct hs_range observed(const struct job *j, const char *id, const struct hs_tensor *x,
                                const struct hs_observer_config *config)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range range;

    assert_ok(hs_observe(&range, j->arena, id, &x, 1, config, &err), &err);
    return range;
}

static struct hs_tensor mapped(const struct job *j, const struct hs_tensor *x, double lo, double hi,
                               bool absolute)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor t;

    assert_ok(hs_tensor_new(&t, j->arena, HS_FLOAT64, x->ndim, x->shape, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(x); i++) {
        double v = hs_tensor_get(x, i);

        ((double *)t.data)[i] = absolute ? fabs(v) : fmin(fmax(v, lo), hi);
    }
    return t;
}

static bool percentile_clip(const struct job *j)
{
    struct hs_tensor x = input(j, "x"), size = mapped(j, &x, 0, 0, true), clipped;
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_range range;
    double threshold;

    config.percentile = hs_value_number(j->p, "percentile", 0);
    range = observed(j, "percentile", &x, &config);
    threshold = observed(j, "percentile", &size, &config).max[0];
    clipped = mapped(j, &x, -threshold, threshold, false);
    return near(j, "low", range.min[0]) && near(j, "high", range.max[0]) &&
           near(j, "abs_threshold", threshold) && matches(j, "clipped_symmetric", &clipped);
}

static bool n_std_clip(const struct job *j)
{
    struct hs_tensor x = input(j, "x");
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_range data = observed(j, "minmax", &x, &config), wide, cut;
    double absmax = fmax(-data.min[0], data.max[0]);

    config.n_std = hs_value_number(j->p, "n", 0);
    wide = observed(j, "sigma", &x, &config);
    config.clip_to_data = true;
    cut = observed(j, "sigma", &x, &config);
    return near(j, "low", cut.min[0]) && near(j, "high", cut.max[0]) &&
           near(j, "mean", (wide.min[0] + wide.max[0]) / 2) &&
           near(j, "std", (wide.max[0] - wide.min[0]) / (2 * config.n_std)) &&
           near(j, "abs_threshold", fmin(fmax(fabs(wide.min[0]), fabs(wide.max[0])), absmax));
}

static bool mse_optimal_clip(const struct job *j)
{
    struct hs_tensor x = input(j, "x"), curve;
    struct hs_observer_config config = hs_observer_config_default();
    size_t grid = (size_t)hs_value_integer(j->p, "grid", 0), best;
    double threshold, *errors = hs_arena_alloc(j->arena, grid, sizeof *errors);
    struct hs_range range;

    assert_non_null(errors);
    config.target = (struct hs_qtarget){.dtype = HS_INT16, .bits = j->bits};
    config.grid = grid;
    range = observed(j, "mse", &x, &config);
    threshold = fmax(-range.min[0], range.max[0]);
    best = hs_mse_curve(errors, x.data, hs_tensor_count(&x), j->bits, grid);
    curve = hs_tensor_view(errors, HS_FLOAT64, 1, &grid);
    return near(j, "threshold", threshold) && near(j, "index", (double)best) &&
           near(j, "scale", threshold / (ldexp(1, j->bits - 1) - 1)) &&
           near(j, "mse", errors[best - 1]) && matches(j, "mse", &curve);
}

static bool kl_calibration(const struct job *j)
{
    struct hs_tensor x = input(j, "x"), counts, curve;
    struct hs_observer_config config = hs_observer_config_default();
    size_t bins = (size_t)hs_value_integer(j->p, "bins", 0), count = hs_tensor_count(&x), kept;
    size_t levels = (size_t)hs_value_integer(j->p, "levels", 0), length = bins - levels + 1;
    double *v = hs_arena_alloc(j->arena, 3 * bins, sizeof *v), *q = v + bins, *d = q + bins, t;
    struct hs_range data = observed(j, "minmax", &x, &config), range;
    double absmax = fmax(-data.min[0], data.max[0]);

    assert_non_null(v);
    hs_entropy_histogram(v, bins, x.data, count, absmax);
    kept = hs_entropy_curve(d, q, v, bins, levels);
    t = ((double)kept + 0.5) * absmax / (double)bins;
    counts = hs_tensor_view(v, HS_FLOAT64, 1, &bins);
    curve = hs_tensor_view(d, HS_FLOAT64, 1, &length);
    config.bins = bins;
    config.levels = levels;
    range = observed(j, "entropy", &x, &config);
    assert_close(range.max[0], fmin(data.max[0], t), 1e-12 * absmax);
    assert_close(range.min[0], fmax(data.min[0], -t), 1e-12 * absmax);
    return matches(j, "histogram", &counts) && matches(j, "divergence", &curve) &&
           near(j, "bins_kept", (double)kept) && near(j, "threshold", t) &&
           near(j, "max_abs", absmax) && near(j, "divergence_min", d[kept - levels]);
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    static const struct {
        const char *op;
        bool (*run)(const struct job *j);
    } ops[] = {{"dorefa_weights", dorefa_weights},
               {"dorefa_activations", dorefa_activations},
               {"pact", pact},
               {"wrpn_weights", wrpn_weights},
               {"wrpn_activations", wrpn_activations},
               {"asymmetric_linear", asymmetric_linear},
               {"symmetric_linear", symmetric_linear},
               {"percentile_clip", percentile_clip},
               {"n_std_clip", n_std_clip},
               {"mse_optimal_clip", mse_optimal_clip},
               {"kl_calibration", kl_calibration}};
    struct job j = {.o = o, .arena = arena, .c = c, .p = hs_value_get(c, "params")};

    j.bits = (int)hs_value_integer(j.p, "bits", 0);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(ops[i].op, hs_value_text(c, "op", "?")) == 0)
            return ops[i].run(&j);
    print_error("no function for %s\n", hs_value_text(c, "op", "?"));
    return false;
}

static void every_published_scheme_agrees_with_its_formula(void **state)
{
    hs_oracle_run("schemes", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_published_scheme_agrees_with_its_formula,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
