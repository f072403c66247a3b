#include "io/archive.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <iconv.h>
#include <locale.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/utf8.h"
#include "io/archive_write.h"
#include "io/zip_directory.h"

bool hs_archive_sniff(struct hs_bytes b)
{
    if (b.len >= 4 && (memcmp(b.data, "PK\3\4", 4) == 0 || memcmp(b.data, "PK\5\6", 4) == 0))
        return true;
    if (b.len >= 3 && b.data[0] == 0x1f && b.data[1] == 0x8b)
        return true;
    return b.len >= 262 && memcmp(b.data + 257, "ustar", 5) == 0;
}

void hs_archive_dispose(struct hs_archive *a)
{
    HS_VEC_DISPOSE(&a->members);
    HS_VEC_DISPOSE(&a->remarks);
}

struct reading {
    struct hs_archive *out;
    struct hs_arena *arena;
    const struct hs_io_limits *limits;
    size_t compressed, total, entries;
    struct hs_zip_directory zip; /* of a zip: libarchive visits its entries in this order */
    bool is_zip, no_memory;
};

static void note(struct reading *r, const char *name, const char *what)
{
    struct hs_str shown = HS_STR_INIT;
    char *text;

    hs_text_sanitize(&shown, name, strlen(name), 120, false);
    text = hs_arena_printf(r->arena, "%s: %s", shown.buf, what);
    hs_str_dispose(&shown);
    if (text == NULL || !HS_VEC_PUSH(&r->out->remarks, text))
        r->no_memory = true;
}

/* GB18030 (a superset of GBK, which Chinese Windows writes) to UTF-8; NULL when it is not that
 * either. */
static char *from_gb18030(struct reading *r, const char *name, size_t n)
{
    size_t room = n * 3 + 1, left = room - 1;
    char *out = hs_arena_alloc(r->arena, room, 1), *to = out, *from = (char *)(uintptr_t)name;
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    bool ok;

    r->no_memory = r->no_memory || out == NULL;
    if (cd == (iconv_t)-1 || out == NULL) {
        if (cd != (iconv_t)-1)
            iconv_close(cd);
        return NULL;
    }
    ok = iconv(cd, &from, &n, &to, &left) != (size_t)-1;
    iconv_close(cd);
    *to = '\0';
    return ok ? out : NULL;
}

/* The name as the file has it. libarchive converts by the locale, which a zip's own directory does
 * not need. */
static struct hs_bytes raw_name(const struct reading *r, struct archive_entry *e)
{
    const char *text = archive_entry_pathname(e);

    if (r->is_zip)
        return r->zip.entries.items[r->entries - 1].name;
    if (text == NULL)
        text = archive_entry_pathname_utf8(e);
    return text != NULL ? hs_bytes_of(text) : (struct hs_bytes){NULL, 0};
}

/* The member's name as safe UTF-8 in the arena; NULL with a remark when it may not be used. */
static char *member_name(struct reading *r, struct archive_entry *e)
{
    struct hs_bytes raw = raw_name(r, e);
    char *name = NULL;
    size_t n;

    if (raw.len != 0 && memchr(raw.data, '\0', raw.len) == NULL) {
        if (hs_utf8_valid((const char *)raw.data, raw.len)) {
            name = hs_arena_strndup(r->arena, (const char *)raw.data, raw.len);
            r->no_memory = r->no_memory || name == NULL;
        } else {
            name = from_gb18030(r, (const char *)raw.data, raw.len);
        }
    }
    if (name == NULL) {
        note(r, "(a member)", "has a name that is neither UTF-8 nor GB18030 and was passed over");
        return NULL;
    }
    for (char *p = name; *p != '\0'; p++)
        if (*p == '\\')
            *p = '/';
    while (hs_starts_with(name, "./"))
        name += 2;
    n = strlen(name);
    if (archive_entry_filetype(e) == AE_IFDIR && n > 0 && name[n - 1] == '/')
        name[--n] = '\0';
    if (n == 0 || strcmp(name, ".") == 0)
        return NULL;
    if (!hs_path_is_safe(name, n)) {
        note(r, name, "has a name that leads outside the archive and was refused");
        return NULL;
    }
    return name;
}

