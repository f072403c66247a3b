/* The .npy format (NumPy Enhancement Proposal 1; numpy/lib/format.py):
 *
 *   "\x93NUMPY"  major minor  header length (2 bytes in 1.0, 4 in 2.0 and 3.0, little-endian)
 * header  elements
 *
 * The header is a Python literal {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), },
 * parsed here and never evaluated. Elements come out little-endian in C order. */
#ifndef HS_IO_NPY_H
#define HS_IO_NPY_H

#include "io/file.h"
#include "tensor/tensor.h"

bool hs_npy_sniff(struct hs_bytes bytes);

/* One array. An array of Python objects ('|O') gives *objects = its pickle and leaves `out` with
 * data NULL; else *objects is empty. *trailing (may be NULL) counts bytes behind the elements.
 * HS_EFORMAT, HS_EVERSION, HS_EDTYPE, HS_ELIMIT, HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_npy_read(struct hs_tensor *out, struct hs_bytes *objects,
                                       size_t *trailing, struct hs_arena *arena,
                                       struct hs_bytes bytes, const char *source,
                                       struct hs_error *err);

#endif
