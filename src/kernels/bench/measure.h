/* What the families of benchmarks share: timing, and the row that comes of it. A family is one file
 * with one function of this kind, listed in bench.c. */
#ifndef HS_KERNELS_BENCH_MEASURE_H
#define HS_KERNELS_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/bench/bench.h"

enum { HS_BENCH_ROUNDS = 9, HS_BENCH_SCALAR_ROUNDS = 3 }; /* scalar is slow, for orientation only */

/* Which rows are wanted, where they go, and how many there were. */
struct hs_bench_list {
    const char *only; /* part of the op's name; NULL for all */
    void (*visit)(void *payload, const struct hs_bench_row *row);
    void *payload;
    size_t rows;
};

bool hs_bench_wants(const struct hs_bench_list *list, const char *op);
void hs_bench_add(struct hs_bench_list *list, const struct hs_bench_row *row);

/* Runs per second of one slice of a few milliseconds, after one run that is not timed. */
double hs_bench_slice(void (*run)(void *payload), void *payload);

/* best, median and share from the rates of HS_BENCH_ROUNDS slices; sorts them. limit is set. */
void hs_bench_summary(struct hs_bench_row *row, double *ours);

/* Integer products and convolutions, and float products, against the peak of the multipliers.
 * HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_bench_gemm(struct hs_bench_list *list, struct hs_error *err);
HS_MUST_USE enum hs_status hs_bench_sgemm(struct hs_bench_list *list, struct hs_error *err);

#endif
