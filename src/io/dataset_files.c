/* Two idx files as pictures and labels. Everything that can be wrong with them gets a sentence with
 * the file, what was found and what was expected; the caller knows the remedy. */
#include "io/dataset.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { MAGIC = 4, MOST_AXES = 4 };

/* How a file begins: "1f 8b 08 00". */
static void first_bytes(char out[3 * MAGIC + 1], struct hs_bytes b)
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < MAGIC && i < b.len; i++)
        n += (size_t)snprintf(out + n, 4, "%s%02x", i > 0 ? " " : "", b.data[i]);
}

/* 0 0 8 and the number of axes. */
static enum hs_status check_magic(struct hs_bytes b, const char *path, const char *what, int least,
                                  int most, struct hs_error *err)
{
    static const unsigned char uint8_array[] = {0, 0, 8};
    char found[3 * MAGIC + 1], or_more[16] = "";
    bool gzip = b.len > 1 && b.data[0] == 0x1f && b.data[1] == 0x8b;

    if (b.len >= MAGIC && memcmp(b.data, uint8_array, sizeof uint8_array) == 0 &&
        b.data[3] >= least && b.data[3] <= most)
        return HS_OK;
    first_bytes(found, b);
    if (most > least)
        snprintf(or_more, sizeof or_more, " or 0%d", most);
    if (b.len < MAGIC)
        return hs_fail(err, HS_EFORMAT,
                       "%s has %zu bytes; an idx file of %s begins with 00 00 08 0%d%s", path,
                       b.len, what, least, or_more);
    return hs_fail(err, HS_EFORMAT,
                   "%s begins with %s%s; an idx file of %s begins with 00 00 08 0%d%s", path, found,
                   gzip ? " (it is compressed: gunzip it)" : "", what, least, or_more);
}

/* Reads the file into the arena; the tensor points into it. */
static enum hs_status load_idx(struct hs_tensor *out, struct hs_arena *arena, const char *path,
                               const char *what, int least, int most, struct hs_error *err)
{
    struct hs_bytes b;
    size_t shape[MOST_AXES], count, header;
    enum hs_status st = hs_file_read(&b, arena, path, hs_io_limits_local().file_bytes, err);
    int ndim;

    if (st == HS_OK)
        st = check_magic(b, path, what, least, most, err);
    if (st != HS_OK)
        return st;
    ndim = b.data[3];
    header = MAGIC + 4 * (size_t)ndim;
    if (b.len < header)
        return hs_fail(err, HS_EFORMAT, "%s ends inside its header: it has %zu bytes of %zu", path,
                       b.len, header);
    for (int i = 0; i < ndim; i++) {
        const unsigned char *p = b.data + MAGIC + 4 * i;

        shape[i] = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    }
    if (!hs_shape_count(&count, ndim, shape))
        count = SIZE_MAX;
    if (count != b.len - header)
        return hs_fail(err, HS_EFORMAT,
                       "%s has %zu bytes behind its header, which tells of %zu %s and wants %zu "
                       "bytes: the file is %s",
                       path, b.len - header, shape[0], what, count,
                       count < b.len - header ? "too long" : "cut short");
    *out = hs_tensor_view((void *)(uintptr_t)(b.data + header), HS_UINT8, ndim, shape);
    return HS_OK;
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
    const size_t *shape;
    enum hs_status st;

    if ((st = load_idx(&s.images, arena, images, "pictures", 3, 4, err)) != HS_OK ||
        (st = load_idx(&s.labels, arena, labels, "labels", 1, 1, err)) != HS_OK)
        return st;
    shape = s.images.shape;
    if (hs_tensor_count(&s.images) == 0)
        return hs_fail(err, HS_ESHAPE, "%s holds no picture", images);
    if (s.labels.shape[0] != shape[0])
        return hs_fail(err, HS_ESHAPE,
                       "%s has %zu labels for the %zu pictures of %s; the files of one split have "
                       "as many",
                       labels, s.labels.shape[0], shape[0], images);
    if (s.images.ndim == 3)
        s.images = hs_tensor_view(s.images.data, HS_UINT8, 4,
                                  (const size_t[]){shape[0], 1, shape[1], shape[2]});
    if ((st = check_labels(&s.labels, classes, labels, err)) == HS_OK)
        *out = s;
    return st;
}