static enum hs_status too_much(const struct reading *r, const char *name, struct hs_error *err)
{
    struct hs_str shown = HS_STR_INIT;
    enum hs_status st;

    hs_text_sanitize(&shown, name, strlen(name), 120, false);
    st = hs_fail(err, HS_ELIMIT,
                 "%s: unpacks to more than is allowed (%zu bytes a file, %zu in all, %zu times its "
                 "packed size)",
                 shown.buf, r->limits->file_bytes, r->limits->total_bytes, r->limits->ratio);
    hs_str_dispose(&shown);
    return st;
}

/* All bytes of the current member; sizes in headers are not believed. */
static enum hs_status member_bytes(struct hs_str *out, struct reading *r, struct archive *a,
                                   const char *name, struct hs_error *err)
{
    char buffer[65536];
    la_ssize_t n;

    hs_str_clear(out);
    while ((n = archive_read_data(a, buffer, sizeof buffer)) > 0) {
        r->total += (size_t)n;
        if (out->len + (size_t)n > r->limits->file_bytes || r->total > r->limits->total_bytes ||
            (r->total > (size_t)1 << 20 && r->total / r->limits->ratio > r->compressed))
            return too_much(r, name, err);
        hs_str_add_bytes(out, buffer, (size_t)n);
    }
    if (n < 0)
        return hs_fail(err, HS_EFORMAT, "%s: broken archive member: %s", name,
                       archive_error_string(a) != NULL ? archive_error_string(a) : "unreadable");
    return hs_str_ok(out) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

static enum hs_status keep(struct reading *r, const char *name, const struct hs_str *data,
                           struct hs_error *err)
{
    struct hs_archive_member m = {.name = name, .bytes = {.len = data->len}};
    unsigned char *copy;

    for (size_t i = 0; i < r->out->members.len; i++)
        if (strcmp(r->out->members.items[i].name, name) == 0)
            return hs_fail(err, HS_EFORMAT,
                           "%s: two members have this name; pack the archive again", name);
    if (r->arena->limit != 0) /* what was unpacked may be used as any file's bytes */
        r->arena->limit += 5 * (data->len + 1);
    copy = hs_arena_alloc(r->arena, data->len + 1, 1);
    if (copy == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    memcpy(copy, data->buf, data->len + 1);
    m.bytes.data = copy;
    if (!HS_VEC_PUSH(&r->out->members, m))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    return HS_OK;
}

static enum hs_status one_member(struct reading *r, struct archive *a, struct archive_entry *e,
                                 struct hs_str *buffer, struct hs_error *err)
{
    enum hs_status st;
    char *name;

    if (++r->entries > r->limits->entries)
        return hs_fail(err, HS_ELIMIT, "the archive has more than %zu members", r->limits->entries);
    if (r->is_zip && r->entries > r->zip.entries.len)
        return hs_fail(err, HS_EFORMAT, "broken zip: it has more members than its directory lists");
    if (archive_entry_is_encrypted(e))
        return hs_fail(err, HS_EFORMAT,
                       "the archive is password-protected; hand it in without a password");
    name = member_name(r, e);
    if (r->no_memory)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if (name == NULL || archive_entry_filetype(e) == AE_IFDIR)
        return HS_OK;
    if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e) != NULL) {
        note(r, name, "is a link or a device and was refused");
        return r->no_memory ? hs_fail(err, HS_ENOMEM, "out of memory") : HS_OK;
    }
    st = member_bytes(buffer, r, a, name, err);
    return st == HS_OK ? keep(r, name, buffer, err) : st;
}

static enum hs_status read_members(struct hs_archive *out, struct hs_arena *arena,
                                   struct hs_bytes bytes, const struct hs_io_limits *limits,
                                   struct hs_error *err)
{
    struct reading r = {.out = out, .arena = arena, .limits = limits, .compressed = bytes.len};
    struct archive *a = archive_read_new();
    struct archive_entry *e;
    struct hs_str buffer = HS_STR_INIT;
    enum hs_status st = HS_OK;
    int code = ARCHIVE_OK;

