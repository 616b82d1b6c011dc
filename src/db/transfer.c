#include "db/transfer.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/digest.h"
#include "db/driver.h"

enum { COLUMNS_MAX = 60, TABLES_MAX = 500, PAGE_ROWS = 2000, NAME_ROOM = 16 };

struct column {
    struct str name;
    enum db_type type;
    int key; /* its place in the primary key, from 1; 0 = none */
};

struct table {
    struct str name;
    struct column columns[COLUMNS_MAX];
    size_t column_count, key_count;
    const struct column *keys[COLUMNS_MAX]; /* in the order of the primary key */
};

struct transfer {
    struct db_conn *from, *to;
    const char *without; /* this table stays empty */
    struct arena arena;  /* tables, statements */
    struct table tables[TABLES_MAX];
    size_t table_count;
    char *reason;
    size_t reason_size;
};

static bool refuse(struct transfer *transfer, const char *what, const char *why)
{
    snprintf(transfer->reason, transfer->reason_size, "%s: %s", what, why);
    return false;
}

static bool run(struct transfer *transfer, struct db_conn *conn, const char *script)
{
    return !db_failed(db_run(conn, script)) || refuse(transfer, "transfer", db_message(conn));
}

/* --- What tables there are ------------------------------------------------------------------ */

/* Rows of three texts and a number, for each table in the order in which it was made: table,
 * column, type, place in the primary key. */
static const char columns_of_sqlite[] =
    "SELECT t.name, c.name, c.type, c.pk FROM sqlite_schema AS t, pragma_table_info(t.name) AS c "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "AND t.name <> 'schema_migration' ORDER BY t.rowid, c.cid";
static const char columns_of_postgres[] =
    "SELECT t.relname::text, c.attname::text, format_type(c.atttypid, NULL), "
    "coalesce(array_position(k.conkey, c.attnum), 0)::bigint "
    "FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 "
    "AND NOT c.attisdropped "
    "LEFT JOIN pg_constraint AS k ON k.conrelid = t.oid AND k.contype = 'p' "
    "WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace "
    "AND t.relname <> 'schema_migration' ORDER BY t.oid, c.attnum";

static enum db_type type_of(struct str name)
{
    static const struct {
        const char *name;
        enum db_type type;
    } known[] = {
        {"INTEGER", DB_INT},  {"bigint", DB_INT}, {"REAL", DB_REAL},  {"double precision", DB_REAL},
        {"boolean", DB_BOOL}, {"BLOB", DB_BYTES}, {"bytea", DB_BYTES}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_is(name, known[i].name))
            return known[i].type;
    return DB_TEXT;
}

static bool add_column(struct transfer *transfer, struct str table, struct column column)
{
    struct table *last =
        transfer->table_count ? &transfer->tables[transfer->table_count - 1] : NULL;
    if (!last || !str_equal(last->name, table)) {
        if (transfer->table_count == TABLES_MAX)
            return refuse(transfer, "transfer", "too many tables");
        last = &transfer->tables[transfer->table_count++];
        *last = (struct table){.name = arena_str(&transfer->arena, table)};
    }
    if (last->column_count == COLUMNS_MAX)
        return refuse(transfer, last->name.data, "too many columns");
    struct column *added = &last->columns[last->column_count++];
    *added = column;
    added->name = arena_str(&transfer->arena, column.name);
    if (column.key > 0 && column.key <= COLUMNS_MAX) {
        last->keys[column.key - 1] = added;
        last->key_count++;
    }
    return true;
}

