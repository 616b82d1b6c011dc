#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT8 = 701
};

/* SQLSTATE to status; see appendix A of the PostgreSQL manual. */
static enum db_status status_of_state(const char *state)
{
    static const struct {
        const char *prefix;
        enum db_status status;
    } known[] = {{"23505", DB_UNIQUE},    {"23", DB_CONSTRAINT}, {"40", DB_AGAIN},
                 {"55P03", DB_AGAIN},     {"57014", DB_TIMEOUT}, {"53100", DB_FULL},
                 {"25006", DB_READ_ONLY}, {"08", DB_LOST},       {"57P", DB_LOST}};
    for (size_t i = 0; state && i < COUNT(known); i++)
        if (strncmp(state, known[i].prefix, strlen(known[i].prefix)) == 0)
            return known[i].status;
    return DB_BROKEN;
}

enum db_status postgres_status(struct db_conn *conn, const PGresult *result)
{
    ExecStatusType ended = PQresultStatus(result);
    if (ended == PGRES_COMMAND_OK || ended == PGRES_TUPLES_OK)
        return DB_OK;
    if (ended == PGRES_EMPTY_QUERY) {
        db_note(conn, "an empty statement");
        return DB_BROKEN;
    }
    db_note(conn, result ? PQresultErrorMessage(result) : PQerrorMessage(conn->handle));
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    enum db_status status = status_of_state(state);
    /* What has no SQLSTATE does not come from the server: the way to it is broken, even where libpq
     * calls the connection good, because its last write failed and nothing was read yet. */
    if (PQstatus(conn->handle) != CONNECTION_OK || !state)
        status = DB_LOST;
    conn->lost = conn->lost || status == DB_LOST;
    return status;
}

static enum db_status postgres_run(struct db_conn *conn, const char *script)
{
    PGresult *result = PQexec(conn->handle, script);
    enum db_status status = postgres_status(conn, result);
    if (PQresultStatus(result) == PGRES_EMPTY_QUERY)
        status = DB_OK;
    /* To COMMIT in a transaction that had failed, the server says yes and does the opposite. */
    if (status == DB_OK && strcmp(script, "COMMIT") == 0 &&
        strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        db_note(conn, "the transaction had failed, and was rolled back");
        status = DB_BROKEN;
    }
    PQclear(result);
    return status;
}

static void quiet(void *state, const char *message)
{
    (void)state;
    (void)message;
}

static bool prepare_session(struct db_conn *conn)
{
    PQsetNoticeProcessor(conn->handle, quiet, NULL);
    PQsetErrorVerbosity(conn->handle, PQERRORS_TERSE); /* the detail has values, not for logs */
    conn->told_deadline_ms = 0;
    conn->lost = false;
    const char *encoding = PQparameterStatus(conn->handle, "server_encoding");
    if (!encoding || strcmp(encoding, "UTF8") != 0) {
        db_note(conn, "the database's encoding must be UTF8");
        return false;
    }
    static const char settings[] = "SET timezone = 'UTC';"
                                   "SET statement_timeout = 0;"
                                   "SET idle_in_transaction_session_timeout = '60s'";
    return !db_failed(postgres_run(conn, settings)) &&
           !(conn->read_only &&
             db_failed(postgres_run(conn, "SET default_transaction_read_only = on")));
}

static bool postgres_connect(struct db_conn *conn, const char *address, bool read_only)
{
    (void)read_only; /* a member of conn, for prepare_session() */
    /* What stands before the address can be overruled by it: a server that is gone, or whose answer
     * never comes, is noticed within seconds. */
    static const char *const names[] = {"connect_timeout",
                                        "tcp_user_timeout",
                                        "keepalives_idle",
                                        "keepalives_interval",
                                        "keepalives_count",
                                        "application_name",
                                        "dbname",
                                        "client_encoding",
                                        NULL};
    const char *values[] = {"5", "10000", "10", "5", "3", "kechuang", address, "UTF8", NULL};
    conn->handle = PQconnectdbParams(names, values, 1);
    if (PQstatus(conn->handle) == CONNECTION_OK)
        return prepare_session(conn);
    db_note(conn, PQerrorMessage(conn->handle));
    return false;
}

static void postgres_disconnect(struct db_conn *conn)
{
    free(conn->rows);
    conn->rows = NULL;
    PQfinish(conn->handle);
    conn->handle = NULL;
}

static bool postgres_alive(struct db_conn *conn)
{
    if (!conn->lost && PQstatus(conn->handle) == CONNECTION_OK)
        return true;
    db_forget_all(conn);
    postgres_disconnect(conn);
    if (postgres_connect(conn, conn->address, conn->read_only))
        return true;
    postgres_disconnect(conn); /* half ready is not ready */
    return false;
}

