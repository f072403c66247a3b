/* The only clock. A test may freeze wall time with HALFSTEP_NOW or SOURCE_DATE_EPOCH (seconds). */
#ifndef HS_BASE_CLOCK_H
#define HS_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t hs_clock_now(void);           /* seconds since 1970, UTC */
uint64_t hs_clock_monotonic_ns(void); /* for durations */
uint64_t hs_clock_cpu_ns(void);       /* CPU time of this process */

/* "2026-11-23T09:26:00Z"; out is at least 21 bytes. */
void hs_clock_format(int64_t seconds, char *out, size_t size);

#endif
