/* The whole program under rivals and faults: what was acknowledged is there, once, and nothing
 * else. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fault/fault_vfs.h"
#include "unit/app.h"
#include "unit/memory.h"

enum { RIVALS = 16, ROUNDS = 12 };

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
#define APP_ON_FAULTY(test)                                                                        \
    {                                                                                              \
#test " (faulty sqlite)", test, database_on_faulty_sqlite, app_forget, NULL                \
    }
#define APP_ON_POSTGRES(test)                                                                      \
    {                                                                                              \
#test " (postgres)", test, database_on_postgres, app_forget, NULL                          \
    }
#define APP_ON_BOTH(test) APP_ON_SQLITE(test), APP_ON_POSTGRES(test)

static int64_t observations(void **state)
{
    return database_number(database_conn(state), "SELECT count(*) FROM observation");
}

/* --- Rivals --------------------------------------------------------------------------------- */

/* Threads that start together; each makes its requests and keeps the statuses and ids. */
struct rival {
    pthread_t thread;
    pthread_barrier_t *start;
    struct app *app;
    struct arena arena;
    struct request request;
    int rounds, status[ROUNDS];
    int64_t id[ROUNDS];
    bool own_keys;
    int number;
};

static void *compete(void *state)
{
    struct rival *rival = state;
    pthread_barrier_wait(rival->start);
    for (int i = 0; i < rival->rounds; i++) {
        struct request request = rival->request;
        if (rival->own_keys)
            request.idempotency_key = arena_print(&rival->arena, "key-%d-%d", rival->number, i);
        struct reply reply = app_call(rival->app, &rival->arena, request);
        rival->status[i] = reply.status;
        rival->id[i] = reply.status == 201 ? number_in(reply, "id") : 0;
        if (reply.file >= 0)
            close(reply.file);
    }
    return NULL;
}

static struct rival *race(void **state, struct request request, int rounds, bool own_keys)
{
    static struct rival rivals[RIVALS];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, RIVALS);
    for (int i = 0; i < RIVALS; i++) {
        rivals[i] = (struct rival){.start = &start,
                                   .app = app_of(state),
                                   .request = request,
                                   .rounds = rounds,
                                   .own_keys = own_keys,
                                   .number = i};
        pthread_create(&rivals[i].thread, NULL, compete, &rivals[i]);
    }
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(rivals[i].thread, NULL);
        arena_free(&rivals[i].arena);
    }
    pthread_barrier_destroy(&start);
    return rivals;
}

static int with_status(const struct rival *rivals, int status)
{
    int count = 0;
    for (int i = 0; i < RIVALS; i++)
        for (int j = 0; j < rivals[i].rounds; j++)
            count += rivals[i].status[j] == status;
    return count;
}

static void one_idempotency_key_is_done_once(void **state)
{
    app_of(state);
    int64_t before = observations(state);
    struct request request = request_of("POST", "/api/observations", NULL, figure);
    request.idempotency_key = STR("the same");
    const struct rival *rivals = race(state, request, 1, false);
    assert_int_equal(with_status(rivals, 201), RIVALS);
    for (int i = 1; i < RIVALS; i++)
        assert_int_equal(rivals[i].id[0], rivals[0].id[0]);
    assert_int_equal(observations(state), before + 1);
}

static void of_rivals_for_one_fact_one_wins(void **state)
{
    static const char body[] =
        "{\"fact_id\":\"F-1\",\"indicator_code\":\"RD01\",\"area_code\":\"XZ\",\"period\":\"2026\","
        "\"value\":1e10,\"unit\":\"元\",\"status\":\"estimate\",\"measure\":\"flow\","
        "\"approximation\":\"exact\",\"note\":\"测试\"}";
    const struct rival *rivals =
        race(state, request_of("POST", "/api/observations", NULL, body), 1, false);
    assert_int_equal(with_status(rivals, 201), 1);
    assert_int_equal(with_status(rivals, 409), RIVALS - 1);
}

