#include "kernels/histogram/histogram_f32.h"

size_t hs_histogram_f32__avx512(uint64_t *counts, size_t bins, float lo, float hi, const float *x,
                                size_t n)
{
    return hs_hist_vector(counts, bins, lo, hi, x, n);
}
