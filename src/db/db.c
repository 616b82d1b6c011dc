#include "db/db.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "db/driver.h"

void db_note(struct db_conn *conn, const char *message)
{
    snprintf(conn->message, sizeof(conn->message), "%s", message ? message : "");
    conn->message[strcspn(conn->message, "\n")] = '\0';
}

int64_t db_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct db_conn *db_connect(const char *url, bool read_only, char *reason, size_t reason_size)
{
    static const struct {
        const char *scheme;
        const struct db_driver *driver;
        bool keep_scheme;
    } known[] = {{"sqlite:", &db_sqlite, false},
                 {"postgres://", &db_postgres, true},
                 {"postgresql://", &db_postgres, true}};
    for (size_t i = 0; i < COUNT(known); i++) {
        size_t length = strlen(known[i].scheme);
        if (strncmp(url, known[i].scheme, length) != 0)
            continue;
        struct db_conn *conn = calloc(1, sizeof(*conn));
        char *address = strdup(known[i].keep_scheme ? url : url + length);
        if (!conn || !address) {
            free(conn);
            free(address);
            snprintf(reason, reason_size, "out of memory");
            return NULL;
        }
        conn->driver = known[i].driver;
        conn->address = address;
        conn->read_only = read_only;
        if (conn->driver->connect(conn, conn->address, read_only))
            return conn;
        snprintf(reason, reason_size, "%s", conn->message);
        conn->driver->disconnect(conn);
        free(conn->address);
        free(conn);
        return NULL;
    }
    snprintf(reason, reason_size, "a database address begins with sqlite: or postgres://");
    return NULL;
}

static void statement_free(struct db_conn *conn, struct db_statement *statement)
{
    if (statement->open)
        conn->driver->finish(statement);
    if (statement->prepared)
        conn->driver->forget(conn, statement);
    free(statement->text);
    free(statement->compiled);
    free(statement->names);
    free(statement);
}

void db_forget_all(struct db_conn *conn)
{
    while (conn->cached)
        statement_free(conn, conn->cache[--conn->cached]);
}

void db_disconnect(struct db_conn *conn)
{
    if (!conn)
        return;
    db_forget_all(conn);
    conn->driver->disconnect(conn);
    free(conn->address);
    free(conn);
}

bool db_is_sqlite(const struct db_conn *conn)
{
    return conn->driver == &db_sqlite;
}

const char *db_message(const struct db_conn *conn)
{
    return conn->message;
}

void db_deadline(struct db_conn *conn, int milliseconds)
{
    if (conn->deadline_ms == milliseconds)
        return;
    conn->deadline_ms = milliseconds;
    if (conn->driver->deadline)
        conn->driver->deadline(conn, milliseconds);
}

/* A statement without parameters and rows, kept prepared: BEGIN and its kin. */
static enum db_status simple(struct db_conn *conn, const char *text)
{
    struct db_cursor cursor;
    enum db_status status = db_open(conn, str_of(text), NULL, NULL, &cursor);
    if (db_failed(status))
        return status;
    status = db_step(&cursor);
    db_close(&cursor);
    return db_failed(status) ? status : DB_OK;
}

enum db_status db_begin(struct db_conn *conn, bool write)
{
    if (!conn->driver->alive(conn))
        return DB_LOST;
    conn->deadline_at_ms = conn->deadline_ms ? db_clock_ms() + conn->deadline_ms : 0;
    return simple(conn, write ? conn->driver->begin_write : conn->driver->begin_read);
}

enum db_status db_commit(struct db_conn *conn)
{
    return simple(conn, "COMMIT");
}

void db_rollback(struct db_conn *conn)
{
    conn->deadline_at_ms = 0;
    for (size_t i = 0; i < conn->cached; i++)
        if (conn->cache[i]->open) {
            conn->driver->finish(conn->cache[i]);
            conn->cache[i]->open = false;
        }
    if (conn->driver->in_transaction(conn) && simple(conn, "ROLLBACK") != DB_OK)
        db_forget_all(conn); /* a dead connection: db_begin() opens a new one */
}

enum db_status db_savepoint(struct db_conn *conn)
{
    return simple(conn, "SAVEPOINT request");
}

enum db_status db_savepoint_keep(struct db_conn *conn)
{
    return simple(conn, "RELEASE SAVEPOINT request");
}

enum db_status db_savepoint_drop(struct db_conn *conn)
{
    enum db_status status = simple(conn, "ROLLBACK TO SAVEPOINT request");
    return status == DB_OK ? db_savepoint_keep(conn) : status;
}

