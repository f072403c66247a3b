/* The store in a SQLite file: opening, checking, migrating. The rows are sqlite_rows.c. WAL with synchronous=FULL syncs at
 * each commit, DEFENSIVE and trusted_schema=OFF distrust the file's schema, and a damaged file is set aside, never removed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/vec.h"
#include "store/sqlite_db.h"

enum { APPLICATION_ID = 0x68737473 /* "hsts" */, BUSY_MS = 5000 };

static const struct {
    int version;
    const char *sql;
} migrations[] = {
#define HS_MIGRATION(version, sql) {version, sql},
#include "store/schema.def"
#undef HS_MIGRATION
};

static bool is_corrupt(int rc)
{
    return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

enum hs_status hs_sqlite_fault(struct hs_sqlite_store *s, int rc, struct hs_error *err)
{
    const char *why = s->db != NULL ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);

    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return hs_fail(err, HS_EBUSY, "another halfstep holds %s; wait until it is done, or close it", s->path);
    case SQLITE_NOMEM:
        return hs_fail(err, HS_ENOMEM, "out of memory writing %s", s->path);
    case SQLITE_FULL:
        return hs_fail(err, HS_EIO, "%s: the disk is full; what was saved before is safe", s->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return hs_fail(err, HS_EFORMAT, "%s is damaged: %s", s->path, why);
    default:
        return hs_fail(err, HS_EIO, "%s: %s", s->path, why);
    }
}

void hs_sqlite_close(struct hs_store *store)
{
    struct hs_sqlite_store *s = (struct hs_sqlite_store *)store;

    if (s->opener == getpid())
        sqlite3_close(s->db);
    hs_free(s->path);
    hs_free(s);
}

/* One integer of a query such as a pragma; `otherwise` when there is no row. */
static int64_t scalar(sqlite3 *db, const char *sql, int64_t otherwise, int *rc)
{
    sqlite3_stmt *stmt = NULL;
    int64_t v = otherwise;

    *rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (*rc == SQLITE_OK && (*rc = sqlite3_step(stmt)) == SQLITE_ROW)
        v = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    *rc = *rc == SQLITE_ROW || *rc == SQLITE_DONE ? SQLITE_OK : *rc;
    return v;
}

static bool quick_check(sqlite3 *db, int *rc)
{
    sqlite3_stmt *stmt = NULL;
    bool good = false;

    *rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    if (*rc == SQLITE_OK && (*rc = sqlite3_step(stmt)) == SQLITE_ROW)
        good = strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
    sqlite3_finalize(stmt);
    if (good)
        *rc = SQLITE_OK;
    else if (*rc == SQLITE_ROW)
        *rc = SQLITE_CORRUPT;
    return good;
}

/* The end of BEGIN IMMEDIATE: all of it, or none. */
enum hs_status hs_sqlite_commit(struct hs_sqlite_store *s, int rc, struct hs_error *err)
{
    enum hs_status st;

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return HS_OK;
    st = hs_sqlite_fault(s, rc, err);
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return st;
}

/* Brings the schema up to date in one transaction. */
static enum hs_status migrate(struct hs_sqlite_store *s, struct hs_error *err)
{
    const int newest = migrations[HS_COUNTOF(migrations) - 1].version;
    int rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    int64_t version = 0, id = 0, tables = 0;
    char sql[96];

    if (rc == SQLITE_OK)
        version = scalar(s->db, "PRAGMA user_version", 0, &rc);
    if (rc == SQLITE_OK)
        id = scalar(s->db, "PRAGMA application_id", 0, &rc);
    if (rc == SQLITE_OK)
        tables = scalar(s->db, "SELECT count(*) FROM sqlite_schema", 0, &rc);
    if (rc == SQLITE_OK && id != APPLICATION_ID && tables > 0) {
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        return hs_fail(err, HS_EFORMAT, "%s is another program's database; move it away", s->path);
    }
    if (rc == SQLITE_OK && version > newest) {
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        return hs_fail(err, HS_EVERSION, "%s was written by a newer halfstep (schema %lld, this one knows %d); update halfstep",
                       s->path, (long long)version, newest);
    }
    for (size_t i = 0; i < HS_COUNTOF(migrations) && rc == SQLITE_OK; i++)
        if (migrations[i].version > version)
            rc = sqlite3_exec(s->db, migrations[i].sql, NULL, NULL, NULL);
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID, newest);
    if (rc == SQLITE_OK && version < newest)
        rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return hs_sqlite_commit(s, rc, err);
}

