#include "unit/database.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fault/fault_vfs.h"

enum { CONNS_MAX = 16, URL_MAX = 500 };

struct database {
    struct arena arena;
    char folder[40]; /* of an SQLite file, and of the key file */
    char key_file[60];
    char url[URL_MAX];
    struct db_conn *conns[CONNS_MAX];
    size_t conn_count;
};

static struct db_conn *connect_to(struct database *base, const char *url, bool read_only)
{
    char reason[300] = "";
    struct db_conn *conn = db_connect(url, read_only, reason, sizeof(reason));
    if (!conn)
        fail_msg("%s: %s", url, reason);
    assert_true(base->conn_count < CONNS_MAX);
    return base->conns[base->conn_count++] = conn;
}

static struct database *database_new(void)
{
    struct database *base = test_calloc(1, sizeof(*base));
    snprintf(base->folder, sizeof(base->folder), "/tmp/kechuang-unit-XXXXXX");
    if (!mkdtemp(base->folder))
        fail_msg("%s cannot be made", base->folder);
    snprintf(base->key_file, sizeof(base->key_file), "%s/test.key", base->folder);
    return base;
}

static int on_sqlite(void **state, const char *more)
{
    struct database *base = *state = database_new();
    snprintf(base->url, sizeof(base->url), "sqlite:%s/test.db%s", base->folder, more);
    connect_to(base, base->url, false);
    return 0;
}

int database_on_sqlite(void **state)
{
    return on_sqlite(state, "");
}

int database_on_faulty_sqlite(void **state)
{
    fault_vfs_install();
    fault_vfs_forget();
    return on_sqlite(state, "?vfs=" FAULT_VFS);
}

/* A schema is to a test what it is to a city: a database of its own on a shared server. */
int database_on_postgres(void **state)
{
    static int number;
    const char *server = getenv("KECHUANG_TEST_POSTGRES");
    *state = NULL;
    if (!server || !*server)
        return 0;
    struct database *base = *state = database_new();
    char schema[40], script[80];
    snprintf(schema, sizeof(schema), "test_%d_%d", (int)getpid(), ++number);
    snprintf(script, sizeof(script), "CREATE SCHEMA %s", schema);
    snprintf(base->url, sizeof(base->url), "%s%coptions=-csearch_path%%3D%s", server,
             strchr(server, '?') ? '&' : '?', schema);
    struct db_conn *conn = connect_to(base, base->url, false);
    return db_failed(db_run(conn, script));
}

static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    closedir(dir);
    rmdir(folder);
}

int database_forget(void **state)
{
    struct database *base = *state;
    if (!base)
        return 0;
    for (size_t i = 0; i < base->conn_count; i++) {
        db_rollback(base->conns[i]);
        db_disconnect(base->conns[i]);
    }
    base->conn_count = 0;
    if (strncmp(base->url, "sqlite:", 7) != 0) {
        char script[80];
        snprintf(script, sizeof(script), "DROP SCHEMA %s CASCADE", strstr(base->url, "test_"));
        struct db_conn *conn = connect_to(base, base->url, false);
        if (db_failed(db_run(conn, script)))
            fail_msg("%s", db_message(conn));
        db_disconnect(conn);
    }
    remove_folder(base->folder);
    arena_free(&base->arena);
    test_free(base);
    *state = NULL;
    return 0;
}

static struct database *base_of(void **state)
{
    if (!*state) {
        print_message("skipped: KECHUANG_TEST_POSTGRES is not set\n");
        skip();
    }
    return *state;
}

struct db_conn *database_conn(void **state)
{
    return base_of(state)->conns[0];
}

struct db_conn *database_open(void **state, bool read_only)
{
    struct database *base = base_of(state);
    return connect_to(base, base->url, read_only);
}

void database_close(void **state, struct db_conn *conn)
{
    struct database *base = *state;
    for (size_t i = 0; i < base->conn_count; i++)
        if (base->conns[i] == conn)
            base->conns[i] = base->conns[--base->conn_count];
    db_disconnect(conn);
}

const char *database_key_file(void **state)
{
    const struct database *base = *state;
    return base->key_file;
}

const char *database_url(void **state)
{
    return base_of(state)->url;
}

