/* Element types, named as NumPy names them (CONTRACTS 2). */
#ifndef HS_TENSOR_DTYPE_H
#define HS_TENSOR_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hs_dtype {
#define HS_DTYPE(id, name, alias, bytes, kind, bits, min, max) HS_##id,
#include "tensor/dtype.def"
#undef HS_DTYPE
    HS_DTYPE_COUNT
};

const char *hs_dtype_name(enum hs_dtype t);  /* "float32" */
const char *hs_dtype_short(enum hs_dtype t); /* "f32" */

/* By NumPy's name or the short one; -1 when unknown. */
int hs_dtype_find(const char *name);

size_t hs_dtype_size(enum hs_dtype t); /* bytes of one stored element */
int hs_dtype_bits(enum hs_dtype t);    /* of the value: 4 for int4 */
bool hs_dtype_is_float(enum hs_dtype t);
bool hs_dtype_is_integer(enum hs_dtype t); /* signed or unsigned, not bool */
bool hs_dtype_is_signed(enum hs_dtype t);  /* signed integers and floats */

/* Smallest and largest value of an integer type or bool (uint64: INT64_MAX). */
int64_t hs_dtype_min(enum hs_dtype t);
int64_t hs_dtype_max(enum hs_dtype t);

/* The smallest integer dtype that holds `bits` bits (2..32, signed or not): 2 -> int2, 3 -> int4, 5 -> int8. */
enum hs_dtype hs_dtype_for_bits(int bits, bool is_signed);

/* One stored element at p as a double (64-bit integers round; use the _int form for those), and back.
 * hs_dtype_store() rounds half to even into a float type; an integer type takes the value only when it is
 * integral and in range, else false and nothing is stored. NaN cannot go into an integer. */
double hs_dtype_load(enum hs_dtype t, const void *p);
int64_t hs_dtype_load_int(enum hs_dtype t, const void *p); /* integer kinds; uint64 past INT64_MAX wraps */
bool hs_dtype_store(enum hs_dtype t, void *p, double v);
bool hs_dtype_store_int(enum hs_dtype t, void *p, int64_t v);

#endif
