#include <math.h>

#include "kernels/kernels.h"

size_t hs_absmax_f32__scalar(float *max, const float *x, size_t n)
{
    float most = *max;
    size_t bad = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) {
            bad++;
            continue;
        }
        most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    }
    *max = most;
    return bad;
}
