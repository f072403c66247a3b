/* How fast the kernels are, beside the scalar reference and what the machine allows: its memory for
 * kernels that stream, its multipliers for products.
 *
 * Ours, scalar and limit take turns in slices of a few milliseconds on one core, so that what else
 * runs on the machine meets all three; the clock is the CPU time of the process. A rate is bytes
 * read and written, in GB/s (1e9), or multiply-adds, in GMAC/s. Compare numbers of one run only. */
#ifndef HS_KERNELS_BENCH_BENCH_H
#define HS_KERNELS_BENCH_BENCH_H

#include "base/status.h"
#include "kernels/kernels.h"

struct hs_bench_row {
    const char *op, *size, *variant; /* "quantize_f32_s8", "4MiB" (of the floats), "avx512" */
    const char *unit;                /* "GB/s", "GMAC/s" */
    double best, median;             /* of ours */
    double scalar, limit;            /* best */
    double share;                    /* best / limit */
};

/* Measures the rows whose op contains `only` (all when NULL) with the variants of hs_kernels();
 * pins the calling thread to `core` first (-1: leaves it). HS_EINVAL: no such core, or no such op;
 * HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_bench_run(const char *only, int core,
                                        void (*visit)(void *payload,
                                                      const struct hs_bench_row *row),
                                        void *payload, struct hs_error *err);

#endif
