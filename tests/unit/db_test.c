/* The database layer promises the same on SQLite and on PostgreSQL: this is the promise. */
#include <stdio.h>
#include <time.h>

#include "unit/database.h"

/* A table of notes, with what can be violated. */
static struct db_conn *with_notes(void **state)
{
    struct db_conn *conn = database_conn(state);
    database_write(conn, "CREATE TABLE folder (id {id}, name {text} NOT NULL UNIQUE) {strict};"
                         "CREATE TABLE note (id {id}, folder {int} REFERENCES folder (id),"
                         " body {text} NOT NULL, stars {int} CHECK (stars BETWEEN 0 AND 5),"
                         " weight {real}, done {bool} NOT NULL DEFAULT FALSE) {strict};"
                         "INSERT INTO folder (name) VALUES ('first'), ('second');");
    return conn;
}

static int64_t notes(struct db_conn *conn)
{
    return database_number(conn, "SELECT count(*) FROM note");
}

/* Counts in the database until it is stopped. */
static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 1000000000) SELECT count(*) FROM n";

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Values */

static void values_come_back_as_they_went_in(void **state)
{
    struct db_conn *conn = database_conn(state);
    struct arena *arena = database_arena(state);
    database_write(conn,
                   "CREATE TABLE t (id {id}, i {int}, r {real}, b {bool}, t {text}) {strict}");
    const char *insert = "INSERT INTO t (i, r, b, t) VALUES (:i, :r, :b, :t)";
    assert_status(db_begin(conn, true), DB_OK);
    database_do(conn, insert,
                GIVEN({"i", int_value(INT64_MAX)}, {"r", real_value(0.1)}, {"b", bool_value(true)},
                      {"t", text_value("科技创新 'quoted' \"twice\" \\ % \n 𠀀")}));
    database_do(conn, insert,
                GIVEN({"i", int_value(INT64_MIN)}, {"r", real_value(-1.7976931348623157e308)},
                      {"b", bool_value(false)}, {"t", text_value("")}));
    database_do(conn, insert,
                GIVEN({"i", null_value(DB_INT)}, {"r", null_value(DB_REAL)},
                      {"b", null_value(DB_BOOL)}, {"t", null_value(DB_TEXT)}));
    database_do(conn, insert,
                GIVEN({"i", int_value(0)}, {"r", real_value(5e-324)}, {"b", bool_value(true)},
                      {"t", text_value("NULL")}));
    assert_str(database_rows(arena, conn, "SELECT i, r, b, t FROM t ORDER BY id", NULL, "irbt"),
               "9223372036854775807|0.1|yes|科技创新 'quoted' \"twice\" \\ % \n 𠀀\n"
               "-9223372036854775808|-1.7976931348623157e+308|no|\n"
               "NULL|NULL|NULL|NULL\n"
               "0|5e-324|yes|NULL");
    assert_status(db_commit(conn), DB_OK);
}

static void no_bytes_are_not_null(void **state)
{
    struct db_conn *conn = database_conn(state);
    database_write(conn, "CREATE TABLE t (id {id}, b {bytes} NOT NULL) {strict}");
    assert_status(db_begin(conn, true), DB_OK);
    struct db_value bytes = {.type = DB_BYTES, .text = STR("")};
    database_do(conn, "INSERT INTO t (b) VALUES (:b)", GIVEN({"b", bytes}));
    struct db_cursor cursor;
    assert_status(db_open(conn, STR("SELECT b FROM t"), NULL, NULL, &cursor), DB_OK);
    assert_status(db_step(&cursor), DB_ROW);
    bytes = (struct db_value){.type = DB_BYTES};
    db_column(&cursor, 0, &bytes);
    /* As they were read they can be written again, as when a database is copied. */
    assert_false(bytes.null);
    assert_non_null(bytes.text.data);
    assert_int_equal(bytes.text.length, 0);
    db_close(&cursor);
    assert_status(db_commit(conn), DB_OK);
}

