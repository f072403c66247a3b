/* Published schemes beside affine and symmetric, in float64 after their papers;
 * q_k(x) = R((2^k - 1) x) / (2^k - 1), R half to even unless told otherwise.
 *
 *   DoReFa (Zhou et al. 2016, 1606.06160)
 *     weights 2 q_k(tanh w / (2 max|tanh w|) + 1/2) - 1, for k = 1 sign(w) mean|w|;
 *     activations q_k(clip(a, 0, 1))
 *   PACT (Choi et al. 2018, 1805.06085)
 *     y = clip(x, 0, alpha), y_q = R(y (2^k - 1)/alpha) alpha/(2^k - 1)
 *   WRPN (Mishra et al. 2017, 1709.01134)
 *     weights R((2^(k-1) - 1) clip(w, -1, 1)) / (2^(k-1) - 1), activations as DoReFa
 *   range linear (Distiller's RangeLinearQuantWrapper)
 *     q = clamp(R(x f - z)), f = (2^k - 1)/(max - min), z = R(min f):
 *     here the zero point is SUBTRACTED and f is 1/scale (quant/convention.h translates)
 *
 * All outputs are float64 tensors of the input's shape in the arena. An element that is not finite
 * is HS_ERANGE and named. */
#ifndef HS_QUANT_SCHEMES_H
#define HS_QUANT_SCHEMES_H

#include "num/round.h"
#include "tensor/tensor.h"

/* 1 <= bits <= 16. `codes` (may be NULL): the integers round((2^k - 1) …). An all-zero tensor gives
 * all 0 under tanh/max: HS_ERANGE. */
HS_MUST_USE enum hs_status hs_dorefa_weights(struct hs_tensor *out, struct hs_arena *arena,
                                             const struct hs_tensor *w, int bits,
                                             struct hs_error *err);
HS_MUST_USE enum hs_status hs_dorefa_binary_weights(struct hs_tensor *out, struct hs_arena *arena,
                                                    const struct hs_tensor *w,
                                                    struct hs_error *err);
HS_MUST_USE enum hs_status hs_dorefa_activations(struct hs_tensor *out, struct hs_tensor *codes,
                                                 struct hs_arena *arena, const struct hs_tensor *a,
                                                 int bits, struct hs_error *err);

/* The same with another rounding than half to even (not stochastic: HS_EINVAL). */
HS_MUST_USE enum hs_status hs_unit_quantize(struct hs_tensor *out, struct hs_tensor *codes,
                                            struct hs_arena *arena, const struct hs_tensor *a,
                                            int bits, enum hs_round rounding, struct hs_error *err);

/* dx = dy where 0 <= a <= 1, else 0 (DoReFa's activations). */
HS_MUST_USE enum hs_status hs_unit_clip_grad(struct hs_tensor *dx, struct hs_arena *arena,
                                             const struct hs_tensor *a,
                                             const struct hs_tensor *upstream,
                                             struct hs_error *err);

/* alpha > 0. y_q in `out`; `clipped` and `codes` may be NULL. Gradient: dx = dy where 0 <= x <
 * alpha, dalpha = sum of dy where x >= alpha. */
HS_MUST_USE enum hs_status hs_pact(struct hs_tensor *out, struct hs_tensor *clipped,
                                   struct hs_tensor *codes, struct hs_arena *arena,
                                   const struct hs_tensor *x, double alpha, int bits,
                                   struct hs_error *err);
HS_MUST_USE enum hs_status hs_pact_grad(struct hs_tensor *dx, double *dalpha,
                                        struct hs_arena *arena, const struct hs_tensor *x,
                                        double alpha, const struct hs_tensor *upstream,
                                        struct hs_error *err);

/* bits >= 2: with one bit the formula divides by 0 (HS_ERANGE says so). */
HS_MUST_USE enum hs_status hs_wrpn_weights(struct hs_tensor *out, struct hs_tensor *codes,
                                           struct hs_arena *arena, const struct hs_tensor *w,
                                           int bits, struct hs_error *err);

/* Straight through the rounding of the weights: DoReFa dw = dy (1 - tanh(w)^2) / max|tanh w|, the
 * maximum taken as a constant; WRPN dw = dy where |w| <= 1, else 0. float64 of the weights' shape. */
HS_MUST_USE enum hs_status hs_dorefa_weights_grad(struct hs_tensor *dw, struct hs_arena *arena,
                                                  const struct hs_tensor *weights,
                                                  const struct hs_tensor *upstream,
                                                  struct hs_error *err);
HS_MUST_USE enum hs_status hs_wrpn_weights_grad(struct hs_tensor *dw, struct hs_arena *arena,
                                                const struct hs_tensor *weights,
                                                const struct hs_tensor *upstream,
                                                struct hs_error *err);

/* Distiller's asymmetric map over [min(x, 0), max(x, 0)]. `q` holds the codes as float64 values;
 * *factor = 1/scale, 1 when the range is 0. */
HS_MUST_USE enum hs_status hs_range_linear(struct hs_tensor *q, struct hs_tensor *dequantized,
                                           double *factor, double *zero_point,
                                           struct hs_arena *arena, const struct hs_tensor *x,
                                           int bits, bool is_signed, struct hs_error *err);

/* Symmetric: restricted (factor (2^(k-1) - 1)/max|x|, codes ±(2^(k-1) - 1)) or full ((2^k -
 * 1)/2/max|x|, codes -2^(k-1) …). */
HS_MUST_USE enum hs_status hs_symmetric_linear(struct hs_tensor *q, double *factor,
                                               struct hs_arena *arena, const struct hs_tensor *x,
                                               int bits, bool full, struct hs_error *err);

#endif
