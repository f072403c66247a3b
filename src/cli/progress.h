/* One line of progress on a terminal: a bar, what is done, an estimate of what is left. It is drawn
 * only where standard error is a terminal and the work has taken half a second, at most ten times a
 * second, and is wiped at the end. */
#ifndef HS_CLI_PROGRESS_H
#define HS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum hs_progress_unit { HS_PROGRESS_ITEMS, HS_PROGRESS_BYTES };

struct hs_progress {
    FILE *out;
    const char *label; /* borrowed: "fetching mnist" */
    enum hs_progress_unit unit;
    uint64_t total; /* 0: unknown; then only the time is shown */
    uint64_t began_ns, drawn_ns;
    bool terminal, shown;
};

void hs_progress_begin(struct hs_progress *p, FILE *out, const char *label,
                       enum hs_progress_unit unit, uint64_t total);
void hs_progress_step(struct hs_progress *p, uint64_t done);
void hs_progress_end(struct hs_progress *p);

#endif
