/* Statistics of a tensor, of finite elements only; NaN and infinities are counted apart. Sums are in double,
 * in element order, compensated (Neumaier), so that every machine gives the same mean. */
#ifndef HS_TENSOR_STATS_H
#define HS_TENSOR_STATS_H

#include "tensor/tensor.h"

struct hs_stats {
    size_t count, nan, inf;    /* elements; of them NaN; of them infinite */
    size_t first_bad;          /* flat index of the first NaN or infinity (when nan + inf > 0) */
    double min, max, absmax;   /* 0 when there is no finite element */
    double mean, std;          /* population standard deviation */
};

/* All but mean and std (which are 0), in a fraction of the time. */
void hs_tensor_extremes(struct hs_stats *out, const struct hs_tensor *t);

void hs_tensor_stats(struct hs_stats *out, const struct hs_tensor *t);

/* Counts of `bins` equal bins over [lo, hi]; the last bin includes hi; values outside and NaN are left out, as
 * in numpy.histogram and torch.histc. lo < hi. counts[bins]. */
void hs_tensor_histogram(size_t *counts, size_t bins, const struct hs_tensor *t, double lo, double hi);

#endif
