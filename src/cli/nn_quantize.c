#include "cli/nn_quantize.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

/* ---- how ---- */

static enum hs_status whole(int *out, const char *text, struct hs_error *err)
{
    char *end;
    long v;

    if (text == NULL)
        return HS_OK;
    v = strtol(text, &end, 10);
    if (end == text || *end != '\0' || v < 0 || v > 99)
        return hs_fail(err, HS_EINVAL, "--bits W or W/A wants whole numbers, not \"%s\"", text);
    *out = (int)v;
    return HS_OK;
}

static enum hs_status read_config(struct hs_qconfig *c, struct hs_arena *arena,
                                  const struct hs_nn_quantize *q, struct hs_error *err)
{
    const char *w = NULL, *a = NULL;
    int bits_w = 0, bits_a = 0, method;
    enum hs_status st;

    if ((st = hs_qconfig_find(c, q->qconfig, err)) != HS_OK ||
        (st = hs_nn_two(&w, &a, arena, q->bits, err)) != HS_OK ||
        (st = whole(&bits_w, w, err)) != HS_OK || (st = whole(&bits_a, a, err)) != HS_OK ||
        (st = hs_qconfig_bits(c, bits_w, bits_a, q->all, err)) != HS_OK ||
        (st = hs_nn_two(&w, &a, arena, q->observer, err)) != HS_OK ||
        (st = hs_qconfig_observer(c, w, a, err)) != HS_OK)
        return st;
    if (q->method == NULL)
        return HS_OK;
    if ((method = hs_qat_method_find(q->method)) < 0)
        return hs_fail(err, HS_EINVAL, "--method is ste, lsq, pact, dorefa or wrpn, not \"%s\"",
                       q->method);
    hs_qconfig_method(c, (enum hs_qat_method)method);
    return HS_OK;
}

/* As hs_requantizer_parse() reads it. */
static const char *requantize_text(struct hs_arena *arena, const struct hs_requantizer *r)
{
    bool rounds = r->mode == HS_REQUANTIZE_FIXED16 || r->mode == HS_REQUANTIZE_SHIFT_NEAREST;
    const char *name = hs_requantize_name(r->mode);

    return rounds ? hs_arena_printf(arena, "%s(%s)", name, hs_round_name(r->rounding)) : name;
}

static enum hs_status tell(struct hs_model *m, struct hs_nn_work *w, const struct hs_qconfig *c,
                           const struct hs_nn_quantize *q)
{
    struct hs_arena *arena = &w->arena;
    struct hs_value map = hs_value_map();
    const char *requantize = requantize_text(arena, &c->requantize);
    size_t n = w->split.images.shape[0];
    bool ok = requantize != NULL;

#define SET(key, value) ok = ok && hs_value_set(&map, arena, key, value)
    SET("qconfig", hs_value_string(arena, c->name));
    SET("method", hs_value_string(arena, hs_qat_method_name(c->activation.method)));
    SET("weight_bits", hs_value_int(c->weight.config.target.bits));
    SET("activation_bits", hs_value_int(c->activation.config.target.bits));
    SET("weight_observer", hs_value_string(arena, c->weight.observer));
    SET("activation_observer", hs_value_string(arena, c->activation.observer));
    SET("data", hs_value_string(arena, w->data));
    SET("images", hs_value_int(n < (size_t)q->calibration ? (int64_t)n : q->calibration));
    SET("equalized_pairs", hs_value_int((int64_t)q->pairs));
    SET("bias_correction", hs_value_bool(q->bias_correction));
    SET("requantize", hs_value_string(arena, requantize));
    SET("bias_rounding", hs_value_string(arena, hs_round_name(c->bias_rounding)));
#undef SET
    if (!ok)
        return hs_fail(&w->err, HS_ENOMEM, "out of memory");
    return hs_nn_about(&m->about, &m->arena, "quantization", &map, &w->err);
}

static void seen(void *work, size_t done, size_t total)
{
    struct hs_nn_work *w = work;

    w->progress.total = total;
    hs_progress_step(&w->progress, done);
}

static enum hs_status prepare(struct hs_model *out, struct hs_nn_work *w,
                              const struct hs_model *from, const struct hs_qconfig *c,
                              struct hs_nn_quantize *q)
{
    struct hs_model folded = HS_MODEL_INIT;
    enum hs_status st;

