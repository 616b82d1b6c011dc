/* A million of rows at once: indexes that grow row by row cost several times what building them
 * from the finished table does. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

enum { SMALL_TABLE = 20000, SCRIPT_MAX = 16 * 1024, STATEMENT_MAX = 256, CACHE_KB = 44 * 1024 };

static bool run(struct db_conn *conn, const char *script)
{
    if (sqlite3_exec(conn->handle, script, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    db_note(conn, sqlite3_errmsg(conn->handle));
    return false;
}

/* One number or text per row goes to `row`. */
static bool query(struct db_conn *conn, const char *text, const char *table,
                  void (*row)(void *state, sqlite3_stmt *statement), void *state)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(conn->handle, text, -1, &statement, NULL);
    if (code == SQLITE_OK && table)
        code = sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    while (code == SQLITE_OK || code == SQLITE_ROW)
        if ((code = sqlite3_step(statement)) == SQLITE_ROW)
            row(state, statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
}

static void note_count(void *state, sqlite3_stmt *statement)
{
    *(int *)state = sqlite3_column_int(statement, 0);
}

static bool is_small(struct db_conn *conn, const char *table)
{
    char text[STATEMENT_MAX];
    int count = SMALL_TABLE;
    snprintf(text, sizeof(text), "SELECT count(*) FROM (SELECT 1 FROM \"%s\" LIMIT %d)", table,
             SMALL_TABLE);
    return query(conn, text, NULL, note_count, &count) && count < SMALL_TABLE;
}

/* What drops the indexes of a table, and what makes them again. */
struct scripts {
    char drop[SCRIPT_MAX];
    char *make;
    bool too_long;
};

static void add(struct scripts *scripts, char *script, const char *before, const char *text)
{
    size_t used = strlen(script);
    int length = snprintf(script + used, SCRIPT_MAX - used, "%s%s;", before, text);
    scripts->too_long |= length < 0 || (size_t)length >= SCRIPT_MAX - used;
}

static void note_index(void *state, sqlite3_stmt *statement)
{
    struct scripts *scripts = state;
    add(scripts, scripts->drop, "DROP INDEX ", (const char *)sqlite3_column_text(statement, 0));
    add(scripts, scripts->make, "", (const char *)sqlite3_column_text(statement, 1));
}

/* Those that a constraint brings have no statement of their own, and stay. */
static bool drop_indexes(struct db_conn *conn, const char *table)
{
    struct scripts scripts = {.make = conn->bulk};
    if (!is_small(conn, table))
        return true;
    return query(conn,
                 "SELECT name, sql FROM sqlite_master "
                 "WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY name",
                 table, note_index, &scripts) &&
           !scripts.too_long && run(conn, scripts.drop);
}

void sqlite_bulk_expect(struct db_conn *conn, bool expected)
{
    (void)run(conn, expected ? "PRAGMA temp_store = FILE; PRAGMA threads = 2"
                             : "PRAGMA temp_store = MEMORY; PRAGMA threads = 0");
}

enum db_status sqlite_bulk_begin(struct db_conn *conn, struct str tables)
{
    char pragma[STATEMENT_MAX], table[STATEMENT_MAX];
    struct str name;
    conn->bulk = calloc(1, SCRIPT_MAX);
    if (!conn->bulk)
        return DB_BROKEN;
    snprintf(pragma, sizeof(pragma), "PRAGMA cache_size = -%d", CACHE_KB);
    bool good = run(conn, pragma);
    while (good && str_cut(&tables, ' ', &name)) {
        snprintf(table, sizeof(table), "%.*s", STR_PRINT(name));
        good = drop_indexes(conn, table);
    }
    return good ? DB_OK : DB_BROKEN;
}

enum db_status sqlite_bulk_end(struct db_conn *conn, bool good)
{
    char *script = conn->bulk;
    conn->bulk = NULL;
    /* The pages that are not needed any more make room for sorting. */
    bool done = run(conn, "PRAGMA cache_size = -8000");
    sqlite3_db_release_memory(conn->handle);
    if (script && good)
        done = run(conn, script) && done;
    free(script);
    return done ? DB_OK : DB_BROKEN;
}
