/* ONNX models (onnx/onnx.proto, IR version 8, opset 13), node by node. Calls that run out of memory
 * make hs_onnx_finish() fail; nothing else can. */
#ifndef HS_PUBLISH_ONNX_H
#define HS_PUBLISH_ONNX_H

#include "base/str.h"
#include "tensor/tensor.h"

enum { HS_ONNX_OPSET = 13, HS_ONNX_INPUTS = 10 };

struct hs_onnx {
    struct hs_str nodes, initializers, inputs, outputs, work, part;
    bool failed; /* a tensor of a type that ONNX lacks here */
};

#define HS_ONNX_INIT                               \
    ((struct hs_onnx){.nodes = HS_STR_INIT,        \
                      .initializers = HS_STR_INIT, \
                      .inputs = HS_STR_INIT,       \
                      .outputs = HS_STR_INIT,      \
                      .work = HS_STR_INIT,         \
                      .part = HS_STR_INIT})

void hs_onnx_dispose(struct hs_onnx *g);

/* The graph's inputs and outputs; a size of 0 is the batch, "N". dtype: float32, int8, uint8,
 * int32. */
void hs_onnx_input(struct hs_onnx *g, const char *name, enum hs_dtype dtype, int ndim,
                   const size_t *shape);
void hs_onnx_output(struct hs_onnx *g, const char *name, enum hs_dtype dtype, int ndim,
                    const size_t *shape);

/* Constants. A tensor is contiguous; `shape` (may be NULL) stands instead of its own. */
void hs_onnx_tensor(struct hs_onnx *g, const char *name, const struct hs_tensor *t, int ndim,
                    const size_t *shape);
void hs_onnx_scalar(struct hs_onnx *g, const char *name, enum hs_dtype dtype, double v);

/* One node. inputs end with NULL. Attributes are written by the functions below between begin and
 * end. */
void hs_onnx_begin(struct hs_onnx *g, const char *op, const char *output,
                   const char *const *inputs);
void hs_onnx_int(struct hs_onnx *g, const char *name, int64_t v);
void hs_onnx_ints(struct hs_onnx *g, const char *name, const int64_t *v, size_t n);
void hs_onnx_end(struct hs_onnx *g);

/* The bytes of the model. `about` becomes its doc_string. HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_onnx_finish(struct hs_str *out, struct hs_onnx *g, const char *name,
                                          const char *about, struct hs_error *err);

#endif
