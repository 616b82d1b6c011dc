/* Rivals, servers that go away, memory and disks that fail: each has its status, and afterwards the
 * connection is as good as new. */
#include <pthread.h>
#include <stdio.h>

#include "db/driver.h"
#include "fault/fault_vfs.h"
#include "unit/database.h"
#include "unit/memory.h"

static struct db_conn *with_notes(void **state)
{
    struct db_conn *conn = database_conn(state);
    database_write(conn, "CREATE TABLE note (id {id}, body {text} NOT NULL UNIQUE) {strict}");
    return conn;
}

static int64_t notes(struct db_conn *conn)
{
    return database_number(conn, "SELECT count(*) FROM note");
}

static enum db_status insert(struct db_conn *conn, const char *body)
{
    return database_do(conn, "INSERT INTO note (body) VALUES (:body)",
                       GIVEN({"body", text_value(body)}));
}

/* PostgreSQL: connections that end */

static int64_t backend(struct db_conn *conn)
{
    return database_number(conn, "SELECT pg_backend_pid()");
}

/* Ends the server's side of a connection and waits until it is gone. */
static void terminate(void **state, int64_t pid)
{
    struct db_conn *other = database_open(state, false);
    assert_status(db_begin(other, true), DB_OK);
    assert_status(database_do(other, "SELECT pg_terminate_backend(CAST(:pid AS INT), 5000)",
                              GIVEN({"pid", int_value(pid)})),
                  DB_DONE);
    assert_status(db_commit(other), DB_OK);
    database_close(state, other);
}

static void an_idle_connection_that_was_ended_is_opened_again(void **state)
{
    struct db_conn *conn = with_notes(state), *reader = database_open(state, true);
    database_write(conn, "INSERT INTO note (body) VALUES ('a')");
    db_deadline(reader, 500);
    assert_int_equal(notes(reader), 1);
    terminate(state, backend(conn));
    terminate(state, backend(reader));
    assert_int_equal(notes(conn), 1);
    assert_int_equal(notes(reader), 1);
    /* It is the same connection still: for reading only, with its deadline. */
    assert_status(db_run(reader, "INSERT INTO note (body) VALUES ('b')"), DB_READ_ONLY);
    assert_status(db_begin(reader, false), DB_OK);
    assert_status(database_do(reader, "SELECT pg_sleep(5)", NULL), DB_TIMEOUT);
}

static void a_connection_lost_in_a_transaction_loses_all_of_it(void **state)
{
    struct db_conn *conn = with_notes(state);
    struct db_cursor cursor;
    int64_t pid = backend(conn);
    for (int committing = 0; committing < 2; committing++) {
        assert_status(db_begin(conn, true), DB_OK);
        assert_status(insert(conn, "a"), DB_DONE);
        assert_status(db_open(conn, STR("SELECT body FROM note"), NULL, NULL, &cursor), DB_OK);
        terminate(state, pid);
        assert_status(insert(conn, "b"), DB_LOST);
        assert_status(insert(conn, "c"), DB_LOST);
        assert_status(db_savepoint(conn), DB_LOST);
        if (committing)
            assert_status(db_commit(conn), DB_AGAIN); /* not LOST: it did surely not happen */
        else
            db_rollback(conn);
        assert_false(db_in_transaction(conn));
        pid = backend(conn);
        assert_int_equal(notes(conn), 0);
        assert_status(db_step(&cursor), DB_BROKEN);
        db_close(&cursor);
    }
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(insert(conn, "a"), DB_DONE); /* prepared anew */
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(notes(conn), 1);
}

static void a_savepoint_does_not_bring_a_lost_connection_back(void **state)
{
    struct db_conn *conn = with_notes(state);
    int64_t pid = backend(conn);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(db_savepoint(conn), DB_OK);
    terminate(state, pid);
    assert_status(insert(conn, "b"), DB_LOST);
    assert_status(db_savepoint_drop(conn), DB_LOST);
    assert_status(insert(conn, "c"), DB_LOST);
    db_rollback(conn);
    assert_int_equal(notes(conn), 0);
}

