/* Whether a statement finds its rows by an index can be told, on both databases. */
#include "unit/plan.h"

#include "unit/database.h"

static struct db_conn *with_areas(void **state)
{
    struct db_conn *conn = database_conn(state);
    database_write(conn, "CREATE TABLE area (id {id}, name {text} NOT NULL, parent {int}) {strict};"
                         "CREATE INDEX area_by_name ON area (name, id);"
                         "CREATE TABLE note (id {id}, area {int} NOT NULL, body {text}) {strict}");
    return conn;
}

static void assert_scans(void **state, struct db_conn *conn, const char *sql, const char *wanted)
{
    struct str scans = plan_scans(database_arena(state), conn, str_of(sql), given_param,
                                  (struct given[]){{"id", int_value(1)},
                                                   {"name", text_value("x")},
                                                   {"body", text_value("x")},
                                                   {"limit", int_value(10)},
                                                   {0}});
    if (!str_is(scans, wanted))
        fail_msg("\"%.*s\" instead of \"%s\": %s", STR_PRINT(scans), wanted, sql);
}

static void what_an_index_serves_scans_nothing(void **state)
{
    struct db_conn *conn = with_areas(state);
    assert_scans(state, conn, "SELECT name FROM area WHERE id = :id", "");
    assert_scans(state, conn, "SELECT id FROM area WHERE name = :name", "");
    assert_scans(state, conn,
                 "SELECT parent FROM area WHERE name > :name ORDER BY name, id LIMIT :limit", "");
    assert_scans(state, conn, "SELECT parent FROM area ORDER BY name, id LIMIT :limit", "");
    assert_scans(state, conn,
                 "SELECT area.name FROM note JOIN area ON area.id = note.area WHERE note.id = :id",
                 "");
    assert_scans(state, conn, "UPDATE area SET name = :name WHERE id = :id", "");
    assert_scans(state, conn, "SELECT 1", "");
    assert_scans(state, conn, "INSERT INTO area (name) VALUES (:name)", "");
}

static void what_no_index_serves_is_named(void **state)
{
    struct db_conn *conn = with_areas(state);
    assert_scans(state, conn, "SELECT id FROM note WHERE body = :body", "note");
    assert_scans(state, conn, "SELECT n.id FROM note AS n WHERE n.body = :body", "n");
    assert_scans(state, conn, "DELETE FROM note WHERE area = :id", "note");
    assert_scans(state, conn, "SELECT id FROM note WHERE body = :body OR area = :id", "note");
    assert_scans(state, conn,
                 "SELECT a.name FROM area AS a WHERE a.id IN (SELECT n.area FROM note AS n WHERE "
                 "n.body = :body)",
                 "n");
    assert_scans(state, conn,
                 "SELECT (SELECT count(*) FROM note AS n WHERE n.area = a.id) FROM area AS a "
                 "WHERE a.id = :id",
                 "n");
}

/* The trap that a plan for known values hides: `:name = ''` is never known beforehand. */
static void a_condition_that_may_be_switched_off_is_a_scan(void **state)
{
    struct db_conn *conn = with_areas(state);
    assert_scans(state, conn, "SELECT parent FROM area AS a WHERE (:name = '' OR a.name = :name)",
                 "a");
}

static void a_part_of_the_statement_is_no_table(void **state)
{
    struct db_conn *conn = with_areas(state);
    assert_scans(state, conn,
                 "WITH RECURSIVE up(id, parent) AS (SELECT id, parent FROM area WHERE id = :id "
                 "UNION ALL SELECT a.id, a.parent FROM up JOIN area AS a ON a.id = up.parent) "
                 "SELECT id FROM up",
                 "");
    assert_scans(
        state, conn,
        "SELECT x.name FROM (SELECT name, id FROM area WHERE name > :name ORDER BY name, id "
        "LIMIT 5) AS x",
        "");
}

static void explaining_changes_nothing(void **state)
{
    struct db_conn *conn = with_areas(state);
    struct str sql = STR("INSERT INTO area (name) VALUES (:name)");
    struct given given[] = {{"name", text_value("x")}, {0}};
    assert_status(db_begin(conn, true), DB_OK);
    plan_scans(database_arena(state), conn, sql, given_param, given);
    assert_status(database_do(conn, sql.data, given), DB_DONE);
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM area"), 1);
}

UNIT_GROUP(plan, ON_BOTH(what_an_index_serves_scans_nothing),
           ON_BOTH(what_no_index_serves_is_named),
           ON_BOTH(a_condition_that_may_be_switched_off_is_a_scan),
           ON_BOTH(a_part_of_the_statement_is_no_table), ON_BOTH(explaining_changes_nothing))
