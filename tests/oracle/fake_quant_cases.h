/* The cases of fake_quant beside PyTorch's two operators: learnable scales, the module with its
 * observer, and the layer of the QAT lab. */
#ifndef HS_ORACLE_FAKE_QUANT_CASES_H
#define HS_ORACLE_FAKE_QUANT_CASES_H

#include "oracle.h"

#include "quant/learnable.h"
#include "quant/observer.h"

static inline bool fq_same(const struct hs_oracle *o, struct hs_arena *arena,
                           const struct hs_value *c, const char *output,
                           const struct hs_tensor *got)
{
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", output);

    return hs_oracle_matches(c, output, got, &want);
}

/* n numbers against an output, whatever its shape. */
static inline bool fq_same_numbers(const struct hs_oracle *o, struct hs_arena *arena,
                                   const struct hs_value *c, const char *output, double *v,
                                   size_t n)
{
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", output), got;

    got = hs_tensor_view(v, HS_FLOAT64, want.ndim, want.shape);
    return hs_tensor_count(&want) == n && hs_oracle_matches(c, output, &got, &want);
}

static inline void fq_set(struct hs_value *map, struct hs_arena *arena, const char *key,
                          struct hs_value v)
{
    assert_true(hs_value_set(map, arena, key, v));
}

/* Zero points may be fractional; dscale and dzero_point at the stated tolerance, the rest exact. */
static inline bool fq_learnable(const struct hs_oracle *o, struct hs_arena *arena,
                                const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params"), *axis = hs_value_get(p, "axis");
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x"), y, dx;
    struct hs_tensor dy = hs_oracle_tensor(o, arena, c, "inputs", "dy");
    struct hs_tensor scale = hs_oracle_tensor(o, arena, c, "inputs", "scale");
    struct hs_tensor zero = hs_oracle_tensor(o, arena, c, "inputs", "zero_point");
    struct hs_value map = hs_value_map();
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp;
    double *grads;

    fq_set(&map, arena, "profile", hs_value_string(arena, "torch"));
    fq_set(&map, arena, "scale", hs_value_tensor(arena, &scale));
    fq_set(&map, arena, "zero_point", hs_value_tensor(arena, &zero));
    fq_set(&map, arena, "qmin", *hs_value_get(p, "quant_min"));
    fq_set(&map, arena, "qmax", *hs_value_get(p, "quant_max"));
    if (axis != NULL)
        fq_set(&map, arena, "axis", *axis);
    assert_ok(hs_learnable_from_value(&qp, arena, &map, &err), &err);
    grads = hs_arena_alloc(arena, 2 * qp.n, sizeof *grads);
    assert_non_null(grads);
    assert_ok(hs_fake_quantize(&y, arena, &x, &qp, &err), &err);
    assert_ok(hs_fake_quantize_grad(&dx, arena, &x, &qp, &dy, &err), &err);
    assert_ok(hs_learnable_grad(grads, grads + qp.n, arena, &x, &qp, &dy,
                                hs_value_number(p, "grad_factor", 0), &err),
              &err);
    return fq_same(o, arena, c, "y", &y) && fq_same(o, arena, c, "dx", &dx) &&
           fq_same_numbers(o, arena, c, "dscale", grads, qp.n) &&
           fq_same_numbers(o, arena, c, "dzero_point", grads + qp.n, qp.n);
}