/* The server dies while it commits: a trigger at the very end ends its own session. */
static void a_connection_lost_while_committing_leaves_it_open(void **state)
{
    struct db_conn *conn = with_notes(state);
    database_write(conn, "CREATE FUNCTION die() RETURNS TRIGGER LANGUAGE plpgsql AS "
                         "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';"
                         "CREATE CONSTRAINT TRIGGER last AFTER INSERT ON note DEFERRABLE INITIALLY "
                         "DEFERRED FOR EACH ROW EXECUTE FUNCTION die()");
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(insert(conn, "a"), DB_DONE);
    assert_status(db_commit(conn), DB_LOST);
    assert_int_equal(notes(conn), 0);
}

/* PostgreSQL answers COMMIT with success, and rolls back, where the transaction had failed. */
static void a_commit_that_did_not_happen_is_no_success(void **state)
{
    struct db_conn *conn = with_notes(state);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(insert(conn, "a"), DB_DONE);
    assert_status(conn->driver->run(conn, "SELEKT 1"), DB_BROKEN); /* behind the layer's back */
    assert_status(db_commit(conn), DB_BROKEN);
    assert_int_equal(notes(conn), 0);
}

static void a_server_that_is_gone_is_no_crash(void **state)
{
    struct db_conn *conn = with_notes(state);
    int64_t pid = backend(conn);
    terminate(state, pid);
    char *address = conn->address;
    char nowhere[] = "postgres://127.0.0.1:1/none";
    conn->address = nowhere;
    for (int i = 0; i < 3; i++) {
        assert_status(db_begin(conn, true), DB_LOST);
        assert_non_null(strstr(db_message(conn), "Connection refused"));
        assert_status(insert(conn, "a"), DB_LOST);
        assert_status(db_run(conn, "SELECT 1"), DB_LOST);
        assert_false(db_in_transaction(conn));
        db_rollback(conn);
    }
    conn->address = address;
    assert_int_equal(notes(conn), 0);
}

static void a_statement_outlives_a_change_of_its_table(void **state)
{
    struct db_conn *conn = with_notes(state), *other = database_open(state, false);
    struct arena *arena = database_arena(state);
    const char *all = "SELECT * FROM note";
    database_write(conn, "INSERT INTO note (body) VALUES ('a')");
    assert_status(db_begin(conn, false), DB_OK);
    assert_str(database_rows(arena, conn, all, NULL, "it"), "1|a");
    assert_status(db_commit(conn), DB_OK);
    database_write(other, "ALTER TABLE note ADD COLUMN stars {int}");
    assert_status(db_begin(conn, false), DB_OK);
    if (!db_is_sqlite(conn)) { /* which has to be told to prepare it again */
        assert_status(database_do(conn, all, NULL), DB_AGAIN);
        db_rollback(conn);
        assert_status(db_begin(conn, false), DB_OK);
    }
    assert_str(database_rows(arena, conn, all, NULL, "iti"), "1|a|NULL");
}

static void a_server_that_does_not_speak_utf8_is_refused(void **state)
{
    struct db_conn *conn = database_conn(state);
    char reason[300], url[600];
    assert_status(db_run(conn, "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 "
                               "LC_COLLATE 'C' LC_CTYPE 'C'"),
                  DB_OK);
    const char *rest = strstr(database_url(state), "/postgres?");
    assert_non_null(rest);
    snprintf(url, sizeof(url), "%.*s/ascii?%s", (int)(rest - database_url(state)),
             database_url(state), rest + strlen("/postgres?"));
    assert_null(db_connect(url, false, reason, sizeof(reason)));
    assert_string_equal(reason, "the database's encoding must be UTF8");
    assert_status(db_run(conn, "DROP DATABASE ascii"), DB_OK);
}

/* Rivals */

struct rival {
    struct db_conn *conn;
    pthread_barrier_t *turn;
    const char *first, *second;
    enum db_status status;
};

static void *rival_run(void *state)
{
    struct rival *rival = state;
    rival->status = db_begin(rival->conn, true);
    if (rival->status == DB_OK)
        rival->status = insert(rival->conn, rival->first);
    pthread_barrier_wait(rival->turn);
    if (rival->status == DB_DONE)
        rival->status = insert(rival->conn, rival->second);
    if (rival->status == DB_DONE)
        rival->status = db_commit(rival->conn);
    else
        db_rollback(rival->conn);
    return NULL;
}

