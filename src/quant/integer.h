/* Integer layers: reference operators with exact int32 accumulators (SEMANTICS 1 "Order in a
 * layer", 2.5).
 *
 *   acc = sum (x - z_x)(w - z_w) + b,   padding counts as x = z_x
 *
 * Layouts: x [n, in] or [n, c, h, w], w [out, in] or [out, in/groups, kh, kw], b [out]. Codes may
 * be of any integer dtype and zero points any integers of 32 bits. An accumulator that leaves int32
 * is HS_ERANGE and names the element, the value and what helps: nothing wraps. Codes that are
 * floats are HS_EDTYPE, shapes that do not fit HS_ESHAPE. */
#ifndef HS_QUANT_INTEGER_H
#define HS_QUANT_INTEGER_H

#include "num/round.h"
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
 * <= max_w: 2 + floor(log2 X), X = k max_x max_w; 1 for X = 0; 65 when X does not fit 63 bits. */
int hs_accumulator_bits(uint64_t k, uint64_t max_x, uint64_t max_w);

/* What to do with a bias whose code does not fit int32 (SEMANTICS 2.5). */
enum hs_bias_overflow {
    HS_BIAS_CLAMP,   /* the end of int32, counted */
    HS_BIAS_ERROR,   /* HS_ERANGE naming the element */
    HS_BIAS_ENLARGE, /* a larger weight scale for its channel, as ONNX Runtime does: weights have to
                        be quantized again */
};

struct hs_bias_report {
    size_t clamped;    /* elements that left int32 */
    size_t *element;   // (clamped) which ones, in order
    double *code;      // (clamped) the codes that they should have had
    const double *s_w; // (n_s) weight scales that hold every code; s_w itself when none clamped
};

/* Bias codes R(b / (s_x s_w[c])) as int32, z = 0. `s_w` has n_s = 1 or out elements. *report (may
 * be NULL) is filled whatever the policy. HS_ERANGE: a scale that is not positive, a bias that is
 * not finite. */
HS_MUST_USE enum hs_status hs_quantize_bias_by(struct hs_tensor *out, struct hs_arena *arena,
                                               const struct hs_tensor *b, double s_x,
                                               const double *s_w, size_t n_s,
                                               enum hs_round rounding, enum hs_bias_overflow policy,
                                               struct hs_bias_report *report, struct hs_error *err);

/* The same rounded half to even and clamped; *clamped (may be NULL) counts the elements that left
 * int32. */
HS_MUST_USE enum hs_status hs_quantize_bias(struct hs_tensor *out, struct hs_arena *arena,
                                            const struct hs_tensor *b, double s_x,
                                            const double *s_w, size_t n_s, size_t *clamped,
                                            struct hs_error *err);

#endif
