/* What halfstep eval found, as text and as halfstep.eval/1. */
#ifndef HS_CLI_EVAL_SHOW_H
#define HS_CLI_EVAL_SHOW_H

#include <stdio.h>

#include "nn/evaluate.h"

/* One evaluation, and the other one that it is compared with (other.images 0: none). */
struct hs_eval_result {
    const char *model, *remark, *data, *mode, *requantize; /* remark, requantize may be NULL */
    struct hs_evaluation e, other;
    const char *other_mode, *other_requantize;
    struct hs_layer_report *layers; // (n_layers)
    size_t n_layers;
    struct hs_sensitivity *sensitivity; // (n_sensitivity)
    size_t n_sensitivity;
};

void hs_eval_print_text(FILE *out, const struct hs_eval_result *r);

/* CONTRACTS 4. `differs` is null where nothing is compared. HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_eval_to_value(struct hs_value *out, struct hs_arena *arena,
                                            const struct hs_eval_result *r, struct hs_error *err);

#endif
