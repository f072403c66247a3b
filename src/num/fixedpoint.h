/* Fixed-point multiplication as integer inference does it: a real multiplier M = mantissa *
 * 2^(shift - 31).
 *
 * Sources: gemmlowp fixedpoint.h (SaturatingRoundingDoublingHighMul, RoundingDivideByPOT), TFLite
 * quantization_util.cc (QuantizeMultiplier) and common.h (MultiplyByQuantizedMultiplier, with and
 * without TFLITE_SINGLE_ROUNDING). Shifts of negative values are arithmetic by construction, not by
 * the compiler's choice. */
#ifndef HS_NUM_FIXEDPOINT_H
#define HS_NUM_FIXEDPOINT_H

#include <stdint.h>

#include "num/round.h"

static inline int32_t hs_saturate_s32(int64_t v)
{
    return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

/* floor(v / 2^n) for 0 <= n <= 63. */
static inline int64_t hs_shift_floor(int64_t v, int n)
{
    return v >= 0 ? (int64_t)((uint64_t)v >> n) : (int64_t) ~(~(uint64_t)v >> n);
}

/* v * 2^n saturated to 32 bits, n >= 0. */
int32_t hs_shift_left_saturate(int32_t v, int n);

/* v / 2^n rounded by `mode` (any but stochastic); n < 0 is a saturating left shift by -n. The
 * result is saturated to 32 bits. */
int32_t hs_shift_round(int64_t v, int n, enum hs_round mode);

/* floor(a b / 2^31 + 1/2), MIN * MIN -> MAX. An exact half goes up: -0.5 becomes 0, which is not
 * half-away. */
int32_t hs_srdhm(int32_t a, int32_t b);

/* Nearest of x / 2^n, ties away from zero; 0 <= n <= 31. */
int32_t hs_rdbpot(int32_t x, int n);

/* Double rounding (gemmlowp): rdbpot(srdhm(v << max(shift, 0), mantissa), max(-shift, 0)). */
int32_t hs_multiply_gemmlowp(int32_t v, int32_t mantissa, int shift);

/* Single rounding: (v mantissa + 2^(30 - shift)) >> (31 - shift), saturated; -32 < shift <= 30. */
int32_t hs_multiply_single(int32_t v, int32_t mantissa, int shift);

/* mantissa in [2^30, 2^31) and shift of a multiplier m >= 0: frexp, mantissa = round(fraction
 * 2^31), 2^31 becomes 2^30 with shift + 1; a shift below -31 gives 0, 0. m = 0 gives 0, 0. */
void hs_quantize_multiplier(double m, int32_t *mantissa, int *shift);

#endif
