/* What the two files of the SQLite store share. No other file includes this. */
#ifndef HS_STORE_SQLITE_DB_H
#define HS_STORE_SQLITE_DB_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store/store.h"

struct hs_sqlite_store {
    struct hs_store store;
    sqlite3 *db;
    pid_t opener; /* a handle is of no use in a forked child (sqlite.org, How To Corrupt, 2.6) */
    char *path;
};

extern const struct hs_store_ops hs_store_sqlite;

void hs_sqlite_close(struct hs_store *store);

/* The status and sentence for a result code of SQLite. */
enum hs_status hs_sqlite_fault(struct hs_sqlite_store *s, int rc, struct hs_error *err);

/* The end of BEGIN IMMEDIATE: COMMIT when rc is SQLITE_OK, else ROLLBACK and the fault. */
enum hs_status hs_sqlite_commit(struct hs_sqlite_store *s, int rc, struct hs_error *err);

#endif
