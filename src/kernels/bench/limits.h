/* What memory allows: loops that read and write the bytes of a kernel and do nothing with them. */
#ifndef HS_KERNELS_BENCH_LIMITS_H
#define HS_KERNELS_BENCH_LIMITS_H

#include <stddef.h>

#include "kernels/cpu.h"

/* Bytes read and written for one element. */
enum hs_traffic {
    HS_TRAFFIC_READ4,        /* min/max */
    HS_TRAFFIC_READ4_WRITE1, /* quantize */
    HS_TRAFFIC_READ1_WRITE4, /* dequantize */
    HS_TRAFFIC_READ4_WRITE4, /* fake-quantize */
    HS_TRAFFIC_READ8_WRITE4, /* its gradient: two inputs */
    HS_TRAFFIC_READ8_WRITE8, /* both at once: two results, too */
    HS_TRAFFIC_COUNT
};

/* Bytes moved for an element: reads and writes. */
size_t hs_traffic_bytes(enum hs_traffic t);

/* n elements, a multiple of 64; b is the second input of READ8, out2 the second result of WRITE8.
 * All are aligned to 64 bytes. */
typedef void hs_limit_fn(void *out, void *out2, const void *a, const void *b, size_t n);

/* The ways to do it; the limit is the fastest. */
enum { HS_LIMIT_WAYS = 5 };

/* Loop `way` for these vectors; NULL where there is none. Scalar: what the compiler makes of plain
 * C. Vectors: with and without prefetch, into the caches and around them. */
hs_limit_fn *hs_limit(enum hs_traffic t, enum hs_isa isa, int way);

#if defined(__x86_64__)
extern hs_limit_fn *const hs_limits__avx2[HS_TRAFFIC_COUNT][HS_LIMIT_WAYS];
extern hs_limit_fn *const hs_limits__avx512[HS_TRAFFIC_COUNT][HS_LIMIT_WAYS];
#endif

#endif
