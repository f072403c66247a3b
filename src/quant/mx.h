/* Microscaling blocks (OCP Microscaling Formats 1.0, section 6): k elements along one axis share an
 * E8M0 scale X = 2^e, and each is P_i X with P_i in a small format.
 *
 *   e = floor(log2 max|v|) - emax + margin,   P_i = R(v_i / X), half to even, saturating
 *
 * emax is the exponent of the largest power of two of the element format: e4m3fn 8, e5m2 15, e2m3
 * 2, e3m2 4, e2m1 2, int8 0 (two's complement with 6 fractional bits, -127/64 to 127/64: -2 is left
 * unused, so that the codes are symmetric). With margin 0, the specification's, a largest element
 * in the upper part of its binade may saturate; margin 1 (as AWS Neuron does) never does while e
 * needs no clamping, and pays with one bit. Either way this is a power-of-two observer for each
 * block.
 *
 * What the specification leaves open: e is clamped to -127..127; a block of zeros has scale 2^-127;
 * infinities take no part in max|v| and saturate, counted. A block of nothing but infinities and
 * zeros has the largest scale that the format can use, 2^(127 - emax). */
#ifndef HS_QUANT_MX_H
#define HS_QUANT_MX_H

#include "tensor/tensor.h"

enum hs_mx_element {
    HS_MX_E4M3FN,
    HS_MX_E5M2,
    HS_MX_E2M3,
    HS_MX_E3M2,
    HS_MX_E2M1,
    HS_MX_INT8,
    HS_MX_ELEMENT_COUNT
};

/* "e4m3fn", "e5m2", "e2m3", "e3m2", "e2m1", "int8", and back (-1 when unknown). */
const char *hs_mx_element_name(enum hs_mx_element element);
int hs_mx_element_find(const char *name);

double hs_mx_max(enum hs_mx_element element); /* 448, 57344, 7.5, 28, 6, 1.984375 */
int hs_mx_emax(enum hs_mx_element element);

/* The value of one code without its scale (int8: code / 64). */
double hs_mx_decode(enum hs_mx_element element, uint8_t code);

struct hs_mx_config {
    enum hs_mx_element element;
    int axis;          /* as hs_groups_init(); not -1 */
    size_t block_size; /* 32 in the specification; the last block along the axis may be short */
    int margin;        /* 0 or 1 */
    bool keep_nan;     /* else a NaN is an error */
};

struct hs_mx_count {
    size_t saturated; /* finite elements beyond the largest code */
    size_t nan, inf;
};

struct hs_mx {
    struct hs_tensor codes;  /* uint8, shape of the input, one code an element in the low bits */
    struct hs_tensor scales; /* uint8, E8M0; the axis has one for each block */
    enum hs_mx_element element;
    int axis; /* 0 to ndim - 1 */
    size_t block_size;
};

/* A float tensor as blocks. With keep_nan a NaN becomes the format's own; formats that have none
 * mark the scale of the block as NaN (0xFF), and so every element of it (section 6.2). `count` may
 * be NULL. HS_EDTYPE: no float; HS_ERANGE: a NaN (its place is named); HS_EINVAL: block size 0,
 * margin; HS_ESHAPE: the axis. */
HS_MUST_USE enum hs_status hs_mx_quantize(struct hs_mx *out, struct hs_arena *arena,
                                          const struct hs_tensor *x,
                                          const struct hs_mx_config *config,
                                          struct hs_mx_count *count, struct hs_error *err);

/* P_i X, exact in float64 and rounded once to `dtype`, a float. HS_EDTYPE; HS_ESHAPE: scales that
 * do not belong to the codes; HS_ERANGE: a code wider than its format. */
HS_MUST_USE enum hs_status hs_mx_dequantize(struct hs_tensor *out, struct hs_arena *arena,
                                            const struct hs_mx *mx, enum hs_dtype dtype,
                                            struct hs_error *err);

#endif
