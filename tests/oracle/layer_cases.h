/* What the topics qlinear and qconv share: every output of a case from its accumulators. */
#ifndef HS_ORACLE_LAYER_CASES_H
#define HS_ORACLE_LAYER_CASES_H

#include "oracle.h"

#include "quant/requantize.h"

/* M = s_x s_w / s_y of each channel, as the case writes it in hexadecimal. */
static inline double *layer_multipliers(struct hs_arena *arena, const struct hs_value *p, size_t *n)
{
    const struct hs_value *list = hs_value_get(p, "multiplier_hex");
    double *m;

    *n = hs_value_len(list);
    assert_true(*n > 0);
    m = hs_arena_alloc(arena, *n, sizeof *m);
    assert_non_null(m);
    for (size_t i = 0; i < *n; i++)
        m[i] = strtod(hs_value_at(list, i)->as.string.text, NULL);
    return m;
}

/* The same product from the three scales, which is what a user has. */
static inline void layer_scales_agree(const struct hs_oracle *o, struct hs_arena *arena,
                                      const struct hs_value *c, const double *m, size_t n)
{
    const struct hs_value *p = hs_value_get(c, "params");
    double s_x = hs_value_number(p, "x_scale", 0), s_y = hs_value_number(p, "y_scale", 0);

    for (size_t i = 0; i < n; i++) {
        struct hs_tensor s_w;
        double w = hs_value_number(p, "w_scale", 0);

        if (hs_oracle_has(c, "inputs", "w_scale")) {
            s_w = hs_oracle_tensor(o, arena, c, "inputs", "w_scale");
            w = hs_tensor_get(&s_w, i);
        }
        assert_true(s_x * w / s_y == m[i]);
    }
}

static inline struct hs_requantizer layer_requantizer(struct hs_arena *arena,
                                                      const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    const char *dtype = hs_value_text(p, "act_dtype", "?");
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT, .rounding = HS_ROUND_HALF_EVEN};

    r.multiplier = layer_multipliers(arena, p, &r.n);
    r.zero_point = hs_value_integer(p, "y_zero_point", 0);
    r.qmin = hs_value_integer(p, "quant_min", 0);
    r.qmax = hs_value_integer(p, "quant_max", 0);
    assert_true(hs_dtype_find(dtype) >= 0);
    r.dtype = (enum hs_dtype)hs_dtype_find(dtype);
    return r;
}

static inline bool layer_output(const struct hs_oracle *o, struct hs_arena *arena,
                                const struct hs_value *c, const char *output,
                                const struct hs_tensor *acc, struct hs_requantizer r)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor y, want;

    if (!hs_oracle_has(c, "outputs", output))
        return true;
    want = hs_oracle_tensor(o, arena, c, "outputs", output);
    assert_ok(hs_requantizer_prepare(&r, arena, &err), &err);
    assert_ok(hs_requantize(&y, arena, acc, &r, 1, NULL, &err), &err);
    return y.dtype == want.dtype && hs_oracle_matches(c, output, &y, &want);
}

/* How often the named arithmetic of an engine gives exactly the codes that it recorded. */
struct layer_engine {
    const char *output, *arithmetic;
    bool zero_point_first;
    size_t cases, same_cases, codes, other_codes;
};

static inline void layer_engine_count(struct layer_engine *e, const struct hs_oracle *o,
                                      struct hs_arena *arena, const struct hs_value *c,
                                      const struct hs_tensor *acc, struct hs_requantizer r)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor y, want;
    size_t other = 0;

    if (!hs_oracle_has(c, "outputs", e->output))
        return;
    r.float32 = true;
    r.zero_point_first = e->zero_point_first;
    want = hs_oracle_tensor(o, arena, c, "outputs", e->output);
    assert_ok(hs_requantize(&y, arena, acc, &r, 1, NULL, &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&want); i++)
        other += hs_tensor_get(&y, i) != hs_tensor_get(&want, i);
    e->cases++;
    e->same_cases += other == 0;
    e->codes += hs_tensor_count(&want);
    e->other_codes += other;
}

static struct layer_engine layer_engines[] = {
    {.output = "y_qnnpack", .arithmetic = "float32"},
    {.output = "y_ort", .arithmetic = "float32"},
    {.output = "y_ort_gemm", .arithmetic = "float32"},
    {.output = "y_onednn",
     .arithmetic = "float32, zero point before rounding",
     .zero_point_first = true},
};
enum { LAYER_ENGINES = sizeof layer_engines / sizeof *layer_engines };

static inline void layer_engines_print(void)
{
    for (size_t i = 0; i < LAYER_ENGINES; i++)
        if (layer_engines[i].cases > 0)
            print_message("%s by %s: %zu of %zu cases to the last code, %zu of %zu codes differ\n",
                          layer_engines[i].output, layer_engines[i].arithmetic,
                          layer_engines[i].same_cases, layer_engines[i].cases,
                          layer_engines[i].other_codes, layer_engines[i].codes);
}

/* Every requantizer against its output of the case; the engines at the tolerance that it states. */
static inline bool layer_outputs(const struct hs_oracle *o, struct hs_arena *arena,
                                 const struct hs_value *c, const struct hs_tensor *acc)
{
    struct hs_requantizer r = layer_requantizer(arena, c), other = r;
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", "acc");
    bool ok = hs_oracle_matches(c, "acc", acc, &want);

    layer_scales_agree(o, arena, c, r.multiplier, r.n);
    ok &= layer_output(o, arena, c, "y_exact", acc, r);
    other.zero_point_first = true;
    ok &= layer_output(o, arena, c, "y_round_after_zp", acc, other);
    other.float32 = true;
    ok &= layer_output(o, arena, c, "y_onednn", acc, other);
    other.zero_point_first = false;
    ok &= layer_output(o, arena, c, "y_float32", acc, other);
    ok &= layer_output(o, arena, c, "y_qnnpack", acc, other);
    ok &= layer_output(o, arena, c, "y_ort", acc, other);
    ok &= layer_output(o, arena, c, "y_ort_gemm", acc, other);
    other = r;
    other.mode = HS_REQUANTIZE_GEMMLOWP;
    ok &= layer_output(o, arena, c, "y_gemmlowp", acc, other);
    other.mode = HS_REQUANTIZE_SINGLE_ROUNDING;
    ok &= layer_output(o, arena, c, "y_single_rounding", acc, other);
    for (size_t i = 0; i < LAYER_ENGINES; i++)
        layer_engine_count(&layer_engines[i], o, arena, c, acc, r);
    return ok;
}

#endif
