/* A float tensor made ready for kernels: contiguous float32 or float64, with its non-finite
 * elements judged by the policies `nan` and `inf` (SEMANTICS 1). Shared by observers, quantize and
 * fake-quantize. */
#ifndef HS_QUANT_OPERAND_H
#define HS_QUANT_OPERAND_H

#include "quant/options.h"
#include "tensor/tensor.h"

struct hs_operand {
    struct hs_tensor x; /* contiguous; HS_FLOAT32 or HS_FLOAT64 */
    bool is_double;
    size_t nan, inf;
};

/* precision says what a float64 becomes; everything narrower is computed in float32 unless it says
 * float64. HS_EDTYPE: no float; HS_ERANGE: a NaN or infinity that the options refuse, naming the
 * first. */
HS_MUST_USE enum hs_status hs_operand_init(struct hs_operand *out, struct hs_arena *arena,
                                           const struct hs_tensor *t, enum hs_precision precision,
                                           const struct hs_quant_options *options,
                                           struct hs_error *err);

/* HS_ERANGE: "element [1,2] is NaN, which has no code; remove it" and `remedy` behind it ("" or
 * ", or …"). Element i in C order is not finite. */
HS_MUST_USE enum hs_status hs_refuse_element(const struct hs_tensor *t, size_t i,
                                             const char *remedy, struct hs_error *err);

#endif
