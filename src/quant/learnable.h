/* Fake quantization whose scale and zero point are learned too (LSQ: Esser et al. 2020, 1902.08153,
 * in the form of PyTorch's _fake_quantize_learnable_*). Forward and dx are those of
 * hs_fake_quantize() with the zero point rounded; beside dx,
 *
 *   dscale      = f sum dy (y - x) / s   where the unclamped code is inside,
 *                 f sum dy (q_end - z)   where it is not
 *   dzero_point = f sum 0 inside, -s dy outside
 *
 * over the elements that share a scale. Sums are in float64, in C order. */
#ifndef HS_QUANT_LEARNABLE_H
#define HS_QUANT_LEARNABLE_H

#include "quant/qparams.h"

/* Qparams from a table whose zero points may be fractional: they are rounded half to even and
 * clamped to the codes. Everything else as hs_qparams_from_value(). */
HS_MUST_USE enum hs_status hs_learnable_from_value(struct hs_qparams *out, struct hs_arena *arena,
                                                   const struct hs_value *v, struct hs_error *err);

/* dscale and dzero_point have qp->n elements; f is `grad_factor`. Errors: those of
 * hs_fake_quantize_grad(). */
HS_MUST_USE enum hs_status hs_learnable_grad(double *dscale, double *dzero_point,
                                             struct hs_arena *arena, const struct hs_tensor *x,
                                             const struct hs_qparams *qp,
                                             const struct hs_tensor *upstream, double grad_factor,
                                             struct hs_error *err);

/* LSQ's first scale, 2 mean|x| / sqrt(qmax), of a tensor of floats; HS_ERANGE when x is empty, all
 * zero or not finite, or qmax < 1. */
HS_MUST_USE enum hs_status hs_learnable_first_scale(double *out, const struct hs_tensor *x,
                                                    int64_t qmax, struct hs_error *err);

/* LSQ's gradient scale, 1 / sqrt(n qmax): n elements share the scale, n and qmax >= 1. */
double hs_learnable_grad_factor(size_t n, int64_t qmax);

#endif
