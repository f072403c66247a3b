#include "io/container.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/utf8.h"
#include "io/pickle_file.h"

#define REPEATED ((size_t)-1) /* hs_entry.n of an entry that is about to go */

#define HS_READER(id) extern const struct hs_reader hs_reader_##id;
#include "io/readers.def"
#undef HS_READER

static const struct hs_reader *const readers[] = {
#define HS_READER(id) &hs_reader_##id,
#include "io/readers.def"
#undef HS_READER
};

const struct hs_reader *const *hs_readers(size_t *count)
{
    *count = HS_COUNTOF(readers);
    return readers;
}

void hs_container_dispose(struct hs_container *c)
{
    HS_VEC_DISPOSE(&c->entries);
    HS_VEC_DISPOSE(&c->opaque);
    HS_VEC_DISPOSE(&c->remarks);
    HS_VEC_DISPOSE(&c->suspicious);
    hs_arena_dispose(&c->arena);
    *c = HS_CONTAINER_INIT;
}

static int by_name_and_place(const void *a, const void *b)
{
    const struct hs_entry *const *x = a, *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);

    return order != 0 ? order : (*x > *y) - (*x < *y);
}

/* A name that is set twice: the last one counts, as in Python. */
static enum hs_status drop_repeated(struct hs_container *c, struct hs_error *err)
{
    size_t n = c->entries.len, kept = 0, dropped = 0;
    struct hs_entry **sorted = hs_alloc(n, sizeof *sorted);

    if (sorted == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        sorted[i] = &c->entries.items[i];
    qsort(sorted, n, sizeof(struct hs_entry *), by_name_and_place);
    for (size_t i = 0; i + 1 < n; i++) {
        if (strcmp(sorted[i]->name, sorted[i + 1]->name) != 0)
            continue;
        sorted[i]->n = REPEATED;
        if (dropped++ == 0 &&
            !hs_container_remark(c, "\"%.200s\" is set twice: the last one counts",
                                 sorted[i]->name)) {
            hs_free(sorted);
            return hs_fail(err, HS_ENOMEM, "out of memory");
        }
    }
    for (size_t i = 0; dropped != 0 && i < n; i++)
        if (c->entries.items[i].n != REPEATED)
            c->entries.items[kept++] = c->entries.items[i];
    if (dropped != 0)
        c->entries.len = kept;
    hs_free(sorted);
    return HS_OK;
}

/* What a file may need while it is read: its own size a few times, and what a million small values
 * take. Contents that repeat each other past that are refused, whatever the format. */
static void set_budget(struct hs_arena *arena, size_t file)
{
    size_t limit;

    if (hs_mul_checked(&limit, file, 5) && hs_add_checked(&limit, limit, (size_t)160 << 20) &&
        hs_add_checked(&limit, limit, arena->used))
        arena->limit = limit;
}

static enum hs_status read_with(const struct hs_reader *reader, struct hs_container *out,
                                struct hs_bytes bytes, const char *name,
                                const struct hs_io_limits *limits, struct hs_error *err)
{
    enum hs_status st;

    set_budget(&out->arena, bytes.len);
    st = reader->read(out, bytes, name, limits, err);
    if (st == HS_OK && out->entries.len > 1)
        st = drop_repeated(out, err);
    if (st == HS_ENOMEM && out->arena.limited) {
        hs_error_clear(err);
        st = hs_fail(err, HS_ELIMIT,
                     "%s: would need more than %zu MiB of memory, though it has %zu bytes; it "
                     "repeats its contents",
                     name, out->arena.limit >> 20, bytes.len);
    }
    out->arena.limit = 0; /* what the caller adds is its own affair */
    return st;
}

enum hs_status hs_container_read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                                 const struct hs_io_limits *limits, struct hs_error *err)
{
    if (bytes.len == 0)
        return hs_fail(err, HS_EFORMAT, "%s: is empty", name);
    for (size_t i = 0; i < HS_COUNTOF(readers); i++)
        if (readers[i]->sniff(bytes, name))
            return read_with(readers[i], out, bytes, name, limits, err);
    return hs_fail(
        err, HS_EFORMAT,
        "%s: no format that is read (npy, npz, PyTorch .pt/.pth, safetensors, pickle, json, csv, "
        "idx, zip, tar.gz)",
        name);
}

enum hs_status hs_container_open(struct hs_container *out, const char *path,
                                 const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_bytes bytes;
    enum hs_status st = hs_file_read(&bytes, &out->arena, path, limits->file_bytes, err);

    return st == HS_OK ? hs_container_read(out, bytes, path, limits, err) : st;
}

const struct hs_entry *hs_container_find(const struct hs_container *c, const char *name)
{
    for (size_t i = 0; i < c->entries.len; i++)
        if (strcmp(c->entries.items[i].name, name) == 0)
            return &c->entries.items[i];
    return NULL;
}

/* "a, b, c and 12 more": the tensors' names. */
static void list_names(struct hs_str *out, const struct hs_container *c)
{
    size_t shown = 0, tensors = 0;

    for (size_t i = 0; i < c->entries.len; i++) {
        if (c->entries.items[i].kind != HS_ENTRY_TENSOR)
            continue;
        tensors++;
        if (shown < 6) {
            hs_str_add(out, shown != 0 ? ", " : "");
            hs_str_add(out, c->entries.items[i].name);
            shown++;
        }
    }
    if (tensors > shown)
        hs_str_printf(out, " and %zu more", tensors - shown);
    if (tensors == 0)
        hs_str_add(out, "(no tensor)");
}

static const struct hs_entry *only_tensor(const struct hs_container *c)
{
    const struct hs_entry *found = NULL;

    for (size_t i = 0; i < c->entries.len; i++)
        if (c->entries.items[i].kind == HS_ENTRY_TENSOR) {
            if (found != NULL)
                return NULL;
            found = &c->entries.items[i];
        }
    return found;
}

enum hs_status hs_container_tensor(struct hs_tensor *out, const struct hs_container *c,
                                   const char *name, struct hs_error *err)
{
    bool any = name == NULL || name[0] == '\0';
    const struct hs_entry *e = any ? only_tensor(c) : hs_container_find(c, name);
    struct hs_str names = HS_STR_INIT;
    enum hs_status st = HS_OK;

    if (any && e != NULL && strcmp(c->format, "pickle") == 0)
        e = NULL; /* a file of Python objects is no tensor, even when it holds just one */
    if (e != NULL && e->kind == HS_ENTRY_TENSOR) {
        *out = e->tensor;
        return HS_OK;
    }
    list_names(&names, c);
    if (e != NULL)
        st = hs_fail(err, HS_EDTYPE, "%s is no tensor; there is %s", name, names.buf);
    else if (any && strcmp(c->format, "pickle") == 0)
        st = hs_fail(err, HS_EDTYPE, "holds Python objects; name one of %s", names.buf);
    else if (any)
        st = hs_fail(err, HS_ENOTFOUND, "holds no single tensor; name one of %s", names.buf);
    else if (names.len == 0)
        st =
            hs_fail(err, HS_ENOTFOUND,
                    "has no entry \"%s\", just one array without a name; leave the name out", name);
    else
        st = hs_fail(err, HS_ENOTFOUND, "has no entry \"%s\"; there is %s", name, names.buf);
    hs_str_dispose(&names);
    return st;
}
