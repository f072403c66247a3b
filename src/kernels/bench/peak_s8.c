#include <stdint.h>

#include "kernels/bench/peak.h"

/* The empty asm keeps the compiler from adding up all steps as one product. */
static inline int32_t mac(int32_t a, int32_t b, int32_t c)
{
    __asm__ volatile("" : "+r"(a));
    return c + a * b;
}

static double scalar(size_t steps)
{
    HS_PEAK_LOOP(int32_t, 0, mac, "r", steps)
    return 12 * (double)steps;
}

hs_peak_fn *hs_peak_s8(enum hs_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case HS_ISA_avx2:
    case HS_ISA_avx512:
        return hs_peak_s8__avx2;
    case HS_ISA_avx_vnni:
        return hs_peak_s8__avx_vnni;
    case HS_ISA_avx512_vnni:
        return hs_peak_s8__avx512_vnni;
    case HS_ISA_amx:
        return hs_peak_s8__amx;
#elif defined(__aarch64__)
    case HS_ISA_neon:
        return hs_peak_s8__neon;
    case HS_ISA_neon_dot:
        return hs_peak_s8__neon_dot;
#endif
    default:
        return scalar;
    }
}
