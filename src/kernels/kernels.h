/* Hot loops. A kernel takes pointers and sizes, never tensors, and cannot fail; operators of quant
 * and nn take tensors and can. Any n is allowed, also 0; nothing past the end is read or written; a
 * SIMD variant agrees with the scalar one to the last bit. Adding a variant: one file, one line in
 * kernels.def.
 *
 * A run is n elements that share one scale and zero point:
 *
 *   q = clamp(R(x / s) + z, qmin, qmax),   xhat = s (q - z),   mask = [qmin <= R(x / s) + z <=
 * qmax] */
#ifndef HS_KERNELS_KERNELS_H
#define HS_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/bgemm/bgemm.h"
#include "kernels/cpu.h"
#include "kernels/gemm/gemm.h"
#include "kernels/sgemm/sgemm.h"
#include "num/round.h"

/* How a run is mapped. An f32 kernel uses (float)scale and rounds every step to float32; an f64
 * kernel computes in double. NaN becomes nan_code (fake quantization: the value of nan_code,
 * gradient 0); infinities saturate. */
struct hs_quantize_args {
    double scale;                             /* > 0, also as float in an f32 kernel */
    int32_t zero_point, qmin, qmax, nan_code; /* qmin <= zero_point, nan_code <= qmax */
    enum hs_round rounding;
    bool reciprocal;       /* x * (1/s) instead of x / s (PyTorch) */
    bool zero_point_first; /* R(x/s + z) instead of R(x/s) + z */
    struct hs_rng *rng;    /* of stochastic rounding, advanced once an element; else unused */
};

/* Adds the elements whose unclamped code was below qmin or above qmax. */
struct hs_clip_count {
    size_t low, high;
};

/* Widens [*min, *max] to hold the finite elements; returns how many were not finite. Start at +inf,
 * -inf. */
typedef size_t hs_minmax_f32_fn(float *min, float *max, const float *x, size_t n);
typedef size_t hs_minmax_f64_fn(double *min, double *max, const double *x, size_t n);

/* Raises *max (>= 0) to the largest |x| of the finite elements; returns how many were not finite.
 */
typedef size_t hs_absmax_f32_fn(float *max, const float *x, size_t n);

/* Adds to counts[bins] the elements of [lo, hi]; returns how many were outside, NaN among them. The
 * bin of x is the integer part of (x - lo) / (hi - lo) bins, each step rounded to float32, and hi
 * falls into the last: torch.histc of PyTorch 1.13, whose counts these are. lo < hi, hi - lo is
 * finite, 1 <= bins
 * <= 2^24. */
typedef size_t hs_histogram_f32_fn(uint64_t *counts, size_t bins, float lo, float hi,
                                   const float *x, size_t n);

/* q[n] from x[n]; qmin and qmax fit the type of q. */
typedef void hs_quantize_f32_s8_fn(int8_t *q, const float *x, size_t n,
                                   const struct hs_quantize_args *a, struct hs_clip_count *clipped);
typedef void hs_quantize_f32_u8_fn(uint8_t *q, const float *x, size_t n,
                                   const struct hs_quantize_args *a, struct hs_clip_count *clipped);

/* The same for rows of `len` elements, one behind the other; a[i % n] maps row i (per channel). */
typedef void hs_quantize_rows_f32_s8_fn(int8_t *q, const float *x, size_t rows, size_t len,
                                        const struct hs_quantize_args *a, size_t n,
                                        struct hs_clip_count *clipped);
typedef void hs_quantize_rows_f32_u8_fn(uint8_t *q, const float *x, size_t rows, size_t len,
                                        const struct hs_quantize_args *a, size_t n,
                                        struct hs_clip_count *clipped);

typedef void hs_quantize_f32_s32_fn(int32_t *q, const float *x, size_t n,
                                    const struct hs_quantize_args *a,
                                    struct hs_clip_count *clipped);
typedef void hs_quantize_f64_s32_fn(int32_t *q, const double *x, size_t n,
                                    const struct hs_quantize_args *a,
                                    struct hs_clip_count *clipped);

/* r[n] = (q - zero_point) * scale: the difference is exact, then rounded to the type of r, then the
 * product is. */
typedef void hs_dequantize_s8_f32_fn(float *r, const int8_t *q, size_t n, float scale,
                                     int32_t zero_point);
typedef void hs_dequantize_u8_f32_fn(float *r, const uint8_t *q, size_t n, float scale,
                                     int32_t zero_point);
typedef void hs_dequantize_s32_f32_fn(float *r, const int32_t *q, size_t n, float scale,
                                      int32_t zero_point);
typedef void hs_dequantize_s32_f64_fn(double *r, const int32_t *q, size_t n, double scale,
                                      int32_t zero_point);

/* y[n] = dequantize(quantize(x)). y may be x. */
typedef void hs_fake_quantize_f32_fn(float *y, const float *x, size_t n,
                                     const struct hs_quantize_args *a);
typedef void hs_fake_quantize_f64_fn(double *y, const double *x, size_t n,
                                     const struct hs_quantize_args *a);

/* dx[n] = dy where the unclamped code of x lies in [qmin, qmax], else 0. dx may be dy. */
typedef void hs_fake_quantize_grad_f32_fn(float *dx, const float *x, const float *dy, size_t n,
                                          const struct hs_quantize_args *a);
typedef void hs_fake_quantize_grad_f64_fn(double *dx, const double *x, const double *dy, size_t n,
                                          const struct hs_quantize_args *a);

/* Both at once, y and dx of the same x: half the reading. y may be x, dx may be dy. */
typedef void hs_fake_quantize_with_grad_f32_fn(float *y, float *dx, const float *x, const float *dy,
                                               size_t n, const struct hs_quantize_args *a);

/* Prototypes of all variants: hs_minmax_f32__scalar, … */
#define HS_KERNEL(op, isa) hs_##op##_fn hs_##op##__##isa;
#include "kernels/kernels.def"
#undef HS_KERNEL

/* One member for each op, hs_minmax_f32_fn *minmax_f32, … made from the scalar lines. */
struct hs_kernels {
#define HS_KERNEL_MEMBER_scalar(op) hs_##op##_fn *op;
#define HS_KERNEL_MEMBER_neon(op)
#define HS_KERNEL_MEMBER_neon_dot(op)
#define HS_KERNEL_MEMBER_avx2(op)
#define HS_KERNEL_MEMBER_avx_vnni(op)
#define HS_KERNEL_MEMBER_avx512(op)
#define HS_KERNEL_MEMBER_avx512_vnni(op)
#define HS_KERNEL_MEMBER_amx(op)
#define HS_KERNEL_MEMBER_amx_bf16(op)
#define HS_KERNEL(op, isa) HS_KERNEL_MEMBER_##isa(op)
#include "kernels/kernels.def"
#undef HS_KERNEL
};

/* The best variants that this machine and HALFSTEP_ISA allow; chosen once, before main. */
const struct hs_kernels *hs_kernels(void);

/* The best variants up to `ceiling` (tests compare levels). */
void hs_kernels_choose(struct hs_kernels *out, enum hs_isa ceiling);

/* The instruction set of the variant that hs_kernels() has for an op of kernels.def. */
const char *hs_kernel_variant(const char *op);

/* Op and instruction set of the i-th line of kernels.def; false past the end. */
bool hs_kernel_row(size_t i, const char **op, const char **isa);

#endif
