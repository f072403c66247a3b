/* How good a model or program is on a split. */
#ifndef HS_NN_EVALUATE_H
#define HS_NN_EVALUATE_H

#include "nn/program.h"

struct hs_evaluation {
    size_t images, correct, classes;
    double loss;       /* mean cross-entropy of the logits */
    size_t *confusion; // (classes, classes) rows: the label, columns: the answer
    uint8_t *answer;   // (images) the first of the largest logits
};

/* A picture's answer is the first largest logit. The model runs as it is: with quantizers in force
 * it is the simulated quantized forward. progress may be NULL and hears pictures done; where it
 * gives false the evaluation ends with HS_EINTERRUPTED. */
typedef bool hs_nn_progress_fn(void *payload, size_t done, size_t total);

HS_MUST_USE enum hs_status hs_evaluate_model(struct hs_evaluation *out, struct hs_arena *arena,
                                             struct hs_model *m,
                                             const struct hs_dataset_split *split,
                                             struct hs_pool *pool, hs_nn_progress_fn *progress,
                                             void *payload, struct hs_error *err);
HS_MUST_USE enum hs_status hs_evaluate_program(struct hs_evaluation *out, struct hs_arena *arena,
                                               const struct hs_program *p,
                                               const struct hs_dataset_split *split,
                                               struct hs_pool *pool, hs_nn_progress_fn *progress,
                                               void *payload, struct hs_error *err);

/* Pictures whose answers differ, in order, at most `most`; returns how many there are. */
size_t hs_evaluation_differs(const struct hs_evaluation *a, const struct hs_evaluation *b,
                             size_t *which, size_t most);

/* The float model behind a prepared one: a copy without its quantizers. */
HS_MUST_USE enum hs_status
hs_model_without_quantizers(struct hs_model *out, const struct hs_model *m, struct hs_error *err);

/* One layer of a quantized network beside the float one. */
struct hs_layer_report {
    const char *name;
    double sqnr_db;          /* of the layer's output, simulated against float */
    double weight_sqnr_db;   /* of its weights */
    size_t low, high, count; /* activation codes at the ends that clipped; all of them */
    double distance; /* largest |integer program - simulated float32| of the output, real units */
    double distance_lsb; /* the same in steps of the output */
    size_t differ;       /* codes that differ between the two */
};

/* Per layer of the program's steps, over n pictures: float is the folded model, prepared the one
 * that was converted into p. */
HS_MUST_USE enum hs_status hs_report_layers(struct hs_layer_report **out, size_t *count,
                                            struct hs_arena *arena, struct hs_model *folded,
                                            struct hs_model *prepared, const struct hs_program *p,
                                            const struct hs_dataset_split *split, size_t n,
                                            struct hs_pool *pool, struct hs_error *err);

/* Accuracy with only layer i quantized (weights and its output), the rest float; and with all but
 * layer i. One row a weighted layer. */
struct hs_sensitivity {
    const char *name;
    double only, without; /* share of right answers */
};
HS_MUST_USE enum hs_status hs_sensitivity_sweep(struct hs_sensitivity **out, size_t *count,
                                                struct hs_arena *arena, struct hs_model *prepared,
                                                const struct hs_dataset_split *split, size_t n,
                                                struct hs_pool *pool, hs_nn_progress_fn *progress,
                                                void *payload, struct hs_error *err);

#endif