static void of_rivals_for_one_version_one_revises_it(void **state)
{
    struct reply made = ask(state, "POST", "/api/observations", NULL, figure);
    assert_int_equal(made.status, 201);
    char path[80];
    snprintf(path, sizeof(path), "/api/observations/%lld/revisions",
             (long long)number_in(made, "id"));
    struct request request = request_of("POST", path, NULL, "{\"value\":2e10,\"note\":\"更正\"}");
    request.if_match = made.etag;
    const struct rival *rivals = race(state, request, 1, false);
    assert_int_equal(with_status(rivals, 201), 1);
    assert_int_equal(with_status(rivals, 412), RIVALS - 1);
}

static void every_acknowledged_write_is_there_and_counted(void **state)
{
    app_of(state);
    struct db_conn *conn = database_conn(state);
    int64_t before = observations(state);
    const struct rival *rivals =
        race(state, request_of("POST", "/api/observations", NULL, figure), ROUNDS, true);
    assert_int_equal(with_status(rivals, 201), RIVALS * ROUNDS);
    assert_int_equal(observations(state), before + (int64_t)RIVALS * ROUNDS);
    assert_int_equal(
        database_number(conn, "SELECT sum(count) FROM observation_tally"),
        database_number(conn, "SELECT count(*) FROM observation WHERE replaced_seq IS NULL"));
    /* Each write has an event under its number, and the load of the pack is one more. */
    assert_int_equal(database_number(conn, "SELECT count(*) FROM event"), RIVALS * ROUNDS + 1);
    assert_int_equal(database_number(conn,
                                     "SELECT count(*) FROM observation JOIN event"
                                     " ON event.sequence = recorded_seq AND key = CAST(id AS TEXT)"
                                     " AND kind = 'observation'"),
                     RIVALS * ROUNDS);
}

/* What is written is answered from what is at hand; a reader finds the same. */
static void a_write_replies_what_a_reader_finds(void **state)
{
    static const char cited[] =
        "{\"indicator_code\":\"RD01\",\"area_code\":\"XZ\",\"period\":\"2025\",\"value\":1e10,"
        "\"unit\":\"元\",\"status\":\"estimate\",\"measure\":\"flow\",\"approximation\":\"about\","
        "\"published\":\"2026-03\",\"source_code\":\"%s\",\"line\":2,\"token\":\"100亿元\"}";
    char path[80], body[500];
    struct reply sources = ask(state, "GET", "/api/sources", "limit=1", NULL);
    const char *code = memmem(sources.body.data, sources.body.length, "\"code\":\"", 8);
    assert_non_null(code);
    struct str rest = str_skip(sources.body, (size_t)(code + 8 - sources.body.data));
    rest = str_first(rest, str_find(rest, '"'));
    snprintf(body, sizeof(body), "%.*s%.*s%s", (int)(strstr(cited, "%s") - cited), cited,
             STR_PRINT(rest), strstr(cited, "%s") + 2);
    struct reply made = ask(state, "POST", "/api/observations", NULL, body);
    assert_int_equal(made.status, 201);
    snprintf(path, sizeof(path), "/api/observations/%lld", (long long)number_in(made, "id"));
    assert_true(str_equal(made.body, ask(state, "GET", path, NULL, NULL).body));
    snprintf(path, sizeof(path), "/api/observations/%lld/revisions",
             (long long)number_in(made, "id"));
    struct request revise = request_of("POST", path, NULL, "{\"value\":3e10,\"note\":\"更正\"}");
    revise.if_match = made.etag;
    struct reply revised = ask_request(state, revise);
    assert_int_equal(revised.status, 201);
    snprintf(path, sizeof(path), "/api/observations/%lld", (long long)number_in(revised, "id"));
    assert_true(str_equal(revised.body, ask(state, "GET", path, NULL, NULL).body));
}

/* --- The past ------------------------------------------------------------------------------- */

