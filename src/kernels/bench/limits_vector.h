/* The loops of limits.h in vectors of AVX2 or AVX-512, the best that we know for each traffic. */
#ifndef HS_KERNELS_BENCH_LIMITS_VECTOR_H
#define HS_KERNELS_BENCH_LIMITS_VECTOR_H

#if defined(__AVX2__)

#include "kernels/bench/limits.h"
#include "kernels/vector.h"

#define HS_KEEP(v) __asm__ volatile("" ::"x"(v)) /* makes a value seem used */

HS_INLINE void hs_limit_store(float *p, hs_vf v, bool around)
{
    if (around)
        hs_vstream(p, v);
    else
        hs_vstore(p, v);
}

/* Nothing, the first cache for what comes 4 KiB later, or the second as our kernels do. */
enum hs_limit_ahead { HS_LIMIT_NOTHING, HS_LIMIT_FIRST, HS_LIMIT_SECOND };

HS_INLINE void hs_limit_ask(const void *p, size_t bytes, enum hs_limit_ahead ahead)
{
    if (ahead == HS_LIMIT_SECOND)
        hs_prefetch(p, bytes, HS_FAR);
    for (size_t i = 0; ahead == HS_LIMIT_FIRST && i < bytes; i += 64)
        _mm_prefetch((const void *)((uintptr_t)p + 4096 + i), _MM_HINT_T0);
}

/* reads: bytes an element of a and, when 8, of b; writes: of out and, when 8, of out2. */
HS_INLINE void hs_limit_block(float *out, float *out2, const float *a, const float *b, int reads,
                              int writes, enum hs_limit_ahead ahead, bool around, hs_vf *sum)
{
    enum { L = HS_LANES };
    hs_vf v[4];

    HS_UNROLL
    for (int i = 0; i < 4; i++) {
        v[i] = hs_vload(reads == 1 ? a : a + L * i);
        if (reads == 8 && writes == 4)
            v[i] = hs_vor(v[i], hs_vload(b + L * i));
    }
    hs_limit_ask(a, (size_t)(reads == 1 ? 1 : 4) * HS_BLOCK, ahead);
    if (reads == 8)
        hs_limit_ask(b, 4 * HS_BLOCK, ahead);
    if (ahead != HS_LIMIT_NOTHING && writes > 0 && !around)
        hs_prefetch_write(out, (size_t)(writes == 1 ? 1 : 4) * HS_BLOCK, HS_FAR);
    if (ahead != HS_LIMIT_NOTHING && writes == 8 && !around)
        hs_prefetch_write(out2, 4 * HS_BLOCK, HS_FAR);
    if (writes == 0)
        HS_UNROLL
    for (int i = 0; i < 4; i++)
        sum[i] = hs_vor(sum[i], v[i]);
    if (writes == 1)
        hs_limit_store(out, hs_vor(hs_vor(v[0], v[1]), hs_vor(v[2], v[3])), around);
    HS_UNROLL
    for (int i = 0; writes >= 4 && i < 4; i++) {
        hs_limit_store(out + L * i, v[i], around);
        if (writes == 8)
            hs_limit_store(out2 + L * i, hs_vload(b + L * i), around);
    }
}

HS_INLINE void hs_limit_run(void *out, void *out2, const void *a, const void *b, size_t n,
                            int reads, int writes, enum hs_limit_ahead ahead, bool around)
{
    hs_vf sum[4] = {hs_vset(0), hs_vset(0), hs_vset(0), hs_vset(0)};
    float *o = out, *o2 = out2;
    const float *x = a, *y = b;

    for (size_t i = 0; i < n; i += HS_BLOCK)
        hs_limit_block(o + (writes == 1 ? i / 4 : i), o2 + i, x + (reads == 1 ? i / 4 : i), y + i,
                       reads, writes, ahead, around, sum);
    HS_UNROLL
    for (int i = 0; i < 4; i++)
        HS_KEEP(sum[i]);
    if (around)
        _mm_sfence();
}

#define HS_LIMIT_WAY(name, reads, writes, way, ahead, around)                            \
    static void name##way(void *out, void *out2, const void *a, const void *b, size_t n) \
    {                                                                                    \
        hs_limit_run(out, out2, a, b, n, reads, writes, ahead, around);                  \
    }
#define HS_LIMIT(name, reads, writes)                             \
    HS_LIMIT_WAY(name, reads, writes, 0, HS_LIMIT_NOTHING, false) \
    HS_LIMIT_WAY(name, reads, writes, 1, HS_LIMIT_FIRST, false)   \
    HS_LIMIT_WAY(name, reads, writes, 2, HS_LIMIT_SECOND, false)  \
    HS_LIMIT_WAY(name, reads, writes, 3, HS_LIMIT_NOTHING, true)  \
    HS_LIMIT_WAY(name, reads, writes, 4, HS_LIMIT_SECOND, true)

HS_LIMIT(read4, 4, 0)
HS_LIMIT(read4_write1_, 4, 1)
HS_LIMIT(read1_write4_, 1, 4)
HS_LIMIT(read4_write4_, 4, 4)
HS_LIMIT(read8_write4_, 8, 4)
HS_LIMIT(read8_write8_, 8, 8)

#define HS_LIMIT_WAYS_OF(name)                      \
    {                                               \
        name##0, name##1, name##2, name##3, name##4 \
    }
#define HS_LIMIT_TABLE                                                                             \
    {                                                                                              \
        HS_LIMIT_WAYS_OF(read4), HS_LIMIT_WAYS_OF(read4_write1_), HS_LIMIT_WAYS_OF(read1_write4_), \
            HS_LIMIT_WAYS_OF(read4_write4_), HS_LIMIT_WAYS_OF(read8_write4_),                      \
            HS_LIMIT_WAYS_OF(read8_write8_)                                                        \
    }

#endif

#endif
