/* The log of events: whatever is changed in it is found, nothing can be put before what is sealed,
 * and what is removed by law leaves it whole. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/audit_sealer.h"
#include "core/audit_verify.h"
#include "core/sequence.h"
#include "unit/app.h"

static const char figure[] =
    "{\"indicator_code\":\"RD01\",\"area_code\":\"XZ\",\"period\":\"2026\",\"value\":1e10,"
    "\"unit\":\"元\",\"status\":\"estimate\",\"measure\":\"flow\",\"approximation\":\"exact\","
    "\"note\":\"测试\"}";

static int app_forget(void **state)
{
    app_end(state);
    return database_forget(state);
}
#define APP_ON_SQLITE(test)                                                                        \
    {                                                                                              \
#test " (sqlite)", test, database_on_sqlite, app_forget, NULL                              \
    }
#define APP_ON_POSTGRES(test)                                                                      \
    {                                                                                              \
#test " (postgres)", test, database_on_postgres, app_forget, NULL                          \
    }
#define APP_ON_BOTH(test) APP_ON_SQLITE(test), APP_ON_POSTGRES(test)

static struct ctx ctx_on(struct arena *arena, struct db_conn *conn)
{
    struct ctx ctx = {.arena = arena, .db = conn, .who = &principal_operator};
    ctx.now.seconds = time(NULL);
    return ctx;
}

static struct audit_report verified_later(void **state, struct audit_trust trust, int64_t seconds)
{
    struct audit_report report;
    struct ctx ctx = ctx_on(database_arena(state), database_conn(state));
    ctx.now.seconds += seconds;
    if (audit_verify(&ctx, trust, &report) != E_OK)
        fail_msg("%.*s", STR_PRINT(ctx.detail));
    return report;
}

static struct audit_report verified(void **state, struct audit_trust trust)
{
    return verified_later(state, trust, 0);
}

static void assert_holds(void **state)
{
    struct audit_report report = verified(state, (struct audit_trust){STR(""), STR("")});
    if (!report.good)
        fail_msg("%s", report.fault);
}

static void write_figures(void **state, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(ask(state, "POST", "/api/observations", NULL, figure).status, 201);
}

/* --- What is there -------------------------------------------------------------------------- */

static void every_write_has_an_event_that_is_sealed_and_signed(void **state)
{
    write_figures(state, 5);
    app_end(state);
    struct audit_report report = verified(state, (struct audit_trust){STR(""), STR("")});
    assert_string_equal(report.fault, "");
    assert_true(report.good);
    assert_true(report.events >= 6); /* the pack and five */
    assert_int_equal(report.unsealed, 0);
    assert_int_equal(report.signed_seal, report.last_seal);
    assert_int_equal(report.key_count, 1);
    assert_int_equal(database_number(database_conn(state),
                                     "SELECT count(*) FROM event JOIN event_payload"
                                     " ON event_payload.sequence = event.sequence"
                                     " WHERE kind = 'observation' AND actor = 'operator'"
                                     " AND route = 'POST /api/observations'"),
                     5);
}

static void a_reply_given_again_comes_from_its_event(void **state)
{
    struct request request = request_of("POST", "/api/observations", NULL, figure);
    request.idempotency_key = STR("once");
    struct reply first = ask_request(state, request), second = ask_request(state, request);
    assert_int_equal(first.status, 201);
    assert_true(str_equal(first.body, second.body));
    assert_int_equal(database_number(database_conn(state),
                                     "SELECT count(*) FROM idempotency WHERE body IS NULL"),
                     1);
}

static void a_refused_write_leaves_a_gap_and_no_event(void **state)
{
    write_figures(state, 1);
    struct reply refused = ask(state, "POST", "/api/observations", NULL,
                               "{\"indicator_code\":\"RD01\",\"area_code\":\"XZ\",\"period\":"
                               "\"2026\",\"value\":1,\"unit\":\"斤\",\"status\":\"estimate\","
                               "\"measure\":\"flow\",\"approximation\":\"exact\",\"note\":\"x\"}");
    assert_int_equal(refused.status, 422);
    struct reply made = ask(state, "POST", "/api/observations", NULL, figure);
    struct db_conn *conn = database_conn(state);
    assert_int_equal(number_in(made, "recorded_seq"),
                     database_number(conn, "SELECT max(sequence) FROM event"));
    assert_int_equal(database_number(conn, "SELECT max(sequence) FROM event"),
                     database_number(conn, "SELECT count(*) FROM event") + 1);
    app_end(state);
    assert_holds(state);
}

