/* Rows that are put, one by one or many at a time, are the rows that an INSERT would have made. */
#include "unit/database.h"

static const char insert[] = "INSERT INTO thing (id, name, weight, done, data)\n"
                             "VALUES (:id, :name, :weight, :done, :data)";

static struct db_conn *with_things(void **state)
{
    struct db_conn *conn = database_conn(state);
    database_write(conn,
                   "CREATE TABLE thing (id {int} PRIMARY KEY, name {text}, weight {real},"
                   " done {bool}, data {bytes}, CHECK (name <> 'bad')) {strict};"
                   "CREATE TABLE line (id {int} PRIMARY KEY, thing {int} NOT NULL) {strict};");
    assert_status(db_begin(conn, true), DB_OK);
    return conn;
}

static enum db_status put(struct db_conn *conn, const char *sql, const struct given *given)
{
    return db_put(conn, str_of(sql), given_param, (void *)(uintptr_t)given);
}

static enum db_status put_thing(struct db_conn *conn, int64_t id, const char *name)
{
    const struct db_value data = {.type = DB_BYTES, .text = STR("\\\t\n\0\xff")};
    return put(conn, insert,
               GIVEN({"id", int_value(id)}, {"name", text_value(name)}, {"weight", real_value(0.1)},
                     {"done", bool_value(id % 2)}, {"data", data}));
}

static void what_is_put_is_what_was_meant(void **state)
{
    static const char *const names[] = {
        "", "\\N", "\\.", "a\tb\nc\rd\\e\b\f\v", "科技\\\n", "\"", "'", "\\x41\\", ",", "\\\\"};
    struct db_conn *conn = with_things(state);
    struct arena *arena = database_arena(state);
    for (size_t i = 0; i < COUNT(names); i++)
        assert_false(db_failed(put_thing(conn, (int64_t)i, names[i])));
    assert_false(db_failed(put(conn, insert,
                               GIVEN({"id", int_value(INT64_MIN)}, {"name", null_value(DB_TEXT)},
                                     {"weight", null_value(DB_REAL)}, {"done", null_value(DB_BOOL)},
                                     {"data", null_value(DB_BYTES)}))));
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct given id[] = {{"id", int_value((int64_t)i)}, {0}};
        struct str row = database_rows(
            arena, conn, "SELECT name, weight, done FROM thing WHERE id = :id", id, "trb");
        struct str meant = arena_print(arena, "%s|0.1|%s", names[i], i % 2 ? "yes" : "no");
        assert_true(str_equal(row, meant));
    }
    assert_str(database_rows(arena, conn, "SELECT id, name, weight, done FROM thing WHERE id < 0",
                             NULL, "itrb"),
               "-9223372036854775808|NULL|NULL|NULL");
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing WHERE length(data) = 5"),
                     COUNT(names));
    assert_status(db_commit(conn), DB_OK);
}

/* Of two tables in turn, and rows as long as they come. */
static void many_rows_are_all_there(void **state)
{
    enum { ROWS = 20000, LONG = 200 * 1024 };
    struct db_conn *conn = with_things(state);
    char *name = arena_alloc(database_arena(state), LONG + 1);
    memset(name, 'n', LONG);
    name[LONG] = '\0';
    for (int64_t i = 0; i < ROWS; i++) {
        name[i % 50] = '\0';
        assert_false(db_failed(put_thing(conn, i, i == ROWS / 2 ? name + 64 : name)));
        name[i % 50] = 'n';
        assert_false(db_failed(put(conn, "INSERT INTO line (id, thing) VALUES (:id, :thing)",
                                   GIVEN({"id", int_value(i)}, {"thing", int_value(i)}))));
    }
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing"), ROWS);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM line WHERE thing = id"), ROWS);
    assert_int_equal(database_number(conn, "SELECT max(length(name)) FROM thing"), LONG - 64);
    assert_int_equal(
        database_number(conn, "SELECT count(*) FROM thing WHERE length(name) = id % 50"), ROWS - 1);
}

