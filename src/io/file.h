/* Files of strangers and files of ours.
 *
 * Reading (ROBUSTNESS 1): regular files only, never a symlink below the root, never blocking on a
 * FIFO, at most `limit` bytes whatever stat says, no mmap. Writing: to a temporary name in the same
 * folder, fsync, rename, fsync of the folder: a failed write leaves the old file. */
#ifndef HS_IO_FILE_H
#define HS_IO_FILE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* Limits of reading; every one can be raised by an option of the command line. */
struct hs_io_limits {
    size_t file_bytes;     /* one file, 64 MiB */
    size_t total_bytes;    /* all members of one submission, 256 MiB uncompressed */
    size_t ratio;          /* uncompressed : compressed once past 1 MiB, 200 */
    size_t entries;        /* members of an archive, 1,000 */
    size_t json_bytes;     /* 8 MiB */
    size_t csv_cells;      /* 1,000,000 */
    size_t pickle_opcodes; /* 1,000,000 */
    size_t pickle_memo;    /* 100,000 */
    int depth;             /* nesting of JSON (64); pickles 256 */
    int pickle_depth;
};

/* The defaults above. A file that the user names on the command line may have file_bytes = 1 GiB
 * (hs_io_limits_local). */
struct hs_io_limits hs_io_limits_default(void);
struct hs_io_limits hs_io_limits_local(void);

/* Whole file into the arena. HS_EIO (missing, a folder, a device, unreadable), HS_ELIMIT (too
 * large). The sentence names the path. */
HS_MUST_USE enum hs_status hs_file_read(struct hs_bytes *out, struct hs_arena *arena,
                                        const char *path, size_t limit, struct hs_error *err);

/* The same for `name` below the folder `root`, by the rules for strangers: no symlink, no "..". */
HS_MUST_USE enum hs_status hs_file_read_below(struct hs_bytes *out, struct hs_arena *arena,
                                              const char *root, const char *name, size_t limit,
                                              struct hs_error *err);

/* Removes the temporary file of a hs_file_write() that is under way, if there is one. Safe in a
 * signal handler that then ends the program. */
void hs_file_abandon(void);

/* Atomic replacement of a file. */
HS_MUST_USE enum hs_status hs_file_write(const char *path, const void *data, size_t size,
                                         struct hs_error *err);

/* Regular files below a folder, relative names in byte order, by the walking rules of
 * ROBUSTNESS 1.6 (depth 16, 2,000 entries, no symlinks, __MACOSX and the like left out). `remark`
 * (may be NULL) hears of everything passed over. */
HS_MUST_USE enum hs_status hs_file_walk(const char *root, const struct hs_io_limits *limits,
                                        bool (*visit)(void *payload, const char *name, size_t size),
                                        void (*remark)(void *payload, const char *sentence),
                                        void *payload, struct hs_error *err);

#endif
