#include <immintrin.h>

#include "kernels/bench/peak.h"

#define MAC(a, b, c) _mm512_dpbusd_epi32(c, a, b)

double hs_peak_s8__avx512_vnni(size_t steps)
{
    HS_PEAK_LOOP(__m512i, _mm512_setzero_si512(), MAC, "v", steps)
    return 12 * 64 * (double)steps;
}
