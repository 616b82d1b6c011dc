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

static enum db_status broken(struct db_conn *conn, const char *message)
{
    db_note(conn, message);
    return DB_BROKEN;
}

int64_t db_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void conn_free(struct db_conn *conn)
{
    db_forget_all(conn);
    conn->driver->disconnect(conn);
    for (size_t i = 0; i < conn->cached; i++)
        free(conn->cache[i]);
    free(conn->address);
    free(conn);
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
        conn_free(conn);
        return NULL;
    }
    snprintf(reason, reason_size, "a database address begins with sqlite: or postgres://");
    return NULL;
}

void db_disconnect(struct db_conn *conn)
{
    if (conn)
        conn_free(conn);
}

bool db_is_sqlite(const struct db_conn *conn)
{
    return conn->driver == &db_sqlite;
}

struct db_counter *db_counter(struct db_conn *conn)
{
    return &conn->counter;
}

uint64_t db_transaction(const struct db_conn *conn)
{
    return conn->transactions;
}

const char *db_message(const struct db_conn *conn)
{
    return conn->message;
}

int db_deadline(struct db_conn *conn, int milliseconds)
{
    int before = conn->deadline_ms;
    conn->deadline_ms = milliseconds;
    return before;
}

/* The cache of statements */

static void finish(struct db_conn *conn, struct db_statement *statement)
{
    if (statement->run)
        conn->driver->finish(statement);
    statement->run = 0;
}

static void unprepare(struct db_conn *conn, struct db_statement *statement)
{
    finish(conn, statement);
    if (statement->prepared)
        conn->driver->forget(conn, statement);
    statement->prepared = false;
    statement->memo_owner = NULL;
}

static void clear(struct db_conn *conn, struct db_statement *statement)
{
    unprepare(conn, statement);
    free(statement->text);
    free(statement->compiled);
    free(statement->names);
    *statement = (struct db_statement){0};
}

void db_forget_all(struct db_conn *conn)
{
    for (size_t i = 0; i < conn->cached; i++)
        clear(conn, conn->cache[i]);
}

void db_end_cursors(struct db_conn *conn)
{
    for (size_t i = 0; i < conn->cached; i++)
        finish(conn, conn->cache[i]);
}

/* Tells most statements apart at a glance: their lengths, and eight bytes out of their middles. */
static uint64_t fingerprint(struct str text)
{
    uint64_t middle = 0;
    if (text.length >= sizeof(middle))
        memcpy(&middle, text.data + text.length / 2 - sizeof(middle) / 2, sizeof(middle));
    return middle ^ (uint64_t)text.length << 48;
}

static struct db_statement *cache_find(struct db_conn *conn, struct str text, uint64_t hash)
{
    for (size_t i = 0; i < conn->cached; i++) {
        struct db_statement *statement = conn->cache[i];
        if (statement->hash == hash && statement->text && !statement->run &&
            str_equal(text, (struct str){statement->text, statement->length}))
            return statement;
    }
    return NULL;
}

/* A place for one more statement: a free one, a new one, or that of the one unused for longest. */
static struct db_statement *cache_place(struct db_conn *conn)
{
    struct db_statement *oldest = NULL;
    for (size_t i = 0; i < conn->cached; i++) {
        struct db_statement *statement = conn->cache[i];
        if (!statement->text)
            return statement;
        if (!statement->run && (!oldest || statement->used_at < oldest->used_at))
            oldest = statement;
    }
    if (conn->cached < DB_STATEMENTS_MAX) {
        struct db_statement *made = calloc(1, sizeof(*made));
        if (made)
            conn->cache[conn->cached++] = made;
        else
            db_note(conn, "out of memory");
        return made;
    }
    if (oldest)
        clear(conn, oldest);
    else
        db_note(conn, "too many statements are open at once");
    return oldest;
}

/* The same text may be open twice (a list inside a list): then it is cached twice. */
static struct db_statement *cache_add(struct db_conn *conn, struct str text, uint64_t hash)
{
    if (memchr(text.data, '\0', text.length)) {
        db_note(conn, "a NUL inside a statement");
        return NULL;
    }
    struct db_statement *statement = cache_place(conn);
    if (!statement)
        return NULL;
    statement->hash = hash;
    statement->text = strndup(text.data, text.length);
    statement->length = text.length;
    const char *wrong =
        statement->text ? dialect_compile(conn->driver, statement) : "out of memory";
    if (wrong) {
        db_note(conn, wrong);
        clear(conn, statement);
        return NULL;
    }
    return statement;
}

