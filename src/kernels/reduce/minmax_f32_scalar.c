#include <math.h>

#include "kernels/kernels.h"

size_t hs_minmax_f32__scalar(float *min, float *max, const float *x, size_t n)
{
    float lo = *min, hi = *max;
    size_t bad = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) {
            bad++;
            continue;
        }
        lo = x[i] < lo ? x[i] : lo;
        hi = x[i] > hi ? x[i] : hi;
    }
    *min = lo;
    *max = hi;
    return bad;
}
