/* histogram_f32 in vectors: bins of a few vectors at once, then one increment an element, in turns
 * in several tables so that equal neighbours do not wait for each other. Counters have 16 bits,
 * which measures as 32 do on an idle machine and twice as fast on a busy one. What lies outside
 * gets a bin of its own behind the last. */
#ifndef HS_KERNELS_HISTOGRAM_HISTOGRAM_F32_H
#define HS_KERNELS_HISTOGRAM_HISTOGRAM_F32_H

#if defined(__AVX2__)

#include <string.h>

#include "kernels/kernels.h"
#include "kernels/vector.h"

enum {
    HS_HIST_TABLES = 4,
    HS_HIST_BINS = 2048, /* more go to the scalar kernel: the tables would leave the first cache */
    HS_HIST_CHUNK = 4 * UINT16_MAX / 64 * 64 /* elements that the tables' numbers surely hold */
};

struct hs_hist {
    uint16_t table[HS_HIST_TABLES][HS_HIST_BINS + 1];
    hs_vf lo, hi, bins, width, last;
    hs_vi outside;
};

/* Bins of HS_LANES elements. */
HS_INLINE void hs_hist_bins(int32_t *bin, const struct hs_hist *h, const float *x)
{
    hs_vf v = hs_vload(x);
    hs_vm in = hs_vwithin(v, h->lo, h->hi);
    hs_vf at = hs_vmul(hs_vdiv(hs_vsub(v, h->lo), h->width), h->bins);

    hs_vistore(bin, hs_vichoose(in, hs_vtruncate(hs_vmin(at, h->last)), h->outside));
}

HS_INLINE void hs_hist_chunk(struct hs_hist *h, const float *x, size_t n)
{
    int32_t bin[HS_BLOCK];

    for (size_t i = 0; i < n; i += HS_BLOCK) {
        hs_prefetch(x + i, HS_BLOCK * sizeof *x, HS_FAR);
        for (size_t j = 0; j < 4; j++)
            hs_hist_bins(bin + HS_LANES * j, h, x + i + HS_LANES * j);
        for (size_t j = 0; j < HS_BLOCK; j += HS_HIST_TABLES) {
            h->table[0][bin[j]]++;
            h->table[1][bin[j + 1]]++;
            h->table[2][bin[j + 2]]++;
            h->table[3][bin[j + 3]]++;
        }
    }
}

HS_INLINE size_t hs_hist_sum(uint64_t *counts, const struct hs_hist *h, size_t bins)
{
    for (size_t b = 0; b < bins; b++)
        counts[b] += (uint64_t)h->table[0][b] + h->table[1][b] + h->table[2][b] + h->table[3][b];
    return (size_t)h->table[0][bins] + h->table[1][bins] + h->table[2][bins] + h->table[3][bins];
}

HS_INLINE size_t hs_hist_vector(uint64_t *counts, size_t bins, float lo, float hi, const float *x,
                                size_t n)
{
    struct hs_hist h;
    size_t outside = 0, len;

    if (bins > HS_HIST_BINS || n < 2 * bins) /* the tables would cost more than they save */
        return hs_histogram_f32__scalar(counts, bins, lo, hi, x, n);
    h.lo = hs_vset(lo);
    h.hi = hs_vset(hi);
    h.bins = hs_vset((float)bins);
    h.width = hs_vset(hi - lo);
    h.last = hs_vset((float)(bins - 1));
    h.outside = hs_viset((int)bins);
    for (; n >= HS_BLOCK; n -= len, x += len) {
        len = n < HS_HIST_CHUNK ? n / HS_BLOCK * HS_BLOCK : HS_HIST_CHUNK;
        for (size_t t = 0; t < HS_HIST_TABLES; t++)
            memset(h.table[t], 0, (bins + 1) * sizeof h.table[t][0]);
        hs_hist_chunk(&h, x, len);
        outside += hs_hist_sum(counts, &h, bins);
    }
    return outside + hs_histogram_f32__scalar(counts, bins, lo, hi, x, n);
}

#endif

#endif
