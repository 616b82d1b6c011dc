#include "db/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "db/driver.h"

struct writer {
    struct db_conn *conn;
    struct write_hook hook;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct write_job *first, **last;
    size_t queued;
    size_t wanted; /* so many queued jobs wake the thread */
    bool stopping;
    size_t last_count; /* jobs of the last batch; only the thread itself uses these two */
    int64_t last_commit_us;
};

/* What came of a job inside its batch. */
struct member {
    struct write_job *job;
    enum write_verdict verdict;
    enum db_status status; /* with WRITE_FAIL */
};

struct batch {
    struct member members[WRITER_BATCH];
    size_t count;
};

/* Waits for the first of a batch; the others are taken as they are there, up to one that wants to
 * be alone. */
static struct write_job *take(struct writer *writer, bool wait)
{
    pthread_mutex_lock(&writer->mutex);
    while (wait && !writer->first && !writer->stopping)
        pthread_cond_wait(&writer->wake, &writer->mutex);
    struct write_job *job = writer->first;
    if (job && job->alone && !wait)
        job = NULL;
    if (job) {
        writer->first = job->next;
        writer->queued--;
        if (!writer->first)
            writer->last = &writer->first;
    }
    pthread_mutex_unlock(&writer->mutex);
    return job;
}

static int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Those who were answered a moment ago are likely to write again: waiting for them a part of the
 * time that a commit takes makes one large group of what would be two small ones. */
static void gather(struct writer *writer)
{
    int64_t window = writer->last_commit_us / WRITER_GATHER_PART;
    if (writer->last_count < 2 || window < 1)
        return;
    int64_t until = clock_us() + (window < WRITER_GATHER_US ? window : WRITER_GATHER_US);
    struct timespec end = {until / 1000000, until % 1000000 * 1000};
    size_t wanted = writer->last_count - 1; /* one is in hand */
    pthread_mutex_lock(&writer->mutex);
    writer->wanted = wanted;
    while (writer->queued < wanted && !writer->stopping)
        if (pthread_cond_timedwait(&writer->wake, &writer->mutex, &end) != 0)
            break;
    writer->wanted = 1;
    pthread_mutex_unlock(&writer->mutex);
}

static enum db_status commit(struct writer *writer, bool changed)
{
    const struct write_hook *hook = &writer->hook;
    if (changed && hook->before_commit) {
        enum db_status status = hook->before_commit(writer->conn, hook->state);
        db_end_cursors(writer->conn);
        if (db_failed(status)) {
            db_rollback(writer->conn);
            return status;
        }
    }
    int64_t began = clock_us();
    enum db_status status = db_commit(writer->conn);
    writer->last_commit_us = clock_us() - began;
    return status;
}

static bool keeps_any(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->members[i].verdict == WRITE_KEEP)
            return true;
    return false;
}

/* WRITE_FAIL always comes with a failure, and only then. */
static enum write_verdict run_job(struct db_conn *conn, const struct write_job *job,
                                  enum db_status *status)
{
    *status = DB_OK;
    enum write_verdict verdict = job->run(conn, job->state, status);
    db_end_cursors(conn);
    if (verdict == WRITE_FAIL && !db_failed(*status))
        *status = DB_BROKEN;
    return verdict;
}

/* Runs one job in a savepoint. False when the transaction as a whole is lost. */
static bool run_in_savepoint(struct db_conn *conn, struct member *member)
{
    if (db_failed(db_savepoint(conn)))
        return false;
    member->verdict = run_job(conn, member->job, &member->status);
    if (member->verdict == WRITE_KEEP) {
        member->status = db_savepoint_keep(conn);
        if (member->status == DB_OK)
            return true;
        member->verdict = WRITE_FAIL;
    }
    return db_savepoint_drop(conn) == DB_OK;
}

static bool run_batch(struct writer *writer, struct batch *batch, struct write_job *first)
{
    int64_t until = db_clock_ms() + WRITER_BATCH_MS;
    bool good = db_begin(writer->conn, true) == DB_OK;
    for (struct write_job *job = first; job;) {
        struct member *member = &batch->members[batch->count++];
        *member = (struct member){job, WRITE_FAIL, DB_AGAIN};
        good = good && run_in_savepoint(writer->conn, member);
        bool more = good && batch->count < WRITER_BATCH && db_clock_ms() < until;
        job = more ? take(writer, false) : NULL;
    }
    return good;
}