static void a_text_is_a_slice(void **state)
{
    struct db_conn *conn = database_conn(state);
    struct db_value slice = {.type = DB_TEXT, .text = str_first(STR("渝北区xyz"), 9)};
    assert_status(db_begin(conn, false), DB_OK);
    assert_str(database_rows(database_arena(state), conn, "SELECT :t", GIVEN({"t", slice}), "t"),
               "渝北区");
}

static void texts_are_ordered_bytewise(void **state)
{
    struct db_conn *conn = database_conn(state);
    database_write(conn, "CREATE TABLE t (t {text}) {strict};"
                         "INSERT INTO t VALUES ('b'), ('a'), ('B'), ('渝'), ('é'), ('_'), ('10'), "
                         "('9'), (NULL), ('')");
    assert_status(db_begin(conn, false), DB_OK);
    assert_str(database_rows(database_arena(state), conn, "SELECT t FROM t ORDER BY t NULLS LAST",
                             NULL, "t"),
               "\n10\n9\nB\n_\na\nb\né\n渝\nNULL" + 1);
}

static void a_column_is_read_as_what_is_asked_for(void **state)
{
    struct db_conn *conn = with_notes(state);
    database_write(conn, "INSERT INTO note (body, stars, weight, done) VALUES ('a', 2, 2.5, TRUE),"
                         " ('b', 3, 10000000000, FALSE)");
    assert_status(db_begin(conn, false), DB_OK);
    struct arena *arena = database_arena(state);
    assert_str(database_rows(arena, conn,
                             "SELECT done, done, stars, stars, stars FROM note ORDER BY id", NULL,
                             "bibir"),
               "yes|1|yes|2|2\nno|0|yes|3|3");
    assert_str(database_rows(arena, conn, "SELECT weight, weight, weight FROM note ORDER BY id",
                             NULL, "rib"),
               "2.5|2|yes\n10000000000|10000000000|yes");
    assert_str(
        database_rows(arena, conn,
                      "SELECT sum(stars), avg(stars), count(*) > 1, max(done) FROM "
                      "(SELECT stars, CASE WHEN done THEN 1 ELSE 0 END AS done FROM note) AS n",
                      NULL, "irbi"),
        "5|2.5|yes|1");
    assert_str(
        database_rows(arena, conn, "SELECT EXISTS (SELECT 1 FROM note), TRUE, FALSE", NULL, "bbb"),
        "yes|yes|no");
}

static void columns_have_names(void **state)
{
    struct db_conn *conn = database_conn(state);
    struct db_cursor cursor;
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(db_open(conn, STR("SELECT 1 AS one, 2 AS two"), NULL, NULL, &cursor), DB_OK);
    assert_int_equal(cursor.columns, 2);
    assert_string_equal(db_column_name(&cursor, 1), "two");
    db_close(&cursor);
}

/* Parameters */

static void a_parameter_without_a_value_is_named(void **state)
{
    struct db_conn *conn = database_conn(state);
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(database_do(conn, "SELECT :missing", NULL), DB_BROKEN);
    assert_string_equal(db_message(conn), "no value for :missing");
}

static void only_parameters_outside_of_quotes_count(void **state)
{
    struct db_conn *conn = database_conn(state);
    assert_status(db_begin(conn, false), DB_OK);
    assert_str(database_rows(database_arena(state), conn,
                             "SELECT :a + :b + :a, ':a', 'it''s :b', 1 AS \":c\" -- :d\n"
                             "/* :e */ WHERE CAST(:b AS INTEGER) > 1",
                             GIVEN({"a", int_value(1)}, {"b", int_value(2)}), "itti"),
               "4|:a|it's :b|1");
}

static void a_parameter_may_change_its_type(void **state)
{
    struct db_conn *conn = database_conn(state);
    struct arena *arena = database_arena(state);
    assert_status(db_begin(conn, false), DB_OK);
    for (int i = 0; i < 2; i++) {
        assert_str(database_rows(arena, conn, "SELECT :x", GIVEN({"x", int_value(7)}), "i"), "7");
        assert_str(database_rows(arena, conn, "SELECT :x", GIVEN({"x", real_value(2.5)}), "r"),
                   "2.5");
        assert_str(database_rows(arena, conn, "SELECT :x", GIVEN({"x", text_value("渝")}), "t"),
                   "渝");
        assert_str(database_rows(arena, conn, "SELECT :x", GIVEN({"x", null_value(DB_INT)}), "i"),
                   "NULL");
    }
}

