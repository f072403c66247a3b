/* Requantization: an int32 accumulator at scale s_x s_w becomes a code at scale s_y, q =
 * clamp(R(acc M) + z) with M = s_x s_w / s_y. How acc M is computed and rounded is what engines
 * disagree about (SEMANTICS 2.4). */
#ifndef HS_QUANT_REQUANTIZE_H
#define HS_QUANT_REQUANTIZE_H

#include "base/arena.h"
#include "num/round.h"
#include "tensor/tensor.h"
#include "tensor/value.h"

enum hs_requantize {
#define HS_REQUANTIZE(id, name, help) HS_REQUANTIZE_##id,
#include "quant/requantize.def"
#undef HS_REQUANTIZE
    HS_REQUANTIZE_COUNT
};

const char *hs_requantize_name(enum hs_requantize mode);
const char *hs_requantize_help(enum hs_requantize mode);
int hs_requantize_find(const char *name); /* -1 when unknown */

/* What to do with an accumulator. One multiplier, or one for each channel. */
struct hs_requantizer {
    enum hs_requantize mode;
    enum hs_round rounding; /* FLOAT: half_even; FIXED16 and SHIFT_NEAREST: of the shift */
    bool float32; /* FLOAT: float32(acc) * float32(M) as the engines do; else exact on the double M
                   */
    bool zero_point_first;    /* FLOAT: R(acc M + z) (oneDNN) instead of R(acc M) + z */
    size_t n;                 /* multipliers: 1 or channels */
    const double *multiplier; // (n) M >= 0, borrowed
    const int32_t *mantissa;  // (n) of the fixed-point modes; filled by hs_requantizer_prepare
    const int *shift;    // (n) gemmlowp's convention (left > 0) for GEMMLOWP and SINGLE_ROUNDING,
                         // right shifts else
    int bits, max_shift; /* DYADIC: width of b, largest c; 0: 8 and 15 */
    int64_t zero_point, qmin, qmax;
    enum hs_dtype dtype; /* of the codes */
    bool relu; /* negative accumulators count as 0: the same as max(q, z) behind, as R(0) = 0 */
};

/* Mode and its parameters from "gemmlowp", "fixed16(floor)", "shift_nearest(half_up)",
 * "dyadic(8,15)" (bits, max_shift). What the text does not say is left alone. HS_EINVAL lists the
 * modes. */
HS_MUST_USE enum hs_status hs_requantizer_parse(struct hs_requantizer *r, const char *text,
                                                struct hs_error *err);

/* A prepared requantizer from a table (CONTRACTS 3): requantize; the factor as multiplier, or
 * mantissa and shift, or shift alone, or scales = {s_x, s_w, s_y} or {x=, w=, y=} with M = s_x s_w
 * / s_y, each a number or one a channel; dyadic_bits, max_shift; zero_point; dtype, bits, signed,
 * quant_min, quant_max (or qmin, qmax) as hs_qtarget_from_value(); rounding, zero_point_order,
 * precision
 * ("float32") or float32 = true; relu; profile. Without `requantize`: the profile's with a
 * multiplier or scales; gemmlowp with a mantissa; shift_floor with a shift. *axis is what was given
 * by `axis` (quant/groups.h), or 1, where accumulators have their channels. */
HS_MUST_USE enum hs_status hs_requantizer_from_value(struct hs_requantizer *out, int *axis,
                                                     struct hs_arena *arena,
                                                     const struct hs_value *map,
                                                     struct hs_error *err);

/* Names of the table, ended by NULL, besides those of the option table; and whether a table says
 * anything of a requantizer. */
extern const char *const hs_requantizer_names[];
bool hs_requantizer_is_asked(const struct hs_value *map);

/* Computes mantissas and shifts from the multipliers where the mode needs them and none are given,
 * and checks those that are. HS_ERANGE names the multiplier that is negative, not finite, too large
 * for the mode or (shift modes) no power of two, or the mantissa or shift outside of what the mode
 * computes with. */
HS_MUST_USE enum hs_status hs_requantizer_prepare(struct hs_requantizer *r, struct hs_arena *arena,
                                                  struct hs_error *err);

/* One code of a prepared requantizer; never fails. */
int64_t hs_requantize_one(const struct hs_requantizer *r, int32_t acc, size_t channel);

/* All of an int32 tensor; channel i along `axis` uses multiplier i when n > 1. *saturated (may be
 * NULL) counts the clamped elements. */
HS_MUST_USE enum hs_status hs_requantize(struct hs_tensor *out, struct hs_arena *arena,
                                         const struct hs_tensor *acc,
                                         const struct hs_requantizer *r, int axis,
                                         size_t *saturated, struct hs_error *err);

/* Elements that the clamp moved: codes that would have been below qmin or above qmax. */
struct hs_saturation {
    size_t low, high;
};

/* hs_requantize() that counts the two ends apart. `saturation` may be NULL. */
HS_MUST_USE enum hs_status hs_requantize_ends(struct hs_tensor *out, struct hs_arena *arena,
                                              const struct hs_tensor *acc,
                                              const struct hs_requantizer *r, int axis,
                                              struct hs_saturation *saturation,
                                              struct hs_error *err);

/* R(a m) exactly, m finite: the product is not rounded before the rounding. `mode` is not
 * stochastic. */
double hs_round_product(int32_t a, double m, enum hs_round mode);

#endif
