#include <arm_neon.h>

#include "kernels/bench/peak.h"

/* The product itself as an instruction, for it never changes. */
static inline int32x4_t mac(int32x4_t a, int32x4_t b, int32x4_t c)
{
    int16x8_t product;

    __asm__ volatile("smull %0.8h, %1.8b, %2.8b" : "=w"(product) : "w"(a), "w"(b));
    return vpadalq_s16(c, product);
}

double hs_peak_s8__neon(size_t steps)
{
    HS_PEAK_LOOP(int32x4_t, vdupq_n_s32(0), mac, "w", steps)
    return 12 * 8 * (double)steps;
}
