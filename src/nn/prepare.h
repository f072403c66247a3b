/* From a float model to one with fake quantizers: folding, where quantizers stand, calibration.
 *
 *   input -> [Q] -> conv (weights [Q]) -> relu -> [Q] -> maxpool -> … -> linear (weights [Q]) ->
 * [Q]
 *
 * A quantizer stands behind the input, behind each relu, and behind a conv2d or linear without one.
 * BatchNorm is folded before (quant/fold.h). The model then serves PTQ (calibrated, frozen), QAT
 * (trained on) and conversion (nn/program.h). */
#ifndef HS_NN_PREPARE_H
#define HS_NN_PREPARE_H

#include "io/dataset.h"
#include "nn/fake.h"
#include "nn/model.h"

/* How a whole network is quantized. */
struct hs_qconfig {
    const char *name, *help;
    struct hs_fake_spec weight, input, activation, output; /* activation: behind relu; output: the
                                                              last layer's */
    bool sums; /* the last layer gives its accumulators: no output quantizer */
    struct hs_requantizer requantize; /* mode and its parameters, for conversion */
    enum hs_round bias_rounding;      /* floor in the power-of-two lab */
};

/* Named ones, qconfigs.def: "int8" (weights int8 symmetric per channel, activations uint8 affine),
 * "int8-tensor", "torch" (PyTorch's qnnpack defaults), "pow2" (lab 001: shifts, zero point 128),
 * "lab-mlp" (int8 symmetric everywhere). HS_ENOTFOUND lists them. */
HS_MUST_USE enum hs_status hs_qconfig_find(struct hs_qconfig *out, const char *name,
                                           struct hs_error *err);
bool hs_qconfig_row(size_t i, const char **name, const char **help);

/* Other widths: weights of `w` bits, activations of `a` (0 leaves them; input and output stay at 8
 * unless `all`). 2 to 8, or 32: float. HS_EINVAL. */
HS_MUST_USE enum hs_status hs_qconfig_bits(struct hs_qconfig *q, int w, int a, bool all,
                                           struct hs_error *err);
/* Observer (NULL leaves it) and method of activations and weights. */
HS_MUST_USE enum hs_status hs_qconfig_observer(struct hs_qconfig *q, const char *weights,
                                               const char *activations, struct hs_error *err);
void hs_qconfig_method(struct hs_qconfig *q, enum hs_qat_method method);

/* A copy without BatchNorm, folded into the layer before it. A BatchNorm behind anything else is
 * HS_EINVAL and named. A model without any is just copied. */
HS_MUST_USE enum hs_status hs_model_fold(struct hs_model *out, const struct hs_model *m,
                                         struct hs_error *err);

/* A folded copy with quantizers in place, not yet calibrated; weights have their ranges. */
HS_MUST_USE enum hs_status hs_prepare(struct hs_model *out, const struct hs_model *m,
                                      const struct hs_qconfig *q, struct hs_error *err);

bool hs_model_is_prepared(const struct hs_model *m);

/* Ranges of all activation quantizers by their observers from `n` pictures of the *training*
 * split, `batch` at a time (n 0: 1,000; batch 0: 100), through the float model (quantizers off), as
 * PyTorch's prepare and convert do; then everything is frozen. Up to 512 MB of activations are kept
 * at a time: quantizers that have more together are seen to in groups, with a pass each; one that
 * alone has more keeps the first pictures that fit, and its fake->seen says in how many batches
 * they came. progress may be NULL and hears pictures done, over all passes. */
HS_MUST_USE enum hs_status hs_calibrate(struct hs_model *m, const struct hs_dataset_split *train,
                                        size_t n, size_t batch, struct hs_pool *pool,
                                        void (*progress)(void *payload, size_t done, size_t total),
                                        void *payload, struct hs_error *err);

/* Observers look (QAT) or not. */
void hs_model_observe(struct hs_model *m, bool observing);

/* Behind training: scales follow the last update of the weights and of what was learned, then
 * nothing moves any more. (DoReFa, WRPN and PACT have no observer: their scales go on following.)
 */
void hs_model_freeze(struct hs_model *m);

/* Bias correction (Nagel et al. 2019, 1906.04721): b -= E[(What - W) x], the expectation over n
 * calibration pictures; layer by layer in order. The model is prepared and calibrated. */
HS_MUST_USE enum hs_status hs_bias_correct(struct hs_model *m, const struct hs_dataset_split *train,
                                           size_t n, struct hs_pool *pool, struct hs_error *err);

/* Cross-layer equalization of a folded float model (the same paper): for each pair of layers with
 * only relu and maxpool (and flatten) between, s_i = sqrt(r1_i / r2_i), W1 /= s, b1 /= s, W2 *= s,
 * repeated until s settles or `rounds`. The function of the network stays. *pairs may be NULL. */
HS_MUST_USE enum hs_status hs_equalize(struct hs_model *m, int rounds, size_t *pairs,
                                       struct hs_error *err);

#endif
