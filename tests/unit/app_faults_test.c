/* The whole write path on a disk that fails, round after round: several write at once, somewhere in
 * between the disk tears a write, no longer syncs, is full, takes no writes or loses its power.
 * After each round what was acknowledged is there, once, the log of events holds and the file is
 * whole; and when the cause is gone the program goes on. KECHUANG_FAULTS=200 says how many rounds.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "core/audit_verify.h"
#include "fault/fault_vfs.h"
#include "unit/app.h"

enum { WRITERS = 4, WRITES = 12, NOTE = 32 };

static int app_forget(void **state)
{
    app_end(state);
    return database_forget(state);
}

/* What each writer was told. */
struct scribe {
    pthread_t thread;
    struct app *app;
    int number, round, status[WRITES];
    int power_until; /* the power goes before this one writes so many; -1 = it stays */
};

static void note_of(const struct scribe *scribe, int i, char note[NOTE])
{
    snprintf(note, NOTE, "fault-%d-%d-%d", scribe->round, scribe->number, i);
}

/* Figures and organisations in turn, each known by its note. */
static struct request request_for(struct arena *arena, const struct scribe *scribe, int i)
{
    char note[NOTE];
    note_of(scribe, i, note);
    return (struct request){
        .method = STR("POST"),
        .path = STR("/api/observations"),
        .content_type = STR("application/json"),
        .who = &principal_operator,
        .idempotency_key = arena_print(arena, "%s", note),
        .body = arena_print(
            arena,
            "{\"indicator_code\":\"RD01\",\"area_code\":\"XZ\",\"period\":\"2026\",\"value\":1e10,"
            "\"unit\":\"元\",\"status\":\"estimate\",\"measure\":\"flow\",\"approximation\":"
            "\"exact\",\"note\":\"%s\"}",
            note)};
}

static void *write_down(void *state)
{
    struct scribe *scribe = state;
    for (int i = 0; i < WRITES; i++) {
        struct arena arena = {0};
        if (i == scribe->power_until)
            fault_vfs_power_loss();
        scribe->status[i] = app_call(scribe->app, &arena, request_for(&arena, scribe, i)).status;
        arena_free(&arena);
    }
    return NULL;
}

enum fault { TORN_WRITE, NO_SYNC, FULL, READ_ONLY, POWER, FAULTS };

static void break_disk(enum fault fault, uint64_t *seed)
{
    const int64_t at = 1 + (int64_t)(unit_random(seed) % 60);
    switch (fault) {
    case TORN_WRITE:
        fault_vfs_plan((struct fault_plan){.short_write_at = at});
        break;
    case NO_SYNC:
        fault_vfs_plan((struct fault_plan){.fail_sync_at = 1 + at / 4});
        break;
    case FULL:
        fault_vfs_plan((struct fault_plan){.disk_limited = true, .disk_free = at % 6 * 4096});
        break;
    case READ_ONLY:
        fault_vfs_plan((struct fault_plan){.read_only = true});
        break;
    case POWER:
    case FAULTS:
        break;
    }
}

static void check_statuses(const struct scribe *scribe, enum fault fault)
{
    for (int i = 0; i < WRITES; i++) {
        int status = scribe->status[i];
        /* 500 and 503 are for a disk that is broken; one that is full or takes no writes is named.
         */
        bool fits = status == 201 || (fault == FULL && status == 507) ||
                    (fault == READ_ONLY && status == 503) ||
                    (fault != FULL && fault != READ_ONLY && (status == 500 || status == 503));
        if (!fits)
            fail_msg("round %d: status %d with fault %d", scribe->round, status, (int)fault);
    }
}

/* What was acknowledged in this round is there once; what was refused is not there twice. */
static void check_notes(struct db_conn *conn, const struct scribe *scribe)
{
    char note[NOTE], sql[160];
    for (int i = 0; i < WRITES; i++) {
        note_of(scribe, i, note);
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM observation WHERE note = '%s'", note);
        int64_t count = database_number(conn, sql);
        if (count > 1 || (scribe->status[i] == 201 && count != 1))
            fail_msg("%s was answered with %d and is there %lld times", note, scribe->status[i],
                     (long long)count);
    }
}

static void check_whole(void **state, struct db_conn *conn)
{
    struct arena arena = {0};
    struct ctx ctx = {.arena = &arena, .db = conn, .digest = DIGEST_SHA256, .now = {2000000000}};
    struct audit_report report;
    assert_int_equal(
        database_number(conn,
                        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
        1);
    assert_int_equal(audit_verify(&ctx, (struct audit_trust){STR(""), STR("")}, &report), E_OK);
    if (!report.good)
        fail_msg("%s", report.fault);
    arena_free(&arena);
    (void)state;
}

static void one_round(void **state, int round, uint64_t *seed)
{
    static struct scribe scribes[WRITERS];
    const enum fault fault = (enum fault)(round % FAULTS);
    struct app *app = app_of(state);
    break_disk(fault, seed);
    for (int i = 0; i < WRITERS; i++) {
        scribes[i] = (struct scribe){.app = app, .number = i, .round = round, .power_until = -1};
        if (fault == POWER && i == 0)
            scribes[i].power_until = (int)(unit_random(seed) % WRITES);
        pthread_create(&scribes[i].thread, NULL, write_down, &scribes[i]);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(scribes[i].thread, NULL);
    for (int i = 0; i < WRITERS; i++)
        check_statuses(&scribes[i], fault);
    /* Without its cause the fault is gone: at once, or when the machine is on again. */
    if (fault == POWER || fault == NO_SYNC) {
        fault_vfs_power_loss();
        app_end(state);
        fault_vfs_power_on();
    } else {
        fault_vfs_plan((struct fault_plan){0});
    }
    struct scribe after = {
        .app = app_of(state), .number = WRITERS, .round = round, .power_until = -1};
    write_down(&after);
    for (int i = 0; i < WRITES; i++)
        assert_int_equal(after.status[i], 201);
    struct db_conn *conn = database_open(state, false);
    for (int i = 0; i < WRITERS; i++)
        check_notes(conn, &scribes[i]);
    check_notes(conn, &after);
    check_whole(state, conn);
    database_close(state, conn);
}

static void whatever_the_disk_does_nothing_acknowledged_is_lost(void **state)
{
    const char *asked = getenv("KECHUANG_FAULTS");
    int64_t rounds = (int64_t)2 * FAULTS;
    assert_true(!asked || int_parse(str_of(asked), &rounds));
    uint64_t seed = 20261125;
    database_close(state, database_conn(state));
    for (int round = 0; round < (int)rounds; round++)
        one_round(state, round, &seed);
}

UNIT_GROUP(app_faults, {"whatever_the_disk_does_nothing_acknowledged_is_lost",
                        whatever_the_disk_does_nothing_acknowledged_is_lost,
                        database_on_faulty_sqlite, app_forget, NULL})
