#include "core/ticker.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/jobs_inside.h"
#include "core/log.h"
#include "ticker.sql.h"

enum { TICK_SECONDS = 1, TICK_READ_MS = 30000, TRIAL_TICKS = 5, MODULES_MAX = 64 };

struct ticker {
    struct app *app;
    struct db_conn *conn;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    atomic_bool stop;
    void *memory[MODULES_MAX];
};

enum error ticking_begin(struct ctx *ctx)
{
    enum db_status status = db_begin(ctx->db, false);
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

void ticking_end(struct ctx *ctx)
{
    db_rollback(ctx->db);
}

struct reply ticking_call(struct ctx *ctx, const struct ticking *ticking, struct request request)
{
    if (!request.who)
        request.who = &principal_operator;
    return app_call(ticking->ticker->app, ctx->arena, request);
}

static void tick(struct ticker *ticker, size_t m)
{
    struct arena arena = {0};
    struct ctx ctx = {.db = ticker->conn};
    struct ticking ticking = {ticker->app->config, &ticker->stop, &ticker->memory[m], ticker};
    jmp_buf escape;
    arena.escape = &escape;
    task_frame(ticker->app, &ctx, &arena);
    ctx.who = &principal_operator;
    ctx_clear(&ctx);
    enum error error = E_BUSY;
    if (setjmp(escape) == 0)
        error = modules[m]->tick(&ctx, &ticking);
    db_rollback(ticker->conn);
    if (error)
        log_event(LOG_WARNING, "tick_failed", "module", modules[m]->name, "why",
                  ctx.detail.data ? ctx.detail.data : error_infos[error].name, NULL);
    arena_free(&arena);
}

static enum error write_something(struct ctx *ctx, void *unused)
{
    (void)unused;
    return db_do(ctx, &sql_write_trial, NO_ARGS);
}

/* Nobody may be writing any more, as long as /healthz says that nothing can be written: so the
 * program finds out by itself that there is room again. */
static void try_to_write(struct ticker *ticker)
{
    struct arena arena = {0};
    struct ctx ctx = {.db = ticker->conn};
    struct step step = {.run = write_something};
    task_frame(ticker->app, &ctx, &arena);
    ctx.who = &principal_operator;
    if (job_write_step(&ctx, ticker->app->jobs, &step, false) == E_OK)
        log_event(LOG_INFO, "writing_again", NULL);
    db_rollback(ticker->conn);
    db_deadline(ticker->conn, TICK_READ_MS);
    arena_free(&arena);
}

static bool wait_a_second(struct ticker *ticker)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += TICK_SECONDS;
    pthread_mutex_lock(&ticker->mutex);
    while (!atomic_load(&ticker->stop) &&
           pthread_cond_timedwait(&ticker->wake, &ticker->mutex, &end) == 0)
        continue;
    pthread_mutex_unlock(&ticker->mutex);
    return !atomic_load(&ticker->stop);
}

static void *ticker_main(void *state)
{
    struct ticker *ticker = state;
    for (unsigned ticks = 1; wait_a_second(ticker); ticks++) {
        if (ticks % TRIAL_TICKS == 0 && atomic_load(&ticker->app->metrics.trouble) != DB_OK)
            try_to_write(ticker);
        for (size_t m = 0; m < module_count && m < MODULES_MAX && !atomic_load(&ticker->stop); m++)
            if (modules[m]->tick)
                tick(ticker, m);
    }
    return NULL;
}

struct ticker *ticker_start(struct app *app, char *reason, size_t reason_size)
{
    struct ticker *ticker = calloc(1, sizeof(*ticker));
    snprintf(reason, reason_size, "out of memory");
    if (!ticker)
        return NULL;
    ticker->app = app;
    ticker->conn = db_connect(app->config->db.data, app->on_sqlite, reason, reason_size);
    if (!ticker->conn) {
        free(ticker);
        return NULL;
    }
    db_deadline(ticker->conn, TICK_READ_MS);
    atomic_init(&ticker->stop, false);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&ticker->mutex, NULL);
    pthread_cond_init(&ticker->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&ticker->thread, NULL, ticker_main, ticker) == 0)
        return ticker;
    snprintf(reason, reason_size, "cannot start a thread");
    db_disconnect(ticker->conn);
    free(ticker);
    return NULL;
}

void ticker_stop(struct ticker *ticker)
{
    if (!ticker)
        return;
    pthread_mutex_lock(&ticker->mutex);
    atomic_store(&ticker->stop, true);
    pthread_cond_signal(&ticker->wake);
    pthread_mutex_unlock(&ticker->mutex);
    pthread_join(ticker->thread, NULL);
    db_disconnect(ticker->conn);
    pthread_mutex_destroy(&ticker->mutex);
    pthread_cond_destroy(&ticker->wake);
    for (size_t m = 0; m < MODULES_MAX; m++)
        free(ticker->memory[m]);
    free(ticker);
}
