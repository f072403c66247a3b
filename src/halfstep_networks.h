/* libhalfstep, the second part of halfstep.h, which includes it: whole networks. */
#ifndef HALFSTEP_NETWORKS_H
#define HALFSTEP_NETWORKS_H

#include "halfstep.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One layer of an integer network on uint8 codes: w int8 [out, in] or [out, in, rows, columns] with
 * scales s_w, bias int32 at s_x s_w (may be NULL). Codes of the output have scale and zero_point;
 * `pool` > 1: then the largest of each pool x pool window. The last layer has scale 0: it gives
 * logits s_x s_w acc. */
struct hs_net_layer {
    const int8_t *w;
    const int32_t *bias;
    const float *w_scales;             /* (out), or (1) */
    int per_column;                    /* 0: one scale */
    size_t out, kernel, padding, pool; /* kernel 0: linear; else kernel x kernel, stride 1 */
    float scale;
    int32_t zero_point;
    int relu;
};

/* Pictures [channels, rows, columns] of float32 become uint8 codes by scale and zero_point; layers
 * are copied. Buffers are made for up to `batch` pictures that go together (0: the library
 * chooses). One thread at a time may run it. */
struct hs_net;
HS_API int hs_net_new(struct hs_net **out, size_t channels, size_t rows, size_t columns,
                      float scale, int32_t zero_point, const struct hs_net_layer *layers, size_t n,
                      size_t batch);
HS_API void hs_net_free(struct hs_net *net);
HS_API int hs_net_run(struct hs_net *net, const float *x, size_t images, float *logits);

/* Training "mlp", "lab-cnn", "vgg8" … by SGD, in float or with int8 weights and uint8 activations
 * fake-quantized. x and labels are borrowed. augment: shifted by up to 4 pixels, mirrored. */
struct hs_training;
struct hs_training_options {
    size_t batch, threads; /* threads 0: one a processor */
    float lr, momentum;
    int qat, augment; /* 0 or 1 */
    uint64_t seed;
};
HS_API int hs_training_new(struct hs_training **out, const char *network, const float *x,
                           const uint8_t *labels, size_t images,
                           const struct hs_training_options *options);
HS_API void hs_training_free(struct hs_training *t);
HS_API int hs_training_steps(struct hs_training *t, size_t steps);
HS_API int hs_training_accuracy(struct hs_training *t, const float *x, const uint8_t *labels,
                                size_t images, double *accuracy);

#ifdef __cplusplus
}
#endif

#endif
