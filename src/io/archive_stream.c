#include "io/archive_stream.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/str.h"

static enum hs_status broken(struct archive *a, const char *path, struct hs_error *err)
{
    return hs_fail(err, HS_EFORMAT, "%s: no readable archive: %s", path,
                   archive_error_string(a) != NULL ? archive_error_string(a) : "unknown format");
}

/* The rest of the entry that is open. */
static enum hs_status read_entry(struct hs_str *out, struct archive *a, const char *path,
                                 size_t limit, struct hs_error *err)
{
    char buffer[1 << 16];
    la_ssize_t n;

    hs_str_clear(out);
    while ((n = archive_read_data(a, buffer, sizeof buffer)) > 0) {
        if (out->len + (size_t)n > limit)
            return hs_fail(err, HS_ELIMIT, "%s: a member is larger than %zu MiB", path,
                           limit >> 20);
        hs_str_add_bytes(out, buffer, (size_t)n);
    }
    if (n < 0)
        return broken(a, path, err);
    return hs_str_ok(out) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory for %s", path);
}

static enum hs_status read_all(struct archive *a, const char *path, int depth,
                               const struct hs_archive_stream *s, struct hs_error *err);

/* An archive inside: the tar of a Debian package, or one compressed file (`raw`). */
static enum hs_status read_inner(struct hs_bytes bytes, bool raw, const char *name, int depth,
                                 const struct hs_archive_stream *s, struct hs_error *err)
{
    struct archive *a = archive_read_new();
    struct archive_entry *e;
    struct hs_str plain = HS_STR_INIT;
    enum hs_status st = HS_OK;

    if (a == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    archive_read_support_filter_all(a);
    if (raw)
        archive_read_support_format_raw(a);
    else
        archive_read_support_format_tar(a);
    if (archive_read_open_memory(a, bytes.data, bytes.len) != ARCHIVE_OK)
        st = broken(a, name, err);
    else if (!raw)
        st = read_all(a, name, depth + 1, s, err);
    else if (archive_read_next_header(a, &e) != ARCHIVE_OK)
        st = broken(a, name, err);
    else
        st = read_entry(&plain, a, name, s->limit, err);
    if (raw && st == HS_OK)
        st = s->member(s->payload, name,
                       (struct hs_bytes){(const unsigned char *)plain.buf, plain.len}, err);
    hs_str_dispose(&plain);
    archive_read_free(a);
    return st;
}

static enum hs_status one_entry(struct archive *a, struct archive_entry *e, const char *path,
                                int depth, struct hs_str *buffer, const struct hs_archive_stream *s,
                                struct hs_error *err)
{
    const char *name = archive_entry_pathname(e);
    bool inner = depth == 0 && name != NULL && hs_starts_with(name, "data.tar");
    struct hs_bytes bytes;
    enum hs_status st;

    if (name == NULL || archive_entry_filetype(e) != AE_IFREG ||
        !(inner || s->wanted(s->payload, name)))
        return HS_OK;
    st = read_entry(buffer, a, path, s->limit, err);
    if (st != HS_OK)
        return st;
    bytes = (struct hs_bytes){(const unsigned char *)buffer->buf, buffer->len};
    if (inner || hs_ends_with(name, ".gz"))
        return read_inner(bytes, !inner, name, depth, s, err);
    return s->member(s->payload, name, bytes, err);
}

static enum hs_status read_all(struct archive *a, const char *path, int depth,
                               const struct hs_archive_stream *s, struct hs_error *err)
{
    struct hs_str buffer = HS_STR_INIT;
    struct archive_entry *e;
    enum hs_status st = HS_OK;
    int code = ARCHIVE_OK;

    while (st == HS_OK && (code = archive_read_next_header(a, &e)) != ARCHIVE_EOF) {
        st = code < ARCHIVE_WARN ? broken(a, path, err)
                                 : one_entry(a, e, path, depth, &buffer, s, err);
        if (s->progress != NULL && depth == 0)
            s->progress(s->payload, (uint64_t)archive_filter_bytes(a, -1));
    }
    hs_str_dispose(&buffer);
    return st;
}

enum hs_status hs_archive_stream_file(const char *path, const struct hs_archive_stream *s,
                                      struct hs_error *err)
{
    struct archive *a = archive_read_new();
    enum hs_status st;

    if (a == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    archive_read_support_filter_all(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_zip(a);
    archive_read_support_format_ar(a);
    st = archive_read_open_filename(a, path, 1 << 16) == ARCHIVE_OK ? read_all(a, path, 0, s, err)
                                                                    : broken(a, path, err);
    archive_read_free(a);
    return st;
}
