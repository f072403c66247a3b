/* Integer layers: reference operators with exact int32 accumulators (SEMANTICS 1 "Order in a
 * layer", 2.5).
 *
 *   acc = sum (x - z_x)(w - z_w) + b,   padding counts as x = z_x
 *
 * Layouts: x [n, in] or [n, c, h, w], w [out, in] or [out, in/groups, kh, kw], b int32 [out]. Codes
 * may be any 8- or 16-bit integer dtype. An accumulator that leaves int32 is HS_ERANGE and names
 * the element: nothing wraps. */
#ifndef HS_QUANT_INTEGER_H
#define HS_QUANT_INTEGER_H

#include "tensor/tensor.h"

struct hs_conv_geometry {
    size_t stride[2], padding[2], dilation[2], groups; /* rows, columns */
};

/* int32 [n, out]. `b` may be NULL. z_w is one zero point of the weights. */
HS_MUST_USE enum hs_status hs_integer_linear(struct hs_tensor *acc, struct hs_arena *arena,
                                             const struct hs_tensor *x, int64_t z_x,
                                             const struct hs_tensor *w, int64_t z_w,
                                             const struct hs_tensor *b, struct hs_error *err);

/* int32 [n, out, oh, ow]. */
HS_MUST_USE enum hs_status
hs_integer_conv2d(struct hs_tensor *acc, struct hs_arena *arena, const struct hs_tensor *x,
                  int64_t z_x, const struct hs_tensor *w, int64_t z_w, const struct hs_tensor *b,
                  const struct hs_conv_geometry *geometry, struct hs_error *err);

/* The expansion of one output of a linear layer into its four terms (zero-point algebra):
 *   sum x w  -  z_w sum x  -  z_x sum w  +  K z_x z_w
 * terms [n, out, 4] as int64 in this order; folded_bias [out] = b - z_x sum w + K z_x z_w (what
 * remains when z_w = 0 or is folded). */
HS_MUST_USE enum hs_status hs_zero_point_terms(struct hs_tensor *terms,
                                               struct hs_tensor *folded_bias,
                                               struct hs_arena *arena, const struct hs_tensor *x,
                                               int64_t z_x, const struct hs_tensor *w, int64_t z_w,
                                               const struct hs_tensor *b, struct hs_error *err);

/* Bits of a signed accumulator that holds every sum of k products with |x - z_x| <= max_x and |w|
 * <= max_w: 2 + floor(log2 X), X = k max_x max_w; 1 for X = 0. */
int hs_accumulator_bits(uint64_t k, uint64_t max_x, uint64_t max_w);

/* Bias codes round_half_even(b / (s_x s_w[c])) as int32, clamped; *clamped counts the elements that
 * left int32. `s_w` has n_s = 1 or out elements. */
HS_MUST_USE enum hs_status hs_quantize_bias(struct hs_tensor *out, struct hs_arena *arena,
                                            const struct hs_tensor *b, double s_x,
                                            const double *s_w, size_t n_s, size_t *clamped,
                                            struct hs_error *err);

#endif
