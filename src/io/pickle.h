/* Pickles as data (ROBUSTNESS 2a): a closed machine for protocols 0 to 5. It builds a tree of nodes
 * and never imports or calls anything. Calls of a closed list of names (NumPy's and PyTorch's ways
 * to rebuild an array) become tensors; every other object stays an opaque node whose state can be
 * walked.
 *
 * Opcodes and their arguments: CPython's Lib/pickletools.py. */
#ifndef HS_IO_PICKLE_H
#define HS_IO_PICKLE_H

#include "io/container.h"

enum hs_node_kind {
    HS_NODE_NONE,
    HS_NODE_BOOL,
    HS_NODE_INT,
    HS_NODE_BIG, /* an integer beyond 64 bits; `number` is its nearest double */
    HS_NODE_FLOAT,
    HS_NODE_STRING,
    HS_NODE_BYTES,
    HS_NODE_LIST, /* also set and frozenset */
    HS_NODE_TUPLE,
    HS_NODE_DICT,    /* items: key, value, key, value … */
    HS_NODE_GLOBAL,  /* text: "module.name" */
    HS_NODE_OBJECT,  /* text: class; args, state and items as far as there are any */
    HS_NODE_STORAGE, /* of PyTorch: bytes, dtype */
    HS_NODE_DTYPE,   /* of NumPy: text is its code, such as "f8"; big_endian */
    HS_NODE_ARRAY,   /* of NumPy, before its state is known */
    HS_NODE_TENSOR
};

struct hs_node {
    enum hs_node_kind kind;
    int64_t integer;  /* INT, BOOL */
    double number;    /* INT, BIG, FLOAT */
    const char *text; /* STRING, BYTES (NUL-ended besides), GLOBAL, OBJECT, DTYPE */
    size_t len;
    struct hs_node **items; // (n) LIST, TUPLE, DICT, OBJECT
    size_t n, cap;
    struct hs_node *args, *state; /* OBJECT; may be NULL */
    struct hs_node_array *array;  /* TENSOR and STORAGE, else NULL: most nodes stay small */
    bool big_endian, open;        /* open: being walked, so a node inside itself is seen */
};

struct hs_node_array {
    struct hs_tensor tensor; /* TENSOR; the codes when quantized */
    struct hs_bytes bytes;   /* STORAGE */
    enum hs_dtype dtype;     /* STORAGE */
    size_t numel;            /* STORAGE: elements that it claims */
    bool quantized;
    const double *scales;       // (n_scales)
    const int64_t *zero_points; // (n_scales)
    size_t n_scales;
    int axis;
    struct hs_node *state; /* attributes that a PyTorch parameter carries; may be NULL */
};

/* Where a PyTorch file keeps the `want` bytes of a storage; false when it has none of that key. */
typedef bool hs_storage_fn(void *payload, const char *key, size_t want, struct hs_bytes *out);

struct hs_pickle {
    struct hs_container *container; /* owns the nodes; hears of opaque and suspicious names */
    const struct hs_io_limits *limits;
    const char *source;
    hs_storage_fn *storage; /* NULL outside PyTorch files: persistent ids are refused */
    void *payload;
    bool big_endian_storage;
    struct hs_error *err;
    struct hs_node *pool; /* nodes made in advance, a block at a time */
    size_t pool_left;
};

/* Reads one pickle from the front of the bytes; *used receives its length. HS_EFORMAT with the
 * offset, HS_ELIMIT, HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_pickle_read(struct hs_node **out, size_t *used, struct hs_pickle *p,
                                          struct hs_bytes bytes);

/* The value of calling `name` with the tuple `args`: a value for the closed list of names, else an
 * opaque object. */
HS_MUST_USE enum hs_status hs_pickle_call(struct hs_node **out, struct hs_pickle *p,
                                          const char *name, struct hs_node *args);

/* BUILD: gives `object` its state (a NumPy array becomes a tensor). */
HS_MUST_USE enum hs_status hs_pickle_build(struct hs_pickle *p, struct hs_node *object,
                                           struct hs_node *state);

/* A persistent id of a PyTorch file: ('storage', class, key, location, numel). */
HS_MUST_USE enum hs_status hs_pickle_persistent(struct hs_node **out, struct hs_pickle *p,
                                                struct hs_node *id);

/* Everything with a value below `root` as entries of the container, names joined by '.'. */
HS_MUST_USE enum hs_status hs_pickle_entries(struct hs_pickle *p, struct hs_node *root);

/* For the files of the machine: a new node in the container's arena (NULL when out of memory), an
 * item appended. */
struct hs_node *hs_node_new(struct hs_pickle *p, enum hs_node_kind kind);
/* Gives the node its `array` and the kind (TENSOR or STORAGE); false when out of memory. */
bool hs_node_make_array(struct hs_pickle *p, struct hs_node *n, enum hs_node_kind kind);
bool hs_node_push(struct hs_pickle *p, struct hs_node *list, struct hs_node *item);
bool hs_node_is_text(const struct hs_node *n, const char *text);

#endif
