#include "quant/map.h"

/* The dtype of x, but for a float64 that the profile computes in float32. */
static enum hs_dtype result_dtype(const struct hs_tensor *x, const struct hs_operand *in)
{
    return x->dtype == HS_FLOAT64 && !in->is_double ? HS_FLOAT32 : x->dtype;
}

enum hs_status hs_fake_quantize(struct hs_tensor *out, struct hs_arena *arena,
                                const struct hs_tensor *x, const struct hs_qparams *qp,
                                struct hs_error *err)
{
    struct hs_quantize_args args;
    struct hs_group_run run;
    struct hs_tensor y;
    struct hs_map m;
    enum hs_status st;

    if ((st = hs_map_begin(&m, arena, x, qp, err)) != HS_OK ||
        (st = hs_tensor_new(&y, arena, m.in.x.dtype, x->ndim, x->shape, err)) != HS_OK)
        return st;
    while (hs_map_next(&m, &run, &args)) {
        size_t i = run.from;

        if (m.in.is_double)
            hs_kernels()->fake_quantize_f64((double *)y.data + i, (const double *)m.in.x.data + i,
                                            run.len, &args);
        else
            hs_kernels()->fake_quantize_f32((float *)y.data + i, (const float *)m.in.x.data + i,
                                            run.len, &args);
    }
    return hs_tensor_as(out, arena, &y, result_dtype(x, &m.in), err);
}

enum hs_status hs_fake_quantize_grad(struct hs_tensor *dx, struct hs_arena *arena,
                                     const struct hs_tensor *x, const struct hs_qparams *qp,
                                     const struct hs_tensor *upstream, struct hs_error *err)
{
    struct hs_quantize_args args;
    struct hs_group_run run;
    struct hs_tensor dy, d;
    struct hs_map m;
    enum hs_status st;

    if (!hs_shape_equal(x, upstream))
        return hs_fail(
            err, HS_ESHAPE,
            "the upstream gradient has another shape than the tensor; it must be the same");
    if (!hs_dtype_is_float(upstream->dtype))
        return hs_fail(err, HS_EDTYPE, "the upstream gradient is %s; it must be a float",
                       hs_dtype_name(upstream->dtype));
    if ((st = hs_map_begin(&m, arena, x, qp, err)) != HS_OK ||
        (st = hs_tensor_as(&dy, arena, upstream, m.in.x.dtype, err)) != HS_OK ||
        (st = hs_tensor_new(&d, arena, m.in.x.dtype, x->ndim, x->shape, err)) != HS_OK)
        return st;
    while (hs_map_next(&m, &run, &args)) {
        size_t i = run.from;

        if (m.in.is_double)
            hs_kernels()->fake_quantize_grad_f64((double *)d.data + i,
                                                 (const double *)m.in.x.data + i,
                                                 (const double *)dy.data + i, run.len, &args);
        else
            hs_kernels()->fake_quantize_grad_f32((float *)d.data + i,
                                                 (const float *)m.in.x.data + i,
                                                 (const float *)dy.data + i, run.len, &args);
    }
    return hs_tensor_as(dx, arena, &d, result_dtype(x, &m.in), err);
}
