/* ONNX with QuantizeLinear and DequantizeLinear around float operators ("QDQ"): what quantizing
 * tools exchange, and what engines fuse into integer kernels.
 *
 *   x -> Q -> DQ -> Conv(DQ(w), DQ(bias)) -> Relu -> Q -> (Clip) -> DQ -> MaxPool -> … */
#include <stdio.h>

#include "publish/export_onnx.h"

/* Q, Clip of the codes, DQ; x->at are the dequantized values. The last codes are named "codes", the
 * last values "logits". */
static void quantize(struct hs_onnx_export *x, const char *step, const struct hs_codes *c,
                     const char *scale, const char *zero_point, bool last)
{
    char s[HS_ONNX_NAME], z[HS_ONNX_NAME], q[HS_ONNX_NAME], dq[HS_ONNX_NAME];

    hs_onnx_name(s, step, scale);
    hs_onnx_name(z, step, zero_point);
    hs_onnx_then(x, "QuantizeLinear", hs_onnx_name(q, step, "quantized"),
                 (const char *[]){x->at, s, z, NULL});
    hs_onnx_clip(x, step, c, false);
    if (last)
        hs_onnx_then(x, "Identity", "codes", (const char *[]){x->at, NULL});
    hs_onnx_then(x, "DequantizeLinear", last ? "logits" : hs_onnx_name(dq, step, "dequantized"),
                 (const char *[]){x->at, s, z, NULL});
}

/* DequantizeLinear of a constant along axis 0. */
static void dequantized(struct hs_onnx_export *x, const char *step, const char *what,
                        const double *scale, size_t n, enum hs_dtype dtype, char out[HS_ONNX_NAME])
{
    char codes[HS_ONNX_NAME], s[HS_ONNX_NAME], z[HS_ONNX_NAME], part[64];

    hs_onnx_name(codes, step, what);
    snprintf(part, sizeof part, "%s_scale", what);
    hs_onnx_scales(x, hs_onnx_name(s, step, part), scale, n);
    snprintf(part, sizeof part, "%s_zero_point", what);
    hs_onnx_zeros(x, hs_onnx_name(z, step, part), dtype, n);
    snprintf(part, sizeof part, "%s_value", what);
    hs_onnx_begin(&x->g, "DequantizeLinear", hs_onnx_name(out, step, part),
                  (const char *[]){codes, s, z, NULL});
    if (n > 1)
        hs_onnx_int(&x->g, "axis", 0);
    hs_onnx_end(&x->g);
}

static void constants(struct hs_onnx_export *x, const struct hs_step *s, char w[HS_ONNX_NAME],
                      char b[HS_ONNX_NAME])
{
    struct hs_arena arena = HS_ARENA_INIT;
    double *scale = hs_arena_alloc(&arena, s->n_s, sizeof *scale);
    char name[HS_ONNX_NAME];
    const size_t conv[4] = {s->out.c, s->in.c / (s->geometry.groups ? s->geometry.groups : 1),
                            s->kernel[0], s->kernel[1]},
                 linear[2] = {s->out.c, hs_extent_count(s->in)};
    bool is_conv = s->kind == HS_STEP_CONV;

    hs_onnx_tensor(&x->g, hs_onnx_name(name, s->name, "weight"), &s->w, is_conv ? 4 : 2,
                   is_conv ? conv : linear);
    hs_onnx_tensor(&x->g, hs_onnx_name(name, s->name, "bias"), &s->bias, 0, NULL);
    dequantized(x, s->name, "weight", s->s_w, s->n_s, HS_INT8, w);
    if (scale == NULL) {
        x->g.failed = true;
        return;
    }
    for (size_t i = 0; i < s->n_s; i++)
        scale[i] = s->x.scale * s->s_w[i];
    dequantized(x, s->name, "bias", scale, s->n_s, HS_INT32, b);
    hs_arena_dispose(&arena);
}

static void add_weighted(struct hs_onnx_export *x, const struct hs_step *s, bool last)
{
    char w[HS_ONNX_NAME], b[HS_ONNX_NAME], y[HS_ONNX_NAME], flat[HS_ONNX_NAME];
    bool is_conv = s->kind == HS_STEP_CONV;

    constants(x, s, w, b);
    if (!is_conv && x->extent.h * x->extent.w > 0) {
        hs_onnx_then(x, "Flatten", hs_onnx_name(flat, s->name, "flat"),
                     (const char *[]){x->at, NULL});
        x->extent = (struct hs_extent){0, 0, 0}; /* flat from here on */
    }
    hs_onnx_name(y, s->name, "y");
    hs_onnx_begin(&x->g, is_conv ? "Conv" : "Gemm", last && s->sums ? "logits" : y,
                  (const char *[]){x->at, w, b, NULL});
    if (is_conv)
        hs_onnx_window(&x->g, s->kernel, &s->geometry, s->geometry.groups);
    else
        hs_onnx_int(&x->g, "transB", 1);
    hs_onnx_end(&x->g);
    if (s->sums)
        return;
    snprintf(x->at, sizeof x->at, "%s", y);
    if (s->relu)
        hs_onnx_then(x, "Relu", hs_onnx_name(y, s->name, "relu"), (const char *[]){x->at, NULL});
    hs_onnx_codes(x, s->name, "y_scale", "y_zero_point", &s->y);
    quantize(x, s->name, &s->y, "y_scale", "y_zero_point", last);
}

static void add_pool(struct hs_onnx_export *x, const struct hs_step *s)
{
    char y[HS_ONNX_NAME];

    hs_onnx_begin(&x->g, "MaxPool", hs_onnx_name(y, s->name, "y"), (const char *[]){x->at, NULL});
    hs_onnx_window(&x->g, s->kernel, &s->geometry, 0);
    hs_onnx_end(&x->g);
    snprintf(x->at, sizeof x->at, "%s", y);
}

static enum hs_status write(struct hs_str *out, const struct hs_program *p, const char *name,
                            struct hs_error *err)
{
    struct hs_onnx_export x;

    hs_onnx_export_begin(&x, p);
    quantize(&x, "input", &p->in, "scale", "zero_point", false);
    for (size_t i = 0; i < p->n; i++)
        if (p->step[i].kind == HS_STEP_MAXPOOL)
            add_pool(&x, &p->step[i]);
        else
            add_weighted(&x, &p->step[i], i + 1 == p->n);
    return hs_onnx_export_end(out, &x, name,
                              "QuantizeLinear and DequantizeLinear around float operators", err);
}

extern const struct hs_exporter hs_exporter_onnx;
const struct hs_exporter hs_exporter_onnx = {
    "onnx", ".onnx", "ONNX, QuantizeLinear and DequantizeLinear around float operators", write};
