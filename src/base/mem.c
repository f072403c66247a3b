#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_size_t fail_from, count;

static bool may_allocate(void)
{
    size_t n = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) + 1;
    size_t limit = atomic_load_explicit(&fail_from, memory_order_relaxed);

    return limit == 0 || n < limit;
}

void *hs_realloc(void *p, size_t n, size_t size)
{
    size_t bytes;

    if (!hs_mul_checked(&bytes, n, size) || !may_allocate())
        return NULL;
    return realloc(p, bytes != 0 ? bytes : 1);
}

void *hs_alloc(size_t n, size_t size)
{
    return hs_realloc(NULL, n, size);
}

void *hs_alloc_zero(size_t n, size_t size)
{
    if (!may_allocate())
        return NULL;
    return calloc(n != 0 ? n : 1, size != 0 ? size : 1);
}

void hs_free(void *p)
{
    free(p);
}

char *hs_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = hs_alloc(n, 1);

    return copy != NULL ? memcpy(copy, s, n) : NULL;
}

void hs_mem_fail_from(size_t n)
{
    atomic_store(&count, 0);
    atomic_store(&fail_from, n);
}

size_t hs_mem_count(void)
{
    return atomic_load(&count);
}
