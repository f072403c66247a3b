#include <stdio.h>
#include <string.h>

#include "publish/export_onnx.h"

void hs_onnx_export_begin(struct hs_onnx_export *x, const struct hs_program *p)
{
    const struct hs_extent e = p->input.extent;
    const size_t shape[4] = {0, e.c, e.h, e.w};

    *x = (struct hs_onnx_export){.g = HS_ONNX_INIT, .p = p, .at = "input", .extent = e};
    hs_onnx_input(&x->g, "input", HS_FLOAT32, 4, shape);
    hs_onnx_codes(x, "input", "scale", "zero_point", &p->in);
}

const char *hs_onnx_name(char out[HS_ONNX_NAME], const char *step, const char *what)
{
    snprintf(out, HS_ONNX_NAME, "%.100s.%s", step, what);
    return out;
}

void hs_onnx_codes(struct hs_onnx_export *x, const char *step, const char *scale,
                   const char *zero_point, const struct hs_codes *c)
{
    char name[HS_ONNX_NAME];

    hs_onnx_scalar(&x->g, hs_onnx_name(name, step, scale), HS_FLOAT32, c->scale);
    hs_onnx_scalar(&x->g, hs_onnx_name(name, step, zero_point), c->is_signed ? HS_INT8 : HS_UINT8,
                   c->zero_point);
}

void hs_onnx_scales(struct hs_onnx_export *x, const char *name, const double *v, size_t n)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_tensor t;

    if (n == 1) {
        hs_onnx_scalar(&x->g, name, HS_FLOAT32, v[0]);
        return;
    }
    if (hs_tensor_new(&t, &arena, HS_FLOAT32, 1, &n, NULL) == HS_OK) {
        for (size_t i = 0; i < n; i++)
            ((float *)t.data)[i] = (float)v[i];
        hs_onnx_tensor(&x->g, name, &t, 0, NULL);
    } else {
        x->g.failed = true;
    }
    hs_arena_dispose(&arena);
}

void hs_onnx_zeros(struct hs_onnx_export *x, const char *name, enum hs_dtype dtype, size_t n)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_tensor t;

    if (n == 1)
        hs_onnx_scalar(&x->g, name, dtype, 0);
    else if (hs_tensor_new(&t, &arena, dtype, 1, &n, NULL) == HS_OK)
        hs_onnx_tensor(&x->g, name, &t, 0, NULL);
    else
        x->g.failed = true;
    hs_arena_dispose(&arena);
}

void hs_onnx_then(struct hs_onnx_export *x, const char *op, const char *output,
                  const char *const *inputs)
{
    hs_onnx_begin(&x->g, op, output, inputs);
    hs_onnx_end(&x->g);
    snprintf(x->at, sizeof x->at, "%s", output);
}

void hs_onnx_clip(struct hs_onnx_export *x, const char *step, const struct hs_codes *c, bool relu)
{
    enum hs_dtype dtype = c->is_signed ? HS_INT8 : HS_UINT8;
    int32_t lo = relu ? c->zero_point : c->lo, least = c->is_signed ? INT8_MIN : 0;
    int32_t most = c->is_signed ? INT8_MAX : UINT8_MAX;
    char least_name[HS_ONNX_NAME], most_name[HS_ONNX_NAME], output[HS_ONNX_NAME];

    if (lo == least && c->hi == most)
        return;
    hs_onnx_scalar(&x->g, hs_onnx_name(least_name, step, "lowest"), dtype, lo);
    hs_onnx_scalar(&x->g, hs_onnx_name(most_name, step, "highest"), dtype, c->hi);
    hs_onnx_then(x, "Clip", hs_onnx_name(output, step, "clipped"),
                 (const char *[]){x->at, least_name, most_name, NULL});
}

void hs_onnx_window(struct hs_onnx *g, const size_t kernel[2],
                    const struct hs_conv_geometry *geometry, size_t group)
{
    const int64_t shape[2] = {(int64_t)kernel[0], (int64_t)kernel[1]},
                  strides[2] = {(int64_t)geometry->stride[0], (int64_t)geometry->stride[1]},
                  dilations[2] = {(int64_t)geometry->dilation[0], (int64_t)geometry->dilation[1]},
                  pads[4] = {(int64_t)geometry->padding[0], (int64_t)geometry->padding[1],
                             (int64_t)geometry->padding[0], (int64_t)geometry->padding[1]};

    hs_onnx_ints(g, "kernel_shape", shape, 2);
    hs_onnx_ints(g, "strides", strides, 2);
    hs_onnx_ints(g, "pads", pads, 4);
    hs_onnx_ints(g, "dilations", dilations, 2);
    if (group > 0)
        hs_onnx_int(g, "group", (int64_t)group);
}

enum hs_status hs_onnx_export_end(struct hs_str *out, struct hs_onnx_export *x, const char *name,
                                  const char *about, struct hs_error *err)
{
    const struct hs_step *last = &x->p->step[x->p->n - 1];
    const size_t shape[2] = {0, x->p->classes};
    enum hs_status st;

    if (!last->sums)
        hs_onnx_output(&x->g, "codes", last->y.is_signed ? HS_INT8 : HS_UINT8, 2, shape);
    hs_onnx_output(&x->g, "logits", HS_FLOAT32, 2, shape);
    st = hs_onnx_finish(out, &x->g, name, about, err);
    hs_onnx_dispose(&x->g);
    return st;
}
