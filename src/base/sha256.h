/* SHA-256 (FIPS 180-4) by libmd: names contents of submissions and graders. */
#ifndef HS_BASE_SHA256_H
#define HS_BASE_SHA256_H

#include <stddef.h>

/* Opaque running digest, large enough for libmd's context. */
struct hs_sha256 {
    _Alignas(8) unsigned char state[256];
};

enum { HS_SHA256_HEX = 65 }; /* 64 lower-case digits and NUL */

void hs_sha256_init(struct hs_sha256 *h);
void hs_sha256_add(struct hs_sha256 *h, const void *data, size_t n);
void hs_sha256_hex(struct hs_sha256 *h, char out[HS_SHA256_HEX]); /* ends the digest */

/* All at once. */
void hs_sha256_of(const void *data, size_t n, char out[HS_SHA256_HEX]);

#endif
