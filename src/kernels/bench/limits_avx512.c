#include <immintrin.h>

#include "kernels/bench/limits.h"

#define KEEP(v) __asm__ volatile("" ::"v"(v))

static __m512i load(const void *p, size_t vector)
{
    return _mm512_loadu_si512((const char *)p + 64 * vector);
}

static void store(void *p, size_t vector, __m512i v)
{
    _mm512_storeu_si512((char *)p + 64 * vector, v);
}

static void read4(void *out, const void *a, const void *b, size_t n)
{
    __m512i u = _mm512_setzero_si512(), v = u, w = u, x = u;

    (void)out;
    (void)b;
    for (size_t i = 0; i < n / 16; i += 4) {
        u = _mm512_or_si512(u, load(a, i));
        v = _mm512_or_si512(v, load(a, i + 1));
        w = _mm512_or_si512(w, load(a, i + 2));
        x = _mm512_or_si512(x, load(a, i + 3));
    }
    KEEP(u);
    KEEP(v);
    KEEP(w);
    KEEP(x);
}

static void read4_write1(void *out, const void *a, const void *b, size_t n)
{
    (void)b;
    for (size_t i = 0; i < n / 64; i++) {
        __m512i u = _mm512_or_si512(load(a, 4 * i), load(a, 4 * i + 1));
        __m512i v = _mm512_or_si512(load(a, 4 * i + 2), load(a, 4 * i + 3));

        store(out, i, _mm512_or_si512(u, v));
    }
}

static void read1_write4(void *out, const void *a, const void *b, size_t n)
{
    (void)b;
    for (size_t i = 0; i < n / 64; i++) {
        __m512i u = load(a, i);

        store(out, 4 * i, u);
        store(out, 4 * i + 1, u);
        store(out, 4 * i + 2, u);
        store(out, 4 * i + 3, u);
    }
}

static void read4_write4(void *out, const void *a, const void *b, size_t n)
{
    (void)b;
    for (size_t i = 0; i < n / 16; i += 2) {
        __m512i u = load(a, i), v = load(a, i + 1);

        store(out, i, u);
        store(out, i + 1, v);
    }
}

static void read8_write4(void *out, const void *a, const void *b, size_t n)
{
    for (size_t i = 0; i < n / 16; i++)
        store(out, i, _mm512_or_si512(load(a, i), load(b, i)));
}

hs_limit_fn *const hs_limits__avx512[HS_TRAFFIC_COUNT] = {read4, read4_write1, read1_write4,
                                                          read4_write4, read8_write4};