static void a_statement_has_at_most_64_parameters(void **state)
{
    struct db_conn *conn = database_conn(state);
    struct buf sql = {.arena = database_arena(state)};
    static struct given given[66];
    static char names[65][8];
    buf_add(&sql, STR("SELECT 0"));
    assert_status(db_begin(conn, false), DB_OK);
    for (int i = 0; i < 65; i++) {
        snprintf(names[i], sizeof(names[i]), "p%d", i);
        given[i] = (struct given){names[i], int_value(i)};
        buf_print(&sql, " + :p%d", i);
        if (i == 63) {
            struct str text = arena_str(database_arena(state), buf_str(&sql));
            assert_str(database_rows(database_arena(state), conn, text.data, given, "i"), "2016");
        }
    }
    assert_status(database_do(conn, arena_str(database_arena(state), buf_str(&sql)).data, given),
                  DB_BROKEN);
    assert_non_null(strstr(db_message(conn), "more than 64 parameters"));
}

static void a_statement_with_a_nul_inside_is_refused(void **state)
{
    struct db_conn *conn = database_conn(state);
    struct db_cursor cursor;
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(db_open(conn, STR("SELECT 1\0 FROM nothing"), NULL, NULL, &cursor), DB_BROKEN);
    db_close(&cursor);
}

static void a_long_statement_is_a_statement(void **state)
{
    struct db_conn *conn = database_conn(state);
    struct buf sql = {.arena = database_arena(state)};
    buf_add(&sql, STR("SELECT length('"));
    for (int i = 0; i < 100000; i++)
        buf_add(&sql, STR(":x"));
    buf_add(&sql, STR("')"));
    buf_char(&sql, '\0');
    assert_int_equal(database_number(conn, sql.data), 200000);
}

/* Statuses */

static void each_violation_has_its_status(void **state)
{
    static const struct {
        const char *sql;
        enum db_status status;
    } known[] = {
        {"INSERT INTO folder (name) VALUES ('first')", DB_UNIQUE},
        {"INSERT INTO folder (id, name) VALUES (1, 'third')", DB_UNIQUE},
        {"UPDATE folder SET name = 'first' WHERE name = 'second'", DB_UNIQUE},
        {"INSERT INTO note (body, folder) VALUES ('a', 99)", DB_CONSTRAINT},
        {"INSERT INTO note (body, stars) VALUES ('a', 6)", DB_CONSTRAINT},
        {"INSERT INTO note (body) VALUES (NULL)", DB_CONSTRAINT},
        {"SELEKT 1", DB_BROKEN},
        {"SELECT nothing FROM note", DB_BROKEN},
        {"SELECT \"nothing\" FROM note", DB_BROKEN}, /* SQLite would take it for a text */
        {"INSERT INTO note (body, stars) VALUES ('a', 'many')", DB_BROKEN},
    };
    struct db_conn *conn = with_notes(state);
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_status(db_begin(conn, true), DB_OK);
        enum db_status status = database_do(conn, known[i].sql, NULL);
        if (status != known[i].status)
            fail_msg("%s: %s: %s", known[i].sql, status_name(status), db_message(conn));
        assert_true(*db_message(conn));
        db_rollback(conn);
    }
    assert_int_equal(notes(conn), 0);
}

static void deleting_what_is_referred_to_is_refused(void **state)
{
    struct db_conn *conn = with_notes(state);
    database_write(conn, "INSERT INTO note (body, folder) VALUES ('a', 1)");
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(database_do(conn, "DELETE FROM folder WHERE id = 1", NULL), DB_CONSTRAINT);
}

/* A statement that failed has spoilt its transaction: PostgreSQL does no more in it, and so SQLite
 * must not either, or half a request would be stored. */
