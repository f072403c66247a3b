#include <arm_neon.h>

#include "kernels/bench/peak.h"

#define FMA(a, b, c) vfmaq_f32(c, a, b)

double hs_peak_f32__neon(size_t steps)
{
    HS_PEAK_LOOP(float32x4_t, vdupq_n_f32(0), FMA, "w", steps)
    return 12 * 4 * (double)steps;
}
