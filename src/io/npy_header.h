/* The Python literal in an .npy header. */
#ifndef HS_IO_NPY_HEADER_H
#define HS_IO_NPY_HEADER_H

#include "base/bytes.h"
#include "base/status.h"
#include "tensor/tensor.h"

struct hs_npy_header {
    enum hs_dtype dtype;
    bool objects; /* descr '|O' */
    bool big_endian;
    bool fortran;
    int ndim;
    size_t shape[HS_MAX_DIMS];
};

HS_MUST_USE enum hs_status hs_npy_header_parse(struct hs_npy_header *out, struct hs_bytes text,
                                               const char *source, struct hs_error *err);

#endif
