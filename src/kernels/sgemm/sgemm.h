/* Float matrix products, for training and for reference models:
 *
 *   C[m,n] = A[m,k] B[k,n]    or    C += A B,    row-major, A and B also as their transposes
 *
 * Each element of C is one chain, in this order and no other:
 *
 *   c = 0 or C[i,j];   for p = 0 … k - 1:   c = fmaf(A[i,p], B[p,j], c)
 *
 * so the scalar, AVX2, AVX-512 and NEON variants agree to the last bit (but for which NaN a NaN
 * is), and so do one thread and several that share out rows or columns: training gives the same
 * weights on every machine. Blocking over k keeps the chain, as it stops and goes on in C.
 *
 * Why our own and no BLAS: measured on one core with AVX-512 (GMAC/s, best of 9 slices in turn; FMA
 * peak 108), beside OpenBLAS 0.3.21 with OPENBLAS_CORETYPE=SKYLAKEX, BLIS 0.9.0 and oneDNN 2.6, the
 * three of Debian 12, serial:
 *
 *     m x k x n                        ours  OpenBLAS  BLIS  oneDNN
 *     100 x 784 x 128, B transposed    77.0      57.2  43.8    73.6      forward
 *     128 x 100 x 784, A transposed    76.8      68.5  44.8    82.8      gradient of the weights
 *     256 x 784 x 128, B transposed    82.1      65.8  43.9    82.3
 *     256 x 128 x 784                  83.3      74.5  49.7    88.0      gradient of the input
 *     256 x 128 x 128, B transposed    81.4      63.2  42.1    81.7
 *     256 x 128 x 10, B transposed     33.4      23.6  39.7    38.2
 *     1024 x 1024 x 1024               74.9      65.1  45.5    73.5
 *     192 x 576 x 256                  86.2      71.6  51.9    87.8      convolution, as columns
 *     137 x 311 x 79, B transposed     72.6      45.0  33.4    74.3
 *     1 x 784 x 128                    32.5      39.3  22.5    32.4
 *     1 x 784 x 128, B transposed       9.2      36.0  28.2    27.1
 *
 * That is the best of them but for a few percent, without a dependency, and none of them fixes the
 * order of its sums. Only a single row times B transposed pays for that order: B is turned around
 * for one use. Who needs it often keeps B as (k, n). */
#ifndef HS_KERNELS_SGEMM_SGEMM_H
#define HS_KERNELS_SGEMM_SGEMM_H

#include <stdbool.h>
#include <stddef.h>

/* lda, ldb and ldc are the distances of rows as stored: a is (m, k), or (k, m) when a_transposed; b
 * is (k, n), or (n, k) when b_transposed: a layer's weights [out, in] are b transposed. C overlaps
 * neither. m, n, k may be 0; without accumulate, k = 0 gives zeros. */
struct hs_sgemm {
    size_t m, n, k;
    const float *a, *b;
    float *c;
    size_t lda, ldb, ldc;
    bool a_transposed, b_transposed, accumulate;
};

/* scratch: hs_sgemm_scratch() bytes on a boundary of 64; one for each thread. */
typedef void hs_sgemm_fn(const struct hs_sgemm *g, void *scratch);

/* Bytes that any variant needs for the shape; at most 1.2 MiB. */
size_t hs_sgemm_scratch(size_t m, size_t n, size_t k);

#endif
