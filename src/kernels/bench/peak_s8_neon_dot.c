#include <arm_neon.h>

#include "kernels/bench/peak.h"

#define MAC(a, b, c) vdotq_s32(c, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b))

double hs_peak_s8__neon_dot(size_t steps)
{
    HS_PEAK_LOOP(int32x4_t, vdupq_n_s32(0), MAC, "w", steps)
    return 12 * 16 * (double)steps;
}