bool db_in_transaction(const struct db_conn *conn)
{
    return conn->driver->in_transaction(conn);
}

enum db_status db_run(struct db_conn *conn, const char *script)
{
    char *text = dialect_expand(conn->driver, script);
    if (!text)
        return DB_BROKEN;
    enum db_status status = conn->driver->run(conn, text);
    free(text);
    return status;
}

static struct db_statement *cache_find(struct db_conn *conn, struct str text, uint64_t hash)
{
    for (size_t i = 0; i < conn->cached; i++) {
        struct db_statement *statement = conn->cache[i];
        if (statement->hash == hash && !statement->open && str_is(text, statement->text)) {
            statement->used_at = ++conn->clock;
            return statement;
        }
    }
    return NULL;
}

/* The same text may be open twice (a list inside a list): then it is cached twice. */
static struct db_statement *cache_add(struct db_conn *conn, struct str text, uint64_t hash)
{
    if (conn->cached == DB_STATEMENTS_MAX) {
        size_t oldest = DB_STATEMENTS_MAX;
        for (size_t i = 0; i < conn->cached; i++)
            if (!conn->cache[i]->open && (oldest == DB_STATEMENTS_MAX ||
                                          conn->cache[i]->used_at < conn->cache[oldest]->used_at))
                oldest = i;
        if (oldest == DB_STATEMENTS_MAX)
            return NULL;
        statement_free(conn, conn->cache[oldest]);
        conn->cache[oldest] = conn->cache[--conn->cached];
    }
    struct db_statement *statement = calloc(1, sizeof(*statement));
    if (!statement)
        return NULL;
    statement->hash = hash;
    statement->text = strndup(text.data, text.length);
    statement->number = ++conn->next_number;
    statement->used_at = ++conn->clock;
    if (!statement->text || !dialect_compile(conn->driver, statement)) {
        statement_free(conn, statement);
        return NULL;
    }
    return conn->cache[conn->cached++] = statement;
}

enum db_status db_open(struct db_conn *conn, struct str text, db_param_fn *param, void *state,
                       struct db_cursor *cursor)
{
    struct db_value values[DB_PARAMS_MAX];
    uint64_t hash = hash_bytes(HASH_SEED, text.data, text.length);
    struct db_statement *statement = cache_find(conn, text, hash);
    if (!statement && !(statement = cache_add(conn, text, hash))) {
        db_note(conn, "no memory for a statement, or too many parameters");
        return DB_BROKEN;
    }
    for (int i = 0; i < statement->name_count; i++) {
        if (!param || !param(state, statement->names[i], &values[i])) {
            snprintf(conn->message, sizeof(conn->message), "no value for :%.*s",
                     STR_PRINT(statement->names[i]));
            return DB_BROKEN;
        }
    }
    enum db_status status = DB_OK;
    if (!statement->prepared) {
        status = conn->driver->prepare(conn, statement, values);
        if (db_failed(status))
            return status;
        statement->prepared = true;
    }
    *cursor = (struct db_cursor){.conn = conn, .statement = statement};
    statement->open = true;
    status = conn->driver->start(conn, statement, values, &cursor->columns);
    if (db_failed(status))
        db_close(cursor);
    return status;
}

enum db_status db_step(struct db_cursor *cursor)
{
    return cursor->conn->driver->step(cursor->conn, cursor->statement);
}

const char *db_column_name(const struct db_cursor *cursor, int column)
{
    return cursor->conn->driver->column_name(cursor->statement, column);
}

void db_column(const struct db_cursor *cursor, int column, struct db_value *value)
{
    cursor->conn->driver->column(cursor->statement, column, value);
}

void db_close(struct db_cursor *cursor)
{
    if (!cursor->statement || !cursor->statement->open)
        return;
    cursor->conn->driver->finish(cursor->statement);
    cursor->statement->open = false;
}

enum db_status db_explain(struct db_conn *conn, struct str text, db_param_fn *param, void *state,
                          struct buf *plan)
{
    struct buf full = {.arena = plan->arena};
    buf_add(&full, str_of(conn->driver->explain));
    buf_add(&full, text);
    struct db_cursor cursor;
    enum db_status status = db_open(conn, buf_str(&full), param, state, &cursor);
    if (db_failed(status))
        return status;
    while ((status = db_step(&cursor)) == DB_ROW) {
        struct db_value line = {.type = DB_TEXT};
        db_column(&cursor, cursor.columns - 1, &line);
        buf_add(plan, line.text);
        buf_char(plan, '\n');
    }
    db_close(&cursor);
    return status;
}
