/* Energy of a layer: operation counts first, picojoules second (SEMANTICS 1 "Energy"; the cost
 * table of the pow2-vgg8 lab).
 *
 * The same layer is counted differently by honest people, so every way of counting has a name:
 *
 *   - formula6: the literal integer layer: one subtraction of 128 per product, an int32 bias, one
 *     shift, one +128
 *   - hoisted: the subtraction once per input
 *   - folded: the zero point folded into the bias or done by flipping a bit: neither -128 nor +128
 *     is counted
 *   - report: the count of a well-known report: bias added in int8, no offsets, no bias on the fp32
 *     side
 *
 * ReLU, clamps, casts, memory and pooling are free. Everything is exact: energies are whole
 * hundredths of a pJ. */
#ifndef HS_QUANT_ENERGY_H
#define HS_QUANT_ENERGY_H

#include <stdint.h>

#include "base/fmt.h"
#include "base/status.h"

/* One operation of the cost table, with its price in hundredths of a picojoule. */
enum hs_energy_op {
#define HS_ENERGY_OP(id, name, centi_pj) HS_ENERGY_##id,
#include "quant/energy_ops.def"
#undef HS_ENERGY_OP
    HS_ENERGY_OP_COUNT
};

const char *hs_energy_op_name(enum hs_energy_op op); /* "int8_mul" */
int64_t hs_energy_op_price(enum hs_energy_op op);    /* hundredths of a pJ */

enum hs_accounting { HS_FORMULA6, HS_HOISTED, HS_FOLDED, HS_REPORT, HS_ACCOUNTING_COUNT };

const char *hs_accounting_name(enum hs_accounting a);
const char *hs_accounting_help(enum hs_accounting a);
int hs_accounting_find(const char *name); /* -1 when unknown */

/* A layer. Linear: in, out. Convolution (kernel > 0): channels in and out, square kernel, stride,
 * padding, groups, and the height and width of the input. */
struct hs_energy_layer {
    int64_t in, out;
    int64_t kernel, stride, padding, groups, height, width;
    bool bias;
    bool valid_taps; /* padded taps are not multiplied ("valid"); otherwise they count ("dense") */
};

struct hs_energy_counts {
    int64_t fp32[HS_ENERGY_OP_COUNT]; /* of the float layer */
    int64_t int8[HS_ENERGY_OP_COUNT]; /* of the integer layer */
    int64_t fp32_centi_pj, int8_centi_pj;
    int64_t out_height, out_width; /* of a convolution, else 0 */
};

/* HS_EINVAL names the field that makes no sense, HS_ELIMIT when a count leaves 63 bits. */
HS_MUST_USE enum hs_status hs_energy_count(struct hs_energy_counts *out,
                                           const struct hs_energy_layer *layer,
                                           enum hs_accounting accounting, struct hs_error *err);

/* "linear:128x10" or "conv:3x64x3[:sSTRIDE][:pPADDING][:gGROUPS]@32x32" (channels in x out x kernel
 * @ height x width; stride 1 and padding 0 unless given). Bias is on. HS_EINVAL shows what was
 * expected. */
HS_MUST_USE enum hs_status hs_energy_layer_parse(struct hs_energy_layer *out, const char *text,
                                                 struct hs_error *err);

/* 42280 -> "422.8": an exact decimal. */
char *hs_energy_format(char out[HS_FMT_SIZE], int64_t centi_pj);

#endif