static void after_a_failure_a_transaction_does_nothing_more(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('kept?')", NULL), DB_DONE);
    assert_status(database_do(conn, "INSERT INTO folder (name) VALUES ('first')", NULL), DB_UNIQUE);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('never')", NULL), DB_UNIQUE);
    assert_status(db_run(conn, "INSERT INTO note (body) VALUES ('never')"), DB_UNIQUE);
    assert_status(db_savepoint(conn), DB_UNIQUE);
    assert_status(db_commit(conn), DB_UNIQUE);
    assert_false(db_in_transaction(conn));
    assert_int_equal(notes(conn), 0);
    database_write(conn, "INSERT INTO note (body) VALUES ('next')");
    assert_int_equal(notes(conn), 1);
}

static void a_failed_script_spoils_its_transaction(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(db_run(conn, "INSERT INTO note (body) VALUES ('a'); SELEKT 1"), DB_BROKEN);
    assert_status(db_commit(conn), DB_BROKEN);
    assert_int_equal(notes(conn), 0);
}

/* Transactions */

static void what_is_rolled_back_was_never_there(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, true), DB_OK);
    assert_true(db_in_transaction(conn));
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('a')", NULL), DB_DONE);
    db_rollback(conn);
    db_rollback(conn); /* harmless */
    assert_false(db_in_transaction(conn));
    assert_int_equal(notes(conn), 0);
}