static bool read_tables(struct transfer *transfer)
{
    struct db_conn *conn = transfer->from;
    struct db_cursor cursor;
    enum db_status status =
        db_open(conn, str_of(db_is_sqlite(conn) ? columns_of_sqlite : columns_of_postgres), NULL,
                NULL, &cursor);
    bool good = !db_failed(status);
    while (good && (status = db_step(&cursor)) == DB_ROW) {
        struct db_value table = {.type = DB_TEXT}, name = table, type = table,
                        key = {.type = DB_INT};
        db_column(&cursor, 0, &table);
        db_column(&cursor, 1, &name);
        db_column(&cursor, 2, &type);
        db_column(&cursor, 3, &key);
        if (!str_is(table.text, transfer->without))
            good = add_column(transfer, table.text,
                              (struct column){name.text, type_of(type.text), (int)key.integer});
    }
    if (db_failed(status))
        good = refuse(transfer, "transfer", db_message(conn));
    db_close(&cursor);
    for (size_t i = 0; good && i < transfer->table_count; i++)
        if (!transfer->tables[i].key_count)
            good = refuse(transfer, transfer->tables[i].name.data, "has no primary key");
    return good;
}

/* A truth is a number in SQLite: only PostgreSQL knows which columns are truths. */
static bool learn_types(struct transfer *transfer)
{
    struct db_conn *conn = db_is_sqlite(transfer->from) ? transfer->to : transfer->from;
    if (db_is_sqlite(conn))
        return true;
    struct db_cursor cursor;
    enum db_status status = db_open(conn, str_of(columns_of_postgres), NULL, NULL, &cursor);
    while (!db_failed(status) && (status = db_step(&cursor)) == DB_ROW) {
        struct db_value table = {.type = DB_TEXT}, name = table, type = table;
        db_column(&cursor, 0, &table);
        db_column(&cursor, 1, &name);
        db_column(&cursor, 2, &type);
        for (size_t i = 0; i < transfer->table_count; i++)
            for (size_t c = 0; c < transfer->tables[i].column_count; c++)
                if (str_equal(transfer->tables[i].name, table.text) &&
                    str_equal(transfer->tables[i].columns[c].name, name.text))
                    transfer->tables[i].columns[c].type = type_of(type.text);
    }
    db_close(&cursor);
    return !db_failed(status) || refuse(transfer, "transfer", db_message(conn));
}

/* --- Rows ----------------------------------------------------------------------------------- */

/* Parameters are named by their number: :c0, and :k0 for the key after which a page begins. */
struct given {
    const struct db_value *columns, *keys;
};

static bool parameter(void *state, struct str name, struct db_value *value)
{
    const struct given *given = state;
    size_t number = 0;
    for (size_t i = 1; i < name.length; i++)
        number = number * 10 + (size_t)(name.data[i] - '0');
    *value = *name.data == 'k' ? given->keys[number] : given->columns[number];
    return true;
}

static struct str page_statement(struct transfer *transfer, const struct table *table, bool first)
{
    struct buf out = {.arena = &transfer->arena};
    const char *comma = "SELECT ";
    for (size_t i = 0; i < table->column_count; i++, comma = ", ")
        buf_print(&out, "%s\"%s\"", comma, table->columns[i].name.data);
    buf_print(&out, " FROM \"%s\"", table->name.data);
    comma = " WHERE (";
    for (size_t i = 0; !first && i < table->key_count; i++, comma = ", ")
        buf_print(&out, "%s\"%s\"", comma, table->keys[i]->name.data);
    comma = ") > (";
    for (size_t i = 0; !first && i < table->key_count; i++, comma = ", ")
        buf_print(&out, "%s:k%zu", comma, i);
    comma = first ? " ORDER BY " : ") ORDER BY ";
    for (size_t i = 0; i < table->key_count; i++, comma = ", ")
        buf_print(&out, "%s\"%s\"", comma, table->keys[i]->name.data);
    buf_print(&out, " LIMIT %d", PAGE_ROWS);
    return buf_str(&out);
}

static struct str insert_statement(struct transfer *transfer, const struct table *table)
{
    struct buf out = {.arena = &transfer->arena};
    buf_print(&out, "INSERT INTO \"%s\"", table->name.data);
    const char *comma = " (";
    for (size_t i = 0; i < table->column_count; i++, comma = ", ")
        buf_print(&out, "%s\"%s\"", comma, table->columns[i].name.data);
    comma = ") VALUES (";
    for (size_t i = 0; i < table->column_count; i++, comma = ", ")
        buf_print(&out, "%s:c%zu", comma, i);
    buf_char(&out, ')');
    return buf_str(&out);
}

