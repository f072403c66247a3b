#include "kernels/bench/peak.h"

/* Without vectors and without a fused instruction, a product and a sum are what there is. */
#define TWO_STEPS(a, b, c) ((a) * (b) + (c))

static double scalar(size_t steps)
{
#if defined(__x86_64__)
    HS_PEAK_LOOP(float, 0, TWO_STEPS, "x", steps)
#elif defined(__aarch64__)
    HS_PEAK_LOOP(float, 0, TWO_STEPS, "w", steps)
#else
    HS_PEAK_LOOP(float, 0, TWO_STEPS, "g", steps)
#endif
    return 12 * (double)steps;
}

hs_peak_fn *hs_peak_f32(enum hs_isa isa)
{
#if defined(__x86_64__)
    if (isa >= HS_ISA_avx512 && hs_isa_supported(HS_ISA_avx512))
        return hs_peak_f32__avx512;
    if (isa >= HS_ISA_avx2 && hs_isa_supported(HS_ISA_avx2))
        return hs_peak_f32__avx2;
#elif defined(__aarch64__)
    if (isa >= HS_ISA_neon)
        return hs_peak_f32__neon;
#endif
    return scalar;
}
