/* Archives that we fetched ourselves, read from disk member by member: zip, tar (also .gz and .xz)
 * and Debian packages (the tar inside). For archives of strangers see archive.h. */
#ifndef HS_IO_ARCHIVE_STREAM_H
#define HS_IO_ARCHIVE_STREAM_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

struct hs_archive_stream {
    /* Is this member wanted? Others are passed over. */
    bool (*wanted)(void *payload, const char *name);
    /* One wanted member; `bytes` live until the call returns. Members whose name ends in .gz come
     * uncompressed. Anything but HS_OK ends the reading with it. */
    enum hs_status (*member)(void *payload, const char *name, struct hs_bytes bytes,
                             struct hs_error *err);
    /* May be NULL: bytes of the archive read so far. */
    void (*progress)(void *payload, uint64_t bytes);
    void *payload;
    size_t limit; /* of one member, uncompressed */
};

/* HS_EIO when it cannot be read, HS_EFORMAT when it is broken or no archive, HS_ELIMIT. */
HS_MUST_USE enum hs_status
hs_archive_stream_file(const char *path, const struct hs_archive_stream *s, struct hs_error *err);

#endif