/* The same seconds, algorithms and salts in an export as in the database. */
static void an_export_is_verified_without_the_database(void **state)
{
    write_figures(state, 4);
    app_end(state);
    struct ctx ctx = ctx_on(database_arena(state), database_conn(state));
    int64_t seals = database_number(ctx.db, "SELECT max(id) FROM seal");
    for (int64_t from = 1; from <= 2; from++) {
        char *text = NULL;
        size_t size = 0;
        struct audit_report report;
        ctx_clear(&ctx);
        FILE *out = open_memstream(&text, &size);
        assert_int_equal(audit_export(&ctx, (struct audit_range){from, seals, false}, out), E_OK);
        fclose(out);
        FILE *in = fmemopen(text, size, "r");
        if (audit_verify_file(&ctx, in, (struct audit_trust){STR(""), STR("")}, &report) != E_OK)
            fail_msg("%.*s", STR_PRINT(ctx.detail));
        fclose(in);
        assert_string_equal(report.fault, "");
        assert_int_equal(report.seals, seals - from + 1);
        /* One byte of a payload, and a line less. */
        char *at = memmem(text, size, "测试", strlen("测试"));
        assert_non_null(at);
        at[0]++;
        in = fmemopen(text, size, "r");
        enum error error =
            audit_verify_file(&ctx, in, (struct audit_trust){STR(""), STR("")}, &report);
        fclose(in);
        assert_true(error || !report.good);
        at[0]--;
        char *line = memmem(text, size, "{\"event\"", strlen("{\"event\""));
        char *end = strchr(line, '\n') + 1;
        memmove(line, end, size - (size_t)(end - text));
        in = fmemopen(text, size - (size_t)(end - line), "r");
        error = audit_verify_file(&ctx, in, (struct audit_trust){STR(""), STR("")}, &report);
        fclose(in);
        assert_true(error || !report.good);
        free(text);
    }
}

/* --- Tampering ------------------------------------------------------------------------------ */

/* Never what it was: a digest may begin with any digit. */
#define OTHER_DIGIT(column)                                                                        \
    "CASE WHEN substr(" column ", 1, 1) = 'f' THEN '0' ELSE 'f' END || substr(" column ", 2)"

/* What a hand in the database might do, and where it is found: at the event `at` of six, counted
 * from 0, or (-1) wherever. */
static const struct {
    const char *what, *sql;
    int at;
} tamperings[] = {
    {"payload", "UPDATE event_payload SET body = body || ' ' WHERE sequence = :at", 2},
    {"salt", "UPDATE event_payload SET salt = 'x' || substr(salt, 2) WHERE sequence = :at", 2},
    {"no payload", "DELETE FROM event_payload WHERE sequence = :at", 3},
    {"actor", "UPDATE event SET actor = 'nobody' WHERE sequence = :at", 1},
    {"time", "UPDATE event SET recorded_at = recorded_at - 1 WHERE sequence = :at", 4},
    {"key", "UPDATE event SET key = '1' WHERE sequence = :at", 4},
    {"grant", "UPDATE event SET grant_id = 7 WHERE sequence = :at", 4},
    {"hash", "UPDATE event SET hash = " OTHER_DIGIT("hash") " WHERE sequence = :at", 3},
    {"deletion", "DELETE FROM event WHERE sequence = :at", -1},
    {"deletion of the last", "DELETE FROM event WHERE sequence = (SELECT max(sequence) FROM event)",
     -1},
    {"number", "UPDATE event SET sequence = sequence + 1000 WHERE sequence = :at", -1},
    {"insertion",
     "INSERT INTO event (sequence, recorded_at, actor, role, action, kind, key, algorithm, hash)"
     " SELECT 0, recorded_at, actor, role, action, kind, key, algorithm, hash FROM event"
     " WHERE sequence = :at",
     -1},
    {"payload removed without an event",
     "UPDATE event_payload SET body = NULL, salt = NULL, digest = 'x', removed_seq = NULL"
     " WHERE sequence = :at",
     2},
    {"seal", "UPDATE seal SET sealed_at = sealed_at + 1 WHERE last_sequence >= :at", -1},
    {"head", "UPDATE seal SET head = " OTHER_DIGIT("head") " WHERE id = 2", -1},
    {"seal removed", "DELETE FROM seal WHERE id = 2", -1},
    {"signature",
     "UPDATE seal_signature SET signature = " OTHER_DIGIT(
         "signature") " WHERE seal_id = (SELECT max(seal_id) FROM seal_signature)",
     -1},
    {"all signatures", "DELETE FROM seal_signature WHERE seal_id > 0 AND :at > 0", -1},
};

