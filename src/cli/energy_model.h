/* The layers of a model file for halfstep energy. */
#ifndef HS_CLI_ENERGY_MODEL_H
#define HS_CLI_ENERGY_MODEL_H

#include "cli/opt.h"
#include "io/container.h"
#include "quant/energy.h"

struct hs_energy_model {
    const struct hs_container *file;
    const struct hs_opt_list *sizes; /* "conv1=32x32:s2:p1": rows x columns of a layer's input */
    struct hs_arena *arena;          /* owns names */
};

/* Calls back for each weight of the file, in its order: NAME.weight or a packed weight of PyTorch,
 * [out, in] or [out, in/groups, k, k], with bias where the file holds one, and with stride, padding
 * and groups where the module keeps them. HS_ENOTFOUND when there is none; HS_EINVAL when a
 * convolution's input size is missing, or a size names no convolution. */
HS_MUST_USE enum hs_status hs_energy_model_each(
    const struct hs_energy_model *m,
    enum hs_status (*visit)(void *payload, const char *name, const struct hs_energy_layer *layer,
                            struct hs_error *err),
    void *payload, struct hs_error *err);

/* The same of a file of our own, which says itself how large every input is. Its convolutions must
 * be square. */
HS_MUST_USE enum hs_status hs_energy_network_each(
    const char *path, struct hs_arena *arena,
    enum hs_status (*visit)(void *payload, const char *name, const struct hs_energy_layer *layer,
                            struct hs_error *err),
    void *payload, struct hs_error *err);

#endif
