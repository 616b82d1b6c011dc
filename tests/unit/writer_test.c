/* The writer: what it calls done is done for good, once, whatever the others in the batch do. */
#include "db/writer.h"

#include <pthread.h>
#include <stdlib.h>

#include "db/driver.h"
#include "fault/fault_vfs.h"
#include "unit/database.h"

/* A gate that lets through when it is opened, and counts who has come. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int count;
    bool open;
};
#define GATE                                                                                       \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false                              \
    }

static void gate_count(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->count++;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_await(struct gate *gate, int count)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->count < count)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_pass(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_set(struct gate *gate, bool open)
{
    pthread_mutex_lock(&gate->mutex);
    gate->open = open;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

/* A job that inserts its number, and then does what it is for. */
struct job {
    struct write_job job;
    enum write_verdict (*then)(struct db_conn *conn, struct job *own, enum db_status *status);
    int number, runs, done;
    enum db_status status;
    struct gate *came, *passes, *finished;
    bool cuts_power_when_done;
};

static enum db_status insert(struct db_conn *conn, int number)
{
    return database_do(conn, "INSERT INTO note (number) VALUES (:number)",
                       GIVEN({"number", int_value(number)}));
}

static enum write_verdict job_run(struct db_conn *conn, void *state, enum db_status *status)
{
    struct job *own = state;
    own->runs++;
    *status = insert(conn, own->number);
    if (db_failed(*status))
        return WRITE_FAIL;
    return own->then ? own->then(conn, own, status) : WRITE_KEEP;
}

static void job_done(void *state, enum db_status status)
{
    struct job *own = state;
    own->done++;
    own->status = status;
    if (own->cuts_power_when_done)
        fault_vfs_power_loss();
    gate_count(own->finished);
}

static void job_make(struct job *job, int number, struct gate *finished)
{
    *job = (struct job){.job = {.run = job_run, .done = job_done, .state = job},
                        .number = number,
                        .finished = finished};
}

static enum write_verdict wait_at_the_gate(struct db_conn *conn, struct job *own,
                                           enum db_status *status)
{
    (void)conn;
    (void)status;
    gate_count(own->came);
    gate_pass(own->passes);
    return WRITE_KEEP;
}

/* A writer that stands in a first job until all others are queued, so that they share a batch. */
struct bench {
    struct db_conn *conn; /* for looking */
    struct arena *arena;
    struct writer *writer;
    struct gate came, passes, finished;
    struct job first, jobs[3 * WRITER_BATCH];
    int count;
};

static struct bench *set_up(void **state)
{
    static struct bench bench;
    bench = (struct bench){.came = GATE, .passes = GATE, .finished = GATE};
    bench.conn = database_conn(state);
    bench.arena = database_arena(state);
    database_write(bench.conn,
                   "CREATE TABLE note (number {int} PRIMARY KEY, more {text}) {strict}");
    char reason[300];
    struct db_conn *own = db_connect(database_url(state), false, reason, sizeof(reason));
    assert_non_null(own);
    bench.writer = writer_start(own, (struct write_hook){NULL, NULL, NULL});
    assert_non_null(bench.writer);
    job_make(&bench.first, 0, &bench.finished);
    bench.first.then = wait_at_the_gate;
    bench.first.came = &bench.came;
    bench.first.passes = &bench.passes;
    return &bench;
}

static void submit(struct bench *bench, struct job *job)
{
    bool taken = writer_submit(bench->writer, &job->job);
    assert_true(taken);
}

static struct job *add(struct bench *bench, int number,
                       enum write_verdict (*then)(struct db_conn *, struct job *, enum db_status *))
{
    if (!bench->count) {
        submit(bench, &bench->first);
        gate_await(&bench->came, 1);
    }
    struct job *job = &bench->jobs[bench->count++];
    job_make(job, number, &bench->finished);
    job->then = then;
    submit(bench, job);
    return job;
}

static void finish(struct bench *bench)
{
    gate_set(&bench->passes, true);
    gate_await(&bench->finished, bench->count + 1);
    writer_stop(bench->writer);
    assert_int_equal(bench->first.done, 1);
    for (int i = 0; i < bench->count; i++)
        assert_int_equal(bench->jobs[i].done, 1);
}

static int64_t rows(struct db_conn *conn)
{
    return database_number(conn, "SELECT count(*) FROM note");
}

