/* What the files of program.h share. */
#ifndef HS_NN_PROGRAM_PARTS_H
#define HS_NN_PROGRAM_PARTS_H

#include "kernels/conv/conv.h"
#include "nn/program.h"

/* A step as the kernels take it. Codes stand as rows of pixels, channels behind one another (NHWC);
 * behind pictures, the weights of a linear step have their inputs in that order. */
struct hs_packed_step {
    int8_t *w;
    int32_t *bias;       /* with the zero point's share */
    float *scale;        // (n_scale) of the epilogue
    bool fast;           /* the epilogue requantizes; else rows do */
    struct hs_conv conv; /* conv: all but n, x, y */
};

struct hs_packed {
    struct hs_packed_step *step; // (p->n)
    uint8_t table[4][256];       /* codes of stored pictures, a channel each */
};

/* Code of an accumulator of a conv or linear step, by the reference arithmetic. */
int32_t hs_step_code(const struct hs_step *s, int32_t acc, size_t channel);

/* A row of accumulators, channels [j, j + n): codes as bytes at out[0..n). */
void hs_step_codes(const struct hs_step *s, unsigned char *out, const int32_t *acc, size_t j,
                   size_t n);

/* Bytes of one example behind step i; i = -1: the input. Accumulators have four each. */
size_t hs_program_bytes(const struct hs_program *p, ptrdiff_t i);

/* Scratch of a step for a block of n, on a boundary of 64. */
size_t hs_step_scratch(const struct hs_program *p, size_t i, size_t n);

/* One step for n examples, y in its codes; the last step with `sums`: accumulators int32, or
 * logits where `logits` is set. */
void hs_step_run(const struct hs_program *p, size_t i, void *y, const void *x, size_t n,
                 void *scratch, bool logits);

/* Codes of n stored pictures, or of values, as the steps take them. */
void hs_program_codes_of_images(const struct hs_program *p, unsigned char *codes,
                                const struct hs_tensor *images, const size_t *which, size_t n);
void hs_program_codes_of_values(const struct hs_program *p, unsigned char *codes, const float *x,
                                size_t n, unsigned char *scratch);

#endif
