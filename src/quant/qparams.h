/* Ranges, qparams and the maps between real numbers and codes (SEMANTICS 1):
 *
 *   q = clamp(R(x / s) + z, qmin, qmax),   xhat = s (q - z),   s > 0, z in [qmin, qmax]
 *
 * Observers see, qparams decide: an observer returns a range, and only hs_qparams_from_range()
 * turns a range into scale and zero point. One scale and zero point for a tensor (axis -1), for
 * each channel of `axis`, or for each block of `block_size` elements along `axis`. */
#ifndef HS_QUANT_QPARAMS_H
#define HS_QUANT_QPARAMS_H

#include "quant/options.h"
#include "tensor/tensor.h"

struct hs_range {
    double *min, *max; // (n) borrowed from an arena
    size_t n;          /* 1, channels, or outer*blocks*inner of a blocked range */
    int axis;          /* -1: per tensor */
    size_t block_size; /* 0: none */
    size_t excluded;   /* infinities left out */
    int *exponent;     // (n) of the scales that the data chose (hs_pow2_search), else NULL
};

struct hs_qparams {
    double *scale;       // (n) representable in float32 when the profile computes in float32
    int64_t *zero_point; // (n)
    size_t n;
    int axis;
    size_t block_size;
    int64_t qmin, qmax;
    enum hs_dtype dtype; /* of the codes */
    int *exponent;       // (n) of a power-of-two scale, else NULL
    struct hs_quant_options options;
};

/* What to aim at. bits 0: those of dtype. quant_min < quant_max given: used instead of the dtype's
 * range. */
struct hs_qtarget {
    enum hs_dtype dtype;
    int bits;
    bool has_range;
    int64_t quant_min, quant_max;
};

/* min/max of a tensor, per channel or block; finite elements only (infinities are counted). Empty
 * tensor: HS_ERANGE; NaN by the options' policy: HS_ERANGE naming the element. */
HS_MUST_USE enum hs_status hs_observe_minmax(struct hs_range *out, struct hs_arena *arena,
                                             const struct hs_tensor *t, int axis, size_t block_size,
                                             const struct hs_quant_options *options,
                                             struct hs_error *err);

/* Scale and zero point of each part of a range; the only place that makes them.
 *   affine        s = (max - min) / (qmax - qmin),  z = clamp(qmin - R(min / s))
 *   symmetric     s = max|x| / d (option denominator),  z = 0, or the middle of an unsigned range
 *   power_of_two  s = 2^e, e from max|x| / d in float64; a range of zeros gives 2^-max_shift.
 *                 non_overflow: the smallest s with min >= s (qmin - z - 1/2), max <= s (qmax - z +
 * 1/2) dyadic        s = b/2^c, from max|x| / d in float64: b = floor(s 2^15), halved by floor
 * until it has 8 bits, at least 1 in the precision of the options. R is the option rounding where
 * that is a nearest mode, else half_even. HS_ERANGE: min > max, not finite, too wide for the
 * precision, or all zeros under all_zero=error. pow2_rounding=mse needs the data: HS_EINVAL where
 * range->exponent is NULL. */
HS_MUST_USE enum hs_status hs_qparams_from_range(struct hs_qparams *out, struct hs_arena *arena,
                                                 const struct hs_range *range,
                                                 const struct hs_qtarget *target,
                                                 const struct hs_quant_options *options,
                                                 struct hs_error *err);

/* The exponent of the power of two for a scale, decided exactly on the double (no log2 rounding
 * error): nearest in log2 (k + (m > sqrt 2)), ceil (smallest e with 2^e >= scale) or floor; -e
 * clamped to [min_shift, max_shift]; scale 0 gives -max_shift. */
int hs_pow2_exponent(double scale, enum hs_pow2_rounding mode, int min_shift, int max_shift);

/* "mse" and "non_overflow" are "ceil" here: the guard of half a code is in the scale, and the data
 * of mse choose from there down (quant/observer.h, hs_pow2_search). */

