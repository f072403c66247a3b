#include <immintrin.h>

#include "kernels/bench/peak.h"

#define MAC(a, b, c) _mm256_dpbusd_avx_epi32(c, a, b)

double hs_peak_s8__avx_vnni(size_t steps)
{
    HS_PEAK_LOOP(__m256i, _mm256_setzero_si256(), MAC, "x", steps)
    return 12 * 32 * (double)steps;
}
