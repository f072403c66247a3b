/* Shorthand for the files of the zoo: each adds a layer unless one has failed before. */
#ifndef HS_NN_ZOO_BUILD_H
#define HS_NN_ZOO_BUILD_H

#include "nn/zoo.h"

struct hs_zoo_build {
    struct hs_model *m;
    enum hs_status st;
    struct hs_error *err;
};

/* Sets input and classes. std 0 is 1. */
struct hs_zoo_build hs_zoo_begin(struct hs_model *m, struct hs_extent input, float divisor,
                                 const float *mean, const float *std, struct hs_error *err);
void hs_zoo_linear(struct hs_zoo_build *b, const char *name, size_t out, bool bias);
void hs_zoo_conv(struct hs_zoo_build *b, const char *name, size_t out, size_t kernel,
                 size_t padding, bool bias);
void hs_zoo_plain(struct hs_zoo_build *b, const char *name, const struct hs_layer_class *class);
void hs_zoo_pool(struct hs_zoo_build *b, const char *name);

#endif