static bool insert(struct transfer *transfer, struct str statement, const struct db_value *values)
{
    struct db_cursor cursor;
    struct given given = {values, NULL};
    enum db_status status = db_open(transfer->to, statement, parameter, &given, &cursor);
    if (!db_failed(status))
        status = db_step(&cursor);
    db_close(&cursor);
    return !db_failed(status) || refuse(transfer, "transfer", db_message(transfer->to));
}

static void add_to_digest(struct digest *digest, const struct db_value *value)
{
    char text[40];
    if (value->null)
        digest_part(digest, STR_NONE);
    else if (value->type == DB_REAL) {
        snprintf(text, sizeof(text), "%.17g", value->real);
        digest_part(digest, str_of(text));
    } else if (value->type == DB_TEXT || value->type == DB_BYTES)
        digest_part(digest, value->text);
    else
        digest_number(digest, value->integer);
}

/* Reading one table from its first row to its last. */
struct reading {
    struct transfer *transfer;
    struct db_conn *conn;
    const struct table *table;
    struct digest *digest;
    struct str insert; /* STR_NONE: nothing is written, only read */
    struct arena keys; /* of the last row of the page */
    struct db_value last[COLUMNS_MAX];
    int64_t rows;
};

static void keep_key(struct reading *reading, const struct db_value *values)
{
    const struct table *table = reading->table;
    arena_reset(&reading->keys);
    for (size_t i = 0; i < table->key_count; i++) {
        struct db_value value = values[table->keys[i] - table->columns];
        if (value.type == DB_TEXT)
            value.text = arena_str(&reading->keys, value.text);
        reading->last[i] = value;
    }
}

/* The number of rows in the page; -1 on failure. */
static int read_page(struct reading *reading, struct str statement)
{
    const struct table *table = reading->table;
    struct db_cursor cursor;
    struct given given = {NULL, reading->last};
    int count = 0;
    bool good = true;
    enum db_status status = db_open(reading->conn, statement, parameter, &given, &cursor);
    while (good && !db_failed(status) && (status = db_step(&cursor)) == DB_ROW) {
        struct db_value values[COLUMNS_MAX];
        for (size_t i = 0; i < table->column_count; i++) {
            values[i] = (struct db_value){.type = table->columns[i].type};
            db_column(&cursor, (int)i, &values[i]);
            add_to_digest(reading->digest, &values[i]);
        }
        if (reading->insert.data)
            good = insert(reading->transfer, reading->insert, values);
        if (++count == PAGE_ROWS)
            keep_key(reading, values);
    }
    if (db_failed(status))
        good = refuse(reading->transfer, table->name.data, db_message(reading->conn));
    db_close(&cursor);
    reading->rows += count;
    return good ? count : -1;
}

static bool read_table(struct transfer *transfer, struct db_conn *conn, const struct table *table,
                       bool write, struct transfer_table *out)
{
    struct reading reading = {.transfer = transfer,
                              .conn = conn,
                              .table = table,
                              .digest = digest_begin(DIGEST_SHA256),
                              .insert = write ? insert_statement(transfer, table) : STR_NONE};
    struct str next = page_statement(transfer, table, false);
    int count = read_page(&reading, page_statement(transfer, table, true));
    while (count == PAGE_ROWS)
        count = read_page(&reading, next);
    arena_free(&reading.keys);
    *out = (struct transfer_table){.name = table->name.data, .rows = reading.rows};
    return (digest_end(reading.digest, out->digest) ||
            refuse(transfer, table->name.data, "no digest")) &&
           count >= 0;
}

/* --- References and numbers ----------------------------------------------------------------- */