static void a_savepoint_takes_back_a_failure(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('before')", NULL), DB_DONE);
    assert_status(db_savepoint(conn), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('inside')", NULL), DB_DONE);
    assert_status(database_do(conn, "INSERT INTO folder (name) VALUES ('first')", NULL), DB_UNIQUE);
    assert_status(db_savepoint_keep(conn), DB_UNIQUE); /* there is nothing to keep */
    assert_status(db_savepoint_drop(conn), DB_OK);
    assert_status(db_savepoint(conn), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('after')", NULL), DB_DONE);
    assert_status(db_savepoint_keep(conn), DB_OK);
    assert_status(db_commit(conn), DB_OK);
    assert_status(db_begin(conn, false), DB_OK);
    assert_str(
        database_rows(database_arena(state), conn, "SELECT body FROM note ORDER BY id", NULL, "t"),
        "before\nafter");
}

static void savepoints_nest(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(db_savepoint(conn), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('outer')", NULL), DB_DONE);
    assert_status(db_savepoint(conn), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('inner')", NULL), DB_DONE);
    assert_status(db_savepoint_drop(conn), DB_OK);
    assert_int_equal(notes(conn), 1);
    assert_status(db_savepoint_drop(conn), DB_OK);
    assert_int_equal(notes(conn), 0);
    assert_status(db_commit(conn), DB_OK);
}

static void a_read_transaction_sees_one_moment(void **state)
{
    struct db_conn *conn = with_notes(state), *reader = database_open(state, true);
    assert_status(db_begin(reader, false), DB_OK);
    assert_int_equal(notes(reader), 0);
    database_write(conn, "INSERT INTO note (body) VALUES ('a')");
    assert_int_equal(notes(reader), 0);
    assert_status(db_commit(reader), DB_OK);
    assert_int_equal(notes(reader), 1);
}

static void a_read_transaction_takes_no_writes(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('a')", NULL), DB_READ_ONLY);
    db_rollback(conn);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('a')", NULL), DB_DONE);
    assert_status(db_commit(conn), DB_OK);
}

static void a_read_only_connection_takes_no_writes(void **state)
{
    with_notes(state);
    struct db_conn *reader = database_open(state, true);
    assert_status(db_begin(reader, true), DB_READ_ONLY);
    assert_status(db_run(reader, "INSERT INTO note (body) VALUES ('a')"), DB_READ_ONLY);
    assert_int_equal(notes(reader), 0);
}

static void a_transaction_begins_and_ends_once(void **state)
{
    struct db_conn *conn = database_conn(state);
    assert_status(db_commit(conn), DB_BROKEN);
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(db_begin(conn, false), DB_BROKEN);
    assert_status(db_commit(conn), DB_OK);
    assert_status(db_commit(conn), DB_BROKEN);
}

/* Cursors */

static void a_write_happens_when_it_is_opened(void **state)
{
    struct db_conn *conn = with_notes(state);
    struct db_cursor cursor;
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(db_open(conn, STR("INSERT INTO note (body) VALUES ('a')"), NULL, NULL, &cursor),
                  DB_OK);
    db_close(&cursor);
    assert_status(
        db_open(conn, STR("INSERT INTO folder (name) VALUES ('first')"), NULL, NULL, &cursor),
        DB_UNIQUE);
    db_close(&cursor); /* harmless */
    db_rollback(conn);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(db_open(conn, STR("INSERT INTO note (body) VALUES ('b'), ('c') RETURNING id"),
                          NULL, NULL, &cursor),
                  DB_OK);
    assert_status(db_step(&cursor), DB_ROW);
    assert_status(db_commit(conn), DB_OK); /* although not all was fetched */
    assert_int_equal(notes(conn), 2);
}

static void a_statement_runs_once_however_often_it_is_stepped(void **state)
{
    struct db_conn *conn = with_notes(state);
    struct db_cursor cursor;
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(db_open(conn, STR("INSERT INTO note (body) VALUES ('a')"), NULL, NULL, &cursor),
                  DB_OK);
    for (int i = 0; i < 3; i++)
        assert_status(db_step(&cursor), DB_DONE);
    db_close(&cursor);
    assert_status(db_open(conn, STR("SELECT 1"), NULL, NULL, &cursor), DB_OK);
    assert_status(db_step(&cursor), DB_ROW);
    for (int i = 0; i < 3; i++)
        assert_status(db_step(&cursor), DB_DONE);
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(notes(conn), 1);
}

/* What a jump out of a request leaves behind. */
static void a_forgotten_cursor_ends_with_its_transaction(void **state)
{
    struct db_conn *conn = with_notes(state), *reader = database_open(state, true);
    database_write(conn, "INSERT INTO note (body) VALUES ('a'), ('b')");
    for (int rolled_back = 0; rolled_back < 2; rolled_back++) {
        struct db_cursor forgotten, next;
        assert_status(db_begin(reader, false), DB_OK);
        assert_status(
            db_open(reader, STR("SELECT body FROM note ORDER BY id"), NULL, NULL, &forgotten),
            DB_OK);
        assert_status(db_step(&forgotten), DB_ROW);
        if (rolled_back)
            db_rollback(reader);
        else
            assert_status(db_commit(reader), DB_OK);
        database_write(conn, "INSERT INTO note (body) VALUES ('c')");
        assert_status(db_begin(reader, false), DB_OK);
        assert_int_equal(notes(reader), 3 + rolled_back); /* not the old moment */
        assert_status(db_open(reader, STR("SELECT body FROM note ORDER BY id"), NULL, NULL, &next),
                      DB_OK);
        assert_status(db_step(&next), DB_ROW);
        assert_status(db_step(&forgotten), DB_BROKEN);
        db_close(&forgotten); /* which leaves the other alone */
        db_rollback(reader);
        assert_status(db_begin(reader, false), DB_OK);
        assert_status(db_open(reader, STR("SELECT body FROM note ORDER BY id"), NULL, NULL, &next),
                      DB_OK);
        db_close(&forgotten);
        for (int i = 0; i < 3 + rolled_back; i++)
            assert_status(db_step(&next), DB_ROW);
        assert_status(db_step(&next), DB_DONE);
        assert_status(db_commit(reader), DB_OK);
    }
}

static void a_list_may_be_read_inside_itself(void **state)
{
    struct db_conn *conn = with_notes(state);
    struct db_cursor outer, inner;
    int pairs = 0;
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(db_open(conn, STR("SELECT name FROM folder ORDER BY id"), NULL, NULL, &outer),
                  DB_OK);
    while (db_step(&outer) == DB_ROW) {
        assert_status(db_open(conn, STR("SELECT name FROM folder ORDER BY id"), NULL, NULL, &inner),
                      DB_OK);
        while (db_step(&inner) == DB_ROW)
            pairs++;
        db_close(&inner);
    }
    db_close(&outer);
    assert_int_equal(pairs, 4);
}

static void any_number_of_statements_may_be_used(void **state)
{
    struct db_conn *conn = with_notes(state);
    struct db_cursor open;
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(db_open(conn, STR("SELECT name FROM folder ORDER BY id"), NULL, NULL, &open),
                  DB_OK);
    assert_status(db_step(&open), DB_ROW);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++) {
            char sql[40];
            snprintf(sql, sizeof(sql), "SELECT %d", i);
            assert_int_equal(database_number(conn, sql), i);
        }
    assert_status(db_step(&open), DB_ROW); /* it was not thrown out of the cache */
    struct db_value name = {.type = DB_TEXT};
    db_column(&open, 0, &name);
    assert_str(name.text, "second");
    assert_status(db_commit(conn), DB_OK);
    assert_status(db_begin(conn, false), DB_OK);
}

static void at_most_256_cursors_are_open_at_once(void **state)
{
    struct db_conn *conn = database_conn(state);
    static struct db_cursor cursors[257];
    assert_status(db_begin(conn, false), DB_OK);
    size_t opened = 0;
    while (opened < COUNT(cursors) &&
           db_open(conn, STR("SELECT 1"), NULL, NULL, &cursors[opened]) == DB_OK)
        opened++;
    assert_in_range(opened, 250, 256);
    assert_non_null(strstr(db_message(conn), "open at once"));
    db_rollback(conn);
    assert_int_equal(database_number(conn, "SELECT 7"), 7);
}

/* Deadlines */

static void what_runs_past_the_deadline_is_stopped(void **state)
{
    struct db_conn *conn = with_notes(state);
    db_deadline(conn, 100);
    for (int i = 0; i < 2; i++) {
        int64_t began = now_ms();
        assert_status(db_begin(conn, false), DB_OK);
        assert_status(database_do(conn, endless, NULL), DB_TIMEOUT);
        assert_in_range(now_ms() - began, 50, 5000);
        db_rollback(conn);
    }
    db_deadline(conn, 0);
    database_write(conn, "INSERT INTO note (body) VALUES ('a')");
    assert_int_equal(notes(conn), 1);
}

static void a_transaction_past_its_deadline_starts_nothing(void **state)
{
    struct db_conn *conn = with_notes(state);
    db_deadline(conn, 40);
    assert_status(db_begin(conn, true), DB_OK);
    for (int64_t began = now_ms(); now_ms() - began < 60;)
        ;
    assert_status(database_do(conn, "INSERT INTO note (body) VALUES ('a')", NULL), DB_TIMEOUT);
    assert_status(db_commit(conn), DB_TIMEOUT);
    /* Nor does it reach into what follows. */
    assert_status(db_run(conn, "INSERT INTO note (body) VALUES ('a')"), DB_OK);
    assert_int_equal(notes(conn), 1);
}

static void the_deadline_counts_from_the_next_transaction(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, false), DB_OK);
    db_deadline(conn, 100);
    db_rollback(conn); /* PostgreSQL would roll a SET back too */
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(database_do(conn, endless, NULL), DB_TIMEOUT);
    db_deadline(conn, 0); /* in a transaction that has failed */
    db_rollback(conn);
    assert_status(db_begin(conn, false), DB_OK);
    assert_status(database_do(conn,
                              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 700000) SELECT count(*) FROM n",
                              NULL),
                  DB_DONE);
}

