/* PCG32 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms", 2014,
 * pcg32_random_r): seeded, the same on every machine, and splittable by name so that adding an item to a
 * lesson or an assignment moves no other item's numbers. */
#ifndef HS_BASE_RNG_H
#define HS_BASE_RNG_H

#include <stdint.h>

struct hs_rng {
    uint64_t state, inc; /* inc is odd */
    double spare;        /* second normal of a pair */
    int has_spare;
};

struct hs_rng hs_rng_seed(uint64_t seed, uint64_t stream);

/* A generator of its own for (parent's seed, name); the parent is not advanced. */
struct hs_rng hs_rng_split(const struct hs_rng *parent, const char *name);

uint32_t hs_rng_u32(struct hs_rng *rng);
uint32_t hs_rng_below(struct hs_rng *rng, uint32_t bound); /* 0..bound-1, unbiased; bound > 0 */
double hs_rng_uniform(struct hs_rng *rng);                 /* [0, 1), 53 bits */
double hs_rng_normal(struct hs_rng *rng);                  /* mean 0, standard deviation 1 (polar method) */

#endif
