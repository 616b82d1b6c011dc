#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"
#include "db/sqlite_memory.h"

enum { BUSY_MS = 10000, PROGRESS_STEPS = 20000, WAL_MAX = 64 << 20 };

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
    case SQLITE_CONSTRAINT_ROWID:
        return DB_UNIQUE;
    case SQLITE_CONSTRAINT_DATATYPE: /* PostgreSQL, too, calls that a mistake */
        return DB_BROKEN;
    case SQLITE_IOERR_SHMSIZE: /* the index of the log could not grow */
        return DB_FULL;
    default:
        break;
    }
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
        return DB_CONSTRAINT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
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

static bool refuse(struct db_conn *conn, const char *why)
{
    snprintf(conn->message, sizeof(conn->message), "%s: %s", conn->address, why);
    return false;
}

static int note_mode(void *state, int count, char **values, char **names)
{
    (void)names;
    bool *is_wal = state;
    *is_wal = count == 1 && values[0] &&
              (strcmp(values[0], "wal") == 0 || strcmp(values[0], "memory") == 0);
    return 0;
}

/* SQLite's own count of memory takes a lock at every allocation, for a figure nobody reads. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite_memory_configure();
}

static bool sqlite_connect(struct db_conn *conn, const char *address, bool read_only)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    const char *vfs = strstr(address, "?vfs=");
    size_t length = vfs ? (size_t)(vfs - address) : strlen(address);
    if (!length)
        return refuse(conn, "names no file");
    char *path = strndup(address, length);
    sqlite3 *handle = NULL;
    int flags = (read_only ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                SQLITE_OPEN_NOMUTEX;
    int code = path ? sqlite3_open_v2(path, &handle, flags, vfs ? vfs + 5 : NULL) : SQLITE_NOMEM;
    free(path);
    conn->handle = handle;
    if (code != SQLITE_OK)
        return refuse(conn, handle ? sqlite3_errmsg(handle) : "out of memory");
    if (!read_only && sqlite3_db_readonly(handle, "main") == 1)
        return refuse(conn, "cannot be written to: see who may write the file and its folder");
    sqlite3_busy_timeout(handle, BUSY_MS);
    sqlite3_progress_handler(handle, PROGRESS_STEPS, past_deadline, conn);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, DB_TEXT_MAX + 4096);
    /* A misspelt "name" is an error, not a text. */
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    static const char common[] = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                                 "PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;";
    char writer[120];
    /* What is deleted is overwritten with zeroes where that costs no further page. */
    snprintf(writer, sizeof(writer),
             "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = %d;"
             "PRAGMA secure_delete = FAST",
             WAL_MAX);
    bool is_wal = read_only;
    if (sqlite3_exec(handle, common, NULL, NULL, NULL) != SQLITE_OK ||
        (!read_only && sqlite3_exec(handle, "PRAGMA journal_mode = WAL", note_mode, &is_wal,
                                    NULL) != SQLITE_OK) ||
        sqlite3_exec(handle, read_only ? "PRAGMA query_only = ON" : writer, NULL, NULL, NULL) !=
            SQLITE_OK)
        return refuse(conn, sqlite3_errmsg(handle));
    conn->query_only = read_only;
    return is_wal || refuse(conn, "takes no write-ahead log, as on a network drive");
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

/* While it waits for a rival's lock, SQLite runs nothing that could look at the clock. */
static enum db_status sqlite_tell_deadline(struct db_conn *conn)
{
    bool shorter = conn->deadline_ms && conn->deadline_ms < BUSY_MS;
    sqlite3_busy_timeout(conn->handle, shorter ? conn->deadline_ms : BUSY_MS);
    return DB_OK;
}

static enum db_status sqlite_begin(struct db_conn *conn, bool write)
{
    if (conn->query_only == write) {
        enum db_status status =
            db_control(conn, write ? "PRAGMA query_only = OFF" : "PRAGMA query_only = ON");
        if (status != DB_OK)
            return status;
        conn->query_only = !write;
    }
    return db_control(conn, write ? "BEGIN IMMEDIATE" : "BEGIN");
}

static enum db_status sqlite_run(struct db_conn *conn, const char *script)
{
    return status_of(conn, sqlite3_exec(conn->handle, script, NULL, NULL, NULL));
}

