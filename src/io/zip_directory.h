/* The central directory of a zip (APPNOTE 6.3, zip64 included), read beside libarchive for what it
 * does not promise: the names as bytes whatever the locale, and members that neither overlap nor
 * call themselves differently in their own headers (ROBUSTNESS 3.5, 3.7). */
#ifndef HS_IO_ZIP_DIRECTORY_H
#define HS_IO_ZIP_DIRECTORY_H

#include "base/bytes.h"
#include "base/status.h"
#include "base/vec.h"

struct hs_zip_entry {
    struct hs_bytes name; /* borrowed from the file */
    uint64_t offset;      /* of the local header */
    uint64_t packed;      /* bytes that the directory claims */
};

struct hs_zip_directory {
    HS_VEC(struct hs_zip_entry) entries; /* by offset, as libarchive visits them */
};

/* HS_EFORMAT (cut off, inconsistent, encrypted, overlapping), HS_ELIMIT (more than `most` entries),
 * HS_ENOMEM. Dispose `out` in any case. */
HS_MUST_USE enum hs_status hs_zip_directory_read(struct hs_zip_directory *out,
                                                 struct hs_bytes bytes, size_t most,
                                                 struct hs_error *err);
void hs_zip_directory_dispose(struct hs_zip_directory *d);

#endif
