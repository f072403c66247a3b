/* The words of halfstep requantize as requantizers, one for each mode that is asked for. */
#ifndef HS_CLI_REQUANTIZE_ARGS_H
#define HS_CLI_REQUANTIZE_ARGS_H

#include "cli/quant_args.h"
#include "quant/requantize.h"

struct hs_requantize_args {
    struct hs_requantizer mode[HS_REQUANTIZE_COUNT]; /* prepared */
    size_t n;
    int axis; /* of several multipliers, as quant/groups.h keeps it */
    /* With --requantize all: why a mode is missing; n_left_out of them. */
    struct hs_error left_out[HS_REQUANTIZE_COUNT];
    size_t n_left_out;
};

HS_MUST_USE enum hs_status hs_requantize_args(struct hs_requantize_args *out,
                                              struct hs_quant_args *a);

#endif
