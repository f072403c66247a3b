/* A model: layers in a row, what its input means, and the buffers to run a batch through it. All
 * networks of the labs are rows of layers. */
#ifndef HS_NN_MODEL_H
#define HS_NN_MODEL_H

#include "nn/layer.h"
#include "tensor/value.h"

/* How a stored picture becomes the network's input, in float32 and in this order as torchvision's
 * ToTensor and Normalize do: ((x / divisor) - mean[c]) / std[c]. */
struct hs_input {
    struct hs_extent extent;
    float divisor, mean[4], std[4]; /* 255; or 1, 0, 1: raw values */
};

struct hs_model {
    struct hs_arena arena; /* owns everything below */
    const char *arch;      /* "mlp", "lab-cnn", "vgg8"; or what the file said */
    const char *data;      /* "mnist": what it was trained on; may be "" */
    struct hs_input input;
    size_t classes;
    struct hs_layer *layer; // (n)
    size_t n;
    struct hs_value about; /* a map: how it came to be (command, seed, epochs, accuracy …) */
};

#define HS_MODEL_INIT ((struct hs_model){.arena = {0}})

void hs_model_dispose(struct hs_model *m);

/* Appends a layer; shape and parameters are made from what stands before it. `spec` gives class,
 * name, out.c (linear, conv2d), kernel, geometry, has_bias; a geometry of zeros is stride 1 without
 * padding (maxpool: stride = kernel). HS_ESHAPE, HS_ENOMEM. input must be set. */
HS_MUST_USE enum hs_status hs_model_add(struct hs_model *m, const struct hs_layer *spec,
                                        struct hs_error *err);

/* The layer of that name, or NULL. */
struct hs_layer *hs_model_find(const struct hs_model *m, const char *name);

/* First values of all layers; each layer has its own generator, split from the seed by name. */
void hs_model_start(struct hs_model *m, uint64_t seed);

/* Another model with the same layers and values (quantizers too). */
HS_MUST_USE enum hs_status hs_model_copy(struct hs_model *out, const struct hs_model *m,
                                         struct hs_error *err);

/* Parameters in order, with the layer that has each; false past the end. */
bool hs_model_param(const struct hs_model *m, size_t i, struct hs_layer **layer,
                    struct hs_param **param);
size_t hs_model_params(const struct hs_model *m); /* elements of all */

/* Stored pictures (uint8 or float32 [n, c, h, w], channels and size of the input; uint8 [n, h, w]
 * is one channel) `which[0..n)` (NULL: the first n) as network input, in the layout of the first
 * layer. */
void hs_input_fill(float *x, const struct hs_input *input, const struct hs_tensor *images,
                   const size_t *which, size_t n);

/* The 256 values of each channel, so that uint8 pictures need no arithmetic; the same bits. */
struct hs_input_table {
    float value[4][256];
};
void hs_input_table(struct hs_input_table *out, const struct hs_input *input);
void hs_input_fill_by(float *x, const struct hs_input_table *table, const struct hs_input *input,
                      const struct hs_tensor *images, const size_t *which, size_t n);

/* HS_ESHAPE when images do not fit the input: names the data set's and the model's shape. */
HS_MUST_USE enum hs_status hs_input_check(const struct hs_input *input,
                                          const struct hs_tensor *images, struct hs_error *err);

/* Buffers of a batch of at most `most` examples. */
struct hs_run {
    struct hs_model *model;
    struct hs_pool *pool; /* borrowed; NULL: one thread */
    hs_sgemm_fn *product;
    size_t most, n;
    float **y;  // (model->n + 1): y[0] the input, y[i + 1] what layer i gives
    float **dy; // (model->n + 1): gradients; NULL without training
    void **keep;
    char *scratch;
    struct hs_arena arena;
};

#define HS_RUN_INIT ((struct hs_run){.model = NULL})

/* `training`: with gradients. The run borrows model and pool and must go first. */
HS_MUST_USE enum hs_status hs_run_begin(struct hs_run *r, struct hs_model *m, struct hs_pool *pool,
                                        size_t most, bool training, struct hs_error *err);
void hs_run_dispose(struct hs_run *r);

/* Forward through layers [from, to) with y[from] filled: r->y[i] is valid up to i = to. */
void hs_run_forward(struct hs_run *r, size_t n, size_t from, size_t to, bool training);

/* Backward through all layers with dy[model->n] filled, behind a forward with training. The
 * gradient of the input is not made. */
void hs_run_backward(struct hs_run *r);

/* The output of the last forward: features [n, classes]. */
const float *hs_run_output(const struct hs_run *r);

/* What layer i gave in the last forward, as a float32 tensor [n, c, h, w] or [n, features], copied.
 * i = -1 is the input. */
HS_MUST_USE enum hs_status hs_run_tensor(struct hs_tensor *out, struct hs_arena *arena,
                                         const struct hs_run *r, int i, struct hs_error *err);

#endif
