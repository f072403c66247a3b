/* Typed growable array: struct { T *items; size_t len, cap; }. Declare a field with HS_VEC(T), start it
 * as {0}, push with HS_VEC_PUSH (false when out of memory), free with HS_VEC_DISPOSE. */
#ifndef HS_BASE_VEC_H
#define HS_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

#define HS_VEC(T)                                                                                  \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t len, cap;                                                                           \
    }

/* Room for one more item of `size` bytes at *items. Not for direct use. */
bool hs_vec_room(void **items, size_t len, size_t *cap, size_t size);

/* Makes room and appends; evaluates to false when out of memory (the vector is unchanged). */
#define HS_VEC_PUSH(v, ...)                                                                        \
    ((bool)(hs_vec_room((void **)&(v)->items, (v)->len, &(v)->cap, sizeof *(v)->items) &&          \
            ((v)->items[(v)->len++] = (__VA_ARGS__), true)))

#define HS_VEC_DISPOSE(v) (hs_free((v)->items), (v)->items = NULL, (v)->len = (v)->cap = 0)

#endif
