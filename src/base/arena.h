/* Arena: a bump allocator that owns what is made in it (the ownership idiom: arenas own, tensors and
 * strings point). Freed as a whole, or back to a mark. Not safe for use by two threads at once. */
#ifndef HS_BASE_ARENA_H
#define HS_BASE_ARENA_H

#include <stddef.h>

#include "base/status.h"

struct hs_arena_block;

struct hs_arena {
    struct hs_arena_block *head; /* newest block */
    size_t used;                 /* bytes handed out */
    size_t limit;                /* most bytes it may hand out; 0 = no limit */
    bool limited;                /* an allocation was refused because of `limit` */
};

#define HS_ARENA_INIT ((struct hs_arena){0})

struct hs_arena_mark {
    struct hs_arena_block *head;
    size_t block_used, used;
};

/* Frees everything; safe on HS_ARENA_INIT and twice. */
void hs_arena_dispose(struct hs_arena *arena);

/* count*size bytes aligned to 64 (so that SIMD kernels and any C type can use them), zeroed or not.
 * NULL when out of memory, past the limit, or when the product overflows. Size 0 gives a valid pointer. */
void *hs_arena_alloc(struct hs_arena *arena, size_t count, size_t size);
void *hs_arena_alloc_zero(struct hs_arena *arena, size_t count, size_t size);

/* Copies of text, ended by NUL; NULL when out of memory. Aligned to 1. */
char *hs_arena_strdup(struct hs_arena *arena, const char *s);
char *hs_arena_strndup(struct hs_arena *arena, const char *s, size_t n);
char *hs_arena_printf(struct hs_arena *arena, const char *fmt, ...) HS_PRINTF(2, 3);

/* Everything allocated after the mark is given back by the reset. */
struct hs_arena_mark hs_arena_mark(const struct hs_arena *arena);
void hs_arena_reset(struct hs_arena *arena, struct hs_arena_mark mark);

#endif
