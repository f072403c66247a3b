/* Observers: rules that look at data and name a range. They never see a dtype's codes: what a range
 * becomes is decided by hs_qparams_from_range() alone. Adding one: a file observers/<id>.c with a
 * `const struct hs_observer hs_observer_<id>` and a line in observers.def. */
#ifndef HS_QUANT_OBSERVER_H
#define HS_QUANT_OBSERVER_H

#include "quant/qparams.h"

/* What observers may be told; each reads what its help names. */
struct hs_observer_config {
    int axis;                  /* -1: per tensor */
    size_t block_size;         /* 0: none */
    double averaging_constant; /* moving_average: 0.01 */
    double percentile;         /* percentile: 99.99 */
    double n_std;              /* sigma: 3 */
    bool clip_to_data;         /* sigma: cut the range to the data */
    size_t grid;               /* mse: 100 candidates */
    size_t bins;               /* histogram, entropy: 2048 */
    size_t levels;             /* entropy: 128 */
    struct hs_qtarget target;  /* mse, histogram: the codes to compare with */
    struct hs_quant_options options;
};

struct hs_observer {
    const char *id, *help;
    /* The range of `n` >= 1 batches, in order; all batches have the same number of groups. Elements
     * are finite or treated by options.nan and options.inf. */
    enum hs_status (*observe)(struct hs_range *out, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err);
};

/* Per tensor, the documented parameters and the program's own options. */
struct hs_observer_config hs_observer_config_default(void);

/* All of observers.def; find gives NULL for an unknown id. */
const struct hs_observer *const *hs_observers(size_t *count);
const struct hs_observer *hs_observer_find(const char *id);

/* Chooses exponents by the data, for pow2_rounding mse: of the five from that of non_overflow (for
 * the range) downwards, the one whose codes lose least squares; the coarser one of equals (Vitis
 * AI, MinMSE). They are clamped to the option's shifts. Sets range->exponent. */
HS_MUST_USE enum hs_status hs_pow2_search(struct hs_range *range, struct hs_arena *arena,
                                          const struct hs_tensor *const *batches, size_t n,
                                          const struct hs_observer_config *config,
                                          struct hs_error *err);

/* Runs one by name, and hs_pow2_search() behind it where config->options ask for that.
 * HS_ENOTFOUND lists the observers; HS_EINVAL for a parameter out of its range or no batch. */
HS_MUST_USE enum hs_status hs_observe(struct hs_range *out, struct hs_arena *arena, const char *id,
                                      const struct hs_tensor *const *batches, size_t n,
                                      const struct hs_observer_config *config,
                                      struct hs_error *err);

#endif
