/* HS_INLINE: a piece of a kernel, whose constant arguments shape the loop that it ends up in. */
#ifndef HS_KERNELS_INLINE_H
#define HS_KERNELS_INLINE_H

#define HS_INLINE static inline __attribute__((always_inline))

/* Before a loop of 4 over vectors in an array: takes it apart, so that they live in registers. */
#if defined(__clang__)
#define HS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define HS_UNROLL _Pragma("GCC unroll 4")
#endif

#endif
