/* --limit-…: the limits of reading a file, for every command that reads one (ROBUSTNESS: no limit
 * is silent, each can be raised). */
#ifndef HS_CLI_LIMITS_H
#define HS_CLI_LIMITS_H

#include "cli/opt.h"
#include "io/file.h"

struct hs_limit_args {
    int64_t file_bytes, total_bytes, ratio, entries, json_bytes, csv_cells, opcodes;
};

/* Nothing given. */
#define HS_LIMIT_NONE INT64_MIN
#define HS_LIMIT_ARGS_INIT                                                              \
    ((struct hs_limit_args){HS_LIMIT_NONE, HS_LIMIT_NONE, HS_LIMIT_NONE, HS_LIMIT_NONE, \
                            HS_LIMIT_NONE, HS_LIMIT_NONE, HS_LIMIT_NONE})

/* Rows of an option table, for the field `limits` (a struct hs_limit_args) at `offset`. */
#define HS_LIMIT_ROW(name, argument, help, offset, field)    \
    {                                                        \
        "limit-" name, 0, HS_OPT_INT, argument, help,        \
            (offset) + offsetof(struct hs_limit_args, field) \
    }
#define HS_LIMIT_ROWS(offset)                                                                 \
    HS_LIMIT_ROW("file", "BYTES", "largest file or member (1 GiB)", offset, file_bytes),      \
        HS_LIMIT_ROW("total", "BYTES", "most bytes unpacked (1 GiB)", offset, total_bytes),   \
        HS_LIMIT_ROW("ratio", "N", "most bytes unpacked from one (200)", offset, ratio),      \
        HS_LIMIT_ROW("entries", "N", "most members of an archive (1000)", offset, entries),   \
        HS_LIMIT_ROW("json", "BYTES", "largest JSON text (8 MiB)", offset, json_bytes),       \
        HS_LIMIT_ROW("cells", "N", "most cells of a CSV table (1000000)", offset, csv_cells), \
        HS_LIMIT_ROW("opcodes", "N", "longest pickle (1000000)", offset, opcodes)

/* hs_io_limits_local() with what was given. HS_EINVAL for one below 1. */
HS_MUST_USE enum hs_status hs_limit_args_apply(struct hs_io_limits *out,
                                               const struct hs_limit_args *given,
                                               struct hs_error *err);

#endif
