/* What the multipliers of the machine can do: loops on registers, with enough chains to hide the
 * latency. */
#ifndef HS_KERNELS_BENCH_PEAK_H
#define HS_KERNELS_BENCH_PEAK_H

#include <stddef.h>

#include "kernels/cpu.h"

/* `steps` rounds of the loop; returns how many multiply-adds those were. */
typedef double hs_peak_fn(size_t steps);

/* float32, fused: the loop of the best set up to `isa` that this processor has. */
hs_peak_fn *hs_peak_f32(enum hs_isa isa);

/* int8 into int32, as a kernel for `isa` multiplies, which this processor has. */
hs_peak_fn *hs_peak_s8(enum hs_isa isa);

/* bfloat16 into float32, as bgemm multiplies under a ceiling of `isa`. */
hs_peak_fn *hs_peak_bf16(enum hs_isa isa);

#if defined(__x86_64__)
hs_peak_fn hs_peak_bf16__amx_bf16;
hs_peak_fn hs_peak_f32__avx2, hs_peak_f32__avx512;
hs_peak_fn hs_peak_s8__avx2, hs_peak_s8__avx_vnni, hs_peak_s8__avx512_vnni, hs_peak_s8__amx;
#elif defined(__aarch64__)
hs_peak_fn hs_peak_f32__neon, hs_peak_s8__neon, hs_peak_s8__neon_dot;
#endif

/* The body, for a vector type V and FMA(a, b, c); `in` is the constraint of a vector register. The
 * empty asm hides what the values are (equal chains would become one) and that nobody wants the
 * sums. */
#define HS_PEAK_EACH(X, ...) \
    X(c0, __VA_ARGS__)       \
    X(c1, __VA_ARGS__)       \
    X(c2, __VA_ARGS__)       \
    X(c3, __VA_ARGS__)       \
    X(c4, __VA_ARGS__)       \
    X(c5, __VA_ARGS__)       \
    X(c6, __VA_ARGS__)       \
    X(c7, __VA_ARGS__)       \
    X(c8, __VA_ARGS__)       \
    X(c9, __VA_ARGS__)       \
    X(c10, __VA_ARGS__)      \
    X(c11, __VA_ARGS__)
#define HS_PEAK_BEGIN(c, V, ZERO, in) \
    V c = ZERO;                       \
    __asm__ volatile("" : "+" in(c));
#define HS_PEAK_STEP(c, FMA) c = FMA(x, y, c);
#define HS_PEAK_END(c, in) __asm__ volatile("" ::in(c));
#define HS_PEAK_LOOP(V, ZERO, FMA, in, steps)    \
    V x = ZERO, y = ZERO;                        \
    __asm__ volatile("" : "+" in(x), "+" in(y)); \
    HS_PEAK_EACH(HS_PEAK_BEGIN, V, ZERO, in)     \
    for (size_t i = 0; i < (steps); i++) {       \
        HS_PEAK_EACH(HS_PEAK_STEP, FMA)          \
    }                                            \
    HS_PEAK_EACH(HS_PEAK_END, in)

#endif
