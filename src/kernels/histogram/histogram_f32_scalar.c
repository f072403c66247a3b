#include "kernels/kernels.h"

size_t hs_histogram_f32__scalar(uint64_t *counts, size_t bins, float lo, float hi, const float *x,
                                size_t n)
{
    float width = hi - lo, most = (float)bins;
    size_t outside = 0;

    for (size_t i = 0; i < n; i++) {
        float v;

        if (!(x[i] >= lo && x[i] <= hi)) {
            outside++;
            continue;
        }
        v = (x[i] - lo) / width * most;
        counts[v < most ? (size_t)v : bins - 1]++;
    }
    return outside;
}
