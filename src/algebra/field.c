#include "algebra/field.h"

#include "base/mem.h"

static struct hs_field field(uint64_t p)
{
    struct hs_field f = {.p = p};
    uint64_t inverse = p; /* right in 3 bits; each step doubles them */

    for (int i = 0; i < 6; i++)
        inverse *= 2 - p * inverse;
    f.negative = 0 - inverse;
    f.one = (uint64_t)(((hs_u128)1 << 64) % p);
    f.square = (uint64_t)((hs_u128)f.one * f.one % p);
    return f;
}

uint64_t hs_field_of(const struct hs_field *f, uint64_t v)
{
    return hs_field_mul(f, v % f->p, f->square);
}

uint64_t hs_field_power(const struct hs_field *f, uint64_t a, uint64_t exponent)
{
    uint64_t r = f->one;

    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1)
            r = hs_field_mul(f, r, a);
        a = hs_field_mul(f, a, a);
    }
    return r;
}

uint64_t hs_field_inverse(const struct hs_field *f, uint64_t a)
{
    return hs_field_power(f, a, f->p - 2);
}

/* One round of Miller and Rabin. */
static bool passes(const struct hs_field *f, uint64_t base, uint64_t odd, int twos)
{
    uint64_t minus_one = f->p - f->one, x = hs_field_power(f, hs_field_of(f, base), odd);

    if (x == f->one || x == minus_one)
        return true;
    for (int i = 1; i < twos; i++) {
        x = hs_field_mul(f, x, x);
        if (x == minus_one)
            return true;
    }
    return false;
}

bool hs_is_prime(uint64_t n)
{
    static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    struct hs_field f;
    uint64_t odd = n - 1;
    int twos = 0;

    for (size_t i = 0; i < HS_COUNTOF(bases); i++)
        if (n % bases[i] == 0)
            return false;
    f = field(n);
    for (; odd % 2 == 0; odd /= 2)
        twos++;
    for (size_t i = 0; i < HS_COUNTOF(bases); i++)
        if (!passes(&f, bases[i], odd, twos))
            return false;
    return true;
}

static uint64_t u64(struct hs_rng *rng)
{
    uint64_t high = hs_rng_u32(rng);

    return high << 32 | hs_rng_u32(rng);
}

struct hs_field hs_field_random(struct hs_rng *rng)
{
    for (;;) {
        uint64_t p = (u64(rng) >> 3) | (uint64_t)1 << 61 | 1;

        if (hs_is_prime(p))
            return field(p);
    }
}

uint64_t hs_field_random_element(const struct hs_field *f, struct hs_rng *rng)
{
    for (;;) {
        uint64_t v = u64(rng) >> 2;

        if (v != 0 && v < f->p)
            return v;
    }
}
