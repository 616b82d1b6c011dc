#include "core/file_sweeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/log.h"

struct file_sweeper {
    struct writer *writer;
    struct file_store *store;
    struct db_conn *conn; /* reads; on PostgreSQL it writes, too */
    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    bool stopping, job_done;
    int64_t removed; /* rows, by the last job */
};

static struct ctx context(struct file_sweeper *sweeper, struct arena *arena, struct db_conn *conn)
{
    return (struct ctx){.arena = arena,
                        .db = conn,
                        .who = &principal_operator,
                        .files = sweeper->store,
                        .now = {time(NULL)}};
}

/* --- Rows ----------------------------------------------------------------------------------- */

static enum db_status forget(struct file_sweeper *sweeper, struct db_conn *conn)
{
    struct arena arena = {0};
    struct ctx ctx = context(sweeper, &arena, conn);
    enum error error = files_forget(&ctx, &sweeper->removed);
    enum db_status status = !error ? DB_OK : ctx.db_status != DB_OK ? ctx.db_status : DB_BROKEN;
    arena_free(&arena);
    return status;
}

static enum write_verdict job_run(struct db_conn *conn, void *state, enum db_status *status)
{
    *status = forget(state, conn);
    return *status == DB_OK ? WRITE_KEEP : WRITE_FAIL;
}

static void job_done(void *state, enum db_status status)
{
    struct file_sweeper *sweeper = state;
    pthread_mutex_lock(&sweeper->mutex);
    if (db_failed(status))
        sweeper->removed = 0; /* again tomorrow */
    sweeper->job_done = true;
    pthread_cond_broadcast(&sweeper->changed);
    pthread_mutex_unlock(&sweeper->mutex);
}

static void forget_on_sqlite(struct file_sweeper *sweeper)
{
    struct write_job job = {.run = job_run, .done = job_done, .state = sweeper, .repeatable = true};
    sweeper->removed = 0;
    sweeper->job_done = false;
    if (!writer_submit(sweeper->writer, &job))
        return;
    pthread_mutex_lock(&sweeper->mutex);
    while (!sweeper->job_done)
        pthread_cond_wait(&sweeper->changed, &sweeper->mutex);
    pthread_mutex_unlock(&sweeper->mutex);
}

static void forget_on_postgres(struct file_sweeper *sweeper)
{
    enum db_status status = db_begin(sweeper->conn, true);
    if (!db_failed(status))
        status = forget(sweeper, sweeper->conn);
    if (!db_failed(status))
        status = db_commit(sweeper->conn);
    db_rollback(sweeper->conn);
    if (db_failed(status))
        sweeper->removed = 0;
}

static bool is_stopping(struct file_sweeper *sweeper)
{
    pthread_mutex_lock(&sweeper->mutex);
    bool stopping = sweeper->stopping;
    pthread_mutex_unlock(&sweeper->mutex);
    return stopping;
}

/* --- Rounds --------------------------------------------------------------------------------- */

static void sweep(struct file_sweeper *sweeper)
{
    struct arena arena = {0};
    struct ctx ctx = context(sweeper, &arena, sweeper->conn);
    int64_t rows = 0, bytes = 0;
    do {
        if (sweeper->writer)
            forget_on_sqlite(sweeper);
        else
            forget_on_postgres(sweeper);
        rows += sweeper->removed;
    } while (sweeper->removed && !is_stopping(sweeper));
    if (sweeper->writer && files_sweep_folder(&ctx, &bytes))
        log_event(LOG_WARNING, "files_not_swept", "why", ctx.detail.data ? ctx.detail.data : "",
                  NULL);
    if (rows || bytes) {
        char forgotten[24], unlinked[24];
        snprintf(forgotten, sizeof(forgotten), "%lld", (long long)rows);
        snprintf(unlinked, sizeof(unlinked), "%lld", (long long)bytes);
        log_event(LOG_INFO, "files_swept", "forgotten", forgotten, "unlinked", unlinked, NULL);
    }
    arena_free(&arena);
}

static void *sweeper_main(void *state)
{
    struct file_sweeper *sweeper = state;
    while (!is_stopping(sweeper)) {
        sweep(sweeper);
        struct timespec next;
        clock_gettime(CLOCK_REALTIME, &next);
        next.tv_sec += FILE_SWEEP_SECONDS;
        pthread_mutex_lock(&sweeper->mutex);
        while (!sweeper->stopping &&
               pthread_cond_timedwait(&sweeper->changed, &sweeper->mutex, &next) == 0)
            continue;
        pthread_mutex_unlock(&sweeper->mutex);
    }
    return NULL;
}

struct file_sweeper *file_sweeper_start(const char *url, struct writer *writer,
                                        struct file_store *store, char *reason, size_t reason_size)
{
    struct file_sweeper *sweeper = calloc(1, sizeof(*sweeper));
    snprintf(reason, reason_size, "out of memory");
    if (!sweeper)
        return NULL;
    sweeper->writer = writer;
    sweeper->store = store;
    sweeper->conn = db_connect(url, writer != NULL, reason, reason_size);
    pthread_mutex_init(&sweeper->mutex, NULL);
    pthread_cond_init(&sweeper->changed, NULL);
    if (sweeper->conn && pthread_create(&sweeper->thread, NULL, sweeper_main, sweeper) == 0)
        return sweeper;
    db_disconnect(sweeper->conn);
    free(sweeper);
    return NULL;
}

void file_sweeper_stop(struct file_sweeper *sweeper)
{
    if (!sweeper)
        return;
    pthread_mutex_lock(&sweeper->mutex);
    sweeper->stopping = true;
    pthread_cond_broadcast(&sweeper->changed);
    pthread_mutex_unlock(&sweeper->mutex);
    pthread_join(sweeper->thread, NULL);
    db_disconnect(sweeper->conn);
    pthread_mutex_destroy(&sweeper->mutex);
    pthread_cond_destroy(&sweeper->changed);
    free(sweeper);
}
