/* A download client at work: npm, apt-get or curl, run in a folder, watched while a file grows,
 * asked afterwards what it said. */
#ifndef HS_CLI_DATA_CLIENT_H
#define HS_CLI_DATA_CLIENT_H

#include "base/str.h"
#include "cli/progress.h"

struct hs_data_client {
    const char *log; /* borrowed: the file that takes what the program says */
    struct hs_progress *progress;
    bool interrupted;
};

/* Runs argv (ending with NULL) in folder `dir` until it ends; *code is its exit status. The
 * progress hears the size of the file `grows` (NULL: zero). HS_ENOTFOUND: there is no such program;
 * HS_EIO: it cannot be started, or Ctrl-C was pressed (cli/interrupt.h), which ends it and sets
 * `interrupted`. */
HS_MUST_USE enum hs_status hs_data_client_run(struct hs_data_client *c, int *code,
                                              const char *const *argv, const char *dir,
                                              const char *grows, struct hs_error *err);

/* The last line of its log with a word in it, cut short; "it said nothing". */
void hs_data_client_words(const struct hs_data_client *c, char *out, size_t size);

/* The last line of its log that is an http address, or begins with one in quotes (apt-get). False
 * when there is none. */
bool hs_data_client_address(const struct hs_data_client *c, struct hs_str *out);

/* Bytes of a file; 0 when there is none. */
uint64_t hs_data_size(const char *path);

#endif
