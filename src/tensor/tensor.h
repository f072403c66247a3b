/* Tensor: a value-type view of elements that an arena (or a file in memory) owns. Copying the struct copies
 * the view; nothing frees one tensor. Shapes are NCHW / OIHW / [out, in] as in PyTorch (CONTRACTS 2).
 * Strides are in elements. What readers and constructors give is contiguous in C order. */
#ifndef HS_TENSOR_TENSOR_H
#define HS_TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"
#include "tensor/dtype.h"

enum { HS_MAX_DIMS = 32 }; /* NumPy's */

struct hs_tensor {
    enum hs_dtype dtype;
    int ndim;                    /* 0 for a scalar: one element */
    size_t shape[HS_MAX_DIMS];   // (ndim)
    ptrdiff_t stride[HS_MAX_DIMS]; /* elements; negative is allowed in views */
    void *data;                  /* borrowed from the arena; element [0, …, 0] */
};

/* Elements; 1 for a scalar, 0 when a dimension is 0. The constructors made sure that it fits. */
size_t hs_tensor_count(const struct hs_tensor *t);

/* Bytes of count elements of a shape: false on overflow. */
bool hs_shape_count(size_t *count, int ndim, const size_t *shape);

/* True when the elements stand one behind the other in C order. */
bool hs_tensor_is_contiguous(const struct hs_tensor *t);

/* A tensor of zeros. HS_ESHAPE (too many dimensions, overflow), HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_tensor_new(struct hs_tensor *out, struct hs_arena *arena, enum hs_dtype dtype,
                                         int ndim, const size_t *shape, struct hs_error *err);

/* A contiguous view of `data` (borrowed). */
struct hs_tensor hs_tensor_view(void *data, enum hs_dtype dtype, int ndim, const size_t *shape);

/* The same elements contiguous in C order: the same view when they are already, else a copy. */
HS_MUST_USE enum hs_status hs_tensor_contiguous(struct hs_tensor *out, struct hs_arena *arena,
                                                const struct hs_tensor *t, struct hs_error *err);

/* Always a copy. */
HS_MUST_USE enum hs_status hs_tensor_copy(struct hs_tensor *out, struct hs_arena *arena,
                                          const struct hs_tensor *t, struct hs_error *err);

/* Converted to another dtype; the same view when it has it already and is contiguous. Floats round half to even; a value that the
 * integer type cannot hold exactly is HS_ERANGE naming the element and the value: nothing is clipped. */
HS_MUST_USE enum hs_status hs_tensor_as(struct hs_tensor *out, struct hs_arena *arena, const struct hs_tensor *t,
                                        enum hs_dtype dtype, struct hs_error *err);

/* Pointer to the i-th element in C order (works for any strides). i < count. */
void *hs_tensor_at(const struct hs_tensor *t, size_t i);

/* The i-th element in C order as a double (exact but for 64-bit integers), or set. hs_tensor_set is false when
 * the dtype cannot hold the value. */
double hs_tensor_get(const struct hs_tensor *t, size_t i);
bool hs_tensor_set(struct hs_tensor *t, size_t i, double v);

/* Elements from … from + n - 1 in C order as doubles, as hs_tensor_get() gives them, but in a loop: the way to read many.
 * from + n <= count. */
void hs_tensor_load(double *out, const struct hs_tensor *t, size_t from, size_t n);

/* Views without copying. Slice is half-open along one axis; a negative axis counts from the end. Reshape needs
 * contiguous data and the same count; one dimension may be (size_t)-1 ("the rest"). Transpose
 * takes a permutation of 0..ndim-1. Index drops axis `axis` at position i. */
HS_MUST_USE enum hs_status hs_tensor_slice(struct hs_tensor *out, const struct hs_tensor *t, int axis, size_t from,
                                           size_t to, struct hs_error *err);
HS_MUST_USE enum hs_status hs_tensor_reshape(struct hs_tensor *out, const struct hs_tensor *t, int ndim,
                                             const size_t *shape, struct hs_error *err);
HS_MUST_USE enum hs_status hs_tensor_transpose(struct hs_tensor *out, const struct hs_tensor *t, const int *order,
                                               struct hs_error *err);
HS_MUST_USE enum hs_status hs_tensor_index(struct hs_tensor *out, const struct hs_tensor *t, int axis, size_t i,
                                           struct hs_error *err);

/* "(64,3,3,3)"; "()" for a scalar, "(5,)" for one dimension, as NumPy writes it. Appends. */
void hs_shape_format(struct hs_str *out, int ndim, const size_t *shape);

/* The multi-index of flat element i: index[ndim]. */
void hs_shape_unravel(size_t *index, size_t i, int ndim, const size_t *shape);

/* True when both have the same ndim and shape. */
bool hs_shape_equal(const struct hs_tensor *a, const struct hs_tensor *b);

#endif
