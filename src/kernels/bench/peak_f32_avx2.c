#include <immintrin.h>

#include "kernels/bench/peak.h"

double hs_peak_f32__avx2(size_t steps)
{
    HS_PEAK_LOOP(__m256, _mm256_setzero_ps(), _mm256_fmadd_ps, "x", steps)
    return 12 * 8 * (double)steps;
}
