/* quantize_f32_s8 and quantize_f32_u8 in vectors, in two ways that take turns. Where nothing clips,
 * a block is converted as if nothing could; what does clip shows as a code outside the range. From
 * there on blocks are counted as they are converted, until nothing has clipped for a while. What
 * does not fit an int32 (NaN, too) converts to INT32_MIN; such a block is gone through once more.
 */
#ifndef HS_KERNELS_QUANTIZE_QUANTIZE8_H
#define HS_KERNELS_QUANTIZE_QUANTIZE8_H

#if defined(__AVX2__)

#include <string.h>

#include "kernels/quantize/block8.h"

/* The same with what clips clamped and counted; returns the least code of each lane so far. */
HS_INLINE hs_vi hs_quantize_counted(const struct hs_quantize_loop *l, uint8_t *q, const float *x,
                                    hs_vi least, size_t *low, size_t *high)
{
    hs_vi a = hs_vround(hs_quotient(hs_vload_once(x), &l->d, l->how, l->first));
    hs_vi b = hs_vround(hs_quotient(hs_vload_once(x + HS_LANES), &l->d, l->how, l->first));
    hs_vi c = hs_vround(hs_quotient(hs_vload_once(x + 2 * HS_LANES), &l->d, l->how, l->first));
    hs_vi d = hs_vround(hs_quotient(hs_vload_once(x + 3 * HS_LANES), &l->d, l->how, l->first));
    struct hs_v16 v = hs_v16_pack_signed(a, b, c, d, l->base);
    hs_vi out;

    *low += hs_v16_count_below(v);
    *high += hs_v16_count_above(v, l->span);
    least = hs_v16_least(least, v);
    out = hs_v8_add(hs_v16_bytes(l->full ? v : hs_v16_at_most(v, l->span)), l->qmin);
    if (l->where == HS_AROUND)
        hs_vistream(q, out);
    else
        hs_vistore(q, out);
    return least;
}

/* Blocks that clip; returns whether they did. */
HS_INLINE bool hs_quantize_clipping(struct hs_quantize8 *t, const struct hs_quantize_loop *l,
                                    uint8_t *q, const float *x, int blocks)
{
    hs_vi least = hs_v16_set(0);
    size_t low = 0, high = 0;

    HS_UNROLL
    for (int i = 0; i < blocks; i++)
        least = hs_quantize_counted(l, q + HS_BLOCK * i, x + HS_BLOCK * i, least, &low, &high);
    if (__builtin_expect(hs_v16_any_equal(least, l->lost), 0)) {
        for (int i = 0; i < blocks; i++)
            hs_clipped_block(t, q + HS_BLOCK * i, x + HS_BLOCK * i);
        return true;
    }
    t->low += low;
    t->high += high;
    return low + high != 0;
}

/* Four blocks, looked at together. `careful` is how long they are to be counted yet. */
HS_INLINE size_t hs_quantize_four(struct hs_quantize8 *t, const struct hs_quantize_loop *l,
                                  uint8_t *q, const float *x, size_t careful)
{
    hs_vi all = hs_v16_set(0);

    hs_prefetch(x, 4 * HS_BLOCK * sizeof *x, l->where);
    if (careful > 0)
        return hs_quantize_clipping(t, l, q, x, 4) ? HS_COUNT_AHEAD : careful - 1;
    HS_UNROLL
    for (int i = 0; i < 4; i++) {
        struct hs_v16 v = hs_quantize_block(l, q + HS_BLOCK * i, x + HS_BLOCK * i);

        all = l->full ? hs_v16_or(all, v) : hs_v16_max(all, v);
    }
    if (__builtin_expect(!hs_v16_above(all, l->span), 1))
        return 0;
    hs_quantize_clipping(t, l, q, x, 4);
    return HS_COUNT_AHEAD;
}

