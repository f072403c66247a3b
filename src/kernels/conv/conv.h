/* Integer convolution as matrix products (kernels/gemm): activations NHWC, weights packed once,
 * every sum in int32, requantized while it is in registers.
 *
 *   acc[n,y,x,o] = bias[o] + sum over i, j, c of X[n, y s - p + i d, x s - p + j d, c] w[o,c,i,j]
 *
 * where X is z_x outside the picture; a zero point's share of the sum belongs in the bias (gemm.h).
 * The rows of the products are not copied out tap by tap: for each column j of the kernel the
 * picture is laid out once, shifted by j, so that a tap is the same matrix from another start. */
#ifndef HS_KERNELS_CONV_CONV_H
#define HS_KERNELS_CONV_CONV_H

#include "kernels/gemm/gemm.h"

struct hs_conv {
    size_t n, height, width, channels;                 /* of the activations */
    size_t out_channels, kernel[2];                    /* rows, columns */
    size_t stride[2], padding[2], dilation[2], groups; /* groups divides both channels */
    const void *x;
    bool x_signed;
    int32_t x_zero_point;             /* the code of padding */
    const int8_t *w;                  /* packed by hs_conv_pack */
    const int32_t *bias;              // (out_channels) or NULL
    void *y;                          // (n, out height, out width, out_channels)
    struct hs_gemm_epilogue epilogue; /* of rows = pixels, columns = out_channels */
};

struct hs_kernels;

/* Output size along axis 0 (height) or 1; 0 when the kernel does not fit. */
size_t hs_conv_out(const struct hs_conv *c, int axis);

/* Bytes of packed weights and of the workspace, both 64-byte aligned; 0 when they overflow. */
size_t hs_conv_packed_size(const struct hs_conv *c);
size_t hs_conv_workspace(const struct hs_conv *c);

/* w is [out_channels, channels / groups, kernel rows, kernel columns]. */
void hs_conv_pack(int8_t *packed, const struct hs_conv *c, const int8_t *w);

/* bias_out[o] = bias[o] - z sum w[o]: as hs_gemm_fold_zero_point(). */
void hs_conv_fold_zero_point(int32_t *bias_out, const struct hs_conv *c, const int8_t *packed,
                             int32_t z);

/* With the product of `k` (hs_kernels(), or a chosen level). ROWS epilogues get the pixel as row.
 */
void hs_conv_run(const struct hs_conv *c, const struct hs_kernels *k, void *workspace);

#endif
