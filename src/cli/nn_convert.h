/* From a quantized model to its integer program, as the command line asks for it. */
#ifndef HS_CLI_NN_CONVERT_H
#define HS_CLI_NN_CONVERT_H

#include "nn/program.h"

/* `requantize` ("gemmlowp", "fixed16(floor)") and `bias_rounding` ("floor") may be NULL: what
 * about.quantization of the model says, else float and half_even. */
HS_MUST_USE enum hs_status hs_nn_convert(struct hs_program *out, const struct hs_model *m,
                                         const char *requantize, const char *bias_rounding,
                                         struct hs_error *err);

/* How the accumulators of a program become codes: "gemmlowp", "divisor" (the scale chain). */
const char *hs_nn_requantize_name(const struct hs_program *p);

#endif
