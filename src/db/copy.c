#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "db/driver.h"

static bool note(char *reason, size_t reason_size, const char *what)
{
    snprintf(reason, reason_size, "%s", what);
    return false;
}

/* Everything in one step: a single snapshot, which in WAL mode keeps no writer waiting. In steps,
 * it would begin anew whenever somebody writes. */
static bool copy_pages(sqlite3 *from, sqlite3 *to, char *reason, size_t reason_size)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return note(reason, reason_size, sqlite3_errmsg(to));
    int code = sqlite3_backup_step(backup, -1);
    int end = sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE || end != SQLITE_OK)
        return note(reason, reason_size, sqlite3_errstr(code == SQLITE_DONE ? end : code));
    return true;
}

/* A copy needs no log beside it: it can be read from where nothing can be written. */
static bool end_log(sqlite3 *to, char *reason, size_t reason_size)
{
    return sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) == SQLITE_OK ||
           note(reason, reason_size, sqlite3_errmsg(to));
}

static bool sync_file(const char *path, char *reason, size_t reason_size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && fsync(file) == 0;
    if (!good)
        note(reason, reason_size, strerror(errno));
    if (file >= 0)
        close(file);
    return good;
}

bool db_copy(const char *url, const char *path, char *reason, size_t reason_size)
{
    struct db_conn *conn = db_connect(url, true, reason, reason_size);
    sqlite3 *to = NULL;
    if (!conn)
        return false;
    bool good = db_is_sqlite(conn) || note(reason, reason_size, "not SQLite");
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE;
    if (good && sqlite3_open_v2(path, &to, flags, NULL) != SQLITE_OK)
        good = note(reason, reason_size, sqlite3_errmsg(to));
    good = good && copy_pages(conn->handle, to, reason, reason_size) &&
           end_log(to, reason, reason_size);
    sqlite3_close(to);
    db_disconnect(conn);
    return good && sync_file(path, reason, reason_size);
}

bool db_copy_finish(struct db_conn *conn, const char *path, char *reason, size_t reason_size)
{
    return end_log(conn->handle, reason, reason_size) && sync_file(path, reason, reason_size);
}

/* The one row that a sound database says, or none. */
static bool says_only(struct db_conn *conn, const char *pragma, const char *wanted, char *reason,
                      size_t reason_size)
{
    struct db_cursor cursor;
    struct db_value value = {.type = DB_TEXT, .null = true};
    enum db_status status = db_open(conn, str_of(pragma), NULL, NULL, &cursor);
    if (!db_failed(status))
        status = db_step(&cursor);
    bool good = status == DB_DONE;
    if (status == DB_ROW) {
        db_column(&cursor, 0, &value);
        good = wanted && !value.null && str_is(value.text, wanted);
        if (!good)
            snprintf(reason, reason_size, "%s: %.*s", pragma, STR_PRINT(value.text));
    } else if (db_failed(status))
        note(reason, reason_size, db_message(conn));
    db_close(&cursor);
    return good;
}

bool db_is_whole(const char *url, char *reason, size_t reason_size)
{
    struct db_conn *conn = db_connect(url, true, reason, reason_size);
    bool good = conn && db_is_sqlite(conn) &&
                says_only(conn, "PRAGMA integrity_check", "ok", reason, reason_size) &&
                says_only(conn, "PRAGMA foreign_key_check", NULL, reason, reason_size);
    db_disconnect(conn);
    return good;
}
