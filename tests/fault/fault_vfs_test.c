/* Proves the faulty disk with plain SQLite: that what SQLite promises holds on it, and that it
 * does lose what was never promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault/fault_vfs.h"

static char folder[] = "/tmp/kechuang-fault-XXXXXX";
static char path[sizeof folder + 16];

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static sqlite3 *opened(const char *synchronous)
{
    sqlite3 *db;
    char pragma[60];
    assert_int_equal(
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, FAULT_VFS),
        SQLITE_OK);
    snprintf(pragma, sizeof pragma, "PRAGMA synchronous=%s", synchronous);
    assert_int_equal(run(db, "PRAGMA journal_mode=WAL"), SQLITE_OK);
    assert_int_equal(run(db, pragma), SQLITE_OK);
    return db;
}

static int number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static int rows(sqlite3 *db)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    return number(db, "SELECT count(*) FROM note");
}

/* A table and one row, both safe on the disk. */
static sqlite3 *with_one_row(const char *synchronous)
{
    sqlite3 *db = opened("FULL");
    assert_int_equal(run(db, "CREATE TABLE note(body TEXT)"), SQLITE_OK);
    assert_int_equal(run(db, "INSERT INTO note VALUES ('first')"), SQLITE_OK);
    sqlite3_close(db); /* which moves the log into the database and syncs it */
    return opened(synchronous);
}

static int rows_after_power_loss(sqlite3 *db)
{
    fault_vfs_power_loss();
    sqlite3_close(db);
    fault_vfs_power_on();
    db = opened("FULL");
    int count = rows(db);
    sqlite3_close(db);
    return count;
}

static int fresh(void **state)
{
    (void)state;
    char name[sizeof path + 8];
    fault_vfs_install();
    fault_vfs_forget();
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, (const char *[]){"", "-wal", "-shm"}[i]);
        unlink(name);
    }
    return 0;
}

static int stop(void **state)
{
    fresh(state);
    return rmdir(folder);
}

static void a_committed_row_survives_power_loss(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    assert_int_equal(run(db, "INSERT INTO note VALUES ('second')"), SQLITE_OK);
    assert_int_equal(rows_after_power_loss(db), 2);
}

static void nothing_is_written_without_power(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    fault_vfs_power_loss();
    assert_int_equal(run(db, "INSERT INTO note VALUES ('in the dark')"), SQLITE_IOERR);
    assert_int_equal(rows_after_power_loss(db), 1);
}

static void without_syncs_a_committed_row_is_lost(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("OFF");
    assert_int_equal(run(db, "INSERT INTO note VALUES ('second')"), SQLITE_OK);
    assert_int_equal(rows(db), 2);
    assert_int_equal(rows_after_power_loss(db), 1);
}

static void a_disk_whose_syncs_lie_loses_it_too(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    fault_vfs_plan((struct fault_plan){.sync_lies = true});
    assert_int_equal(run(db, "INSERT INTO note VALUES ('second')"), SQLITE_OK);
    assert_int_equal(rows_after_power_loss(db), 1);
}

static void an_open_transaction_is_gone_after_power_loss(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    assert_int_equal(run(db, "BEGIN; INSERT INTO note VALUES ('second')"), SQLITE_OK);
    assert_int_equal(rows_after_power_loss(db), 1);
}

static void a_full_disk_is_reported_and_harms_nothing(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    fault_vfs_plan((struct fault_plan){.disk_limited = true, .disk_free = 20000});
    int status = SQLITE_OK;
    int kept = 1;
    while ((status = run(db, "INSERT INTO note VALUES (hex(zeroblob(1000)))")) == SQLITE_OK)
        kept++;
    assert_int_equal(status, SQLITE_FULL);
    assert_true(kept > 1);
    assert_int_equal(rows(db), kept);
    fault_vfs_plan((struct fault_plan){0});
    assert_int_equal(run(db, "INSERT INTO note VALUES ('room again')"), SQLITE_OK);
    assert_int_equal(rows_after_power_loss(db), kept + 1);
}

