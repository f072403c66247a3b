/* A zip archive written into memory: members stored, without times, so that equal contents give
 * equal bytes. */
#ifndef HS_IO_ARCHIVE_WRITE_H
#define HS_IO_ARCHIVE_WRITE_H

#include "base/str.h"

struct hs_archive_writer {
    void *archive;      /* libarchive's */
    struct hs_str *out; /* borrowed */
};

#define HS_ARCHIVE_WRITER_INIT ((struct hs_archive_writer){.archive = NULL})

/* Appends to `out` until the end is written. */
HS_MUST_USE enum hs_status hs_archive_writer_begin(struct hs_archive_writer *w, struct hs_str *out,
                                                   struct hs_error *err);
HS_MUST_USE enum hs_status hs_archive_writer_add(struct hs_archive_writer *w, const char *name,
                                                 const void *data, size_t size,
                                                 struct hs_error *err);
HS_MUST_USE enum hs_status hs_archive_writer_end(struct hs_archive_writer *w, struct hs_error *err);
void hs_archive_writer_dispose(struct hs_archive_writer *w);

#endif
