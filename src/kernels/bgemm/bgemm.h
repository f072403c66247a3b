/* Matrix products of floats rounded to bfloat16, for training large convolutional networks quickly:
 *
 *   C[m,n] = A[m,k] B[k,n]    or    C += A B,    with the arguments of sgemm.h
 *
 * An option for training, never the default: products of bfloat16 (8 bits of precision), sums in
 * float32, and the weights that the optimizer keeps stay float32 in the caller's hands. A and B are
 * float32 in memory; they are rounded while they are packed. It pays where hs_kernel_variant(
 * "bgemm") is not scalar, which emulates the instruction bit by bit and is slow: ask before
 * choosing it.
 *
 * What is computed, in this order and no other (TDPBF16PS, as in the pseudo-code of Intel's manual;
 * on a processor that has it, 3 million random sums and the corner cases of underflow agreed):
 *
 *   a = bf(A[i,p]), b = bf(B[p,j]):  half to even, NaN stays NaN, denormals become 0;
 *   c = 0 or C[i,j];   for each 32 steps of k, the last filled up with zeros:
 *       even = odd = 0;   for 16 pairs:   even = fma(a[2q], b[2q], even)
 *                                         odd = fma(a[2q+1], b[2q+1], odd)
 *       c = c + (even + odd)
 *
 * each step rounded half to even, denormals read as 0 and results that round (with an unlimited
 * exponent) below 2^-126 made 0, with their sign. Both variants agree to the last bit (but for
 * which NaN a NaN is), and so do one thread and several that share out rows or columns. Who divides
 * k and accumulates gets the same bits when the parts begin at multiples of 32. k = 0 leaves C or
 * makes it 0.
 *
 * Measured on one core of a processor with AMX (GMAC/s, best of 9, the machine busy with other
 * work; beside sgemm with AVX-512 in the same minute):
 *
 *     m x k x n                          sgemm  bgemm
 *     64 x 27 x 16384                     55.0   94.4    convolution, weights times columns
 *     192 x 576 x 256                     87.9  445.4
 *     192 x 576 x 4096                    67.1  306.2
 *     384 x 1728 x 64                     78.3  191.8
 *     384 x 1728 x 1024                   74.3  355.6
 *     256 x 3456 x 1024                   69.8  310.6
 *     256 x 2304 x 1024                   68.9  326.0
 *     64 x 16384 x 27, B transposed       33.1   60.0    gradient of the weights
 *     192 x 4096 x 576, B transposed      72.7  318.7
 *     384 x 1024 x 1728, B transposed     75.7  427.3
 *     256 x 1024 x 3456, B transposed     73.3  367.4
 *     576 x 192 x 4096, A transposed      70.0  389.9    gradient of the columns
 *     1728 x 384 x 1024, A transposed     66.9  422.4
 *     3456 x 256 x 1024, A transposed     65.8  265.1
 *     128 x 4096 x 256, B transposed      75.7  281.2
 *
 * A call with few columns (n = 64) still converts all of A, and gains least. */
#ifndef HS_KERNELS_BGEMM_BGEMM_H
#define HS_KERNELS_BGEMM_BGEMM_H

#include "kernels/sgemm/sgemm.h"

enum { HS_BGEMM_STEP = 32 }; /* steps of k in one group */

/* hs_bgemm_scratch() bytes on a boundary of 64; one for each thread. */
typedef hs_sgemm_fn hs_bgemm_fn;

/* Bytes that any variant needs for the shape; at most 2.3 MiB. A part of the rows or columns
 * needs no more than the whole. hs_sgemm_scratch() may be more or less. */
size_t hs_bgemm_scratch(size_t m, size_t n, size_t k);

#endif