static bool fill(struct db_conn *conn, const struct db_statement *statement, db_param_fn *param,
                 void *state, struct db_value *values)
{
    for (int i = 0; i < statement->name_count; i++) {
        if (!param || !param(state, statement->names[i], &values[i])) {
            snprintf(conn->message, sizeof(conn->message), "no value for :%.*s",
                     STR_PRINT(statement->names[i]));
            return false;
        }
        if (values[i].type == DB_TEXT && !values[i].null && values[i].text.length > DB_TEXT_MAX) {
            db_note(conn, "a text of more than 64 MiB");
            return false;
        }
    }
    return true;
}

/* The statement in the cache, with its values; not yet known to the database. NULL on failure. */
static struct db_statement *look_up(struct db_conn *conn, struct str text, db_param_fn *param,
                                    void *state, struct db_value *values)
{
    uint64_t hash = fingerprint(text);
    struct db_statement *statement = cache_find(conn, text, hash);
    if (!statement)
        statement = cache_add(conn, text, hash);
    if (!statement || !fill(conn, statement, param, state, values))
        return NULL;
    statement->used_at = ++conn->clock;
    return statement;
}

/* Takes the statement from the cache, or prepares it there; computes its values. */
static enum db_status prepare(struct db_conn *conn, struct str text, db_param_fn *param,
                              void *state, struct db_value *values, struct db_statement **result)
{
    struct db_statement *statement = look_up(conn, text, param, state, values);
    if (!statement)
        return DB_BROKEN;
    bool fits = statement->prepared && !statement->outdated;
    for (int i = 0; i < statement->name_count; i++) {
        fits = fits && (statement->types[i] == values[i].type || !conn->driver->typed);
        statement->types[i] = (unsigned char)values[i].type;
    }
    if (!fits) {
        unprepare(conn, statement);
        statement->outdated = false;
        statement->number = ++conn->next_number;
        enum db_status status = conn->driver->prepare(conn, statement);
        if (db_failed(status))
            return status;
        statement->prepared = true;
    }
    *result = statement;
    return DB_OK;
}

static enum db_status start(struct db_conn *conn, struct str text, db_param_fn *param, void *state,
                            struct db_cursor *cursor)
{
    struct db_value values[DB_PARAMS_MAX];
    struct db_statement *statement = NULL;
    *cursor = (struct db_cursor){.conn = conn};
    enum db_status status = prepare(conn, text, param, state, values, &statement);
    if (db_failed(status))
        return status;
    cursor->statement = statement;
    cursor->run = statement->run = ++conn->clock;
    status = conn->driver->start(conn, statement, values, &cursor->columns);
    if (db_failed(status))
        db_close(cursor);
    return status;
}

/* Transactions */

/* Whatever fails inside a transaction spoils it, on both databases. */
static enum db_status noted(struct db_conn *conn, enum db_status status)
{
    if (db_failed(status) && conn->begun && !conn->failed)
        conn->failed = status;
    return status;
}

/* The clock of a transaction, or of a statement outside of one, begins to run. */
static enum db_status start_clock(struct db_conn *conn)
{
    if (conn->told_deadline_ms != conn->deadline_ms) {
        enum db_status status = conn->driver->tell_deadline(conn);
        if (status != DB_OK)
            return status;
        conn->told_deadline_ms = conn->deadline_ms;
    }
    conn->deadline_at_ms = conn->deadline_ms ? db_clock_ms() + conn->deadline_ms : 0;
    return DB_OK;
}

/* May the transaction go on? */
static enum db_status may_go_on(struct db_conn *conn)
{
    if (!conn->begun)
        return start_clock(conn);
    if (!conn->failed && conn->deadline_at_ms && db_clock_ms() > conn->deadline_at_ms) {
        db_note(conn, "the transaction's time is over");
        return noted(conn, DB_TIMEOUT);
    }
    return conn->failed;
}

/* Rows that were put are there for what is run next. */
static enum db_status settle(struct db_conn *conn)
{
    return conn->driver->settle ? noted(conn, conn->driver->settle(conn)) : DB_OK;
}

