/* The rows of the SQLite store: one statement each, bound parameters only. */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "store/sqlite_db.h"

static struct hs_sqlite_store *own(struct hs_store *store, enum hs_status *st, struct hs_error *err)
{
    struct hs_sqlite_store *s = (struct hs_sqlite_store *)store;

    *st = s->opener == getpid() ? HS_OK
                                : hs_fail(err, HS_EINVAL, "%s was opened before a fork; open it again", s->path);
    return s;
}

/* Statements: bound parameters only. `kinds` has one letter a parameter, t text, i integer, r real; the values follow. */
static int bind(sqlite3_stmt *stmt, const char *kinds, va_list args)
{
    int rc = SQLITE_OK;

    for (int i = 1; *kinds != '\0' && rc == SQLITE_OK; kinds++, i++)
        switch (*kinds) {
        case 't':
            rc = sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
            break;
        case 'i':
            rc = sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
            break;
        default:
            rc = sqlite3_bind_double(stmt, i, va_arg(args, double));
        }
    return rc;
}

static int prepare(struct hs_sqlite_store *s, sqlite3_stmt **stmt, const char *sql, const char *kinds, ...)
{
    va_list args;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, stmt, NULL);

    if (rc == SQLITE_OK) {
        va_start(args, kinds);
        rc = bind(*stmt, kinds, args);
        va_end(args);
    }
    return rc;
}

/* Runs a prepared statement that gives no rows, and ends it. Alone it is a transaction of its own. */
static int finish(sqlite3_stmt *stmt, int rc)
{
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static const char *column(sqlite3_stmt *stmt, int i, struct hs_arena *arena, bool *failed)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    char *copy = hs_arena_strdup(arena, text != NULL ? text : "");

    *failed |= copy == NULL;
    return copy;
}

/* The end of a query: SQLITE_ROW and SQLITE_DONE are well. */
static enum hs_status end_query(struct hs_sqlite_store *s, sqlite3_stmt *stmt, int rc, bool no_memory, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        st = hs_sqlite_fault(s, rc, err);
    else if (no_memory)
        st = hs_fail(err, HS_ENOMEM, "out of memory reading %s", s->path);
    sqlite3_finalize(stmt);
    return st;
}

/* Moves collected rows into the caller's arena. */
static enum hs_status give_rows(struct hs_arena *arena, void *items, size_t len, size_t size, void **out, size_t *n,
                                enum hs_status st, struct hs_error *err)
{
    void *kept = st == HS_OK ? hs_arena_alloc(arena, len, size) : NULL;

    if (st == HS_OK && kept == NULL)
        st = hs_fail(err, HS_ENOMEM, "out of memory reading the store");
    if (st == HS_OK) {
        if (len > 0)
            memcpy(kept, items, len * size);
        *out = kept;
        *n = len;
    }
    hs_free(items);
    return st;
}

static enum hs_status lesson_put(struct hs_store *store, const struct hs_store_lesson *row, struct hs_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "INSERT OR REPLACE INTO lesson VALUES(?,?,?,?,?,?,?,?,?,?,?)", "ttiiiiiiiii", row->lesson, row->step,
                 row->seed, row->points, row->maximum, row->done, row->skipped, row->hints, row->questions, row->steps_done,
                 row->updated);
    rc = finish(stmt, rc);
    return rc == SQLITE_OK ? HS_OK : hs_sqlite_fault(s, rc, err);
}

static enum hs_status question_put(struct hs_store *store, const struct hs_store_question *row,
                                   const struct hs_store_attempt *attempt, struct hs_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return hs_sqlite_fault(s, rc, err);
    rc = prepare(s, &stmt, "INSERT OR REPLACE INTO question VALUES(?,?,?,?,?,?,?,?,?,?,?)", "ttttiiitttt", row->lesson,
                 row->question, row->status, row->draft, row->attempts, row->hints, row->points, row->verdict,
                 row->misconception, row->message, row->understood);
    rc = finish(stmt, rc);
    if (rc == SQLITE_OK && attempt != NULL) {
        rc = prepare(s, &stmt, "INSERT INTO attempt(lesson,question,number,raw,verdict,misconception,at) VALUES(?,?,?,?,?,?,?)",
                     "ttittti", attempt->lesson, attempt->question, attempt->number, attempt->raw, attempt->verdict,
                     attempt->misconception, attempt->at);
        rc = finish(stmt, rc);
    }
    return hs_sqlite_commit(s, rc, err);
}

static enum hs_status control_put(struct hs_store *store, const struct hs_store_control *row, struct hs_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "INSERT OR REPLACE INTO control VALUES(?,?,?,?)", "tttr", row->lesson, row->cell, row->control,
                 row->value);
    rc = finish(stmt, rc);
    return rc == SQLITE_OK ? HS_OK : hs_sqlite_fault(s, rc, err);
}

static enum hs_status lesson_forget(struct hs_store *store, const char *lesson, struct hs_error *err)
{
    static const char *const sql[] = {"DELETE FROM lesson WHERE lesson=?", "DELETE FROM question WHERE lesson=?",
                                      "DELETE FROM control WHERE lesson=?", "DELETE FROM attempt WHERE lesson=?"};
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (size_t i = 0; i < HS_COUNTOF(sql) && rc == SQLITE_OK; i++) {
        sqlite3_stmt *stmt = NULL;

        rc = prepare(s, &stmt, sql[i], "t", lesson);
        rc = finish(stmt, rc);
    }
    return hs_sqlite_commit(s, rc, err);
}

