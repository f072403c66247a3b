/* zip, tar and tar.gz by libarchive, streamed into memory with budgets (ROBUSTNESS 3). Nothing is
 * extracted to disk. */
#ifndef HS_IO_ARCHIVE_H
#define HS_IO_ARCHIVE_H

#include "base/vec.h"
#include "io/file.h"

struct hs_archive_member {
    const char *name;      /* safe relative path, UTF-8 */
    struct hs_bytes bytes; /* borrowed from the arena */
    bool stored;           /* not compressed (zip) */
    size_t offset;
};

struct hs_archive {
    HS_VEC(struct hs_archive_member) members; /* regular files in archive order */
    HS_VEC(const char *) remarks;             /* refused entries and renamed names */
};

/* True for the magic of a zip, tar or gzip file. */
bool hs_archive_sniff(struct hs_bytes bytes);

/* Reads every regular member into the arena. HS_EFORMAT (broken, encrypted, duplicate or dangerous
 * names), HS_ELIMIT (budget). Dispose `out` in any case. */
HS_MUST_USE enum hs_status hs_archive_read(struct hs_archive *out, struct hs_arena *arena,
                                           struct hs_bytes bytes, const struct hs_io_limits *limits,
                                           struct hs_error *err);
void hs_archive_dispose(struct hs_archive *a);

#endif