static void a_past_state_is_read_back_byte_for_byte(void **state)
{
    struct reply made = ask(state, "POST", "/api/observations", NULL, figure);
    int64_t then = number_in(made, "recorded_seq");
    char query[120], path[80];
    snprintf(query, sizeof(query), "indicator_code=RD01&area_code=XZ&as_of=%lld", (long long)then);
    struct reply before = ask(state, "GET", "/api/series", query, NULL);
    assert_true(says(before, "10000000000"));
    snprintf(path, sizeof(path), "/api/observations/%lld/revisions",
             (long long)number_in(made, "id"));
    struct request revise = request_of("POST", path, NULL, "{\"value\":3e10,\"note\":\"更正\"}");
    revise.if_match = made.etag;
    assert_int_equal(ask_request(state, revise).status, 201);
    struct reply now = ask(state, "GET", "/api/series", "indicator_code=RD01&area_code=XZ", NULL);
    assert_true(says(now, "30000000000"));
    struct reply after = ask(state, "GET", "/api/series", query, NULL);
    assert_true(str_equal(before.body, after.body));
}

static void a_derived_line_takes_only_like_values(void **state)
{
    static const char rank[] =
        "{\"indicator_code\":\"GDP\",\"area_code\":\"XZ\",\"period\":\"2024\",\"value\":16,"
        "\"unit\":\"位\",\"status\":\"revised\",\"measure\":\"rank\",\"approximation\":\"exact\","
        "\"note\":\"测试\"}";
    static const char query[] = "indicator_code=RD02&area_code=XZ";
    struct reply before = ask(state, "GET", "/api/series", query, NULL);
    assert_true(says(before, "\"key\":\"derived/"));
    assert_int_equal(ask(state, "POST", "/api/observations", NULL, rank).status, 201);
    struct reply after = ask(state, "GET", "/api/series", query, NULL);
    assert_true(str_equal(before.body, after.body));
}

static void a_growth_rate_of_a_month_is_no_release_of_the_year(void **state)
{
    static const char rate[] =
        "{\"indicator_code\":\"RD01\",\"area_code\":\"XZ\",\"period\":\"2025-12\",\"value\":5,"
        "\"unit\":\"%\",\"status\":\"final\",\"measure\":\"growth_rate\","
        "\"approximation\":\"exact\",\"note\":\"测试\"}";
    struct reply before = ask(state, "GET", "/api/releases_due", NULL, NULL);
    assert_int_equal(ask(state, "POST", "/api/observations", NULL, rate).status, 201);
    struct reply after = ask(state, "GET", "/api/releases_due", NULL, NULL);
    assert_true(str_equal(before.body, after.body));
}

/* The first of two exports holds the place until it ends, however it ends. */
static void exports_come_one_after_the_other(void **state)
{
    for (int i = 0; i < 3; i++) {
        struct reply export = ask(state, "GET", "/api/observations.xlsx", NULL, NULL);
        assert_int_equal(export.status, 200);
        assert_true(export.file >= 0);
        close(export.file);
        assert_int_equal(ask(state, "GET", "/api/observations.csv", "as_of=99999", NULL).status,
                         422);
    }
    struct request request = request_of("GET", "/api/observations.xlsx", NULL, NULL);
    const struct rival *rivals = race(state, request, 1, false);
    int done = with_status(rivals, 200);
    assert_true(done >= 1);
    assert_int_equal(done + with_status(rivals, 503), RIVALS);
}

/* --- Faults --------------------------------------------------------------------------------- */

static void a_full_disk_is_told_and_leaves_the_database_whole(void **state)
{
    app_of(state);
    int64_t before = observations(state);
    fault_vfs_plan((struct fault_plan){.disk_limited = true, .disk_free = 0});
    struct reply refused = ask(state, "POST", "/api/observations", NULL, figure);
    assert_int_equal(refused.status, 507);
    assert_true(says(refused, "/problems/disk_full"));
    assert_int_equal(ask(state, "POST", "/api/observations", NULL, "{}").status, 422);
    struct reply ill = ask(state, "GET", "/healthz", NULL, NULL);
    assert_int_equal(ill.status, 503);
    assert_true(says(ill, "/problems/not_writing") && says(ill, "disk_full"));
    fault_vfs_plan((struct fault_plan){0});
    assert_int_equal(observations(state), before);
    assert_int_equal(ask(state, "POST", "/api/observations", NULL, figure).status, 201);
    assert_int_equal(ask(state, "GET", "/healthz", NULL, NULL).status, 200);
    assert_int_equal(observations(state), before + 1);
    assert_int_equal(database_number(database_conn(state),
                                     "SELECT count(*) FROM pragma_integrity_check "
                                     "WHERE integrity_check = 'ok'"),
                     1);
}

