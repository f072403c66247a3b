#include "io/zip_directory.h"

#include <stdlib.h>
#include <string.h>

enum {
    END = 22, /* bytes of the end record without its comment */
    COMMENT = 65535,
    LOCATOR = 20, /* of zip64, right in front of the end record */
    END64 = 56,
    CENTRAL = 46,
    LOCAL = 30,
    ENCRYPTED = 1,
    STORED = 0,
    DEFLATED = 8
};

struct directory {
    struct hs_bytes file;
    uint64_t at, size, count; /* of the central directory, at already moved by `shift` */
    uint64_t shift;           /* bytes in front of the zip: offsets count from behind them */
};

static enum hs_status broken(struct hs_error *err, const char *what)
{
    return hs_fail(err, HS_EFORMAT, "broken zip: %s", what);
}

/* n bytes at `at`, or NULL. */
static const unsigned char *look(struct hs_bytes b, uint64_t at, size_t n)
{
    return at <= b.len && n <= b.len - (size_t)at ? b.data + at : NULL;
}

static bool is(const unsigned char *p, const char *signature)
{
    return p != NULL && memcmp(p, signature, 4) == 0;
}

/* Where the end record stands: the last one whose comment fits the file. */
static bool find_end(struct hs_bytes b, size_t *at)
{
    size_t least = b.len > END + COMMENT ? b.len - END - COMMENT : 0;

    if (b.len < END)
        return false;
    for (size_t i = b.len - END + 1; i-- > least;)
        if (is(b.data + i, "PK\5\6") && hs_read_le(b.data + i + 20, 2) <= b.len - END - i) {
            *at = i;
            return true;
        }
    return false;
}

static enum hs_status find_directory(struct directory *d, struct hs_error *err)
{
    const unsigned char *p, *locator;
    uint64_t behind; /* where the directory must end */
    size_t end;

    if (!find_end(d->file, &end))
        return hs_fail(err, HS_EFORMAT, "truncated: the zip has no directory at its end");
    p = d->file.data + end;
    d->count = hs_read_le(p + 10, 2);
    d->size = hs_read_le(p + 12, 4);
    d->at = hs_read_le(p + 16, 4);
    behind = end;
    locator = end >= LOCATOR ? look(d->file, end - LOCATOR, LOCATOR) : NULL;
    if (is(locator, "PK\6\7")) {
        behind = hs_read_le(locator + 8, 8);
        p = look(d->file, behind, END64);
        if (!is(p, "PK\6\6"))
            return broken(err, "its zip64 record is missing");
        d->count = hs_read_le(p + 32, 8);
        d->size = hs_read_le(p + 40, 8);
        d->at = hs_read_le(p + 48, 8);
    }
    if (d->size > behind || d->at > behind - d->size)
        return broken(err, "its directory lies outside the file");
    d->shift = behind - d->size - d->at;
    d->at += d->shift;
    return HS_OK;
}

/* Sizes and offset past 32 bits stand in the extra field 1, in this order, each only where the
 * short one is all ones. */
static bool widen(struct hs_zip_entry *e, uint64_t size, const unsigned char *extra, size_t n)
{
    while (n >= 4) {
        size_t id = (size_t)hs_read_le(extra, 2), length = (size_t)hs_read_le(extra + 2, 2), at = 4;
        uint64_t *fields[] = {&size, &e->packed, &e->offset};

        if (length > n - 4)
            return false;
        for (size_t i = 0; id == 1 && i < 3; i++)
            if (*fields[i] == UINT32_MAX) {
                if (at + 8 > length + 4)
                    return false;
                *fields[i] = hs_read_le(extra + at, 8);
                at += 8;
            }
        extra += 4 + length;
        n -= 4 + length;
    }
    return true;
}

/* One record at *at, which moves behind it. */
static enum hs_status read_entry(struct hs_zip_entry *e, const struct directory *d, uint64_t *at,
                                 struct hs_error *err)
{
    const unsigned char *p = look(d->file, *at, CENTRAL);
    size_t name, extra, comment;
    uint64_t method;

