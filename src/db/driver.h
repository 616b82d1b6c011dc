/* What a database has to offer to stand behind db.h. */
#ifndef DB_DRIVER_H
#define DB_DRIVER_H

#include "base/buf.h"
#include "db/db.h"

enum {
    DB_PARAMS_MAX = 64,
    DB_TOKENS = 9,
    DB_STATEMENTS_MAX = 256, /* kept prepared; also: open at once */
    DB_MESSAGE_MAX = 256,
    DB_TEXT_MAX = 64 << 20 /* bytes of one text */
};

/* A prepared statement, in the connection's cache. Its place in memory stays its own until the
 * connection ends, whatever statement it holds, so that an outdated cursor can be recognised. */
struct db_statement {
    uint64_t hash;
    size_t length;     /* of the text */
    char *text;        /* as written; owned; NULL = this place is free */
    char *compiled;    /* with the database's own parameters; owned */
    struct str *names; /* parameter names, slices of `text`; owned */
    int name_count;
    uint64_t used_at; /* for eviction */
    uint64_t run;     /* number of the run that is open, 0 = none */
    bool prepared;
    unsigned char types[DB_PARAMS_MAX]; /* enum db_type, for which it was prepared */
    const void *memo_owner;
    unsigned char memo[DB_MEMO];

    /* For the driver. */
    void *handle;         /* sqlite3_stmt, or PGresult while open */
    unsigned number;      /* PostgreSQL: its name */
    int row;              /* PostgreSQL: the current one */
    bool outdated;        /* PostgreSQL: the schema has changed under it */
    bool binary;          /* PostgreSQL: its rows are asked for as bytes, not as texts */
    enum db_status ahead; /* SQLite: what the next step will say, DB_OK = it has to look */
};

struct pg_result;

struct db_driver {
    const char *name;
    const char *tokens[DB_TOKENS]; /* in the order of token_names in dialect.c */
    char parameter;                /* the mark in front of a number: ? or $ */
    bool typed;                    /* a statement is prepared for certain types of its parameters */
    bool keeps_control;            /* BEGIN and its kin are worth keeping prepared */
    bool (*connect)(struct db_conn *conn, const char *address, bool read_only);
    void (*disconnect)(struct db_conn *conn);
    bool (*alive)(struct db_conn *conn);                   /* reopens when it can */
    enum db_status (*tell_deadline)(struct db_conn *conn); /* outside of transactions */
    enum db_status (*begin)(struct db_conn *conn, bool write);
    bool (*in_transaction)(const struct db_conn *conn);
    enum db_status (*run)(struct db_conn *conn, const char *script);
    enum db_status (*prepare)(struct db_conn *conn, struct db_statement *statement);
    void (*forget)(struct db_conn *conn, struct db_statement *statement);
    /* See db.h; `good` is false where the transaction was given up. All may be NULL. */
    void (*bulk_expect)(struct db_conn *conn, bool expected);
    enum db_status (*bulk_begin)(struct db_conn *conn, struct str tables);
    enum db_status (*bulk_end)(struct db_conn *conn, bool good);
    int64_t (*last_id)(const struct db_conn *conn); /* may be NULL */
    /* See db_put(): keeps a row back, sends all of them, forgets them. All may be NULL. */
    enum db_status (*put)(struct db_conn *conn, const struct db_statement *statement,
                          const struct db_value *values); /* DB_DONE = it has to be run instead */
    enum db_status (*settle)(struct db_conn *conn);
    void (*drop)(struct db_conn *conn);
    /* Runs it, up to its first row. */
    enum db_status (*start)(struct db_conn *conn, struct db_statement *statement,
                            const struct db_value *values, int *columns);
    enum db_status (*step)(struct db_conn *conn, struct db_statement *statement);
    const char *(*column_name)(struct db_statement *statement, int column);
    void (*column)(struct db_statement *statement, int column, struct db_value *value);
    void (*finish)(struct db_statement *statement);
    /* The plan of a prepared statement that does not look at the values of its parameters. */
    enum db_status (*explain)(struct db_conn *conn, struct db_statement *statement,
                              struct buf *plan);
};

struct db_conn {
    const struct db_driver *driver;
    void *handle;
    char *address; /* owned */
    bool lost;     /* PostgreSQL: has to be opened again */
    bool read_only;
    bool query_only;        /* SQLite: what its PRAGMA says */
    int deadline_ms;        /* asked for, and */
    int told_deadline_ms;   /* known to the database */
    int64_t deadline_at_ms; /* of the running transaction, 0 = none */
    bool begun;             /* db_begin() was followed by neither commit nor rollback */
    enum db_status failed;  /* what spoilt this transaction, DB_OK = nothing did */
    char message[DB_MESSAGE_MAX];
    unsigned next_number;
    uint64_t clock;
    struct db_counter counter;
    uint64_t transactions; /* begun so far */
    char *bulk;            /* between db_bulk_begin() and its end: what is to be run then; owned */
    struct postgres_rows *rows; /* PostgreSQL: those that wait for their COPY; owned */
    struct db_statement *cache[DB_STATEMENTS_MAX];
    size_t cached;
};

extern const struct db_driver db_sqlite, db_postgres;
void sqlite_bulk_expect(struct db_conn *conn, bool expected);
enum db_status sqlite_bulk_begin(struct db_conn *conn, struct str tables) MUST_USE;
enum db_status sqlite_bulk_end(struct db_conn *conn, bool good) MUST_USE;

/* What of a connection to PostgreSQL its two files share. */
enum db_status postgres_status(struct db_conn *conn, const struct pg_result *result) MUST_USE;
enum { POSTGRES_NUMBER = 32 };
/* A value as PostgreSQL reads it, in `number` where it is one; NULL for none. */
const char *postgres_text(const struct db_value *value, char number[POSTGRES_NUMBER]);
enum db_status postgres_put(struct db_conn *conn, const struct db_statement *statement,
                            const struct db_value *values) MUST_USE;
enum db_status postgres_settle(struct db_conn *conn) MUST_USE;
void postgres_drop(struct db_conn *conn);

void db_note(struct db_conn *conn, const char *message);
/* Forgets every cached statement, as after a lost connection. */
void db_forget_all(struct db_conn *conn);
/* Ends the cursors that are open, as a jump out of a request leaves them. */
void db_end_cursors(struct db_conn *conn);
/* A statement without parameters and rows: BEGIN and its kin. Knows no deadline. */
enum db_status db_control(struct db_conn *conn, const char *text) MUST_USE;
int64_t db_clock_ms(void);

/* {id} {int} {real} {bool} {text} {bytes} {strict}, and {sqlite} {postgres}, which leave the rest
 * of their line to one of the two: expands them into malloc'd text, NULL without memory. */
char *dialect_expand(const struct db_driver *driver, const char *script);
/* Finds :names and replaces them by numbers. NULL when all is well, else what is wrong. */
const char *dialect_compile(const struct db_driver *driver, struct db_statement *statement);

#endif