static enum db_status gate(struct db_conn *conn)
{
    enum db_status status = may_go_on(conn);
    return status ? status : settle(conn);
}

enum db_status db_control(struct db_conn *conn, const char *text)
{
    if (!conn->driver->keeps_control)
        return conn->driver->run(conn, text);
    struct db_cursor cursor;
    int64_t deadline_at_ms = conn->deadline_at_ms;
    conn->deadline_at_ms = 0;
    enum db_status status = start(conn, str_of(text), NULL, NULL, &cursor);
    db_close(&cursor);
    conn->deadline_at_ms = deadline_at_ms;
    return status;
}

enum db_status db_begin(struct db_conn *conn, bool write)
{
    if (conn->begun)
        return broken(conn, "a transaction inside a transaction");
    if (write && conn->read_only) {
        db_note(conn, "the connection is for reading only");
        return DB_READ_ONLY;
    }
    db_end_cursors(conn);
    enum db_status status = DB_LOST;
    /* That the server has closed the connection meanwhile shows only now: once more, then. */
    for (int tries = 0; tries < 2 && status == DB_LOST; tries++) {
        if (!conn->driver->alive(conn))
            return DB_LOST;
        status = start_clock(conn);
        if (status == DB_OK)
            status = conn->driver->begin(conn, write);
    }
    if (status != DB_OK)
        return status;
    conn->begun = true;
    conn->failed = DB_OK;
    conn->transactions++;
    return DB_OK;
}

enum db_status db_commit(struct db_conn *conn)
{
    if (!conn->begun)
        return broken(conn, "no transaction to commit");
    enum db_status status = conn->failed ? conn->failed : settle(conn);
    if (status == DB_LOST)
        status = DB_AGAIN; /* lost before COMMIT was sent: surely undone */
    if (status == DB_OK) {
        db_end_cursors(conn);
        status = db_control(conn, "COMMIT");
    }
    if (status != DB_OK) {
        db_rollback(conn);
        return status;
    }
    conn->begun = false;
    conn->deadline_at_ms = 0;
    return DB_OK;
}

void db_rollback(struct db_conn *conn)
{
    conn->begun = false;
    conn->failed = DB_OK;
    conn->deadline_at_ms = 0;
    db_end_cursors(conn);
    if (conn->driver->drop)
        conn->driver->drop(conn);
    if (conn->bulk)
        (void)conn->driver->bulk_end(conn, false);
    if (!conn->driver->in_transaction(conn) || db_control(conn, "ROLLBACK") == DB_OK)
        return;
    /* No memory to prepare it, or a dead connection: db_begin() opens a new one. */
    db_forget_all(conn);
    if (conn->driver->in_transaction(conn))
        (void)conn->driver->run(conn, "ROLLBACK");
}

enum db_status db_savepoint(struct db_conn *conn)
{
    enum db_status status = gate(conn);
    return status ? status : noted(conn, db_control(conn, "SAVEPOINT request"));
}

enum db_status db_savepoint_keep(struct db_conn *conn)
{
    enum db_status status = conn->failed ? conn->failed : settle(conn);
    return status ? status : noted(conn, db_control(conn, "RELEASE SAVEPOINT request"));
}

enum db_status db_savepoint_drop(struct db_conn *conn)
{
    if (!conn->driver->in_transaction(conn))
        return conn->failed ? conn->failed : broken(conn, "no transaction to take back");
    if (conn->driver->drop)
        conn->driver->drop(conn);
    enum db_status status = db_control(conn, "ROLLBACK TO SAVEPOINT request");
    if (status != DB_OK)
        return noted(conn, status);
    conn->failed = DB_OK;
    return db_savepoint_keep(conn);
}

void db_bulk_expect(struct db_conn *conn, bool expected)
{
    if (conn->driver->bulk_expect && !conn->begun)
        conn->driver->bulk_expect(conn, expected);
}

enum db_status db_bulk_begin(struct db_conn *conn, struct str tables)
{
    enum db_status status = gate(conn);
    if (status || !conn->driver->bulk_begin)
        return status;
    return noted(conn, conn->driver->bulk_begin(conn, tables));
}

enum db_status db_bulk_end(struct db_conn *conn)
{
    enum db_status status = gate(conn);
    if (status || !conn->driver->bulk_end)
        return status;
    db_end_cursors(conn); /* an index of a table that is being read cannot be built */
    return noted(conn, conn->driver->bulk_end(conn, true));
}