    if (!is(p, "PK\1\2"))
        return broken(err, "its directory has fewer members than it says");
    name = (size_t)hs_read_le(p + 28, 2);
    extra = (size_t)hs_read_le(p + 30, 2);
    comment = (size_t)hs_read_le(p + 32, 2);
    if (look(d->file, *at + CENTRAL, name + extra + comment) == NULL)
        return broken(err, "its directory is cut off");
    if (hs_read_le(p + 8, 2) & ENCRYPTED)
        return hs_fail(err, HS_EFORMAT,
                       "the archive is password-protected; hand it in without a password");
    method = hs_read_le(p + 10, 2);
    if (method != STORED && method != DEFLATED)
        return hs_fail(err, HS_EFORMAT,
                       "the zip uses compression method %d; store or deflate its members",
                       (int)method);
    *e = (struct hs_zip_entry){.name = {p + CENTRAL, name},
                               .offset = hs_read_le(p + 42, 4),
                               .packed = hs_read_le(p + 20, 4)};
    if (!widen(e, hs_read_le(p + 24, 4), p + CENTRAL + name, extra))
        return broken(err, "a zip64 field is cut off");
    if (e->offset > d->at || e->offset + d->shift > d->at)
        return broken(err, "a member lies outside the file");
    e->offset += d->shift;
    *at += CENTRAL + name + extra + comment;
    return HS_OK;
}

static int by_offset(const void *a, const void *b)
{
    uint64_t x = ((const struct hs_zip_entry *)a)->offset,
             y = ((const struct hs_zip_entry *)b)->offset;

    return (x > y) - (x < y);
}

/* Each member has a header of its own with the same name, and ends before the next one begins. */
static enum hs_status check_members(const struct hs_zip_directory *out, const struct directory *d,
                                    struct hs_error *err)
{
    for (size_t i = 0; i < out->entries.len; i++) {
        const struct hs_zip_entry *e = &out->entries.items[i];
        const unsigned char *p = look(d->file, e->offset, LOCAL), *name;
        uint64_t next = i + 1 < out->entries.len ? e[1].offset : d->at, head;

        if (!is(p, "PK\3\4"))
            return broken(err, "a member has no header");
        head = LOCAL + hs_read_le(p + 26, 2) + hs_read_le(p + 28, 2);
        if (next < e->offset || head > next - e->offset || e->packed > next - e->offset - head)
            return broken(err, "members overlap");
        name = look(d->file, e->offset + LOCAL, e->name.len);
        if (hs_read_le(p + 26, 2) != e->name.len || name == NULL ||
            memcmp(name, e->name.data, e->name.len) != 0)
            return broken(err, "a member has two names");
    }
    return HS_OK;
}

enum hs_status hs_zip_directory_read(struct hs_zip_directory *out, struct hs_bytes bytes,
                                     size_t most, struct hs_error *err)
{
    struct directory d = {.file = bytes};
    enum hs_status st = find_directory(&d, err);
    uint64_t at = d.at;

    if (st == HS_OK && d.count > most)
        st = hs_fail(err, HS_ELIMIT, "the archive has more than %zu members", most);
    for (uint64_t i = 0; st == HS_OK && i < d.count; i++) {
        struct hs_zip_entry e;

        st = read_entry(&e, &d, &at, err);
        if (st == HS_OK && !HS_VEC_PUSH(&out->entries, e))
            st = hs_fail(err, HS_ENOMEM, "out of memory");
    }
    if (st == HS_OK && at != d.at + d.size)
        st = broken(err, "its directory has more members than it says");
    if (st == HS_OK && out->entries.len > 1)
        qsort(out->entries.items, out->entries.len, sizeof *out->entries.items, by_offset);
    return st == HS_OK ? check_members(out, &d, err) : st;
}

void hs_zip_directory_dispose(struct hs_zip_directory *d)
{
    HS_VEC_DISPOSE(&d->entries);
}
