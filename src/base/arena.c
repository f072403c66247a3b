#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { ALIGN = 64, BLOCK = 64 * 1024 };

struct hs_arena_block {
    struct hs_arena_block *older;
    size_t size, used; /* of data, which begins at the first multiple of ALIGN behind the header */
};

static unsigned char *block_data(struct hs_arena_block *b)
{
    uintptr_t start = (uintptr_t)(b + 1);

    return (unsigned char *)b + ((start + ALIGN - 1) / ALIGN * ALIGN - (uintptr_t)b);
}

void hs_arena_dispose(struct hs_arena *arena)
{
    hs_arena_reset(arena, (struct hs_arena_mark){0});
}

static struct hs_arena_block *new_block(struct hs_arena *arena, size_t least)
{
    size_t size = least > BLOCK ? least : BLOCK, bytes;
    struct hs_arena_block *b;

    if (!hs_add_checked(&bytes, size, sizeof *b + ALIGN))
        return NULL;
    b = hs_alloc(bytes, 1);
    if (b == NULL)
        return NULL;
    *b = (struct hs_arena_block){.older = arena->head, .size = size};
    arena->head = b;
    return b;
}

static void *take(struct hs_arena *arena, size_t bytes, size_t align)
{
    struct hs_arena_block *b = arena->head;
    size_t at, total;

    if (!hs_add_checked(&total, arena->used, bytes))
        return NULL;
    if (arena->limit != 0 && total > arena->limit) {
        arena->limited = true;
        return NULL;
    }
    at = b != NULL ? (b->used + align - 1) / align * align : 0;
    if (b == NULL || at > b->size || b->size - at < bytes) {
        b = new_block(arena, bytes);
        if (b == NULL)
            return NULL;
        at = 0;
    }
    b->used = at + bytes;
    arena->used = total;
    return block_data(b) + at;
}

void *hs_arena_alloc(struct hs_arena *arena, size_t count, size_t size)
{
    size_t bytes;

    return hs_mul_checked(&bytes, count, size) ? take(arena, bytes, ALIGN) : NULL;
}

void *hs_arena_alloc_zero(struct hs_arena *arena, size_t count, size_t size)
{
    void *p = hs_arena_alloc(arena, count, size);

    return p != NULL ? memset(p, 0, count * size) : NULL;
}

char *hs_arena_strndup(struct hs_arena *arena, const char *s, size_t n)
{
    size_t bytes;
    char *copy = hs_add_checked(&bytes, n, 1) ? take(arena, bytes, 1) : NULL;

    if (copy == NULL)
        return NULL;
    if (n != 0)
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *hs_arena_strdup(struct hs_arena *arena, const char *s)
{
    return hs_arena_strndup(arena, s, strlen(s));
}

char *hs_arena_printf(struct hs_arena *arena, const char *fmt, ...)
{
    va_list args;
    char *text;
    int n;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    text = n >= 0 ? take(arena, (size_t)n + 1, 1) : NULL;
    if (text != NULL) {
        va_start(args, fmt);
        vsnprintf(text, (size_t)n + 1, fmt, args);
        va_end(args);
    }
    return text;
}

struct hs_arena_mark hs_arena_mark(const struct hs_arena *arena)
{
    return (struct hs_arena_mark){
        .head = arena->head,
        .block_used = arena->head != NULL ? arena->head->used : 0,
        .used = arena->used,
    };
}

void hs_arena_reset(struct hs_arena *arena, struct hs_arena_mark mark)
{
    while (arena->head != mark.head) {
        struct hs_arena_block *older = arena->head->older;

        hs_free(arena->head);
        arena->head = older;
    }
    if (arena->head != NULL)
        arena->head->used = mark.block_used;
    arena->used = mark.used;
}
