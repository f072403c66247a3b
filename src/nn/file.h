/* Models and programs in files of our own: safetensors with the architecture, the quantizers and
 * how it came to be as JSON in __metadata__ ("halfstep"), so that Python can open the tensors.
 * float16 storage is exact only for what float16 holds; it is chosen by the writer and said in the
 * file. */
#ifndef HS_NN_FILE_H
#define HS_NN_FILE_H

#include "io/file.h"
#include "nn/program.h"

struct hs_network {
    bool is_program;
    struct hs_model model;     /* !is_program */
    struct hs_program program; /* is_program, or has_arithmetic */
    bool has_arithmetic; /* an imported fake-quantized model with its shift arithmetic beside it */
    const char *remark;  /* what an importer took the file for, or NULL */
    struct hs_value remarks; /* an importer's sentences: what it saw, assumed, found odd; or nil */
};

/* HS_NETWORK_INIT for out; dispose in any case. Reads our own files, and through nn/import.h those
 * of others. Every size is checked; the sentence names file, tensor, found, expected, remedy.
 * Imported files that are both give the model. */
#define HS_NETWORK_INIT ((struct hs_network){.is_program = false})
HS_MUST_USE enum hs_status hs_network_load(struct hs_network *out, const char *path,
                                           struct hs_error *err);
/* The same from bytes; `name` is for sentences. */
HS_MUST_USE enum hs_status hs_network_read(struct hs_network *out, struct hs_bytes bytes,
                                           const char *name, const struct hs_io_limits *limits,
                                           struct hs_error *err);
void hs_network_dispose(struct hs_network *n);

HS_MUST_USE enum hs_status hs_model_save(const char *path, const struct hs_model *m, bool float16,
                                         struct hs_error *err);
HS_MUST_USE enum hs_status hs_program_save(const char *path, const struct hs_program *p,
                                           struct hs_error *err);

/* A model's tensors by name ("conv1.weight", "bn1.running_mean", "relu1.q.scale") and the JSON that
 * describes the rest: what checkpoints add to (nn/train.h). */
struct hs_extra_tensor {
    const char *name;
    struct hs_tensor tensor;
};
HS_MUST_USE enum hs_status hs_model_save_with(const char *path, const struct hs_model *m,
                                              bool float16, const struct hs_extra_tensor *extra,
                                              size_t n, const struct hs_value *state,
                                              struct hs_error *err);
/* `container_arena` owns the extra tensors, found by name; *state the map saved beside. */
HS_MUST_USE enum hs_status hs_model_load_with(struct hs_model *out, struct hs_arena *arena,
                                              struct hs_extra_tensor **extra, size_t *n,
                                              struct hs_value *state, const char *path,
                                              struct hs_error *err);

#endif
