/* Submission: what a student handed in, as named bytes in memory: a folder, a zip or tar(.gz), or
 * one file.
 *
 * hs_submission_read() only reads; hs_submission_unpack() is the first to look at the bytes and
 * belongs behind the sandbox's lock. Names are relative to the hand-in; one folder around
 * everything is taken off. Archives inside are files like others and are not opened. Files are
 * opened as containers when a check asks for them. */
#ifndef HS_GRADE_SUBMISSION_H
#define HS_GRADE_SUBMISSION_H

#include "base/sha256.h"
#include "base/vec.h"
#include "io/container.h"

enum hs_opened { HS_UNOPENED, HS_OPENED, HS_UNREADABLE };

struct hs_hand_in_file {
    const char *name;
    struct hs_bytes bytes;
    enum hs_opened state;
    struct hs_container container; /* when HS_OPENED */
    char *why; /* when HS_UNREADABLE: the reader's sentence; owned by the arena */
};

struct hs_submission {
    struct hs_arena arena;
    const char *kind;                     /* "folder", "archive" or "file" */
    HS_VEC(struct hs_hand_in_file) files; /* in byte order of their names */
    HS_VEC(const char *) remarks;         /* what was passed over, for the report */
    struct hs_bytes outer;                /* an archive's own bytes until it is unpacked */
    const char *outer_name;
    char content_hash[HS_SHA256_HEX]; /* over names and bytes; set by hs_submission_unpack */
};

#define HS_SUBMISSION_INIT ((struct hs_submission){.arena = HS_ARENA_INIT})

void hs_submission_dispose(struct hs_submission *s);

/* Bytes of everything at `path`. HS_EIO, HS_ELIMIT. A file in a folder that cannot be read is a
 * remark. */
HS_MUST_USE enum hs_status hs_submission_read(struct hs_submission *s, const char *path,
                                              const struct hs_io_limits *limits,
                                              struct hs_error *err);

/* Unpacks an archive, drops what systems leave behind (__MACOSX, .DS_Store …), takes off one
 * wrapping folder, sorts, hashes. HS_EFORMAT or HS_ELIMIT: the hand-in is malformed; its hash is
 * set even then. */
HS_MUST_USE enum hs_status hs_submission_unpack(struct hs_submission *s,
                                                const struct hs_io_limits *limits,
                                                struct hs_error *err);

/* The file that `pattern` means: the exact name, else the same base name anywhere, else either
 * without regard to case;
 * '*' stands for any run of characters. NULL when there is none, or when several fit equally well
 * (then *several). */
struct hs_hand_in_file *hs_submission_find(struct hs_submission *s, const char *pattern,
                                           bool *several);

/* True when the name fits the pattern ('*' only), byte for byte or without regard to ASCII case. */
bool hs_pattern_fits(const char *pattern, const char *name, bool fold_case);

/* Opens the file as a container, once. NULL when it cannot be read; then file->why says so. */
const struct hs_container *hs_hand_in_open(struct hs_submission *s, struct hs_hand_in_file *file,
                                           const struct hs_io_limits *limits);

/* Text of a file: as it is, or of a notebook the sources of its cells (code cells behind a line "#
 * cell N"). HS_EFORMAT when it is no UTF-8 text or no notebook, HS_ELIMIT past 1 MiB. */
HS_MUST_USE enum hs_status hs_hand_in_text(struct hs_str *out, const struct hs_hand_in_file *file,
                                           const struct hs_io_limits *limits, struct hs_error *err);

#endif
