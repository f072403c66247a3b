/* Fake quantizers: what stands at one tensor of a network in training, calibration and the
 * simulated quantized forward. The float values stay the masters; what the forward uses is
 *
 *   xhat = s (clamp(R(x / s) + z) - z)         quant/qparams.h, learnable.h, schemes.h
 *
 * A quantizer of weights belongs to a linear or conv2d layer, with one scale or one a channel of
 * axis 0; a quantizer of activations is a layer of its own (fake_quantize), with one scale. */
#ifndef HS_NN_FAKE_H
#define HS_NN_FAKE_H

#include "nn/layer.h"
#include "quant/observer.h"

enum hs_qat_method {
#define HS_QAT_METHOD(id, name, help) HS_QAT_##id,
#include "nn/methods.def"
#undef HS_QAT_METHOD
    HS_QAT_METHODS
};

const char *hs_qat_method_name(enum hs_qat_method m);
const char *hs_qat_method_help(enum hs_qat_method m);
int hs_qat_method_find(const char *name); /* -1 when unknown */

/* What one tensor is to become. target.bits 32 means: stays float. */
struct hs_fake_spec {
    const char *observer;             /* of calibration: any of observers.def */
    struct hs_observer_config config; /* target and options too; axis 0: per channel */
    enum hs_qat_method method;        /* of training */
};

struct hs_fake {
    struct hs_fake_spec spec;
    bool weights;
    bool observing; /* training batches move the range (minmax: it only grows; any other observer:
                       a moving average of the ends); weights: the range is that of the weights
                       at every forward. false: frozen */
    size_t n;       /* scales: 1 or channels */
    double *min, *max; // (n) the range so far: running, averaging_constant of the config
    size_t seen;       /* batches that made it */
    bool inside;       /* weights: no code clips, so gradients pass as they are */
    struct hs_qparams
        qp;   /* in force; qp.scale == NULL before the first range: values pass through */
    bool off; /* values pass through all the same (calibration, sensitivity) */
    struct hs_param learned; /* LSQ: "scale" (n); PACT of activations: "alpha" (1); else empty */
    struct hs_tensor used;   /* weights: what the last forward used, float32 of their shape */
    struct hs_arena *arena;  /* of the model */
    double *scale;           // (n) storage behind qp
    int64_t *zero_point;     // (n)
    struct hs_arena work;    /* of one forward: reset each time */
};

/* `weights` (axis 0 counts) or NULL for activations. Methods may change what the bits mean, and say
 * so in qp: PACT, DoReFa and WRPN activations are unsigned with zero point 0 in [0, alpha] or [0,
 * 1], whatever a calibration saw and whether observing or not: a network whose activations pass 1
 * must learn to live with the clip, as in the papers; DoReFa weights are s (2 q - (2^k - 1)) with
 * s = M/(2^k - 1), M = max|tanh w|, so their codes are odd and those of 8 bits fit int16 only (the
 * paper has M = 1 behind BatchNorm; without one the network would be scaled up at every layer);
 * WRPN weights have s = 1/(2^(k-1) - 1), so where all are smaller than half of that (0.5 at 2
 * bits) all are 0 and nothing is learned: it wants 5 bits or more, or weights of size 1. A learned
 * scale is used as it is, or as the nearest power of two under that scheme; what an update took to
 * 0 or below becomes 1e-8, where every code is clipped and the gradient leads out again. HS_EINVAL
 * for bits or groups that networks do not take, HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_fake_new(struct hs_fake **out, struct hs_arena *arena,
                                       const struct hs_fake_spec *spec,
                                       const struct hs_tensor *weights, struct hs_error *err);

/* The same state on another model's arena. */
HS_MUST_USE enum hs_status hs_fake_copy(struct hs_fake **out, struct hs_arena *arena,
                                        const struct hs_fake *f, const struct hs_tensor *weights,
                                        struct hs_error *err);

/* Gives back the working memory (hs_model_dispose does). */
void hs_fake_dispose(struct hs_fake *f);

/* Sets range and qparams from an observer's range, or qparams given (an imported model's); ends
 * observing. LSQ starts its scale and PACT its alpha from them. */
HS_MUST_USE enum hs_status hs_fake_set_range(struct hs_fake *f, const struct hs_range *range,
                                             struct hs_error *err);
HS_MUST_USE enum hs_status hs_fake_set_qparams(struct hs_fake *f, const struct hs_qparams *qp,
                                               struct hs_error *err);

/* Fills f->used from w. A range that is not finite leaves the old one (the loss will say NaN). */
void hs_fake_weights(struct hs_fake *f, const struct hs_tensor *w, bool training);

/* grad holds dL/d used and becomes dL/dw; f->learned.grad is set. */
void hs_fake_weights_grad(struct hs_fake *f, const struct hs_tensor *w,
                          const struct hs_tensor *grad);

/* y from x, `count` elements; training and observing: the range moves first. y may be x. */
void hs_fake_activations(struct hs_fake *f, float *y, const float *x, size_t count, bool training);
/* y is what the forward gave. dx may be NULL when only the learned gradient is wanted. */
void hs_fake_activations_grad(struct hs_fake *f, float *dx, const float *x, const float *y,
                              const float *dy, size_t count);

#endif
