/* The labs' networks, untrained. zoo.def lists them: one file zoo/<id>.c and one line each. */
#ifndef HS_NN_ZOO_H
#define HS_NN_ZOO_H

#include "nn/model.h"

struct hs_zoo_entry {
    const char *id, *help, *data; /* "mlp", what it is, the data set it is for */
    enum hs_status (*make)(struct hs_model *m, struct hs_error *err);
};

const struct hs_zoo_entry *const *hs_zoo(size_t *count);

/* A fresh model with the weights of `seed`. HS_ENOTFOUND lists the networks. */
HS_MUST_USE enum hs_status hs_zoo_make(struct hs_model *out, const char *id, uint64_t seed,
                                       struct hs_error *err);

#endif