    if (a == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    r.is_zip = bytes.len >= 2 && memcmp(bytes.data, "PK", 2) == 0;
    if (r.is_zip)
        st = hs_zip_directory_read(&r.zip, bytes, limits->entries, err);
    archive_read_support_filter_none(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_format_zip_seekable(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_gnutar(a);
    if (st == HS_OK && archive_read_open_memory(a, bytes.data, bytes.len) != ARCHIVE_OK)
        st =
            hs_fail(err, HS_EFORMAT, "no readable zip, tar or tar.gz: %s", archive_error_string(a));
    while (st == HS_OK && (code = archive_read_next_header(a, &e)) != ARCHIVE_EOF) {
        if (code == ARCHIVE_FATAL || code == ARCHIVE_FAILED || code == ARCHIVE_RETRY)
            st = hs_fail(err, HS_EFORMAT, "broken archive: %s",
                         archive_error_string(a) != NULL ? archive_error_string(a) : "unreadable");
        else
            st = one_member(&r, a, e, &buffer, err);
    }
    if (st == HS_OK && r.is_zip && r.entries != r.zip.entries.len)
        st = hs_fail(err, HS_EFORMAT, "broken zip: it has fewer members than its directory lists");
    hs_zip_directory_dispose(&r.zip);
    hs_str_dispose(&buffer);
    archive_read_free(a);
    return st;
}

/* libarchive converts member names by the thread's locale, and in the C locale it drops those that
 * are not ASCII: what a zip holds must not depend on LANG. */
enum hs_status hs_archive_read(struct hs_archive *out, struct hs_arena *arena,
                               struct hs_bytes bytes, const struct hs_io_limits *limits,
                               struct hs_error *err)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
    enum hs_status st = read_members(out, arena, bytes, limits, err);

    if (utf8 != (locale_t)0) {
        uselocale(before);
        freelocale(utf8);
    }
    return st;
}

static la_ssize_t append(struct archive *a, void *payload, const void *data, size_t n)
{
    struct hs_str *out = payload;

    (void)a;
    hs_str_add_bytes(out, data, n);
    return hs_str_ok(out) ? (la_ssize_t)n : -1;
}

static enum hs_status write_failed(struct archive *a, struct hs_error *err)
{
    return hs_fail(err, HS_ENOMEM, "the archive cannot be written: %s",
                   a != NULL && archive_error_string(a) != NULL ? archive_error_string(a)
                                                                : "out of memory");
}

enum hs_status hs_archive_writer_begin(struct hs_archive_writer *w, struct hs_str *out,
                                       struct hs_error *err)
{
    struct archive *a = archive_write_new();

    w->archive = a;
    w->out = out;
    if (a == NULL || archive_write_set_format_zip(a) != ARCHIVE_OK ||
        archive_write_zip_set_compression_store(a) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
        archive_write_open(a, out, NULL, append, NULL) != ARCHIVE_OK)
        return write_failed(a, err);
    return HS_OK;
}

enum hs_status hs_archive_writer_add(struct hs_archive_writer *w, const char *name,
                                     const void *data, size_t size, struct hs_error *err)
{
    struct archive_entry *e = archive_entry_new();
    bool ok = e != NULL;

    if (ok) {
        archive_entry_set_pathname(e, name);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_size(e, (la_int64_t)size);
        ok = archive_write_header(w->archive, e) == ARCHIVE_OK &&
             archive_write_data(w->archive, data, size) == (la_ssize_t)size;
    }
    archive_entry_free(e);
    return ok ? HS_OK : write_failed(w->archive, err);
}

enum hs_status hs_archive_writer_end(struct hs_archive_writer *w, struct hs_error *err)
{
    return archive_write_close(w->archive) == ARCHIVE_OK ? HS_OK : write_failed(w->archive, err);
}

void hs_archive_writer_dispose(struct hs_archive_writer *w)
{
    if (w->archive != NULL)
        archive_write_free(w->archive);
    *w = HS_ARCHIVE_WRITER_INIT;
}
