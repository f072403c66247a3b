/* Checked sizes and allocation. Every allocation of the project goes through here, so that a test can
 * make the n-th one fail and a size that a file claims is checked before it is used. */
#ifndef HS_BASE_MEM_H
#define HS_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

#define HS_COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

/* *out = a*b or a+b; false (and *out untouched) when the result does not fit size_t. */
static inline bool hs_mul_checked(size_t *out, size_t a, size_t b)
{
    size_t r;

    if (__builtin_mul_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

static inline bool hs_add_checked(size_t *out, size_t a, size_t b)
{
    size_t r;

    if (__builtin_add_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

/* malloc, calloc and realloc of count*size bytes; NULL when out of memory or when the product
 * overflows. A size of 0 gives a valid pointer. hs_free(NULL) does nothing. */
void *hs_alloc(size_t count, size_t size);
void *hs_alloc_zero(size_t count, size_t size);
void *hs_realloc(void *p, size_t count, size_t size);
void hs_free(void *p);
char *hs_strdup(const char *s);

/* Tests only: the n-th allocation from now (1 = the next) and all after it fail; 0 switches it off.
 * hs_mem_count() is the number of allocations since the last call of hs_mem_fail_from(). */
void hs_mem_fail_from(size_t n);
size_t hs_mem_count(void);

#endif
