#include "cli/limits.h"

#include "base/mem.h"

enum hs_status hs_limit_args_apply(struct hs_io_limits *out, const struct hs_limit_args *given,
                                   struct hs_error *err)
{
    struct hs_io_limits limits = hs_io_limits_local();
    const struct {
        const char *name;
        int64_t value;
        size_t *field;
    } pairs[] = {{"file", given->file_bytes, &limits.file_bytes},
                 {"total", given->total_bytes, &limits.total_bytes},
                 {"ratio", given->ratio, &limits.ratio},
                 {"entries", given->entries, &limits.entries},
                 {"json", given->json_bytes, &limits.json_bytes},
                 {"cells", given->csv_cells, &limits.csv_cells},
                 {"opcodes", given->opcodes, &limits.pickle_opcodes}};

    for (size_t i = 0; i < HS_COUNTOF(pairs); i++) {
        if (pairs[i].value == HS_LIMIT_NONE)
            continue;
        if (pairs[i].value < 1)
            return hs_fail(err, HS_EINVAL, "--limit-%s is 1 or more", pairs[i].name);
        *pairs[i].field = (size_t)pairs[i].value;
    }
    *out = limits;
    return HS_OK;
}
