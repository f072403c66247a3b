#include "kernels/bench/limits.h"

#include <stdint.h>

/* The empty asm makes a value seem used. */
#define KEEP(v) __asm__ volatile("" ::"r"(v))

static void read4(void *out, void *out2, const void *a, const void *b, size_t n)
{
    const uint64_t *in = a;
    uint64_t u = 0, v = 0;

    (void)out;
    (void)out2;
    (void)b;
    for (size_t i = 0; i < n / 2; i += 2) {
        u |= in[i];
        v |= in[i + 1];
    }
    KEEP(u | v);
}

static void read4_write1(void *out, void *out2, const void *a, const void *b, size_t n)
{
    const uint64_t *in = a;
    uint64_t *o = out;

    (void)out2;
    (void)b;
    for (size_t i = 0; i < n / 8; i++)
        o[i] = in[4 * i] | in[4 * i + 1] | in[4 * i + 2] | in[4 * i + 3];
}

static void read1_write4(void *out, void *out2, const void *a, const void *b, size_t n)
{
    const uint64_t *in = a;
    uint64_t *o = out;

    (void)out2;
    (void)b;
    for (size_t i = 0; i < n / 2; i++)
        o[i] = in[i / 4];
}

static void read4_write4(void *out, void *out2, const void *a, const void *b, size_t n)
{
    const uint64_t *in = a;
    uint64_t *o = out;

    (void)out2;
    (void)b;
    for (size_t i = 0; i < n / 2; i++)
        o[i] = in[i] | 1; /* not a call of memcpy */
}

static void read8_write4(void *out, void *out2, const void *a, const void *b, size_t n)
{
    const uint64_t *in = a, *more = b;
    uint64_t *o = out;

    (void)out2;
    for (size_t i = 0; i < n / 2; i++)
        o[i] = in[i] | more[i];
}

static void read8_write8(void *out, void *out2, const void *a, const void *b, size_t n)
{
    const uint64_t *in = a, *more = b;
    uint64_t *o = out, *o2 = out2;

    for (size_t i = 0; i < n / 2; i++) {
        o[i] = in[i] | 1;
        o2[i] = more[i] | 1;
    }
}

size_t hs_traffic_bytes(enum hs_traffic t)
{
    static const size_t bytes[HS_TRAFFIC_COUNT] = {4, 5, 5, 8, 12, 16};

    return bytes[t];
}

hs_limit_fn *hs_limit(enum hs_traffic t, enum hs_isa isa, int way)
{
    static hs_limit_fn *const scalar[HS_TRAFFIC_COUNT] = {read4,        read4_write1, read1_write4,
                                                          read4_write4, read8_write4, read8_write8};

#if defined(__x86_64__)
    if (isa >= HS_ISA_avx512)
        return hs_limits__avx512[t][way];
    if (isa >= HS_ISA_avx2)
        return hs_limits__avx2[t][way];
#else
    (void)isa;
#endif
    return way == 0 ? scalar[t] : NULL;
}
