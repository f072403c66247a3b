/* What layers with weights share. */
#ifndef HS_NN_LAYERS_PARAMETERS_H
#define HS_NN_LAYERS_PARAMETERS_H

#include "nn/layer.h"

/* A parameter of zeros with its gradient. */
HS_MUST_USE enum hs_status hs_layer_param(struct hs_layer *l, struct hs_arena *arena,
                                          const char *name, bool decays, int ndim,
                                          const size_t *shape, struct hs_error *err);

/* "weight" of the shape, and "bias" of shape[0] where the layer has one. */
HS_MUST_USE enum hs_status hs_layer_weight_and_bias(struct hs_layer *l, struct hs_arena *arena,
                                                    int ndim, const size_t *shape,
                                                    struct hs_error *err);

/* Weights and bias uniform in ±1/sqrt(inputs of one output): PyTorch's default for linear and
 * convolutional layers (kaiming_uniform with a = sqrt 5). */
void hs_layer_start_uniform(struct hs_layer *l, struct hs_rng *rng);

#endif
