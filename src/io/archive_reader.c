/* zip, tar and tar.gz as containers: an .npz, a PyTorch file, or an archive whose readable members
 * are joined as "member/name". */
#include <string.h>

#include "base/path.h"
#include "io/archive.h"
#include "io/npy.h"
#include "io/pickle_file.h"
#include "io/torch.h"

static bool sniff(struct hs_bytes b, const char *name)
{
    (void)name;
    return hs_archive_sniff(b);
}

static bool is_npz(const struct hs_archive *a)
{
    size_t arrays = 0;

    for (size_t i = 0; i < a->members.len; i++)
        arrays += hs_ends_with(a->members.items[i].name, ".npy") &&
                  hs_npy_sniff(a->members.items[i].bytes);
    return a->members.len != 0 && arrays == a->members.len;
}

static enum hs_status no_memory(struct hs_error *err)
{
    return hs_fail(err, HS_ENOMEM, "out of memory");
}

/* An array of Python objects inside an .npz: its entries under the member's name. */
static enum hs_status read_objects(struct hs_container *out, const char *name,
                                   struct hs_bytes objects, const struct hs_io_limits *limits,
                                   struct hs_error *err)
{
    struct hs_pickle p = {.container = out, .limits = limits, .source = name, .err = err};
    size_t first = out->entries.len;
    enum hs_status st = hs_pickle_file(&p, objects);

    for (size_t i = first; st == HS_OK && i < out->entries.len; i++) {
        struct hs_entry *e = &out->entries.items[i];

        e->name =
            hs_arena_printf(&out->arena, e->name[0] != '\0' ? "%s.%s" : "%s%s", name, e->name);
        if (e->name == NULL)
            st = no_memory(err);
    }
    return st;
}

static enum hs_status read_npz(struct hs_container *out, const struct hs_archive *a,
                               const struct hs_io_limits *limits, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    out->format = "npz";
    for (size_t i = 0; st == HS_OK && i < a->members.len; i++) {
        const struct hs_archive_member *m = &a->members.items[i];
        struct hs_entry e = {.kind = HS_ENTRY_TENSOR, .axis = -1};
        struct hs_bytes objects;

        e.name = hs_arena_strndup(&out->arena, m->name, strlen(m->name) - strlen(".npy"));
        if (e.name == NULL)
            return no_memory(err);
        st = hs_npy_read(&e.tensor, &objects, NULL, &out->arena, m->bytes, m->name, err);
        if (st == HS_OK && e.tensor.data == NULL)
            st = read_objects(out, e.name, objects, limits, err);
        else if (st == HS_OK && !HS_VEC_PUSH(&out->entries, e))
            st = no_memory(err);
    }
    return st;
}

static enum hs_status read_archive(struct hs_container *out, struct hs_bytes bytes,
                                   const char *name, const struct hs_io_limits *limits, bool inside,
                                   struct hs_error *err);

static bool is_npz_or_torch(const char *name)
{
    return hs_ends_with(name, ".npz") || hs_ends_with(name, ".pt") || hs_ends_with(name, ".pth");
}

/* By the reader that knows the bytes; *read says whether there was one. */
static enum hs_status read_member(struct hs_container *out, const struct hs_archive_member *m,
                                  const struct hs_io_limits *limits, bool *read,
                                  struct hs_error *err)
{
    size_t count;
    const struct hs_reader *const *readers = hs_readers(&count);

    *read = true;
    if (hs_archive_sniff(m->bytes))
        return read_archive(out, m->bytes, m->name, limits, true, err);
    for (size_t i = 0; i < count; i++)
        if (m->bytes.len != 0 && readers[i]->sniff(m->bytes, m->name))
            return readers[i]->read(out, m->bytes, m->name, limits, err);
    *read = false;
    return HS_OK;
}

/* The entries of one member, under its name. A member of a format that is not read is passed over;
 * a broken one is a remark. */
static enum hs_status join_member(struct hs_container *out, const struct hs_archive_member *m,
                                  const struct hs_io_limits *limits, struct hs_error *err)
{
    size_t first = out->entries.len;
    struct hs_error inner = HS_ERROR_INIT;
    const char *format = out->format;
    enum hs_status st;
    bool read;

    if (hs_archive_sniff(m->bytes) && !is_npz_or_torch(m->name))
        return hs_container_remark(out, "%s: an archive inside an archive is not opened", m->name)
                   ? HS_OK
                   : no_memory(err);
    st = read_member(out, m, limits, &read, &inner);
    out->format = format;
    if (st == HS_ENOMEM)
        return no_memory(err);
    if (st != HS_OK) {
        out->entries.len = first;
        return hs_container_remark(out, "%s", inner.text) ? HS_OK : no_memory(err);
    }
    for (size_t j = first; j < out->entries.len; j++) {
        struct hs_entry *e = &out->entries.items[j];

        e->name =
            hs_arena_printf(&out->arena, e->name[0] != '\0' ? "%s/%s" : "%s%s", m->name, e->name);
        if (e->name == NULL)
            return no_memory(err);
    }
    return HS_OK;
}

/* Members of a plain zip or tar. Bytes that were unpacked already count against what is inside
 * them. */
static enum hs_status join_members(struct hs_container *out, const struct hs_archive *a,
                                   const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_io_limits left = *limits;
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < a->members.len; i++)
        left.total_bytes -= a->members.items[i].bytes.len < left.total_bytes
                                ? a->members.items[i].bytes.len
                                : left.total_bytes;
    for (size_t i = 0; st == HS_OK && i < a->members.len; i++)
        st = join_member(out, &a->members.items[i], &left, err);
    return st;
}

/* `inside` another archive only an .npz and a PyTorch file are opened: zips in zips end there. */
static enum hs_status read_archive(struct hs_container *out, struct hs_bytes bytes,
                                   const char *name, const struct hs_io_limits *limits, bool inside,
                                   struct hs_error *err)
{
    struct hs_archive a = {0};
    const struct hs_archive_member *pickle;
    enum hs_status st = hs_archive_read(&a, &out->arena, bytes, limits, err);

    if (st != HS_OK)
        hs_error_prefix(err, "%s", name);
    for (size_t i = 0; st == HS_OK && i < a.remarks.len; i++)
        if (!hs_container_remark(out, "%s", a.remarks.items[i]))
            st = no_memory(err);
    pickle = hs_torch_member(&a);
    out->format = bytes.data[0] == 'P' ? "zip" : "tar";
    if (st == HS_OK && pickle != NULL)
        st = hs_torch_read(out, &a, pickle, name, limits, err);
    else if (st == HS_OK && is_npz(&a))
        st = read_npz(out, &a, limits, err);
    else if (st == HS_OK && inside)
        st = hs_container_remark(out, "%s: an archive inside an archive is not opened", name)
                 ? HS_OK
                 : no_memory(err);
    else if (st == HS_OK)
        st = join_members(out, &a, limits, err);
    hs_archive_dispose(&a);
    return st;
}

static enum hs_status read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    return read_archive(out, bytes, name, limits, false, err);
}

const struct hs_reader hs_reader_archive = {
    .id = "archive",
    .help = ".npz, PyTorch .pt/.pth, or a zip or tar.gz of readable files",
    .sniff = sniff,
    .read = read};