static void what_is_put_is_there_for_the_next_statement(void **state)
{
    struct db_conn *conn = with_things(state);
    assert_false(db_failed(put_thing(conn, 1, "one")));
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing"), 1);
    assert_false(db_failed(put_thing(conn, 2, "two")));
    assert_status(db_run(conn, "DELETE FROM thing"), DB_OK);
    assert_false(db_failed(put_thing(conn, 3, "three")));
    assert_status(db_settle(conn), DB_OK);
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(database_number(conn, "SELECT sum(id) FROM thing"), 3);
}

/* How the transaction ends in which these two are put: at the latest, COMMIT says what was wrong.
 */
static enum db_status end_with(struct db_conn *conn, int64_t id, const char *name)
{
    enum db_status status = put_thing(conn, 1, "one");
    if (!db_failed(status))
        status = put_thing(conn, id, name);
    enum db_status committed = db_commit(conn);
    return db_failed(status) ? status : committed;
}

static void a_row_that_is_refused_spoils_the_transaction(void **state)
{
    struct db_conn *conn = with_things(state);
    assert_status(end_with(conn, 1, "again"), DB_UNIQUE);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(end_with(conn, 2, "bad"), DB_CONSTRAINT);
    assert_status(db_begin(conn, true), DB_OK);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing"), 0);
    assert_status(end_with(conn, 2, "good"), DB_OK);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing"), 2);
}

static void a_savepoint_takes_back_what_was_put(void **state)
{
    struct db_conn *conn = with_things(state);
    assert_false(db_failed(put_thing(conn, 1, "before")));
    assert_status(db_savepoint(conn), DB_OK);
    for (int64_t i = 1; i < 5000; i++) /* the first is refused, sooner or later */
        if (db_failed(put_thing(conn, i, "inside")))
            break;
    assert_status(db_savepoint_drop(conn), DB_OK);
    assert_false(db_failed(put_thing(conn, 2, "after")));
    assert_status(db_commit(conn), DB_OK);
    assert_status(db_begin(conn, false), DB_OK);
    assert_str(
        database_rows(database_arena(state), conn, "SELECT name FROM thing ORDER BY id", NULL, "t"),
        "before\nafter");
}

static void what_is_rolled_back_was_not_put(void **state)
{
    struct db_conn *conn = with_things(state);
    for (int64_t i = 0; i < 5000; i++)
        assert_false(db_failed(put_thing(conn, i, "one")));
    db_rollback(conn);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing"), 0);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(end_with(conn, 2, "good"), DB_OK);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing"), 2);
}

/* What is no plain INSERT is run, as it is. */
static void any_insert_may_be_put(void **state)
{
    struct db_conn *conn = with_things(state);
    const struct given *two = GIVEN({"id", int_value(2)});
    assert_false(db_failed(put_thing(conn, 1, "one")));
    assert_false(db_failed(put(conn, "INSERT INTO thing (id) VALUES (:id + 1)", two)));
    assert_false(db_failed(put(conn, "INSERT INTO thing (weight, id) VALUES (:id, :id)", two)));
    assert_false(
        db_failed(put(conn, "INSERT INTO thing (id) VALUES (:id) ON CONFLICT DO NOTHING", two)));
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(database_number(conn, "SELECT count(*) + sum(id) FROM thing"), 9);
}

static void nothing_is_put_outside_of_transactions_and_lost(void **state)
{
    struct db_conn *conn = with_things(state);
    db_rollback(conn);
    assert_false(db_failed(put_thing(conn, 1, "one")));
    assert_int_equal(database_number(conn, "SELECT count(*) FROM thing"), 1);
}

UNIT_GROUP(db_put, ON_BOTH(what_is_put_is_what_was_meant), ON_BOTH(many_rows_are_all_there),
           ON_BOTH(what_is_put_is_there_for_the_next_statement),
           ON_BOTH(a_row_that_is_refused_spoils_the_transaction),
           ON_BOTH(a_savepoint_takes_back_what_was_put), ON_BOTH(what_is_rolled_back_was_not_put),
           ON_BOTH(any_insert_may_be_put), ON_BOTH(nothing_is_put_outside_of_transactions_and_lost))