/* The range that the module's observer has behind the first n batches, as qparams. */
static inline struct hs_qparams fq_observed(struct hs_arena *arena, const struct hs_value *p,
                                            const struct hs_tensor *const *batches, size_t n)
{
    const char *observer = hs_value_text(p, "observer", "?");
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_qtarget target = {.has_range = true};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_range range;
    struct hs_qparams qp;

    assert_ok(hs_quant_options_profile(&config.options, "torch", &err), &err);
    if (strstr(hs_value_text(p, "qscheme", "?"), "symmetric") != NULL)
        config.options.scheme = HS_SYMMETRIC;
    if (strstr(observer, "PerChannel") != NULL)
        config.axis = (int)hs_value_integer(p, "ch_axis", 0);
    config.averaging_constant = hs_value_number(p, "averaging_constant", 0.01);
    target.dtype = strcmp(hs_value_text(p, "dtype", "?"), "quint8") == 0 ? HS_UINT8 : HS_INT8;
    target.quant_min = hs_value_integer(p, "quant_min", 0);
    target.quant_max = hs_value_integer(p, "quant_max", 0);
    assert_ok(hs_observe(&range, arena,
                         strstr(observer, "Moving") != NULL ? "moving_average" : "minmax", batches,
                         n, &config, &err),
              &err);
    assert_ok(hs_qparams_from_range(&qp, arena, &range, &target, &config.options, &err), &err);
    return qp;
}

/* In every call the observer sees the batch first, then the batch goes through. */
static inline bool fq_module(const struct hs_oracle *o, struct hs_arena *arena,
                             const struct hs_value *c)
{
    enum { MOST = 16 };
    struct hs_tensor tensors[MOST];
    const struct hs_tensor *batches[MOST];
    struct hs_error err = HS_ERROR_INIT;
    bool ok = true;
    size_t n = 0;
    char name[32];

    for (; snprintf(name, sizeof name, "batch%zu", n), hs_oracle_has(c, "inputs", name); n++) {
        struct hs_qparams qp;
        struct hs_tensor y;
        double zero;

        assert_true(n < MOST);
        tensors[n] = hs_oracle_tensor(o, arena, c, "inputs", name);
        batches[n] = &tensors[n];
        qp = fq_observed(arena, hs_value_get(c, "params"), batches, n + 1);
        assert_int_equal(qp.n, 1);
        zero = (double)qp.zero_point[0];
        assert_ok(hs_fake_quantize(&y, arena, &tensors[n], &qp, &err), &err);
        snprintf(name, sizeof name, "scale%zu", n);
        ok &= fq_same_numbers(o, arena, c, name, qp.scale, 1);
        snprintf(name, sizeof name, "zero_point%zu", n);
        ok &= fq_same_numbers(o, arena, c, name, &zero, 1);
        snprintf(name, sizeof name, "y%zu", n);
        ok &= fq_same(o, arena, c, name, &y);
    }
    return ok && n > 0;
}

/* The lab's layer, in float64: z = 0, codes of `bits` bits, signed or not. */
static inline bool fq_lab(const struct hs_oracle *o, struct hs_arena *arena,
                          const struct hs_value *c, bool is_signed)
{
    const struct hs_value *p = hs_value_get(c, "params");
    int64_t bits = hs_value_integer(p, "bits", 0), zero = 0;
    struct hs_tensor given = hs_oracle_tensor(o, arena, c, "inputs", "x"), x, codes, y, dx;
    struct hs_tensor upstream = hs_oracle_tensor(o, arena, c, "inputs", "dy"), dy;
    double scale = hs_value_number(p, "scale", 0);
    struct hs_qparams qp = {.scale = &scale, .zero_point = &zero, .n = 1, .axis = -1};
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_quant_options_profile(&qp.options, NULL, &err), &err);
    qp.dtype = HS_INT32;
    qp.qmin = is_signed ? -(INT64_C(1) << (bits - 1)) : 0;
    qp.qmax = qp.qmin + (INT64_C(1) << bits) - 1;
    assert_ok(hs_tensor_as(&x, arena, &given, HS_FLOAT64, &err), &err);
    assert_ok(hs_tensor_as(&dy, arena, &upstream, HS_FLOAT64, &err), &err);
    assert_ok(hs_quantize(&codes, arena, &x, &qp, NULL, &err), &err);
    assert_ok(hs_fake_quantize(&y, arena, &x, &qp, &err), &err);
    assert_ok(hs_fake_quantize_grad(&dx, arena, &x, &qp, &dy, &err), &err);
    return fq_same(o, arena, c, "x_int", &codes) && fq_same(o, arena, c, "y", &y) &&
           fq_same(o, arena, c, "dx", &dx);
}

#endif
