/* Members of a table that may be a number, a list or a tensor: scales, zero points, multipliers. */
#ifndef HS_QUANT_NUMBERS_H
#define HS_QUANT_NUMBERS_H

#include "tensor/value.h"

/* Member `key` of `map` as doubles in the arena, n of them (1 for a number). HS_EINVAL names what
 * is missing, empty or no number. */
HS_MUST_USE enum hs_status hs_numbers_from_value(double **out, size_t *n, struct hs_arena *arena,
                                                 const struct hs_value *map, const char *key,
                                                 struct hs_error *err);

#endif
