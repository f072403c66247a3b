#include <arm_neon.h>
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

/* Elements of a step, and of a block whose counters of 32 bits take 4 a step. */
enum { TILE = 16, BLOCK = 1 << 30 };

struct lanes {
    float32x4_t most;
    uint32x4_t finite;
};

/* What is not finite becomes zero bits, the least that a magnitude can be. */
static inline __attribute__((always_inline)) void take(struct lanes *l, float32x4_t v)
{
    uint32x4_t finite = vcaltq_f32(v, vdupq_n_f32(INFINITY)); /* false for NaN, too */
    uint32x4_t bits = vandq_u32(vreinterpretq_u32_f32(vabsq_f32(v)), finite);

    l->most = vmaxq_f32(l->most, vreinterpretq_f32_u32(bits));
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

static size_t block_absmax(float *max, const float *x, size_t n)
{
    struct lanes a = {vdupq_n_f32(*max), vdupq_n_u32(0)}, b = a;
    size_t i = 0;

    for (; n - i >= TILE; i += TILE)
        take_tile(&a, &b, x + i);
    if (i < n) {
        float rest[TILE];

        memcpy(rest, x + i, (n - i) * sizeof *x);
        for (size_t j = n - i; j < TILE; j++)
            rest[j] = NAN; /* not counted as finite */
        take_tile(&a, &b, rest);
    }
    *max = vmaxvq_f32(vmaxq_f32(a.most, b.most));
    return n - (size_t)(vaddlvq_u32(a.finite) + vaddlvq_u32(b.finite));
}

size_t hs_absmax_f32__neon(float *max, const float *x, size_t n)
{
    size_t bad = 0;

    for (size_t i = 0; i < n; i += BLOCK)
        bad += block_absmax(max, x + i, n - i < BLOCK ? n - i : BLOCK);
    return bad;
}
