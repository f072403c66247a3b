/* The vector instructions that streaming kernels are written in, so that one text serves AVX2 and
 * AVX-512: a file <op>_<isa>.c is compiled for its set and finds that set's vectors here.
 *
 * hs_vf and hs_vi hold HS_LANES floats or int32, hs_vm says yes or no for each lane. min and max
 * are those of x86: b when a and b are equal or either is NaN. */
#ifndef HS_KERNELS_VECTOR_H
#define HS_KERNELS_VECTOR_H

#if defined(__AVX2__) /* so that it compiles alone, without the flags of its users */

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/inline.h"
#if defined(__AVX512BW__)
#include "kernels/vector_avx512.h"
#else
#include "kernels/vector_avx2.h"
#endif

enum {
    HS_BLOCK = 4 * HS_LANES,    /* elements of a step */
    HS_AHEAD = 8192,            /* bytes that are asked for before their use */
    HS_AHEAD_NEAR = 4096,       /* the same for what is near */
    HS_AHEAD_WRITE = 1024,      /* the same for lines that will be written */
    HS_FAR_BYTES = 1 << 19,     /* shorter operands are taken to be in a cache near by */
    HS_STREAM_BYTES = 16 << 20, /* a longer result is written around the caches: nobody would find
                                   it there, and its old content need not be read first */
};

/* Where a loop's operands are: constant where a loop is inlined. */
enum hs_where { HS_NEAR, HS_FAR, HS_AROUND };

/* Where operands of `bytes` bytes are likely to be. */
HS_INLINE enum hs_where hs_where_is(size_t bytes)
{
    return bytes < HS_FAR_BYTES ? HS_NEAR : HS_FAR;
}

/* Asks for the lines of a block that comes later; past the end of a buffer this is harmless. What
 * is near the hardware brings nearly as well, and a request costs the slot of a load. What is far
 * is wanted in the second cache, as the first has too few places for lines that are on their way,
 * and 16 lines at once (by the block at which a KiB begins) in a real loop: measured, both are
 * faster than requests spread over the blocks, and than the same 16 in a row. */
HS_INLINE void hs_prefetch(const void *p, size_t bytes, enum hs_where where)
{
    size_t line = 64;

    __asm__("" : "+r"(line)); /* not a constant, so that the loop stays one */
    if (where == HS_NEAR) {
        HS_UNROLL
        for (size_t i = 0; i < bytes; i += 256)
            _mm_prefetch((const void *)((uintptr_t)p + HS_AHEAD_NEAR + i), _MM_HINT_T0);
    } else if ((uintptr_t)p % 1024 < bytes) {
        for (size_t i = 0; i < 1024; i += line)
            _mm_prefetch((const void *)((uintptr_t)p + HS_AHEAD + i), _MM_HINT_T1);
    }
}

HS_INLINE void hs_prefetch_write(void *p, size_t bytes, enum hs_where where)
{
    for (size_t i = 0; i < bytes && where != HS_AROUND; i += 64)
        __builtin_prefetch((void *)((uintptr_t)p + HS_AHEAD_WRITE + i), 1, 3);
}

/* How many elements of `size` bytes stand before the first aligned vector in p, at most n. */
HS_INLINE size_t hs_until_aligned(const void *p, size_t size, size_t n)
{
    size_t head = (HS_VECTOR - (uintptr_t)p % HS_VECTOR) % HS_VECTOR / size;

    return head < n ? head : n;
}

#endif

#endif
