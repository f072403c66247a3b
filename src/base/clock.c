#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

#include "base/env.h"

int64_t hs_clock_now(void)
{
    const char *fixed = hs_env("HALFSTEP_NOW");

    if (fixed == NULL)
        fixed = hs_env("SOURCE_DATE_EPOCH");
    return fixed != NULL ? strtoll(fixed, NULL, 10) : (int64_t)time(NULL);
}

static uint64_t read_clock(clockid_t id)
{
    struct timespec t = {0};

    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t hs_clock_monotonic_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t hs_clock_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void hs_clock_format(int64_t seconds, char *out, size_t size)
{
    time_t t = (time_t)seconds;
    struct tm parts;

    if (size > 0)
        out[0] = '\0';
    if (gmtime_r(&t, &parts) != NULL)
        strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