bool db_in_transaction(const struct db_conn *conn)
{
    return conn->driver->in_transaction(conn);
}

/* Statements */

int64_t db_last_id(const struct db_conn *conn)
{
    return conn->driver->last_id ? conn->driver->last_id(conn) : 0;
}

enum db_status db_change_number(struct db_conn *conn, int64_t *number)
{
    struct db_cursor cursor;
    struct db_value value = {.type = DB_INT};
    enum db_status status = db_open(conn, STR("PRAGMA data_version"), NULL, NULL, &cursor);
    if (db_failed(status))
        return status;
    if ((status = db_step(&cursor)) == DB_ROW)
        db_column(&cursor, 0, &value);
    db_close(&cursor);
    *number = value.integer;
    return status == DB_ROW ? DB_OK : DB_BROKEN;
}

enum db_status db_run(struct db_conn *conn, const char *script)
{
    enum db_status status = gate(conn);
    if (status)
        return status;
    char *text = dialect_expand(conn->driver, script);
    status = text ? conn->driver->run(conn, text) : broken(conn, "out of memory");
    free(text);
    return noted(conn, status);
}

enum db_status db_open(struct db_conn *conn, struct str text, db_param_fn *param, void *state,
                       struct db_cursor *cursor)
{
    *cursor = (struct db_cursor){.conn = conn};
    enum db_status status = gate(conn);
    return status ? status : noted(conn, start(conn, text, param, state, cursor));
}

enum db_status db_put(struct db_conn *conn, struct str text, db_param_fn *param, void *state)
{
    struct db_value values[DB_PARAMS_MAX];
    struct db_cursor cursor;
    enum db_status status = may_go_on(conn);
    if (!status && conn->driver->put && conn->begun) {
        /* A new statement may take the place of one that the server has to forget. */
        if (!cache_find(conn, text, fingerprint(text)) && (status = settle(conn)) != DB_OK)
            return status;
        const struct db_statement *statement = look_up(conn, text, param, state, values);
        status = statement ? conn->driver->put(conn, statement, values) : DB_BROKEN;
        if (status != DB_DONE)
            return noted(conn, status);
    }
    status = db_open(conn, text, param, state, &cursor);
    db_close(&cursor);
    return status;
}

enum db_status db_settle(struct db_conn *conn)
{
    return gate(conn);
}

static bool is_open(const struct db_cursor *cursor)
{
    return cursor->statement && cursor->run && cursor->statement->run == cursor->run;
}

enum db_status db_step(struct db_cursor *cursor)
{
    if (!is_open(cursor))
        return noted(cursor->conn, broken(cursor->conn, "a cursor that has ended"));
    return noted(cursor->conn, cursor->conn->driver->step(cursor->conn, cursor->statement));
}

const char *db_column_name(const struct db_cursor *cursor, int column)
{
    assert(is_open(cursor) && column >= 0 && column < cursor->columns);
    return cursor->conn->driver->column_name(cursor->statement, column);
}

void db_column(const struct db_cursor *cursor, int column, struct db_value *value)
{
    assert(is_open(cursor) && column >= 0 && column < cursor->columns);
    cursor->conn->driver->column(cursor->statement, column, value);
}

unsigned char *db_memo(const struct db_cursor *cursor, const void *owner, bool *fresh)
{
    assert(is_open(cursor));
    struct db_statement *statement = cursor->statement;
    *fresh = statement->memo_owner != owner;
    if (*fresh) {
        statement->memo_owner = owner;
        memset(statement->memo, 0, sizeof(statement->memo));
    }
    return statement->memo;
}

void db_close(struct db_cursor *cursor)
{
    if (is_open(cursor))
        finish(cursor->conn, cursor->statement);
    cursor->statement = NULL;
}

enum db_status db_explain(struct db_conn *conn, struct str text, db_param_fn *param, void *state,
                          struct buf *plan)
{
    struct db_value values[DB_PARAMS_MAX];
    struct db_statement *statement = NULL;
    enum db_status status = gate(conn);
    if (!status)
        status = prepare(conn, text, param, state, values, &statement);
    if (!status)
        status = conn->driver->explain(conn, statement, plan);
    return noted(conn, status);
}