/* The scheme's own range of codes: of `bits` (0: those of dtype), or quant_min..quant_max, then
 * narrow and reduce_range. HS_EINVAL when they do not fit dtype. */
HS_MUST_USE enum hs_status hs_qtarget_range(int64_t *qmin, int64_t *qmax,
                                            const struct hs_qtarget *target,
                                            const struct hs_quant_options *options,
                                            struct hs_error *err);

/* What to aim at from a table: `dtype`, or `bits` and `signed` (the smallest dtype that holds
 * them), and quant_min and quant_max (or qmin and qmax; without dtype and
 * bits, the smallest dtype that holds them, unsigned from 0 up). Nothing of it: int8. HS_EINVAL
 * names what is wrong. */
HS_MUST_USE enum hs_status hs_qtarget_from_value(struct hs_qtarget *out, const struct hs_value *map,
                                                 struct hs_error *err);

/* z lies in [qmin, qmax]; in profiles that define others (free_zero_point), within +-2^24. */
bool hs_zero_point_fits(const struct hs_qparams *qp, int64_t z);

struct hs_quantize_count {
    size_t clipped_low, clipped_high; /* elements whose code left [qmin, qmax], infinities too */
    size_t nan, inf;                  /* non-finite ones */
};

/* Codes of qp->dtype, shape of x. count may be NULL. float16 and bfloat16 are computed in float32.
 * Errors: HS_EDTYPE (x is no float, or dtype no integer of at most 32 bits), HS_ERANGE (NaN or
 * infinity by policy, naming the element), HS_ESHAPE (channels), HS_EINVAL (qparams that make no
 * sense: a scale <= 0, a zero point outside [qmin, qmax]). */
HS_MUST_USE enum hs_status hs_quantize(struct hs_tensor *out, struct hs_arena *arena,
                                       const struct hs_tensor *x, const struct hs_qparams *qp,
                                       struct hs_quantize_count *count, struct hs_error *err);

/* (q - z) * s in float32 (torch, onnx), rounded once more for a `dtype` float16 or bfloat16; in
 * float64 for float64. */
HS_MUST_USE enum hs_status hs_dequantize(struct hs_tensor *out, struct hs_arena *arena,
                                         const struct hs_tensor *q, const struct hs_qparams *qp,
                                         enum hs_dtype dtype, struct hs_error *err);

/* Quantize-dequantize in one go, and the straight-through gradient: dx = dy where the unclamped
 * rounded code lies in [qmin, qmax], else 0 (PyTorch FakeQuantize; SEMANTICS 1 "STE"). The result
 * has the dtype of x, or float32 where the profile converts a float64 first. */
HS_MUST_USE enum hs_status hs_fake_quantize(struct hs_tensor *out, struct hs_arena *arena,
                                            const struct hs_tensor *x, const struct hs_qparams *qp,
                                            struct hs_error *err);
HS_MUST_USE enum hs_status hs_fake_quantize_grad(struct hs_tensor *dx, struct hs_arena *arena,
                                                 const struct hs_tensor *x,
                                                 const struct hs_qparams *qp,
                                                 const struct hs_tensor *upstream,
                                                 struct hs_error *err);

/* Range and qparams as values (CONTRACTS 3: {scale=, zero_point=, qmin=, …}) and back; one made by
 * hand is as good. */
bool hs_range_to_value(struct hs_value *out, struct hs_arena *arena, const struct hs_range *r);
HS_MUST_USE enum hs_status hs_range_from_value(struct hs_range *out, struct hs_arena *arena,
                                               const struct hs_value *v, struct hs_error *err);
bool hs_qparams_to_value(struct hs_value *out, struct hs_arena *arena, const struct hs_qparams *qp);
HS_MUST_USE enum hs_status hs_qparams_from_value(struct hs_qparams *out, struct hs_arena *arena,
                                                 const struct hs_value *v, struct hs_error *err);

#endif
