#include "quant/map.h"

/* Codes as bytes or int32, contiguous. */
static enum hs_status prepare(struct hs_tensor *out, struct hs_arena *arena,
                              const struct hs_tensor *q, bool to_double, struct hs_error *err)
{
    bool byte = hs_dtype_is_integer(q->dtype) && hs_dtype_size(q->dtype) == 1 && !to_double;

    if (byte)
        return hs_tensor_contiguous(out, arena, q, err);
    return hs_tensor_as(out, arena, q, HS_INT32, err);
}

static void run_kernel(const struct hs_tensor *r, const struct hs_tensor *q,
                       const struct hs_group_run *run, double scale, int32_t zero_point)
{
    const struct hs_kernels *k = hs_kernels();
    size_t i = run->from, n = run->len;
    float s = (float)scale;

    if (r->dtype == HS_FLOAT64)
        k->dequantize_s32_f64((double *)r->data + i, (const int32_t *)q->data + i, n, scale,
                              zero_point);
    else if (q->dtype == HS_INT32)
        k->dequantize_s32_f32((float *)r->data + i, (const int32_t *)q->data + i, n, s, zero_point);
    else if (hs_dtype_is_signed(q->dtype))
        k->dequantize_s8_f32((float *)r->data + i, (const int8_t *)q->data + i, n, s, zero_point);
    else
        k->dequantize_u8_f32((float *)r->data + i, (const uint8_t *)q->data + i, n, s, zero_point);
}

enum hs_status hs_dequantize(struct hs_tensor *out, struct hs_arena *arena,
                             const struct hs_tensor *q, const struct hs_qparams *qp,
                             enum hs_dtype dtype, struct hs_error *err)
{
    bool to_double = dtype == HS_FLOAT64;
    struct hs_tensor codes, r;
    struct hs_groups groups;
    struct hs_group_run run;
    enum hs_status st;

    if (!hs_dtype_is_float(dtype))
        return hs_fail(
            err, HS_EDTYPE,
            "dequantizing gives real numbers, not %s: choose float32, float64 or float16",
            hs_dtype_name(dtype));
    if ((st = hs_groups_init(&groups, q, qp->axis, qp->block_size, err)) != HS_OK ||
        (st = hs_qparams_check(qp, &groups, err)) != HS_OK ||
        (!to_double && (st = hs_qparams_check_float(qp, err)) != HS_OK) ||
        (st = prepare(&codes, arena, q, to_double, err)) != HS_OK ||
        (st = hs_tensor_new(&r, arena, to_double ? HS_FLOAT64 : HS_FLOAT32, q->ndim, q->shape,
                            err)) != HS_OK)
        return st;
    for (size_t i = 0; i < groups.count; i = run.from + run.len) {
        run = hs_groups_run(&groups, i);
        run_kernel(&r, &codes, &run, qp->scale[run.group], (int32_t)qp->zero_point[run.group]);
    }
    return hs_tensor_as(out, arena, &r, dtype, err);
}
