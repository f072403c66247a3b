/* Arithmetic modulo a random prime of 62 bits, in Montgomery's form (Montgomery, "Modular
 * multiplication without trial division", 1985). Internal to algebra/. */
#ifndef HS_ALGEBRA_FIELD_H
#define HS_ALGEBRA_FIELD_H

#include <stdbool.h>

#include "base/rng.h"

__extension__ typedef unsigned __int128 hs_u128;

struct hs_field {
    uint64_t p;           /* the prime, 2^61 < p < 2^62 */
    uint64_t negative;    /* -1/p mod 2^64 */
    uint64_t one, square; /* 2^64 and 2^128 mod p */
};

/* A prime drawn at random: any of the some 5e16 primes of 62 bits, so none can be aimed at. */
struct hs_field hs_field_random(struct hs_rng *rng);

bool hs_is_prime(uint64_t n); /* odd n > 40; certain (Sorenson and Webster 2015, 12 bases) */

uint64_t hs_field_of(const struct hs_field *f, uint64_t v);
uint64_t hs_field_random_element(const struct hs_field *f, struct hs_rng *rng); /* never 0 */
uint64_t hs_field_power(const struct hs_field *f, uint64_t a, uint64_t exponent);
uint64_t hs_field_inverse(const struct hs_field *f, uint64_t a); /* of 0: 0 */

static inline uint64_t hs_field_mul(const struct hs_field *f, uint64_t a, uint64_t b)
{
    hs_u128 t = (hs_u128)a * b;
    uint64_t m = (uint64_t)t * f->negative;
    uint64_t r = (uint64_t)((t + (hs_u128)m * f->p) >> 64);

    return r >= f->p ? r - f->p : r;
}

static inline uint64_t hs_field_add(const struct hs_field *f, uint64_t a, uint64_t b)
{
    uint64_t r = a + b;

    return r >= f->p ? r - f->p : r;
}

static inline uint64_t hs_field_sub(const struct hs_field *f, uint64_t a, uint64_t b)
{
    return a >= b ? a - b : a + f->p - b;
}

#endif
