#include <arm_neon.h>
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/reduce/zero.h"

/* Elements of a step, and of a block whose counters of 32 bits take 4 a step. */
enum { TILE = 16, BLOCK = 1 << 30 };

struct lanes {
    float32x4_t lo, hi;
    uint32x4_t finite;
};

/* What is not finite is replaced by what the lane already has. */
static inline __attribute__((always_inline)) void take(struct lanes *l, float32x4_t v)
{
    uint32x4_t finite = vcaltq_f32(v, vdupq_n_f32(INFINITY)); /* false for NaN, too */

    l->lo = vminq_f32(l->lo, vbslq_f32(finite, v, l->lo));
    l->hi = vmaxq_f32(l->hi, vbslq_f32(finite, v, l->hi));
    l->finite = vsubq_u32(l->finite, finite); /* true is -1 */
}

static inline __attribute__((always_inline)) void take_tile(struct lanes *a, struct lanes *b,
                                                            const float *x)
{
    float32x4x4_t v = vld1q_f32_x4(x);

    take(a, v.val[0]);
    take(b, v.val[1]);
    take(a, v.val[2]);
    take(b, v.val[3]);
}

static size_t block_minmax(float *min, float *max, const float *x, size_t n)
{
    struct lanes a = {vdupq_n_f32(*min), vdupq_n_f32(*max), vdupq_n_u32(0)}, b = a;
    size_t i = 0;

    for (; n - i >= TILE; i += TILE)
        take_tile(&a, &b, x + i);
    if (i < n) {
        float rest[TILE];

        memcpy(rest, x + i, (n - i) * sizeof *x);
        for (size_t j = n - i; j < TILE; j++)
            rest[j] = NAN;
        take_tile(&a, &b, rest);
    }
    *min = vminvq_f32(vminq_f32(a.lo, b.lo));
    *max = vmaxvq_f32(vmaxq_f32(a.hi, b.hi));
    return n - (size_t)(vaddlvq_u32(a.finite) + vaddlvq_u32(b.finite));
}

size_t hs_minmax_f32__neon(float *min, float *max, const float *x, size_t n)
{
    float lo = *min, hi = *max;
    size_t bad = 0;

    for (size_t i = 0; i < n; i += BLOCK)
        bad += block_minmax(&lo, &hi, x + i, n - i < BLOCK ? n - i : BLOCK);
    *min = hs_sign_of_zero(lo, *min, x, n);
    *max = hs_sign_of_zero(hi, *max, x, n);
    return bad;
}
