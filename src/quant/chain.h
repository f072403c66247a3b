/* The scale chain of the conv-net lab (document 000), with its own convention: every code is real /
 * scale, and s_out divides the accumulator, not the output. In standard terms s_out = 1/M. All
 * arithmetic in float64, or all of it in float32 with `f32`, in the order in which the formulas
 * are written.
 *
 *   s_w   = max|w| / 127
 *   s_in  = max|pixels| / 127
 *   s_out = max|activations / s_w / s_in / prod(ss_w ss_out)| / 127     over every earlier layer
 *   s_b   = s_w s_in prod(ss_w ss_out) */
#ifndef HS_QUANT_CHAIN_H
#define HS_QUANT_CHAIN_H

#include "tensor/tensor.h"

struct hs_chain_link {
    double s_w, s_out; /* of one earlier layer */
};

/* max|t| / 127, and codes clamp(round_half_even(t / s), -128, 127) as int8 (codes may be NULL). An
 * all-zero tensor is HS_ERANGE. */
HS_MUST_USE enum hs_status hs_chain_quantize(struct hs_tensor *codes, double *scale,
                                             struct hs_arena *arena, const struct hs_tensor *t,
                                             bool f32, struct hs_error *err);

/* s_out of a layer with weight scale s_w, network input scale s_in and the n earlier layers. */
HS_MUST_USE enum hs_status hs_chain_output_scale(double *s_out, const struct hs_tensor *activations,
                                                 double s_w, double s_in,
                                                 const struct hs_chain_link *earlier, size_t n,
                                                 bool f32, struct hs_error *err);

/* s_bias of a layer; the second form multiplies in float32. */
double hs_chain_bias_scale(double s_w, double s_in, const struct hs_chain_link *earlier, size_t n);
float hs_chain_bias_scale_f32(double s_w, double s_in, const struct hs_chain_link *earlier,
                              size_t n);

/* clamp(round_half_even(bias / s_bias)) as int32; *clamped (may be NULL) counts what left int32. */
HS_MUST_USE enum hs_status hs_chain_bias(struct hs_tensor *codes, size_t *clamped,
                                         struct hs_arena *arena, const struct hs_tensor *bias,
                                         double s_bias, bool f32, struct hs_error *err);

/* The whole network of the lab, calibrated and run. conv: stride 1, no padding, w [out, in, kh,
 * kw]; fc: w [out, in], flattens what has more axes; pool: the largest of 2x2, stride 2, a last odd
 * row or column left out. */
enum hs_chain_op { HS_CHAIN_CONV, HS_CHAIN_FC, HS_CHAIN_RELU, HS_CHAIN_POOL, HS_CHAIN_OPS };

const char *hs_chain_op_name(enum hs_chain_op op); /* "conv" */
int hs_chain_op_find(const char *name);            /* -1 when unknown */

struct hs_chain_step {
    enum hs_chain_op op;
    const struct hs_tensor *w, *b; /* of conv and fc; b may be NULL */
};

struct hs_chain_layer { /* a conv or fc */
    double s_w, s_out, s_b;
    struct hs_tensor w_q, b_q, a_q; /* a_q before ReLU; b_q only with a bias */
    bool has_bias;
    size_t bias_clamped; /* elements of b_q that left int32 */
};

struct hs_chain_network {
    double s_in, real_scale;                           /* of the output: s_in prod(s_w s_out) */
    struct hs_tensor x_q, y_q, y_float, y_dequantized; /* int8, int8, and the dtype of `f32` */
    struct hs_chain_layer *layer;                      // (n)
    size_t n;
};

/* x: (n, c, h, w) or (n, features), calibrated on itself. Float sums run in the order of the
 * indices, a convolution's over the channels of each tap first; in float32 every product and sum is
 * rounded. The forward pass on codes is exact in int32; s_out divides the accumulator, then it is
 * rounded half to even and clamped. HS_ESHAPE names the step that does not fit, HS_ERANGE a tensor
 * without a scale or an accumulator that overflows. */
HS_MUST_USE enum hs_status hs_chain_network(struct hs_chain_network *out, struct hs_arena *arena,
                                            const struct hs_tensor *x,
                                            const struct hs_chain_step *steps, size_t n, bool f32,
                                            struct hs_error *err);

#endif