/* SQLite checks them at the end when asked to. PostgreSQL's are taken off and put on again. */
static bool take_references_off(struct transfer *transfer, struct str *put_on)
{
    if (db_is_sqlite(transfer->to))
        return run(transfer, transfer->to, "PRAGMA defer_foreign_keys = ON");
    struct buf off = {.arena = &transfer->arena}, on = off;
    struct db_cursor cursor;
    enum db_status status = db_open(
        transfer->to,
        STR("SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'f' "
            "AND connamespace = current_schema()::regnamespace ORDER BY oid"),
        NULL, NULL, &cursor);
    while (!db_failed(status) && (status = db_step(&cursor)) == DB_ROW) {
        struct db_value table = {.type = DB_TEXT}, name = table, text = table;
        db_column(&cursor, 0, &table);
        db_column(&cursor, 1, &name);
        db_column(&cursor, 2, &text);
        buf_print(&off, "ALTER TABLE %.*s DROP CONSTRAINT %.*s;\n", STR_PRINT(table.text),
                  STR_PRINT(name.text));
        buf_print(&on, "ALTER TABLE %.*s ADD CONSTRAINT %.*s %.*s;\n", STR_PRINT(table.text),
                  STR_PRINT(name.text), STR_PRINT(text.text));
    }
    db_close(&cursor);
    if (db_failed(status))
        return refuse(transfer, "transfer", db_message(transfer->to));
    *put_on = arena_str(&transfer->arena, buf_str(&on));
    return run(transfer, transfer->to, arena_str(&transfer->arena, buf_str(&off)).data);
}

static bool number(struct transfer *transfer, struct db_conn *conn, const char *statement,
                   int64_t *out)
{
    struct db_cursor cursor;
    struct db_value value = {.type = DB_INT};
    enum db_status status = db_open(conn, str_of(statement), NULL, NULL, &cursor);
    if (!db_failed(status) && (status = db_step(&cursor)) == DB_ROW)
        db_column(&cursor, 0, &value);
    db_close(&cursor);
    *out = value.integer;
    return !db_failed(status) || refuse(transfer, "transfer", db_message(conn));
}

/* The last number that a table gave out for its column `id`; 0 where it gives out none. */
static bool last_number(struct transfer *transfer, const struct table *table, int64_t *last)
{
    struct buf text = {.arena = &transfer->arena};
    if (db_is_sqlite(transfer->from))
        buf_print(&text, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '%s'",
                  table->name.data);
    else
        buf_print(&text,
                  "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('\"%s\"', '%s')),"
                  " 0)",
                  table->name.data, table->keys[0]->name.data);
    return number(transfer, transfer->from, arena_str(&transfer->arena, buf_str(&text)).data, last);
}

static bool set_number(struct transfer *transfer, const struct table *table)
{
    int64_t last;
    struct buf text = {.arena = &transfer->arena};
    if (table->key_count > 1 || table->keys[0]->type != DB_INT)
        return true;
    if (!last_number(transfer, table, &last))
        return false;
    if (!last)
        return true;
    if (db_is_sqlite(transfer->to))
        buf_print(&text,
                  "DELETE FROM sqlite_sequence WHERE name = '%s';"
                  "INSERT INTO sqlite_sequence (name, seq) VALUES ('%s', %lld)",
                  table->name.data, table->name.data, (long long)last);
    else
        buf_print(&text, "SELECT setval(pg_get_serial_sequence('\"%s\"', '%s'), %lld)",
                  table->name.data, table->keys[0]->name.data, (long long)last);
    return run(transfer, transfer->to, arena_str(&transfer->arena, buf_str(&text)).data);
}

/* Commit numbers: those of refused writes were given out, too, but no event has them. */
static bool set_commit_number(struct transfer *transfer)
{
    return db_is_sqlite(transfer->to) ||
           run(transfer, transfer->to,
               "SELECT setval('commit_number', greatest(1, max(sequence))) FROM event");
}

/* --- All of it ------------------------------------------------------------------------------ */

static bool is_empty(struct transfer *transfer)
{
    int64_t rows;
    if (!number(transfer, transfer->to, "SELECT count(*) FROM event", &rows))
        return false;
    return !rows ||
           refuse(transfer, "transfer", "the other database is not empty · 目标数据库不是空的");
}