/* Whole blocks of n elements; returns how many elements that was. */
HS_INLINE size_t hs_quantize_loop(struct hs_quantize8 *t, uint8_t *q, const float *x, size_t n,
                                  enum hs_where where, enum hs_divide how, bool first, bool full)
{
    const struct hs_quantize_loop l = {how,
                                       first,
                                       full,
                                       where,
                                       hs_divider_of(&t->p),
                                       hs_v16_set((short)t->p.lo),
                                       hs_v16_set((short)(t->qmax - t->qmin)),
                                       hs_v8_set((char)t->qmin),
                                       hs_v16_set(
                                           (short)(INT16_MIN - (t->p.lo < 0 ? t->p.lo : 0)))};
    size_t i = 0, careful = 0;

    for (; n - i >= 4 * HS_BLOCK; i += 4 * HS_BLOCK)
        careful = hs_quantize_four(t, &l, q + i, x + i, careful);
    for (; n - i >= HS_BLOCK; i += HS_BLOCK)
        hs_quantize_clipping(t, &l, q + i, x + i, 1);
    return i;
}

/* Less than a block, padded with zeros: their code is the zero point, which never clips. */
static __attribute__((noinline)) void hs_quantize_rest(struct hs_quantize8 *t, uint8_t *q,
                                                       const float *x, size_t n)
{
    float rest[HS_BLOCK] = {0};
    uint8_t codes[HS_BLOCK];

    memcpy(rest, x, n * sizeof *x);
    hs_clipped_block(t, codes, rest);
    memcpy(q, codes, n);
}

HS_INLINE void hs_quantize_run(struct hs_quantize8 *t, uint8_t *q, const float *x, size_t n,
                               enum hs_where where, enum hs_divide how, bool first)
{
    int32_t span = t->qmax - t->qmin;
    size_t i = where == HS_AROUND ? hs_until_aligned(q, 1, n) : 0;

    if (i > 0)
        hs_quantize_rest(t, q, x, i);
    if (span == UINT8_MAX)
        i += hs_quantize_loop(t, q + i, x + i, n - i, where, how, first, true);
    else
        i += hs_quantize_loop(t, q + i, x + i, n - i, where, how, first, false);
    if (i < n)
        hs_quantize_rest(t, q + i, x + i, n - i);
}

typedef void hs_quantize8_fn(uint8_t *q, const float *x, size_t n, const struct hs_quantize_args *a,
                             struct hs_clip_count *clipped);

HS_INLINE void hs_quantize_row(uint8_t *q, const float *x, size_t n,
                               const struct hs_quantize_args *a, enum hs_where where,
                               struct hs_clip_count *clipped, hs_quantize8_fn *scalar)
{
    struct hs_quantize8 t = {.qmin = a->qmin, .qmax = a->qmax, .nan_code = a->nan_code};

    if (n < HS_LANES || !hs_plan_inline(&t.p, a, n)) {
        scalar(q, x, n, a, clipped);
        return;
    }
#define LOOP(how, first) hs_quantize_run(&t, q, x, n, where, how, first)
    HS_DIVIDE_CASES(t.p, LOOP);
#undef LOOP
    clipped->low += t.low;
    clipped->high += t.high;
}

/* Around the caches go many bytes, in rows that are not mostly ends. */
HS_INLINE void hs_quantize8_rows(uint8_t *q, const float *x, size_t rows, size_t len,
                                 const struct hs_quantize_args *a, size_t n,
                                 struct hs_clip_count *clipped, hs_quantize8_fn *scalar)
{
    size_t bytes = rows * len;
    enum hs_where where = bytes < HS_FAR_BYTES / sizeof *x                ? HS_NEAR
                          : bytes < HS_STREAM_BYTES || len < 8 * HS_BLOCK ? HS_FAR
                                                                          : HS_AROUND;

    for (size_t i = 0, group = 0; i < rows; i++) {
        hs_quantize_row(q + i * len, x + i * len, len, &a[group], where, clipped, scalar);
        group = group + 1 < n ? group + 1 : 0;
    }
    if (where == HS_AROUND)
        _mm_sfence();
}

#endif

#endif
