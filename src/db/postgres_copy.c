/* Rows that go to PostgreSQL by COPY, many at a time: one by one, each costs a way there and back.
 *
 * Rows of a few tables wait side by side, each table's as the text that COPY reads. A full lot is
 * sent, and the server works on it while the next is filled: its answer is read before anything
 * else goes over the connection. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/driver.h"

enum {
    LOTS = 4,             /* tables at a time */
    LOT_BYTES = 96 << 10, /* less than a socket takes at once, so that sending does not wait */
    COMMAND_MAX = 2048
};

struct lot {
    uint64_t statement; /* hash of the INSERT's text */
    char command[COMMAND_MAX];
    char text[LOT_BYTES];
    size_t length;
};

struct postgres_rows {
    struct lot lots[LOTS];
    size_t count;
    bool sent; /* rows are on their way, and the answer was not read */
};

/* --- The command ---------------------------------------------------------------------------- */

/* INSERT INTO table (columns) VALUES (:a, :b) becomes COPY table (columns) FROM STDIN. False where
 * the values are not just the parameters, each once and in order. */
static bool make_command(const struct db_statement *statement, char command[COMMAND_MAX])
{
    static const char insert[] = "INSERT INTO ", values[] = "VALUES (:";
    const char *table = statement->text + sizeof(insert) - 1;
    const char *at = strstr(statement->text, values);
    if (strncmp(statement->text, insert, sizeof(insert) - 1) != 0 || !at)
        return false;
    int length = snprintf(command, COMMAND_MAX, "COPY %.*sFROM STDIN", (int)(at - table), table);
    at += sizeof(values) - 1;
    for (int i = 0; i < statement->name_count; i++) {
        if (statement->names[i].data != at)
            return false;
        at += statement->names[i].length;
        if (i + 1 < statement->name_count && strncmp(at, ", :", 3) == 0)
            at += 3;
    }
    return length < COMMAND_MAX && *at == ')' && strspn(at + 1, " ;\n") == strlen(at + 1);
}

static struct lot *lot_of(struct postgres_rows *rows, const struct db_statement *statement)
{
    uint64_t hash = hash_bytes(HASH_SEED, statement->text, statement->length);
    for (size_t i = 0; i < rows->count; i++)
        if (rows->lots[i].statement == hash)
            return &rows->lots[i];
    struct lot *lot = &rows->lots[rows->count];
    if (rows->count == LOTS || !make_command(statement, lot->command))
        return NULL;
    rows->count++;
    lot->statement = hash;
    lot->length = 0;
    return lot;
}

/* --- Sending -------------------------------------------------------------------------------- */

/* How what is on its way has ended. */
static enum db_status answer(struct db_conn *conn)
{
    enum db_status status = DB_OK;
    conn->rows->sent = false;
    for (PGresult *result; (result = PQgetResult(conn->handle)); PQclear(result))
        if (status == DB_OK)
            status = postgres_status(conn, result);
    return status;
}

static enum db_status send(struct db_conn *conn, struct lot *lot)
{
    enum db_status status = conn->rows->sent ? answer(conn) : DB_OK;
    if (status || !lot->length)
        return status;
    PGresult *result = PQexec(conn->handle, lot->command);
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        status = postgres_status(conn, result);
        PQclear(result);
        return status ? status : DB_BROKEN;
    }
    PQclear(result);
    conn->rows->sent = true;
    if (PQputCopyData(conn->handle, lot->text, (int)lot->length) != 1 ||
        PQputCopyEnd(conn->handle, NULL) != 1)
        status = postgres_status(conn, NULL);
    lot->length = 0;
    return status;
}

enum db_status postgres_settle(struct db_conn *conn)
{
    struct postgres_rows *rows = conn->rows;
    enum db_status status = DB_OK;
    for (size_t i = 0; rows && i < rows->count && !status; i++)
        status = send(conn, &rows->lots[i]);
    if (!status && rows && rows->sent)
        status = answer(conn);
    if (rows)
        rows->count = 0;
    return status;
}

void postgres_drop(struct db_conn *conn)
{
    if (!conn->rows)
        return;
    conn->rows->count = 0;
    if (conn->rows->sent)
        (void)!answer(conn);
}

/* --- Rows ----------------------------------------------------------------------------------- */

/* What stands for a byte in the text of COPY; 0 = it stands for itself. */
static char escape_of(char c)
{
    switch (c) {
    case '\\':
        return '\\';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static char *add_text(char *at, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char escape = escape_of(text.data[i]);
        if (escape) {
            *at++ = '\\';
            *at++ = escape;
        } else {
            *at++ = text.data[i];
        }
    }
    return at;
}

static char *add_bytes(char *at, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    memcpy(at, "\\\\x", 3);
    at += 3;
    for (size_t i = 0; i < bytes.length; i++) {
        *at++ = digits[(unsigned char)bytes.data[i] >> 4];
        *at++ = digits[(unsigned char)bytes.data[i] & 15];
    }
    return at;
}

/* The most that a value can be long, with what stands before or behind it. */
static size_t room_for(const struct db_value *value)
{
    return value->type >= DB_TEXT ? 2 * value->text.length + 4 : POSTGRES_NUMBER;
}

static char *add_value(char *at, const struct db_value *value)
{
    char number[POSTGRES_NUMBER];
    if (value->null) {
        memcpy(at, "\\N", 2);
        return at + 2;
    }
    if (value->type == DB_TEXT)
        return add_text(at, value->text);
    if (value->type == DB_BYTES)
        return add_bytes(at, value->text);
    return add_text(at, str_of(postgres_text(value, number)));
}

enum db_status postgres_put(struct db_conn *conn, const struct db_statement *statement,
                            const struct db_value *values)
{
    if (!conn->rows && !(conn->rows = calloc(1, sizeof(*conn->rows)))) {
        db_note(conn, "out of memory");
        return DB_BROKEN;
    }
    struct lot *lot = lot_of(conn->rows, statement);
    size_t room = 1;
    for (int i = 0; i < statement->name_count; i++)
        room += room_for(&values[i]);
    if (!lot || room > LOT_BYTES)
        return DB_DONE;
    if (room > LOT_BYTES - lot->length) {
        enum db_status status = send(conn, lot);
        if (status)
            return status;
    }
    char *at = lot->text + lot->length;
    for (int i = 0; i < statement->name_count; i++) {
        if (i)
            *at++ = '\t';
        at = add_value(at, &values[i]);
    }
    *at++ = '\n';
    lot->length = (size_t)(at - lot->text);
    return DB_OK;
}
