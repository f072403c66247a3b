/* libhalfstep: quantization on plain pointers.
 *
 * C17 and C++17; nothing else of the source tree is needed. Every function returns 0, or a
 * positive status after writing nothing but what its text says: 1 memory lacks, 2 an argument
 * makes no sense, 3 shapes do not fit, 4 a wrong type, 5 a value or sum out of range, 9 an unknown
 * name; others may follow. hs_message() then names the argument, its value and the remedy.
 * Functions may be called from several threads at once; objects are read-only after they are made,
 * but for their scratch: one thread at a time each.
 *
 * The arithmetic, everywhere:
 *
 *   q = clamp(R(x / s) + z, qmin, qmax),   xhat = s (q - z)
 *
 * Results do not depend on the processor: every instruction set gives the bits of plain C. The
 * environment variable HALFSTEP_ISA (scalar, avx2, avx_vnni, avx512, avx512_vnni, amx, amx_bf16; neon,
 * neon_dot) lowers the ceiling, once, when the library is loaded. */
#ifndef HALFSTEP_H
#define HALFSTEP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HS_API __attribute__((visibility("default")))
#else
#define HS_API
#endif

/* "0.1.0"; the instruction set in use, "amx"; and the sentence of the last failure in this thread
 * ("" when there was none), valid until the next one. */
HS_API const char *hs_library_version(void);
HS_API const char *hs_instruction_set(void);
HS_API const char *hs_message(void);

/* ---- one scale ---- */

/* How reals become codes. HS_HALF_EVEN and a correctly rounded float32 quotient are ONNX Runtime's
 * QuantizeLinear; `reciprocal` (x times the rounded 1/s) is PyTorch's quantize_per_tensor;
 * `zero_point_first` rounds x/s + z. A NaN becomes qmin and is not counted as clipped. */
enum hs_rounding { HS_HALF_EVEN, HS_HALF_AWAY, HS_HALF_UP, HS_TOWARD_ZERO, HS_FLOOR, HS_CEIL };

struct hs_quantization {
    float scale;                    /* > 0, finite */
    int32_t zero_point, qmin, qmax; /* qmin <= zero_point <= qmax, all within the codes' type */
    enum hs_rounding rounding;
    int reciprocal, zero_point_first; /* 0 or 1 */
};

/* q[n] from x[n]; *clipped (may be NULL) is how many codes had to be clamped. */
HS_API int hs_quantize_f32_s8(int8_t *q, const float *x, size_t n,
                              const struct hs_quantization *how, size_t *clipped);
HS_API int hs_quantize_f32_u8(uint8_t *q, const float *x, size_t n,
                              const struct hs_quantization *how, size_t *clipped);

/* x[channels][n] with a scale (and zero point; NULL: 0) for each channel instead of those of how.
 */
HS_API int hs_quantize_channels_f32_s8(int8_t *q, const float *x, size_t channels, size_t n,
                                       const float *scales, const int32_t *zero_points,
                                       const struct hs_quantization *how, size_t *clipped);
HS_API int hs_quantize_channels_f32_u8(uint8_t *q, const float *x, size_t channels, size_t n,
                                       const float *scales, const int32_t *zero_points,
                                       const struct hs_quantization *how, size_t *clipped);

/* x[n] = (q - zero_point) scale in float32: the difference is exact, the product rounded once. */
HS_API int hs_dequantize_s8_f32(float *x, const int8_t *q, size_t n, float scale,
                                int32_t zero_point);
HS_API int hs_dequantize_u8_f32(float *x, const uint8_t *q, size_t n, float scale,
                                int32_t zero_point);

/* y[n] = dequantize(quantize(x)); dx[n] = dy where the unclamped code of x lies in [qmin, qmax],
 * else 0 (the straight-through estimator of PyTorch's FakeQuantize); and both in one pass. y may be
 * x, dx may be dy. */
HS_API int hs_fake_quantize_f32(float *y, const float *x, size_t n,
                                const struct hs_quantization *how);
HS_API int hs_fake_quantize_grad_f32(float *dx, const float *x, const float *dy, size_t n,
                                     const struct hs_quantization *how);
HS_API int hs_fake_quantize_with_grad_f32(float *y, float *dx, const float *x, const float *dy,
                                          size_t n, const struct hs_quantization *how);

/* ---- ranges ---- */

/* Of the finite elements; *not_finite (may be NULL) counts the others. Without any: +inf, -inf, 0.
 */
HS_API int hs_minmax_f32(const float *x, size_t n, float *min, float *max, size_t *not_finite);
HS_API int hs_absmax_f32(const float *x, size_t n, float *max, size_t *not_finite);

/* counts[bins] of the elements in [lo, hi], as torch.histc; *outside (may be NULL) is how many were
 * not. lo < hi, 1 <= bins <= 2^24. */
