/* Files of other programs as models: state dicts, whole modules, numpy dicts. What a file is, is
 * seen from its names and shapes, never from its own name. */
#ifndef HS_NN_IMPORT_H
#define HS_NN_IMPORT_H

#include "io/container.h"
#include "nn/program.h"

/* What a file turned out to be: a float or fake-quantized model, an integer program, or both (a
 * fake-quantized model that has shift arithmetic beside it). */
struct hs_imported {
    const char *kind; /* "EE219 2023 MLP (numpy dict)", … a sentence for people */
    bool has_model, has_program;
    struct hs_model model;
    struct hs_program program;
    struct hs_value remarks; /* a list of sentences: what was seen, assumed or odd */
};

void hs_imported_dispose(struct hs_imported *i);

/* HS_EFORMAT: no known structure (lists what is known); HS_ESHAPE: a tensor that does not fit,
 * naming file, tensor, shape found and expected; HS_ENOTFOUND: a tensor that is missing. `arena` of
 * messages is the imported model's. */
HS_MUST_USE enum hs_status hs_import(struct hs_imported *out, const struct hs_container *c,
                                     const char *file, struct hs_error *err);

#endif