/* Opens and prepares; *corrupt is true when the file is damaged and should be set aside. */
static enum hs_status open_once(struct hs_sqlite_store *s, bool *corrupt, bool *no_wal, struct hs_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX;
    sqlite3_stmt *stmt = NULL;
    int rc;

    *corrupt = *no_wal = false;
    rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(s->db, BUSY_MS);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(s->db, "PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                                 "PRAGMA foreign_keys=ON", NULL, NULL, NULL);
    if (rc == SQLITE_OK && quick_check(s->db, &rc)) {
        rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &stmt, NULL);
        if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            *no_wal = strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") != 0;
            rc = SQLITE_OK;
        }
        sqlite3_finalize(stmt);
    }
    if (rc == SQLITE_OK && *no_wal)
        rc = sqlite3_exec(s->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(s->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
    *corrupt = is_corrupt(rc);
    if (rc != SQLITE_OK)
        return hs_sqlite_fault(s, rc, err);
    return migrate(s, err);
}

/* Renames the file with its -wal and -shm; nothing is ever deleted or written over. */
static enum hs_status set_aside(struct hs_sqlite_store *s, struct hs_arena *arena, const char **aside, struct hs_error *err)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char when[32], *name = NULL;

    hs_clock_format(hs_clock_now(), when, sizeof when);
    for (int i = 0; i < 100; i++) {
        name = hs_arena_printf(arena, i == 0 ? "%s.corrupt-%s" : "%s.corrupt-%s-%d", s->path, when, i);
        if (name == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory opening %s", s->path);
        if (!hs_path_exists(name))
            break;
    }
    for (size_t i = 0; i < HS_COUNTOF(tails); i++) {
        char *from = hs_arena_printf(arena, "%s%s", s->path, tails[i]);
        char *to = hs_arena_printf(arena, "%s%s", name, tails[i]);

        if (from == NULL || to == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory opening %s", s->path);
        if (rename(from, to) != 0 && errno != ENOENT)
            return hs_fail(err, HS_EIO, "%s is damaged and cannot be renamed: %s", s->path, strerror(errno));
    }
    *aside = name;
    return HS_OK;
}

static struct hs_sqlite_store *make(const char *path)
{
    struct hs_sqlite_store *s = hs_alloc_zero(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->store.ops = &hs_store_sqlite;
    s->opener = getpid();
    s->path = hs_strdup(path);
    if (s->path == NULL) {
        hs_free(s);
        return NULL;
    }
    return s;
}

enum hs_status hs_store_open(struct hs_store **out, const char *path, struct hs_arena *arena, const char **remark,
                             struct hs_error *err)
{
    struct hs_sqlite_store *s = make(path);
    struct hs_error why = HS_ERROR_INIT;
    const char *aside = NULL, *said = NULL;
    bool corrupt, no_wal;
    enum hs_status st;

    if (s == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory opening %s", path);
    st = open_once(s, &corrupt, &no_wal, &why);
    if (st != HS_OK && corrupt) {
        sqlite3_close(s->db);
        s->db = NULL;
        hs_error_clear(&why);
        st = set_aside(s, arena, &aside, &why);
        if (st == HS_OK)
            st = open_once(s, &corrupt, &no_wal, &why);
    }
    if (st != HS_OK) {
        hs_sqlite_close(&s->store);
        return hs_fail(err, st, "%s", why.text);
    }
    if (aside != NULL)
        said = hs_arena_printf(arena, "%s was damaged; it is kept as %s and a new one was begun", path, aside);
    else if (no_wal)
        said = hs_arena_printf(arena, "%s is on a file system without shared memory; saving is slower there", path);
    if (remark != NULL)
        *remark = said;
    *out = &s->store;
    return HS_OK;
}

