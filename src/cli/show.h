/* What `halfstep show` says of one entry, worked out once for the table and for JSON. Internal to
 * cli/cmd_show.c and cli/show_json.c. */
#ifndef HS_CLI_SHOW_H
#define HS_CLI_SHOW_H

#include "io/container.h"
#include "tensor/stats.h"

struct hs_shown {
    const struct hs_entry *entry;
    struct hs_stats codes; /* of the stored elements (tensors) */
    bool has_range;        /* there is a finite element: min, max and mean mean something */
    double min, max, mean; /* of the values: dequantized when the tensor is quantized */
    bool has_value;        /* a number, or the only element of a tensor */
    double value;
};

/* HS_ENOMEM never: nothing is allocated. */
void hs_show_measure(struct hs_shown *out, const struct hs_entry *e);

/* "halfstep.show/1" (CONTRACTS 4). Appends one line. `only` (may be NULL) is the one entry wanted.
 */
HS_MUST_USE enum hs_status hs_show_json(struct hs_str *out, const struct hs_container *c,
                                        const char *file, bool all, const struct hs_entry *only,
                                        struct hs_error *err);

#endif
