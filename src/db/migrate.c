#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

struct plan {
    struct db_conn *conn;
    const struct db_migration *migrations;
    size_t count;
    bool *applied; /* of each: it has run */
    char *reason;
    size_t reason_size;
};

static int64_t checksum_of(const struct db_migration *migration)
{
    return (int64_t)(hash_bytes(HASH_SEED, migration->text, strlen(migration->text)) >> 1);
}

static bool parameter(void *state, struct str name, struct db_value *value)
{
    const struct db_migration *migration = state;
    if (str_is(name, "checksum"))
        *value = (struct db_value){.type = DB_INT, .integer = checksum_of(migration)};
    else
        *value = (struct db_value){
            .type = DB_TEXT,
            .text = str_of(str_is(name, "module") ? migration->module : migration->name)};
    return true;
}

static bool failed(struct plan *plan, const char *module, const char *name, const char *why)
{
    snprintf(plan->reason, plan->reason_size, "%s/%s: %s", module, name, why);
    return false;
}

/* One that has run: do we know it, and was it the same then? */
static bool check(struct plan *plan, struct str module, struct str name, int64_t checksum)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct db_migration *known = &plan->migrations[i];
        if (!str_is(module, known->module) || !str_is(name, known->name))
            continue;
        plan->applied[i] = true;
        return checksum == checksum_of(known) ||
               failed(plan, known->module, known->name,
                      "was changed after it had run: use the program that made this database, or "
                      "another "
                      "database · 在运行后被改过：请用建立这个数据库的程序，或换一个数据库");
    }
    snprintf(plan->reason, plan->reason_size,
             "%.*s/%.*s: not known: the database was made by a newer kechuang, take that one · "
             "这个数据库由更新的版本建立，请用那个版本打开",
             STR_PRINT(module), STR_PRINT(name));
    return false;
}

static bool check_all(struct plan *plan)
{
    struct db_cursor cursor;
    enum db_status status =
        db_open(plan->conn, STR("SELECT module, name, checksum FROM schema_migration"), NULL, NULL,
                &cursor);
    bool good = !db_failed(status);
    while (good && (status = db_step(&cursor)) == DB_ROW) {
        struct db_value module = {.type = DB_TEXT}, name = module, checksum = {.type = DB_INT};
        db_column(&cursor, 0, &module);
        db_column(&cursor, 1, &name);
        db_column(&cursor, 2, &checksum);
        good = check(plan, module.text, name.text, checksum.integer);
    }
    db_close(&cursor);
    return good && status == DB_DONE;
}

static bool apply(struct plan *plan, const struct db_migration *migration)
{
    struct db_migration own = *migration;
    struct db_cursor cursor;
    if (db_failed(db_run(plan->conn, own.text)))
        return failed(plan, own.module, own.name, db_message(plan->conn));
    if (!db_in_transaction(plan->conn))
        return failed(plan, own.module, own.name, "ended the transaction");
    enum db_status status = db_open(plan->conn,
                                    STR("INSERT INTO schema_migration (module, name, checksum) "
                                        "VALUES (:module, :name, :checksum)"),
                                    parameter, &own, &cursor);
    db_close(&cursor);
    return !db_failed(status) || failed(plan, own.module, own.name, db_message(plan->conn));
}

static bool migrate(struct plan *plan)
{
    struct db_conn *conn = plan->conn;
    /* Two nodes that start at once: the second waits for the first. A schema is a city. */
    const char *lock =
        db_is_sqlite(conn)
            ? ""
            : "SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 7263104))";
    if (db_failed(db_run(conn, lock)) ||
        db_failed(db_run(conn,
                         "CREATE TABLE IF NOT EXISTS schema_migration (module {text} NOT NULL,"
                         " name {text} NOT NULL, checksum {int} NOT NULL,"
                         " PRIMARY KEY (module, name)) {strict}")) ||
        !check_all(plan))
        return false;
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->applied[i] && !apply(plan, &plan->migrations[i]))
            return false;
    return true;
}

bool db_migrate(struct db_conn *conn, const struct db_migration *migrations, size_t count,
                char *reason, size_t reason_size)
{
    struct plan plan = {conn,   migrations, count, calloc(count + 1, sizeof(bool)),
                        reason, reason_size};
    *reason = '\0';
    bool good =
        plan.applied && db_begin(conn, true) == DB_OK && migrate(&plan) && db_commit(conn) == DB_OK;
    if (!good && !*reason)
        snprintf(reason, reason_size, "%s", plan.applied ? db_message(conn) : "out of memory");
    db_rollback(conn);
    free(plan.applied);
    return good;
}
