#include "db/writer.h"

#include <pthread.h>
#include <stdlib.h>

#include "db/driver.h"

struct writer {
    struct db_conn *conn;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct write_job *first, **last;
    size_t queued;
    bool stopping;
};

struct batch {
    struct write_job *jobs[WRITER_BATCH];
    enum write_verdict verdicts[WRITER_BATCH];
    size_t count;
};

static struct write_job *take(struct writer *writer, bool wait)
{
    pthread_mutex_lock(&writer->mutex);
    while (wait && !writer->first && !writer->stopping)
        pthread_cond_wait(&writer->wake, &writer->mutex);
    struct write_job *job = writer->first;
    if (job) {
        writer->first = job->next;
        writer->queued--;
        if (!writer->first)
            writer->last = &writer->first;
    }
    pthread_mutex_unlock(&writer->mutex);
    return job;
}

/* Runs one job in a savepoint. False when the transaction as a whole is lost. */
static bool run_in_savepoint(struct writer *writer, struct batch *batch, struct write_job *job)
{
    enum db_status status = DB_OK;
    struct db_conn *conn = writer->conn;
    size_t n = batch->count++;
    batch->jobs[n] = job;
    if (db_failed(db_savepoint(conn)))
        return false;
    batch->verdicts[n] = job->run(conn, job->state, &status);
    if (!db_in_transaction(conn) || batch->verdicts[n] == WRITE_FAIL)
        return false;
    return !db_failed(batch->verdicts[n] == WRITE_KEEP ? db_savepoint_keep(conn)
                                                       : db_savepoint_drop(conn));
}

static bool run_batch(struct writer *writer, struct batch *batch, struct write_job *first)
{
    int64_t until = db_clock_ms() + WRITER_BATCH_MS;
    bool good = db_begin(writer->conn, true) == DB_OK;
    if (!good)
        batch->jobs[batch->count++] = first;
    for (struct write_job *job = first; good && job;
         job = good && batch->count < WRITER_BATCH && db_clock_ms() < until ? take(writer, false)
                                                                            : NULL)
        good = run_in_savepoint(writer, batch, job);
    return good;
}

/* Once more, alone, a few times: rivals and short faults pass. */
static enum db_status run_alone(struct writer *writer, struct write_job *job)
{
    struct db_conn *conn = writer->conn;
    enum db_status status = DB_BROKEN;
    for (int tries = 0; tries < WRITER_TRIES; tries++) {
        status = db_begin(conn, true);
        if (status == DB_OK) {
            enum write_verdict verdict = job->run(conn, job->state, &status);
            if (verdict == WRITE_DROP) {
                db_rollback(conn);
                return DB_OK;
            }
            if (verdict == WRITE_KEEP) {
                status = db_commit(conn);
                if (status == DB_OK)
                    return DB_OK;
                if (status == DB_LOST && !job->repeatable) {
                    db_rollback(conn);
                    return DB_LOST;
                }
            }
        }
        db_rollback(conn);
        if (status != DB_AGAIN && status != DB_LOST)
            return status;
    }
    return status;
}

static void handle(struct writer *writer, struct write_job *first)
{
    struct batch batch = {.count = 0};
    enum db_status committed = DB_BROKEN;
    if (run_batch(writer, &batch, first))
        committed = db_commit(writer->conn);
    if (committed == DB_OK) {
        for (size_t i = 0; i < batch.count; i++)
            batch.jobs[i]->done(batch.jobs[i]->state, DB_OK);
        return;
    }
    db_rollback(writer->conn);
    for (size_t i = 0; i < batch.count; i++) {
        struct write_job *job = batch.jobs[i];
        /* A connection lost during COMMIT: only a guarded job may be run again. */
        bool unsure = committed == DB_LOST && !job->repeatable && batch.verdicts[i] == WRITE_KEEP;
        job->done(job->state, unsure ? DB_LOST : run_alone(writer, job));
    }
}

static void *writer_main(void *state)
{
    struct writer *writer = state;
    for (struct write_job *job; (job = take(writer, true));)
        handle(writer, job);
    return NULL;
}

struct writer *writer_start(struct db_conn *conn)
{
    struct writer *writer = calloc(1, sizeof(*writer));
    if (!writer)
        return NULL;
    writer->conn = conn;
    writer->last = &writer->first;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->wake, NULL);
    if (pthread_create(&writer->thread, NULL, writer_main, writer) != 0) {
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