static enum db_status sqlite_prepare(struct db_conn *conn, struct db_statement *statement)
{
    sqlite3_stmt *handle = NULL;
    const char *rest = "";
    int code = sqlite3_prepare_v3(conn->handle, statement->compiled, -1, SQLITE_PREPARE_PERSISTENT,
                                  &handle, &rest);
    statement->handle = handle;
    if (code != SQLITE_OK)
        return status_of(conn, code);
    bool more = rest[strspn(rest, " \t\n;")] != '\0';
    if (!handle || more) {
        db_note(conn, handle ? "more than one statement" : "an empty statement");
        sqlite3_finalize(handle);
        statement->handle = NULL;
        return DB_BROKEN;
    }
    return DB_OK;
}

static void sqlite_forget(struct db_conn *conn, struct db_statement *statement)
{
    (void)conn;
    sqlite3_finalize(statement->handle);
    statement->handle = NULL;
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
    case DB_BYTES:
        return sqlite3_bind_blob64(statement, at, value->text.data, value->text.length,
                                   SQLITE_STATIC);
    case DB_TEXT:
        break;
    }
    /* The text outlives the statement's run: it is the request's, or the program's. */
    return sqlite3_bind_text64(statement, at, value->text.data, value->text.length, SQLITE_STATIC,
                               SQLITE_UTF8);
}

/* Looks one step ahead, so that a write is done and a failure known when this returns: as it is
 * with PostgreSQL. */
static enum db_status sqlite_start(struct db_conn *conn, struct db_statement *statement,
                                   const struct db_value *values, int *columns)
{
    for (int i = 0; i < statement->name_count; i++) {
        int code = bind(statement->handle, i + 1, &values[i]);
        if (code != SQLITE_OK)
            return status_of(conn, code);
    }
    statement->ahead = status_of(conn, sqlite3_step(statement->handle));
    *columns = sqlite3_column_count(statement->handle);
    return db_failed(statement->ahead) ? statement->ahead : DB_OK;
}

static enum db_status sqlite_step(struct db_conn *conn, struct db_statement *statement)
{
    enum db_status status = statement->ahead;
    if (status == DB_OK)
        status = status_of(conn, sqlite3_step(statement->handle));
    /* What has ended stays so: one more step would run the statement again. */
    statement->ahead = status == DB_ROW ? DB_OK : status;
    return status;
}

static int64_t sqlite_last_id(const struct db_conn *conn)
{
    return sqlite3_last_insert_rowid(conn->handle);
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
        value->integer = sqlite3_column_double(handle, column) != 0;
        return;
    case DB_REAL:
        value->real = sqlite3_column_double(handle, column);
        return;
    case DB_BYTES:
        value->text.data = sqlite3_column_blob(handle, column);
        value->text.length = (size_t)sqlite3_column_bytes(handle, column);
        if (!value->null && !value->text.data) /* so SQLite says that there are none */
            value->text.data = "";
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

static enum db_status sqlite_explain(struct db_conn *conn, struct db_statement *statement,
                                     struct buf *plan)
{
    struct buf text = {.arena = plan->arena};
    buf_print(&text, "EXPLAIN QUERY PLAN %s", statement->compiled);
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v2(conn->handle, text.data, (int)text.length, &handle, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(handle)) == SQLITE_ROW) {
        buf_print(plan, "%s\n", (const char *)sqlite3_column_text(handle, 3));
        code = SQLITE_OK;
    }
    enum db_status status = status_of(conn, code);
    sqlite3_finalize(handle);
    return status == DB_DONE ? DB_OK : status;
}

const struct db_driver db_sqlite = {
    .name = "sqlite",
    .tokens = {"INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER", "REAL", "INTEGER", "TEXT", "STRICT",
               "", "--", "BLOB"},
    .parameter = '?',
    .keeps_control = true,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .alive = sqlite_alive,
    .tell_deadline = sqlite_tell_deadline,
    .begin = sqlite_begin,
    .in_transaction = sqlite_in_transaction,
    .run = sqlite_run,
    .prepare = sqlite_prepare,
    .forget = sqlite_forget,
    .bulk_expect = sqlite_bulk_expect,
    .bulk_begin = sqlite_bulk_begin,
    .bulk_end = sqlite_bulk_end,
    .last_id = sqlite_last_id,
    .start = sqlite_start,
    .step = sqlite_step,
    .column_name = sqlite_name,
    .column = sqlite_column,
    .finish = sqlite_finish,
    .explain = sqlite_explain,
};
