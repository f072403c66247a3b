#include <arm_neon.h>
#include <string.h>

#include "kernels/kernels.h"

/* Equal neighbours go to different tables, so that no increment waits for the one before. What lies
 * outside has a bin of its own behind the last. */
enum {
    TABLES = 4,
    TILE = 16,
    MOST_BINS = 2048, /* more go to the scalar kernel: the tables would leave the first cache */
    BLOCK = 1 << 30   /* elements that a table's numbers surely hold */
};

struct tables {
    uint32_t count[TABLES][MOST_BINS + 1];
    float lo, hi, bins, width;
    int32_t last, outside;
};

/* Bins of 4 elements; a NaN is not within. */
static inline __attribute__((always_inline)) int32x4_t bins4(const struct tables *t, float32x4_t x)
{
    uint32x4_t in = vandq_u32(vcgeq_f32(x, vdupq_n_f32(t->lo)), vcleq_f32(x, vdupq_n_f32(t->hi)));
    float32x4_t v = vdivq_f32(vsubq_f32(x, vdupq_n_f32(t->lo)), vdupq_n_f32(t->width));
    int32x4_t bin = vcvtq_s32_f32(vmulq_n_f32(v, t->bins)); /* toward zero */

    return vbslq_s32(in, vminq_s32(bin, vdupq_n_s32(t->last)), vdupq_n_s32(t->outside));
}

static void count_block(struct tables *t, const float *x, size_t n)
{
    int32_t bin[TILE];

    for (size_t i = 0; i < n; i += TILE) {
        float32x4x4_t v = vld1q_f32_x4(x + i);

        for (size_t j = 0; j < 4; j++)
            vst1q_s32(bin + 4 * j, bins4(t, v.val[j]));
        for (size_t j = 0; j < TILE; j++)
            t->count[j % TABLES][bin[j]]++;
    }
}

static size_t add_up(uint64_t *counts, const struct tables *t, size_t bins)
{
    size_t outside = 0;

    for (size_t i = 0; i < TABLES; i++) {
        for (size_t b = 0; b < bins; b++)
            counts[b] += t->count[i][b];
        outside += t->count[i][bins];
    }
    return outside;
}

size_t hs_histogram_f32__neon(uint64_t *counts, size_t bins, float lo, float hi, const float *x,
                              size_t n)
{
    struct tables t; /* the counts are cleared below */
    size_t outside = 0, len;

    if (bins > MOST_BINS || n < 2 * bins) /* the tables would cost more than they save */
        return hs_histogram_f32__scalar(counts, bins, lo, hi, x, n);
    t.lo = lo;
    t.hi = hi;
    t.bins = (float)bins;
    t.width = hi - lo;
    t.last = (int32_t)bins - 1;
    t.outside = (int32_t)bins;
    for (; n >= TILE; n -= len, x += len) {
        len = n < BLOCK ? n / TILE * TILE : BLOCK;
        for (size_t i = 0; i < TABLES; i++)
            memset(t.count[i], 0, (bins + 1) * sizeof t.count[i][0]);
        count_block(&t, x, len);
        outside += add_up(counts, &t, bins);
    }
    return outside + hs_histogram_f32__scalar(counts, bins, lo, hi, x, n);
}
