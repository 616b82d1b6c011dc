/* What a database has to offer to stand behind db.h. */
#ifndef DB_DRIVER_H
#define DB_DRIVER_H

#include "base/buf.h"
#include "db/db.h"

enum { DB_PARAMS_MAX = 64, DB_STATEMENTS_MAX = 256, DB_MESSAGE_MAX = 256 };

/* A prepared statement, in the connection's cache. */
struct db_statement {
    uint64_t hash;
    char *text;        /* as written; owned */
    char *compiled;    /* with the database's own parameters; owned */
    struct str *names; /* parameter names, slices of `text`; owned */
    int name_count;
    uint64_t used_at; /* for eviction */
    bool open;
    void *handle; /* sqlite3_stmt, or PGresult while open */
    unsigned number;
    int row; /* PostgreSQL: the current one */
    bool prepared;
};

struct db_driver {
    const char *name;
    const char *tokens[6]; /* in the order of DIALECT_TOKENS */
    char parameter;        /* the mark in front of a number: ? or $ */
    const char *explain;
    bool (*connect)(struct db_conn *conn, const char *address, bool read_only);
    void (*disconnect)(struct db_conn *conn);
    bool (*alive)(struct db_conn *conn); /* reopens when it can */
    void (*deadline)(struct db_conn *conn, int milliseconds);
    bool (*in_transaction)(const struct db_conn *conn);
    enum db_status (*run)(struct db_conn *conn, const char *script);
    enum db_status (*prepare)(struct db_conn *conn, struct db_statement *statement,
                              const struct db_value *values);
    void (*forget)(struct db_conn *conn, struct db_statement *statement);
    enum db_status (*start)(struct db_conn *conn, struct db_statement *statement,
                            const struct db_value *values, int *columns);
    enum db_status (*step)(struct db_conn *conn, struct db_statement *statement);
    const char *(*column_name)(struct db_statement *statement, int column);
    void (*column)(struct db_statement *statement, int column, struct db_value *value);
    void (*finish)(struct db_statement *statement);
    const char *begin_read, *begin_write;
};

struct db_conn {
    const struct db_driver *driver;
    void *handle;
    char *address; /* owned */
    bool read_only;
    int deadline_ms;
    int64_t deadline_at_ms; /* SQLite: of the running transaction */
    char message[DB_MESSAGE_MAX];
    unsigned next_number;
    uint64_t clock;
    struct db_statement *cache[DB_STATEMENTS_MAX];
    size_t cached;
};

extern const struct db_driver db_sqlite, db_postgres;

void db_note(struct db_conn *conn, const char *message);
/* Drops every cached statement, as after a lost connection. */
void db_forget_all(struct db_conn *conn);
int64_t db_clock_ms(void);

/* {id} {int} {real} {bool} {text} {strict}: expands them into malloc'd text, NULL without memory.
 */
char *dialect_expand(const struct db_driver *driver, const char *script);
/* Finds :names and replaces them by numbers. False when there are too many or no memory. */
bool dialect_compile(const struct db_driver *driver, struct db_statement *statement);

#endif