static void copy(void **state, const char *what, const char *to, const char *from)
{
    char text[200];
    snprintf(text, sizeof(text), "%s %s SELECT * FROM %s", what, to, from);
    database_write(database_conn(state), text);
}

static void keep_copies(void **state)
{
    copy(state, "CREATE TABLE", "event_copy AS", "event");
    copy(state, "CREATE TABLE", "event_payload_copy AS", "event_payload");
    copy(state, "CREATE TABLE", "seal_copy AS", "seal");
    copy(state, "CREATE TABLE", "seal_signature_copy AS", "seal_signature");
}

static void put_back(void **state)
{
    struct db_conn *conn = database_conn(state);
    database_write(conn, "DELETE FROM event");
    database_write(conn, "DELETE FROM event_payload");
    database_write(conn, "DELETE FROM seal");
    database_write(conn, "DELETE FROM seal_signature");
    copy(state, "INSERT INTO", "event", "event_copy");
    copy(state, "INSERT INTO", "event_payload", "event_payload_copy");
    copy(state, "INSERT INTO", "seal", "seal_copy");
    copy(state, "INSERT INTO", "seal_signature", "seal_signature_copy");
}

static void tampering_is_found(void **state)
{
    struct db_conn *conn = database_conn(state);
    write_figures(state, 6);
    app_end(state);
    struct audit_report before = verified(state, (struct audit_trust){STR(""), STR("")});
    struct audit_trust trust = {str_of(before.keys[0]), str_of(before.head)};
    assert_true(verified(state, trust).good);
    keep_copies(state);
    int64_t first = database_number(
        conn, "SELECT min(sequence) FROM event WHERE kind = 'observation' AND action = 'create'");
    for (size_t i = 0; i < COUNT(tamperings); i++) {
        int64_t at = first + (tamperings[i].at < 0 ? 2 : tamperings[i].at);
        assert_status(db_begin(conn, true), DB_OK);
        bool takes_at = strstr(tamperings[i].sql, ":at") != NULL;
        assert_status(
            database_do(conn, tamperings[i].sql, takes_at ? GIVEN({"at", int_value(at)}) : NULL),
            DB_DONE);
        assert_status(db_commit(conn), DB_OK);
        struct audit_report report = verified(state, trust);
        if (report.good || (tamperings[i].at >= 0 && report.fault_sequence != at))
            fail_msg("%s is not found: %s", tamperings[i].what, report.fault);
        put_back(state);
    }
    assert_true(verified(state, trust).good);
}

/* Who rewrites everything cannot make the head that somebody noted, nor sign it. */
static void a_log_that_was_made_anew_is_found(void **state)
{
    write_figures(state, 2);
    app_end(state);
    struct audit_report before = verified(state, (struct audit_trust){STR(""), STR("")});
    database_write(database_conn(state), "DELETE FROM seal");
    database_write(database_conn(state), "DELETE FROM seal_signature");
    struct ctx ctx = ctx_on(database_arena(state), database_conn(state));
    struct signing_key other;
    char reason[200];
    int64_t count;
    ctx.now.seconds -= 10;
    assert_true(signing_key_open("", true, &other, reason, sizeof(reason)));
    assert_status(db_begin(ctx.db, true), DB_OK);
    assert_int_equal(seal_events(&ctx, INT64_MAX, &count), E_OK);
    assert_int_equal(seal_sign(&ctx, &other), E_OK);
    assert_status(db_commit(ctx.db), DB_OK);
    assert_true(verified(state, (struct audit_trust){STR(""), STR("")}).good);
    assert_false(verified(state, (struct audit_trust){str_of(before.keys[0]), STR("")}).good);
    assert_false(verified(state, (struct audit_trust){STR(""), str_of(before.head)}).good);
}