HS_API int hs_histogram_f32(const float *x, size_t n, float lo, float hi, uint64_t *counts,
                            size_t bins, size_t *outside);

/* An observer's range of x[n], and the scale and zero point that it becomes. Names are those of
 * `halfstep list`: observer "minmax", "histogram", "percentile", "mse", "entropy", …; scheme
 * "affine", "symmetric", "power_of_two", …; dtype "int8" or "uint8"; profile "halfstep", "torch",
 * "onnx", …, which also sets the rounding. NULL is the first of each. */
HS_API int hs_calibrate_f32(struct hs_quantization *out, const float *x, size_t n,
                            const char *observer, const char *scheme, const char *dtype,
                            const char *profile);

/* ---- products ---- */

/* q[n] = clamp(R(acc multiplier) + zero_point, qmin, qmax). mode: "float", "gemmlowp",
 * "single_rounding", "fixed16", "dyadic", "shift_floor", "shift_nearest" (`halfstep requantize
 * --help`). qmin and qmax lie within the codes' type. */
HS_API int hs_requantize_s32_s8(int8_t *q, const int32_t *acc, size_t n, const char *mode,
                                double multiplier, int32_t zero_point, int32_t qmin, int32_t qmax);
HS_API int hs_requantize_s32_u8(uint8_t *q, const int32_t *acc, size_t n, const char *mode,
                                double multiplier, int32_t zero_point, int32_t qmin, int32_t qmax);

/* What follows the sums of a layer: code = clamp(round_half_even(float32(acc) multiplier[j]) +
 * zero_point, qmin, qmax), one float32 product. A ReLU is qmin = zero_point. */
struct hs_output {
    const float *multipliers; /* (columns), or (1); s_x s_w / s_y, finite */
    int per_column;           /* 0: one multiplier */
    int32_t zero_point, qmin, qmax;
};

/* A linear layer y[m, out] = x[m, in] w^T + bias with int8 weights [out, in], packed once. x and y
 * are rows without gaps. Codes of x are uint8 or int8 with zero point x_zero_point, which must be
 * a code of the type that is run: -5 is for int8 only, 200 for uint8 only. Making it fails without
 * an output (status 3), when memory lacks (1) or when a sum could leave int32 (5, hs_message()
 * names the column); then *out is NULL. bias (may be NULL) and multipliers are copied. */
struct hs_linear;
HS_API int hs_linear_new(struct hs_linear **out, const int8_t *w, size_t out_features,
                         size_t in_features, const int32_t *bias, int32_t x_zero_point,
                         const struct hs_output *output);
HS_API void hs_linear_free(struct hs_linear *l);

/* m rows, uint8 or int8 codes in and out; or sums with the bias, before requantization. */
HS_API int hs_linear_u8_u8(const struct hs_linear *l, const uint8_t *x, size_t m, uint8_t *y);
HS_API int hs_linear_s8_s8(const struct hs_linear *l, const int8_t *x, size_t m, int8_t *y);
HS_API int hs_linear_u8_s32(const struct hs_linear *l, const uint8_t *x, size_t m, int32_t *acc);
HS_API int hs_linear_s8_s32(const struct hs_linear *l, const int8_t *x, size_t m, int32_t *acc);

/* A convolution over NHWC activations with int8 weights [out_channels, channels / groups, rows,
 * columns]; padding has the code x_zero_point. The kernel fits into the padded input (else
 * status 3). As hs_linear otherwise. An object holds scratch: one
 * thread at a time may run it. */
struct hs_conv2d;
struct hs_conv2d_shape {
    size_t height, width, channels, out_channels;
    size_t kernel[2], stride[2], padding[2], dilation[2]; /* rows, columns */
    size_t groups;
};
HS_API int hs_conv2d_new(struct hs_conv2d **out, const int8_t *w,
                         const struct hs_conv2d_shape *shape, const int32_t *bias,
                         int32_t x_zero_point, const struct hs_output *output);
HS_API void hs_conv2d_free(struct hs_conv2d *c);
HS_API int hs_conv2d_u8_u8(struct hs_conv2d *c, const uint8_t *x, size_t images, uint8_t *y);
HS_API int hs_conv2d_s8_s8(struct hs_conv2d *c, const int8_t *x, size_t images, int8_t *y);
HS_API void hs_conv2d_output_size(const struct hs_conv2d *c, size_t *rows, size_t *columns);

/* C[m,n] = A[m,k] B[k,n] (+ C), row-major float32, A and B also as their transposes (then they are
 * stored [k,m] and [n,k]). Each element is one chain of fused multiply-adds in the order of k. */
HS_API int hs_matmul_f32(float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
                         int a_transposed, int b_transposed, int accumulate);

#ifdef __cplusplus
}
#endif

#include "halfstep_networks.h" /* integer networks, training */

#endif