static bool is_stored(struct bench *bench, const struct job *job)
{
    assert_status(db_begin(bench->conn, false), DB_OK);
    struct str found =
        database_rows(bench->arena, bench->conn, "SELECT 1 FROM note WHERE number = :number",
                      GIVEN({"number", int_value(job->number)}), "i");
    bool yes = found.length != 0;
    db_rollback(bench->conn);
    return yes;
}

/* Many clients at once, each waiting for its answer before it asks again. */

enum { CLIENTS = 16, ROUNDS = 25 };

struct client {
    pthread_t thread;
    pthread_barrier_t *start;
    struct writer *writer;
    int first_number;
    int cuts_power; /* in its 13th job: 1 = while that runs, 2 = when it is done */
    struct job jobs[ROUNDS];
    struct gate finished;
};

static enum write_verdict cut_the_power(struct db_conn *conn, struct job *own,
                                        enum db_status *status)
{
    (void)conn;
    (void)own;
    (void)status;
    fault_vfs_power_loss();
    return WRITE_KEEP;
}

static void *client_main(void *state)
{
    struct client *client = state;
    pthread_barrier_wait(client->start);
    for (int i = 0; i < ROUNDS; i++) {
        struct job *job = &client->jobs[i];
        job_make(job, client->first_number + i, &client->finished);
        if (i == ROUNDS / 2 && client->cuts_power == 1)
            job->then = cut_the_power;
        job->cuts_power_when_done = i == ROUNDS / 2 && client->cuts_power == 2;
        if (!writer_submit(client->writer, &job->job))
            return NULL;
        gate_await(&client->finished, i + 1);
    }
    return NULL;
}

static struct client *clients_start(struct bench *bench, pthread_barrier_t *start)
{
    struct client *clients = test_calloc(CLIENTS, sizeof(*clients));
    pthread_barrier_init(start, NULL, CLIENTS + 1);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){
            .start = start, .writer = bench->writer, .first_number = i * ROUNDS, .finished = GATE};
        assert_int_equal(pthread_create(&clients[i].thread, NULL, client_main, &clients[i]), 0);
    }
    return clients;
}

static void clients_join(struct client *clients, pthread_barrier_t *start)
{
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i].thread, NULL);
    pthread_barrier_destroy(start);
}

static void every_job_happens_exactly_once(void **state)
{
    struct bench *bench = set_up(state);
    pthread_barrier_t start;
    struct client *clients = clients_start(bench, &start);
    pthread_barrier_wait(&start);
    clients_join(clients, &start);
    writer_stop(bench->writer);
    assert_int_equal(rows(bench->conn), CLIENTS * ROUNDS);
    for (int i = 0; i < CLIENTS; i++)
        for (int k = 0; k < ROUNDS; k++) {
            assert_int_equal(clients[i].jobs[k].done, 1);
            assert_int_equal(clients[i].jobs[k].runs, 1);
            assert_status(clients[i].jobs[k].status, DB_OK);
        }
    test_free(clients);
}

static void what_was_called_done_outlives_a_power_loss(void **state)
{
    for (int round = 0; round < 6; round++) {
        struct bench *bench = set_up(state);
        pthread_barrier_t start;
        struct client *clients = clients_start(bench, &start);
        clients[round].cuts_power = 1 + round % 2;
        pthread_barrier_wait(&start);
        clients_join(clients, &start);
        writer_stop(bench->writer);
        database_close(state, bench->conn);
        fault_vfs_power_on();
        bench->conn = database_open(state, false);
        assert_status(db_begin(bench->conn, false), DB_OK);
        assert_str(
            database_rows(database_arena(state), bench->conn, "PRAGMA integrity_check", NULL, "t"),
            "ok");
        db_rollback(bench->conn);
        int done = 0, lost = 0;
        for (int i = 0; i < CLIENTS; i++)
            for (int k = 0; k < ROUNDS; k++) {
                struct job *job = &clients[i].jobs[k];
                bool said = job->done && job->status == DB_OK;
                done += said;
                lost += said && !is_stored(bench, job);
            }
        assert_int_equal(lost, 0);
        assert_in_range(done, ROUNDS / 2, CLIENTS * ROUNDS - 1); /* it came in the middle */
        test_free(clients);
        database_write(bench->conn, "DROP TABLE note");
    }
}

/* Batches */

