/* The choices that frameworks make differently (SEMANTICS 1), as data. A profile is a named bundle
 * of them. Names in C, Lua, JSON and on the command line are the same words. */
#ifndef HS_QUANT_OPTIONS_H
#define HS_QUANT_OPTIONS_H

#include "base/str.h"
#include "num/round.h"
#include "quant/requantize.h"
#include "tensor/value.h"

enum hs_division { HS_DIVIDE, HS_RECIPROCAL };
enum hs_zero_point_order { HS_AFTER_ROUNDING, HS_BEFORE_ROUNDING };
enum hs_denominator { HS_DENOM_QMAX, HS_DENOM_HALF_RANGE, HS_DENOM_NEG_QMIN };
enum hs_all_zero { HS_ALL_ZERO_UNIT, HS_ALL_ZERO_EPS, HS_ALL_ZERO_ERROR };
enum hs_unsigned_mid { HS_MID, HS_MID_MINUS_ONE };
enum hs_pow2_rounding {
    HS_POW2_NEAREST,
    HS_POW2_CEIL,
    HS_POW2_FLOOR,
    HS_POW2_MSE,         /* Vitis MinMSE: the best of five from non_overflow down */
    HS_POW2_NON_OVERFLOW /* Vitis NonOverflow: ceil with half a code to spare at both ends */
};
enum hs_nan_policy { HS_NAN_ERROR, HS_NAN_ZERO, HS_NAN_QMIN };
enum hs_inf_policy { HS_INF_SATURATE, HS_INF_ERROR };
enum hs_precision {
    HS_PRECISION_TENSOR,
    HS_PRECISION_F32,
    HS_PRECISION_F64
}; /* of qparams and of quantize */
enum hs_scheme { HS_AFFINE, HS_SYMMETRIC, HS_POWER_OF_TWO, HS_DYADIC };

struct hs_quant_options {
    const char *profile; /* its name; borrowed from the table */
    enum hs_round rounding;
    enum hs_division division;
    enum hs_zero_point_order zero_point_order;
    enum hs_denominator denominator;
    enum hs_unsigned_mid unsigned_mid;
    enum hs_all_zero all_zero;
    enum hs_pow2_rounding pow2_rounding;
    enum hs_nan_policy nan;
    enum hs_inf_policy inf;
    enum hs_precision qparams_precision, precision;
    enum hs_scheme scheme;
    bool narrow, reduce_range, include_zero;
    double eps;
    int min_shift, max_shift; /* bounds of -log2(scale); [-8, 8] */
    uint64_t seed;            /* of stochastic rounding */
    /* Habits that only a profile sets. */
    bool narrow_symmetric;         /* symmetric codes are narrow; setting `narrow` ends it */
    bool zero_point_of_difference; /* z = R(qmin - min/s), not qmin - R(min/s) (TFLite) */
    bool free_zero_point;          /* given zero points may lie outside [qmin, qmax] */
};

/* Options of a profile ("torch", "onnx", …); NULL is the program's own defaults. HS_ENOTFOUND lists
 * the profiles. */
HS_MUST_USE enum hs_status hs_quant_options_profile(struct hs_quant_options *out,
                                                    const char *profile, struct hs_error *err);

/* Sets one option by name and text or value ("rounding", "half_even"; "max_shift", 8). An unknown
 * name or value is HS_EINVAL and lists what is possible. */
HS_MUST_USE enum hs_status hs_quant_option_set(struct hs_quant_options *o, const char *name,
                                               const struct hs_value *v, struct hs_error *err);

/* Name, choices and help of each option, for help, Lua and the command line. NULL past the end. */
struct hs_quant_option_row {
    const char *name, *choices, *help; /* choices "a|b|c", or NULL for numbers and flags */
};
const struct hs_quant_option_row *hs_quant_option_row(size_t i);

/* Every option of the table as a member of `map` (a HS_MAP), choices as words. false when out of
 * memory. */
bool hs_quant_options_to_value(struct hs_value *map, struct hs_arena *arena,
                               const struct hs_quant_options *o);

/* Sets every member of `map` that is the name of an option; other members are left alone. max_shift
 * = n is [-n, n] unless min_shift is given too. */
HS_MUST_USE enum hs_status hs_quant_options_from_value(struct hs_quant_options *o,
                                                       const struct hs_value *map,
                                                       struct hs_error *err);

struct hs_profile {
    const char *name, *help, *source;
    enum hs_requantize requantize; /* how its integer layers come back to codes */
    struct hs_quant_options options;
};
const struct hs_profile *hs_profiles(size_t *count); /* the first one is the program's own */

#endif
