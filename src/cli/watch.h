/* Commands whose steps are single calls: which step is under way, and what Ctrl-C leaves behind.
 *
 * The line of cli/progress.h is drawn on standard error only when that is a terminal and the work
 * takes longer than half a second: a timer draws it, so that no kernel has to stop for it. Begin
 * also makes SIGINT, SIGTERM and SIGHUP leave nothing half-written: the temporary file of
 * hs_file_write() is removed and the program ends with 130 (SIGINT) or 128 + the signal. One at a
 * time. */
#ifndef HS_CLI_WATCH_H
#define HS_CLI_WATCH_H

#include "cli/cli.h"

void hs_watch_begin(struct hs_cli *cli);

/* `done` of `total` steps are behind us; now `doing` ("quantizing") the file `name`. */
void hs_watch_step(size_t done, size_t total, const char *doing, const char *name);

/* Takes the bar away until the next step: something is about to be printed. */
void hs_watch_pause(void);

/* Takes the bar away and gives the signals back. Safe without a begin. */
void hs_watch_end(void);

#endif