static void of_two_that_wait_for_each_other_one_is_sent_back(void **state)
{
    struct db_conn *conn = with_notes(state);
    pthread_barrier_t turn;
    pthread_barrier_init(&turn, NULL, 2);
    struct rival rivals[] = {{conn, &turn, "a", "b", DB_OK},
                             {database_open(state, false), &turn, "b", "a", DB_OK}};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, rival_run, &rivals[1]), 0);
    rival_run(&rivals[0]);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&turn);
    bool first = rivals[0].status == DB_OK;
    assert_status(rivals[!first].status == DB_OK ? DB_OK : rivals[0].status, DB_OK);
    assert_status(rivals[first].status, DB_AGAIN);
    assert_int_equal(notes(conn), 2);
}

static void a_second_writer_waits_until_its_deadline(void **state)
{
    struct db_conn *conn = with_notes(state), *other = database_open(state, false);
    assert_status(db_begin(conn, true), DB_OK);
    db_deadline(other, 50);
    int64_t began = db_clock_ms();
    assert_status(db_begin(other, true), DB_AGAIN);
    assert_in_range(db_clock_ms() - began, 30, 5000);
    assert_status(db_commit(conn), DB_OK);
    assert_status(db_begin(other, true), DB_OK);
}

static void *begin_and_commit(void *state)
{
    struct rival *rival = state;
    pthread_barrier_wait(rival->turn);
    rival->status = db_begin(rival->conn, true);
    if (rival->status == DB_OK)
        rival->status = db_commit(rival->conn);
    return NULL;
}

static void a_second_writer_has_its_turn_when_the_first_is_done(void **state)
{
    struct db_conn *conn = with_notes(state);
    pthread_barrier_t turn;
    pthread_barrier_init(&turn, NULL, 2);
    struct rival rival = {database_open(state, false), &turn, NULL, NULL, DB_BROKEN};
    pthread_t thread;
    assert_status(db_begin(conn, true), DB_OK);
    assert_int_equal(pthread_create(&thread, NULL, begin_and_commit, &rival), 0);
    pthread_barrier_wait(&turn);
    for (int64_t began = db_clock_ms(); db_clock_ms() - began < 30;)
        ; /* it stands at the door meanwhile */
    assert_status(db_commit(conn), DB_OK);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&turn);
    assert_status(rival.status, DB_OK);
}

/* Memory */

/* Everything a request does. False when something failed, which must then be said. */
static bool request(const char *url)
{
    char reason[300] = "";
    struct db_conn *conn = db_connect(url, false, reason, sizeof(reason));
    if (!conn) {
        assert_true(*reason);
        return false;
    }
    struct db_cursor cursor;
    enum db_status status = db_begin(conn, true);
    if (status == DB_OK)
        status = db_run(conn, "CREATE TABLE IF NOT EXISTS memory (id {id})");
    if (status == DB_OK)
        status = insert(conn, "a");
    if (status == DB_DONE) {
        status = db_open(conn, STR("SELECT body FROM note WHERE body = :body"), given_param,
                         (struct given[]){{"body", text_value("a")}, {0}}, &cursor);
        status = status == DB_OK ? db_step(&cursor) : status;
        db_close(&cursor);
    }
    if (status == DB_ROW)
        status = db_savepoint(conn);
    if (status == DB_OK)
        status = db_savepoint_drop(conn);
    if (db_failed(status))
        assert_status(status, DB_BROKEN);
    db_rollback(conn);
    assert_false(db_in_transaction(conn));
    db_disconnect(conn);
    return !db_failed(status);
}

static void without_memory_a_request_fails_and_nothing_else(void **state)
{
    struct db_conn *conn = with_notes(state);
    bool failed = true;
    int allocations = 0;
    for (; failed; allocations++) {
        memory_fail_after(allocations);
        bool good = request(database_url(state));
        failed = memory_recover();
        assert_true(good || failed);
    }
    assert_true(allocations > 10);
    assert_int_equal(notes(conn), 0);
    struct db_migration step = {"m", "0001_create", "CREATE TABLE m (id {id})"};
    char reason[300];
    memory_fail_after(0);
    assert_false(db_migrate(conn, &step, 1, reason, sizeof(reason)));
    memory_recover();
    assert_string_equal(reason, "out of memory");
    assert_true(db_migrate(conn, &step, 1, reason, sizeof(reason)));
}

