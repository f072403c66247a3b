/* Another program, started for us: the download clients. */
#ifndef HS_BASE_PROCESS_H
#define HS_BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"

struct hs_process {
    pid_t pid;
};

/* Starts argv[0] (found along PATH; argv ends with NULL) in folder `dir`. Its standard input is
 * empty; its output and errors go to the file `log` (made anew). HS_ENOTFOUND: there is no such
 * program; HS_EIO. */
HS_MUST_USE enum hs_status hs_process_start(struct hs_process *out, const char *const *argv,
                                            const char *dir, const char *log, struct hs_error *err);

/* True when it has ended; *code is its exit status, 128 + signal when a signal ended it. Does not
 * wait. */
bool hs_process_ended(struct hs_process *p, int *code);

/* Asks it to end and waits until it has. Does nothing when it has ended. */
void hs_process_stop(struct hs_process *p);

#endif