static void those_who_wait_share_a_commit(void **state)
{
    struct bench *bench = set_up(state);
    for (int i = 1; i <= 3 * WRITER_BATCH; i++)
        add(bench, i, NULL);
    fault_vfs_plan((struct fault_plan){0});
    finish(bench);
    assert_int_equal(rows(bench->conn), 1 + 3 * WRITER_BATCH);
    /* The first batch of 64 had waited too long at the gate, and went on its own. */
    assert_in_range(fault_vfs_counts().syncs, 4, 3 * WRITER_BATCH / 2);
}

static enum write_verdict refuse(struct db_conn *conn, struct job *own, enum db_status *status)
{
    (void)conn;
    (void)own;
    (void)status;
    return WRITE_DROP;
}

static enum write_verdict violate(struct db_conn *conn, struct job *own, enum db_status *status)
{
    *status = insert(conn, own->number); /* for the second time */
    return WRITE_FAIL;
}

static enum write_verdict violate_and_not_notice(struct db_conn *conn, struct job *own,
                                                 enum db_status *status)
{
    (void)status;
    (void)insert(conn, own->number);
    return WRITE_KEEP;
}

static enum write_verdict fail_without_a_word(struct db_conn *conn, struct job *own,
                                              enum db_status *status)
{
    (void)conn;
    (void)own;
    *status = DB_OK;
    return WRITE_FAIL;
}

/* As a jump out of the job does. */
static enum write_verdict leave_a_cursor(struct db_conn *conn, struct job *own,
                                         enum db_status *status)
{
    struct db_cursor cursor;
    *status = db_open(conn, STR("INSERT INTO note (number) VALUES (7001), (7002) RETURNING number"),
                      NULL, NULL, &cursor);
    if (*status == DB_OK)
        *status = db_step(&cursor) == DB_ROW ? DB_OK : DB_BROKEN;
    return own->number % 2 ? WRITE_KEEP : WRITE_DROP;
}

static void a_job_that_refuses_or_fails_harms_no_other(void **state)
{
    struct bench *bench = set_up(state);
    struct job *good[6], *bad[5];
    good[0] = add(bench, 1, NULL);
    bad[0] = add(bench, 2, refuse);
    good[1] = add(bench, 3, NULL);
    bad[1] = add(bench, 4, violate);
    good[2] = add(bench, 5, NULL);
    bad[2] = add(bench, 6, violate_and_not_notice);
    good[3] = add(bench, 7, NULL);
    bad[3] = add(bench, 8, fail_without_a_word);
    good[4] = add(bench, 9, leave_a_cursor);
    bad[4] = add(bench, 10, leave_a_cursor);
    good[5] = add(bench, 11, NULL);
    finish(bench);
    static const enum db_status wanted[] = {DB_OK, DB_UNIQUE, DB_UNIQUE, DB_BROKEN, DB_OK};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_status(bad[i]->status, wanted[i]);
        assert_false(is_stored(bench, bad[i]));
    }
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_status(good[i]->status, DB_OK);
        assert_true(is_stored(bench, good[i]));
        assert_int_equal(good[i]->runs, 1); /* nobody had to be repeated */
    }
    assert_int_equal(rows(bench->conn), 1 + 6 + 2);
}

static enum write_verdict run_endlessly(struct db_conn *conn, struct job *own,
                                        enum db_status *status)
{
    (void)own;
    *status = database_do(conn,
                          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                          "WHERE i < 1000000000) SELECT count(*) FROM n",
                          NULL);
    return db_failed(*status) ? WRITE_FAIL : WRITE_KEEP;
}

static void a_job_that_takes_too_long_is_stopped_and_the_next_is_not(void **state)
{
    struct bench *bench = set_up(state);
    writer_stop(bench->writer);
    char reason[300];
    struct db_conn *own = db_connect(database_url(state), false, reason, sizeof(reason));
    db_deadline(own, 150);
    bench->writer = writer_start(own, (struct write_hook){NULL, NULL, NULL});
    struct job *slow[2], *quick[2];
    for (int i = 0; i < 2; i++) {
        slow[i] = add(bench, 10 + i, run_endlessly);
        quick[i] = add(bench, 20 + i, NULL);
    }
    finish(bench);
    for (int i = 0; i < 2; i++) {
        assert_status(slow[i]->status, DB_TIMEOUT);
        assert_false(is_stored(bench, slow[i]));
        assert_status(quick[i]->status, DB_OK);
        assert_true(is_stored(bench, quick[i]));
    }
}

/* The ends of the queue */

