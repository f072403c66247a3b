#include "kernels/bench/measure.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { SLICE_NS = 4000000 };

bool hs_bench_wants(const struct hs_bench_list *list, const char *op)
{
    return list->only == NULL || strstr(op, list->only) != NULL;
}

void hs_bench_add(struct hs_bench_list *list, const struct hs_bench_row *row)
{
    list->rows++;
    list->visit(list->payload, row);
}

double hs_bench_slice(void (*run)(void *payload), void *payload)
{
    uint64_t start, ns = 0;
    size_t runs = 0, batch = 1;

    run(payload);
    start = hs_clock_cpu_ns();
    while (ns < SLICE_NS) {
        for (size_t i = 0; i < batch; i++)
            run(payload);
        runs += batch;
        ns = hs_clock_cpu_ns() - start;
        if (ns < SLICE_NS / 8) /* the clock is a system call */
            batch *= 2;
    }
    return (double)runs * 1e9 / (double)ns;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void hs_bench_summary(struct hs_bench_row *row, double *ours)
{
    qsort(ours, HS_BENCH_ROUNDS, sizeof *ours, by_size);
    row->best = ours[HS_BENCH_ROUNDS - 1];
    row->median = ours[HS_BENCH_ROUNDS / 2];
    row->share = row->best / row->limit;
}
