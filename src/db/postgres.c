#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

enum { OID_BOOL = 16, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };

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

static enum db_status status_of(struct db_conn *conn, const PGresult *result)
{
    ExecStatusType ended = PQresultStatus(result);
    if (ended == PGRES_COMMAND_OK || ended == PGRES_TUPLES_OK || ended == PGRES_EMPTY_QUERY)
        return DB_OK;
    db_note(conn, result ? PQresultErrorMessage(result) : PQerrorMessage(conn->handle));
    if (PQstatus(conn->handle) != CONNECTION_OK)
        return DB_LOST;
    return status_of_state(PQresultErrorField(result, PG_DIAG_SQLSTATE));
}

static enum db_status postgres_run(struct db_conn *conn, const char *script)
{
    PGresult *result = PQexec(conn->handle, script);
    enum db_status status = status_of(conn, result);
    PQclear(result);
    return status;
}

static void postgres_deadline(struct db_conn *conn, int milliseconds)
{
    char script[64];
    snprintf(script, sizeof(script), "SET statement_timeout = %d", milliseconds);
    if (db_failed(postgres_run(conn, script)))
        db_forget_all(conn); /* db_begin() will open a new connection and set it there */
}

static void quiet(void *state, const char *message)
{
    (void)state;
    (void)message;
}

static bool prepare_session(struct db_conn *conn)
{
    PQsetNoticeProcessor(conn->handle, quiet, NULL);
    if (db_failed(postgres_run(conn, "SET client_encoding = 'UTF8'; SET timezone = 'UTC';"
                                     "SET idle_in_transaction_session_timeout = '60s'")))
        return false;
    if (conn->deadline_ms)
        postgres_deadline(conn, conn->deadline_ms);
    return true;
}

static bool postgres_connect(struct db_conn *conn, const char *address, bool read_only)
{
    (void)read_only; /* every read is in a READ ONLY transaction */
    conn->handle = PQconnectdb(address);
    if (PQstatus(conn->handle) == CONNECTION_OK && prepare_session(conn))
        return true;
    db_note(conn, PQerrorMessage(conn->handle));
    return false;
}

static void postgres_disconnect(struct db_conn *conn)
{
    PQfinish(conn->handle);
    conn->handle = NULL;
}

static bool postgres_alive(struct db_conn *conn)
{
    if (PQstatus(conn->handle) == CONNECTION_OK)
        return true;
    db_forget_all(conn);
    PQreset(conn->handle);
    if (PQstatus(conn->handle) == CONNECTION_OK && prepare_session(conn))
        return true;
    db_note(conn, PQerrorMessage(conn->handle));
    return false;
}

static bool postgres_in_transaction(const struct db_conn *conn)
{
    PGTransactionStatusType status = PQtransactionStatus(conn->handle);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

static void statement_name(const struct db_statement *statement, char name[16])
{
    snprintf(name, 16, "s%u", statement->number);
}

static enum db_status postgres_prepare(struct db_conn *conn, struct db_statement *statement,
                                       const struct db_value *values)
{
    static const Oid oids[] = {
        [DB_INT] = OID_INT8, [DB_REAL] = OID_FLOAT8, [DB_BOOL] = OID_BOOL, [DB_TEXT] = OID_TEXT};
    Oid types[DB_PARAMS_MAX];
    char name[16];
    statement_name(statement, name);
    for (int i = 0; i < statement->name_count; i++)
        types[i] = oids[values[i].type];
    PGresult *result =
        PQprepare(conn->handle, name, statement->compiled, statement->name_count, types);
    enum db_status status = status_of(conn, result);
    PQclear(result);
    return status;
}

static void postgres_forget(struct db_conn *conn, struct db_statement *statement)
{
    char script[32], name[16];
    if (PQstatus(conn->handle) != CONNECTION_OK)
        return;
    statement_name(statement, name);
    snprintf(script, sizeof(script), "DEALLOCATE %s", name);
    PQclear(PQexec(conn->handle, script));
}

enum { NUMBER_TEXT = 32 };

static const char *wire_text(const struct db_value *value, char number[NUMBER_TEXT])
{
    if (value->null)
        return NULL;
    switch (value->type) {
    case DB_INT:
        snprintf(number, NUMBER_TEXT, "%lld", (long long)value->integer);
        return number;
    case DB_REAL:
        snprintf(number, NUMBER_TEXT, "%.17g", value->real);
        return number;
    case DB_BOOL:
        return value->integer ? "t" : "f";
    case DB_TEXT:
        break;
    }
    return value->text.data;
}

static enum db_status postgres_start(struct db_conn *conn, struct db_statement *statement,
                                     const struct db_value *values, int *columns)
{
    const char *texts[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX], binary[DB_PARAMS_MAX];
    char numbers[DB_PARAMS_MAX][NUMBER_TEXT], name[16];
    statement_name(statement, name);
    for (int i = 0; i < statement->name_count; i++) {
        /* A text goes as it is, with its length: slices have no NUL behind them. */
        binary[i] = values[i].type == DB_TEXT;
        texts[i] = wire_text(&values[i], numbers[i]);
        lengths[i] = values[i].type == DB_TEXT ? (int)values[i].text.length : 0;
    }
    PGresult *result =
        PQexecPrepared(conn->handle, name, statement->name_count, texts, lengths, binary, 0);
    enum db_status status = status_of(conn, result);
    if (db_failed(status)) {
        PQclear(result);
        statement->handle = NULL;
        return status;
    }
    statement->handle = result;
    statement->row = -1;
    *columns = PQnfields(result);
    return DB_OK;
}

static enum db_status postgres_step(struct db_conn *conn, struct db_statement *statement)
{
    (void)conn;
    return ++statement->row < PQntuples(statement->handle) ? DB_ROW : DB_DONE;
}

static const char *postgres_name(struct db_statement *statement, int column)
{
    return PQfname(statement->handle, column);
}

static void postgres_column(struct db_statement *statement, int column, struct db_value *value)
{
    PGresult *result = statement->handle;
    const char *text = PQgetvalue(result, statement->row, column);
    value->null = PQgetisnull(result, statement->row, column);
    switch (value->type) {
    case DB_INT:
        value->integer = value->null ? 0 : strtoll(text, NULL, 10);
        return;
    case DB_BOOL:
        value->integer = !value->null && *text == 't';
        return;
    case DB_REAL:
        value->real = value->null ? 0 : strtod(text, NULL);
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

const struct db_driver db_postgres = {
    .name = "postgres",
    .tokens = {"BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "BIGINT", "DOUBLE PRECISION",
               "BOOLEAN", "TEXT COLLATE \"C\"", ""},
    .parameter = '$',
    .explain = "EXPLAIN ",
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .alive = postgres_alive,
    .deadline = postgres_deadline,
    .in_transaction = postgres_in_transaction,
    .run = postgres_run,
    .prepare = postgres_prepare,
    .forget = postgres_forget,
    .start = postgres_start,
    .step = postgres_step,
    .column_name = postgres_name,
    .column = postgres_column,
    .finish = postgres_finish,
    .begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .begin_write = "BEGIN",
};
