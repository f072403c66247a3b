#include "kernels/reduce/absmax_f32.h"

size_t hs_absmax_f32__avx512(float *max, const float *x, size_t n)
{
    return hs_absmax_vector(max, x, n);
}