/* One true signature at the beginning vouches for nothing behind it. */
static void an_end_that_nobody_signed_is_found(void **state)
{
    write_figures(state, 3);
    app_end(state);
    struct audit_report before = verified(state, (struct audit_trust){STR(""), STR("")});
    struct audit_trust trust = {str_of(before.keys[0]), STR("")};
    assert_true(verified_later(state, trust, INT64_C(2) * AUDIT_TAIL_SECONDS).good);
    database_write(database_conn(state),
                   "DELETE FROM seal_signature WHERE seal_id = (SELECT max(id) FROM seal)");
    struct audit_report after = verified_later(state, trust, INT64_C(2) * AUDIT_TAIL_SECONDS);
    assert_false(after.good);
    assert_true(after.fault[0] != '\0');
}

/* --- Removal by law ------------------------------------------------------------------------- */

static void what_is_removed_by_law_leaves_the_log_whole(void **state)
{
    struct db_conn *conn = database_conn(state);
    write_figures(state, 3);
    app_end(state);
    struct ctx ctx = ctx_on(database_arena(state), conn);
    int64_t at = database_number(conn, "SELECT max(sequence) FROM event");
    assert_status(db_begin(conn, true), DB_OK);
    assert_int_equal(sequence_take(&ctx), E_OK);
    assert_int_equal(audit_redact(&ctx, at), E_OK);
    assert_int_equal(audit_note(&ctx, STR("operator"), "erasure", STR("erased"), STR("1")), E_OK);
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM event_payload WHERE body IS NULL"
                                           " AND salt IS NULL"),
                     1);
    write_figures(state, 1);
    app_end(state);
    struct audit_report report = verified(state, (struct audit_trust){STR(""), STR("")});
    assert_string_equal(report.fault, "");
    assert_int_equal(report.removed, 1);
    /* Who takes a content away by hand can name an event that removed nothing. */
    database_write(conn, "UPDATE event_payload SET removed_seq = (SELECT max(sequence) FROM event)"
                         " WHERE body IS NULL");
    assert_false(verified(state, (struct audit_trust){STR(""), STR("")}).good);
    database_write(conn,
                   "UPDATE event_payload SET removed_seq = removed_seq + 50 WHERE body IS NULL");
    assert_false(verified(state, (struct audit_trust){STR(""), STR("")}).good);
}

static void seals_of_two_algorithms_follow_one_another(void **state)
{
    struct db_conn *conn = database_conn(state);
    write_figures(state, 2);
    app_end(state);
    struct ctx ctx = ctx_on(database_arena(state), conn);
    ctx.digest = DIGEST_SM3;
    int64_t count;
    assert_status(db_begin(conn, true), DB_OK);
    assert_int_equal(sequence_take(&ctx), E_OK);
    assert_int_equal(audit_note(&ctx, STR("operator"), "note", STR(""), STR("")), E_OK);
    assert_int_equal(seal_events(&ctx, INT64_MAX, &count), E_OK);
    assert_int_equal(count, 1);
    assert_status(db_commit(conn), DB_OK);
    write_figures(state, 1);
    app_end(state);
    assert_holds(state);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM seal WHERE algorithm = 'sm3'"), 1);
    database_write(conn, "UPDATE event SET role = 'x' WHERE algorithm = 'sm3'");
    assert_false(verified(state, (struct audit_trust){STR(""), STR("")}).good);
}

/* --- Databases of before -------------------------------------------------------------------- */

