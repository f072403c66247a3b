/* BatchNorm folded into the layer before it (SEMANTICS 2.5), one factor a channel of axis 0:
 *
 *   f = gamma / sqrt(var + eps),   w' = w f,   b' = (b - mean) f + beta
 *
 * in float32 and in PyTorch's order, (b - mean) r gamma + beta with r = 1 / sqrt(var + eps), so
 * that the folded weights differ from PyTorch's fuse_conv_bn_weights by a few ulp at most. */
#ifndef HS_QUANT_FOLD_H
#define HS_QUANT_FOLD_H

#include "tensor/tensor.h"

struct hs_batchnorm {
    const struct hs_tensor *gamma, *beta; /* (channels) NULL: 1 and 0 */
    const struct hs_tensor *mean, *var;   // (channels)
    double eps;                           /* PyTorch's default is 1e-5 */
};

/* weight: (channels, ...) of floats; bias (channels) or NULL for none. Both results are float32.
 * HS_ESHAPE when the channels differ, HS_EDTYPE for no floats, HS_ERANGE when var + eps is not > 0,
 * naming the channel. */
HS_MUST_USE enum hs_status hs_fold_batchnorm(struct hs_tensor *out_weight,
                                             struct hs_tensor *out_bias, struct hs_arena *arena,
                                             const struct hs_tensor *weight,
                                             const struct hs_tensor *bias,
                                             const struct hs_batchnorm *bn, struct hs_error *err);

#endif
