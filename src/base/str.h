/* Growable byte string. `buf` is never NULL and always ends in NUL, so it can be read as a C string at
 * any time. Appending can fail only for want of memory; then `failed` is set, later appends do nothing,
 * and the caller checks hs_str_ok() once at the end instead of after each call. */
#ifndef HS_BASE_STR_H
#define HS_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct hs_str {
    char *buf;
    size_t len, cap; /* cap 0: buf is the shared empty string */
    bool failed;
};

extern char hs_str_empty[1];
#define HS_STR_INIT ((struct hs_str){.buf = hs_str_empty})

void hs_str_dispose(struct hs_str *s); /* safe twice; leaves an empty string */
void hs_str_clear(struct hs_str *s);   /* keeps the memory */
void hs_str_add(struct hs_str *s, const char *text);
void hs_str_add_bytes(struct hs_str *s, const void *bytes, size_t n);
void hs_str_add_char(struct hs_str *s, char c);
void hs_str_add_repeat(struct hs_str *s, const char *text, size_t times);
void hs_str_printf(struct hs_str *s, const char *fmt, ...) HS_PRINTF(2, 3);
void hs_str_vprintf(struct hs_str *s, const char *fmt, va_list args) HS_PRINTF(2, 0);
void hs_str_truncate(struct hs_str *s, size_t len);

static inline bool hs_str_ok(const struct hs_str *s)
{
    return !s->failed;
}

/* The buffer as memory of the caller (hs_free); NULL if an append failed. Leaves an empty string. */
char *hs_str_take(struct hs_str *s);

/* True when `text` begins or ends so. */
bool hs_starts_with(const char *text, const char *prefix);
bool hs_ends_with(const char *text, const char *suffix);

#endif