/* SQLite: disks */

static void a_full_disk_is_said_and_nothing_follows_it(void **state)
{
    struct db_conn *conn = with_notes(state);
    database_write(conn, "INSERT INTO note (body) VALUES ('a')");
    fault_vfs_plan((struct fault_plan){.disk_limited = true, .disk_free = 5000});
    assert_status(db_run(conn, "PRAGMA cache_size = 5"), DB_OK); /* so that it writes early */
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(db_savepoint(conn), DB_OK);
    enum db_status status = DB_DONE;
    for (int i = 0; i < 1000 && status == DB_DONE; i++)
        status = database_do(conn, "INSERT INTO note (body) VALUES (:i || hex(randomblob(1000)))",
                             GIVEN({"i", int_value(i)}));
    assert_status(status, DB_FULL);
    assert_false(db_in_transaction(conn)); /* SQLite has ended it: what came now would be kept */
    fault_vfs_plan((struct fault_plan){0});
    assert_status(insert(conn, "never"), DB_FULL);
    assert_status(db_savepoint_drop(conn), DB_FULL);
    assert_status(db_commit(conn), DB_FULL);
    assert_int_equal(notes(conn), 1);
    database_write(conn, "INSERT INTO note (body) VALUES ('room again')");
    assert_int_equal(notes(conn), 2);
}

static void a_disk_that_fails_at_commit_undoes_it(void **state)
{
    static const struct {
        struct fault_plan plan;
        enum db_status status;
    } known[] = {{{.disk_limited = true}, DB_FULL},
                 {{.fail_sync_at = 1}, DB_BROKEN},
                 {{.short_write_at = 1}, DB_BROKEN},
                 {{.read_only = true}, DB_READ_ONLY}};
    struct db_conn *conn = with_notes(state);
    database_write(conn, "INSERT INTO note (body) VALUES ('a')");
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_status(db_begin(conn, true), DB_OK);
        assert_status(insert(conn, "b"), DB_DONE);
        fault_vfs_plan(known[i].plan);
        assert_status(db_commit(conn), known[i].status);
        assert_true(*db_message(conn));
        fault_vfs_plan((struct fault_plan){0});
        assert_int_equal(notes(conn), 1);
    }
    database_write(conn, "INSERT INTO note (body) VALUES ('b')");
    assert_int_equal(notes(conn), 2);
}

static void a_read_only_file_is_refused_for_writing(void **state)
{
    struct db_conn *conn = with_notes(state);
    database_close(state, conn);
    fault_vfs_plan((struct fault_plan){.read_only = true});
    char reason[300];
    assert_null(db_connect(database_url(state), false, reason, sizeof(reason)));
    if (!strstr(reason, "cannot be written to"))
        fail_msg("%s", reason);
}

UNIT_GROUP(db_faults, ON_POSTGRES(an_idle_connection_that_was_ended_is_opened_again),
           ON_POSTGRES(a_connection_lost_in_a_transaction_loses_all_of_it),
           ON_POSTGRES(a_savepoint_does_not_bring_a_lost_connection_back),
           ON_POSTGRES(a_connection_lost_while_committing_leaves_it_open),
           ON_POSTGRES(a_commit_that_did_not_happen_is_no_success),
           ON_POSTGRES(a_server_that_is_gone_is_no_crash),
           ON_BOTH(a_statement_outlives_a_change_of_its_table),
           ON_POSTGRES(a_server_that_does_not_speak_utf8_is_refused),
           ON_POSTGRES(of_two_that_wait_for_each_other_one_is_sent_back),
           ON_SQLITE(a_second_writer_waits_until_its_deadline),
           ON_SQLITE(a_second_writer_has_its_turn_when_the_first_is_done),
           ON_BOTH(without_memory_a_request_fails_and_nothing_else),
           ON_FAULTY_SQLITE(a_full_disk_is_said_and_nothing_follows_it),
           ON_FAULTY_SQLITE(a_disk_that_fails_at_commit_undoes_it),
           ON_FAULTY_SQLITE(a_read_only_file_is_refused_for_writing))
