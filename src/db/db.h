/* The database, SQLite or PostgreSQL, behind one small face.
 *
 * SQL is written once, for both: named statements with parameters `:name`; the tokens
 * {id} {int} {real} {bool} {text} {bytes} {strict} in migrations, where a line that begins with
 * {sqlite} or {postgres} is for one of them only. Dates and other texts are TEXT compared bytewise,
 * instants are whole seconds. A connection belongs to one thread at a time. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/buf.h"

/* How a call ended. Everything but the first three is a failure; db_message() has the words. */
enum db_status {
    DB_OK,
    DB_ROW,        /* a row is there */
    DB_DONE,       /* no more rows */
    DB_UNIQUE,     /* such a row exists already */
    DB_CONSTRAINT, /* a foreign key or a check refused it */
    DB_AGAIN,      /* a rival got in the way; the same transaction may succeed when run again */
    DB_TIMEOUT,    /* past the connection's deadline */
    DB_FULL,       /* no space left; the transaction is gone */
    DB_READ_ONLY,  /* the file or the server takes no writes */
    DB_LOST,       /* the connection is gone; during COMMIT: nobody knows whether it took */
    DB_BROKEN      /* anything else: a bug, or damage */
};

static inline bool db_failed(enum db_status status)
{
    return status > DB_DONE;
}

enum db_type { DB_INT, DB_REAL, DB_BOOL, DB_TEXT, DB_BYTES };

struct db_value {
    enum db_type type; /* also of a null, so that PostgreSQL can infer nothing wrong */
    bool null;
    union {
        int64_t integer; /* DB_INT, and 0 or 1 for DB_BOOL */
        double real;
        struct str text; /* also of DB_BYTES, in which anything may be */
    };
};

/* A statement of a .sql file; the build makes these. */
struct sql {
    const char *name;
    struct str text;
};

/* Gives the value of a parameter; false when there is none of that name. A text is UTF-8 without a
 * NUL, as it was checked at the door; it must stay where it is until the cursor is closed. */
typedef bool db_param_fn(void *state, struct str name, struct db_value *value);

struct db_conn;

/* `url`: sqlite:PATH (also with ?vfs=NAME) or postgres://… as libpq has it. NULL on failure, with
 * the reason in `reason`. A read-only connection refuses writes and creates no file. */
struct db_conn *db_connect(const char *url, bool read_only, char *reason, size_t reason_size);
void db_disconnect(struct db_conn *conn);
bool db_is_sqlite(const struct db_conn *conn);
/* What went wrong last, in the database's own English: for the log, not for clients. */
const char *db_message(const struct db_conn *conn);
/* From the next db_begin() on, a transaction has this much time: past it a running statement is
 * stopped and no other started, with DB_TIMEOUT. (On PostgreSQL a statement that began in time may
 * run for as long once more.) It can be committed however late. A statement outside of transactions
 * has this time for itself. 0 = no limit. Returns what it was before. */
int db_deadline(struct db_conn *conn, int milliseconds);

/* A read transaction sees one snapshot and takes no writes. A connection that was lost is opened
 * again here. Transactions do not nest.
 *
 * Any failure inside a transaction spoils it: whatever is tried next fails with the same status,
 * until it is rolled back, or the savepoint is dropped inside which the failure happened. */
enum db_status db_begin(struct db_conn *conn, bool write) MUST_USE;
/* After a failure the transaction is gone; of a spoilt one, that is its status. DB_LOST here, and
 * only here, means that nobody knows. */
enum db_status db_commit(struct db_conn *conn) MUST_USE;
void db_rollback(struct db_conn *conn); /* harmless when no transaction is open */
enum db_status db_savepoint(struct db_conn *conn) MUST_USE;
enum db_status db_savepoint_keep(struct db_conn *conn) MUST_USE;
enum db_status db_savepoint_drop(struct db_conn *conn) MUST_USE;
/* False once the transaction has ended by itself, as SQLite does when the disk is full. */
bool db_in_transaction(const struct db_conn *conn);

/* A number that stays with the connection, for whoever numbers what goes through it, and the
 * transaction in which it was made sure of; both from 0. */
struct db_counter {
    int64_t value;
    uint64_t transaction;
};
struct db_counter *db_counter(struct db_conn *conn);
/* Which transaction this is, counted from 1. */
uint64_t db_transaction(const struct db_conn *conn);

