/* Migrations: forward, once, all or nothing; never under a program that does not know them. */
#include <pthread.h>
#include <stdlib.h>

#include "db/driver.h"
#include "unit/database.h"

static const struct db_migration steps[] = {
    {"areas", "0001_create", "CREATE TABLE area (id {id}, name {text} NOT NULL UNIQUE) {strict};"},
    {"areas", "0002_fill",
     "INSERT INTO area (name) VALUES ('渝北区');\n"
     "INSERT INTO area (name) VALUES ('{city}');"},
    {"notes", "0001_create",
     "CREATE TABLE note (id {id}, area {int} REFERENCES area (id)) {strict}"},
};

static void assert_migrates(struct db_conn *conn, const struct db_migration *list, size_t count)
{
    char reason[300] = "left over";
    if (!db_migrate(conn, list, count, reason, sizeof(reason)))
        fail_msg("%s", reason);
    assert_false(db_in_transaction(conn));
}

static void assert_refused(struct db_conn *conn, const struct db_migration *list, size_t count,
                           const char *words)
{
    char reason[300] = "left over";
    assert_false(db_migrate(conn, list, count, reason, sizeof(reason)));
    if (!strstr(reason, words))
        fail_msg("\"%s\" does not say \"%s\"", reason, words);
    assert_false(db_in_transaction(conn));
}

static void each_migration_runs_once(void **state)
{
    struct db_conn *conn = database_conn(state);
    assert_migrates(conn, steps, 0);
    assert_migrates(conn, steps, 2);
    assert_migrates(conn, steps, 2);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM area"), 2);
    assert_migrates(conn, steps, 3); /* only the new one */
    assert_int_equal(database_number(conn, "SELECT count(*) FROM area"), 2);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM note"), 0);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM schema_migration"), 3);
}

static void a_newer_database_is_refused(void **state)
{
    struct db_conn *conn = database_conn(state);
    assert_migrates(conn, steps, 3);
    assert_refused(conn, steps, 2,
                   "notes/0001_create: not known: the database was made by a newer kechuang");
    /* Also where there are as many, and before anything of ours has run. */
    const struct db_migration other[] = {steps[0], steps[1], {"x", "0001_create", "SELEKT"}};
    assert_refused(conn, other, 3, "notes/0001_create: not known");
}

static void a_migration_that_was_edited_is_refused(void **state)
{
    struct db_conn *conn = database_conn(state);
    assert_migrates(conn, steps, 2);
    const struct db_migration edited[] = {steps[0], {"areas", "0002_fill", "SELECT 1"}, steps[2]};
    assert_refused(conn, edited, 3, "areas/0002_fill: was changed after it had run");
    assert_int_equal(database_number(conn, "SELECT count(*) FROM schema_migration"), 2);
}

static void a_migration_that_fails_leaves_nothing_behind(void **state)
{
    struct db_conn *conn = database_conn(state);
    const struct db_migration list[] = {
        steps[0], {"areas", "0002_wrong", "INSERT INTO area (name) VALUES ('a'); SELEKT 1;"}};
    assert_refused(conn, list, 2, "areas/0002_wrong: ");
    assert_migrates(conn, steps, 3); /* as if nothing had been tried */
}

static void a_migration_may_not_end_the_transaction(void **state)
{
    struct db_conn *conn = database_conn(state);
    const struct db_migration list[] = {{"areas", "0001_wrong", "COMMIT"}};
    assert_refused(conn, list, 1, "areas/0001_wrong: ended the transaction");
}

static void every_token_is_understood(void **state)
{
    struct db_conn *conn = database_conn(state);
    const struct db_migration list[] = {
        {"t", "0001_create",
         "CREATE TABLE t (id {id}, i {int}, r {real}, b {bool}, t {text}) {strict}"}};
    assert_migrates(conn, list, 1);
    assert_status(db_begin(conn, true), DB_OK);
    const char *insert = "INSERT INTO t (i, r, b, t) VALUES (1, 1.5, TRUE, 'x') RETURNING id";
    assert_str(database_rows(database_arena(state), conn, insert, NULL, "i"), "1");
    assert_str(database_rows(database_arena(state), conn, insert, NULL, "i"), "2");
    assert_status(database_do(conn, "DELETE FROM t WHERE id = 2", NULL), DB_DONE);
    assert_str(database_rows(database_arena(state), conn, insert, NULL, "i"),
               "3"); /* not 2 again */
    assert_status(db_commit(conn), DB_OK);
}

static void what_is_no_token_stays(void **state)
{
    (void)state;
    static const struct {
        const char *script, *sqlite, *postgres;
    } known[] = {{"", "", ""},
                 {"{", "{", "{"},
                 {"{}{int", "{}{int", "{}{int"},
                 {"{{int}}", "{INTEGER}", "{BIGINT}"},
                 {"{Int} {x} { int}", "{Int} {x} { int}", "{Int} {x} { int}"},
                 {"a {strict}", "a STRICT", "a "},
                 {"{real}{bool}", "REALINTEGER", "DOUBLE PRECISIONBOOLEAN"}};
    for (size_t i = 0; i < COUNT(known); i++) {
        char *sqlite = dialect_expand(&db_sqlite, known[i].script);
        char *postgres = dialect_expand(&db_postgres, known[i].script);
        assert_string_equal(sqlite, known[i].sqlite);
        assert_string_equal(postgres, known[i].postgres);
        free(sqlite);
        free(postgres);
    }
}

struct node {
    struct db_conn *conn;
    pthread_barrier_t *start;
    bool good;
    char reason[300];
};

static void *node_start(void *state)
{
    struct node *node = state;
    pthread_barrier_wait(node->start);
    node->good = db_migrate(node->conn, steps, COUNT(steps), node->reason, sizeof(node->reason));
    return NULL;
}

static void nodes_may_start_at_once(void **state)
{
    enum { NODES = 4 };
    struct node nodes[NODES];
    pthread_t threads[NODES];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, NODES);
    for (int i = 0; i < NODES; i++) {
        nodes[i] = (struct node){.conn = i ? database_open(state, false) : database_conn(state),
                                 .start = &start};
        assert_int_equal(pthread_create(&threads[i], NULL, node_start, &nodes[i]), 0);
    }
    for (int i = 0; i < NODES; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    for (int i = 0; i < NODES; i++)
        if (!nodes[i].good)
            fail_msg("%s", nodes[i].reason);
    assert_int_equal(database_number(nodes[0].conn, "SELECT count(*) FROM area"), 2);
}

UNIT_GROUP(db_migrate, ON_BOTH(each_migration_runs_once), ON_BOTH(a_newer_database_is_refused),
           ON_BOTH(a_migration_that_was_edited_is_refused),
           ON_BOTH(a_migration_that_fails_leaves_nothing_behind),
           ON_BOTH(a_migration_may_not_end_the_transaction), ON_BOTH(every_token_is_understood),
           cmocka_unit_test(what_is_no_token_stays), ON_BOTH(nodes_may_start_at_once))
