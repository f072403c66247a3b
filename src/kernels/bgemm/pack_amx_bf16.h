/* Floats to tiles of bfloat16: 16 rows of A or columns of B ("lines") x 32 steps of k, 1 KiB. For A
 * a row of the tile is a line; for B it is a pair of steps, two values of each of 16 lines. */
#ifndef HS_KERNELS_BGEMM_PACK_AMX_BF16_H
#define HS_KERNELS_BGEMM_PACK_AMX_BF16_H

#if defined(__AVX512BF16__) /* so that it compiles alone, without the flags of its users */

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/inline.h"

enum { HS_BF16_LINES = 16, HS_BF16_STEPS = 32, HS_BF16_TILE = 512 /* elements */ };

/* A matrix as stored: line l, step s is at[l stride + s], or at[s stride + l] when steps are
 * rows. */
struct hs_bf16_source {
    const float *at;
    size_t stride;
    bool steps_are_rows;
};

HS_INLINE __mmask16 hs_bf16_mask(size_t n)
{
    return (__mmask16)(n >= 16 ? 0xffffu : (1u << n) - 1);
}

HS_INLINE __m512i hs_bf16_convert(__m512 low, __m512 high)
{
    __m512bh both = _mm512_cvtne2ps_pbh(high, low);
    __m512i bits;

    memcpy(&bits, &both, sizeof bits); /* gcc 12 and clang 14 disagree about a cast */
    return bits;
}

/* Row r of the tile when k lies along memory: 32 steps of line r. */
HS_INLINE __m512i hs_bf16_line(const struct hs_bf16_source *x, size_t r, size_t lines, size_t steps)
{
    const float *at = x->at + r * x->stride;

    if (r >= lines)
        return _mm512_setzero_si512();
    return hs_bf16_convert(_mm512_maskz_loadu_ps(hs_bf16_mask(steps), at),
                           steps > 16 ? _mm512_maskz_loadu_ps(hs_bf16_mask(steps - 16), at + 16)
                                      : _mm512_setzero_ps());
}

/* Pair r of steps of 16 lines, side by side, when lines lie along memory. */
HS_INLINE __m512i hs_bf16_pair(const struct hs_bf16_source *x, size_t r, size_t lines, size_t steps,
                               __m512i order)
{
    const float *at = x->at + 2 * r * x->stride;
    __mmask16 mask = hs_bf16_mask(lines);
    __m512 even = 2 * r < steps ? _mm512_maskz_loadu_ps(mask, at) : _mm512_setzero_ps();
    __m512 odd =
        2 * r + 1 < steps ? _mm512_maskz_loadu_ps(mask, at + x->stride) : _mm512_setzero_ps();

    return _mm512_permutexvar_epi16(order, hs_bf16_convert(even, odd));
}

/* 16 x 16 of 32 bits: within lanes of 128 bits, then the lanes. */
HS_INLINE void hs_bf16_transpose(__m512i r[16])
{
    __m512i t[16];

    HS_UNROLL
    for (size_t i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    HS_UNROLL
    for (size_t i = 0; i < 16; i += 4) { /* r[i + c]: column c of each lane, rows i … i + 3 */
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    HS_UNROLL
    for (size_t c = 0; c < 4; c++) {
        t[c] = _mm512_shuffle_i32x4(r[c], r[c + 4], 0x88);
        t[c + 4] = _mm512_shuffle_i32x4(r[c], r[c + 4], 0xdd);
        t[c + 8] = _mm512_shuffle_i32x4(r[c + 8], r[c + 12], 0x88);
        t[c + 12] = _mm512_shuffle_i32x4(r[c + 8], r[c + 12], 0xdd);
    }
    HS_UNROLL
    for (size_t c = 0; c < 4; c++) {
        r[c] = _mm512_shuffle_i32x4(t[c], t[c + 8], 0x88);
        r[c + 4] = _mm512_shuffle_i32x4(t[c + 4], t[c + 12], 0x88);
        r[c + 8] = _mm512_shuffle_i32x4(t[c], t[c + 8], 0xdd);
        r[c + 12] = _mm512_shuffle_i32x4(t[c + 4], t[c + 12], 0xdd);
    }
}

/* One tile; what lies past `lines` or `steps` becomes 0. turned: memory and tile go different
 * ways. Constants where this is inlined: steps_are_rows, turned, and for whole tiles the counts. */
HS_INLINE void hs_bf16_pack_tile(uint16_t *out, const struct hs_bf16_source *x, size_t lines,
                                 size_t steps, const bool steps_are_rows, const bool turned)
{
    const __m512i low =
        _mm512_setr_epi32(0x100000, 0x110001, 0x120002, 0x130003, 0x140004, 0x150005, 0x160006,
                          0x170007, 0x180008, 0x190009, 0x1a000a, 0x1b000b, 0x1c000c, 0x1d000d,
                          0x1e000e, 0x1f000f);
    __m512i r[16];

    HS_UNROLL
    for (size_t i = 0; i < 16; i++)
        r[i] = steps_are_rows ? hs_bf16_pair(x, i, lines, steps, low)
                              : hs_bf16_line(x, i, lines, steps);
    if (turned)
        hs_bf16_transpose(r);
    HS_UNROLL
    for (size_t i = 0; i < 16; i++)
        _mm512_store_si512(out + 32 * i, r[i]);
}

#endif

#endif
