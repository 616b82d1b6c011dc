#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

enum { BUSY_MS = 10000, PROGRESS_STEPS = 20000 };

static enum db_status status_of(struct db_conn *conn, int code)
{
    sqlite3 *handle = conn->handle;
    if (code == SQLITE_OK)
        return DB_OK;
    if (code == SQLITE_ROW)
        return DB_ROW;
    if (code == SQLITE_DONE)
        return DB_DONE;
    db_note(conn, sqlite3_errmsg(handle));
    switch (sqlite3_extended_errcode(handle)) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
        return DB_UNIQUE;
    default:
        break;
    }
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
        return DB_CONSTRAINT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return DB_AGAIN;
    case SQLITE_INTERRUPT:
        return DB_TIMEOUT;
    case SQLITE_FULL:
        return DB_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return DB_READ_ONLY;
    default:
        return DB_BROKEN;
    }
}

static int past_deadline(void *state)
{
    const struct db_conn *conn = state;
    return conn->deadline_at_ms && db_clock_ms() > conn->deadline_at_ms;
}

static bool sqlite_connect(struct db_conn *conn, const char *address, bool read_only)
{
    const char *vfs = strstr(address, "?vfs=");
    char *path = vfs ? strndup(address, (size_t)(vfs - address)) : strdup(address);
    sqlite3 *handle = NULL;
    int flags = (read_only ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                SQLITE_OPEN_NOMUTEX;
    int code = path ? sqlite3_open_v2(path, &handle, flags, vfs ? vfs + 5 : NULL) : SQLITE_NOMEM;
    free(path);
    conn->handle = handle;
    if (code != SQLITE_OK) {
        db_note(conn, handle ? sqlite3_errmsg(handle) : "out of memory");
        return false;
    }
    sqlite3_busy_timeout(handle, BUSY_MS);
    sqlite3_progress_handler(handle, PROGRESS_STEPS, past_deadline, conn);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 64 << 20);
    static const char common[] = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                                 "PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY;";
    static const char writer[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
    if (sqlite3_exec(handle, common, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(handle, read_only ? "PRAGMA query_only = ON" : writer, NULL, NULL, NULL) !=
            SQLITE_OK) {
        db_note(conn, sqlite3_errmsg(handle));
        return false;
    }
    return true;
}

static void sqlite_disconnect(struct db_conn *conn)
{
    sqlite3_close_v2(conn->handle);
    conn->handle = NULL;
}

static bool sqlite_alive(struct db_conn *conn)
{
    return conn->handle != NULL;
}

static bool sqlite_in_transaction(const struct db_conn *conn)
{
    return !sqlite3_get_autocommit(conn->handle);
}

static enum db_status sqlite_run(struct db_conn *conn, const char *script)
{
    return status_of(conn, sqlite3_exec(conn->handle, script, NULL, NULL, NULL));
}

static enum db_status sqlite_prepare(struct db_conn *conn, struct db_statement *statement,
                                     const struct db_value *values)
{
    (void)values;
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v3(conn->handle, statement->compiled, -1, SQLITE_PREPARE_PERSISTENT,
                                  &handle, NULL);
    statement->handle = handle;
    return status_of(conn, code);
}

static void sqlite_forget(struct db_conn *conn, struct db_statement *statement)
{
    (void)conn;
    sqlite3_finalize(statement->handle);
}

static int bind(sqlite3_stmt *statement, int at, const struct db_value *value)
{
    if (value->null)
        return sqlite3_bind_null(statement, at);
    switch (value->type) {
    case DB_INT:
    case DB_BOOL:
        return sqlite3_bind_int64(statement, at, value->integer);
    case DB_REAL:
        return sqlite3_bind_double(statement, at, value->real);
    case DB_TEXT:
        break;
    }
    /* The text outlives the statement's run: it is the request's, or the program's. */
    return sqlite3_bind_text64(statement, at, value->text.data, value->text.length, SQLITE_STATIC,
                               SQLITE_UTF8);
}

static enum db_status sqlite_start(struct db_conn *conn, struct db_statement *statement,
                                   const struct db_value *values, int *columns)
{
    for (int i = 0; i < statement->name_count; i++) {
        int code = bind(statement->handle, i + 1, &values[i]);
        if (code != SQLITE_OK)
            return status_of(conn, code);
    }
    *columns = sqlite3_column_count(statement->handle);
    return DB_OK;
}

static enum db_status sqlite_step(struct db_conn *conn, struct db_statement *statement)
{
    return status_of(conn, sqlite3_step(statement->handle));
}

static const char *sqlite_name(struct db_statement *statement, int column)
{
    return sqlite3_column_name(statement->handle, column);
}

static void sqlite_column(struct db_statement *statement, int column, struct db_value *value)
{
    sqlite3_stmt *handle = statement->handle;
    value->null = sqlite3_column_type(handle, column) == SQLITE_NULL;
    switch (value->type) {
    case DB_INT:
        value->integer = sqlite3_column_int64(handle, column);
        return;
    case DB_BOOL:
        value->integer = sqlite3_column_int64(handle, column) != 0;
        return;
    case DB_REAL:
        value->real = sqlite3_column_double(handle, column);
        return;
    case DB_TEXT:
        break;
    }
    const unsigned char *text = sqlite3_column_text(handle, column);
    value->text = (struct str){(const char *)text, (size_t)sqlite3_column_bytes(handle, column)};
}

static void sqlite_finish(struct db_statement *statement)
{
    sqlite3_reset(statement->handle);
}

const struct db_driver db_sqlite = {
    .name = "sqlite",
    .tokens = {"INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER", "REAL", "INTEGER", "TEXT", "STRICT"},
    .parameter = '?',
    .explain = "EXPLAIN QUERY PLAN ",
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .alive = sqlite_alive,
    .in_transaction = sqlite_in_transaction,
    .run = sqlite_run,
    .prepare = sqlite_prepare,
    .forget = sqlite_forget,
    .start = sqlite_start,
    .step = sqlite_step,
    .column_name = sqlite_name,
    .column = sqlite_column,
    .finish = sqlite_finish,
    .begin_read = "BEGIN",
    .begin_write = "BEGIN IMMEDIATE",
};
