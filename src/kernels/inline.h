/* HS_INLINE: a piece of a kernel, whose constant arguments shape the loop that it ends up in. */
#ifndef HS_KERNELS_INLINE_H
#define HS_KERNELS_INLINE_H

#define HS_INLINE static inline __attribute__((always_inline))

/* Before a short loop of constant length: takes it apart, so that vectors of an array live in
 * registers. */
#if defined(__clang__)
#define HS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define HS_UNROLL _Pragma("GCC unroll 16")
#endif

#endif
