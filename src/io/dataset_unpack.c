/* From a package to the four idx files of a data set. They are made in memory, checked, then
 * written: what lies in the cache under its name is whole and right. */
#include "io/dataset.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "io/archive_stream.h"
#include "io/json.h"
#include "io/png.h"

enum { TYPE_UINT8 = 8 };

struct unpacking {
    const struct hs_dataset *d;
    const char *package;
    struct hs_arena arena;
    unsigned char *file[HS_DATASET_FILES];
    size_t size[HS_DATASET_FILES]; /* of the whole file */
    size_t filled[HS_DATASET_FILES];
    void (*progress)(void *payload, uint64_t bytes);
    void *payload;
};

static size_t image_bytes(const struct hs_dataset *d)
{
    return d->channels * d->rows * d->columns;
}

/* Header bytes of file i: 4 and 4 an axis. */
static size_t header(const struct hs_dataset *d, size_t i)
{
    return i % 2 == 1 ? 8 : d->channels == 1 ? 16 : 20;
}

static void put_big_endian(unsigned char *to, size_t v)
{
    for (int i = 3; i >= 0; i--, v >>= 8)
        to[i] = (unsigned char)(v & 0xff);
}

/* The file with its header and room for its elements. */
static enum hs_status start_file(struct unpacking *u, size_t i, struct hs_error *err)
{
    const struct hs_dataset *d = u->d;
    size_t n = i < 2 ? d->train : d->test, shape[4] = {n, d->rows, d->columns, 0};
    size_t axes = header(d, i) / 4 - 1;
    unsigned char *to;

    if (u->file[i] != NULL)
        return HS_OK;
    u->size[i] = header(d, i) + n * (i % 2 == 1 ? 1 : image_bytes(d));
    u->file[i] = to = hs_arena_alloc_zero(&u->arena, u->size[i], 1);
    if (to == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %s of %s (%zu MiB)", hs_dataset_file(i),
                       d->name, u->size[i] >> 20);
    if (axes == 4) {
        shape[1] = d->channels;
        shape[2] = d->rows;
        shape[3] = d->columns;
    }
    to[2] = TYPE_UINT8;
    to[3] = (unsigned char)axes;
    for (size_t a = 0; a < axes; a++)
        put_big_endian(to + 4 + 4 * a, shape[a]);
    return HS_OK;
}

/* Room for `bytes` at byte `at` behind the header; NULL when the package holds more than it should.
 */
static unsigned char *room(struct unpacking *u, size_t i, size_t at, size_t bytes, const char *name,
                           struct hs_error *err)
{
    size_t from = header(u->d, i) + at;

    if (from > u->size[i] || bytes > u->size[i] - from) {
        (void)!hs_fail(err, HS_EFORMAT, "%s: %s holds more images than %s has", u->package, name,
                       u->d->name);
        return NULL;
    }
    u->filled[i] += bytes;
    return u->file[i] + from;
}

static enum hs_status copy(struct unpacking *u, const struct hs_dataset_member *m, const char *name,
                           struct hs_bytes b, struct hs_error *err)
{
    if (b.len != u->size[m->file])
        return hs_fail(err, HS_EFORMAT, "%s: %s has %zu bytes, it should have %zu", u->package,
                       name, b.len, u->size[m->file]);
    memcpy(u->file[m->file], b.data, b.len);
    u->filled[m->file] = b.len - header(u->d, m->file);
    return HS_OK;
}

/* A picture whose rows are images: pixel p of the row, channels side by side. */
static enum hs_status sheet(struct unpacking *u, const struct hs_dataset_member *m,
                            const char *name, struct hs_bytes b, struct hs_error *err)
{
    const struct hs_dataset *d = u->d;
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_io_limits limits = hs_io_limits_local();
    size_t pixels = d->rows * d->columns;
    struct hs_tensor t;
    enum hs_status st = hs_png_read(&t, &scratch, b, name, &limits, err);
    unsigned char *to = NULL;

    if (st == HS_OK && (t.shape[1] != pixels || t.shape[2] != d->channels))
        st = hs_fail(err, HS_EFORMAT,
                     "%s: %s is %zu pixels wide with %zu channels, not %zu with %zu", u->package,
                     name, t.shape[1], t.shape[2], pixels, d->channels);
    if (st == HS_OK && (to = room(u, m->file, m->first * image_bytes(d),
                                  t.shape[0] * image_bytes(d), name, err)) == NULL)
        st = HS_EFORMAT;
    for (size_t i = 0; st == HS_OK && i < t.shape[0]; i++) {
        const unsigned char *from = (const unsigned char *)t.data + i * image_bytes(d);

        for (size_t c = 0; c < d->channels; c++)
            for (size_t p = 0; p < pixels; p++)
                to[(i * d->channels + c) * pixels + p] = from[p * d->channels + c];
    }
    hs_arena_dispose(&scratch);
    return st;
}