/* Once more, alone, a few times: rivals and short faults pass. */
static enum db_status run_alone(struct writer *writer, const struct write_job *job)
{
    struct db_conn *conn = writer->conn;
    enum db_status status = DB_BROKEN;
    for (int tries = 0; tries < WRITER_TRIES; tries++) {
        status = db_begin(conn, true);
        if (status == DB_OK) {
            enum write_verdict verdict = run_job(conn, job, &status);
            bool unsure = false;
            if (verdict == WRITE_KEEP) {
                status = commit(writer, true);
                unsure = status == DB_LOST && !job->repeatable;
            }
            db_rollback(conn);
            if (verdict == WRITE_DROP || status == DB_OK)
                return DB_OK;
            if (unsure)
                return DB_LOST;
        }
        if (status != DB_AGAIN && status != DB_LOST)
            return status;
    }
    return status;
}

/* A job that failed alone among others that did not. Its time may have been used up by them. */
static enum db_status settle_failed(struct writer *writer, const struct member *member,
                                    bool was_first)
{
    bool again = member->status == DB_AGAIN || member->status == DB_LOST ||
                 (member->status == DB_TIMEOUT && !was_first);
    return again ? run_alone(writer, member->job) : member->status;
}

static void handle(struct writer *writer, struct write_job *first)
{
    struct db_conn *conn = writer->conn;
    struct batch batch = {.count = 0};
    enum db_status committed = DB_BROKEN;
    if (first->alone) {
        int deadline_ms = conn->deadline_ms;
        db_deadline(conn, 0);
        db_bulk_expect(conn, true);
        enum db_status status = run_alone(writer, first);
        db_bulk_expect(conn, false);
        db_deadline(conn, deadline_ms);
        first->done(first->state, status);
        return;
    }
    gather(writer);
    if (run_batch(writer, &batch, first))
        committed = commit(writer, keeps_any(&batch));
    else
        db_rollback(conn);
    writer->last_count = batch.count;
    if (committed == DB_OK) /* first the good news */
        for (size_t i = 0; i < batch.count; i++)
            if (batch.members[i].verdict != WRITE_FAIL)
                batch.members[i].job->done(batch.members[i].job->state, DB_OK);
    for (size_t i = 0; i < batch.count; i++) {
        const struct member *member = &batch.members[i];
        const struct write_job *job = member->job;
        if (committed == DB_OK) {
            if (member->verdict == WRITE_FAIL)
                job->done(job->state, settle_failed(writer, member, i == 0));
            continue;
        }
        /* A connection lost during COMMIT: only a guarded job may be run again. */
        bool unsure = committed == DB_LOST && !job->repeatable && member->verdict == WRITE_KEEP;
        job->done(job->state, unsure ? DB_LOST : run_alone(writer, job));
    }
}

static void *writer_main(void *state)
{
    struct writer *writer = state;
    for (struct write_job *job; (job = take(writer, true));) {
        handle(writer, job);
        if (writer->hook.after_group)
            writer->hook.after_group(writer->hook.state);
    }
    return NULL;
}

struct writer *writer_start(struct db_conn *conn, struct write_hook hook)
{
    struct writer *writer = calloc(1, sizeof(*writer));
    if (!writer)
        return NULL;
    writer->conn = conn;
    writer->hook = hook;
    writer->last = &writer->first;
    writer->wanted = 1;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&writer->thread, NULL, writer_main, writer) != 0) {
        pthread_mutex_destroy(&writer->mutex);
        pthread_cond_destroy(&writer->wake);
        free(writer);
        return NULL;
    }
    return writer;
}

bool writer_submit(struct writer *writer, struct write_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&writer->mutex);
    bool taken = !writer->stopping && writer->queued < WRITER_QUEUE;
    if (taken) {
        *writer->last = job;
        writer->last = &job->next;
        writer->queued++;
        if (writer->queued >= writer->wanted)
            pthread_cond_signal(&writer->wake);
    }
    pthread_mutex_unlock(&writer->mutex);
    return taken;
}

void writer_stop(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    pthread_mutex_destroy(&writer->mutex);
    pthread_cond_destroy(&writer->wake);
    db_disconnect(writer->conn);
    free(writer);
}
