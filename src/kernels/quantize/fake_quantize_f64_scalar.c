#include "kernels/quantize/code.h"

void hs_fake_quantize_f64__scalar(double *y, const double *x, size_t n,
                                  const struct hs_quantize_args *a)
{
    for (size_t i = 0; i < n; i++) {
        int32_t q = isnan(x[i]) ? a->nan_code : hs_code_clamp(hs_code_f64(x[i], a), a);

        y[i] = (double)((int64_t)q - a->zero_point) * (double)a->scale;
    }
}
