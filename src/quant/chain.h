/* The scale chain of the conv-net lab (document 000), with its own convention: every code is real /
 * scale, and s_out divides the accumulator, not the output. In standard terms s_out = 1/M. All
 * arithmetic in float64 unless `f32`.
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

/* s_bias of a layer. */
double hs_chain_bias_scale(double s_w, double s_in, const struct hs_chain_link *earlier, size_t n);

#endif