static void a_full_queue_refuses(void **state)
{
    struct bench *bench = set_up(state);
    struct job *jobs = test_calloc(WRITER_QUEUE + 1, sizeof(*jobs));
    submit(bench, &bench->first);
    gate_await(&bench->came, 1);
    for (int i = 0; i <= WRITER_QUEUE; i++) {
        job_make(&jobs[i], 1 + i, &bench->finished);
        bool taken = writer_submit(bench->writer, &jobs[i].job);
        assert_int_equal(taken, i < WRITER_QUEUE);
    }
    gate_set(&bench->passes, true);
    gate_await(&bench->finished, 1 + WRITER_QUEUE);
    bool taken = writer_submit(bench->writer, &jobs[WRITER_QUEUE].job); /* there is room again */
    assert_true(taken);
    writer_stop(bench->writer);
    assert_int_equal(rows(bench->conn), 2 + WRITER_QUEUE);
    test_free(jobs);
}

static void *stop_main(void *state)
{
    writer_stop(state);
    return NULL;
}

static void stopping_finishes_what_is_queued_and_takes_no_more(void **state)
{
    struct bench *bench = set_up(state);
    for (int i = 1; i <= 100; i++)
        add(bench, i, NULL);
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_main, bench->writer), 0);
    struct job *late = test_calloc(WRITER_QUEUE, sizeof(*late));
    int taken = 0; /* one a millisecond, until the other thread has begun to stop */
    for (; taken < WRITER_QUEUE; taken++) {
        for (int64_t now = db_clock_ms(); db_clock_ms() == now;)
            ;
        job_make(&late[taken], 1000 + taken, &bench->finished);
        if (!writer_submit(bench->writer, &late[taken].job))
            break;
    }
    assert_true(taken < WRITER_QUEUE - 100);
    gate_set(&bench->passes, true);
    pthread_join(stopper, NULL);
    assert_int_equal(bench->finished.count, 1 + 100 + taken);
    assert_int_equal(rows(bench->conn), 1 + 100 + taken);
    test_free(late);
}

/* Disks */

static enum write_verdict write_a_megabyte(struct db_conn *conn, struct job *own,
                                           enum db_status *status)
{
    /* In many rows, so that SQLite cannot keep them in memory until the commit. */
    *status = db_run(conn, "PRAGMA cache_size = 5");
    for (int i = 0; i < 200 && !db_failed(*status); i++)
        *status = database_do(
            conn, "INSERT INTO note (number, more) VALUES (:number, hex(randomblob(5000)))",
            GIVEN({"number", int_value(own->number * 1000 + i)}));
    return db_failed(*status) ? WRITE_FAIL : WRITE_KEEP;
}

static void one_that_fills_the_disk_does_not_take_the_others_along(void **state)
{
    struct bench *bench = set_up(state);
    struct job *before = add(bench, 1, NULL), *big = add(bench, 2, write_a_megabyte),
               *after = add(bench, 3, NULL);
    fault_vfs_plan((struct fault_plan){.disk_limited = true, .disk_free = 200000});
    finish(bench);
    assert_status(before->status, DB_OK);
    assert_status(big->status, DB_FULL);
    assert_status(after->status, DB_OK);
    assert_true(is_stored(bench, before) && !is_stored(bench, big) && is_stored(bench, after));
    assert_int_equal(rows(bench->conn), 3);
}

static void a_disk_that_fails_is_reported_to_each_and_stores_nothing(void **state)
{
    static const struct {
        struct fault_plan plan;
        enum db_status status;
    } known[] = {{{.disk_limited = true}, DB_FULL},
                 {{.fail_sync_at = 1}, DB_BROKEN},
                 {{.read_only = true}, DB_READ_ONLY}};
    for (size_t i = 0; i < COUNT(known); i++) {
        struct bench *bench = set_up(state);
        for (int k = 1; k <= 5; k++)
            add(bench, k, NULL);
        fault_vfs_plan(known[i].plan);
        gate_set(&bench->passes, true);
        gate_await(&bench->finished, 6);
        for (int k = 0; k < 5; k++)
            assert_status(bench->jobs[k].status, known[i].status);
        fault_vfs_plan((struct fault_plan){0});
        assert_int_equal(rows(bench->conn), 0);
        struct job later;
        job_make(&later, 100, &bench->finished);
        submit(bench, &later);
        gate_await(&bench->finished, 7);
        assert_status(later.status, DB_OK); /* as soon as the disk is well again */
        writer_stop(bench->writer);
        assert_int_equal(rows(bench->conn), 1);
        assert_status(db_begin(bench->conn, false), DB_OK);
        assert_str(
            database_rows(database_arena(state), bench->conn, "PRAGMA integrity_check", NULL, "t"),
            "ok");
        db_rollback(bench->conn);
        database_write(bench->conn, "DROP TABLE note");
    }
}

