#include <stdio.h>

#include "db/driver.h"

struct wanted {
    const struct db_migration *migration;
    int64_t checksum;
};

static bool parameter(void *state, struct str name, struct db_value *value)
{
    const struct wanted *wanted = state;
    if (str_is(name, "checksum"))
        *value = (struct db_value){.type = DB_INT, .integer = wanted->checksum};
    else
        *value =
            (struct db_value){.type = DB_TEXT,
                              .text = str_of(str_is(name, "module") ? wanted->migration->module
                                                                    : wanted->migration->name)};
    return true;
}

static int64_t checksum_of(const struct db_migration *migration)
{
    return (int64_t)(hash_bytes(HASH_SEED, migration->text, strlen(migration->text)) >> 1);
}

/* Has it run? A migration that ran and was edited afterwards is refused. */
static enum db_status applied(struct db_conn *conn, struct wanted *wanted, bool *yes, bool *edited)
{
    struct db_cursor cursor;
    enum db_status status = db_open(
        conn, STR("SELECT checksum FROM schema_migration WHERE module = :module AND name = :name"),
        parameter, wanted, &cursor);
    if (db_failed(status))
        return status;
    status = db_step(&cursor);
    *yes = status == DB_ROW;
    if (*yes) {
        struct db_value checksum = {.type = DB_INT};
        db_column(&cursor, 0, &checksum);
        *edited = checksum.integer != wanted->checksum;
    }
    db_close(&cursor);
    return status;
}

static enum db_status apply(struct db_conn *conn, struct wanted *wanted)
{
    enum db_status status = db_run(conn, wanted->migration->text);
    if (db_failed(status))
        return status;
    struct db_cursor cursor;
    status = db_open(conn,
                     STR("INSERT INTO schema_migration (module, name, checksum) "
                         "VALUES (:module, :name, :checksum)"),
                     parameter, wanted, &cursor);
    if (db_failed(status))
        return status;
    status = db_step(&cursor);
    db_close(&cursor);
    return status;
}

static enum db_status count_applied(struct db_conn *conn, int64_t *count)
{
    struct db_cursor cursor;
    enum db_status status =
        db_open(conn, STR("SELECT count(*) FROM schema_migration"), NULL, NULL, &cursor);
    if (db_failed(status))
        return status;
    if ((status = db_step(&cursor)) == DB_ROW) {
        struct db_value value = {.type = DB_INT};
        db_column(&cursor, 0, &value);
        *count = value.integer;
    }
    db_close(&cursor);
    return status;
}

static bool migrate(struct db_conn *conn, const struct db_migration *migrations, size_t count,
                    char *reason, size_t reason_size)
{
    /* Two nodes that start at once: the second waits for the first. */
    const char *lock = db_is_sqlite(conn) ? "" : "SELECT pg_advisory_xact_lock(7263104)";
    if (db_failed(db_run(conn, lock)) ||
        db_failed(db_run(conn,
                         "CREATE TABLE IF NOT EXISTS schema_migration (module {text} NOT NULL,"
                         " name {text} NOT NULL, checksum {int} NOT NULL,"
                         " PRIMARY KEY (module, name)) {strict}"))) {
        snprintf(reason, reason_size, "%s", db_message(conn));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct wanted wanted = {&migrations[i], checksum_of(&migrations[i])};
        bool yes = false, edited = false;
        enum db_status status = applied(conn, &wanted, &yes, &edited);
        if (!db_failed(status) && !yes)
            status = apply(conn, &wanted);
        if (db_failed(status) || edited) {
            snprintf(reason, reason_size, "%s/%s: %s", migrations[i].module, migrations[i].name,
                     edited ? "was changed after it had run" : db_message(conn));
            return false;
        }
    }
    int64_t applied_count = 0;
    if (db_failed(count_applied(conn, &applied_count)))
        return false;
    if (applied_count > (int64_t)count) {
        snprintf(reason, reason_size, "the database was made by a newer kechuang");
        return false;
    }
    return true;
}

bool db_migrate(struct db_conn *conn, const struct db_migration *migrations, size_t count,
                char *reason, size_t reason_size)
{
    bool good = db_begin(conn, true) == DB_OK &&
                migrate(conn, migrations, count, reason, reason_size) && db_commit(conn) == DB_OK;
    if (!good) {
        if (!*reason)
            snprintf(reason, reason_size, "%s", db_message(conn));
        db_rollback(conn);
    }
    return good;
}