struct arena *database_arena(void **state)
{
    return &base_of(state)->arena;
}

struct db_value int_value(int64_t number)
{
    return (struct db_value){.type = DB_INT, .integer = number};
}

struct db_value real_value(double number)
{
    return (struct db_value){.type = DB_REAL, .real = number};
}

struct db_value bool_value(bool truth)
{
    return (struct db_value){.type = DB_BOOL, .integer = truth};
}

struct db_value text_value(const char *text)
{
    return (struct db_value){.type = DB_TEXT, .text = str_of(text)};
}

struct db_value null_value(enum db_type type)
{
    return (struct db_value){.type = type, .null = true};
}

bool given_param(void *state, struct str name, struct db_value *value)
{
    for (const struct given *given = state; given && given->name; given++)
        if (str_is(name, given->name)) {
            *value = given->value;
            return true;
        }
    return false;
}

/* The face of db_open() is for states that may change; ours does not. */
static void *without_const(const struct given *given)
{
    void *state;
    memcpy(&state, &given, sizeof(state));
    return state;
}

enum db_status database_do(struct db_conn *conn, const char *sql, const struct given *given)
{
    struct db_cursor cursor;
    enum db_status status = db_open(conn, str_of(sql), given_param, without_const(given), &cursor);
    if (db_failed(status))
        return status;
    while ((status = db_step(&cursor)) == DB_ROW)
        ;
    db_close(&cursor);
    return status;
}

static void expect(struct db_conn *conn, enum db_status status, const char *what)
{
    if (db_failed(status))
        fail_msg("%s: %s: %s", what, status_name(status), db_message(conn));
}

void database_write(struct db_conn *conn, const char *sql)
{
    expect(conn, db_begin(conn, true), "begin");
    expect(conn, db_run(conn, sql), sql);
    expect(conn, db_commit(conn), "commit");
}

static void add_value(struct buf *out, const struct db_cursor *cursor, int column, char type)
{
    struct db_value value = {.type = type == 'i'   ? DB_INT
                                     : type == 'r' ? DB_REAL
                                     : type == 'b' ? DB_BOOL
                                                   : DB_TEXT};
    db_column(cursor, column, &value);
    if (value.null)
        buf_add(out, STR("NULL"));
    else if (value.type == DB_INT)
        buf_int(out, value.integer);
    else if (value.type == DB_REAL)
        buf_real(out, value.real);
    else if (value.type == DB_BOOL)
        buf_add(out, value.integer ? STR("yes") : STR("no"));
    else
        buf_add(out, value.text);
}

struct str database_rows(struct arena *arena, struct db_conn *conn, const char *sql,
                         const struct given *given, const char *types)
{
    struct db_cursor cursor;
    struct buf out = {.arena = arena};
    enum db_status status = db_open(conn, str_of(sql), given_param, without_const(given), &cursor);
    expect(conn, status, sql);
    assert_int_equal(cursor.columns, strlen(types));
    while ((status = db_step(&cursor)) == DB_ROW) {
        if (out.length)
            buf_char(&out, '\n');
        for (int i = 0; types[i]; i++) {
            if (i)
                buf_char(&out, '|');
            add_value(&out, &cursor, i, types[i]);
        }
    }
    expect(conn, status, sql);
    db_close(&cursor);
    return buf_str(&out);
}

int64_t database_number(struct db_conn *conn, const char *sql)
{
    bool own = !db_in_transaction(conn);
    if (own)
        expect(conn, db_begin(conn, false), "begin");
    struct db_cursor cursor;
    struct db_value value = {.type = DB_INT};
    expect(conn, db_open(conn, str_of(sql), NULL, NULL, &cursor), sql);
    assert_status(db_step(&cursor), DB_ROW);
    db_column(&cursor, 0, &value);
    db_close(&cursor);
    if (own)
        expect(conn, db_commit(conn), "commit");
    return value.integer;
}

const char *status_name(enum db_status status)
{
    static const char *const names[] = {"OK",         "ROW",   "DONE",    "UNIQUE",
                                        "CONSTRAINT", "AGAIN", "TIMEOUT", "FULL",
                                        "READ_ONLY",  "LOST",  "BROKEN"};
    return names[status];
}