/* Around a million of rows that go into these tables (names between blanks) in the transaction that
 * runs. SQLite gets more memory for pages; and of a table that is all but empty it leaves the
 * indexes until db_bulk_end(), which builds each at once instead of row by row, so that only rows'
 * primary keys can be looked up meanwhile. db_bulk_expect(), outside of transactions, lets it sort
 * in files and on two threads. On PostgreSQL, where it would lock readers out, nothing changes. */
void db_bulk_expect(struct db_conn *conn, bool expected);
enum db_status db_bulk_begin(struct db_conn *conn, struct str tables) MUST_USE;
enum db_status db_bulk_end(struct db_conn *conn) MUST_USE;

/* Runs an INSERT of one row whose values are its parameters, each once and in order. PostgreSQL may
 * keep the row back to send it with many others, by COPY: it is there for whatever is run next on
 * the connection, and for COMMIT. A failure may be told then, too; nobody knows of which row. */
enum db_status db_put(struct db_conn *conn, struct str text, db_param_fn *param,
                      void *state) MUST_USE;

/* What was put is in its table now. */
enum db_status db_settle(struct db_conn *conn) MUST_USE;

/* SQLite: the id of the row that was inserted last on this connection. */
int64_t db_last_id(const struct db_conn *conn);

/* SQLite: changes whenever another connection, of whatever process, has committed. */
enum db_status db_change_number(struct db_conn *conn, int64_t *number) MUST_USE;

/* Runs a script of several statements in which tokens are expanded. */
enum db_status db_run(struct db_conn *conn, const char *script) MUST_USE;

/* One running statement. Texts of a row live until the next step. */
struct db_cursor {
    struct db_conn *conn;
    struct db_statement *statement;
    int columns;
    uint64_t run; /* a statement is used again and again: this is the cursor's own use */
};

/* Prepares (or takes from the connection's cache), binds and runs: a write has happened when this
 * returns. A cursor left open by a jump out of a request ends with its transaction; from then on,
 * stepping it is DB_BROKEN and closing it harmless, as it is after a failure here. */
enum db_status db_open(struct db_conn *conn, struct str text, db_param_fn *param, void *state,
                       struct db_cursor *cursor) MUST_USE;
enum db_status db_step(struct db_cursor *cursor) MUST_USE; /* DB_ROW, DB_DONE or a failure */
const char *db_column_name(const struct db_cursor *cursor, int column);
/* `value->type` says what is wanted: numbers and truth values convert into each other; ask for
 * DB_TEXT only where the column is a text, and for DB_BYTES where it is one of bytes. */
void db_column(const struct db_cursor *cursor, int column, struct db_value *value);
void db_close(struct db_cursor *cursor);
/* DB_MEMO bytes that stay with the prepared statement, for whoever `owner` names, so that what
 * follows from its columns is worked out once. `fresh` = they are still zero. */
enum { DB_MEMO = 64 };
unsigned char *db_memo(const struct db_cursor *cursor, const void *owner, bool *fresh);

/* How the database will find the rows of a statement, whatever the values: one line a step, for the
 * tests of indexes. */
enum db_status db_explain(struct db_conn *conn, struct str text, db_param_fn *param, void *state,
                          struct buf *plan) MUST_USE;

/* After an erasure: leaves nothing in the database's files of what was deleted or overwritten.
 * SQLite writes its whole file anew and empties its log; PostgreSQL the `tables` (names between
 * blanks). False, with the reason, when it could not; then it has to be done again. */
bool db_scrub(const char *url, struct str tables, char *reason, size_t reason_size) MUST_USE;

/* SQLite: a copy of the database as it is at one moment, while others go on writing; synced. `path`
 * must not be there yet. False, with the reason, when it could not, and on PostgreSQL. */
bool db_copy(const char *url, const char *path, char *reason, size_t reason_size) MUST_USE;
/* SQLite: what was written to the file by statements is to be such a copy, too: without a log
 * beside it, synced. No other connection has it open. */
bool db_copy_finish(struct db_conn *conn, const char *path, char *reason,
                    size_t reason_size) MUST_USE;
/* SQLite: is every page of the file sound, and does every reference lead somewhere? */
bool db_is_whole(const char *url, char *reason, size_t reason_size) MUST_USE;

struct db_migration {
    const char *module;
    const char *name; /* 0001_create */
    const char *text;
};
/* Brings the schema forward, in one transaction. Refuses (false, with the reason) a database in
 * which migrations have run that this program does not know, or knows otherwise. */
bool db_migrate(struct db_conn *conn, const struct db_migration *migrations, size_t count,
                char *reason, size_t reason_size) MUST_USE;

#endif
