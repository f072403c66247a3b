/* The histogram that PyTorch 1.13.1 keeps while it calibrates (HistogramObserver), to the last bit:
 * float32 where torch has float32, float64 where Python or torch has float64. Later versions
 * changed the algorithm. Source: torch/ao/quantization/observer.py and
 * aten/src/ATen/native/cpu/{HistogramKernel,RangeFactoriesKernel,SumKernel}.cpp of v1.13.1.
 *
 * What is peculiar to 1.13: bins are counted between min and max truncated to whole numbers, so
 * elements outside them are not counted at all; when the truncated ends are equal, the batch's own
 * range is used. A range without width is forgotten when the next batch comes. */
#ifndef HS_QUANT_HISTOGRAM_H
#define HS_QUANT_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct hs_histogram {
    float min, max; /* of what was seen, max stretched to whole bins; +inf, -inf before */
    float *counts;  // (bins) fractional after a merge of two ranges
    size_t bins;
};

enum { HS_HISTOGRAM_LEAST_BINS = 2, HS_HISTOGRAM_MOST_BINS = 65536 };

/* An empty histogram. HS_EINVAL: bins out of the limits above. */
HS_MUST_USE enum hs_status hs_histogram_init(struct hs_histogram *h, struct hs_arena *arena,
                                             size_t bins, struct hs_error *err);

/* Takes in a batch of finite elements; n 0 changes nothing. HS_ERANGE: the range so far is so much
 * narrower than the new one that no grid holds both. On failure *h is as it was. */
HS_MUST_USE enum hs_status hs_histogram_add(struct hs_histogram *h, struct hs_arena *arena,
                                            const float *x, size_t n, struct hs_error *err);

/* The greedy search: moves the ends of [min, max] inwards in steps of 1e-5 of the elements while
 * the squared error of `levels` codes (elements uniform within a bin) does not grow. h holds data.
 */
HS_MUST_USE enum hs_status hs_histogram_search(float *min, float *max, struct hs_arena *arena,
                                               const struct hs_histogram *h, size_t levels,
                                               struct hs_error *err);

/* The sum as torch's vectorized kernel orders it: 8 lanes of 4 rows in cascades. */
float hs_torch_sum(const float *v, size_t n);

#endif
