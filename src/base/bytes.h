/* Borrowed views of bytes, and bounds-checked little-endian reads. */
#ifndef HS_BASE_BYTES_H
#define HS_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hs_bytes {
    const unsigned char *data; /* borrowed; may be NULL when len is 0 */
    size_t len;
};

static inline struct hs_bytes hs_bytes_of(const char *text)
{
    return (struct hs_bytes){(const unsigned char *)text, strlen(text)};
}

/* The part [from, from+n); an empty view when that is not wholly inside. */
static inline struct hs_bytes hs_bytes_part(struct hs_bytes b, size_t from, size_t n)
{
    if (from > b.len || n > b.len - from)
        return (struct hs_bytes){NULL, 0};
    return (struct hs_bytes){b.data + from, n};
}

static inline uint64_t hs_read_le(const unsigned char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = n; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

static inline void hs_write_le(unsigned char *p, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++, v >>= 8)
        p[i] = (unsigned char)(v & 0xff);
}

#endif