static void what_was_acknowledged_survives_a_power_loss(void **state)
{
    app_of(state);
    int64_t before = observations(state);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(state, "POST", "/api/observations", NULL, figure).status, 201);
    fault_vfs_power_loss();
    app_end(state);
    database_close(state, database_conn(state));
    fault_vfs_power_on();
    struct db_conn *conn = database_open(state, false);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM observation"), before + 5);
}

/* Ends every other session of the server's that works in this test's schema. */
static void a_lost_connection_is_opened_again(void **state)
{
    app_of(state);
    int64_t before = observations(state);
    struct db_conn *conn = database_conn(state);
    assert_status(db_begin(conn, true), DB_OK);
    assert_status(
        database_do(conn,
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database() "
                    "AND query NOT LIKE '%pg_terminate%' AND backend_type = 'client backend'",
                    NULL),
        DB_DONE);
    assert_status(db_commit(conn), DB_OK);
    assert_int_equal(ask(state, "GET", "/api/observations", "limit=1", NULL).status, 200);
    assert_int_equal(ask(state, "POST", "/api/observations", NULL, figure).status, 201);
    assert_int_equal(observations(state), before + 1);
}

/* Every allocation of a request fails once; each time there is an answer, and the next is right. */
static void a_request_without_memory_is_answered(void **state)
{
    static const char *const paths[] = {"/api/observations", "/api/overview", "/api/areas"};
    struct db_conn *conn = database_open(state, true);
    app_of(state);
    for (size_t p = 0; p < COUNT(paths); p++) {
        bool failed = true;
        int answered = 0;
        for (int after = 0; failed && after < 2000; after++) {
            struct arena arena = {0};
            jmp_buf escape;
            struct call call = {.request = request_of("GET", paths[p], NULL, NULL),
                                .reply = {.file = -1},
                                .ctx = {.arena = &arena, .today = date_of(2026, 11, 24)}};
            arena.escape = &escape;
            memory_fail_after(after);
            if (setjmp(escape) == 0) {
                if (call_prepare(&call))
                    call_read(&call, conn);
            } else {
                db_rollback(conn);
                call_out_of_memory(&call);
            }
            failed = memory_recover();
            assert_true(call.reply.status == 200 || call.reply.status >= 500);
            answered += call.reply.status == 200;
            arena_free(&arena);
        }
        assert_false(failed);
        assert_true(answered > 0);
    }
}

UNIT_GROUP(app, APP_ON_BOTH(one_idempotency_key_is_done_once),
           APP_ON_BOTH(of_rivals_for_one_fact_one_wins),
           APP_ON_BOTH(of_rivals_for_one_version_one_revises_it),
           APP_ON_BOTH(every_acknowledged_write_is_there_and_counted),
           APP_ON_BOTH(a_write_replies_what_a_reader_finds),
           APP_ON_BOTH(a_past_state_is_read_back_byte_for_byte),
           APP_ON_BOTH(a_derived_line_takes_only_like_values),
           APP_ON_BOTH(a_growth_rate_of_a_month_is_no_release_of_the_year),
           APP_ON_BOTH(exports_come_one_after_the_other),
           APP_ON_FAULTY(a_full_disk_is_told_and_leaves_the_database_whole),
           APP_ON_FAULTY(what_was_acknowledged_survives_a_power_loss),
           APP_ON_POSTGRES(a_lost_connection_is_opened_again),
           APP_ON_SQLITE(a_request_without_memory_is_answered))
