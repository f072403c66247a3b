/* Integer programs: a quantized network without a float between its input and its output.
 *
 *   codes of the input -> conv or linear: acc = sum (x - z_x) w + b      int32, checked beforehand
 *                      -> requantize: q = clamp(R(acc M) + z_y)          the mode of the program
 *                      -> maxpool on codes -> … -> logits: s (q - z), or s_x s_w acc
 *
 * A ReLU is the lower end z_y of the clamp (or max(acc, 0) before, the same). Two ways to run it:
 * the kernels (codes NHWC, packed weights), and a simulation in float64 that carries the same codes
 * through textbook loops. They agree code for code. */
#ifndef HS_NN_PROGRAM_H
#define HS_NN_PROGRAM_H

#include "nn/prepare.h"

/* What the codes of one tensor mean: real = scale (q - zero_point), lo <= q <= hi. */
struct hs_codes {
    double scale;
    int32_t zero_point, lo, hi;
    bool is_signed; /* int8, else uint8 */
};

enum hs_step_kind { HS_STEP_CONV, HS_STEP_LINEAR, HS_STEP_MAXPOOL };

struct hs_step {
    enum hs_step_kind kind;
    const char *name; /* the layer's */
    struct hs_extent in, out;
    size_t kernel[2]; /* conv, maxpool */
    struct hs_conv_geometry geometry;
    struct hs_codes x, y;
    /* conv and linear: */
    struct hs_tensor w;    // int8 [out, in, kh, kw] or [out, in]: in is c, y, x in this order
    struct hs_tensor bias; // int32 [out]; always there
    const double *s_w;     // (n_s)
    size_t n_s;            /* 1 or out */
    bool relu;
    bool sums;       /* the last step may give its accumulators instead of codes */
    double *divisor; // (1) scale chain of lab 000: q = clamp(R(acc / divisor)) in float32, or NULL
    struct hs_requantizer requantize; /* prepared; unused with sums or divisor */
    size_t bias_clamped;
};

struct hs_program {
    struct hs_arena arena; /* owns everything below */
    const char *arch, *data;
    struct hs_input input;
    size_t classes;
    struct hs_codes in;                 /* of the input */
    struct hs_quant_options in_options; /* how the input is quantized */
    struct hs_step *step;               // (n)
    size_t n;
    struct hs_value about;
    void *packed; /* of the kernels: hs_program_pack() */
};

#define HS_PROGRAM_INIT ((struct hs_program){.arena = {0}})

void hs_program_dispose(struct hs_program *p);

/* From a prepared, calibrated or trained model. Bias codes R(b / (s_x s_w)), M = s_x s_w / s_y.
 * HS_EINVAL: no quantizer where one is needed, per-channel scales with a shift mode that cannot;
 * HS_ERANGE: an accumulator that could overflow, a scale that is no power of two for shifts. */
HS_MUST_USE enum hs_status hs_convert(struct hs_program *out, const struct hs_model *m,
                                      const struct hs_requantizer *requantize,
                                      enum hs_round bias_rounding, struct hs_error *err);

/* Checks every step (shapes follow, accumulators fit int32, codes in range) and packs weights for
 * the kernels. hs_convert() has done it; importers and readers call it. */
HS_MUST_USE enum hs_status hs_program_pack(struct hs_program *p, struct hs_error *err);

/* Runs pictures [n, c, h, w] as stored (images) through the kernels, `batch` at a time (0: 250),
 * logits float [n, classes]: s (q - z), or s_x s_w acc. */
HS_MUST_USE enum hs_status hs_program_run(float *logits, const struct hs_program *p,
                                          const struct hs_tensor *images, const size_t *which,
                                          size_t n, size_t batch, struct hs_pool *pool,
                                          struct hs_error *err);

/* The same from input values float32 [n][c][h][w], one behind the other, with buffers that are
 * kept: what the benchmarks and the library call. */
struct hs_program_buffers;
HS_MUST_USE enum hs_status hs_program_buffers_new(struct hs_program_buffers **out,
                                                  const struct hs_program *p, size_t batch,
                                                  struct hs_pool *pool, struct hs_error *err);
void hs_program_buffers_free(struct hs_program_buffers *b);
void hs_program_values(struct hs_program_buffers *b, float *logits, const float *x, size_t n);

/* Codes behind every step, int32 [n, c, h, w] or [n, features] (sums: the accumulators), out[0] the
 * input's, out[i + 1] of step i; by the kernels, or by the simulation in float64. */
enum hs_program_mode { HS_PROGRAM_KERNELS, HS_PROGRAM_FLOAT64 };
HS_MUST_USE enum hs_status hs_program_trace(struct hs_tensor *out, struct hs_arena *arena,
                                            const struct hs_program *p,
                                            const struct hs_tensor *images, const size_t *which,
                                            size_t n, enum hs_program_mode mode,
                                            struct hs_error *err);

#endif
