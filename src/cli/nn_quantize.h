/* The options that calibrate and qat share: how a float model becomes a quantized one. */
#ifndef HS_CLI_NN_QUANTIZE_H
#define HS_CLI_NN_QUANTIZE_H

#include "cli/nn_work.h"
#include "nn/prepare.h"

struct hs_nn_quantize {
    const char *qconfig, *bits, *observer, *method;
    int64_t calibration; /* pictures */
    bool all, equalize, bias_correction;
    size_t pairs; /* that were equalized */
};

#define HS_NN_QUANTIZE_INIT                    \
    {                                          \
        .qconfig = "int8", .calibration = 1000 \
    }

#define HS_NN_QUANTIZE_ROW(name, kind, argument, help, at, field)                    \
    {                                                                                \
        name, 0, kind, argument, help, (at) + offsetof(struct hs_nn_quantize, field) \
    }
#define HS_NN_QUANTIZE_ROWS(at)                                                                  \
    HS_NN_QUANTIZE_ROW("qconfig", HS_OPT_TEXT, "NAME",                                           \
                       "how the network is quantized (int8|int8-tensor|torch|pow2|lab-mlp)", at, \
                       qconfig),                                                                 \
        HS_NN_QUANTIZE_ROW("bits", HS_OPT_TEXT, "W[/A]",                                         \
                           "bits of weights, and of activations: 2 to 8, or 32 for float", at,   \
                           bits),                                                                \
        HS_NN_QUANTIZE_ROW("all", HS_OPT_FLAG, NULL,                                             \
                           "--bits W/A: input and output have A bits too (else 8)", at, all),    \
        HS_NN_QUANTIZE_ROW("observer", HS_OPT_TEXT, "W[/A]",                                     \
                           "of weights, and of activations: any of halfstep list", at, observer)

/* Folds, equalizes where asked, prepares and calibrates `from` on w->split (the first
 * q->calibration pictures), corrects biases where asked. `out` is HS_MODEL_INIT. about.quantization
 * says how. */
HS_MUST_USE enum hs_status hs_nn_quantize(struct hs_model *out, struct hs_nn_work *w,
                                          const struct hs_model *from, struct hs_nn_quantize *q);

/* A line a quantizer: codes, scale, range. */
void hs_nn_print_quantizers(FILE *out, const struct hs_model *m);

/* The same as a list. HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_nn_quantizers_value(struct hs_value *out, struct hs_arena *arena,
                                                  const struct hs_model *m, struct hs_error *err);

#endif