static void a_statement_on_its_own_has_a_deadline_too(void **state)
{
    struct db_conn *conn = with_notes(state);
    for (int i = 0; i < 2; i++) {
        db_deadline(conn, 100);
        assert_status(database_do(conn, endless, NULL), DB_TIMEOUT);
        db_deadline(conn, 0);
        assert_status(db_run(conn, "INSERT INTO note (body) VALUES ('a')"), DB_OK);
    }
    assert_int_equal(notes(conn), 2);
}

/* Connecting */

static void a_connection_that_fails_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *url, *words;
    } known[] = {{"mysql://x", "sqlite: or postgres://"},
                 {"", "sqlite: or postgres://"},
                 {"sqlite:", "names no file"},
                 {"sqlite:/nowhere/at/all.db", "/nowhere/at/all.db: unable to open database file"},
                 {"sqlite:/tmp", "unable to open database file"},
                 {"sqlite:/etc/hostname", "file is not a database"},
                 {"sqlite:/tmp/x.db?vfs=none", "no such vfs"},
                 {"postgres://nobody@127.0.0.1:1/none", "Connection refused"},
                 {"postgres://%zz", "invalid percent-encoded token"}};
    for (size_t i = 0; i < COUNT(known); i++) {
        char reason[300] = "";
        assert_null(db_connect(known[i].url, false, reason, sizeof(reason)));
        if (!strstr(reason, known[i].words))
            fail_msg("%s: \"%s\" does not say \"%s\"", known[i].url, reason, known[i].words);
    }
    char reason[300] = "";
    assert_null(db_connect("sqlite:/tmp/kechuang-none.db", true, reason, sizeof(reason)));
}

