#include "quant/map.h"

/* The kernel for codes of one byte, or of int32 (16-bit codes are narrowed behind it). */
static void run_kernel(const struct hs_map *m, const struct hs_tensor *q,
                       const struct hs_group_run *run, const struct hs_quantize_args *a,
                       struct hs_clip_count *clipped)
{
    const struct hs_kernels *k = hs_kernels();
    size_t i = run->from;

    if (m->in.is_double)
        k->quantize_f64_s32((int32_t *)q->data + i, (const double *)m->in.x.data + i, run->len, a,
                            clipped);
    else if (q->dtype == HS_INT32)
        k->quantize_f32_s32((int32_t *)q->data + i, (const float *)m->in.x.data + i, run->len, a,
                            clipped);
    else if (hs_dtype_is_signed(q->dtype))
        k->quantize_f32_s8((int8_t *)q->data + i, (const float *)m->in.x.data + i, run->len, a,
                           clipped);
    else
        k->quantize_f32_u8((uint8_t *)q->data + i, (const float *)m->in.x.data + i, run->len, a,
                           clipped);
}

/* Whole channels into codes of one byte: all rows in one call. */
static enum hs_status run_rows(struct hs_map *m, struct hs_arena *arena, const struct hs_tensor *q,
                               struct hs_clip_count *clipped, struct hs_error *err)
{
    const struct hs_kernels *k = hs_kernels();
    size_t n = m->groups.channels, len = m->groups.inner, rows = m->groups.count / len;
    struct hs_quantize_args *args = hs_arena_alloc(arena, n, sizeof *args);

    if (args == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu channels", n);
    for (size_t i = 0; i < n; i++)
        hs_map_args(&args[i], m, i);
    if (hs_dtype_is_signed(q->dtype))
        k->quantize_rows_f32_s8(q->data, m->in.x.data, rows, len, args, n, clipped);
    else
        k->quantize_rows_f32_u8(q->data, m->in.x.data, rows, len, args, n, clipped);
    return HS_OK;
}

/* True when channels are rows, one behind the other. */
static bool has_rows(const struct hs_groups *g)
{
    return !g->per_tensor && g->block == 0 && g->count > 0;
}

enum hs_status hs_quantize(struct hs_tensor *out, struct hs_arena *arena, const struct hs_tensor *x,
                           const struct hs_qparams *qp, struct hs_quantize_count *count,
                           struct hs_error *err)
{
    struct hs_clip_count clipped = {0, 0};
    struct hs_quantize_args args;
    struct hs_group_run run;
    struct hs_tensor q;
    struct hs_map m;
    enum hs_status st;
    bool bytes;

    if ((st = hs_map_begin(&m, arena, x, qp, err)) != HS_OK)
        return st;
    bytes = hs_dtype_size(qp->dtype) == 1 && !m.in.is_double;
    if ((st = hs_tensor_new(&q, arena, bytes ? qp->dtype : HS_INT32, x->ndim, x->shape, err)) !=
        HS_OK)
        return st;
    if (bytes && has_rows(&m.groups))
        st = run_rows(&m, arena, &q, &clipped, err);
    else
        while (hs_map_next(&m, &run, &args))
            run_kernel(&m, &q, &run, &args, &clipped);
    if (st != HS_OK || (st = hs_tensor_as(&q, arena, &q, qp->dtype, err)) != HS_OK)
        return st;
    if (count != NULL)
        *count = (struct hs_quantize_count){clipped.low, clipped.high, m.in.nan, m.in.inf};
    *out = q;
    return HS_OK;
}
