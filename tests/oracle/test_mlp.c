/* Static post-training quantization of a small MLP by the operators of src/quant. */
#include "oracle.h"

#include <math.h>

#include "quant/integer.h"
#include "quant/qparams.h"
#include "quant/requantize.h"

static const struct hs_tensor *of(struct hs_tensor *out, const struct hs_oracle *o,
                                  struct hs_arena *arena, const struct hs_value *c,
                                  const char *group, const char *stem, size_t layer)
{
    char name[32];

    snprintf(name, sizeof name, "%s%zu", stem, layer);
    *out = hs_oracle_tensor(o, arena, c, group, name);
    return out;
}

static bool agrees(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c,
                   const char *name, const struct hs_tensor *got)
{
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", name);

    return hs_oracle_matches(c, name, got, &want);
}

static bool number_agrees(const struct hs_oracle *o, struct hs_arena *arena,
                          const struct hs_value *c, const char *name, double got)
{
    struct hs_tensor t = hs_tensor_view(&got, HS_FLOAT64, 0, NULL);

    return agrees(o, arena, c, name, &t);
}

static char *named(char out[32], const char *before, size_t layer, const char *behind)
{
    snprintf(out, 32, "%s%zu%s", before, layer, behind);
    return out;
}

/* S = max|t| / (2^(bits-1) - 1) and the codes of t, in float64. */
static struct hs_qparams symmetric(struct hs_arena *arena, const struct hs_tensor *t, int bits)
{
    struct hs_qtarget target = {.dtype = HS_INT8, .bits = bits};
    struct hs_quant_options options;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;
    struct hs_range range;

    assert_ok(hs_quant_options_profile(&options, NULL, &err), &err);
    options.scheme = HS_SYMMETRIC;
    options.qparams_precision = HS_PRECISION_F64;
    assert_ok(hs_observe_minmax(&range, arena, t, -1, 0, &options, &err), &err);
    assert_ok(hs_qparams_from_range(&qp, arena, &range, &target, &options, &err), &err);
    return qp;
}

/* The float layer: y = ReLU(x w^T + b), the ReLU not for the last one. */
static struct hs_tensor float_layer(struct hs_arena *arena, const struct hs_tensor *x,
                                    const struct hs_tensor *w, const struct hs_tensor *b, bool relu)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor y;
    size_t shape[] = {x->shape[0], w->shape[0]}, k = x->shape[1];

    assert_ok(hs_tensor_new(&y, arena, HS_FLOAT64, 2, shape, &err), &err);
    for (size_t i = 0; i < shape[0] * shape[1]; i++) {
        double sum = 0;

        for (size_t j = 0; j < k; j++)
            sum += hs_tensor_get(x, i / shape[1] * k + j) * hs_tensor_get(w, i % shape[1] * k + j);
        sum += hs_tensor_get(b, i % shape[1]);
        ((double *)y.data)[i] = relu && sum < 0 ? 0 : sum;
    }
    return y;
}

struct flow {
    struct hs_tensor q, real; /* codes and real values that the next layer sees */
    double scale;             /* of q */
};

static bool layer(struct flow *f, const struct hs_oracle *o, struct hs_arena *arena,
                  const struct hs_value *c, size_t k, bool last)
{
    int bits = (int)hs_value_integer(hs_value_get(c, "params"), "bits", 0);
    struct hs_tensor w, b, wq, bq, acc, y, aq;
    struct hs_qparams pw, pa;
    struct hs_requantizer r = {.n = 1, .dtype = HS_INT8, .relu = !last};
    struct hs_error err = HS_ERROR_INIT;
    char name[32];
    double m;
    bool ok;

    of(&w, o, arena, c, "inputs", "w", k);
    of(&b, o, arena, c, "inputs", "b", k);
    pw = symmetric(arena, &w, bits);
    assert_ok(hs_quantize(&wq, arena, &w, &pw, NULL, &err), &err);
    assert_ok(hs_quantize_bias_by(&bq, arena, &b, f->scale, pw.scale, 1, HS_ROUND_HALF_EVEN,
                                  HS_BIAS_ERROR, NULL, &err),
              &err);
    assert_ok(hs_integer_linear(&acc, arena, &f->q, 0, &wq, 0, &bq, &err), &err);
    y = float_layer(arena, &f->real, &w, &b, !last);
    pa = symmetric(arena, &y, bits);
    m = pw.scale[0] * f->scale / pa.scale[0];
    r.multiplier = &m;
    r.qmin = pa.qmin;
    r.qmax = pa.qmax;
    assert_ok(hs_requantizer_prepare(&r, arena, &err), &err);
    assert_ok(hs_requantize(&aq, arena, &acc, &r, -1, NULL, &err), &err);
    ok = agrees(o, arena, c, named(name, "w", k, "_q"), &wq);
    ok &= agrees(o, arena, c, named(name, "b", k, "_q"), &bq);
    ok &= agrees(o, arena, c, named(name, "acc", k, ""), &acc);
    ok &= agrees(o, arena, c, named(name, "a", k, "_q"), &aq);
    ok &= number_agrees(o, arena, c, named(name, "s_w", k, ""), pw.scale[0]);
    ok &= number_agrees(o, arena, c, named(name, "s_a", k, ""), pa.scale[0]);
    *f = (struct flow){.q = aq, .real = y, .scale = pa.scale[0]};
    return ok;
}

static bool same_choices(const struct hs_value *c, const char *key, const struct hs_tensor *y)
{
    const struct hs_value *want = hs_value_get(hs_value_get(c, "expected"), key);
    size_t n = y->shape[1];
    bool ok = hs_value_len(want) == y->shape[0];

    for (size_t i = 0; ok && i < y->shape[0]; i++) {
        size_t best = 0;

        for (size_t j = 1; j < n; j++)
            if (hs_tensor_get(y, i * n + j) > hs_tensor_get(y, i * n + best))
                best = j;
        ok = (int64_t)best == hs_value_at(want, i)->as.integer;
    }
    return ok;
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    int bits = (int)hs_value_integer(hs_value_get(c, "params"), "bits", 0);
    struct flow f = {.real = hs_oracle_tensor(o, arena, c, "inputs", "x")};
    struct hs_qparams px = symmetric(arena, &f.real, bits);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor y;
    size_t layers = 0;
    char name[32];
    bool ok;

    if (strcmp(hs_value_text(c, "op", "?"), "mlp_ptq") != 0)
        return false;
    while (hs_oracle_has(c, "inputs", named(name, "w", layers, "")))
        layers++;
    assert_ok(hs_quantize(&f.q, arena, &f.real, &px, NULL, &err), &err);
    f.scale = px.scale[0];
    ok = agrees(o, arena, c, "x_q", &f.q) && number_agrees(o, arena, c, "s_x", f.scale);
    for (size_t k = 0; k < layers; k++)
        ok &= layer(&f, o, arena, c, k, k + 1 == layers);
    px.scale[0] = f.scale;
    assert_ok(hs_dequantize(&y, arena, &f.q, &px, HS_FLOAT64, &err), &err);
    return ok && (layers > 0) && agrees(o, arena, c, "y_float", &f.real) &&
           agrees(o, arena, c, "y_dequantized", &y) && same_choices(c, "argmax_float", &f.real) &&
           same_choices(c, "argmax_quantized", &f.q);
}

static void every_layer_of_the_mlp_gives_its_codes(void **state)
{
    hs_oracle_run("mlp", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_layer_of_the_mlp_gives_its_codes, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
