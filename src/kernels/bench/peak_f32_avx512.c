#include <immintrin.h>

#include "kernels/bench/peak.h"

double hs_peak_f32__avx512(size_t steps)
{
    HS_PEAK_LOOP(__m512, _mm512_setzero_ps(), _mm512_fmadd_ps, "v", steps)
    return 12 * 16 * (double)steps;
}
