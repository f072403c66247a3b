/* Writing tensors: .npy, .npz, .safetensors, .json, .csv by extension, atomically. Names must be
 * unique. */
#ifndef HS_IO_SAVE_H
#define HS_IO_SAVE_H

#include "base/str.h"
#include "io/file.h"
#include "tensor/tensor.h"
#include "tensor/value.h"

struct hs_named_tensor {
    const char *name;
    struct hs_tensor tensor;
};

/* The npy bytes of one tensor (version 1.0, C order, little-endian). Appends. dtypes NumPy does not
 * have (bfloat16, float8, int2 …) are refused (HS_EDTYPE) but int4/int2, which are written as
 * int8/uint8. */
HS_MUST_USE enum hs_status hs_npy_format(struct hs_str *out, const struct hs_tensor *t,
                                         struct hs_error *err);

/* HS_EINVAL, with what is possible, when no tensor is written to a file of that name; so that a
 * command can say it before it computes. */
HS_MUST_USE enum hs_status hs_tensors_save_check(const char *path, struct hs_error *err);

/* The bytes that hs_tensors_save() writes to a file of that name. Appends. */
HS_MUST_USE enum hs_status hs_tensors_format(struct hs_str *out, const char *path,
                                             const struct hs_named_tensor *items, size_t n,
                                             struct hs_error *err);

/* One tensor (.npy; .csv: at most two dimensions) or several (.npz, .safetensors, .json: nested
 * lists by name). HS_EINVAL for another extension. */
HS_MUST_USE enum hs_status hs_tensors_save(const char *path, const struct hs_named_tensor *items,
                                           size_t n, struct hs_error *err);

/* A .safetensors file with texts beside the tensors: `metadata` is a map of strings, or NULL. The
 * reader gives them as entries "__metadata__.KEY" (bookkeeping). */
HS_MUST_USE enum hs_status hs_safetensors_save(const char *path,
                                               const struct hs_named_tensor *items, size_t n,
                                               const struct hs_value *metadata,
                                               struct hs_error *err);

#endif
