/* What the writers and readers of our files share (nn/file.h): tensors called "<layer>.<part>", and
 * JSON whose every number is checked before it is used. */
#ifndef HS_NN_FILE_PARTS_H
#define HS_NN_FILE_PARTS_H

#include "base/vec.h"
#include "io/container.h"
#include "io/save.h"
#include "nn/file.h"

enum {
    HS_FILE_LAYERS = 256,        /* most layers or steps of a file */
    HS_FILE_SIDE = 65536,        /* most channels, rows, columns, features */
    HS_FILE_EXAMPLE = 1 << 24,   /* most elements of one example between two layers */
    HS_FILE_NAME = 100,          /* longest name of a layer */
    HS_FILE_PARAMETERS = 1 << 20 /* most of what an observer is told: bins, grid, levels */
};

struct hs_file_out {
    struct hs_arena arena;
    HS_VEC(struct hs_named_tensor) items;
    bool failed; /* out of memory */
};

#define HS_FILE_OUT_INIT ((struct hs_file_out){.arena = {0}})

void hs_file_out_dispose(struct hs_file_out *w);

/* Adds a tensor (borrowed) as "owner.part"; failures are kept in w->failed. */
void hs_file_add(struct hs_file_out *w, const char *owner, const char *part,
                 const struct hs_tensor *t);

/* Sets a member of a map in w->arena; failures are kept likewise. */
void hs_file_set(struct hs_file_out *w, struct hs_value *map, const char *key, struct hs_value v);
void hs_file_set_text(struct hs_file_out *w, struct hs_value *map, const char *key,
                      const char *text);
void hs_file_set_sizes(struct hs_file_out *w, struct hs_value *map, const char *key,
                       const size_t *v, size_t n);

/* {"profile": its name, and what differs from it}. */
struct hs_value hs_file_options_value(struct hs_file_out *w, const struct hs_quant_options *o);
struct hs_value hs_file_input_value(struct hs_file_out *w, const struct hs_input *input);
struct hs_value hs_file_geometry_value(struct hs_file_out *w, struct hs_value map,
                                       const size_t kernel[2], const struct hs_conv_geometry *g);
struct hs_value hs_file_fake_value(struct hs_file_out *w, const struct hs_fake *f);

HS_MUST_USE enum hs_status hs_file_write_out(struct hs_file_out *w, const char *path,
                                             const struct hs_value *json, struct hs_error *err);

struct hs_file_in {
    const struct hs_container *container;
    struct hs_value json;
    bool *used; // (entries) which tensors belong to the model
};

/* The whole number map.key from least to most; `what` names the map in the sentence. */
HS_MUST_USE enum hs_status hs_file_size(size_t *out, const struct hs_value *map, const char *key,
                                        size_t least, size_t most, const char *what,
                                        struct hs_error *err);
/* A list of exactly n of them. */
HS_MUST_USE enum hs_status hs_file_sizes(size_t *out, size_t n, const struct hs_value *map,
                                         const char *key, size_t least, size_t most,
                                         const char *what, struct hs_error *err);
/* A finite number. */
HS_MUST_USE enum hs_status hs_file_number(double *out, const struct hs_value *map, const char *key,
                                          const char *what, struct hs_error *err);

/* Fills t, whose dtype and shape are what is expected, from the tensor "owner.part". float32 is
 * read from float16 too; floats must be finite. */
HS_MUST_USE enum hs_status hs_file_fill(struct hs_file_in *in, const char *owner, const char *part,
                                        struct hs_tensor *t, struct hs_error *err);

/* HS_OK when there is a tensor of that name and shape: asked before memory of that size is taken.
 */
HS_MUST_USE enum hs_status hs_file_expect(const struct hs_file_in *in, const char *owner,
                                          const char *part, int ndim, const size_t *shape,
                                          struct hs_error *err);

HS_MUST_USE enum hs_status hs_file_extent(struct hs_extent *out, const struct hs_value *map,
                                          const char *key, const char *what, struct hs_error *err);
HS_MUST_USE enum hs_status hs_file_read_options(struct hs_quant_options *out,
                                                const struct hs_value *map, struct hs_error *err);
HS_MUST_USE enum hs_status hs_file_read_input(struct hs_input *out, const struct hs_value *json,
                                              struct hs_error *err);
HS_MUST_USE enum hs_status hs_file_read_geometry(size_t kernel[2], struct hs_conv_geometry *g,
                                                 const struct hs_value *map, const char *what,
                                                 struct hs_error *err);
HS_MUST_USE enum hs_status hs_file_read_name(const char **out, struct hs_arena *arena,
                                             const struct hs_value *map, size_t i,
                                             struct hs_error *err);

/* The quantizer of a layer: l->fake from `map`, and what it learned from the tensors. */
HS_MUST_USE enum hs_status hs_file_read_fake(struct hs_file_in *in, struct hs_model *m,
                                             struct hs_layer *l, const struct hs_value *map,
                                             struct hs_error *err);

/* Bodies of the two kinds of files; the caller adds the file's name to a sentence. */
HS_MUST_USE enum hs_status hs_file_read_model(struct hs_file_in *in, struct hs_model *m,
                                              struct hs_error *err);
HS_MUST_USE enum hs_status hs_file_read_program(struct hs_file_in *in, struct hs_program *p,
                                                struct hs_error *err);

#endif
