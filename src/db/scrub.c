#include <stdio.h>

#include "db/driver.h"

static bool run(struct db_conn *conn, const char *statement)
{
    return !db_failed(db_run(conn, statement));
}

/* Empties the write-ahead log; false when a reader still needs it. */
static bool empty_log(struct db_conn *conn)
{
    struct db_cursor cursor;
    struct db_value busy = {.type = DB_INT, .integer = 1};
    enum db_status status =
        db_open(conn, STR("PRAGMA wal_checkpoint(TRUNCATE)"), NULL, NULL, &cursor);
    if (!db_failed(status) && db_step(&cursor) == DB_ROW)
        db_column(&cursor, 0, &busy);
    db_close(&cursor);
    if (busy.integer)
        db_note(conn, "a reader kept the write-ahead log from being emptied");
    return !busy.integer;
}

/* VACUUM builds the file anew: the unused parts of its pages, too, hold what was there before. The
 * copy that it makes on the way may be large, and has nothing in it that was deleted. */
static bool scrub_file(struct db_conn *conn)
{
    return run(conn, "PRAGMA temp_store = FILE") && run(conn, "VACUUM") && empty_log(conn);
}

/* Does the name stand among those before it? */
static bool is_repeated(struct str tables, const struct str *table)
{
    struct str before = str_first(tables, (size_t)(table->data - tables.data)), name;
    while (before.length && str_cut(&before, ' ', &name))
        if (str_equal(name, *table))
            return true;
    return false;
}

static bool scrub_tables(struct db_conn *conn, struct str tables)
{
    struct str rest = tables, table;
    char statement[200];
    bool good = true;
    while (good && rest.length && str_cut(&rest, ' ', &table)) {
        if (is_repeated(tables, &table))
            continue;
        snprintf(statement, sizeof(statement), "VACUUM (FULL, ANALYZE) \"%.*s\"", STR_PRINT(table));
        good = run(conn, statement);
    }
    return good;
}

bool db_scrub(const char *url, struct str tables, char *reason, size_t reason_size)
{
    struct db_conn *conn = db_connect(url, false, reason, reason_size);
    bool good = conn && (db_is_sqlite(conn) ? scrub_file(conn) : scrub_tables(conn, tables));
    if (conn && !good)
        snprintf(reason, reason_size, "%s", db_message(conn));
    db_disconnect(conn);
    return good;
}