static void an_older_database_keeps_its_log(void **state)
{
    struct db_conn *conn = database_conn(state);
    char text[20000] = "", reason[400] = "";
    FILE *in = fopen("src/core/migrations/0001_create.sql", "r");
    assert_non_null(in);
    assert_true(fread(text, 1, sizeof(text) - 1, in) > 0);
    fclose(in);
    struct db_migration old = {"core", "0001_create", text};
    if (!db_migrate(conn, &old, 1, reason, sizeof(reason)))
        fail_msg("%s", reason);
    database_write(conn, "INSERT INTO commit_log VALUES (1, 1700000000, 'system', 'pack'),"
                         " (2, 1700000100, 'operator', 'POST /api/documents')");
    database_write(conn, "UPDATE commit_sequence SET value = 2");
    write_figures(state, 1);
    app_end(state);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM event WHERE sequence = 2"
                                           " AND recorded_at = 1700000100 AND actor = 'operator'"
                                           " AND route = 'POST /api/documents'"
                                           " AND hash IS NOT NULL"),
                     1);
    assert_true(database_number(conn, "SELECT min(sequence) FROM event WHERE action = 'create'") >
                2);
    assert_holds(state);
}

/* --- PostgreSQL: nothing comes before what is sealed ---------------------------------------- */

static int64_t sealed_now(struct ctx *ctx)
{
    struct seal seal;
    assert_status(db_begin(ctx->db, false), DB_OK);
    assert_int_equal(seal_last(ctx, &seal), E_OK);
    db_rollback(ctx->db);
    return seal.last_sequence;
}

static void begin_event(struct ctx *ctx)
{
    assert_status(db_begin(ctx->db, true), DB_OK);
    assert_int_equal(sequence_take(ctx), E_OK);
    assert_int_equal(audit_note(ctx, STR("test"), "note", STR(""), STR("")), E_OK);
}

static void a_slow_write_holds_the_horizon(void **state)
{
    app_of(state);
    app_end(state);
    struct arena *arena = database_arena(state);
    struct ctx slow = ctx_on(arena, database_open(state, false));
    struct ctx quick = ctx_on(arena, database_open(state, false));
    struct ctx sealer = ctx_on(arena, database_open(state, false));
    begin_event(&slow);
    /* The newest transaction of all is the one that runs: no snapshot's xmax lies above it. */
    assert_int_equal(seal_on_postgres(&sealer), E_BUSY);
    assert_true(sealed_now(&sealer) < slow.sequence);
    begin_event(&quick);
    assert_status(db_commit(quick.db), DB_OK);
    assert_true(quick.sequence > slow.sequence);
    ctx_clear(&sealer);
    assert_int_equal(seal_on_postgres(&sealer), E_BUSY);
    assert_true(sealed_now(&sealer) < slow.sequence);
    assert_status(db_commit(slow.db), DB_OK);
    ctx_clear(&sealer);
    assert_int_equal(seal_on_postgres(&sealer), E_OK);
    assert_int_equal(sealed_now(&sealer), quick.sequence);
    assert_holds(state);
}

/* Committed, and then the program was gone: the next one seals it. */
static void what_was_committed_before_a_crash_is_sealed_later(void **state)
{
    app_of(state);
    app_end(state);
    struct ctx ctx = ctx_on(database_arena(state), database_conn(state));
    begin_event(&ctx);
    assert_status(db_commit(ctx.db), DB_OK);
    struct audit_report report = verified(state, (struct audit_trust){STR(""), STR("")});
    assert_true(report.good);
    assert_int_equal(report.unsealed, 1);
    ctx.now.seconds += AUDIT_TAIL_SECONDS + 60; /* but not for ever */
    assert_int_equal(audit_verify(&ctx, (struct audit_trust){STR(""), STR("")}, &report), E_OK);
    assert_false(report.good);
    app_of(state);
    app_end(state);
    report = verified(state, (struct audit_trust){STR(""), STR("")});
    assert_true(report.good);
    assert_int_equal(report.unsealed, 0);
}

enum { WRITERS = 8, SEALERS = 2, EACH = 40 };

static struct {
    pthread_barrier_t start;
    atomic_int writing;
    atomic_int too_late, sealed_rounds;
} race;

struct rival {
    pthread_t thread;
    struct ctx ctx, looking;
    struct arena arena;
    uint64_t seed;
    int failed;
};

/* Looks how far it is sealed, some times. */
static int64_t look(struct rival *rival, uint64_t times)
{
    struct seal seal = {0};
    for (uint64_t i = 0; i <= times; i++) {
        rival->failed += db_begin(rival->looking.db, false) != DB_OK ||
                         seal_last(&rival->looking, &seal) != E_OK;
        db_rollback(rival->looking.db);
    }
    return seal.last_sequence;
}

