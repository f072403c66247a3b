/* Integer matrix products: C[m,n] = A[m,k] B[k,n] + bias, A uint8 or int8, B int8 packed once,
 * every sum in int32, then requantized while it is in registers.
 *
 *   acc[i][j] = bias[j] + sum_t a[i][t] b[t][j]        modulo 2^32: operators check the bound first
 *
 * An activation zero point belongs in the bias: sum (a - z) b = sum a b - z sum b, see
 * hs_gemm_fold_zero_point(). Packed weights serve every instruction set:
 *
 *   panels of 16 columns; in a panel, rows of 64 bytes; row r, byte 4 j + i is b[4 r + i][16 p +
 * j]. k is filled up with zeros to a multiple of 64, n to a multiple of 16. */
#ifndef HS_KERNELS_GEMM_GEMM_H
#define HS_KERNELS_GEMM_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HS_GEMM_COLUMNS = 16, HS_GEMM_STEP = 64 }; /* of a panel; depth of a step */

/* What becomes of a sum. float32 arithmetic: v = (float)acc * scale[j], one rounding each.
 *   S32   int32: acc
 *   F32   float: v
 *   U8    uint8: clamp(round_half_even(v) + zero_point, lo, hi), 0 <= lo <= hi <= 255
 *   S8    int8: likewise, -128 <= lo <= hi <= 127
 *   ROWS  `rows` is called with up to 64 sums of one row at a time, while they are in the cache */
enum hs_gemm_out { HS_GEMM_S32, HS_GEMM_F32, HS_GEMM_U8, HS_GEMM_S8, HS_GEMM_ROWS };

struct hs_gemm_epilogue {
    enum hs_gemm_out out;
    const float *scale; // (n), or (1) unless per_column; finite. Not read for S32 and ROWS
    bool per_column;
    int32_t zero_point, lo, hi; /* lo <= zero_point <= hi; a ReLU is lo = zero_point */
    void (*rows)(void *payload, size_t i, size_t j, const int32_t *acc, size_t n);
    void *payload;
};

struct hs_gemm {
    size_t m, n, k;
    const void *a; /* m rows of k bytes; nothing behind them is read */
    size_t lda;    /* bytes from row to row */
    bool a_signed;
    /* NULL: a row's steps of 64 bytes lie side by side. Else step t of a row begins `step[t]` bytes
     * behind the row's start, and k is a multiple of 64 (convolutions). */
    const size_t *step;
    const int8_t *b;     /* packed for this n and k */
    const int32_t *bias; // (n) or NULL
    void *c;
    size_t ldc; /* elements from row to row */
    struct hs_gemm_epilogue epilogue;
};

typedef void hs_gemm_x8s8_fn(const struct hs_gemm *g);

/* Bytes of packed weights, 64-byte aligned storage; 0 when it overflows. The sums of the columns,
 * sum_t b[t][j], stand behind the panels. */
size_t hs_gemm_packed_size(size_t n, size_t k);

/* Packs b: element b[t][j] stands at b[t * k_stride + j * n_stride]. Weights [out, in]: k_stride 1,
 * n_stride in. */
void hs_gemm_pack(int8_t *packed, const int8_t *b, size_t k_stride, size_t n_stride, size_t n,
                  size_t k);

/* The same for a convolution: element b[i channels + c][j] stands at w[(j channels + c) taps + i].
 */
void hs_gemm_pack_taps(int8_t *packed, const int8_t *w, size_t taps, size_t channels, size_t n);

/* sum_t b[t][j], n of them, inside `packed`. */
const int32_t *hs_gemm_column_sums(const int8_t *packed, size_t n, size_t k);

/* bias_out[j] = bias[j] - z sum_t b[t][j] modulo 2^32; bias NULL is 0; bias_out may be bias. */
void hs_gemm_fold_zero_point(int32_t *bias_out, const int32_t *bias, const int8_t *packed, size_t n,
                             size_t k, int32_t z);

#endif