static void disconnecting_ends_everything(void **state)
{
    struct db_conn *conn = with_notes(state), *other = database_open(state, false);
    struct db_cursor cursor;
    assert_status(db_begin(other, true), DB_OK);
    assert_status(database_do(other, "INSERT INTO note (body) VALUES ('a')", NULL), DB_DONE);
    assert_status(db_open(other, STR("SELECT id FROM note"), NULL, NULL, &cursor), DB_OK);
    database_close(state, other);
    database_write(conn, "INSERT INTO note (body) VALUES ('b')"); /* nothing is locked */
    assert_int_equal(notes(conn), 1);
}

UNIT_GROUP(
    db, ON_BOTH(values_come_back_as_they_went_in), ON_BOTH(no_bytes_are_not_null),
    ON_BOTH(a_text_is_a_slice), ON_BOTH(texts_are_ordered_bytewise),
    ON_BOTH(a_column_is_read_as_what_is_asked_for), ON_BOTH(columns_have_names),
    ON_BOTH(a_parameter_without_a_value_is_named), ON_BOTH(only_parameters_outside_of_quotes_count),
    ON_BOTH(a_parameter_may_change_its_type), ON_BOTH(a_statement_has_at_most_64_parameters),
    ON_BOTH(a_statement_with_a_nul_inside_is_refused), ON_BOTH(a_long_statement_is_a_statement),
    ON_BOTH(each_violation_has_its_status), ON_BOTH(deleting_what_is_referred_to_is_refused),
    ON_BOTH(after_a_failure_a_transaction_does_nothing_more),
    ON_BOTH(a_failed_script_spoils_its_transaction), ON_BOTH(what_is_rolled_back_was_never_there),
    ON_BOTH(a_savepoint_takes_back_a_failure), ON_BOTH(savepoints_nest),
    ON_BOTH(a_read_transaction_sees_one_moment), ON_BOTH(a_read_transaction_takes_no_writes),
    ON_BOTH(a_read_only_connection_takes_no_writes), ON_BOTH(a_transaction_begins_and_ends_once),
    ON_BOTH(a_write_happens_when_it_is_opened),
    ON_BOTH(a_statement_runs_once_however_often_it_is_stepped),
    ON_BOTH(a_forgotten_cursor_ends_with_its_transaction),
    ON_BOTH(a_list_may_be_read_inside_itself), ON_BOTH(any_number_of_statements_may_be_used),
    ON_BOTH(at_most_256_cursors_are_open_at_once), ON_BOTH(what_runs_past_the_deadline_is_stopped),
    ON_BOTH(a_transaction_past_its_deadline_starts_nothing),
    ON_BOTH(the_deadline_counts_from_the_next_transaction),
    ON_BOTH(a_statement_on_its_own_has_a_deadline_too),
    cmocka_unit_test(a_connection_that_fails_says_why), ON_BOTH(disconnecting_ends_everything))