/* While it holds a number that is not committed, nothing up to it may be sealed. */
static void *write_slowly(void *state)
{
    struct rival *rival = state;
    struct ctx *ctx = &rival->ctx;
    pthread_barrier_wait(&race.start);
    for (int i = 0; i < EACH; i++) {
        rival->failed += db_begin(ctx->db, true) != DB_OK || sequence_take(ctx) != E_OK;
        if (look(rival, unit_random(&rival->seed) % 16) >= ctx->sequence)
            atomic_fetch_add(&race.too_late, 1);
        rival->failed += audit_note(ctx, STR("test"), "note", STR(""), STR("")) != E_OK;
        if (look(rival, unit_random(&rival->seed) % 4) >= ctx->sequence)
            atomic_fetch_add(&race.too_late, 1);
        if (unit_random(&rival->seed) % 4 == 0)
            db_rollback(ctx->db);
        else
            rival->failed += db_commit(ctx->db) != DB_OK;
        arena_reset(&rival->arena);
    }
    atomic_fetch_sub(&race.writing, 1);
    return NULL;
}

static void *seal_always(void *state)
{
    struct rival *rival = state;
    pthread_barrier_wait(&race.start);
    bool more = true;
    while (more) {
        more = atomic_load(&race.writing) > 0;
        ctx_clear(&rival->ctx);
        if (seal_on_postgres(&rival->ctx) == E_OK)
            atomic_fetch_add(&race.sealed_rounds, 1);
        arena_reset(&rival->arena);
    }
    return NULL;
}

static void no_number_appears_below_what_is_sealed(void **state)
{
    static struct rival rivals[WRITERS + SEALERS];
    app_of(state);
    app_end(state);
    pthread_barrier_init(&race.start, NULL, WRITERS + SEALERS);
    atomic_store(&race.writing, WRITERS);
    atomic_store(&race.too_late, 0);
    atomic_store(&race.sealed_rounds, 0);
    const char *url = database_url(state);
    char reason[200];
    for (int i = 0; i < WRITERS + SEALERS; i++) {
        rivals[i] = (struct rival){.seed = (uint64_t)i};
        rivals[i].ctx = ctx_on(&rivals[i].arena, db_connect(url, false, reason, sizeof(reason)));
        rivals[i].looking = ctx_on(&rivals[i].arena, db_connect(url, true, reason, sizeof(reason)));
        pthread_create(&rivals[i].thread, NULL, i < WRITERS ? write_slowly : seal_always,
                       &rivals[i]);
    }
    for (int i = 0; i < WRITERS + SEALERS; i++) {
        pthread_join(rivals[i].thread, NULL);
        db_disconnect(rivals[i].ctx.db);
        db_disconnect(rivals[i].looking.db);
        arena_free(&rivals[i].arena);
        assert_int_equal(rivals[i].failed, 0);
    }
    pthread_barrier_destroy(&race.start);
    assert_int_equal(atomic_load(&race.too_late), 0);
    assert_true(atomic_load(&race.sealed_rounds) > 5);
    struct audit_report report = verified(state, (struct audit_trust){STR(""), STR("")});
    assert_string_equal(report.fault, "");
    assert_true(report.seals > 5);
    assert_true(report.gaps > 0);
}

UNIT_GROUP(audit, APP_ON_BOTH(every_write_has_an_event_that_is_sealed_and_signed),
           APP_ON_BOTH(a_reply_given_again_comes_from_its_event),
           APP_ON_BOTH(a_refused_write_leaves_a_gap_and_no_event),
           APP_ON_BOTH(an_export_is_verified_without_the_database), APP_ON_BOTH(tampering_is_found),
           APP_ON_BOTH(a_log_that_was_made_anew_is_found),
           APP_ON_BOTH(an_end_that_nobody_signed_is_found),
           APP_ON_BOTH(what_is_removed_by_law_leaves_the_log_whole),
           APP_ON_BOTH(seals_of_two_algorithms_follow_one_another),
           APP_ON_BOTH(an_older_database_keeps_its_log),
           APP_ON_POSTGRES(a_slow_write_holds_the_horizon),
           APP_ON_POSTGRES(what_was_committed_before_a_crash_is_sealed_later),
           APP_ON_POSTGRES(no_number_appears_below_what_is_sealed))
