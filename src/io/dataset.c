#include "io/dataset.h"

#include <string.h>

#include "base/env.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/container.h"

#define FILES(...)  \
    {               \
        __VA_ARGS__ \
    }
#define MEMBERS(...)                                 \
    (const struct hs_dataset_member[]){__VA_ARGS__}, \
        sizeof((const struct hs_dataset_member[]){__VA_ARGS__}) / sizeof(struct hs_dataset_member)

static const struct hs_dataset sets[] = {
#define HS_DATASET(...) {__VA_ARGS__},
#include "io/datasets.def"
#undef HS_DATASET
};

static const char *const files[HS_DATASET_FILES] = {"train-images.idx", "train-labels.idx",
                                                    "test-images.idx", "test-labels.idx"};

const char *hs_dataset_file(size_t i)
{
    return files[i];
}

const struct hs_dataset *hs_datasets(size_t *count)
{
    *count = HS_COUNTOF(sets);
    return sets;
}

enum hs_status hs_dataset_find(const struct hs_dataset **out, const char *name,
                               struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = 0; i < HS_COUNTOF(sets); i++) {
        if (strcmp(sets[i].name, name) == 0) {
            *out = &sets[i];
            hs_str_dispose(&names);
            return HS_OK;
        }
        hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", sets[i].name);
    }
    st = hs_fail(err, HS_ENOTFOUND, "there is no data set \"%.60s\": choose one of %s", name,
                 names.buf);
    hs_str_dispose(&names);
    return st;
}

enum hs_status hs_dataset_dir(struct hs_str *out, const struct hs_dataset *d, bool make,
                              struct hs_error *err)
{
    struct hs_str cache = HS_STR_INIT;
    enum hs_status st = hs_env_dir(&cache, HS_XDG_CACHE, make, err);

    hs_str_clear(out);
    if (st == HS_OK) {
        hs_str_printf(out, "%s/data/%s", cache.buf, d->name);
        st = make ? hs_path_make_dirs(out->buf, 0700, err) : HS_OK;
    }
    hs_str_dispose(&cache);
    return st;
}

bool hs_dataset_present(const struct hs_dataset *d)
{
    struct hs_str dir = HS_STR_INIT, path = HS_STR_INIT;
    bool all = hs_dataset_dir(&dir, d, false, NULL) == HS_OK;

    for (size_t i = 0; i < HS_DATASET_FILES && all; i++) {
        hs_str_clear(&path);
        hs_path_join(&path, dir.buf, files[i]);
        all = hs_path_exists(path.buf);
    }
    hs_str_dispose(&path);
    hs_str_dispose(&dir);
    return all;
}

/* An idx file of uint8 with this many axes. */
static enum hs_status load_idx(struct hs_tensor *out, struct hs_arena *arena, const char *path,
                               struct hs_error *err)
{
    struct hs_container c = HS_CONTAINER_INIT;
    struct hs_io_limits limits = hs_io_limits_local();
    struct hs_tensor t;
    enum hs_status st = hs_container_open(&c, path, &limits, err);

    if (st == HS_OK && strcmp(c.format, "idx") != 0)
        st = hs_fail(err, HS_EFORMAT, "%s: no idx file: it begins with other bytes than 0 0 8",
                     path);
    if (st == HS_OK)
        st = hs_container_tensor(&t, &c, NULL, err);
    if (st == HS_OK && t.dtype != HS_UINT8)
        st = hs_fail(err, HS_EDTYPE, "%s holds %s, not the uint8 of pictures and labels", path,
                     hs_dtype_name(t.dtype));
    if (st == HS_OK)
        st = hs_tensor_copy(out, arena, &t, err);
    hs_container_dispose(&c);
    return st;
}

static enum hs_status check_labels(const struct hs_tensor *labels, size_t classes, const char *path,
                                   struct hs_error *err)
{
    const uint8_t *label = labels->data;

    for (size_t i = 0; i < hs_tensor_count(labels); i++)
        if (label[i] >= classes)
            return hs_fail(err, HS_ERANGE, "%s: label [%zu] is %d, there are classes 0 to %zu",
                           path, i, label[i], classes - 1);
    return HS_OK;
}

enum hs_status hs_dataset_load_files(struct hs_dataset_split *out, struct hs_arena *arena,
                                     const char *images, const char *labels, size_t classes,
                                     struct hs_error *err)
{
    struct hs_dataset_split s;
    size_t shape[4];
    enum hs_status st;

    if ((st = load_idx(&s.images, arena, images, err)) != HS_OK ||
        (st = load_idx(&s.labels, arena, labels, err)) != HS_OK)
        return st;
    if (s.images.ndim != 3 && s.images.ndim != 4)
        return hs_fail(err, HS_ESHAPE,
                       "%s has %d axes; pictures have 3 (n, rows, columns) or 4 (with channels)",
                       images, s.images.ndim);
    if (s.labels.ndim != 1 || s.labels.shape[0] != s.images.shape[0])
        return hs_fail(err, HS_ESHAPE, "%s has %zu labels for the %zu pictures of %s", labels,
                       hs_tensor_count(&s.labels), s.images.shape[0], images);
    if (s.images.ndim == 3) {
        memcpy(shape, (size_t[]){s.images.shape[0], 1, s.images.shape[1], s.images.shape[2]},
               sizeof shape);
        s.images = hs_tensor_view(s.images.data, HS_UINT8, 4, shape);
    }
    *out = s;
    return check_labels(&s.labels, classes, labels, err);
}

/* "mnist/test" → the set, and 0 or 2, its first file. */
static enum hs_status parse_split(const struct hs_dataset **d, size_t *first, const char *text,
                                  struct hs_error *err)
{
    struct hs_str name = HS_STR_INIT;
    const char *slash = strchr(text, '/');
    enum hs_status st;

    hs_str_add_bytes(&name, text, slash != NULL ? (size_t)(slash - text) : strlen(text));
    st = hs_dataset_find(d, name.buf, err);
    hs_str_dispose(&name);
    if (st != HS_OK)
        return st;
    if (slash == NULL || (strcmp(slash, "/train") != 0 && strcmp(slash, "/test") != 0))
        return hs_fail(err, HS_EINVAL, "\"%.60s\" is no split: say %s/train or %s/test", text,
                       (*d)->name, (*d)->name);
    *first = strcmp(slash, "/test") == 0 ? 2 : 0;
    return HS_OK;
}

enum hs_status hs_dataset_load(struct hs_dataset_split *out, struct hs_arena *arena,
                               const char *name_and_split, struct hs_error *err)
{
    const struct hs_dataset *d;
    struct hs_str dir = HS_STR_INIT, images = HS_STR_INIT, labels = HS_STR_INIT;
    size_t first = 0;
    enum hs_status st = parse_split(&d, &first, name_and_split, err);

    if (st == HS_OK && !hs_dataset_present(d))
        st = hs_fail(err, HS_ENOTFOUND, "%s is not on this machine: halfstep data get %s", d->name,
                     d->name);
    if (st == HS_OK)
        st = hs_dataset_dir(&dir, d, false, err);
    if (st == HS_OK) {
        hs_path_join(&images, dir.buf, files[first]);
        hs_path_join(&labels, dir.buf, files[first + 1]);
        st = hs_dataset_load_files(out, arena, images.buf, labels.buf, d->classes, err);
    }
    hs_str_dispose(&dir);
    hs_str_dispose(&images);
    hs_str_dispose(&labels);
    return st;
}