static void a_full_disk_ends_the_whole_transaction(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    assert_int_equal(run(db, "PRAGMA cache_size=5; BEGIN; SAVEPOINT one;"
                             "INSERT INTO note VALUES ('second')"),
                     SQLITE_OK);
    fault_vfs_plan((struct fault_plan){.disk_limited = true, .disk_free = 10000});
    assert_int_equal(run(db, "INSERT INTO note SELECT hex(zeroblob(2000)) FROM "
                             "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                             "WHERE i < 100) SELECT i FROM n)"),
                     SQLITE_FULL);
    assert_int_equal(sqlite3_get_autocommit(db), 1);
    assert_int_equal(rows(db), 1);
    sqlite3_close(db);
}

static void a_short_write_is_reported_and_harms_nothing(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    int at = 0, status;
    do { /* each of the writes that one transaction makes in turn */
        fault_vfs_plan((struct fault_plan){.short_write_at = ++at});
        status = run(db, "INSERT INTO note VALUES ('second')");
        assert_int_equal(rows(db), status == SQLITE_OK ? 2 : 1);
    } while (status == SQLITE_IOERR);
    assert_int_equal(status, SQLITE_OK);
    assert_true(at > 1);
    assert_int_equal(rows_after_power_loss(db), 2);
}

static void a_failed_sync_fails_the_commit(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    fault_vfs_plan((struct fault_plan){.fail_sync_at = 1});
    assert_int_equal(run(db, "INSERT INTO note VALUES ('second')"), SQLITE_IOERR);
    fault_vfs_plan((struct fault_plan){0});
    assert_int_equal(rows(db), 1);
    sqlite3_close(db);
}

static void a_failed_read_is_reported(void **state)
{
    (void)state;
    sqlite3 *db = with_one_row("FULL");
    fault_vfs_plan((struct fault_plan){.fail_read_at = 1});
    assert_int_equal(run(db, "SELECT * FROM note"), SQLITE_IOERR);
    fault_vfs_plan((struct fault_plan){0});
    assert_int_equal(rows(db), 1);
    sqlite3_close(db);
}

static void a_read_only_file_refuses_writes(void **state)
{
    (void)state;
    sqlite3_close(with_one_row("FULL"));
    fault_vfs_plan((struct fault_plan){.read_only = true});
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, FAULT_VFS), SQLITE_OK);
    assert_int_equal(sqlite3_db_readonly(db, "main"), 1);
    assert_int_not_equal(run(db, "INSERT INTO note VALUES ('second')"), SQLITE_OK);
    sqlite3_close(db);
    fault_vfs_plan((struct fault_plan){0});
    db = opened("FULL");
    assert_int_equal(rows(db), 1);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_committed_row_survives_power_loss, fresh),
        cmocka_unit_test_setup(nothing_is_written_without_power, fresh),
        cmocka_unit_test_setup(without_syncs_a_committed_row_is_lost, fresh),
        cmocka_unit_test_setup(a_disk_whose_syncs_lie_loses_it_too, fresh),
        cmocka_unit_test_setup(an_open_transaction_is_gone_after_power_loss, fresh),
        cmocka_unit_test_setup(a_full_disk_is_reported_and_harms_nothing, fresh),
        cmocka_unit_test_setup(a_full_disk_ends_the_whole_transaction, fresh),
        cmocka_unit_test_setup(a_short_write_is_reported_and_harms_nothing, fresh),
        cmocka_unit_test_setup(a_failed_sync_fails_the_commit, fresh),
        cmocka_unit_test_setup(a_failed_read_is_reported, fresh),
        cmocka_unit_test_setup(a_read_only_file_refuses_writes, fresh),
    };
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/test.db", folder);
    return cmocka_run_group_tests_name("fault_vfs", tests, NULL, stop);
}
