#include "io/file.h"

struct hs_io_limits hs_io_limits_default(void)
{
    return (struct hs_io_limits){
        .file_bytes = (size_t)64 << 20,
        .total_bytes = (size_t)256 << 20,
        .ratio = 200,
        .entries = 1000,
        .json_bytes = (size_t)8 << 20,
        .csv_cells = 1000000,
        .pickle_opcodes = 1000000,
        .pickle_memo = 100000,
        .depth = 64,
        .pickle_depth = 256,
    };
}

struct hs_io_limits hs_io_limits_local(void)
{
    struct hs_io_limits limits = hs_io_limits_default();

    limits.file_bytes = limits.total_bytes = (size_t)1 << 30;
    return limits;
}
