#include "kernels/reduce/minmax_f32.h"

size_t hs_minmax_f32__avx512(float *min, float *max, const float *x, size_t n)
{
    return hs_minmax_vector(min, max, x, n);
}
