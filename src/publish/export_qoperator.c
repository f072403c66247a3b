/* ONNX with operators on codes ("QOperator"). QLinearMatMul has no bias, so every product is a
 * QLinearConv: a linear layer behind pictures has a kernel as large as the picture, one behind
 * features a kernel of 1 x 1. A last layer that gives sums is ConvInteger and a float factor. */
#include <stdio.h>

#include "publish/export_onnx.h"

/* A linear step as a convolution over what stands before it. */
static struct hs_step as_conv(const struct hs_step *s, struct hs_extent before)
{
    struct hs_step c = *s;

    if (s->kind != HS_STEP_LINEAR)
        return c;
    c.in = before;
    c.kernel[0] = before.h;
    c.kernel[1] = before.w;
    c.geometry = (struct hs_conv_geometry){{1, 1}, {0, 0}, {1, 1}, 1};
    return c;
}

static void weights(struct hs_onnx_export *x, const struct hs_step *s)
{
    const size_t shape[4] = {s->out.c, s->in.c / s->geometry.groups, s->kernel[0], s->kernel[1]};
    char name[HS_ONNX_NAME];

    hs_onnx_tensor(&x->g, hs_onnx_name(name, s->name, "weight"), &s->w, 4, shape);
    hs_onnx_codes(x, s->name, "x_scale", "x_zero_point", &s->x);
}

static void add_codes(struct hs_onnx_export *x, const struct hs_step *s)
{
    char w[HS_ONNX_NAME], b[HS_ONNX_NAME], y[HS_ONNX_NAME], n[7][HS_ONNX_NAME];

    hs_onnx_name(w, s->name, "weight");
    hs_onnx_name(b, s->name, "bias");
    hs_onnx_tensor(&x->g, b, &s->bias, 0, NULL);
    hs_onnx_codes(x, s->name, "y_scale", "y_zero_point", &s->y);
    hs_onnx_scales(x, hs_onnx_name(n[2], s->name, "weight_scale"), s->s_w, s->n_s);
    hs_onnx_zeros(x, hs_onnx_name(n[3], s->name, "weight_zero_point"), HS_INT8, s->n_s);
    hs_onnx_begin(&x->g, "QLinearConv", hs_onnx_name(y, s->name, "y"),
                  (const char *[]){x->at, hs_onnx_name(n[0], s->name, "x_scale"),
                                   hs_onnx_name(n[1], s->name, "x_zero_point"), w, n[2], n[3],
                                   hs_onnx_name(n[4], s->name, "y_scale"),
                                   hs_onnx_name(n[5], s->name, "y_zero_point"), b, NULL});
    hs_onnx_window(&x->g, s->kernel, &s->geometry, s->geometry.groups);
    hs_onnx_end(&x->g);
    snprintf(x->at, sizeof x->at, "%s", y);
    hs_onnx_clip(x, s->name, &s->y, s->relu);
}

/* (acc + bias) s_x s_w, a column at a time. */
static void add_sums(struct hs_onnx_export *x, const struct hs_step *s)
{
    struct hs_arena arena = HS_ARENA_INIT;
    const size_t column[3] = {s->out.c, 1, 1}, one[3] = {1, 1, 1};
    char w[HS_ONNX_NAME], z[HS_ONNX_NAME], b[HS_ONNX_NAME], f[HS_ONNX_NAME], y[HS_ONNX_NAME];
    struct hs_tensor factor;

    hs_onnx_tensor(&x->g, hs_onnx_name(b, s->name, "bias"), &s->bias, 3, column);
    if (hs_tensor_new(&factor, &arena, HS_FLOAT32, 3, s->n_s > 1 ? column : one, NULL) != HS_OK) {
        x->g.failed = true;
        return;
    }
    for (size_t i = 0; i < s->n_s; i++)
        ((float *)factor.data)[i] = (float)(s->x.scale * s->s_w[i]);
    hs_onnx_tensor(&x->g, hs_onnx_name(f, s->name, "factor"), &factor, 0, NULL);
    hs_arena_dispose(&arena);
    hs_onnx_begin(&x->g, "ConvInteger", hs_onnx_name(y, s->name, "product"),
                  (const char *[]){x->at, hs_onnx_name(w, s->name, "weight"),
                                   hs_onnx_name(z, s->name, "x_zero_point"), NULL});
    hs_onnx_window(&x->g, s->kernel, &s->geometry, s->geometry.groups);
    hs_onnx_end(&x->g);
    snprintf(x->at, sizeof x->at, "%s", y);
    hs_onnx_then(x, "Add", hs_onnx_name(y, s->name, "sum"), (const char *[]){x->at, b, NULL});
    hs_onnx_begin(&x->g, "Cast", hs_onnx_name(y, s->name, "real"), (const char *[]){x->at, NULL});
    hs_onnx_int(&x->g, "to", 1); /* float32 */
    hs_onnx_end(&x->g);
    snprintf(x->at, sizeof x->at, "%s", y);
    hs_onnx_then(x, "Mul", hs_onnx_name(y, s->name, "y"), (const char *[]){x->at, f, NULL});
}

static void add_pool(struct hs_onnx_export *x, const struct hs_step *s)
{
    char y[HS_ONNX_NAME];

    hs_onnx_begin(&x->g, "MaxPool", hs_onnx_name(y, s->name, "y"), (const char *[]){x->at, NULL});
    hs_onnx_window(&x->g, s->kernel, &s->geometry, 0);
    hs_onnx_end(&x->g);
    snprintf(x->at, sizeof x->at, "%s", y);
}

static void finish(struct hs_onnx_export *x, const struct hs_step *last)
{
    char s[HS_ONNX_NAME], z[HS_ONNX_NAME];

    hs_onnx_then(x, "Flatten", last->sums ? "logits" : "codes", (const char *[]){x->at, NULL});
    if (!last->sums)
        hs_onnx_then(x, "DequantizeLinear", "logits",
                     (const char *[]){x->at, hs_onnx_name(s, last->name, "y_scale"),
                                      hs_onnx_name(z, last->name, "y_zero_point"), NULL});
}

static enum hs_status write(struct hs_str *out, const struct hs_program *p, const char *name,
                            struct hs_error *err)
{
    struct hs_onnx_export x;

    if (p->step[p->n - 1].kind == HS_STEP_MAXPOOL)
        return hs_fail(err, HS_EINVAL, "a program whose last step is a pool has no logits");
    hs_onnx_export_begin(&x, p);
    hs_onnx_then(&x, "QuantizeLinear", "input.quantized",
                 (const char *[]){"input", "input.scale", "input.zero_point", NULL});
    hs_onnx_clip(&x, "input", &p->in, false);
    for (size_t i = 0; i < p->n; i++) {
        struct hs_step s = as_conv(&p->step[i], x.extent);

        if (s.kind == HS_STEP_MAXPOOL) {
            add_pool(&x, &s);
        } else {
            weights(&x, &s);
            if (s.sums)
                add_sums(&x, &s);
            else
                add_codes(&x, &s);
        }
        x.extent = s.out;
    }
    finish(&x, &p->step[p->n - 1]);
    return hs_onnx_export_end(out, &x, name, "operators on codes", err);
}

extern const struct hs_exporter hs_exporter_onnx_qoperator;
const struct hs_exporter hs_exporter_onnx_qoperator = {"onnx-qoperator", ".onnx",
                                                       "ONNX, operators on codes (QLinearConv)",
                                                       write};
