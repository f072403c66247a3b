/* What the two ONNX exports share. */
#ifndef HS_PUBLISH_EXPORT_ONNX_H
#define HS_PUBLISH_EXPORT_ONNX_H

#include "publish/export.h"
#include "publish/onnx.h"

enum { HS_ONNX_NAME = 160 };

/* A graph under way: the tensor that the next step takes, and its extent. */
struct hs_onnx_export {
    struct hs_onnx g;
    const struct hs_program *p;
    char at[HS_ONNX_NAME];
    struct hs_extent extent;
};

/* Input "input": float32 [N, c, h, w], values as the network takes them. */
void hs_onnx_export_begin(struct hs_onnx_export *x, const struct hs_program *p);

/* "<step>.<what>" in a buffer of the caller. */
const char *hs_onnx_name(char out[HS_ONNX_NAME], const char *step, const char *what);

/* Constants of a step under their names: "<step>.x_scale" … as asked for. */
void hs_onnx_codes(struct hs_onnx_export *x, const char *step, const char *scale,
                   const char *zero_point, const struct hs_codes *c);
void hs_onnx_scales(struct hs_onnx_export *x, const char *name, const double *v, size_t n);
void hs_onnx_zeros(struct hs_onnx_export *x, const char *name, enum hs_dtype dtype, size_t n);

/* Adds a node of one output that becomes x->at. */
void hs_onnx_then(struct hs_onnx_export *x, const char *op, const char *output,
                  const char *const *inputs);

/* Clip of codes where the network uses less than the type holds, or a ReLU above the lowest code.
 */
void hs_onnx_clip(struct hs_onnx_export *x, const char *step, const struct hs_codes *c, bool relu);

/* kernel_shape, strides, pads, dilations, group (0: none) of the node that is under way. */
void hs_onnx_window(struct hs_onnx *g, const size_t kernel[2],
                    const struct hs_conv_geometry *geometry, size_t group);

/* Output "codes" and "logits", or "logits" alone of a program that gives sums. */
enum hs_status hs_onnx_export_end(struct hs_str *out, struct hs_onnx_export *x, const char *name,
                                  const char *about, struct hs_error *err);

#endif
