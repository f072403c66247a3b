/* Container: any supported file read into a flat list of named entries (DESIGN 7, CONTRACTS 2).
 *
 * Names are dict keys and module attributes joined by '.', list and tuple elements by 0-based
 * index; _modules, _parameters and _buffers are transparent. A bare array (.npy, .csv, .idx) has
 * one entry named "". Nothing is ever executed: pickles are data (ROBUSTNESS 2a). Adding a format
 * is one file with a `const struct hs_reader hs_reader_<id>` and one line in readers.def. */
#ifndef HS_IO_CONTAINER_H
#define HS_IO_CONTAINER_H

#include "base/vec.h"
#include "io/file.h"
#include "tensor/tensor.h"

enum hs_entry_kind { HS_ENTRY_TENSOR, HS_ENTRY_NUMBER, HS_ENTRY_STRING, HS_ENTRY_BOOL };

struct hs_entry {
    const char *name;
    enum hs_entry_kind kind;
    struct hs_tensor tensor; /* ENTRY_TENSOR; the codes when quantized */
    double number;           /* ENTRY_NUMBER, and 0 or 1 for ENTRY_BOOL */
    int64_t integer;         /* ENTRY_NUMBER with is_integer */
    bool is_integer;
    const char *text; /* ENTRY_STRING, NUL-ended */
    bool bookkeeping; /* a module's own attributes (stride, training …): shown with --all */
    bool quantized; /* a PyTorch quantized tensor: scales, zero_points (n of them) and axis are set
                     */
    const double *scales;       // (n)
    const int64_t *zero_points; // (n)
    size_t n;                   /* 1 per tensor, channels per channel */
    int axis;                   /* -1 per tensor */
};

struct hs_container {
    struct hs_arena arena; /* owns everything below */
    const char *format;    /* npy, npz, pickle, torch, safetensors, json, csv, zip, tar, idx */
    HS_VEC(struct hs_entry) entries;
    HS_VEC(const char *) opaque;  /* names of classes that were read as data: "__main__.Network" */
    HS_VEC(const char *) remarks; /* what a reader of the report should know */
    HS_VEC(const char *)
    suspicious; /* callables in call position that would run a program: "os.system" */
};

#define HS_CONTAINER_INIT ((struct hs_container){.arena = {0}})

/* Reads a file by its content (the name is only a hint). `out` must be HS_CONTAINER_INIT; dispose
 * it in any case. */
HS_MUST_USE enum hs_status hs_container_open(struct hs_container *out, const char *path,
                                             const struct hs_io_limits *limits,
                                             struct hs_error *err);
HS_MUST_USE enum hs_status hs_container_read(struct hs_container *out, struct hs_bytes bytes,
                                             const char *name, const struct hs_io_limits *limits,
                                             struct hs_error *err);
void hs_container_dispose(struct hs_container *c);

/* The entry of that exact name, or NULL. Borrowed. */
const struct hs_entry *hs_container_find(const struct hs_container *c, const char *name);

/* A tensor by name; name NULL or "" is the only tensor of the file. HS_ENOTFOUND lists the names
 * that there are (a few); HS_EDTYPE when the entry is no tensor. The elements are borrowed from the
 * container. */
HS_MUST_USE enum hs_status hs_container_tensor(struct hs_tensor *out, const struct hs_container *c,
                                               const char *name, struct hs_error *err);

struct hs_reader {
    const char *id, *help;
    /* True when the bytes look like this format; `name` is the file's name. Must not fail on any
     * bytes. */
    bool (*sniff)(struct hs_bytes bytes, const char *name);
    enum hs_status (*read)(struct hs_container *out, struct hs_bytes bytes, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err);
};

/* All readers in the order they are tried. */
const struct hs_reader *const *hs_readers(size_t *count);

#endif
