/* Rounding modes: the first choice that frameworks make differently (SEMANTICS 2.3).
 *
 *   half_even     torch.round, np.round, nearbyint, ONNX, TensorRT      2.5 ->  2, -2.5 -> -2
 *   half_away     C round(), TfLiteRound                                2.5 ->  3, -2.5 -> -3
 *   half_up       (x + 2^(n-1)) >> n, FBGEMM fixed point                2.5 ->  3, -2.5 -> -2
 *   toward_zero   C cast, int()                                         2.7 ->  2, -2.7 -> -2
 *   floor         >>, a truncating shifter                              2.7 ->  2, -2.2 -> -3
 *   ceil          the mirror of floor (power-of-two exponents use it)
 *   stochastic    floor(x + u), u uniform in [0, 1): unbiased, needs a generator (hs_round_stochastic)
 *
 * All are exact: no 0.5 is added to a value whose sum would round. NaN gives NaN, infinities stay. */
#ifndef HS_NUM_ROUND_H
#define HS_NUM_ROUND_H

#include "base/rng.h"

enum hs_round {
#define HS_ROUND(id, name, help) HS_ROUND_##id,
#include "num/round.def"
#undef HS_ROUND
    HS_ROUND_COUNT
};

/* The name in options and JSON ("half_even"), one line of help, and back (-1 when unknown). */
const char *hs_round_name(enum hs_round mode);
const char *hs_round_help(enum hs_round mode);
int hs_round_find(const char *name);

/* An integer value in the type of the argument. The stochastic mode is not for these (it asserts). */
double hs_round(double x, enum hs_round mode);
float hs_roundf(float x, enum hs_round mode);

/* floor(x + u) with the next uniform number of rng. */
double hs_round_stochastic(double x, struct hs_rng *rng);

#endif
