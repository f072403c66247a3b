/* Which elements of a tensor share a scale: all of them, those of one channel, or those of one
 * block of `block_size` elements along an axis (ONNX opset 21; the last block may be short).
 * Elements stand in C order and are visited in runs that lie together in memory.
 *
 * Group of a block: (outer * blocks + block) * inner + j, the C order of an array whose axis is
 * divided by block_size. */
#ifndef HS_QUANT_GROUPS_H
#define HS_QUANT_GROUPS_H

#include "tensor/tensor.h"

struct hs_groups {
    size_t count;           /* elements of the tensor */
    size_t channels, inner; /* size of the axis, and elements behind it */
    size_t block, blocks;   /* 0, or elements a block and blocks along the axis */
    size_t n;               /* groups */
    bool per_tensor;
};

/* An axis is 0 to ndim - 1, or -1 for none (per tensor). NumPy's -1, -2 … that a user gave are kept
 * as hs_axis_given(-1) = -2 … until a tensor says how many axes there are: hs_axis_of() then
 * gives 0 to ndim - 1, and leaves every other axis as it is. */
int hs_axis_given(int64_t axis);
int hs_axis_of(int axis, int ndim);

/* axis as above. HS_ESHAPE when the tensor has no such axis, HS_EINVAL for blocks without an
 * axis. */
HS_MUST_USE enum hs_status hs_groups_init(struct hs_groups *out, const struct hs_tensor *t,
                                          int axis, size_t block_size, struct hs_error *err);

/* Elements [from, from + len) belong to `group`. */
struct hs_group_run {
    size_t from, len, group;
};

/* The run that begins at element `from` (the end of the run before; 0 at first). from < count. */
struct hs_group_run hs_groups_run(const struct hs_groups *g, size_t from);

#endif
