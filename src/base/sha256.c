#include "base/sha256.h"

#include <sys/types.h>
#include <sha2.h>

_Static_assert(sizeof(SHA2_CTX) <= sizeof(struct hs_sha256), "the context fits");

void hs_sha256_init(struct hs_sha256 *h)
{
    SHA256Init((SHA2_CTX *)(void *)h->state);
}

void hs_sha256_add(struct hs_sha256 *h, const void *data, size_t n)
{
    SHA256Update((SHA2_CTX *)(void *)h->state, data, n);
}

void hs_sha256_hex(struct hs_sha256 *h, char out[HS_SHA256_HEX])
{
    SHA256End((SHA2_CTX *)(void *)h->state, out);
}

void hs_sha256_of(const void *data, size_t n, char out[HS_SHA256_HEX])
{
    struct hs_sha256 h;

    hs_sha256_init(&h);
    hs_sha256_add(&h, data, n);
    hs_sha256_hex(&h, out);
}