static bool postgres_in_transaction(const struct db_conn *conn)
{
    PGTransactionStatusType status = PQtransactionStatus(conn->handle);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

static enum db_status postgres_tell_deadline(struct db_conn *conn)
{
    char script[64];
    snprintf(script, sizeof(script), "SET statement_timeout = %d", conn->deadline_ms);
    return postgres_run(conn, script);
}

static enum db_status postgres_begin(struct db_conn *conn, bool write)
{
    return postgres_run(conn, write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                    : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

static void statement_name(const struct db_statement *statement, char name[16])
{
    snprintf(name, 16, "s%u", statement->number);
}

static enum db_status postgres_prepare(struct db_conn *conn, struct db_statement *statement)
{
    static const Oid oids[] = {[DB_INT] = OID_INT8,
                               [DB_REAL] = OID_FLOAT8,
                               [DB_BOOL] = OID_BOOL,
                               [DB_TEXT] = OID_TEXT,
                               [DB_BYTES] = OID_BYTEA};
    Oid types[DB_PARAMS_MAX];
    char name[16];
    statement_name(statement, name);
    statement->binary = false;
    for (int i = 0; i < statement->name_count; i++)
        types[i] = oids[statement->types[i]];
    PGresult *result =
        PQprepare(conn->handle, name, statement->compiled, statement->name_count, types);
    enum db_status status = postgres_status(conn, result);
    PQclear(result);
    return status;
}

static void postgres_forget(struct db_conn *conn, struct db_statement *statement)
{
    char script[32], name[16];
    if (conn->lost || PQstatus(conn->handle) != CONNECTION_OK)
        return;
    statement_name(statement, name);
    snprintf(script, sizeof(script), "DEALLOCATE %s", name);
    PQclear(PQexec(conn->handle, script));
}

const char *postgres_text(const struct db_value *value, char number[POSTGRES_NUMBER])
{
    if (value->null)
        return NULL;
    switch (value->type) {
    case DB_INT:
        snprintf(number, POSTGRES_NUMBER, "%lld", (long long)value->integer);
        return number;
    case DB_REAL:
        snprintf(number, POSTGRES_NUMBER, "%.17g", value->real);
        return number;
    case DB_BOOL:
        return value->integer ? "t" : "f";
    case DB_TEXT:
    case DB_BYTES:
        break;
    }
    return value->text.data ? value->text.data : "";
}

/* Bytes as hexadecimal digits are twice as long, and cost more to read than the rest of a search.
 * Which columns a statement has is known when it has run once; from then on its rows come as bytes
 * where there are bytes among them and all else is of a type that is read below. */
static bool has_bytes(const PGresult *result)
{
    bool any = false;
    for (int i = 0; i < PQnfields(result); i++) {
        Oid type = PQftype(result, i);
        any = any || type == OID_BYTEA;
        if (type != OID_BYTEA && type != OID_TEXT && type != OID_INT8 && type != OID_INT4 &&
            type != OID_BOOL)
            return false;
    }
    return any;
}

static enum db_status postgres_start(struct db_conn *conn, struct db_statement *statement,
                                     const struct db_value *values, int *columns)
{
    const char *texts[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX], binary[DB_PARAMS_MAX];
    char numbers[DB_PARAMS_MAX][POSTGRES_NUMBER], name[16];
    statement_name(statement, name);
    for (int i = 0; i < statement->name_count; i++) {
        /* A text goes as it is, with its length: slices have no NUL behind them. */
        binary[i] = values[i].type >= DB_TEXT;
        texts[i] = postgres_text(&values[i], numbers[i]);
        lengths[i] = binary[i] ? (int)values[i].text.length : 0;
    }
    PGresult *result = PQexecPrepared(conn->handle, name, statement->name_count, texts, lengths,
                                      binary, statement->binary);
    enum db_status status = postgres_status(conn, result);
    if (db_failed(status)) {
        /* A migration changed what it returns: it has to be prepared again, in a new transaction.
         */
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        statement->outdated = state && strcmp(state, "0A000") == 0;
        PQclear(result);
        return statement->outdated ? DB_AGAIN : status;
    }
    statement->handle = result;
    statement->row = -1;
    statement->binary = statement->binary || has_bytes(result);
    *columns = PQnfields(result);
    return DB_OK;
}

static enum db_status postgres_step(struct db_conn *conn, struct db_statement *statement)
{
    (void)conn;
    int count = PQntuples(statement->handle);
    if (statement->row < count)
        statement->row++;
    return statement->row < count ? DB_ROW : DB_DONE;
}

static const char *postgres_name(struct db_statement *statement, int column)
{
    return PQfname(statement->handle, column);
}

/* As SQLite converts: truth is 1, and what stands behind the point is cut off. */
static double number_of(const char *text)
{
    return *text == 't' ? 1 : strtod(text, NULL);
}

static int64_t integer_of(const char *text)
{
    char *end;
    errno = 0;
    int64_t integer = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0)
        return integer;
    double real = number_of(text);
    return real >= 0x1p63 ? INT64_MAX : real < -0x1p63 ? INT64_MIN : (int64_t)real;
}

static unsigned char hex_digit(char c)
{
    return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Bytes come as \x and hexadecimal digits: read where they stand, since the result is ours. */
static struct str bytes_of(char *text, size_t length)
{
    size_t count = length >= 2 ? (length - 2) / 2 : 0;
    for (size_t i = 0; i < count; i++)
        text[i] = (char)(hex_digit(text[2 * i + 2]) << 4 | hex_digit(text[2 * i + 3]));
    return (struct str){text, count};
}

/* A number of 1, 4 or 8 bytes, the highest first. */
static int64_t number_of_bytes(const char *bytes, int length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    uint64_t number = length && *at & 0x80 && length > 1 ? UINT64_MAX : 0;
    for (int i = 0; i < length; i++)
        number = number << 8 | at[i];
    return (int64_t)number;
}

static void binary_column(const struct db_statement *statement, int column, struct db_value *value)
{
    PGresult *result = statement->handle;
    const char *bytes = PQgetvalue(result, statement->row, column);
    int length = PQgetlength(result, statement->row, column);
    value->null = PQgetisnull(result, statement->row, column);
    switch (value->type) {
    case DB_INT:
        value->integer = value->null ? 0 : number_of_bytes(bytes, length);
        return;
    case DB_BOOL:
        value->integer = !value->null && number_of_bytes(bytes, length) != 0;
        return;
    case DB_REAL:
        value->real = value->null ? 0 : (double)number_of_bytes(bytes, length);
        return;
    case DB_BYTES:
    case DB_TEXT:
        break;
    }
    value->text = value->null ? STR_NONE : (struct str){bytes, (size_t)length};
}

static void postgres_column(struct db_statement *statement, int column, struct db_value *value)
{
    PGresult *result = statement->handle;
    if (PQfformat(result, column)) {
        binary_column(statement, column, value);
        return;
    }
    char *text = PQgetvalue(result, statement->row, column);
    value->null = PQgetisnull(result, statement->row, column);
    switch (value->type) {
    case DB_INT:
        value->integer = value->null ? 0 : integer_of(text);
        return;
    case DB_BOOL:
        value->integer = !value->null && number_of(text) != 0;
        return;
    case DB_REAL:
        value->real = value->null ? 0 : number_of(text);
        return;
    case DB_BYTES:
        value->text = value->null
                          ? STR_NONE
                          : bytes_of(text, (size_t)PQgetlength(result, statement->row, column));
        return;
    case DB_TEXT:
        break;
    }
    value->text = value->null
                      ? STR_NONE
                      : (struct str){text, (size_t)PQgetlength(result, statement->row, column)};
}

static void postgres_finish(struct db_statement *statement)
{
    PQclear(statement->handle);
    statement->handle = NULL;
}

static enum db_status postgres_explain(struct db_conn *conn, struct db_statement *statement,
                                       struct buf *plan)
{
    struct buf text = {.arena = plan->arena};
    char name[16];
    statement_name(statement, name);
    buf_print(&text, "EXPLAIN EXECUTE %s", name);
    for (int i = 0; i < statement->name_count; i++)
        buf_print(&text, "%s", i ? ", NULL" : "(NULL");
    buf_print(&text, "%s", statement->name_count ? ")" : "");
    /* The plan that prepared statements come to use, which is made for any value. */
    enum db_status status = postgres_run(conn, "SET plan_cache_mode = force_generic_plan");
    if (db_failed(status))
        return status;
    PGresult *result = PQexec(conn->handle, arena_str(plan->arena, buf_str(&text)).data);
    status = postgres_status(conn, result);
    for (int row = 0; status == DB_OK && row < PQntuples(result); row++)
        buf_print(plan, "%s\n", PQgetvalue(result, row, 0));
    PQclear(result);
    return db_failed(status) ? status : postgres_run(conn, "RESET plan_cache_mode");
}

const struct db_driver db_postgres = {
    .name = "postgres",
    .tokens = {"BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "BIGINT", "DOUBLE PRECISION",
               "BOOLEAN", "TEXT COLLATE \"C\"", "", "--", "", "BYTEA"},
    .parameter = '$',
    .typed = true,
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .alive = postgres_alive,
    .tell_deadline = postgres_tell_deadline,
    .begin = postgres_begin,
    .in_transaction = postgres_in_transaction,
    .run = postgres_run,
    .prepare = postgres_prepare,
    .forget = postgres_forget,
    .start = postgres_start,
    .step = postgres_step,
    .column_name = postgres_name,
    .column = postgres_column,
    .finish = postgres_finish,
    .put = postgres_put,
    .settle = postgres_settle,
    .drop = postgres_drop,
    .explain = postgres_explain,
};