/* PostgreSQL: connections that end. Whoever writes number 99 ends its own session while it commits;
 * a sequence, which no rollback takes back, makes that happen once. */

static struct bench *set_up_with_one_death(void **state)
{
    struct bench *bench = set_up(state);
    database_write(
        bench->conn,
        "CREATE SEQUENCE deaths;"
        "CREATE FUNCTION die() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN IF NEW.number = 99 AND "
        "nextval(''deaths'') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"
        " RETURN NULL; END';"
        "CREATE CONSTRAINT TRIGGER last AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION die()");
    return bench;
}

static void after_a_lost_commit_only_what_may_be_is_repeated(void **state)
{
    struct bench *bench = set_up_with_one_death(state);
    struct job *refused = add(bench, 1, refuse), *deadly = add(bench, 99, NULL);
    finish(bench);
    assert_status(refused->status, DB_OK);
    assert_status(deadly->status, DB_LOST); /* nobody knows: whoever asked has to look */
    assert_int_equal(deadly->runs, 1);
    assert_false(is_stored(bench, deadly));
}

static void after_a_lost_commit_what_is_guarded_is_repeated(void **state)
{
    struct bench *bench = set_up_with_one_death(state);
    struct job *deadly = add(bench, 99, NULL);
    deadly->job.repeatable = true; /* before the gate opens */
    finish(bench);
    assert_status(deadly->status, DB_OK);
    assert_int_equal(deadly->runs, 2);
    assert_true(is_stored(bench, deadly));
}

static enum write_verdict lose_the_connection_once(struct db_conn *conn, struct job *own,
                                                   enum db_status *status)
{
    if (own->runs == 1)
        *status = database_do(conn, "SELECT pg_terminate_backend(pg_backend_pid())", NULL);
    return db_failed(*status) ? WRITE_FAIL : WRITE_KEEP;
}

static void a_connection_lost_before_the_commit_is_no_ones_business(void **state)
{
    struct bench *bench = set_up(state);
    struct job *before = add(bench, 1, NULL), *lost = add(bench, 2, lose_the_connection_once),
               *after = add(bench, 3, NULL);
    finish(bench);
    assert_status(before->status, DB_OK);
    assert_status(lost->status, DB_OK);
    assert_status(after->status, DB_OK);
    assert_int_equal(rows(bench->conn), 4);
}

static void a_job_run_again_alone_is_not_repeated_blindly_either(void **state)
{
    struct bench *bench = set_up_with_one_death(state);
    struct job *deadly = add(bench, 99, NULL), *lost = add(bench, 1, lose_the_connection_once);
    finish(bench);
    assert_status(deadly->status, DB_LOST);
    assert_in_range(deadly->runs, 1, 2); /* in the batch, which broke; then alone, and dying */
    assert_status(lost->status, DB_OK);
}

UNIT_GROUP(writer, ON_BOTH(every_job_happens_exactly_once),
           ON_FAULTY_SQLITE(what_was_called_done_outlives_a_power_loss),
           ON_FAULTY_SQLITE(those_who_wait_share_a_commit),
           ON_BOTH(a_job_that_refuses_or_fails_harms_no_other),
           ON_BOTH(a_job_that_takes_too_long_is_stopped_and_the_next_is_not),
           ON_BOTH(a_full_queue_refuses),
           ON_BOTH(stopping_finishes_what_is_queued_and_takes_no_more),
           ON_FAULTY_SQLITE(one_that_fills_the_disk_does_not_take_the_others_along),
           ON_FAULTY_SQLITE(a_disk_that_fails_is_reported_to_each_and_stores_nothing),
           ON_POSTGRES(after_a_lost_commit_only_what_may_be_is_repeated),
           ON_POSTGRES(after_a_lost_commit_what_is_guarded_is_repeated),
           ON_POSTGRES(a_connection_lost_before_the_commit_is_no_ones_business),
           ON_POSTGRES(a_job_run_again_alone_is_not_repeated_blindly_either))
