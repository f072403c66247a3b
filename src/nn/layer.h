/* Layers of a network, with forward and backward on plain float32 arrays.
 *
 * Two layouts, both without gaps; n is the number of examples of the batch:
 *   pictures   channel first: element (c, i, y, x) stands at ((c n + i) h + y) w + x. A channel is
 *              one run of memory, so a convolution is one product and BatchNorm one pass over a row
 *   features   one row an example: element (i, f) stands at i features + f
 * A picture of one channel is the same in both. `flatten` goes from pictures to features, in the
 * order (c, y, x) of PyTorch's flatten of NCHW.
 *
 * Every sum has a fixed order (sgemm.h; shards of a batch in order), so results depend neither on
 * the number of threads nor on the machine. Adding a layer: a file layers/<id>.c with a `const
 * struct hs_layer_class hs_layer_<id>` and a line in layers.def. */
#ifndef HS_NN_LAYER_H
#define HS_NN_LAYER_H

#include "base/pool.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "quant/integer.h"
#include "tensor/tensor.h"

enum { HS_LAYER_PARAMS = 3 };

/* What training moves, and its gradient. Tensors are float32, contiguous, owned by the model. */
struct hs_param {
    const char *name; /* "weight"; in files "conv1.weight" */
    struct hs_tensor value, grad;
    bool decays; /* weight decay applies */
};

/* Of one example. Features: (features, 1, 1). */
struct hs_extent {
    size_t c, h, w;
};

struct hs_fake;

struct hs_layer {
    const struct hs_layer_class *class;
    const char *name; /* unique in the model: "conv1", "relu1" */
    struct hs_extent in, out;
    bool in_pictures, out_pictures; /* layout of x and y */
    size_t kernel[2];               /* conv2d, maxpool: rows, columns */
    struct hs_conv_geometry geometry;
    struct hs_param param[HS_LAYER_PARAMS]; /* weight, bias; or gamma ("weight"), beta ("bias") */
    int params;
    bool has_bias;
    struct hs_tensor running_mean, running_var; // (c) batchnorm
    double eps, momentum;                       /* batchnorm: 1e-5, 0.1 */
    struct hs_fake *fake; /* weight quantizer of linear and conv2d, or the activation's of
                             fake_quantize (nn/fake.h); NULL: none */
};

/* One layer, one batch. Buffers do not overlap. */
struct hs_pass {
    struct hs_layer *layer;
    struct hs_pool *pool;
    const struct hs_kernels *kernels;
    hs_sgemm_fn *product; /* kernels->sgemm, or another of its kind */
    size_t n;
    bool training; /* statistics of the batch, observers that look, gradients to come */
    const float *x;
    float *y;
    const float *dy;
    float *dx;     /* NULL: nobody asks for it */
    void *keep;    /* class->keep() bytes, from forward to backward of the same batch */
    char *scratch; /* class->scratch() bytes, aligned to 64 */
};

struct hs_layer_class {
    const char *id, *help;
    /* Sets out, out_pictures from in, in_pictures. HS_ESHAPE names the layer and what does not fit.
     */
    enum hs_status (*shape)(struct hs_layer *l, struct hs_error *err);
    /* Sets param (tensors in the arena), params and running_*; values of an untrained layer. NULL:
     * has none. */
    enum hs_status (*make)(struct hs_layer *l, struct hs_arena *arena, struct hs_error *err);
    /* First values for training, from the layer's own generator. NULL: as made. */
    void (*start)(struct hs_layer *l, struct hs_rng *rng);
    size_t (*keep)(const struct hs_layer *l, size_t n);                 /* NULL: 0 */
    size_t (*scratch)(const struct hs_layer *l, size_t n, int threads); /* NULL: 0 */
    void (*forward)(const struct hs_pass *p);
    /* Adds nothing: param grads are overwritten. NULL where nothing is learned and dx is never
     * asked for. */
    void (*backward)(const struct hs_pass *p);
};

const struct hs_layer_class *const *hs_layer_classes(size_t *count);
const struct hs_layer_class *hs_layer_class_find(const char *id); /* NULL when unknown */

/* Elements of one example. */
size_t hs_extent_count(struct hs_extent e);

/* Batches are cut into this many shards of whole examples, whatever the number of threads; sums
 * over a batch are made by shard and then over the shards in order. Shard s of n examples is
 * [hs_shard_begin(n, s), hs_shard_begin(n, s + 1)). */
enum { HS_SHARDS = 8 };
size_t hs_shard_begin(size_t n, size_t s);

/* What linear and conv2d multiply with: the quantizer's copy, made now, or the weights themselves;
 * and behind the product of gradients, which were taken with respect to that copy. */
const float *hs_layer_weights_forward(const struct hs_pass *p);
const float *hs_layer_weights(const struct hs_layer *l); /* as of the last forward */
void hs_layer_weights_backward(const struct hs_pass *p);

/* Has its quantizer a parameter of its own (fake->learned)? */
bool hs_layer_learns_scale(const struct hs_layer *l);

/* A product of `p`, its rows shared out among the threads; each needs hs_sgemm_scratch() bytes at
 * scratch + worker * hs_product_scratch(). Same bits for any number of threads. */
void hs_product(const struct hs_pass *p, const struct hs_sgemm *g, char *scratch);
size_t hs_product_scratch(size_t m, size_t n, size_t k);

#define HS_LAYER(id) extern const struct hs_layer_class hs_layer_##id;
#include "nn/layers.def"
#undef HS_LAYER

#endif
