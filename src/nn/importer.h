/* What the files of the importer share; others include nn/import.h. A file is looked at as groups
 * (the tensors of one layer, by name), and the labs' conv nets as plans: a row of weighted layers
 * in which each fits the one before. */
#ifndef HS_NN_IMPORTER_H
#define HS_NN_IMPORTER_H

#include "nn/import.h"

/* Tensors named alike: "module.conv1.0" of "module.conv1.0.weight". PyTorch's packed parameters
 * count as weight and bias. NULL: none. */
struct hs_import_group {
    const char *name, *base; /* base: without what all groups of the file begin with */
    const struct hs_entry *weight, *bias, *mean, *var;
};

enum { HS_IMPORT_GROUPS = 256, HS_IMPORT_LAYERS = 8 };

struct hs_import {
    const struct hs_container *c;
    const char *file; /* for messages */
    struct hs_imported *out;
    struct hs_arena arena;         /* scratch, and owner of the groups */
    struct hs_import_group *group; // (n) in the order of the file; none when there are too many
    size_t n;
};

struct hs_importer {
    const char *id, *help;
    bool (*recognizes)(const struct hs_import *f);
    enum hs_status (*read)(struct hs_import *f, struct hs_error *err);
};

#define HS_IMPORTER(id, help)                          \
    bool hs_import_is_##id(const struct hs_import *f); \
    enum hs_status hs_import_##id(struct hs_import *f, struct hs_error *err);
#include "nn/importers.def"
#undef HS_IMPORTER

/* HS_EFORMAT: lists what is known. */
enum hs_status hs_import_unknown(const struct hs_import *f, struct hs_error *err);

/* Fills f->group. */
HS_MUST_USE enum hs_status hs_import_groups(struct hs_import *f, struct hs_error *err);

/* A sentence for people. The model must have been made: its arena owns the text. */
HS_MUST_USE enum hs_status hs_import_remark(struct hs_import *f, struct hs_error *err,
                                            const char *fmt, ...) HS_PRINTF(3, 4);

/* The entry "group.what", or NULL. */
const struct hs_entry *hs_import_entry(const struct hs_import *f, const char *group,
                                       const char *what);

/* A number, or the only element of a tensor, that is finite: HS_ENOTFOUND, HS_ESHAPE, HS_ERANGE. */
HS_MUST_USE enum hs_status hs_import_number(double *out, const struct hs_import *f,
                                            const char *group, const char *what,
                                            struct hs_error *err);
/* The same that must be positive. */
HS_MUST_USE enum hs_status hs_import_scale(double *out, const struct hs_import *f,
                                           const char *group, const char *what,
                                           struct hs_error *err);

/* HS_ESHAPE unless e has this shape: names file, tensor, both shapes and `remedy`. */
HS_MUST_USE enum hs_status hs_import_shape(const struct hs_import *f, const struct hs_entry *e,
                                           int ndim, const size_t *shape, const char *remedy,
                                           struct hs_error *err);

/* Elements of e times `factor` into the float32 tensor `to` (contiguous, as many elements;
 * `transposed`: from [in, out] into [out, in]). HS_ERANGE names the element that is not finite. */
HS_MUST_USE enum hs_status hs_import_floats(struct hs_tensor *to, const struct hs_import *f,
                                            const struct hs_entry *e, bool transposed,
                                            double factor, struct hs_error *err);

/* All elements are whole numbers. */
bool hs_import_is_integral(const struct hs_tensor *t);

/* e as contiguous codes of an integer dtype in `arena`: HS_ERANGE names the element that is none,
 * and `remedy`. */
HS_MUST_USE enum hs_status hs_import_codes(struct hs_tensor *out, struct hs_arena *arena,
                                           const struct hs_import *f, const struct hs_entry *e,
                                           enum hs_dtype dtype, const char *remedy,
                                           struct hs_error *err);

/* The labs' conv nets, which a file of numbers does not describe: what stands between the weighted
 * layers, and what the input was. */
struct hs_import_pattern {
    const char *arch, *data;
    size_t convs, fcs, kernel[2]; /* of the first conv and the others */
    size_t padding;
    unsigned pools; /* bit i: a 2x2 pool behind conv i */
    float mean[3], std[3];
};

struct hs_import_layer {
    const struct hs_import_group *group;
    const char *name; /* "conv1", "fc1" … of the model */
    bool conv, relu, pool;
    struct hs_extent in, out; /* out: before the pool */
    struct hs_extent pooled;  /* behind it, or out */
    size_t kernel[2];
    struct hs_conv_geometry geometry;
    double s_w;        /* filled by the importer: of the weights, where they have just one, */
    struct hs_codes y; /* and of what the layer gives */
};

struct hs_import_plan {
    const struct hs_import_pattern *pattern;
    struct hs_input input;
    struct hs_codes in; /* filled by the importer */
    size_t classes;
    struct hs_import_layer layer[HS_IMPORT_LAYERS]; // (n)
    size_t n;
};

/* True when the groups are convs and fcs of a known pattern. */
bool hs_import_has_pattern(const struct hs_import *f);

/* Fills the plan: shapes follow from layer to layer, pictures are square and of the size from which
 * the first fc follows (32, 28 or the smallest). HS_ESHAPE names the tensor that does not fit. */
HS_MUST_USE enum hs_status hs_import_plan(struct hs_import_plan *plan, const struct hs_import *f,
                                          struct hs_error *err);

/* Starts out->program: the steps of the plan, pools too, with weights as int8 codes and biases of
 * zeros. step[i] (plan->n of them) is that of layer i. HS_ERANGE: a weight that is no code. */
HS_MUST_USE enum hs_status hs_import_steps(struct hs_step **step, struct hs_import *f,
                                           const struct hs_import_plan *plan, struct hs_error *err);

/* The shift arithmetic of formula (6) beside a converted model, where scales are powers of two;
 * else a remark says why there is none. */
HS_MUST_USE enum hs_status hs_import_shifts(struct hs_import *f, const struct hs_import_plan *plan,
                                            struct hs_error *err);

#endif