    if (!q->equalize)
        return hs_prepare(out, from, c, &w->err);
    st = hs_model_fold(&folded, from, &w->err);
    if (st == HS_OK)
        st = hs_equalize(&folded, 20, &q->pairs, &w->err);
    if (st == HS_OK)
        st = hs_prepare(out, &folded, c, &w->err);
    hs_model_dispose(&folded);
    return st;
}

enum hs_status hs_nn_quantize(struct hs_model *out, struct hs_nn_work *w,
                              const struct hs_model *from, struct hs_nn_quantize *q)
{
    struct hs_qconfig c;
    size_t n;
    enum hs_status st;

    if (q->calibration < 1)
        return hs_fail(&w->err, HS_EINVAL, "calibration looks at 1 picture or more, not %" PRId64,
                       q->calibration);
    n = (size_t)q->calibration;
    if ((st = read_config(&c, &w->arena, q, &w->err)) != HS_OK ||
        (st = prepare(out, w, from, &c, q)) != HS_OK)
        return st;
    hs_progress_begin(&w->progress, w->cli->err, "calibrating", HS_PROGRESS_ITEMS, n);
    st = hs_calibrate(out, &w->split, n, 0, w->pool, seen, w, &w->err);
    if (st == HS_OK && q->bias_correction)
        st = hs_bias_correct(out, &w->split, n, w->pool, &w->err);
    hs_progress_end(&w->progress);
    return st == HS_OK ? tell(out, w, &c, q) : st;
}

/* ---- what became of it ---- */

static void range_of(double *lo, double *hi, double *scale_lo, double *scale_hi,
                     const struct hs_qparams *qp)
{
    *lo = *scale_lo = 1e300;
    *hi = *scale_hi = -1e300;
    for (size_t i = 0; i < qp->n; i++) {
        double s = qp->scale[i], a = s * (double)(qp->qmin - qp->zero_point[i]),
               b = s * (double)(qp->qmax - qp->zero_point[i]);

        *lo = a < *lo ? a : *lo;
        *hi = b > *hi ? b : *hi;
        *scale_lo = s < *scale_lo ? s : *scale_lo;
        *scale_hi = s > *scale_hi ? s : *scale_hi;
    }
}

void hs_nn_print_quantizers(FILE *out, const struct hs_model *m)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], c[HS_FMT_SIZE], d[HS_FMT_SIZE], scale[2 * HS_FMT_SIZE];

    fprintf(out, "%-14s%-13s%-12s%11s%11s  %s\n", "quantizer", "of", "codes", "from", "to",
            "scale, zero point");
    for (size_t i = 0; i < m->n; i++) {
        const struct hs_fake *f = m->layer[i].fake;
        double lo, hi, s_lo, s_hi;
        char codes[48];

        if (f == NULL || f->qp.scale == NULL)
            continue;
        range_of(&lo, &hi, &s_lo, &s_hi, &f->qp);
        snprintf(codes, sizeof codes, "%" PRId64 "..%" PRId64, f->qp.qmin, f->qp.qmax);
        if (f->qp.n == 1)
            snprintf(scale, sizeof scale, "%s, %" PRId64, hs_fmt_short(a, s_lo, 5),
                     f->qp.zero_point[0]);
        else
            snprintf(scale, sizeof scale, "%zu from %s to %s", f->qp.n, hs_fmt_short(a, s_lo, 3),
                     hs_fmt_short(b, s_hi, 3));
        fprintf(out, "%-14s%-13s%-12s%11s%11s  %s\n", m->layer[i].name,
                f->weights ? "weights" : "activations", codes, hs_fmt_short(c, lo, 4),
                hs_fmt_short(d, hi, 4), scale);
    }
}

enum hs_status hs_nn_quantizers_value(struct hs_value *out, struct hs_arena *arena,
                                      const struct hs_model *m, struct hs_error *err)
{
    bool ok = true;

    *out = hs_value_list();
    for (size_t i = 0; ok && i < m->n; i++) {
        const struct hs_fake *f = m->layer[i].fake;
        struct hs_value map;

        if (f == NULL || f->qp.scale == NULL)
            continue;
        ok = hs_qparams_to_value(&map, arena, &f->qp) &&
             hs_value_set(&map, arena, "name", hs_value_string(arena, m->layer[i].name)) &&
             hs_value_set(&map, arena, "of",
                          hs_value_string(arena, f->weights ? "weights" : "activations")) &&
             hs_value_set(&map, arena, "method",
                          hs_value_string(arena, hs_qat_method_name(f->spec.method))) &&
             hs_value_push(out, arena, map);
    }
    return ok ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}