static enum hs_status json_labels(struct unpacking *u, const struct hs_dataset_member *m,
                                  const char *name, struct hs_bytes b, struct hs_error *err)
{
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_io_limits limits = hs_io_limits_local();
    struct hs_value v;
    enum hs_status st = hs_json_read(&v, &scratch, b, name, &limits, err);
    unsigned char *to = NULL;

    if (st == HS_OK && (to = room(u, m->file, m->first, hs_value_len(&v), name, err)) == NULL)
        st = HS_EFORMAT;
    for (size_t i = 0; st == HS_OK && i < hs_value_len(&v); i++) {
        const struct hs_value *label = hs_value_at(&v, i);

        if (label->kind != HS_INTEGER || label->as.integer < 0 ||
            label->as.integer >= (int64_t)u->d->classes)
            st = hs_fail(err, HS_EFORMAT, "%s: %s: label [%zu] is none of 0 to %zu", u->package,
                         name, i, u->d->classes - 1);
        else
            to[i] = (unsigned char)label->as.integer;
    }
    hs_arena_dispose(&scratch);
    return st;
}

static enum hs_status records(struct unpacking *u, const struct hs_dataset_member *m,
                              const char *name, struct hs_bytes b, struct hs_error *err)
{
    size_t image = image_bytes(u->d), n = b.len / (image + 1);
    unsigned char *pixels, *labels;
    enum hs_status st = start_file(u, m->file + 1, err);

    if (st != HS_OK)
        return st;
    if (b.len % (image + 1) != 0)
        return hs_fail(err, HS_EFORMAT, "%s: %s ends inside an image", u->package, name);
    if ((pixels = room(u, m->file, m->first * image, n * image, name, err)) == NULL ||
        (labels = room(u, m->file + 1, m->first, n, name, err)) == NULL)
        return HS_EFORMAT;
    for (size_t i = 0; i < n; i++) {
        labels[i] = b.data[i * (image + 1)];
        memcpy(pixels + i * image, b.data + i * (image + 1) + 1, image);
    }
    return HS_OK;
}

static const struct hs_dataset_member *find(const struct hs_dataset *d, const char *name)
{
    for (size_t i = 0; i < d->n_members; i++)
        if (hs_ends_with(name, d->members[i].suffix))
            return &d->members[i];
    return NULL;
}

static bool wanted(void *payload, const char *name)
{
    const struct unpacking *u = payload;

    return find(u->d, name) != NULL;
}

static enum hs_status member(void *payload, const char *name, struct hs_bytes bytes,
                             struct hs_error *err)
{
    static enum hs_status (*const kinds[])(struct unpacking *, const struct hs_dataset_member *,
                                           const char *, struct hs_bytes,
                                           struct hs_error *) = {copy, sheet, json_labels, records};
    struct unpacking *u = payload;
    const struct hs_dataset_member *m = find(u->d, name);
    enum hs_status st = m != NULL ? start_file(u, m->file, err) : HS_OK;

    return st == HS_OK && m != NULL ? kinds[m->kind](u, m, name, bytes, err) : st;
}

static void progress(void *payload, uint64_t bytes)
{
    const struct unpacking *u = payload;

    if (u->progress != NULL)
        u->progress(u->payload, bytes);
}

/* All four are whole and have their sha256. */
static enum hs_status check(const struct unpacking *u, struct hs_error *err)
{
    for (size_t i = 0; i < HS_DATASET_FILES; i++) {
        char hex[HS_SHA256_HEX];

        if (u->file[i] == NULL || u->filled[i] != u->size[i] - header(u->d, i))
            return hs_fail(err, HS_EFORMAT, "%s does not hold all of %s: %s of %s is not whole",
                           u->package, u->d->name, hs_dataset_file(i), u->d->name);
        hs_sha256_of(u->file[i], u->size[i], hex);
        if (strcmp(hex, u->d->sha256[i]) != 0)
            return hs_fail(err, HS_EFORMAT,
                           "%s is not the %s that halfstep knows: sha256 of %s is %s, not %s",
                           u->package, u->d->name, hs_dataset_file(i), hex, u->d->sha256[i]);
    }
    return HS_OK;
}

static enum hs_status write_files(const struct unpacking *u, struct hs_error *err)
{
    struct hs_str dir = HS_STR_INIT, path = HS_STR_INIT;
    enum hs_status st = hs_dataset_dir(&dir, u->d, true, err);

    for (size_t i = 0; st == HS_OK && i < HS_DATASET_FILES; i++) {
        hs_str_clear(&path);
        hs_path_join(&path, dir.buf, hs_dataset_file(i));
        st = hs_file_write(path.buf, u->file[i], u->size[i], err);
    }
    hs_str_dispose(&path);
    hs_str_dispose(&dir);
    return st;
}

enum hs_status hs_dataset_unpack(const struct hs_dataset *d, const char *package,
                                 void (*hear)(void *payload, uint64_t bytes), void *payload,
                                 struct hs_error *err)
{
    struct unpacking u = {
        .d = d, .package = package, .arena = HS_ARENA_INIT, .progress = hear, .payload = payload};
    struct hs_archive_stream s = {.wanted = wanted,
                                  .member = member,
                                  .progress = progress,
                                  .payload = &u,
                                  .limit = (size_t)1 << 30};
    enum hs_status st = hs_archive_stream_file(package, &s, err);

    if (st == HS_OK)
        st = check(&u, err);
    if (st == HS_OK)
        st = write_files(&u, err);
    hs_arena_dispose(&u.arena);
    return st;
}