static enum hs_status lesson_find(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                  struct hs_store_lesson *out, bool *found, struct hs_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool failed = false;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "SELECT * FROM lesson WHERE lesson=?", "t", lesson);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    *found = rc == SQLITE_ROW;
    if (*found)
        *out = (struct hs_store_lesson){
            .lesson = column(stmt, 0, arena, &failed), .step = column(stmt, 1, arena, &failed),
            .seed = sqlite3_column_int64(stmt, 2), .points = sqlite3_column_int64(stmt, 3),
            .maximum = sqlite3_column_int64(stmt, 4), .done = sqlite3_column_int64(stmt, 5),
            .skipped = sqlite3_column_int64(stmt, 6), .hints = sqlite3_column_int64(stmt, 7),
            .questions = sqlite3_column_int64(stmt, 8), .steps_done = sqlite3_column_int64(stmt, 9),
            .updated = sqlite3_column_int64(stmt, 10)};
    return end_query(s, stmt, rc, failed, err);
}

static enum hs_status question_find(struct hs_store *store, struct hs_arena *arena, const char *lesson, const char *question,
                                    struct hs_store_question *out, bool *found, struct hs_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool failed = false;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "SELECT * FROM question WHERE lesson=? AND question=?", "tt", lesson, question);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    *found = rc == SQLITE_ROW;
    if (*found)
        *out = (struct hs_store_question){
            .lesson = column(stmt, 0, arena, &failed), .question = column(stmt, 1, arena, &failed),
            .status = column(stmt, 2, arena, &failed), .draft = column(stmt, 3, arena, &failed),
            .attempts = sqlite3_column_int64(stmt, 4), .hints = sqlite3_column_int64(stmt, 5),
            .points = sqlite3_column_int64(stmt, 6), .verdict = column(stmt, 7, arena, &failed),
            .misconception = column(stmt, 8, arena, &failed), .message = column(stmt, 9, arena, &failed),
            .understood = column(stmt, 10, arena, &failed)};
    return end_query(s, stmt, rc, failed, err);
}

static enum hs_status attempts(struct hs_store *store, struct hs_arena *arena, const char *lesson, const char *question,
                               struct hs_store_attempt **out, size_t *n, struct hs_error *err)
{
    HS_VEC(struct hs_store_attempt) rows = {0};
    sqlite3_stmt *stmt = NULL;
    bool failed = false;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "SELECT number,raw,verdict,misconception,at FROM attempt WHERE lesson=? AND question=? ORDER BY id",
                 "tt", lesson, question);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct hs_store_attempt row = {lesson, question, sqlite3_column_int64(stmt, 0), column(stmt, 1, arena, &failed),
                                       column(stmt, 2, arena, &failed), column(stmt, 3, arena, &failed),
                                       sqlite3_column_int64(stmt, 4)};

        if (!HS_VEC_PUSH(&rows, row))
            failed = true;
        rc = SQLITE_OK;
    }
    st = end_query(s, stmt, rc, failed, err);
    return give_rows(arena, rows.items, rows.len, sizeof *rows.items, (void **)out, n, st, err);
}

static enum hs_status controls(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                               struct hs_store_control **out, size_t *n, struct hs_error *err)
{
    HS_VEC(struct hs_store_control) rows = {0};
    sqlite3_stmt *stmt = NULL;
    bool failed = false;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "SELECT cell,control,value FROM control WHERE lesson=? ORDER BY cell,control", "t", lesson);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct hs_store_control row = {lesson, column(stmt, 0, arena, &failed), column(stmt, 1, arena, &failed),
                                       sqlite3_column_double(stmt, 2)};

        if (!HS_VEC_PUSH(&rows, row))
            failed = true;
        rc = SQLITE_OK;
    }
    st = end_query(s, stmt, rc, failed, err);
    return give_rows(arena, rows.items, rows.len, sizeof *rows.items, (void **)out, n, st, err);
}

static enum hs_status grade_put(struct hs_store *store, const struct hs_store_grade *row, struct hs_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "INSERT OR REPLACE INTO grade VALUES(?,?,?,?,?,?,?)", "tttttti", row->run, row->assignment,
                 row->submission, row->content_sha256, row->grader_sha256, row->report, row->at);
    rc = finish(stmt, rc);
    return rc == SQLITE_OK ? HS_OK : hs_sqlite_fault(s, rc, err);
}

static enum hs_status grade_find(struct hs_store *store, struct hs_arena *arena, const struct hs_store_grade *key,
                                 struct hs_store_grade *out, bool *found, struct hs_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool failed = false;
    enum hs_status st;
    struct hs_sqlite_store *s = own(store, &st, err);
    int rc;

    if (st != HS_OK)
        return st;
    rc = prepare(s, &stmt, "SELECT run_id,report,at FROM grade WHERE assignment=? AND submission_id=? AND content_sha256=?"
                           " AND grader_sha256=?", "tttt", key->assignment, key->submission, key->content_sha256,
                 key->grader_sha256);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    *found = rc == SQLITE_ROW;
    if (*found)
        *out = (struct hs_store_grade){key->assignment, key->submission, key->content_sha256, key->grader_sha256,
                                       column(stmt, 0, arena, &failed), column(stmt, 1, arena, &failed),
                                       sqlite3_column_int64(stmt, 2)};
    return end_query(s, stmt, rc, failed, err);
}

const struct hs_store_ops hs_store_sqlite = {"sqlite", hs_sqlite_close, lesson_put, question_put, control_put, lesson_forget,
                                             lesson_find, question_find, attempts, controls, grade_put, grade_find};