/* Texts of migrations are the same for both databases, and so are their checksums. */
static bool schema_digest(struct transfer *transfer, struct db_conn *conn, char hex[65])
{
    struct digest *digest = digest_begin(DIGEST_SHA256);
    struct db_cursor cursor;
    enum db_status status = db_open(
        conn, STR("SELECT checksum FROM schema_migration ORDER BY checksum"), NULL, NULL, &cursor);
    while (!db_failed(status) && (status = db_step(&cursor)) == DB_ROW) {
        struct db_value checksum = {.type = DB_INT};
        db_column(&cursor, 0, &checksum);
        digest_number(digest, checksum.integer);
    }
    db_close(&cursor);
    return (digest_end(digest, hex) || refuse(transfer, "schema_migration", "no digest")) &&
           (!db_failed(status) || refuse(transfer, "schema_migration", db_message(conn)));
}

static bool is_same_schema(struct transfer *transfer)
{
    char from[65], to[65];
    return schema_digest(transfer, transfer->from, from) &&
           schema_digest(transfer, transfer->to, to) &&
           (strcmp(from, to) == 0 ||
            refuse(
                transfer, "schema_migration",
                "由另一个版本的程序建立：备份请用正在运行的那个版本；旧备份先恢复到 SQLite，再用 "
                "kechuang migrate 换库 · made by another version: back up with the one that is "
                "running; an older back-up is restored into SQLite first, and moved from there "
                "with kechuang migrate"));
}

/* What the schema itself puts into its tables. */
static bool empty_all(struct transfer *transfer)
{
    for (size_t i = transfer->table_count; i-- > 0;) {
        struct buf text = {.arena = &transfer->arena};
        buf_print(&text, "DELETE FROM \"%s\"", transfer->tables[i].name.data);
        if (!run(transfer, transfer->to, arena_str(&transfer->arena, buf_str(&text)).data))
            return false;
    }
    return true;
}

static bool copy_all(struct transfer *transfer, struct transfer_table *copied, transfer_fn *say,
                     void *state)
{
    for (size_t i = 0; i < transfer->table_count; i++) {
        if (!read_table(transfer, transfer->from, &transfer->tables[i], true, &copied[i]) ||
            !set_number(transfer, &transfer->tables[i]))
            return false;
        say(state, &copied[i], false);
    }
    return set_commit_number(transfer);
}

static bool compare_all(struct transfer *transfer, const struct transfer_table *copied,
                        transfer_fn *say, void *state)
{
    for (size_t i = 0; i < transfer->table_count; i++) {
        struct transfer_table there;
        if (!read_table(transfer, transfer->to, &transfer->tables[i], false, &there))
            return false;
        if (there.rows != copied[i].rows || strcmp(there.digest, copied[i].digest) != 0)
            return refuse(transfer, there.name, "differs afterwards · 前后不一致");
        say(state, &there, true);
    }
    return true;
}

static bool transfer_all(struct transfer *transfer, transfer_fn *say, void *state)
{
    struct str put_on = STR("");
    struct transfer_table *copied = arena_array(&transfer->arena, TABLES_MAX, sizeof(*copied));
    return is_same_schema(transfer) && read_tables(transfer) && learn_types(transfer) &&
           is_empty(transfer) && take_references_off(transfer, &put_on) && empty_all(transfer) &&
           copy_all(transfer, copied, say, state) && run(transfer, transfer->to, put_on.data) &&
           compare_all(transfer, copied, say, state);
}

bool db_transfer(struct db_conn *from, struct db_conn *to, const char *without, transfer_fn *say,
                 void *state, char *reason, size_t reason_size)
{
    struct arena scope = {0};
    struct transfer *transfer = ARENA_NEW(&scope, struct transfer);
    *transfer = (struct transfer){
        .from = from, .to = to, .without = without, .reason = reason, .reason_size = reason_size};
    bool ours = !db_in_transaction(from);
    bool begun = !ours || db_begin(from, false) == DB_OK;
    bool good = begun && db_begin(to, true) == DB_OK;
    if (!good)
        refuse(transfer, "transfer", db_message(begun ? to : from));
    good = good && transfer_all(transfer, say, state);
    if (good && db_failed(db_commit(to)))
        good = refuse(transfer, "transfer", db_message(to));
    db_rollback(to);
    if (ours)
        db_rollback(from);
    arena_free(&transfer->arena);
    arena_free(&scope);
    return good;
}
