/* Bias codes, declared in quant/integer.h. */
#include "quant/integer.h"

#include <math.h>

#include "base/fmt.h"

/* ONNX Runtime enlarges by a little more than needed, so that rounding cannot reach the end again.
 */
static const double margin = 1.0001;

/* The code before the clamp, or an error for what has none. */
static enum hs_status wanted_code(double *code, double v, double s, size_t i,
                                  enum hs_round rounding, struct hs_error *err)
{
    char text[HS_FMT_SIZE], scale[HS_FMT_SIZE];

    if (!(s > 0) || isinf(s))
        return hs_fail(
            err, HS_ERANGE,
            "the scale s_x s_w of bias element %zu is %s; it must be positive and finite", i,
            hs_fmt_double(scale, s));
    if (!isfinite(v))
        return hs_fail(err, HS_ERANGE, "bias element %zu is %s; it must be finite", i,
                       hs_fmt_double(text, v));
    *code = hs_round(v / s, rounding);
    return HS_OK;
}

static enum hs_status note(struct hs_bias_report *r, size_t count, struct hs_arena *arena, size_t i,
                           double code, struct hs_error *err)
{
    if (r->element == NULL) {
        r->element = hs_arena_alloc(arena, count, sizeof *r->element);
        r->code = hs_arena_alloc(arena, count, sizeof *r->code);
    }
    if (r->element == NULL || r->code == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    r->element[r->clamped] = i;
    r->code[r->clamped++] = code;
    return HS_OK;
}

/* All codes with the scales of `r`; those that do not fit int32 are clamped and noted. */
static enum hs_status all_codes(int32_t *q, struct hs_bias_report *r, struct hs_arena *arena,
                                const struct hs_tensor *b, double s_x, const double *s_w,
                                size_t n_s, enum hs_round rounding, struct hs_error *err)
{
    size_t count = hs_tensor_count(b);
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < count; i++) {
        double code = 0;

        st = wanted_code(&code, hs_tensor_get(b, i), s_x * s_w[n_s == 1 ? 0 : i], i, rounding, err);
        if (st == HS_OK && (code > INT32_MAX || code < INT32_MIN))
            st = note(r, count, arena, i, code, err);
        q[i] = code > INT32_MAX ? INT32_MAX : code < INT32_MIN ? INT32_MIN : (int32_t)code;
    }
    return st;
}

/* Weight scales under which every noted element fits. */
static enum hs_status enlarge(struct hs_bias_report *r, struct hs_arena *arena,
                              const struct hs_tensor *b, double s_x, const double *s_w, size_t n_s,
                              struct hs_error *err)
{
    double *larger = hs_arena_alloc(arena, n_s, sizeof *larger);

    if (larger == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t c = 0; c < n_s; c++)
        larger[c] = s_w[c];
    for (size_t i = 0; i < r->clamped; i++) {
        size_t c = n_s == 1 ? 0 : r->element[i];
        double least = fabs(hs_tensor_get(b, r->element[i])) / s_x / INT32_MAX * margin;

        larger[c] = least > larger[c] ? least : larger[c];
    }
    r->s_w = larger;
    return HS_OK;
}

static enum hs_status refuse(const struct hs_bias_report *r, const double *s_w, size_t n_s,
                             struct hs_error *err)
{
    size_t i = r->element[0], c = n_s == 1 ? 0 : i;
    char code[HS_FMT_SIZE], have[HS_FMT_SIZE], need[HS_FMT_SIZE];

    return hs_fail(err, HS_ERANGE,
                   "bias element %zu needs the code %s, which int32 cannot hold: make the weight "
                   "scale %s at least %s, or clamp",
                   i, hs_fmt_double(code, r->code[0]), hs_fmt_short(have, s_w[c], 6),
                   hs_fmt_short(need, r->s_w[c], 6));
}

enum hs_status hs_quantize_bias_by(struct hs_tensor *out, struct hs_arena *arena,
                                   const struct hs_tensor *b, double s_x, const double *s_w,
                                   size_t n_s, enum hs_round rounding, enum hs_bias_overflow policy,
                                   struct hs_bias_report *report, struct hs_error *err)
{
    struct hs_bias_report r = {.s_w = s_w}, again = {0};
    size_t count = hs_tensor_count(b);
    struct hs_tensor q;
    enum hs_status st;

    if (n_s != 1 && n_s != count)
        return hs_fail(err, HS_ESHAPE, "%zu weight scales do not fit %zu bias elements", n_s,
                       count);
    if (!hs_dtype_is_float(b->dtype))
        return hs_fail(err, HS_EDTYPE, "a bias to quantize is of floats; this one is %s",
                       hs_dtype_name(b->dtype));
    if (rounding == HS_ROUND_STOCHASTIC)
        return hs_fail(err, HS_EINVAL, "a bias is rounded without dice: choose half_even or floor");
    if ((st = hs_tensor_new(&q, arena, HS_INT32, b->ndim, b->shape, err)) != HS_OK ||
        (st = all_codes(q.data, &r, arena, b, s_x, s_w, n_s, rounding, err)) != HS_OK)
        return st;
    if (r.clamped > 0)
        st = enlarge(&r, arena, b, s_x, s_w, n_s, err);
    if (st == HS_OK && r.clamped > 0 && policy == HS_BIAS_ERROR)
        st = refuse(&r, s_w, n_s, err);
    if (st == HS_OK && r.clamped > 0 && policy == HS_BIAS_ENLARGE)
        st = all_codes(q.data, &again, arena, b, s_x, r.s_w, n_s, rounding, err);
    if (report != NULL)
        *report = r;
    if (st == HS_OK)
        *out = q;
    return st;
}

enum hs_status hs_quantize_bias(struct hs_tensor *out, struct hs_arena *arena,
                                const struct hs_tensor *b, double s_x, const double *s_w,
                                size_t n_s, size_t *clamped, struct hs_error *err)
{
    struct hs_bias_report report = {0};
    enum hs_status st = hs_quantize_bias_by(out, arena, b, s_x, s_w, n_s, HS_ROUND_HALF_EVEN,
                                            HS_BIAS_CLAMP, &report, err);

    if (st == HS_OK && clamped != NULL)
        *clamped = report.clamped;
    return st;
}
