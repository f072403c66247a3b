#include "base/vec.h"

#include <string.h>

static void *grow(void *items, size_t len, size_t *cap, size_t size)
{
    size_t want = *cap != 0 ? *cap : 8;

    if (len < *cap)
        return items;
    if (*cap != 0 && !hs_mul_checked(&want, *cap, 2))
        return NULL;
    items = hs_realloc(items, want, size);
    if (items != NULL)
        *cap = want;
    return items;
}

bool hs_vec_room(void **items, size_t len, size_t *cap, size_t size)
{
    void *old, *grown;

    memcpy(&old, items, sizeof old); /* the caller's T * seen as bytes, not as a void * object */
    grown = grow(old, len, cap, size);
    if (grown == NULL)
        return false;
    memcpy(items, &grown, sizeof grown);
    return true;
}
